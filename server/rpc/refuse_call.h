// How a call is refused: counted, told of in the log where somebody should know, and answered.
//
// Included by dispatch.h. Any thread.
#pragma once

#include <cstdint>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "auth/gatekeeper.h"
#include "entitlement/refusal.h"
#include "observe/rpc_metrics.h"
#include "rpc/admission.h"
#include "rpc/refusal_to_status.h"
#include "rpc/unary_call.h"

namespace usher::rpc {

struct RefusedCall {
  const grpc::ServerContextBase* context = nullptr;
  const auth::MethodRule* rule = nullptr;
  // The caller's; 0 where nobody's.
  int64_t token = 0;
  observe::MethodMetrics* metrics = nullptr;
};

void NoteRefusal(const RefusedCall& call, const entitlement::Refusal& refusal);

// The number of the token that was turned away for its role; 0 where the credential was none.
int64_t TokenOf(const auth::Gatekeeper& gate, const grpc::ServerContextBase& context,
                const entitlement::Refusal& refusal, absl::Time now);

template <typename Request, typename Response>
void RefuseCall(Responder<Request, Response> responder, const entitlement::Refusal& refusal) {
  NoteRefusal({.context = &responder.context(),
               .rule = &RuleFor<Request>(),
               .token = responder.caller(),
               .metrics = &responder.metrics()},
              refusal);
  responder.Refuse(ToStatus(refusal, absl::Now()));
}

// Every reason that calls are refused for, by its number: the position in entitlement::Refusal.
void NameRefusals(observe::RpcMetrics& metrics);

}  // namespace usher::rpc
