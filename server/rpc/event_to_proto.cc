#include "rpc/event_to_proto.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "entitlement/account.h"
#include "entitlement/civil.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "rpc/proto_values.h"
#include "usher/v1/event_service.pb.h"

namespace usher::rpc {
namespace {

using entitlement::Account;
using entitlement::ApplicationEntry;
using entitlement::Change;

// A login's events fit in, names included.
constexpr size_t kArenaBytes = 4096;

constexpr size_t kVarint32BytesMax = 5;

// Writes one change's payload. Those that are no events say false.
class PayloadWriter {
 public:
  PayloadWriter(const Account& account, const Change& change, v1::Event& out)
      : account_(account), change_(change), out_(out) {}

  bool operator()(const entitlement::AccountCreated& c) {
    return WriteAccount(c.display_name, c.zone_name);
  }
  bool operator()(const entitlement::AccountUpdated& c) {
    WriteAccount(c.display_name, account_.zone_name);
    if (c.pending_zone_name.empty()) return true;
    v1::AccountChanged& changed = *out_.mutable_account_changed();
    changed.set_pending_time_zone(c.pending_zone_name);
    SetTime(c.zone_change_time, changed.mutable_time_zone_change_time());
    return true;
  }
  bool operator()(const entitlement::TimeZoneChanged& c) {
    return WriteAccount(account_.display_name, c.zone_name);
  }

  bool operator()(const entitlement::ApplicationCreated& c) {
    return WriteApplication(c.display_name, false);
  }
  bool operator()(const entitlement::ApplicationUpdated& c) {
    const ApplicationEntry* entry = account_.Find(change_.application);
    return WriteApplication(c.display_name, entry != nullptr && entry->deleted());
  }
  bool operator()(const entitlement::ApplicationDeleted&) {
    return WriteApplication(DisplayName(), true);
  }
  bool operator()(const entitlement::ApplicationUndeleted&) {
    return WriteApplication(DisplayName(), false);
  }

  bool operator()(const entitlement::TrialStarted& c) {
    v1::TrialStarted& trial = *out_.mutable_trial_started();
    trial.set_licenses(c.licenses);
    SetTime(c.expire_time, trial.mutable_expire_time());
    return true;
  }
  bool operator()(const entitlement::OrderPlaced& c) {
    v1::OrderPlaced& order = *out_.mutable_order_placed();
    order.set_order_id(c.order.id.value());
    order.set_total_cents(c.order.total_cents);
    order.set_renewal(c.renewal);
    return true;
  }
  bool operator()(const entitlement::SubscriptionStored&) { return false; }
  bool operator()(const entitlement::LicensesGranted& c) {
    v1::LicensesGranted& granted = *out_.mutable_licenses_granted();
    granted.mutable_license_ids()->Reserve(ToInt32(c.count));
    for (int64_t i = 0; i < c.count; ++i) granted.add_license_ids(c.first_id.value() + i);
    granted.set_kind(static_cast<v1::LicenseKind>(c.kind));
    granted.set_edition(static_cast<v1::Edition>(c.edition));
    granted.set_source(static_cast<v1::LicenseSource>(c.source));
    granted.set_subscription_id(c.subscription.value());
    SetTime(c.expire_time, granted.mutable_expire_time());
    return true;
  }
  bool operator()(const entitlement::SubscriptionRenewed& c) {
    v1::SubscriptionRenewed& renewed = *out_.mutable_subscription_renewed();
    renewed.set_subscription_id(c.subscription.id.value());
    SetTime(c.subscription.expire_time, renewed.mutable_expire_time());
    for (const auto id : c.lapsed) renewed.add_lapsed_license_ids(id.value());
    return true;
  }

