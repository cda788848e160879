#include "tools/bench/suite.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/str_format.h"
#include "tools/bench/call_workload.h"
#include "tools/bench/entitlements_workload.h"
#include "tools/bench/load.h"
#include "tools/bench/session_workloads.h"
#include "tools/bench/shift_workload.h"
#include "tools/bench/watched_workload.h"

namespace usher::bench {
namespace {

// Agents for each second in which they log in for the first time, or leave for good. Where they
// are used up, the measurement ends earlier; it is more than a machine of two cores takes.
constexpr double kAgentsPerSecond = 40'000;

// How many logins or logouts one measurement of a workload can have.
int PoolSize(const Plan& plan, std::string_view workload) {
  absl::Duration longest = plan.recorded;
  if (plan.Opens(workload)) longest = std::max(longest, plan.open_recorded);
  const double wanted = kAgentsPerSecond * absl::ToDoubleSeconds(plan.warm_up + longest);
  return static_cast<int>(std::clamp<double>(wanted, plan.agents, kAgentsMax));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Suite>> Suite::Create(const Plan& plan,
                                                     const Connections* connections,
                                                     const std::string& token) {
  std::unique_ptr<Suite> suite(new Suite(&plan, connections));
  absl::Status status = suite->MakeSites(token);
  if (status.ok()) status = suite->MeasureLogin();
  if (!status.ok()) return status;
  suite->MakeWorkloads();
  return suite;
}

absl::Status Suite::MakeSite(std::string_view application_id, int agents,
                             std::unique_ptr<Site>& site) {
  absl::FPrintF(stderr, "setting up %d agents in %s\n", agents, std::string(application_id));
  auto made = site_->CreateBeside(application_id, agents);
  if (!made.ok()) return made.status();
  site = *std::move(made);
  return absl::OkStatus();
}

absl::Status Suite::MakeSites(const std::string& token) {
  absl::FPrintF(stderr, "setting up %d agents\n", plan_->agents);
  auto site = Site::Create(connections_->at(0), token, plan_->agents);
  if (!site.ok()) return site.status();
  site_ = *std::move(site);
  absl::Status status = LogEverybodyIn(*connections_, site_.get());
  if (status.ok() && (plan_->Measures(kCall) || plan_->Measures(kExtend))) {
    auto voice = VoiceSite::Create(connections_->at(0), site_.get());
    status = voice.status();
    if (status.ok()) voice_ = *std::move(voice);
  }
  if (status.ok() && plan_->Measures(kFirstLogin))
    status = MakeSite("newcomers", PoolSize(*plan_, kFirstLogin), newcomers_);
  if (status.ok() && plan_->Measures(kLogout))
    status = MakeSite("leavers", PoolSize(*plan_, kLogout), leavers_);
  if (!status.ok() || !plan_->Measures(kShift)) return status;
  status = MakeSite("shifts", plan_->agents, shifts_);
  if (status.ok()) status = MakeSite("full", kTrialLicenses, full_);
  if (status.ok()) status = LogEverybodyIn(*connections_, full_.get());
  return status;
}

// How large a login is: after one operation was driven for a moment.
absl::Status Suite::MeasureLogin() {
  LoginWorkload logins(LoginWorkload::Kind::kAgain, connections_, site_.get());
  const auto result =
      RunClosedLoop(logins.MakeOperations(1), {.recorded = absl::Milliseconds(100)});
  login_sizes_ = logins.sizes();
  return result.status();
}

void Suite::MakeWorkloads() {
  const auto add = [this](std::string_view name, const auto& make) {
    if (plan_->Measures(name)) workloads_.push_back(make());
  };
  const Connections* const to = connections_;
  Site* const site = site_.get();
  constexpr auto kAgain = LoginWorkload::Kind::kAgain;
  watched_logins_ = std::make_unique<LoginWorkload>(kAgain, to, site);
  add(kEcho, [&] { return std::make_unique<EchoWorkload>(to, login_sizes_); });
  add(kLogin, [&] { return std::make_unique<LoginWorkload>(kAgain, to, site); });
  add(kLoginWatched,
      [&] { return std::make_unique<WatchedWorkload>(watched_logins_.get(), to, site); });
  add(kFirstLogin, [&] { return std::make_unique<FirstLoginWorkload>(to, newcomers_.get()); });
  add(kLogout, [&] { return std::make_unique<LogoutWorkload>(to, leavers_.get()); });
  add(kRenew, [&] { return std::make_unique<RenewWorkload>(1, to, site); });
  add(kRenew1000, [&] { return std::make_unique<RenewWorkload>(kSessionsInHeartbeat, to, site); });
  add(kShift, [&] { return std::make_unique<ShiftWorkload>(to, shifts_.get(), full_.get()); });
  add(kCheck, [&] { return std::make_unique<CheckWorkload>(to, site); });
  add(kEntitlements, [&] { return std::make_unique<EntitlementsWorkload>(to, site); });
  add(kCall, [&] { return std::make_unique<CallWorkload>(to, voice_.get()); });
  add(kExtend, [&] { return std::make_unique<ExtendWorkload>(to, voice_.get()); });
}

absl::StatusOr<v1::Verification> Suite::Verify() const {
  v1::Verification sum;
  for (const Site* site :
       {site_.get(), newcomers_.get(), leavers_.get(), shifts_.get(), full_.get()}) {
    if (site == nullptr) continue;
    const auto found = site->Verify();
    if (!found.ok()) return found.status();
    sum.set_acknowledged_logins(sum.acknowledged_logins() + found->acknowledged_logins());
    sum.set_session_ids_given(sum.session_ids_given() + found->session_ids_given());
    sum.set_live_sessions(sum.live_sessions() + found->live_sessions());
    sum.set_acknowledged_logouts(sum.acknowledged_logouts() + found->acknowledged_logouts());
    sum.set_refused_logins(sum.refused_logins() + found->refused_logins());
  }
  if (voice_ != nullptr) {
    const absl::Status status = voice_->Verify();
    if (!status.ok()) return status;
  }
  return sum;
}

}  // namespace usher::bench
