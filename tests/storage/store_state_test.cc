// What is loaded is what was committed: every change leaves in the store the state that Apply
// leaves in memory.
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/store.h"
#include "tests/storage/store_test_support.h"

namespace usher::storage::testing {
namespace {

using ::testing::TestWithParam;
using ::testing::Values;

using namespace entitlement;  // NOLINT(google-build-using-namespace): the vocabulary of every line.

// Runs commands at random, so that sessions, phones, terms and zones get into each other's way.
class RandomLife {
 public:
  explicit RandomLife(uint32_t seed) : random_(seed) { world_.WithApplication("Europe/Berlin"); }

  World& world() { return world_; }

  void Step() {
    switch (Below(32)) {
      case 0:
        return Buy("standard-agent-package", 1);
      case 1:
        return Buy(Below(2) == 0 ? "premium-agent-package" : "standard-agent", 1 + Below(2));
      case 2:
        return Buy(Below(2) == 0 ? "standard-sip" : "premium-sip", 1 + Below(3));
      case 3:
        return Renew();
      case 4:
        return Run(ResetLicenses{});
      case 5:
        return Run(SetMobileAnswering{.email = Mail(),
                                      .mode = static_cast<MobileAnswering>(1 + Below(3))});
      case 6:
        return Run(ForceOffline{.email = Mail(), .mobile_answering_off = Below(2) == 0});
      case 7:
        return EndOne();
      case 8:
      case 9:
        return Phone();
      case 10:
        return Rename();
      case 11:
        return Run(Below(3) == 0 ? CommandPayload(DeleteApplication{})
                                 : CommandPayload(UndeleteApplication{}));
      case 12:
      case 13:
      case 14:
        return Wait();
      case 15:
        return MeetExpiry();
      case 16:
        return Buy("voice-agent-package", 1);
      case 17:
        return Below(2) == 0 ? Buy("voice-concurrency", 1 + Below(2)) : Buy("voice-minutes", 5000);
      case 18:
      case 19:
      case 20:
      case 21:
        return StartOne();
      case 22:
      case 23:
        return Run(ConnectCall{.id = AnyCall()});
      case 24:
        return Run(ExtendCalls{{AnyCall()}});
      case 25:
        return KeepTalking();
      case 26:
        return EndOneCall();
      default:
        return Login();
    }
  }

 private:
  int Below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  Email Mail() { return Email(absl::StrCat("agent-", Below(9), "@acme.example")); }

  void Run(CommandPayload payload) { world_.Run(std::move(payload)); }

  void Login() {
    Run(StartSession{.email = Mail(),
                     .channel = static_cast<Channel>(1 + Below(3)),
                     .client_id = ClientId(absl::StrCat("tab-", Below(3))),
                     .ttl = absl::Minutes(1 + Below(60))});
  }

  void EndOne() {
    const auto& sessions = world_.application().sessions;
    if (sessions.empty()) return;
    const auto any = std::next(sessions.begin(), Below(static_cast<int>(sessions.size())));
    Run(EndSession{.id = any->id, .note = "over", .forced = Below(2) == 0});
  }

  CallId AnyCall() { return CallId(absl::StrCat("call-", Below(5))); }

  void StartOne() {
    Run(StartCall{.id = AnyCall(),
                  .direction = static_cast<CallDirection>(1 + Below(2)),
                  .ttl = absl::Minutes(Below(10))});
  }

  // Beyond the first hold.
  void KeepTalking() {
    const CallId id = AnyCall();
    Run(StartCall{.id = id, .direction = CallDirection::kInbound, .ttl = absl::Minutes(2)});
    Run(ConnectCall{.id = id});
    for (int64_t minute = 0; minute < 2 * kHoldStepMinutes; ++minute) {
      world_.Advance(absl::Minutes(1));
      Run(ExtendCalls{{id}});
    }
  }

  void EndOneCall() {
    EndCall end{.id = AnyCall()};
    if (Below(2) == 0) end.connected_duration = absl::Minutes(Below(90));
    Run(end);
  }

  void Phone() {
    const PhoneId id(absl::StrCat("ext-", Below(6)));
    if (Below(4) == 0) return Run(UnregisterPhone{.id = id});
    Run(RegisterPhone{.id = id, .ttl = absl::Minutes(1 + Below(300))});
  }

  void Buy(const char* product, int quantity) {
    Run(CreateOrder{.items = {OrderItem{.product = product, .quantity = quantity}},
                    .months = 1 + Below(2)});
  }

