// RpcMetrics: what is counted of every call, by the names that gRPC servers of other languages use:
// grpc_server_started_total, grpc_server_handled_total and grpc_server_handling_seconds.
//
// A method's numbers are at 0 from its registration on, so that a rate is right from the first
// call. Threading: Add before the server starts; MethodMetrics any thread, and so cheap that each
// call passes there.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "observe/exposition.h"
#include "observe/instruments.h"

namespace usher::observe {

// gRPC's status codes, 0 to 16.
inline constexpr size_t kGrpcCodeCount = 17;
inline constexpr size_t kGrpcCodeUnknown = 2;

// As Go writes it, "PermissionDenied".
std::string_view GrpcCodeName(int code);

// By the number of the reason.
inline constexpr size_t kRefusalReasonsMax = 64;
using RefusalCounters = std::array<Counter, kRefusalReasonsMax>;

struct MethodName {
  // "usher.v1.AgentService"
  std::string service;
  std::string method;
  bool streams = false;
};

class MethodMetrics {
 public:
  using Clock = std::chrono::steady_clock;

  MethodMetrics(MethodName name, RefusalCounters* refusals);

  // A request has come.
  Clock::time_point Started() {
    started_.Increment();
    return Clock::now();
  }
  // Its answer is given, with a gRPC status code.
  void Handled(int code, Clock::time_point started) {
    const auto index = static_cast<size_t>(code);
    handled_[index < kGrpcCodeCount ? index : kGrpcCodeUnknown].Increment();
    seconds_.Observe((Clock::now() - started).count());
  }
  // It is a refusal, for the reason of that number.
  void Refused(size_t reason) { (*refusals_)[reason].Increment(); }

 private:
  friend class RpcMetrics;

  const MethodName name_;
  RefusalCounters* const refusals_;
  Counter started_;
  std::array<Counter, kGrpcCodeCount> handled_;
  Histogram seconds_;
};

class RpcMetrics {
 public:
  // Lives as long as this.
  MethodMetrics* Add(MethodName name);

  // "NO_IDLE_LICENSE" …, in the order of their numbers; at most kRefusalReasonsMax. Before the
  // server starts, too.
  void NameRefusals(std::vector<std::string> reasons) { reasons_ = std::move(reasons); }

  void Write(Exposition& page) const;

 private:
  RefusalCounters refusals_;
  std::vector<std::string> reasons_;
  std::vector<std::unique_ptr<MethodMetrics>> methods_;
};

}  // namespace usher::observe