  bool operator()(const entitlement::LicensesExpired& c) {
    v1::LicenseExpired& expired = *out_.mutable_license_expired();
    for (const auto id : c.ids) expired.add_license_ids(id.value());
    expired.set_kind(static_cast<v1::LicenseKind>(c.kind));
    expired.set_edition(static_cast<v1::Edition>(c.edition));
    return true;
  }
  bool operator()(const entitlement::LicenseBound& c) {
    v1::LicenseBound& bound = *out_.mutable_license_bound();
    bound.set_license_id(c.id.value());
    SetString(c.email.value(), bound.mutable_email());
    bound.set_moved_from_license_id(c.moved_from.value());
    return true;
  }
  bool operator()(const entitlement::LicenseReleased& c) {
    v1::LicenseReleased& released = *out_.mutable_license_released();
    released.set_license_id(c.id.value());
    SetString(c.email.value(), released.mutable_email());
    released.set_cause(static_cast<v1::ReleaseCause>(c.cause));
    return true;
  }
  bool operator()(const entitlement::LicensesReset& c) {
    v1::LicensesReset& reset = *out_.mutable_licenses_reset();
    for (const auto id : c.released) reset.add_released_license_ids(id.value());
    for (const auto id : c.retained) reset.add_retained_license_ids(id.value());
    reset.set_month(entitlement::FormatMonth(c.month));
    reset.set_used(c.used);
    return true;
  }

  bool operator()(const entitlement::SessionStarted& c) {
    v1::SessionStarted& started = *out_.mutable_session_started();
    started.set_session_id(c.id.value());
    SetString(c.email.value(), started.mutable_email());
    started.set_channel(static_cast<v1::Channel>(c.channel));
    SetString(c.client_id.value(), started.mutable_client_id());
    started.set_license_id(c.license.value());
    return true;
  }
  bool operator()(const entitlement::SessionEnded& c) {
    v1::SessionEnded& ended = *out_.mutable_session_ended();
    ended.set_session_id(c.id.value());
    SetString(c.email.value(), ended.mutable_email());
    ended.set_reason(static_cast<v1::EndReason>(c.reason));
    ended.set_note(c.note);
    return true;
  }
  bool operator()(const entitlement::SessionDraining& c) {
    v1::SessionDraining& draining = *out_.mutable_session_draining();
    draining.set_session_id(c.id.value());
    SetString(c.email.value(), draining.mutable_email());
    draining.set_draining(c.draining);
    if (c.draining) SetTime(c.deadline, draining.mutable_drain_deadline_time());
    return true;
  }
  bool operator()(const entitlement::AgentDrainChanged&) { return false; }
  bool operator()(const entitlement::MobileAnsweringChanged& c) {
    v1::MobileAnsweringChanged& changed = *out_.mutable_mobile_answering_changed();
    SetString(c.email.value(), changed.mutable_email());
    changed.set_mode(static_cast<v1::MobileAnswering>(c.mode));
    return true;
  }
  bool operator()(const entitlement::SessionTtlChanged&) { return false; }
  bool operator()(const entitlement::SessionRenewed&) { return false; }
  bool operator()(const entitlement::SessionForgotten&) { return false; }

