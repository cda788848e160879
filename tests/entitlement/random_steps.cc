#include "tests/entitlement/random_steps.h"

#include <algorithm>
#include <ostream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rapidcheck.h"
#include "tests/entitlement/agents.h"
#include "tests/entitlement/buying.h"

namespace usher::entitlement::testing {
namespace {

template <typename T, size_t kCount>
const T& Pick(const T (&choices)[kCount], int number) {
  return choices[static_cast<size_t>(number) % kCount];
}

const char* const kNames[] = {"ann", "ben", "cat", "dan", "eve", "fay"};
// Without daylight saving: what a gap in civil time means is civil_test's matter.
const char* const kZones[] = {"UTC", "Asia/Tokyo", "America/Phoenix", "Asia/Kolkata"};
const absl::Duration kWaits[] = {absl::Seconds(1),    absl::Seconds(8),     absl::Seconds(20),
                                 absl::Seconds(45),   absl::Minutes(1),     absl::Minutes(4),
                                 absl::Minutes(5),    absl::Minutes(50),    absl::Hours(5),
                                 absl::Hours(24 * 4), absl::Hours(24 * 14), absl::Hours(24 * 32)};
const absl::Duration kTtls[] = {absl::Hours(1), absl::ZeroDuration(), absl::Seconds(5),
                                absl::Hours(30)};

const absl::Duration kCallTtls[] = {absl::ZeroDuration(), absl::Seconds(5), absl::Minutes(3),
                                    absl::Hours(1)};

std::optional<Edition> EditionOf(int number) {
  if (number % 4 == 0) return Edition::kStandard;
  if (number % 4 == 1) return Edition::kPremium;
  return std::nullopt;
}

PhoneId PhoneOf(const Step& step) { return PhoneId(absl::StrCat(200 + step.who)); }

std::vector<OrderItem> BasketOf(int number) {
  switch (number) {
    case 0:
      return {Item("standard-agent-package", 1), Item("standard-sip", 2)};
    case 1:
      return {Item("standard-sip", 1), Item("standard-agent-package", 1)};
    case 2:
      return {Item("premium-agent-package", 1)};
    case 3:
      return {Item("premium-agent", 1), Item("premium-agent-package", 2)};
    case 4:
      return {Item("standard-agent-package", 1), Item("premium-agent-package", 1)};
    case 5:
      return {Item("standard-agent-package", 1), Item("standard-agent-package", 1)};
    case 6:
      return {Item("premium-agent", 1), Item("standard-agent", 1)};
    case 7:
      return {Item("standard-agent", 2)};
    case 8:
      return {Item("premium-sip", 2)};
    default:
      return {Item("standard-sip", 1)};
  }
}

std::vector<OrderItem> VoiceBasketOf(int number) {
  switch (number) {
    case 0:
    case 1:
    case 2:
      return {Item("voice-agent-package", 1)};
    case 3:
      return {Item("voice-concurrency", 1), Item("voice-agent-package", 2)};
    case 4:
    case 5:
      return {Item("voice-concurrency", 2)};
    case 6:
      return {Item("voice-agent-package", 1), Item("voice-agent-package", 1),
              Item("voice-minutes", 5'000)};
    case 7:
      return {Item("standard-agent", 1), Item("voice-concurrency", 1)};
    default:
      return {Item("voice-minutes", 5'000)};
  }
}

CallId CallOf(const Step& step) { return CallId(absl::StrCat("call-", step.who)); }

// Often nearly all that is left, so that the last minutes are fought for.
std::optional<absl::Duration> ConnectedOf(const Step& step, int64_t left) {
  if (step.b >= 8) return absl::Minutes(std::max<int64_t>(0, left + 3 - step.c % 4));
  const std::optional<absl::Duration> durations[] = {
      std::nullopt,         std::nullopt,         absl::ZeroDuration(),  absl::Seconds(1),
      absl::Seconds(61),    absl::Minutes(9),     absl::Minutes(700),    absl::Minutes(4'000),
      absl::Minutes(7'996), absl::Minutes(7'999), absl::Minutes(13'000), std::nullopt};
  return Pick(durations, step.b);
}

CommandPayload OrderOf(const Step& step, int64_t subscriptions) {
  const bool voice = step.act == Act::kVoiceOrder;
  CreateOrder order = {.items = voice ? VoiceBasketOf(step.a) : BasketOf(step.a),
                       .months = 1 + step.c % 2,
                       .validate_only = step.b == 11};
  // Add-ons name a subscription now and then, also one that there is not.
  for (OrderItem& item : order.items) {
    if (step.b % 3 != 2 || item.product.ends_with("-package") || item.product == "voice-minutes") {
      continue;
    }
    item.subscription = SubscriptionId(1 + step.c % (subscriptions + 1));
  }
  return order;
}

CommandPayload RenewalOf(const Step& step, int64_t subscriptions) {
  RenewSubscription renewal = {.id = SubscriptionId(1 + step.a % (subscriptions + 1)),
                               .months = 1 + step.b % 2,
                               .units = std::nullopt,
                               .add_ons = std::nullopt,
                               .validate_only = step.c % 9 == 8};
  if (step.c % 4 == 1) renewal.units = 1;
  if (step.c % 4 == 3) renewal.units = 2;
  if (step.c % 3 == 2) renewal.add_ons.emplace();
  return renewal;
}

}  // namespace

std::string ApplicationOf(const Step& step) { return Pick(kStepApplications, step.application); }
absl::Duration DurationOf(const Step& step) { return Pick(kWaits, step.a); }
Email EmailOf(const Step& step) { return Mail(Pick(kNames, step.who)); }

CommandPayload CommandOf(const Step& step, NaiveModel& model) {
  const std::string app = ApplicationOf(step);
  switch (step.act) {
    case Act::kLogin:
      return StartSession{.email = EmailOf(step),
                          .channel = Pick(kChannels, step.a),
                          .client_id = ClientId(absl::StrCat("client-", step.b % 2)),
                          .edition = EditionOf(step.c),
                          .ttl = Pick(kTtls, step.b / 2)};
    case Act::kRenewSessions: {
      RenewSessions renewal;
      for (int64_t id = 1; id <= model.LastSession(app); ++id) {
        if ((id + step.a) % 3 != 0) renewal.ids.emplace_back(id);
      }
      return renewal;
    }
    case Act::kLogout:
      // Mostly one of the latest, which are live.
      return EndSession{
          .id = SessionId(std::max<int64_t>(0, model.LastSession(app) + 1 - step.a % 6)),
          .note = "",
          .forced = step.b % 4 == 3};
    case Act::kForceOffline:
      return ForceOffline{
          .email = EmailOf(step), .mobile_answering_off = step.a % 2 == 1, .note = ""};
    case Act::kMobile:
      return SetMobileAnswering{.email = EmailOf(step),
                                .mode = static_cast<MobileAnswering>(1 + step.a % 3),
                                .edition = EditionOf(step.b)};
    case Act::kRegister:
      return RegisterPhone{
          .id = PhoneOf(step), .edition = EditionOf(step.a), .ttl = Pick(kTtls, step.b)};
    case Act::kRenewPhones:
      return RenewPhones{.ids = {PhoneOf(step), PhoneId("201"), PhoneId("202")}};
    case Act::kUnregister:
      return UnregisterPhone{.id = PhoneOf(step)};
    case Act::kReset:
      return ResetLicenses{.license_ids = {}, .validate_only = step.a % 6 == 5, .etag = ""};
    case Act::kStartCall:
      return StartCall{
          .id = CallOf(step), .direction = CallDirection::kInbound, .ttl = Pick(kCallTtls, step.b)};
    case Act::kConnectCall:
      // Now and then told late, or wrongly.
      return ConnectCall{
          .id = CallOf(step),
          .connect_time = step.a % 4 == 3 ? std::optional(model.now() - absl::Seconds(7 * step.b))
                                          : std::nullopt};
    case Act::kExtendCalls: {
      ExtendCalls extension;
      for (int who = 0; who < 6; ++who) {
        if ((who + step.a) % 4 != 0) extension.ids.emplace_back(absl::StrCat("call-", who));
      }
      extension.ids.push_back(CallOf(step));
      return extension;
    }
    case Act::kEndCall:
      return EndCall{.id = CallOf(step),
                     .connected_duration = ConnectedOf(step, model.MinutesLeft())};
    case Act::kVoiceOrder:
    case Act::kOrder:
      return OrderOf(step, model.LastSubscription(app));
    case Act::kRenewSubscription:
      return RenewalOf(step, model.LastSubscription(app));
    case Act::kDelete:
      return DeleteApplication{};
    case Act::kUndelete:
      return UndeleteApplication{};
    case Act::kZone:
      return UpdateAccount{.display_name = std::nullopt, .zone_name = Pick(kZones, step.a)};
    default:
      return GetApplication{};
  }
}

std::ostream& operator<<(std::ostream& out, const Step& step) {
  static const char* const kWords[] = {"wait",         "wait for event",
                                       "stand still",  "stand still past event",
                                       "server down",  "server down until deadline",
                                       "login",        "renew sessions",
                                       "logout",       "force offline",
                                       "mobile",       "register",
                                       "renew phones", "unregister",
                                       "start call",   "connect call",
                                       "extend calls", "end call",
                                       "voice order",  "reset",
                                       "order",        "renew subscription",
                                       "delete",       "undelete",
                                       "zone"};
  out << "\n  " << ApplicationOf(step) << " " << kWords[static_cast<size_t>(step.act)];
  if (step.act == Act::kWait || step.act == Act::kStandStill || step.act == Act::kServerDown) {
    return out << " " << DurationOf(step);
  }
  return out << " " << Pick(kNames, step.who) << " a=" << step.a << " b=" << step.b
             << " c=" << step.c;
}

rc::Gen<Step> AnyStep() {
  using rc::gen::inRange;
  using rc::gen::set;
  return rc::gen::build<Step>(
      set(&Step::act, rc::gen::weightedElement<Act>(
                          {{6, Act::kWait},         {12, Act::kWaitForEvent},
                           {3, Act::kStandStill},   {6, Act::kStandStillPastEvent},
                           {2, Act::kServerDown},   {10, Act::kServerDownUntilDeadline},
                           {30, Act::kLogin},       {8, Act::kRenewSessions},
                           {10, Act::kLogout},      {4, Act::kForceOffline},
                           {6, Act::kMobile},       {22, Act::kRegister},
                           {5, Act::kRenewPhones},  {4, Act::kUnregister},
                           {24, Act::kStartCall},   {16, Act::kConnectCall},
                           {20, Act::kExtendCalls}, {16, Act::kEndCall},
                           {10, Act::kVoiceOrder},  {16, Act::kReset},
                           {14, Act::kOrder},       {7, Act::kRenewSubscription},
                           {1, Act::kDelete},       {8, Act::kUndelete},
                           {1, Act::kZone}})),
      set(&Step::application, rc::gen::weightedElement<int>({{5, 0}, {1, 1}})),
      set(&Step::who, inRange(0, 6)), set(&Step::a, inRange(0, 12)), set(&Step::b, inRange(0, 12)),
      set(&Step::c, inRange(0, 12)));
}

}  // namespace usher::entitlement::testing
