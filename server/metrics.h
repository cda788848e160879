// ServerMetrics: what the engine and the store have counted, and the page that Prometheus reads.
// docs/metrics.md tells what each metric means; a test compares the two.
//
// Threading: any; what counts is called by one thread, and the page may be made meanwhile.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "engine/engine.h"
#include "observe/instruments.h"
#include "observe/rpc_metrics.h"

namespace usher {

// What is asked for when the page is made.
struct MetricsSources {
  engine::EngineStats engine;
  int64_t in_flight_max = 0;
  int64_t log_bytes = 0;
  int64_t watchers = 0;
  bool serving = false;
  bool tls_files_bad = false;
  const observe::RpcMetrics* rpc = nullptr;
};

class ServerMetrics {
 public:
  ServerMetrics();

  void NoteCommit(const engine::CommitReport& report);
  void NoteLogSync(absl::Duration duration);
  void NoteCheckpoint(absl::Duration duration);

  std::string Page(const MetricsSources& sources) const;

 private:
  void WriteStore(const MetricsSources& sources, observe::Exposition& page) const;

  const absl::Time start_time_;
  observe::Histogram batch_commands_;
  observe::Histogram commit_seconds_;
  observe::Histogram sync_seconds_;
  observe::Histogram checkpoint_seconds_;
  observe::Counter commits_refused_;
};

}  // namespace usher
