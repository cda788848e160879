// The bound of what is remembered of ended calls. Slow, as the bound is high.
#include "entitlement/limits.h"
#include "gtest/gtest.h"
#include "tests/entitlement/by_hand.h"

namespace usher::entitlement {
namespace {

using testing::ByHand;

TEST(Apply, RemembersNoMoreEndedCallsThanItsLimit) {
  ByHand acme;
  Voice& voice = acme.account.voice;
  acme.DoFor(ApplicationNo(), MinutesGranted{.id = GrantId(1),
                                             .source = GrantSource::kPurchase,
                                             .minutes = 5'000,
                                             .expire_time = acme.now + absl::Hours(24)});
  for (int64_t no = 1; no <= kEndedCallsRememberedMax; ++no) {
    voice.ended_calls.emplace(CallNo(no), EndedCall{.no = CallNo(no),
                                                    .application = ApplicationNo(1),
                                                    .id = CallId("call-" + std::to_string(no)),
                                                    .end_time = acme.now - absl::Minutes(1)});
  }
  voice.applications[ApplicationNo(1)];
  voice.last_call_no = CallNo(kEndedCallsRememberedMax);
  Reindex(acme.account);
  const CallNo no = voice.last_call_no.next();
  acme.Do(CallStarted{.no = no, .id = CallId("last"), .grant = GrantId(1)});
  acme.Do(CallEnded{.no = no, .id = CallId("last"), .reason = CallEndReason::kCompleted});
  EXPECT_EQ(static_cast<int64_t>(voice.ended_calls.size()), kEndedCallsRememberedMax);
  EXPECT_NE(voice.FindEnded(ApplicationNo(1), CallId("last")), nullptr);
  EXPECT_EQ(voice.FindEnded(ApplicationNo(1), CallId("call-1")), nullptr);
  EXPECT_FALSE(voice.applications[ApplicationNo(1)].calls.contains(CallId("call-1")));
  EXPECT_EQ(voice.forgets.size(), voice.ended_calls.size());
}

}  // namespace
}  // namespace usher::entitlement
