// The workload `login`: each call is a new session of an agent who holds a license and is logged
// in, from a client_id that was never seen: a takeover, one durable commit. And the one-time
// `first-login`, which binds the licenses.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "tools/bench/connections.h"
#include "tools/bench/echo_workload.h"
#include "tools/bench/plan.h"
#include "tools/bench/site.h"
#include "tools/bench/workload.h"
#include "usher/v1/agent_service.grpc.pb.h"

namespace usher::bench {

class LoginWorkload final : public Workload {
 public:
  enum class Kind : char {
    // Each agent once; then the operations end.
    kFirst,
    // Round and round the agents.
    kAgain,
  };

  // `connections` and `site` outlive it.
  LoginWorkload(Kind kind, const Connections* connections, Site* site);

  std::string_view name() const override;
  // Each agent belongs to one operation, so no agent waits for himself. At most as many operations
  // as there are agents.
  std::vector<std::unique_ptr<Operation>> MakeOperations(int in_flight) override;

  // Of the last login that operation 0 of the last MakeOperations was answered; once that was
  // driven.
  MessageSizes sizes() const { return sizes_; }

 private:
  const Kind kind_;
  const std::vector<std::unique_ptr<::usher::v1::AgentService::Stub>> stubs_;
  Site* const site_;
  MessageSizes sizes_;
};

}  // namespace usher::bench