  void Renew() {
    const auto& subscriptions = world_.application().subscriptions;
    if (subscriptions.empty()) return;
    const auto any =
        std::next(subscriptions.begin(), Below(static_cast<int>(subscriptions.size())));
    Run(RenewSubscription{.id = any->first, .months = 1});
  }

  void Rename() {
    world_.Run(UpdateApplication{.display_name = absl::StrCat("Support ", Below(100))});
    const char* const zones[] = {"UTC", "America/New_York", "Asia/Tokyo", "Europe/Berlin"};
    world_.Run(UpdateAccount{.display_name = absl::StrCat("Acme ", Below(100)),
                             .zone_name = zones[Below(4)]},
               Target{.account = AccountId("acme"), .application = {}});
  }

  void Wait() {
    const absl::Duration waits[] = {absl::Seconds(20), absl::Minutes(3), absl::Minutes(30),
                                    absl::Hours(5), absl::Hours(24 * 9)};
    world_.Advance(waits[Below(static_cast<int>(std::size(waits)))]);
  }

  // Fills the application just before licenses expire, so that holders move and drain (R16, R21).
  void MeetExpiry() {
    const auto& expiries = world_.application().expiries;
    if (expiries.empty()) return;
    const absl::Time expiry = expiries.begin()->expire_time;
    world_.AdvanceTo(expiry - absl::Seconds(5));
    for (int i = 0; i < 9; ++i) Login();
    for (int i = 0; i < 6; ++i) Phone();
    world_.AdvanceTo(expiry + absl::Seconds(1));
  }

  std::mt19937 random_;
  World world_;
};

class StoreState : public TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Stores, StoreState, Values("memory", "sqlite"), NameOfKind);

TEST_P(StoreState, IsAfterEveryCommitWhatApplyLeft) {
  std::set<size_t> kinds;
  for (uint32_t seed = 1; seed <= 16; ++seed) {
    StoreUnderTest store(GetParam());
    RandomLife life(seed);
    for (int step = 0; step < 250; ++step) {
      life.Step();
      ASSERT_EQ(CommitNews(*store, life.world()), absl::OkStatus());
      ExpectStored(*store, life.world());
      ASSERT_FALSE(HasFailure()) << "seed " << seed << ", step " << step;
    }
    for (const Change& change : life.world().changes()) kinds.insert(change.payload.index());
  }
  // Every change that is written has been; those of memory alone are not, and tokens have a test of
  // their own.
  for (size_t kind = 0; kind < std::variant_size_v<ChangePayload>; ++kind) {
    const bool elsewhere = kind == ChangePayload(SessionRenewed{}).index() ||
                           kind == ChangePayload(PhoneRenewed{}).index() ||
                           kind == ChangePayload(CallsExtended{}).index() ||
                           kind == ChangePayload(CallsContinued{}).index() ||
                           kind == ChangePayload(CallsForgotten{}).index() ||
                           kind == ChangePayload(TokenCreated{}).index() ||
                           kind == ChangePayload(TokenRevoked{}).index() ||
                           kind == ChangePayload(DenialCounted{}).index() ||
                           kind == ChangePayload(UsageMonthStarted{}).index();
    EXPECT_TRUE(elsewhere || kinds.contains(kind)) << "payload " << kind << " did not happen";
  }
}

class StoreSessions : public TestWithParam<std::string> {
 protected:
  StoreSessions() : store_(GetParam()) {
    script_.Add(LicenseBound{.id = LicenseId(1), .email = kAnn});
    script_.Add(Started(1, kAnn.value(), 1));
    Commit();
  }

  void Commit() { ASSERT_EQ(script_.Commit(*store_), absl::OkStatus()); }

  Application Load(absl::Time ended_since = absl::InfinitePast()) {
    return store_->LoadApplication(ApplicationNo(1), ended_since).value();
  }

  void TakeOver(int64_t from, int64_t to) {
    script_.At(script_.now() + absl::Minutes(1));
    script_.Add(Ended(from, kAnn.value(), EndReason::kSuperseded));
    script_.Add(Started(to, kAnn.value(), 1));
    Commit();
  }

