// GrpcServer: a gRPC server that serves the methods of a CallRegistry from completion queues.
//
// Promises: Shutdown answers every call that was received, as far as the handlers answer within
// the deadline, and leaves no thread and no call behind.
// Threading: one owner thread.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

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
  int completion_queues = kCompletionQueuesDefault;
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

  // kUnavailable where the address cannot be taken.
  absl::Status Start();

  // Runs the task on a thread that serves calls: where answers are sent cheapest, as its poller
  // need not be woken for each. At least one call must wait for what the task does. Once started.
  void Run(CallQueue::Task task) { queues_.front()->Run(std::move(task)); }

  // The port that is bound.
  int port() const { return port_; }

  // Takes no new call and waits at most `grace` for the calls under way and for idle connections to
  // say goodbye, then cancels and closes them. The handlers of cancelled calls still owe an answer.
  void StopServing(absl::Duration grace);

  // Waits for the handlers' last answers and ends the threads: who answers must be at work still,
  // or must have answered everything. Idempotent.
  void Finish();

 private:
  GrpcServerOptions options_;
  observe::RpcMetrics metrics_;
  CallRegistry calls_{&metrics_};
  // Streams are on the first one, too: a queue of their own would bring a thread more (limits.h).
  std::vector<std::unique_ptr<CallQueue>> queues_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace usher::rpc
