#include "rpc/refuse_call.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "grpcpp/server_context.h"
#include "observe/line_budget.h"
#include "observe/log.h"
#include "observe/trace_context.h"

namespace usher::rpc {
namespace {

using observe::LogLevel;

constexpr char kTraceHeader[] = "traceparent";
// Of the lines that strangers cause, as fast as they can call, and that a login flow with the wrong
// token does.
constexpr int64_t kLinesPerMinute = 10;

static_assert(std::variant_size_v<entitlement::Refusal> <= observe::kRefusalReasonsMax);

template <size_t... Index>
std::vector<std::string> ReasonNames(std::index_sequence<Index...> /*all*/) {
  return {ReasonName(
      Describe(entitlement::Refusal(std::in_place_index<Index>), absl::Now()).reason)...};
}

// The methods of administrators and operators.
bool IsAdministration(const auth::MethodRule& rule) {
  return !rule.roles.Has(entitlement::Role::kAgent) && !rule.roles.Has(entitlement::Role::kViewer);
}

// Credentials that are none, and roles that are too low, are of interest whatever was called; else
// what administrators are refused. The rest, logins among it, is the server's daily work.
LogLevel LevelOf(const RefusedCall& call, const entitlement::Refusal& refusal) {
  if (std::holds_alternative<entitlement::InvalidCredential>(refusal) ||
      std::holds_alternative<entitlement::RoleForbids>(refusal)) {
    return LogLevel::kWarning;
  }
  return IsAdministration(*call.rule) ? LogLevel::kInfo : LogLevel::kDebug;
}

// Which lines are bounded; null where each is written.
observe::LineBudget* BudgetOf(const RefusedCall& call, const entitlement::Refusal& refusal) {
  static observe::LineBudget* const credentials = new observe::LineBudget(kLinesPerMinute);
  static observe::LineBudget* const roles = new observe::LineBudget(kLinesPerMinute);
  if (std::holds_alternative<entitlement::InvalidCredential>(refusal)) return credentials;
  return IsAdministration(*call.rule) ? nullptr : roles;
}

// Two headers are none, as with credentials.
std::optional<observe::TraceContext> TraceOf(const grpc::ServerContextBase& context) {
  const auto& metadata = context.client_metadata();
  const auto header = metadata.find(kTraceHeader);
  if (header == metadata.end() || metadata.count(kTraceHeader) != 1) return std::nullopt;
  return observe::ParseTraceparent({header->second.data(), header->second.size()});
}

// Nothing that the caller wrote but the trace, whose form leaves no room for a secret: not the
// sentence either, as it may quote the request.
void LogRefusal(LogLevel level, const RefusedCall& call, const entitlement::Refusal& refusal,
                int64_t left_out) {
  const RefusalText text = Describe(refusal, absl::Now());
  std::vector<observe::LogField> fields = {
      {"method", call.rule->name},
      {"token", call.token == 0 ? "none" : std::to_string(call.token)},
      {"code", std::string(observe::GrpcCodeName(text.code))},
      {"reason", ReasonName(text.reason)},
      {"peer", call.context->peer()}};
  if (const std::optional<observe::TraceContext> trace = TraceOf(*call.context)) {
    fields.push_back({"trace_id", trace->trace_id});
    fields.push_back({"parent_id", trace->parent_id});
  }
  if (left_out > 0) fields.push_back({"left_out", std::to_string(left_out)});
  observe::Log(level, "a call was refused", fields);
}

}  // namespace

void NoteRefusal(const RefusedCall& call, const entitlement::Refusal& refusal) {
  call.metrics->Refused(refusal.index());
  const LogLevel level = LevelOf(call, refusal);
  if (!observe::LogsAt(level)) return;
  observe::LineBudget* const budget = level == LogLevel::kDebug ? nullptr : BudgetOf(call, refusal);
  const std::optional<int64_t> left_out = budget == nullptr ? 0 : budget->Take(absl::Now());
  if (left_out.has_value()) LogRefusal(level, call, refusal, *left_out);
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
