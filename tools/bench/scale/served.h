// Served: a database with a server process on it and a caller that waits for its answers.
// One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/bench/connections.h"
#include "tools/bench/scale/book.h"
#include "tools/bench/scale/probe.h"
#include "tools/bench/server_process.h"

namespace usher::bench {

// What files there take; 0 where there is no such directory.
int64_t BytesIn(const std::string& directory);

class Served {
 public:
  // Starts a server on what no cache holds any more, as far as the system obliges: its files are
  // written out and given up before. `book` outlives it.
  static absl::StatusOr<std::unique_ptr<Served>> StartCold(const std::string& data_dir,
                                                           int connections, Book* book);

  // Since StartCold began to start the process.
  absl::Duration since_start() const;

  const ServerProcess& process() const { return *process_; }
  const Connections& connections() const { return *connections_; }
  const std::string& authorization() const { return authorization_; }
  Probe& probe() { return *probe_; }
  Book& book() const { return *book_; }

  // Waits until the server has so many live sessions in memory; how long that was since the start.
  absl::StatusOr<absl::Duration> AwaitSessions(int64_t sessions);

  // Ends it in order; what is asked afterwards finds nobody. Without it, it is killed.
  absl::Status Stop();

 private:
  Served(absl::Time start_time, ServerProcess process, int connections, std::string authorization,
         Book* book);

  const absl::Time start_time_;
  std::optional<ServerProcess> process_;
  std::unique_ptr<Connections> connections_;
  const std::string authorization_;
  Book* const book_;
  std::unique_ptr<Probe> probe_;
};

}  // namespace usher::bench
