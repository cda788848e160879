// What agents do beside logging in: `renew`, `renew-1000` and `logout`, and `check`, whether an
// agent could log in.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "tools/bench/connections.h"
#include "tools/bench/plan.h"
#include "tools/bench/site.h"
#include "tools/bench/workload.h"
#include "usher/v1/agent_service.grpc.pb.h"

namespace usher::bench {

// What one heartbeat renews at most.
inline constexpr int kSessionsInHeartbeat = 1000;

class RenewWorkload final : public Workload {
 public:
  // Each call renews so many sessions of the site, all different, or all where there are fewer.
  // Everybody is logged in. `connections` and `site` outlive it.
  RenewWorkload(int sessions_per_call, const Connections* connections, const Site* site);

  std::string_view name() const override { return sessions_per_call_ == 1 ? kRenew : kRenew1000; }
  Items items() const override { return {.per_call = sessions_per_call_, .name = "renewals"}; }
  std::vector<std::unique_ptr<Operation>> MakeOperations(int in_flight) override;

 private:
  const int sessions_per_call_;
  const std::vector<std::unique_ptr<::usher::v1::AgentService::Stub>> stubs_;
  const Site* const site_;
};

// Each call ends a live session. The site is its own: it has an agent for each logout that a
// measurement takes at most. Before each measurement, and outside of it, those who have left log in
// again, so nothing but logouts is in the figures.
class LogoutWorkload final : public Workload {
 public:
  // Both outlive it.
  LogoutWorkload(const Connections* connections, Site* site);

  std::string_view name() const override { return kLogout; }
  absl::Status Prepare() override;
  // They end when everybody has left.
  std::vector<std::unique_ptr<Operation>> MakeOperations(int in_flight) override;

 private:
  const Connections* const connections_;
  const std::vector<std::unique_ptr<::usher::v1::AgentService::Stub>> stubs_;
  Site* const site_;
};

// Each call is a CheckAccess of an agent who is logged in.
class CheckWorkload final : public Workload {
 public:
  // Both outlive it.
  CheckWorkload(const Connections* connections, const Site* site);

  std::string_view name() const override { return kCheck; }
  std::vector<std::unique_ptr<Operation>> MakeOperations(int in_flight) override;

 private:
  const std::vector<std::unique_ptr<::usher::v1::AgentService::Stub>> stubs_;
  const Site* const site_;
};

}  // namespace usher::bench
