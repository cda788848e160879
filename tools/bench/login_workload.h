// Logins: the workload `login`, in which each call is a new session of an agent who holds a license
// and is logged in, from a client_id that was never seen: a takeover, one durable commit; and
// `first-login`, in which each call binds an idle license to an email that was never seen.
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

// No lease runs out while it is measured: at one in flight it takes a while until all agents have
// had their turn.
inline constexpr int kSessionTtlSeconds = 3600;

class LoginWorkload final : public Workload {
 public:
  enum class Kind : char {
    // Each agent who is not logged in, once; then the operations end.
    kAbsent,
    // Round and round the agents, who are all logged in.
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

// Logs everybody in who isn't, with many calls in flight.
absl::Status LogEverybodyIn(const Connections& connections, Site* site);

// The site is its own: it has an agent for each login that a measurement takes at most. Before each
// measurement everybody is replaced (Site::ReplaceEverybody).
class FirstLoginWorkload final : public Workload {
 public:
  // Both outlive it.
  FirstLoginWorkload(const Connections* connections, Site* site)
      : logins_(LoginWorkload::Kind::kAbsent, connections, site), site_(site) {}

  std::string_view name() const override { return kFirstLogin; }
  absl::Status Prepare() override { return site_->ReplaceEverybody(); }
  // They end when every license is bound.
  std::vector<std::unique_ptr<Operation>> MakeOperations(int in_flight) override {
    return logins_.MakeOperations(in_flight);
  }

 private:
  LoginWorkload logins_;
  Site* const site_;
};

}  // namespace usher::bench
