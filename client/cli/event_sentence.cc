#include "client/cli/event_sentence.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/names.h"
#include "client/cli/words.h"

namespace usher::cli {
namespace {

using google::protobuf::Timestamp;
using Ids = google::protobuf::RepeatedField<int64_t>;

// Runs of ids that a sentence names.
constexpr size_t kRangesMax = 4;

std::string At(const Timestamp& time, const Times& times) { return times.At(FromProto(time)); }

// "license 4", "licenses 4–6".
std::string Licenses(const Ids& ids) {
  return absl::StrCat(ids.size() == 1 ? "license " : "licenses ", IdRanges(ids));
}

// "3 standard agent licenses".
std::string Amount(int64_t count, v1::LicenseKind kind, v1::Edition edition) {
  return Count(count, absl::StrCat(Word(edition), " ", Word(kind), " license"));
}

std::string Sentence(const v1::AccountChanged& changed, const v1::Event& event,
                     const Times& times) {
  std::string sentence = ShortName(event.account());
  if (!changed.display_name().empty()) {
    absl::StrAppend(&sentence, " is called '", changed.display_name(), "' and");
  }
  absl::StrAppend(&sentence, " has the time zone ", changed.time_zone());
  if (!changed.pending_time_zone().empty()) {
    absl::StrAppend(&sentence, ", from ", At(changed.time_zone_change_time(), times), " on ",
                    changed.pending_time_zone());
  }
  return sentence;
}

std::string Sentence(const v1::ApplicationChanged& changed, const v1::Event& event) {
  const std::string name = ShortName(event.application());
  if (changed.deleted()) return absl::StrCat(name, " was deleted");
  if (changed.display_name().empty()) return absl::StrCat(name, " is in use");
  return absl::StrCat(name, " is in use and called '", changed.display_name(), "'");
}

std::string Sentence(const v1::OrderPlaced& placed) {
  return absl::StrCat("order ", placed.order_id(), placed.renewal() ? ", a renewal," : "",
                      " was placed for ", Money(placed.total_cents()), " USD");
}

std::string Sentence(const v1::LicenseBound& bound) {
  if (bound.moved_from_license_id() != 0) {
    return absl::StrCat(bound.email(), " moved from license ", bound.moved_from_license_id(),
                        ", which expired, to license ", bound.license_id());
  }
  return absl::StrCat(bound.email(), " was bound to license ", bound.license_id());
}

std::string Sentence(const v1::LicenseReleased& released) {
  const std::string license = absl::StrCat(" license ", released.license_id());
  switch (released.cause()) {
    case v1::RELEASE_CAUSE_RESET:
      return absl::StrCat(released.email(), " lost", license, " by a reset");
    case v1::RELEASE_CAUSE_MOVED:
      return absl::StrCat(released.email(), " left", license, ", which expired, for another");
    case v1::RELEASE_CAUSE_LAPSED:
      return absl::StrCat(released.email(), " lost", license, ", which lapsed");
    default:
      return absl::StrCat(released.email(), " no longer holds", license);
  }
}

std::string Sentence(const v1::LicensesGranted& granted, const Times& times) {
  return absl::StrCat(Amount(granted.license_ids_size(), granted.kind(), granted.edition()), " of ",
                      granted.subscription_id() == 0
                          ? "the trial"
                          : absl::StrCat("subscription ", granted.subscription_id()),
                      granted.license_ids_size() == 1 ? " was" : " were", " granted until ",
                      At(granted.expire_time(), times), ": ", IdRanges(granted.license_ids()));
}

std::string Sentence(const v1::SubscriptionRenewed& renewed, const Times& times) {
  std::string sentence = absl::StrCat("subscription ", renewed.subscription_id(),
                                      " was renewed until ", At(renewed.expire_time(), times));
  if (renewed.lapsed_license_ids_size() > 0) {
    absl::StrAppend(&sentence, " without ", Licenses(renewed.lapsed_license_ids()));
  }
  return sentence;
}

std::string Sentence(const v1::LicensesReset& reset) {
  return absl::StrCat("reset ", reset.used(), " of ", reset.month(), " released ",
                      Count(reset.released_license_ids_size(), "license"), " and kept ",
                      reset.retained_license_ids_size());
}

std::string Sentence(const v1::SessionStarted& started) {
  return absl::StrCat(started.email(), " logged in on ", Word(started.channel()),
                      started.client_id().empty() ? "" : " from ", started.client_id(),
                      ", license ", started.license_id());
}

std::string WhyEnded(const v1::SessionEnded& ended) {
  switch (ended.reason()) {
    case v1::END_REASON_LEASE_EXPIRED:
      return ", without a sign of life";
    case v1::END_REASON_SUPERSEDED:
      return ", taken over by another client";
    case v1::END_REASON_LICENSE_EXPIRED:
      return ", as the license has expired";
    case v1::END_REASON_FORCED:
      return ", by force";
    case v1::END_REASON_APPLICATION_DELETED:
      return ", as the application was deleted";
    default:
      return absl::StrCat(", ", Word(ended.reason()));
  }
}

std::string Sentence(const v1::SessionEnded& ended) {
  const bool by_itself = ended.reason() == v1::END_REASON_LOGOUT;
  return absl::StrCat(ended.email(), by_itself ? " logged out of" : " lost", " session ",
                      ended.session_id(), by_itself ? "" : WhyEnded(ended),
                      ended.note().empty() ? "" : ": ", ended.note());
}

std::string Sentence(const v1::SessionDraining& draining, const Times& times) {
  const std::string session = absl::StrCat(" session ", draining.session_id());
  if (!draining.draining()) {
    return absl::StrCat(draining.email(), " may go on with", session, ": a license serves it");
  }
  return absl::StrCat(draining.email(), " has no license any more:", session, " ends ",
                      At(draining.drain_deadline_time(), times), " unless one comes free");
}

std::string Sentence(const v1::MobileAnsweringChanged& changed) {
  switch (changed.mode()) {
    case v1::MOBILE_ANSWERING_OFF:
      return absl::StrCat(changed.email(), " no longer answers on a mobile phone");
    case v1::MOBILE_ANSWERING_ALWAYS:
      return absl::StrCat(changed.email(), " always answers on a mobile phone");
    default:
      return absl::StrCat(changed.email(), " answers on a mobile phone ", Word(changed.mode()));
  }
}

std::string Sentence(const v1::PhoneOnline& online) {
  return absl::StrCat("phone ", online.phone_id(), " is online, license ", online.license_id());
}

std::string Sentence(const v1::PhoneOffline& offline) {
  std::string why;
  switch (offline.reason()) {
    case v1::END_REASON_LOGOUT:
      break;
    case v1::END_REASON_LEASE_EXPIRED:
      why = ", without a sign of life";
      break;
    case v1::END_REASON_LICENSE_EXPIRED:
      why = ", as the license has expired";
      break;
    case v1::END_REASON_APPLICATION_DELETED:
      why = ", as the application was deleted";
      break;
    default:
      why = absl::StrCat(", ", Word(offline.reason()));
  }
  return absl::StrCat("phone ", offline.phone_id(), " is offline", why, ": license ",
                      offline.license_id(), " is given back");
}

std::string Sentence(const v1::PhoneDraining& draining, const Times& times) {
  if (!draining.draining()) {
    return absl::StrCat("phone ", draining.phone_id(), " may stay online: a license serves it");
  }
  return absl::StrCat("phone ", draining.phone_id(), " has no license any more: offline ",
                      At(draining.drain_deadline_time(), times), " unless one comes free");
}

// "5 minutes charged: 3 of grant 2, 2 of grant 3".
std::string Charged(int64_t minutes,
                    const google::protobuf::RepeatedPtrField<v1::MinuteCharge>& charges) {
  if (minutes == 0) return "nothing charged";
  return absl::StrCat(
      Count(minutes, "minute"), " charged", charges.empty() ? "" : ": ",
      absl::StrJoin(charges, ", ", [](std::string* out, const v1::MinuteCharge& charge) {
        absl::StrAppend(out, Grouped(charge.minutes()), " of grant ", charge.grant_id());
      }));
}

std::string Sentence(const v1::CallEnded& ended) {
  return absl::StrCat("call ", ended.call_id(), " ended, ", Word(ended.reason()), "; ",
                      Charged(ended.charged_minutes(), ended.charges()));
}

std::string Sentence(const v1::CallAdjusted& adjusted) {
  return absl::StrCat("call ", adjusted.call_id(), " was settled by its true duration, in all ",
                      Charged(adjusted.charged_minutes(), adjusted.charges()));
}

std::string Sentence(const v1::MinutesGranted& granted, const Times& times) {
  return absl::StrCat("grant ", granted.grant_id(), ": ", Count(granted.minutes(), "minute"),
                      " of ", granted.product(), " until ", At(granted.expire_time(), times));
}

std::string Sentence(const v1::MinutesExpired& expired) {
  return absl::StrCat("grant ", expired.grant_id(), " lapsed with ",
                      Count(expired.unused_minutes(), "minute"), " unused");
}

std::string PayloadSentence(const v1::Event& event, const Times& times) {
  switch (event.payload_case()) {
    case v1::Event::kAccountChanged:
      return Sentence(event.account_changed(), event, times);
    case v1::Event::kApplicationChanged:
      return Sentence(event.application_changed(), event);
    case v1::Event::kTrialStarted:
      return absl::StrCat(
          "the trial started: ", Count(event.trial_started().licenses(), "agent license"),
          " until ", At(event.trial_started().expire_time(), times));
    case v1::Event::kOrderPlaced:
      return Sentence(event.order_placed());
    case v1::Event::kLicenseBound:
      return Sentence(event.license_bound());
    case v1::Event::kLicenseReleased:
      return Sentence(event.license_released());
    case v1::Event::kLicenseExpired:
      return absl::StrCat(Amount(event.license_expired().license_ids_size(),
                                 event.license_expired().kind(), event.license_expired().edition()),
                          " expired: ", IdRanges(event.license_expired().license_ids()));
    case v1::Event::kLicensesReset:
      return Sentence(event.licenses_reset());
    case v1::Event::kSessionStarted:
      return Sentence(event.session_started());
    case v1::Event::kSessionEnded:
      return Sentence(event.session_ended());
    case v1::Event::kMobileAnsweringChanged:
      return Sentence(event.mobile_answering_changed());
    case v1::Event::kPhoneOnline:
      return Sentence(event.phone_online());
    case v1::Event::kPhoneOffline:
      return Sentence(event.phone_offline());
    case v1::Event::kCallStarted:
      return absl::StrCat(Word(event.call_started().direction()), " call ",
                          event.call_started().call_id(), " started");
    case v1::Event::kCallConnected:
      return absl::StrCat("call ", event.call_connected().call_id(), " was connected");
    case v1::Event::kCallEnded:
      return Sentence(event.call_ended());
    case v1::Event::kMinutesGranted:
      return Sentence(event.minutes_granted(), times);
    case v1::Event::kMinutesExpired:
      return Sentence(event.minutes_expired());
    case v1::Event::kTokenChanged:
      return absl::StrCat(absl::AsciiStrToLower(event.token_changed().role()), " token ",
                          event.token_changed().token_id(),
                          event.token_changed().revoked() ? " was revoked" : " was made");
    case v1::Event::kLicensesGranted:
      return Sentence(event.licenses_granted(), times);
    case v1::Event::kSubscriptionRenewed:
      return Sentence(event.subscription_renewed(), times);
    case v1::Event::kSessionDraining:
      return Sentence(event.session_draining(), times);
    case v1::Event::kPhoneDraining:
      return Sentence(event.phone_draining(), times);
    case v1::Event::kCallAdjusted:
      return Sentence(event.call_adjusted());
    case v1::Event::PAYLOAD_NOT_SET:
      break;
  }
  return "a change that this version of usher does not know";
}

}  // namespace

std::string EventSentence(const v1::Event& event, const Times& times) {
  // From here on it matters that a change was told later than it took effect.
  constexpr absl::Duration kLate = absl::Minutes(1);
  std::string sentence = PayloadSentence(event, times);
  const absl::Time recorded = FromProto(event.record_time());
  if (event.has_record_time() && recorded >= FromProto(event.event_time()) + kLate) {
    absl::StrAppend(&sentence, " (recorded ", times.At(recorded), ")");
  }
  return sentence;
}

std::string EventType(const v1::Event& event) {
  const google::protobuf::FieldDescriptor* payload =
      event.GetReflection()->GetOneofFieldDescriptor(event, event.GetDescriptor()->oneof_decl(0));
  return payload == nullptr ? kNone : payload->name();
}

std::vector<std::string> EventTypes() {
  const google::protobuf::OneofDescriptor& payload = *v1::Event::descriptor()->oneof_decl(0);
  std::vector<std::string> types;
  for (int i = 0; i < payload.field_count(); ++i) types.push_back(payload.field(i)->name());
  return types;
}

std::string IdRanges(const Ids& ids) {
  std::vector<std::string> ranges;
  int named = 0;
  while (named < ids.size() && ranges.size() < kRangesMax) {
    int last = named;
    while (last + 1 < ids.size() && ids[last + 1] == ids[last] + 1) ++last;
    ranges.push_back(last == named
                         ? absl::StrCat(ids[named])
                         : absl::StrCat(ids[named], last == named + 1 ? ", " : "–", ids[last]));
    named = last + 1;
  }
  const std::string text = absl::StrJoin(ranges, ", ");
  return named == ids.size() ? text : absl::StrCat(text, " and ", ids.size() - named, " more");
}

}  // namespace usher::cli
