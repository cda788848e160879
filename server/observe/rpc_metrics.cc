#include "observe/rpc_metrics.h"

#include <utility>

namespace usher::observe {
namespace {

constexpr int64_t kMicro = 1'000;
constexpr int64_t kMilli = 1'000'000;
constexpr int64_t kSecond = 1'000'000'000;
// A durable login takes about half a millisecond, and some milliseconds under load.
constexpr auto kBounds =
    std::to_array<int64_t>({250 * kMicro, 500 * kMicro, 1 * kMilli, 2500 * kMicro, 5 * kMilli,
                            10 * kMilli, 25 * kMilli, 50 * kMilli, 100 * kMilli, 250 * kMilli,
                            500 * kMilli, 1 * kSecond, 2500 * kMilli, 10 * kSecond});
static_assert(kBounds.size() <= kHistogramBoundsMax);
constexpr double kNanosecondsInSecond = 1e9;

struct Code {
  // As gRPC's metrics are labelled by Go's servers, which most rules and dashboards are made for.
  const char* name;
  // Whether the server itself answers with it: then it is there from the start. Others come from
  // gRPC or a handler's mistake, and are told of once they happen.
  bool prefilled;
};
constexpr std::array<Code, kGrpcCodeCount> kCodes = {{
    {"OK", true},
    {"Canceled", false},
    {"Unknown", false},
    {"InvalidArgument", true},
    {"DeadlineExceeded", false},
    {"NotFound", true},
    {"AlreadyExists", true},
    {"PermissionDenied", true},
    {"ResourceExhausted", true},
    {"FailedPrecondition", true},
    {"Aborted", true},
    {"OutOfRange", true},
    {"Unimplemented", false},
    {"Internal", true},
    {"Unavailable", true},
    {"DataLoss", true},
    {"Unauthenticated", true},
}};

Labels LabelsOf(const MethodName& name) {
  return {{"grpc_type", name.streams ? "server_stream" : "unary"},
          {"grpc_service", name.service},
          {"grpc_method", name.method}};
}

}  // namespace

std::string_view GrpcCodeName(int code) {
  const auto index = static_cast<size_t>(code);
  return kCodes[index < kGrpcCodeCount ? index : kGrpcCodeUnknown].name;
}

MethodMetrics::MethodMetrics(MethodName name, RefusalCounters* refusals)
    : name_(std::move(name)), refusals_(refusals), seconds_(kBounds) {}

MethodMetrics* RpcMetrics::Add(MethodName name) {
  return methods_.emplace_back(std::make_unique<MethodMetrics>(std::move(name), &refusals_)).get();
}

void RpcMetrics::Write(Exposition& page) const {
  page.Family("grpc_server_started_total", "Calls that were received.", MetricKind::kCounter);
  for (const auto& method : methods_) {
    page.Add(static_cast<double>(method->started_.value()), LabelsOf(method->name_));
  }
  page.Family("grpc_server_handled_total", "Calls that were answered, by gRPC status code.",
              MetricKind::kCounter);
  for (const auto& method : methods_) {
    Labels labels = LabelsOf(method->name_);
    labels.emplace_back("grpc_code", "");
    for (size_t i = 0; i < kCodes.size(); ++i) {
      const int64_t count = method->handled_[i].value();
      if (count == 0 && !kCodes[i].prefilled) continue;
      labels.back().second = kCodes[i].name;
      page.Add(static_cast<double>(count), labels);
    }
  }
  page.Family("grpc_server_handling_seconds",
              "Time from a call's receipt to its answer, which a stream gets at its end.",
              MetricKind::kHistogram);
  for (const auto& method : methods_) {
    page.Add(method->seconds_.Read(), kNanosecondsInSecond, LabelsOf(method->name_));
  }
  page.Family("usher_refusals_total", "Calls that were refused, by the reason that they were told.",
              MetricKind::kCounter);
  for (size_t i = 0; i < reasons_.size(); ++i) {
    page.Add(static_cast<double>(refusals_[i].value()), {{"reason", reasons_[i]}});
  }
}

}  // namespace usher::observe
