// Time that passes while the server is down: the real binary restarted with its wall clock moved
// on. What fell due is done at its due time, as the journal says (R29).
#include <signal.h>

#include <optional>
#include <vector>

#include "storage/sqlite/sqlite_store.h"
#include "tests/e2e/api.h"
#include "tests/support/test_server.h"
#include "usher/v1/event_service.pb.h"

namespace usher::e2e {
namespace {

using testing::TempDir;
using testing::UsherdProcess;

constexpr int kJournalPage = 1000;

class ClockTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::CanMoveClock()) GTEST_SKIP() << "libfaketime can't be used here";
    Serve(absl::ZeroDuration());
    api_->CreateSupport();
  }

  // Serves on the same data with a clock that shows `offset` more than the machine's.
  void Serve(absl::Duration offset) {
    Stop();
    usherd_.emplace(std::vector<std::string>{"--data-dir", data_dir(), "--listen", "127.0.0.1:0"},
                    offset);
    const std::string address = usherd_->WaitForAddress();
    ASSERT_FALSE(address.empty()) << usherd_->output();
    api_.emplace(testing::OwnChannel(address, ReadOperatorToken(data_dir())));
  }

  // Serves on from `time` and a minute.
  void ServeFrom(absl::Time time) { Serve(time - absl::Now() + absl::Minutes(1)); }

  void Stop() {
    if (!usherd_.has_value()) return;
    usherd_->Signal(SIGTERM);
    EXPECT_EQ(usherd_->Wait(), 0) << usherd_->output();
    usherd_.reset();
  }

  // The account's journal, read from what the stopped server left.
  std::vector<v1::Event> Journal() {
    Stop();
    std::vector<v1::Event> events;
    auto store = storage::SqliteStore::Open({.data_dir = data_dir()});
    EXPECT_TRUE(store.ok()) << store.status();
    if (!store.ok()) return events;
    auto page =
        (*store)->ReadJournal({.account = entitlement::AccountNo(1), .limit = kJournalPage});
    EXPECT_TRUE(page.ok()) << page.status();
    for (const storage::JournalRow& row : page->rows) {
      v1::WatchEventsResponse told;
      EXPECT_TRUE(told.ParseFromString(row.entry.payload));
      events.insert(events.end(), told.events().begin(), told.events().end());
    }
    return events;
  }

  std::string data_dir() const { return dir_.path() + "/data"; }

  TempDir dir_;
  std::optional<UsherdProcess> usherd_;
  std::optional<Api> api_;
};

// The events of a kind, in the order of the journal.
std::vector<v1::Event> Of(const std::vector<v1::Event>& events, v1::Event::PayloadCase kind) {
  std::vector<v1::Event> found;
  for (const v1::Event& event : events) {
    if (event.payload_case() == kind) found.push_back(event);
  }
  return found;
}

TEST_F(ClockTest, ATrialThatEndedMeanwhileEndedAtItsTime) {  // R3, R16
  ASSERT_TRUE(api_->Login("ada", "tab-1", "ttl { seconds: 3600 }").ok());
  const absl::Time expiry =
      TimeOf(api_->AskInSupport(&Account::GetEntitlements).application().trial_expire_time());
  ServeFrom(expiry);
  EXPECT_EQ(api_->AskInSupport(&Account::GetEntitlements).pools(0).total(), 0);
  const auto renewal = api_->AskInSupport(&Agents::RenewSessions, "session_ids: 1").renewals(0);
  EXPECT_EQ(renewal.state(), v1::SESSION_STATE_DRAINING);
  EXPECT_EQ(TimeOf(renewal.drain_deadline_time()), expiry + absl::Minutes(5));
  EXPECT_EQ(ReasonOf(api_->Login("bob").status), "NO_IDLE_LICENSE");

  const auto events = Journal();
  const auto expired = Of(events, v1::Event::kLicenseExpired);
  ASSERT_EQ(expired.size(), 1u);
  EXPECT_EQ(expired[0].license_expired().license_ids_size(), 3);
  EXPECT_EQ(TimeOf(expired[0].event_time()), expiry);
  EXPECT_EQ(expired[0].actor(), "system");
  EXPECT_GE(TimeOf(expired[0].record_time()), expiry + absl::Seconds(55));
  const auto draining = Of(events, v1::Event::kSessionDraining);
  ASSERT_EQ(draining.size(), 1u);
  EXPECT_EQ(TimeOf(draining[0].event_time()), expiry);
}

TEST_F(ClockTest, ADrainDeadlineThatPassedMeanwhileEndedTheSession) {  // R16
  ASSERT_TRUE(api_->Login("ada", "tab-1", "ttl { seconds: 3600 }").ok());
  api_->AskInSupport(&Agents::SetMobileAnswering,
                     "email: 'ada@example.com' mode: MOBILE_ANSWERING_ALWAYS");
  const absl::Time expiry =
      TimeOf(api_->AskInSupport(&Account::GetEntitlements).application().trial_expire_time());
  ServeFrom(expiry + absl::Minutes(10));
  const auto renewal = api_->AskInSupport(&Agents::RenewSessions, "session_ids: 1").renewals(0);
  EXPECT_EQ(renewal.state(), v1::SESSION_STATE_ENDED);
  EXPECT_EQ(renewal.end_reason(), v1::END_REASON_LICENSE_EXPIRED);
  EXPECT_EQ(ReasonOf(api_->Login("ada").status), "LICENSE_EXPIRED");

  const auto events = Journal();
  const auto ended = Of(events, v1::Event::kSessionEnded);
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(TimeOf(ended[0].event_time()), expiry + absl::Minutes(5));
  const auto mobile = Of(events, v1::Event::kMobileAnsweringChanged);
  ASSERT_EQ(mobile.size(), 2u);
  EXPECT_EQ(mobile[1].mobile_answering_changed().mode(), v1::MOBILE_ANSWERING_OFF);
  EXPECT_EQ(mobile[1].actor(), "system");
  EXPECT_EQ(TimeOf(mobile[1].event_time()), expiry + absl::Minutes(5));
}