  const Email kAnn{"ann@acme.example"};
  StoreUnderTest store_;
  Script script_ = Script::WithApplication();
};

INSTANTIATE_TEST_SUITE_P(Stores, StoreSessions, Values("memory", "sqlite"), NameOfKind);

TEST_P(StoreSessions, TakeoverEndsTheOlderSession) {  // R15
  const absl::Time start = script_.now();
  TakeOver(1, 2);
  const Application loaded = Load();
  ASSERT_EQ(loaded.sessions.size(), 1U);
  const Session& live = *loaded.Find(SessionId(2));
  EXPECT_EQ(live.client_id, ClientId("tab-2"));
  EXPECT_EQ(live.start_time, script_.now());
  EXPECT_EQ(live.revision, Revision(script_.last_revision()));
  EXPECT_EQ(live.lease_end, LeaseTime());
  const EndedSession& ended = loaded.ended_sessions.at(SessionId(1));
  EXPECT_EQ(ended.start_time, start);
  EXPECT_EQ(ended.end_time, script_.now());
  EXPECT_EQ(ended.reason, EndReason::kSuperseded);
  EXPECT_EQ(ended.license, LicenseId(1));
  EXPECT_EQ(loaded.agents.Find(kAnn)->sessions[0], SessionId(2));
  EXPECT_EQ(loaded.agents.Find(kAnn)->last_active_time, script_.now());
}

TEST_P(StoreSessions, EndedOnesAreLoadedFromAnInstantOn) {
  TakeOver(1, 2);
  const absl::Time first_end = script_.now();
  TakeOver(2, 3);
  script_.At(script_.now() + absl::Minutes(1)).Add(Ended(3, kAnn.value(), EndReason::kLogout));
  Commit();
  EXPECT_EQ(Load(first_end).ended_sessions.size(), 3U);
  EXPECT_EQ(Load(first_end + absl::Microseconds(1)).ended_sessions.size(), 2U);
  EXPECT_EQ(Load(script_.now()).ended_sessions.size(), 1U);
  EXPECT_EQ(Load(script_.now() + absl::Seconds(1)).ended_sessions.size(), 0U);
}

TEST_P(StoreSessions, AreForgottenInTheOrderOfTheirEnds) {
  TakeOver(1, 2);
  TakeOver(2, 3);
  script_.Add(SessionForgotten{SessionId(1)});
  Commit();
  EXPECT_EQ(Load().ended_sessions.size(), 1U);
  EXPECT_TRUE(Load().ended_sessions.contains(SessionId(2)));
  script_.Add(SessionForgotten{SessionId(2)});
  Commit();
  EXPECT_EQ(Load().ended_sessions.size(), 0U);
  EXPECT_EQ(Load().sessions.size(), 1U);
}

// Who is offline has nothing left to drain, whatever the row still says.
TEST_P(StoreSessions, ADrainDeadlineGoesWithTheLastSession) {  // R16
  const absl::Time deadline = script_.now() + absl::Minutes(5);
  script_.Add(LicensesExpired{.ids = {LicenseId(1)}});
  script_.Add(AgentDrainChanged{.email = kAnn, .deadline = deadline});
  Commit();
  EXPECT_EQ(Load().agents.Find(kAnn)->drain_deadline, deadline);
  script_.At(deadline).Add(Ended(1, kAnn.value(), EndReason::kLicenseExpired));
  Commit();
  EXPECT_EQ(Load().agents.Find(kAnn)->drain_deadline, std::nullopt);
  EXPECT_TRUE(Load().licenses[0].held());

  // Back on another license, it is not before that one's expiry that a deadline counts.
  script_.At(deadline + absl::Hours(1));
  script_.Add(LicenseReleased{.id = LicenseId(1), .email = kAnn, .cause = ReleaseCause::kMoved});
  script_.Add(LicenseBound{.id = LicenseId(2), .email = kAnn, .moved_from = LicenseId(1)});
  script_.Add(Started(2, kAnn.value(), 2));
  Commit();
  EXPECT_EQ(Load().agents.Find(kAnn)->drain_deadline, std::nullopt);
}

TEST_P(StoreSessions, AgentsLastActivityOutlivesItsSession) {
  script_.At(script_.now() + absl::Minutes(7)).Add(Ended(1, kAnn.value(), EndReason::kLogout));
  Commit();
  const absl::Time end = script_.now();
  EXPECT_EQ(Load().agents.Find(kAnn)->last_active_time, end);
  script_.At(end + absl::Hours(1)).Add(SessionForgotten{SessionId(1)});
  Commit();
  EXPECT_EQ(Load().agents.Find(kAnn)->last_active_time, end);
  EXPECT_EQ(Load().ended_sessions.size(), 0U);
}

}  // namespace
}  // namespace usher::storage::testing