  bool operator()(const entitlement::PhoneOnline& c) {
    return WritePhoneOnline(c.id.value(), c.license.value());
  }
  bool operator()(const entitlement::PhoneMoved& c) {
    return WritePhoneOnline(c.id.value(), c.to.value());
  }
  bool operator()(const entitlement::PhoneOffline& c) {
    v1::PhoneOffline& offline = *out_.mutable_phone_offline();
    offline.set_phone_id(c.id.value());
    offline.set_license_id(c.license.value());
    offline.set_reason(static_cast<v1::EndReason>(c.reason));
    return true;
  }
  bool operator()(const entitlement::PhoneDraining& c) {
    v1::PhoneDraining& draining = *out_.mutable_phone_draining();
    draining.set_phone_id(c.id.value());
    draining.set_draining(c.deadline.has_value());
    if (c.deadline) SetTime(*c.deadline, draining.mutable_drain_deadline_time());
    return true;
  }
  bool operator()(const entitlement::PhoneTtlChanged&) { return false; }
  bool operator()(const entitlement::PhoneRenewed&) { return false; }
  bool operator()(const entitlement::VoicePlanStored&) { return false; }
  bool operator()(const entitlement::MinutesGranted& c) {
    v1::MinutesGranted& granted = *out_.mutable_minutes_granted();
    granted.set_grant_id(c.id.value());
    granted.set_product(c.product);
    granted.set_minutes(c.minutes);
    SetTime(c.expire_time, granted.mutable_expire_time());
    return true;
  }
  bool operator()(const entitlement::MinutesExpired& c) {
    v1::MinutesExpired& expired = *out_.mutable_minutes_expired();
    expired.set_grant_id(c.id.value());
    expired.set_unused_minutes(c.unused_minutes);
    return true;
  }
  bool operator()(const entitlement::CallStarted& c) {
    v1::CallStarted& started = *out_.mutable_call_started();
    started.set_call_id(c.id.value());
    started.set_direction(static_cast<v1::CallDirection>(c.direction));
    return true;
  }
  bool operator()(const entitlement::CallConnected& c) {
    out_.mutable_call_connected()->set_call_id(c.id.value());
    return true;
  }
  bool operator()(const entitlement::CallHeld&) { return false; }
  bool operator()(const entitlement::CallTtlChanged&) { return false; }
  bool operator()(const entitlement::CallsExtended&) { return false; }
  bool operator()(const entitlement::CallsContinued&) { return false; }
  bool operator()(const entitlement::CallEnded& c) {
    v1::CallEnded& ended = *out_.mutable_call_ended();
    ended.set_call_id(c.id.value());
    WriteCharges(c.charges, ended);
    ended.set_reason(static_cast<v1::CallEndReason>(c.reason));
    return true;
  }
  bool operator()(const entitlement::CallAdjusted& c) {
    v1::CallAdjusted& adjusted = *out_.mutable_call_adjusted();
    adjusted.set_call_id(c.id.value());
    WriteCharges(c.charges, adjusted);
    return true;
  }
  bool operator()(const entitlement::CallsForgotten&) { return false; }

  bool operator()(const entitlement::DenialCounted&) { return false; }
  bool operator()(const entitlement::UsageMonthStarted&) { return false; }

  bool operator()(const entitlement::TokenCreated& c) {
    return WriteToken(c.token.id, c.token.role, c.token.account, false);
  }
  bool operator()(const entitlement::TokenRevoked& c) {
    return WriteToken(c.id, c.role, c.account, true);
  }

 private:
  bool WriteToken(entitlement::TokenId id, entitlement::Role role,
                  const entitlement::AccountId& account, bool revoked) {
    if (!account.empty()) out_.set_account(AccountName(account));
    v1::TokenChanged& changed = *out_.mutable_token_changed();
    changed.set_token_id(absl::StrCat(id.value()));
    SetString(ToString(role), changed.mutable_role());
    changed.set_revoked(revoked);
    return true;
  }

  bool WriteAccount(const std::string& display_name, const std::string& zone) {
    v1::AccountChanged& changed = *out_.mutable_account_changed();
    changed.set_display_name(display_name);
    changed.set_time_zone(zone);
    return true;
  }

  bool WriteApplication(const std::string& display_name, bool deleted) {
    v1::ApplicationChanged& changed = *out_.mutable_application_changed();
    changed.set_display_name(display_name);
    changed.set_deleted(deleted);
    return true;
  }

  bool WritePhoneOnline(const std::string& phone, int64_t license) {
    v1::PhoneOnline& online = *out_.mutable_phone_online();
    online.set_phone_id(phone);
    online.set_license_id(license);
    return true;
  }

