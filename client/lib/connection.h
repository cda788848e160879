// Connection: one attempt of one call, unary or server-streaming. The seam between Client and gRPC.
//
// Above it Client fills in request ids and tries again, and EventWatch resumes; below it are the
// channel and the translation of errors. Programs test what they build on Client with a Connection
// of their own. Implementations are called from any thread, by many at once.
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

// How the messages of a stream are waited for.
struct Listening {
  // Without a message for so long the call is given up, with DEADLINE_EXCEEDED.
  absl::Duration silence_max = absl::InfiniteDuration();
  // Whether a server that can't be reached is waited for, rather than answered as UNAVAILABLE.
  bool wait_for_server = false;
  // A request to stop cancels the call, which then ends with CANCELLED.
  std::stop_token stop;
};

// A server-streaming call under way. One thread at a time.
class Stream {
 public:
  // Cancels the call where it has not ended.
  virtual ~Stream() = default;

  // Waits for the next message and puts it into `message`. False where none will come any more;
  // `message` is then unspecified.
  virtual bool Read(google::protobuf::Message& message) = 0;

  // After Read said false: why; unset where the server ended the stream in good order.
  virtual const std::optional<Error>& error() const = 0;
};

class Connection {
 public:
  virtual ~Connection() = default;

  // Sends `request` and waits for the answer, which it puts into `response`. Returns the error
  // where there is none; `response` is then unspecified.
  virtual std::optional<Error> Call(const Method& method, const google::protobuf::Message& request,
                                    google::protobuf::Message& response,
                                    const Attempt& attempt) = 0;

  // Sends `request`; the stream tells what comes of it, errors too.
  virtual std::unique_ptr<Stream> Open(const Method& method,
                                       const google::protobuf::Message& request,
                                       const Listening& listening) = 0;
};

// The error of a stream that was silent for longer than it may.
Error Silence(absl::Duration silence_max);

// Over a gRPC channel, which connects on the first call and again whenever it is needed.
std::shared_ptr<Connection> Connect(const ClientOptions& options);

}  // namespace usher::client
