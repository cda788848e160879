// Instants that nobody remembers are left out, rather than told as the epoch.
#include "entitlement/reply.h"
#include "gtest/gtest.h"
#include "rpc/reply_to_proto.h"
#include "usher/v1/agent_service.pb.h"
#include "usher/v1/phone_service.pb.h"

namespace usher::rpc {
namespace {

using entitlement::EndReason;
using entitlement::SessionId;
using entitlement::SessionState;

const absl::Time kEnd = absl::FromUnixSeconds(1'800'000'000);

TEST(ReplyToAgent, OfAForgottenSessionOnlyTheEndIsKnown) {
  entitlement::EndSessionReply reply;
  reply.session.id = SessionId(7);
  reply.session.state = SessionState::kEnded;
  reply.session.end_reason = EndReason::kUnknown;
  v1::EndSessionResponse response;
  WriteReply(Reply(reply), v1::EndSessionRequest(), response);
  const v1::Session& session = response.session();
  EXPECT_EQ(session.session_id(), 7);
  EXPECT_EQ(session.state(), v1::SESSION_STATE_ENDED);
  EXPECT_EQ(session.end_reason(), v1::END_REASON_UNKNOWN);
  EXPECT_FALSE(session.has_start_time());
  EXPECT_FALSE(session.has_expire_time());
  EXPECT_FALSE(session.has_ttl());
  EXPECT_FALSE(session.has_drain_deadline_time());
}

TEST(ReplyToAgent, RenewalOfAnUnknownSessionHasNoInstant) {
  entitlement::RenewSessionsReply reply;
  reply.renewals = {
      {.id = SessionId(7),
       .state = SessionState::kEnded,
       .expire_time = kEnd,
       .end_reason = EndReason::kLogout},
      {.id = SessionId(8), .state = SessionState::kEnded, .end_reason = EndReason::kUnknown}};
  v1::RenewSessionsResponse response;
  WriteReply(Reply(reply), v1::RenewSessionsRequest(), response);
  EXPECT_EQ(response.renewals(0).expire_time().seconds(), absl::ToUnixSeconds(kEnd));
  EXPECT_FALSE(response.renewals(1).has_expire_time());
  EXPECT_FALSE(response.renewals(1).has_drain_deadline_time());
}

TEST(ReplyToPhone, RenewalOfAPhoneThatIsOfflineHasNoInstant) {
  entitlement::RenewPhonesReply reply;
  reply.renewals = {{.id = entitlement::PhoneId("100"),
                     .state = SessionState::kEnded,
                     .end_reason = EndReason::kUnknown}};
  v1::RenewPhonesResponse response;
  WriteReply(Reply(reply), v1::RenewPhonesRequest(), response);
  EXPECT_FALSE(response.renewals(0).has_expire_time());
  EXPECT_FALSE(response.renewals(0).has_drain_deadline_time());
}

}  // namespace
}  // namespace usher::rpc