TEST_F(ClockTest, ASubscriptionThatExpiredCanBeRenewedWithItsHolders) {  // R9
  const auto bought = api_->AskInSupport(&Orders::CreateOrder,
                                         "items { product: 'premium-agent-package' quantity: 1 }");
  const auto login = api_->Login("ada", "tab-1", "edition: EDITION_PREMIUM");
  ASSERT_TRUE(login.ok());
  const absl::Time expiry = TimeOf(bought.subscriptions(0).expire_time());
  ServeFrom(expiry + absl::Hours(24 * 29));
  const std::string license = "license_id: " + std::to_string(login->license().license_id());
  EXPECT_EQ(
      api_->AskInSupport(&Orders::GetSubscription, "subscription_id: 1").subscription().state(),
      v1::SUBSCRIPTION_STATE_EXPIRED);
  EXPECT_EQ(api_->AskInSupport(&Licenses::GetLicense, license).license().state(),
            v1::LICENSE_STATE_EXPIRED);
  api_->AskInSupport(&Orders::RenewSubscription, "subscription_id: 1 months: 2");
  const auto revived = api_->AskInSupport(&Licenses::GetLicense, license).license();
  EXPECT_EQ(revived.state(), v1::LICENSE_STATE_BOUND);
  EXPECT_EQ(revived.holder(), "ada@example.com");
}

TEST_F(ClockTest, WhatStayedRecordedLapsesAfterThirtyDays) {  // R9
  ASSERT_TRUE(api_->Login("ada").ok());
  const absl::Time expiry =
      TimeOf(api_->AskInSupport(&Account::GetEntitlements).application().trial_expire_time());
  const absl::Time lapse = expiry + absl::Hours(24 * 30);
  ServeFrom(lapse);
  EXPECT_EQ(api_->AskInSupport(&Agents::ListAgents).agents_size(), 0);

  // One leap over all that fell due, each told at its own time and in that order.
  const auto events = Journal();
  const auto released = Of(events, v1::Event::kLicenseReleased);
  ASSERT_EQ(released.size(), 1u);
  EXPECT_EQ(released[0].license_released().cause(), v1::RELEASE_CAUSE_LAPSED);
  EXPECT_EQ(TimeOf(released[0].event_time()), lapse);
  for (size_t i = 1; i < events.size(); ++i) {
    EXPECT_GT(events[i].revision(), events[i - 1].revision());
    EXPECT_GE(TimeOf(events[i].event_time()), TimeOf(events[i - 1].event_time()));
    EXPECT_GE(TimeOf(events[i].record_time()), TimeOf(events[i - 1].record_time()));
  }
}

TEST_F(ClockTest, ANewMonthAllowsResetsAgain) {  // R18
  api_->AskInSupport(&Orders::CreateOrder,
                     "items { product: 'standard-agent-package' quantity: 1 } months: 3");
  for (int i = 0; i < 4; ++i) {
    const auto login = api_->Login("agent" + std::to_string(i));
    api_->AskInSupport(&Agents::EndSession,
                       "session_id: " + std::to_string(login->session().session_id()));
    api_->AskInSupport(&Licenses::ResetLicenses);
  }
  ASSERT_TRUE(api_->Login("ada").ok());
  api_->AskInSupport(&Agents::EndSession, "session_id: 5");
  const auto refused = api_->CallInSupport(&Licenses::ResetLicenses);
  ASSERT_EQ(ReasonOf(refused.status), "RESET_LIMIT_REACHED");
  absl::Time next;
  std::string error;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full,
                              InfoOf(refused.status).metadata().at("nextResetTime"), &next, &error))
      << error;

  ServeFrom(next);
  const auto allowance = api_->AskInSupport(&Account::GetEntitlements).resets();
  EXPECT_EQ(allowance.used(), 0);
  EXPECT_EQ(api_->AskInSupport(&Licenses::ResetLicenses).allowance().used(), 1);
}

TEST_F(ClockTest, AClockThatWentBackNeitherReordersNorRevives) {  // R29
  ASSERT_TRUE(api_->Login("ada", "tab-1", "ttl { seconds: 3600 }").ok());
  const absl::Time expiry =
      TimeOf(api_->AskInSupport(&Account::GetEntitlements).application().trial_expire_time());
  ServeFrom(expiry);
  EXPECT_EQ(api_->AskInSupport(&Account::GetEntitlements).pools(0).total(), 0);
  Serve(absl::ZeroDuration());
  EXPECT_EQ(api_->AskInSupport(&Account::GetEntitlements).pools(0).total(), 0);
  EXPECT_FALSE(api_->Login("bob").ok());
  api_->AskInSupport(&Agents::EndSession, "session_id: 1");
  const auto events = Journal();
  for (size_t i = 1; i < events.size(); ++i) {
    EXPECT_GT(events[i].revision(), events[i - 1].revision());
    EXPECT_GE(TimeOf(events[i].record_time()), TimeOf(events[i - 1].record_time()));
  }
}

}  // namespace
}  // namespace usher::e2e
