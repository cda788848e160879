// The workload `shift`: a working day's calls in turn. An agent logs in, renews the session twenty
// times, logs out, and the next one begins. Of a hundred logins one is that of a stranger in an
// application where every license is taken: its answer must be NO_IDLE_LICENSE.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "tools/bench/connections.h"
#include "tools/bench/plan.h"
#include "tools/bench/site.h"
#include "tools/bench/workload.h"
#include "usher/v1/agent_service.grpc.pb.h"

namespace usher::bench {

inline constexpr int kRenewalsPerShift = 20;
inline constexpr int kLoginsPerRefusal = 100;

class ShiftWorkload final : public Workload {
 public:
  // All outlive it. Of `full` every license is taken.
  ShiftWorkload(const Connections* connections, Site* site, Site* full);

  std::string_view name() const override { return kShift; }
  // Each call counts as one. Shifts that the end of a load cuts off leave their agents logged in;
  // the next login takes over.
  std::vector<std::unique_ptr<Operation>> MakeOperations(int in_flight) override;

 private:
  const std::vector<std::unique_ptr<::usher::v1::AgentService::Stub>> stubs_;
  Site* const site_;
  Site* const full_;
  // Of all operations together.
  std::atomic<int64_t> logins_ = 0;
};

}  // namespace usher::bench
