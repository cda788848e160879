// The workload `entitlements`: all that an administrator wants to see of an application at one
// glance. Its answer is larger than the echo's, and it takes longer the more licenses there are.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "tools/bench/connections.h"
#include "tools/bench/plan.h"
#include "tools/bench/site.h"
#include "tools/bench/workload.h"
#include "usher/v1/account_service.grpc.pb.h"

namespace usher::bench {

class EntitlementsWorkload final : public Workload {
 public:
  // Both outlive it. Everybody of the site is logged in.
  EntitlementsWorkload(const Connections* connections, const Site* site);

  std::string_view name() const override { return kEntitlements; }
  std::vector<std::unique_ptr<Operation>> MakeOperations(int in_flight) override;

 private:
  const std::vector<std::unique_ptr<::usher::v1::AccountService::Stub>> stubs_;
  const Site* const site_;
};

}  // namespace usher::bench
