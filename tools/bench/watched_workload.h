// The workload `login-watched`: logins, as `login` has them, in an account that a hundred consoles
// watch. They wait for resets, which do not come: the server looks at every event for each of them,
// and sends checkpoints.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "tools/bench/connections.h"
#include "tools/bench/login_workload.h"
#include "tools/bench/site.h"
#include "tools/bench/workload.h"

namespace usher::bench {

inline constexpr int kWatchers = 100;

class WatchedWorkload final : public Workload {
 public:
  // All outlive it.
  WatchedWorkload(LoginWorkload* logins, const Connections* connections, const Site* site)
      : logins_(logins), connections_(connections), site_(site) {}

  std::string_view name() const override;
  // The watchers come and go with the operations.
  std::vector<std::unique_ptr<Operation>> MakeOperations(int in_flight) override;

 private:
  LoginWorkload* const logins_;
  const Connections* const connections_;
  const Site* const site_;
};

}  // namespace usher::bench
