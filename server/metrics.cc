#include "server/metrics.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "entitlement/types.h"
#include "observe/exposition.h"
#include "observe/process_metrics.h"
#include "server/options.h"

namespace usher {
namespace {

using observe::Exposition;
using observe::MetricKind;

constexpr double kNanosecondsInSecond = 1e9;

constexpr auto kCommandBounds = std::to_array<int64_t>({0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512});
constexpr int64_t kMicro = 1'000;
constexpr int64_t kMilli = 1'000'000;
constexpr auto kDiskBounds =
    std::to_array<int64_t>({50 * kMicro, 100 * kMicro, 250 * kMicro, 500 * kMicro, 1 * kMilli,
                            2500 * kMicro, 5 * kMilli, 10 * kMilli, 25 * kMilli, 50 * kMilli,
                            100 * kMilli, 250 * kMilli, 1000 * kMilli, 5000 * kMilli});
static_assert(kCommandBounds.size() <= observe::kHistogramBoundsMax);
static_assert(kDiskBounds.size() <= observe::kHistogramBoundsMax);

std::string LowerCase(std::string_view text) {
  return absl::AsciiStrToLower(absl::string_view(text.data(), text.size()));
}

void WriteGauge(Exposition& page, std::string_view name, std::string_view help, double value) {
  page.Family(name, help, MetricKind::kGauge).Add(value);
}

void WriteEngine(const MetricsSources& sources, Exposition& page) {
  WriteGauge(page, "usher_commands_in_flight", "Commands that are queued, parked or under way.",
             static_cast<double>(sources.engine.in_flight));
  WriteGauge(page, "usher_commands_in_flight_max",
             "Beyond so many commands in flight calls are refused with OVERLOADED.",
             static_cast<double>(sources.in_flight_max));
  WriteGauge(page, "usher_engine_turn_age_seconds",
             "Time since the engine last began a turn; more than some seconds: it is stuck.",
             absl::ToDoubleSeconds(sources.engine.since_turn));
}

void WriteLicenses(const engine::StateFigures& state, Exposition& page) {
  page.Family("usher_licenses",
              "Unexpired licenses of the applications in memory; in_use ones are bound, too, and "
              "counted once.",
              MetricKind::kGauge);
  for (const entitlement::LicenseKind kind : entitlement::kLicenseKinds) {
    for (const entitlement::Edition edition : entitlement::kEditions) {
      const entitlement::PoolCount& pool = state.pools[IndexOf(kind)][IndexOf(edition)];
      const std::pair<const char*, int64_t> states[] = {{"idle", pool.total - pool.held},
                                                        {"bound", pool.held - pool.in_use},
                                                        {"in_use", pool.in_use}};
      for (const auto& [name, count] : states) {
        page.Add(static_cast<double>(count), {{"kind", LowerCase(ToString(kind))},
                                              {"edition", LowerCase(ToString(edition))},
                                              {"state", name}});
      }
    }
  }
}

void WriteState(const engine::StateFigures& state, Exposition& page) {
  WriteGauge(page, "usher_accounts_loaded", "Accounts in memory.",
             static_cast<double>(state.accounts));
  WriteGauge(page, "usher_applications_loaded", "Applications in memory.",
             static_cast<double>(state.applications));
  WriteGauge(page, "usher_sessions", "Live sessions of agents.",
             static_cast<double>(state.sessions));
  WriteGauge(page, "usher_phones", "SIP phones that are online.",
             static_cast<double>(state.phones));
  WriteGauge(page, "usher_calls", "Live Voice AI calls.", static_cast<double>(state.calls));
  WriteLicenses(state, page);
  WriteGauge(page, "usher_voice_minutes_remaining",
             "Voice AI minutes that are neither charged nor reserved, of the accounts in memory.",
             static_cast<double>(state.minutes_remaining));
  WriteGauge(page, "usher_voice_minutes_reserved",
             "Voice AI minutes that live calls have reserved.",
             static_cast<double>(state.minutes_reserved));
}

}  // namespace

ServerMetrics::ServerMetrics()
    : start_time_(absl::Now()),
      batch_commands_(kCommandBounds),
      commit_seconds_(kDiskBounds),
      sync_seconds_(kDiskBounds),
      checkpoint_seconds_(kDiskBounds) {}

void ServerMetrics::NoteCommit(const engine::CommitReport& report) {
  if (!report.stored) {
    commits_refused_.Increment();
    return;
  }
  batch_commands_.Observe(report.commands);
  commit_seconds_.Observe(absl::ToInt64Nanoseconds(report.duration));
}

void ServerMetrics::NoteLogSync(absl::Duration duration) {
  sync_seconds_.Observe(absl::ToInt64Nanoseconds(duration));
}

void ServerMetrics::NoteCheckpoint(absl::Duration duration) {
  checkpoint_seconds_.Observe(absl::ToInt64Nanoseconds(duration));
}

void ServerMetrics::WriteStore(const MetricsSources& sources, Exposition& page) const {
  page.Family("usher_commit_commands",
              "Commands that shared a commit; 0 where time alone had something to store.",
              MetricKind::kHistogram)
      .Add(batch_commands_.Read(), 1);
  page.Family("usher_commit_seconds", "Time of a commit, its sync to the disk included.",
              MetricKind::kHistogram)
      .Add(commit_seconds_.Read(), kNanosecondsInSecond);
  page.Family("usher_commits_refused_total",
              "Commits that the store refused: their calls were answered STORE_UNAVAILABLE.",
              MetricKind::kCounter)
      .Add(static_cast<double>(commits_refused_.value()));
  page.Family("usher_store_sync_seconds", "Time of a sync of the write-ahead log to the disk.",
              MetricKind::kHistogram)
      .Add(sync_seconds_.Read(), kNanosecondsInSecond);
  page.Family("usher_store_checkpoint_seconds",
              "Time of a checkpoint, which copies the write-ahead log into the database.",
              MetricKind::kHistogram)
      .Add(checkpoint_seconds_.Read(), kNanosecondsInSecond);
  WriteGauge(page, "usher_store_log_bytes", "The part of the write-ahead log that is in use.",
             static_cast<double>(sources.log_bytes));
  WriteGauge(page, "usher_store_refuses",
             "1 while the store has refused every write for ten seconds or longer.",
             sources.engine.store_refuses ? 1 : 0);
}

std::string ServerMetrics::Page(const MetricsSources& sources) const {
  Exposition page;
  page.Family("usher_build_info", "1; the label tells the version.", MetricKind::kGauge)
      .Add(1, {{"version", std::string(Version())}});
  WriteGauge(page, "usher_serving",
             "1 where health is SERVING; 0 while the store refuses, and while it stops.",
             sources.serving ? 1 : 0);
  sources.rpc->Write(page);
  WriteEngine(sources, page);
  WriteStore(sources, page);
  WriteState(sources.engine.state, page);
  WriteGauge(page, "usher_watchers", "Open WatchEvents streams.",
             static_cast<double>(sources.watchers));
  WriteGauge(page, "usher_tls_files_bad",
             "1 while the TLS files hold what can't be served; what was good before is.",
             sources.tls_files_bad ? 1 : 0);
  WriteGauge(page, "process_start_time_seconds", "When the server was started, as Unix time.",
             absl::ToDoubleSeconds(start_time_ - absl::UnixEpoch()));
  observe::WriteProcessMetrics(page);
  return page.Text();
}

}  // namespace usher
