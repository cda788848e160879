// TestServer: a real server in this process, on a directory that goes with it, and real channels to
// it. UsherdProcess: the real binary as a child process, also with its wall clock moved.
//
// One owner thread; channels may be used by any.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/operator_token.h"
#include "server/options.h"
#include "server/server.h"

namespace grpc {
class Channel;
}

namespace usher::testing {

// A new directory that is removed, with all that is in it, at the end.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A channel with a connection of its own, however many there are to the same address. Its calls
// carry the token; none where it is empty.
std::shared_ptr<grpc::Channel> OwnChannel(const std::string& address,
                                          const std::string& token = "");

class TestServer {
 public:
  // Serves at once, on a free port of 127.0.0.1 and, where `options` name none, a data directory of
  // its own. Ends the test process where it can't.
  explicit TestServer(ServerOptions options = {});
  ~TestServer();

  // HOST:PORT. Another one after a restart.
  std::string address() const { return server_->address(); }
  int port() const { return server_->port(); }
  // Of the probes and metrics; 0 unless `options` name an address for them.
  int http_port() const { return server_->http_port(); }
  std::string data_dir() const { return options_.data_dir; }
  // For calls of the operator.
  std::shared_ptr<grpc::Channel> NewChannel() const {
    return OwnChannel(address(), ReadOperatorToken(data_dir()));
  }
  storage::Store& store() { return server_->store(); }
  engine::WatchHub& watch() { return server_->watch(); }

  void Stop();
  // Stops, where it serves, and serves anew on the same data.
  void Restart();

 private:
  void Start();

  TempDir temp_dir_;
  ServerOptions options_;
  std::unique_ptr<Server> server_;
};

class UsherdProcess {
 public:
  // Starts $USHER_BIN_DIR/usherd with these arguments, and without the HTTP port unless one of them
  // is --http, as tests run side by side; `clock_offset` moves its wall clock, not the
  // clock of leases (libfaketime).
  explicit UsherdProcess(const std::vector<std::string>& arguments,
                         absl::Duration clock_offset = absl::ZeroDuration());
  // Kills it where it still runs.
  ~UsherdProcess();
  UsherdProcess(const UsherdProcess&) = delete;
  UsherdProcess& operator=(const UsherdProcess&) = delete;

  // Waits until it says where it serves; empty where it ended instead.
  std::string WaitForAddress();
  // Of the probes and metrics, once it serves; empty where it has said none.
  std::string HttpAddress() const;
  void Signal(int signal);
  pid_t pid() const { return pid_; }
  // Waits for its end; the exit code, or 128 + the signal that ended it.
  int Wait();
  // What it has printed so far on either output; all of it after Wait.
  const std::string& output() const { return output_; }

 private:
  // Reads more of its output; false at the end of it.
  bool ReadMore();

  pid_t pid_ = -1;
  int output_fd_ = -1;
  std::string output_;
};

// Whether this machine has libfaketime and this build can run under it.
bool CanMoveClock();

}  // namespace usher::testing
