// NaiveModel: the rules R11–R27 in the plainest form that is right, for the property test to
// compare with.
//
// Written from the rules and not from the core: flat lists that are searched through, no index, no
// counter that could be told from the lists, no change and no event. One account with any number of
// applications. One thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "entitlement/application.h"
#include "entitlement/command.h"
#include "entitlement/types.h"
#include "tests/entitlement/naive_voice.h"

namespace usher::entitlement::testing {

class NaiveModel {
 public:
  // Applications of an account that is in UTC at first.
  NaiveModel(absl::Time now, const std::vector<std::string>& applications, int resets_per_month);

  // Carries a command out; "OK" or the contract's name of the refusal.
  std::string Run(const std::string& application, const CommandPayload& command);

  // Time passes; while the server is down leases stand still and are given anew afterwards.
  void AdvanceTo(absl::Time until) { PassTo(until, true); }
  void SleepServerDown(absl::Duration by);

  // The next instant at which something happens by itself.
  absl::Time NextEvent() const { return NextInstant(true); }
  // The same without the ends of leases.
  absl::Time NextDeadline() const { return NextInstant(false); }
  absl::Time now() const { return now_; }
  // Ids of the subscriptions that there are, and the last session id given out.
  int64_t LastSubscription(const std::string& application) const;
  int64_t LastSession(const std::string& application) const;

  // All that can be seen of an application, in words, for comparison.
  std::string Describe(const std::string& application) const;

  // Calls and minutes of the account (naive_voice.h).
  int64_t MinutesLeft() { return voice_.Left(now_); }
  std::string DescribeVoice() { return voice_.Describe(now_); }
  std::string Learn(const std::map<NaiveVoice::CallKey, NaiveVoice::Held>& held) {
    return voice_.Learn(held, now_);
  }

 private:
  struct Seat {
    int64_t id = 0;
    LicenseKind kind = LicenseKind::kAgent;
    Edition edition = Edition::kStandard;
    LicenseSource source = LicenseSource::kTrial;
    int64_t subscription = 0;
    absl::Time expire_time;
    std::string holder;
  };
  struct LiveSession {
    int64_t id = 0;
    std::string email;
    Channel channel = Channel::kWeb;
    std::string client;
    absl::Duration ttl;
    absl::Time lease_end;
  };
  struct OnlinePhone {
    absl::Duration ttl;
    absl::Time lease_end;
  };
  struct Plan {
    std::string product;
    // Unset for Voice AI.
    std::optional<Edition> edition;
    int64_t units = 0;
    absl::Time start_time;
    int months = 0;
    absl::Time expire_time;
    std::vector<AddOn> add_ons;
  };
  using PoolKey = std::pair<LicenseKind, Edition>;
  struct Figures {
    int64_t peak = 0;
    int64_t denials = 0;
  };
  struct App {
    bool deleted = false;
    std::vector<Seat> seats;
    std::vector<LiveSession> sessions;
    int64_t last_session = 0;
    // Not off.
    std::map<std::string, MobileAnswering> mobile;
    std::map<std::string, OnlinePhone> phones;
    // When holders of expired seats are cut off.
    std::map<std::pair<LicenseKind, std::string>, absl::Time> deadlines;
    // Subscription n stands at n - 1.
    std::vector<Plan> plans;
    int resets_used = 0;
    std::map<PoolKey, Figures> figures;
  };

  // One function for each command; the rest has no effect here.
  std::string On(App& app, const StartSession& command);
  std::string On(App& app, const RenewSessions& command);
  std::string On(App& app, const EndSession& command);
  std::string On(App& app, const ForceOffline& command);
  std::string On(App& app, const SetMobileAnswering& command);
  std::string On(App& app, const RegisterPhone& command);
  std::string On(App& app, const RenewPhones& command);
  std::string On(App& app, const UnregisterPhone& command);
  std::string On(App& app, const ResetLicenses& command);
  std::string On(App& app, const CreateOrder& command);
  std::string On(App& app, const RenewSubscription& command);
  std::string On(App& app, const DeleteApplication& command);
  std::string On(App& app, const UndeleteApplication& command);
  std::string On(App& app, const UpdateAccount& command);

  bool Expired(const Seat& seat) const { return seat.expire_time <= now_; }
  bool Active(const App& app, LicenseKind kind, const std::string& holder) const;
  Seat* SeatOf(App& app, LicenseKind kind, const std::string& holder) const;
  // R13, among idle seats.
  Seat* BestIdle(App& app, LicenseKind kind, std::optional<Edition> edition) const;
  // R12: the seat that serves an email, bound if need be; null after a denial was counted.
  Seat* Occupy(App& app, const std::string& email, std::optional<Edition> edition);
  std::string WhyNot(App& app, const std::string& email);
  void Deny(App& app, LicenseKind kind, std::optional<Edition> edition);
  int64_t InUse(const App& app, LicenseKind kind, Edition edition) const;

  absl::Time NextInstant(bool leases_run) const;
  void PassTo(absl::Time until, bool leases_run);
  void HappenNow(App& app, bool month_ends, bool leases_run);
  void EndMonth();
  // R16, until nothing is left to say.
  void Settle(App& app);
  void NotePeaks(App& app);

  // Orders: naive_model_orders.cc.
  NaiveCalendar Calendar() const;
  absl::Time MonthsAfter(absl::Time anchor, int months) const;
  std::optional<int64_t> PlanFor(const App& app, const OrderItem& item,
                                 std::optional<Edition> edition, size_t first_new,
                                 std::string& refusal) const;
  void Grant(App& app, int64_t plan, const std::string& product, int64_t quantity);
  void GiveUpRest(App& app, int64_t plan, const std::vector<AddOn>& carried, int64_t units,
                  absl::Time old_expiry);

  int resets_per_month_;
  absl::Time now_;
  absl::TimeZone zone_ = absl::UTCTimeZone();
  std::string zone_name_ = "UTC";
  std::optional<std::string> next_zone_;
  absl::CivilMonth month_;
  absl::Time month_start_;
  absl::Time month_end_;
  std::map<std::string, App> apps_;
  NaiveVoice voice_;
  // The application of the command that runs.
  std::string running_;
};

// As Describe tells of one thing of each sort, so that the core's state is told in the same words.
std::string TellSeat(int64_t id, LicenseKind kind, Edition edition, absl::Time expire_time,
                     bool expired, const std::string& holder);
std::string TellSession(int64_t id, const std::string& email, Channel channel,
                        const std::string& client, absl::Time lease_end);
std::string TellPhone(const std::string& id, absl::Time lease_end);
std::string TellDeadline(const std::string& holder, absl::Time deadline);
std::string TellMobile(const std::string& email, MobileAnswering mode);
std::string TellPool(LicenseKind kind, Edition edition, int64_t total, int64_t held, int64_t in_use,
                     int64_t peak, int64_t denials);
std::string TellPlan(int64_t id, int64_t units, absl::Time expire_time);
std::string TellRest(bool deleted, int resets_used);

}  // namespace usher::entitlement::testing
