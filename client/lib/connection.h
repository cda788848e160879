// Connection: one attempt of one unary call. The seam between Client and gRPC.
//
// Above it Client fills in request ids and tries again; below it are the channel and the
// translation of errors. Programs test what they build on Client with a Connection of their
// own. Implementations are called from any thread, by many at once.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "absl/time/time.h"
#include "client/lib/error.h"
#include "client/lib/options.h"
#include "google/protobuf/message.h"

namespace usher::client {

// Whether a call that may have reached the server can be sent once more.
enum class Idempotency {
  // A read, or a call with a natural key: the second one finds what the first one left.
  kByNature,
  // The request_id makes the second one answer what the first one answered.
  kByRequestId,
  kNone,
};

struct Method {
  // "/usher.v1.AgentService/StartSession".
  const char* name;
  Idempotency idempotency;
};

struct Attempt {
  absl::Duration timeout;
  std::stop_token stop;
};

class Connection {
 public:
  virtual ~Connection() = default;

  // Sends `request` and waits for the answer, which it puts into `response`. Returns the error
  // where there is none; `response` is then unspecified.
  virtual std::optional<Error> Call(const Method& method, const google::protobuf::Message& request,
                                    google::protobuf::Message& response,
                                    const Attempt& attempt) = 0;
};

// Over a gRPC channel, which connects on the first call and again whenever it is needed.
std::shared_ptr<Connection> Connect(const ClientOptions& options);

}  // namespace usher::client
