// What an administrator may say to usherd, and how it is read: from a file, the environment and the
// command line (settings.h). Plain values, any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "auth/tls.h"
#include "engine/watch_hub.h"
#include "entitlement/catalog.h"
#include "entitlement/policy.h"
#include "observe/log.h"
#include "rpc/limits.h"

namespace usher {

namespace rpc {
class CallRegistry;
}

// Of this build, "0.1.0".
std::string_view Version();

struct ServerOptions {
  std::string data_dir = "./usher-data";
  // HOST:PORT; port 0 takes any that is free.
  std::string listen = "127.0.0.1:7600";
  // Serves TLS where a certificate is named.
  auth::TlsFiles tls;
  // Permits plaintext beyond this machine.
  bool allow_plaintext = false;
  // HOST:PORT of the probes and metrics over HTTP, or kHttpOff; port 0 takes any that is free.
  std::string http_listen = "127.0.0.1:7601";
  // Permits that port beyond this machine.
  bool http_allow_plaintext = false;
  // Makes another token for an operator, of a database that is there, and ends, instead of serving.
  bool new_operator_token = false;
  observe::LogOptions log;
  entitlement::Policy policy;
  entitlement::Catalog catalog = entitlement::Catalog::Default();
  // Commands that are queued or parked at most; one more is answered with OVERLOADED.
  int64_t in_flight_max = 10'000;
  // How many may watch, and what that may take.
  engine::WatchOptions watch;
  // Name of the SQLite VFS that the database is opened by; empty for the default one. For tests, as
  // what follows: the command line knows none of it.
  std::string store_vfs;
  absl::Duration tls_refresh = auth::kCertificateRefresh;
  // Registers what is served beside Usher's own services: usher-bench measures against an echo on
  // the same server. May be null.
  std::function<void(rpc::CallRegistry&)> extra_services;
};

// In place of an address: nothing listens there.
inline constexpr char kHttpOff[] = "off";

// kInvalidArgument, with a sentence for the administrator, where `listen`, or `http_listen`, is not
// of the form HOST:PORT, or would send plaintext to other machines without leave.
absl::Status CheckListen(const ServerOptions& options);
absl::Status CheckHttpListen(const ServerOptions& options);

// Reads the command line and the environment, and the file that one of them names. Where that
// leaves nothing to serve (--help, --version, a mistake), it has printed what there is to say and
// fills in `exit_code`.
struct CommandLine {
  ServerOptions options;
  std::optional<int> exit_code;
};
CommandLine ReadCommandLine(int argc, const char* const* argv, const char* const* environment);

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;

}  // namespace usher
