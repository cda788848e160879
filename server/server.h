// Server: the store, the engine and the wire, put together.
//
// Promises: after Start has returned OK it serves; Shutdown answers what was accepted, and then
// nothing of it is left. One data directory is served by one server at a time.
// Threading: Start and Shutdown by one owner thread.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "auth/gatekeeper.h"
#include "auth/token_registry.h"
#include "server/metrics.h"
#include "server/options.h"

namespace usher {

namespace auth {
class CertificateWatch;
}
namespace engine {
class Engine;
struct EngineOptions;
class UpkeepRunner;
class WatchHub;
}  // namespace engine
namespace observe {
class HttpServer;
}
namespace rpc {
class GrpcServer;
class HealthService;
}  // namespace rpc
namespace storage {
class SqliteStore;
class Store;
}  // namespace storage

class Server {
 public:
  explicit Server(ServerOptions options);
  // Shuts down at once.
  ~Server();

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Errors are sentences for the administrator: an address or data directory that is in use, data
  // that can't be read.
  //
  // Where nobody has an operator's token, as at the first start, or the options want another one,
  // it is made and left in the file operator.token of the data directory.
  absl::Status Start();

  // After Start: the port that is bound, and HOST:PORT with it.
  int port() const;
  std::string address() const;
  // The same of the probes and metrics over HTTP; 0 and empty where they are off.
  int http_port() const;
  std::string http_address() const;

  // Answers everything that was accepted, refuses what still comes with SERVER_DRAINING, closes the
  // connections after at most `grace`, stores what is stored with a delay, and lets go of port and
  // data directory. Idempotent.
  void Shutdown(absl::Duration grace);

  // When the engine's loop began its latest turn, in microseconds of the lease clock; always 0 once
  // nobody can connect any more. Any thread, while it serves.
  int64_t LastSignOfLifeMicros() const;

  // While it serves; for tests that look inside.
  storage::Store& store();
  engine::WatchHub& watch();

 private:
  absl::Status MakeOperatorToken();
  engine::EngineOptions MakeEngineOptions();
  void RegisterServices();
  absl::Status StartHttp();

  ServerOptions options_;
  ServerMetrics metrics_;
  auth::TokenRegistry tokens_;
  auth::Gatekeeper gate_{&tokens_};
  // Null without TLS; gRPC asks it while it serves.
  std::unique_ptr<auth::CertificateWatch> certificates_;
  std::unique_ptr<storage::SqliteStore> store_;
  std::unique_ptr<engine::WatchHub> watch_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<engine::UpkeepRunner> upkeep_;
  std::unique_ptr<rpc::HealthService> health_;
  std::unique_ptr<rpc::GrpcServer> grpc_;
  std::unique_ptr<observe::HttpServer> http_;
};

}  // namespace usher
