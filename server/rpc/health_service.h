// HealthService: grpc.health.v1, open to anybody, as probes and load balancers ask it.
//
// Our own and not gRPC's: that one is served by the callback API, whose queue costs every other
// call of the server some 5 us of processor time. All of it serves until SayNotServing. Threading:
// Register before the server starts; the rest any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "rpc/call_registry.h"

namespace usher::rpc {

class HealthService {
 public:
  // Full names; the empty one is the server as a whole.
  explicit HealthService(std::vector<std::string> services);
  ~HealthService();

  HealthService(const HealthService&) = delete;
  HealthService& operator=(const HealthService&) = delete;

  void Register(CallRegistry& calls);

  // For good. Who watches is told.
  void SayNotServing();

 private:
  class Watch;

  int StatusOf(const std::string& service);
  void Forget(const std::shared_ptr<Watch>& watch);

  const absl::flat_hash_set<std::string> services_;
  std::mutex mutex_;
  bool serving_ = true;
  absl::flat_hash_set<std::shared_ptr<Watch>> watches_;
};

}  // namespace usher::rpc
