// Suite: the workloads of a plan, and the sites that they run on, with what only some need made
// only for these.
//
// Threading: one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/bench/connections.h"
#include "tools/bench/echo_workload.h"
#include "tools/bench/login_workload.h"
#include "tools/bench/plan.h"
#include "tools/bench/report.pb.h"
#include "tools/bench/site.h"
#include "tools/bench/voice_site.h"
#include "tools/bench/workload.h"

namespace usher::bench {

class Suite {
 public:
  // Sets up what the plan's workloads need. `plan` and `connections` outlive it; `token` is the
  // operator's.
  static absl::StatusOr<std::unique_ptr<Suite>> Create(const Plan& plan,
                                                       const Connections* connections,
                                                       const std::string& token);

  // Those of the plan, in the order of kWorkloads.
  const std::vector<std::unique_ptr<Workload>>& workloads() const { return workloads_; }
  // What the echo imitates.
  MessageSizes login_sizes() const { return login_sizes_; }

  // That the server did what it answered, everywhere.
  absl::StatusOr<v1::Verification> Verify() const;

 private:
  Suite(const Plan* plan, const Connections* connections)
      : plan_(plan), connections_(connections) {}

  absl::Status MakeSites(const std::string& token);
  absl::Status MakeSite(std::string_view application_id, int agents, std::unique_ptr<Site>& site);
  absl::Status MeasureLogin();
  void MakeWorkloads();

  const Plan* const plan_;
  const Connections* const connections_;
  // Where everybody is logged in.
  std::unique_ptr<Site> site_;
  std::unique_ptr<VoiceSite> voice_;
  // Of workloads that change who is logged in; null where they are not wanted.
  std::unique_ptr<Site> newcomers_;
  std::unique_ptr<Site> leavers_;
  std::unique_ptr<Site> shifts_;
  std::unique_ptr<Site> full_;
  MessageSizes login_sizes_;
  // What login-watched is made of.
  std::unique_ptr<LoginWorkload> watched_logins_;
  std::vector<std::unique_ptr<Workload>> workloads_;
};

}  // namespace usher::bench
