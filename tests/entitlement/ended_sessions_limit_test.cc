// What an application remembers of ended sessions is bounded: a test of its own, as the bound is
// high.
#include "entitlement/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/entitlement/by_hand.h"

namespace usher::entitlement {
namespace {

using testing::ByHand;
using ::testing::ElementsAre;
using testing::kAgent;
using testing::kStandard;
using testing::Words;

// The store hears of it, so that the rows go too.
TEST(Settle, ForgetsTheOldestEndedSessionsBeyondTheLimit) {
  ByHand acme;
  acme.Bind(acme.Grant(kAgent, kStandard, absl::Hours(9)), "ann@acme.com");
  for (int64_t id = 1; id <= kEndedSessionsRememberedMax; ++id) {
    acme.application.ended_sessions.emplace_hint(
        acme.application.ended_sessions.end(), SessionId(id),
        EndedSession{.id = SessionId(id), .end_time = acme.now - absl::Minutes(1)});
  }
  acme.application.last_session_id = SessionId(kEndedSessionsRememberedMax);
  Reindex(acme.application);
  EXPECT_TRUE(acme.SettleAll().empty());

  const SessionId web = acme.Login("ann@acme.com");
  const SessionId sdk = acme.Login("ann@acme.com", Channel::kSdk);
  acme.End(web);
  acme.End(sdk);
  const std::vector<Change> changes = acme.SettleAll();
  ASSERT_THAT(Words(changes), ElementsAre("SessionForgotten", "SessionForgotten"));
  EXPECT_EQ(std::get<SessionForgotten>(changes[0].payload).id, SessionId(1));
  EXPECT_EQ(std::get<SessionForgotten>(changes[1].payload).id, SessionId(2));
  EXPECT_EQ(static_cast<int64_t>(acme.application.ended_sessions.size()),
            kEndedSessionsRememberedMax);
  EXPECT_TRUE(acme.application.ended_sessions.contains(web));
  EXPECT_TRUE(acme.application.ended_sessions.contains(sdk));
  EXPECT_EQ(acme.application.forgets.size(), acme.application.ended_sessions.size());
}

}  // namespace
}  // namespace usher::entitlement
