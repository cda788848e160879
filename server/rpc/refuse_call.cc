#include "rpc/refuse_call.h"

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace usher::rpc {
namespace {

static_assert(std::variant_size_v<entitlement::Refusal> <= observe::kRefusalReasonsMax);

template <size_t... Index>
std::vector<std::string> ReasonNames(std::index_sequence<Index...> /*all*/) {
  return {ReasonName(
      Describe(entitlement::Refusal(std::in_place_index<Index>), absl::Now()).reason)...};
}

}  // namespace

void NoteRefusal(const RefusedCall& call, const entitlement::Refusal& refusal) {
  call.metrics->Refused(refusal.index());
}

int64_t TokenOf(const auth::Gatekeeper& gate, const grpc::ServerContextBase& context,
                const entitlement::Refusal& refusal, absl::Time now) {
  if (!std::holds_alternative<entitlement::RoleForbids>(refusal)) return 0;
  const std::optional<auth::Caller> caller = gate.Find(context, now);
  return caller.has_value() ? caller->token().id.value() : 0;
}

void NameRefusals(observe::RpcMetrics& metrics) {
  metrics.NameRefusals(
      ReasonNames(std::make_index_sequence<std::variant_size_v<entitlement::Refusal>>()));
}

}  // namespace usher::rpc
