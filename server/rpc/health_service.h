// HealthService: grpc.health.v1, open to anybody, as probes and load balancers ask it.
//
// Our own and not gRPC's: that one is served by the callback API, whose queue costs every other
// call of the server some 5 us of processor time. All services are in one state. Threading:
// Register before the server starts; the rest any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "rpc/call_registry.h"

namespace usher::rpc {

// What a probe is told, and why. All but kServing are NOT_SERVING on the wire.
enum class ServingState { kStarting, kServing, kStoreRefuses, kDraining };

class HealthService {
 public:
  // Full names; the empty one is the server as a whole.
  explicit HealthService(std::vector<std::string> services);
  ~HealthService();

  HealthService(const HealthService&) = delete;
  HealthService& operator=(const HealthService&) = delete;

  void Register(CallRegistry& calls);

  // Who watches is told. kDraining is for good.
  void Set(ServingState state);
  ServingState state();

 private:
  class Watch;

  int StatusOf(const std::string& service);
  void Forget(const std::shared_ptr<Watch>& watch);

  const absl::flat_hash_set<std::string> services_;
  std::mutex mutex_;
  ServingState state_ = ServingState::kStarting;
  absl::flat_hash_set<std::shared_ptr<Watch>> watches_;
};

}  // namespace usher::rpc
