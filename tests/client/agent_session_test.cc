#include "client/lib/agent_session.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/fake_connection.h"

namespace usher {
namespace {

using client::testing::FakeConnection;
using client::testing::Refusal;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Short, so that renewals come every 20 ms; far longer are the waits for what must happen.
constexpr int kTtlMs = 60;
constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr int64_t kSession = 7;
constexpr char kSupport[] = "accounts/acme/applications/support";

class AgentSessionTest : public ::testing::Test {
 protected:
  AgentSessionTest() {
    connection_->On<v1::StartSessionRequest, v1::StartSessionResponse>(
        "StartSession",
        [](const v1::StartSessionRequest& request) -> Result<v1::StartSessionResponse> {
          v1::StartSessionResponse response;
          v1::Session& session = *response.mutable_session();
          session.set_session_id(kSession);
          session.set_email(request.email());
          session.set_state(v1::SESSION_STATE_ACTIVE);
          session.mutable_ttl()->set_nanos(kTtlMs * 1'000'000);
          return response;
        });
    connection_->On<v1::EndSessionRequest, v1::EndSessionResponse>(
        "EndSession", [](const v1::EndSessionRequest& request) -> Result<v1::EndSessionResponse> {
          v1::EndSessionResponse response;
          response.mutable_session()->set_session_id(request.session_id());
          response.mutable_session()->set_state(v1::SESSION_STATE_ENDED);
          response.mutable_session()->set_end_reason(v1::END_REASON_LOGOUT);
          return response;
        });
    Answer(Renewal(v1::SESSION_STATE_ACTIVE));
  }

