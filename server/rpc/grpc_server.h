// GrpcServer: a gRPC server that serves the methods of a CallRegistry from a completion queue.
//
// Promises: Shutdown answers every call that was received, as far as the handlers answer within
// the deadline, and leaves no thread and no call behind.
// Threading: one owner thread.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rpc/call_queue.h"
#include "rpc/call_registry.h"
#include "rpc/limits.h"

namespace grpc {
class Server;
class ServerCredentials;
}  // namespace grpc

namespace usher::auth {
class Gatekeeper;
}

namespace usher::rpc {

// Reflection is served by a thread for each call that is open, and one that looks out for more.
inline constexpr int kReflectionThreadsMax = 16;

struct GrpcServerOptions {
  // HOST:PORT; port 0 takes any that is free.
  std::string listen;
  // Plaintext where null.
  std::shared_ptr<grpc::ServerCredentials> credentials;
  // Who may ask for reflection; anybody where null. Outlives the server.
  const auth::Gatekeeper* reflection_gate = nullptr;
};

class GrpcServer {
 public:
  explicit GrpcServer(GrpcServerOptions options);
  ~GrpcServer();

  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;

  // Where services register, before Start.
  CallRegistry& calls() { return calls_; }

  // Of all their methods.
  observe::RpcMetrics& metrics() { return metrics_; }

  // Takes calls from now on; they wait until somebody serves. kUnavailable where the address cannot
  // be taken.
  absl::Status Start();

  // Serves on the thread that waits there. Once started; until ServeAlone.
  engine::Host* host() { return queue_.get(); }
  // Serves on a thread of the server's own from now on. Nobody may be at the host any more.
  void ServeAlone();

  // The port that is bound.
  int port() const { return port_; }

  // Takes no new call and waits at most `grace` for the calls under way and for idle connections to
  // say goodbye, then cancels and closes them. The handlers of cancelled calls still owe an answer.
  void StopServing(absl::Duration grace);

  // Waits for the handlers' last answers and ends the thread: who answers must be at work still, or
  // must have answered everything. Nobody may be at the host any more. Idempotent.
  void Finish();

 private:
  GrpcServerOptions options_;
  observe::RpcMetrics metrics_;
  CallRegistry calls_{&metrics_};
  // The only one, for streams, too. Whatever queues they wait at, gRPC has all threads that wait
  // share all connections: they take turns at nearly every event, each being woken, finding one
  // completion, and sleeping again. On 2 cores a second one cost a login a tenth of its rate and a
  // quarter more processor time, an echo two fifths of its rate.
  std::unique_ptr<CallQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace usher::rpc