  template <typename Message>
  static void WriteCharges(const entitlement::MinuteSpans& charges, Message& out) {
    out.set_charged_minutes(entitlement::CoveredMinutesOf(charges));
    for (const entitlement::MinuteSpan& span : entitlement::ByGrant(charges)) {
      v1::MinuteCharge& charge = *out.add_charges();
      charge.set_grant_id(span.grant.value());
      charge.set_minutes(span.minutes);
    }
  }

  std::string DisplayName() const {
    const ApplicationEntry* entry = account_.Find(change_.application);
    return entry == nullptr ? std::string() : entry->display_name;
  }

  const Account& account_;
  const Change& change_;
  v1::Event& out_;
};

// Appends to an encoded v1::WatchEventsResponse one event more. An encoding may be put together of
// the encodings of its parts, and of a field that two of them have, the last counts
// (https://protobuf.dev/programming-guides/encoding/#last-one-wins): a payload may name an account.
void AppendEvent(const std::string& common, const v1::Event& own, std::string& encoded) {
  using google::protobuf::internal::WireFormatLite;
  using google::protobuf::io::CodedOutputStream;
  constexpr uint32_t kTag = WireFormatLite::MakeTag(v1::WatchEventsResponse::kEventsFieldNumber,
                                                    WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  const size_t size = common.size() + own.ByteSizeLong();
  std::array<uint8_t, 2 * kVarint32BytesMax> head;
  uint8_t* end = CodedOutputStream::WriteTagToArray(kTag, head.data());
  end = CodedOutputStream::WriteVarint32ToArray(static_cast<uint32_t>(size), end);
  const auto head_size = static_cast<size_t>(end - head.data());
  encoded.reserve(encoded.size() + head_size + size);
  encoded.append(reinterpret_cast<const char*>(head.data()), head_size);
  encoded.append(common);
  own.AppendToString(&encoded);
}

}  // namespace

bool WriteEventPayload(const Account& account, const Change& change, v1::Event& out) {
  return std::visit(PayloadWriter(account, change, out), change.payload);
}

const std::string& EventEncoder::Common(const engine::CommandEvents& events, const Change& change) {
  const Account* account = events.account;
  const std::string_view account_id = account != nullptr ? account->id.value() : std::string_view();
  if (!common_.empty() && change.application == application_ && change.event_time == event_time_ &&
      events.record_time == record_time_ && account_id == account_id_ && events.actor == actor_) {
    return common_;
  }
  application_ = change.application;
  event_time_ = change.event_time;
  record_time_ = events.record_time;
  account_id_ = account_id;
  actor_ = events.actor;

  v1::Event event;
  if (account != nullptr) event.set_account(AccountName(account->id));
  const ApplicationEntry* entry = account != nullptr ? account->Find(application_) : nullptr;
  if (entry != nullptr) event.set_application(ApplicationName(account->id, entry->id));
  event.set_actor(actor_);
  SetTime(event_time_, event.mutable_event_time());
  SetTime(record_time_, event.mutable_record_time());
  event.SerializeToString(&common_);
  return common_;
}

std::string EventEncoder::operator()(const engine::CommandEvents& events) {
  alignas(8) std::array<char, kArenaBytes> block;
  google::protobuf::ArenaOptions options;
  options.initial_block = block.data();
  options.initial_block_size = block.size();
  google::protobuf::Arena arena(options);

  // The server's own events are of no account, unless their payload says which one.
  static const Account kNone;
  const Account& account = events.account != nullptr ? *events.account : kNone;
  auto& own = *google::protobuf::Arena::CreateMessage<v1::Event>(&arena);
  std::string encoded;
  for (const Change& change : events.changes) {
    if (entitlement::ClassOf(change.payload) != entitlement::ChangeClass::kEvent) continue;
    own.Clear();
    WriteEventPayload(account, change, own);
    own.set_revision(change.revision.value());
    own.set_command_revision(events.command_revision.value());
    if (!events.request_id.empty()) SetString(events.request_id, own.mutable_request_id());
    AppendEvent(Common(events, change), own, encoded);
  }
  return encoded;
}

}  // namespace usher::rpc