  static v1::SessionRenewal Renewal(v1::SessionState state,
                                    v1::EndReason reason = v1::END_REASON_UNSPECIFIED) {
    v1::SessionRenewal renewal;
    renewal.set_session_id(kSession);
    renewal.set_state(state);
    renewal.set_end_reason(reason);
    renewal.mutable_expire_time()->set_seconds(1'800'000'000);
    if (state == v1::SESSION_STATE_DRAINING) {
      renewal.mutable_drain_deadline_time()->set_seconds(1'800'000'300);
    }
    return renewal;
  }

  // From now on, renewals are answered so.
  void Answer(const Result<v1::SessionRenewal>& renewal) {
    connection_->On<v1::RenewSessionsRequest, v1::RenewSessionsResponse>(
        "RenewSessions",
        [renewal](const v1::RenewSessionsRequest&) -> Result<v1::RenewSessionsResponse> {
          if (!renewal.ok()) return renewal.error();
          v1::RenewSessionsResponse response;
          *response.add_renewals() = *renewal;
          return response;
        });
  }

  Result<AgentSession> LogIn() {
    v1::StartSessionRequest request;
    request.set_application(kSupport);
    request.set_email("ann@acme.test");
    const RetryPolicy once = {.attempts_max = 1};
    return AgentSession::Start(Client(connection_, {.retry = once}), request,
                               [this](const AgentSession::Status& status) {
                                 const std::lock_guard lock(mutex_);
                                 heard_.push_back(status);
                                 something_heard_.notify_all();
                               });
  }

  // Waits until the listener has heard so many changes; the last of them.
  AgentSession::Status Heard(size_t count) {
    std::unique_lock lock(mutex_);
    something_heard_.wait_for(lock, absl::ToChronoMilliseconds(kPatience),
                              [&] { return heard_.size() >= count; });
    EXPECT_THAT(heard_, SizeIs(count));
    return heard_.empty() ? AgentSession::Status() : heard_.back();
  }

  size_t Sent(const std::string& method) const {
    size_t count = 0;
    for (const FakeConnection::Sent& sent : connection_->sent()) {
      if (sent.method == method) ++count;
    }
    return count;
  }

  void AwaitRenewals(size_t count) const {
    const absl::Time give_up = absl::Now() + kPatience;
    while (Sent("RenewSessions") < count && absl::Now() < give_up) {
      absl::SleepFor(absl::Milliseconds(2));
    }
    EXPECT_GE(Sent("RenewSessions"), count);
  }

  std::shared_ptr<FakeConnection> connection_ = std::make_shared<FakeConnection>();
  std::mutex mutex_;
  std::condition_variable something_heard_;
  std::vector<AgentSession::Status> heard_;
};

TEST_F(AgentSessionTest, ARefusedLoginIsAnErrorAndStartsNothing) {
  connection_->On<v1::StartSessionRequest, v1::StartSessionResponse>(
      "StartSession", [](const v1::StartSessionRequest&) -> Result<v1::StartSessionResponse> {
        return Refusal(absl::StatusCode::kResourceExhausted, "NO_IDLE_LICENSE");
      });
  const Result<AgentSession> session = LogIn();
  ASSERT_FALSE(session.ok());
  EXPECT_EQ(session.error().reason, v1::ERROR_REASON_NO_IDLE_LICENSE);
  EXPECT_EQ(Sent("RenewSessions"), 0U);
}

TEST_F(AgentSessionTest, RenewsItsSessionUntilItIsDestroyedAndThenLogsOut) {
  const absl::Time start = absl::Now();
  {
    const Result<AgentSession> session = LogIn();
    ASSERT_TRUE(session.ok());
    EXPECT_EQ(session->session().email(), "ann@acme.test");
    AwaitRenewals(4);
    EXPECT_EQ(Sent("EndSession"), 0U);
  }
  // Each third of the ttl, not before.
  EXPECT_GE(absl::Now() - start, 4 * absl::Milliseconds(kTtlMs / 3));
  const auto ended = connection_->Requests<v1::EndSessionRequest>("EndSession");
  ASSERT_THAT(ended, SizeIs(1));
  EXPECT_EQ(ended[0].session_id(), kSession);
  EXPECT_EQ(ended[0].application(), kSupport);
  const auto renewed = connection_->Requests<v1::RenewSessionsRequest>("RenewSessions");
  EXPECT_EQ(renewed[0].session_ids(0), kSession);
  EXPECT_EQ(renewed[0].application(), kSupport);
  // Nothing comes after the logout.
  EXPECT_EQ(connection_->sent().back().method, "EndSession");
  EXPECT_THAT(heard_, IsEmpty());
}

TEST_F(AgentSessionTest, TellsThatItDrainsAndThatItIsActiveAgain) {  // R16
  const Result<AgentSession> session = LogIn();
  ASSERT_TRUE(session.ok());
  Answer(Renewal(v1::SESSION_STATE_DRAINING));
  const AgentSession::Status draining = Heard(1);
  EXPECT_EQ(draining.state, v1::SESSION_STATE_DRAINING);
  EXPECT_EQ(draining.drain_deadline_time, absl::FromUnixSeconds(1'800'000'300));
  EXPECT_EQ(session->status().state, v1::SESSION_STATE_DRAINING);

  Answer(Renewal(v1::SESSION_STATE_ACTIVE));
  const AgentSession::Status active = Heard(2);
  EXPECT_EQ(active.state, v1::SESSION_STATE_ACTIVE);
  EXPECT_EQ(active.drain_deadline_time, std::nullopt);
}

TEST_F(AgentSessionTest, ASessionThatWasTakenOverIsOverAndIsNotLoggedOut) {  // R15
  {
    const Result<AgentSession> session = LogIn();
    ASSERT_TRUE(session.ok());
    Answer(Renewal(v1::SESSION_STATE_ENDED, v1::END_REASON_SUPERSEDED));
    const AgentSession::Status ended = Heard(1);
    EXPECT_TRUE(ended.ended());
    EXPECT_EQ(ended.end_reason, v1::END_REASON_SUPERSEDED);
    const size_t renewals = Sent("RenewSessions");
    absl::SleepFor(absl::Milliseconds(3 * kTtlMs));
    EXPECT_EQ(Sent("RenewSessions"), renewals) << "an ended session is not renewed";
  }
  EXPECT_EQ(Sent("EndSession"), 0U);
}

TEST_F(AgentSessionTest, AServerThatIsAwayIsToldOnceAndTriedOn) {
  const Result<AgentSession> session = LogIn();
  ASSERT_TRUE(session.ok());
  Answer(Error{.code = absl::StatusCode::kUnavailable, .message = "away"});
  const AgentSession::Status away = Heard(1);
  EXPECT_EQ(away.state, v1::SESSION_STATE_ACTIVE) << "the server has not said otherwise";
  ASSERT_TRUE(away.renewal_error.has_value());
  EXPECT_EQ(away.renewal_error->message, "away");
  AwaitRenewals(Sent("RenewSessions") + 3);

  Answer(Renewal(v1::SESSION_STATE_ACTIVE));
  EXPECT_EQ(Heard(2).renewal_error, std::nullopt);
}

TEST_F(AgentSessionTest, AfterTheLogoutNothingIsSent) {
  Result<AgentSession> session = LogIn();
  ASSERT_TRUE(session.ok());
  EXPECT_EQ(session->LogOut(), std::nullopt);
  EXPECT_EQ(session->status().end_reason, v1::END_REASON_LOGOUT);
  const size_t sent = connection_->sent().size();
  EXPECT_EQ(session->LogOut(), std::nullopt) << "a second logout has nothing to do";
  absl::SleepFor(absl::Milliseconds(3 * kTtlMs));
  EXPECT_THAT(connection_->sent(), SizeIs(sent));
}

TEST_F(AgentSessionTest, ALogoutThatCannotBeToldIsAnError) {
  Result<AgentSession> session = LogIn();
  ASSERT_TRUE(session.ok());
  connection_->On<v1::EndSessionRequest, v1::EndSessionResponse>(
      "EndSession", [](const v1::EndSessionRequest&) -> Result<v1::EndSessionResponse> {
        return Error{.code = absl::StatusCode::kUnavailable};
      });
  ASSERT_TRUE(session->LogOut().has_value());
}

TEST_F(AgentSessionTest, TheListenerMayLogOut) {
  std::atomic<AgentSession*> to_log_out = nullptr;
  std::atomic<bool> logged_out = false;
  v1::StartSessionRequest request;
  Result<AgentSession> session =
      AgentSession::Start(Client(connection_), request, [&](const AgentSession::Status&) {
        while (to_log_out == nullptr) absl::SleepFor(absl::Milliseconds(1));
        to_log_out.load()->LogOut();
        logged_out = true;
      });
  ASSERT_TRUE(session.ok());
  to_log_out = &*session;
  Answer(Renewal(v1::SESSION_STATE_DRAINING));
  const absl::Time give_up = absl::Now() + kPatience;
  while (!logged_out && absl::Now() < give_up) absl::SleepFor(absl::Milliseconds(2));
  EXPECT_EQ(session->status().end_reason, v1::END_REASON_LOGOUT);
}

TEST_F(AgentSessionTest, AssigningLogsTheOldSessionOut) {
  Result<AgentSession> first = LogIn();
  Result<AgentSession> second = LogIn();
  ASSERT_TRUE(first.ok() && second.ok());
  AgentSession session = *std::move(first);
  session = *std::move(second);
  EXPECT_EQ(Sent("EndSession"), 1U);
}

}  // namespace
}  // namespace usher
