// FakeConnection: a server that a test scripts, below usher::Client.
//
// Each method answers with the function that On() or OnStream() gave it, or UNIMPLEMENTED.
// Remembers every attempt. Any thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "client/lib/connection.h"
#include "client/lib/result.h"

namespace usher::client::testing {

// What a stream tells: its messages, and then its end.
template <typename Response>
struct Streamed {
  std::vector<Response> messages;
  // Where it is unset the server ends the stream in good order.
  std::optional<Error> error = std::nullopt;
  // Instead of its end, silence: until the caller stops listening.
  bool stays_open = false;
};

class FakeConnection : public Connection {
 public:
  using Message = google::protobuf::Message;

  struct Sent {
    // "StartSession".
    std::string method;
    std::string request_bytes;
    absl::Duration timeout;
    bool wait_for_server = false;
  };

  // `method` without its service: On<v1::GetAccountRequest, v1::GetAccountResponse>(
  //     "GetAccount", [](const v1::GetAccountRequest& request) { ... }).
  template <typename Request, typename Response>
  void On(const std::string& method, std::function<Result<Response>(const Request&)> answer) {
    const std::lock_guard lock(mutex_);
    answers_[method] = [answer = std::move(answer)](const Message& request, Message& response) {
      const Result<Response> result = answer(static_cast<const Request&>(request));
      if (!result.ok()) return std::optional<Error>(result.error());
      response.CopyFrom(*result);
      return std::optional<Error>();
    };
  }

  std::optional<Error> Call(const Method& method, const Message& request, Message& response,
                            const Attempt& attempt) override {
    const std::string name = NameOf(method);
    Answer answer;
    {
      const std::lock_guard lock(mutex_);
      sent_.push_back({name, request.SerializeAsString(), attempt.timeout});
      const auto found = answers_.find(name);
      if (found != answers_.end()) answer = found->second;
    }
    if (!answer) return Error{.code = absl::StatusCode::kUnimplemented, .message = name};
    return answer(request, response);
  }

  template <typename Request, typename Response>
  void OnStream(const std::string& method,
                std::function<Streamed<Response>(const Request&)> answer) {
    const std::lock_guard lock(mutex_);
    streams_[method] = [answer = std::move(answer)](const Message& request) {
      const Streamed<Response> streamed = answer(static_cast<const Request&>(request));
      Streamed<std::string> bytes{.error = streamed.error, .stays_open = streamed.stays_open};
      for (const Response& message : streamed.messages) {
        bytes.messages.push_back(message.SerializeAsString());
      }
      return bytes;
    };
  }

  std::unique_ptr<Stream> Open(const Method& method, const Message& request,
                               const Listening& listening) override {
    const std::string name = NameOf(method);
    StreamAnswer answer;
    {
      const std::lock_guard lock(mutex_);
      sent_.push_back(
          {name, request.SerializeAsString(), listening.silence_max, listening.wait_for_server});
      const auto found = streams_.find(name);
      if (found != streams_.end()) answer = found->second;
    }
    if (answer) return std::make_unique<FakeStream>(answer(request), listening);
    return std::make_unique<FakeStream>(
        Streamed<std::string>{.error = Error{.code = absl::StatusCode::kUnimplemented}}, listening);
  }

  std::vector<Sent> sent() const {
    const std::lock_guard lock(mutex_);
    return sent_;
  }

  // The requests of one method, in order.
  template <typename Request>
  std::vector<Request> Requests(const std::string& method) const {
    std::vector<Request> requests;
    for (const Sent& sent : this->sent()) {
      if (sent.method != method) continue;
      requests.emplace_back().ParseFromString(sent.request_bytes);
    }
    return requests;
  }

 private:
  using Answer = std::function<std::optional<Error>(const Message&, Message&)>;
  using StreamAnswer = std::function<Streamed<std::string>(const Message&)>;

  class FakeStream : public Stream {
   public:
    FakeStream(Streamed<std::string> streamed, Listening listening)
        : streamed_(std::move(streamed)), listening_(std::move(listening)) {}

    bool Read(Message& message) override {
      if (listening_.stop.stop_requested()) {
        error_ = Error{.code = absl::StatusCode::kCancelled};
      } else if (next_ < streamed_.messages.size()) {
        return message.ParseFromString(streamed_.messages[next_++]);
      } else if (!streamed_.stays_open) {
        error_ = streamed_.error;
      } else {
        error_ = Await();
      }
      return false;
    }

    const std::optional<Error>& error() const override { return error_; }

   private:
    Error Await() {
      std::mutex mutex;
      std::condition_variable_any never_notified;
      std::unique_lock lock(mutex);
      never_notified.wait_for(lock, listening_.stop,
                              absl::ToChronoNanoseconds(listening_.silence_max),
                              [] { return false; });
      if (listening_.stop.stop_requested()) return {.code = absl::StatusCode::kCancelled};
      return Silence(listening_.silence_max);
    }

    const Streamed<std::string> streamed_;
    const Listening listening_;
    size_t next_ = 0;
    std::optional<Error> error_;
  };

  static std::string NameOf(const Method& method) {
    const std::string full_name = method.name;
    return full_name.substr(full_name.rfind('/') + 1);
  }

  mutable std::mutex mutex_;
  std::map<std::string, Answer> answers_;
  std::map<std::string, StreamAnswer> streams_;
  std::vector<Sent> sent_;
};

// A refusal with that reason, as the server would send it.
inline Error Refusal(absl::StatusCode code, const std::string& reason,
                     std::map<std::string, std::string> metadata = {},
                     const std::string& message = "No.") {
  Error error;
  error.code = code;
  error.reason = ReasonFromName(reason);
  error.reason_name = reason;
  error.message = message;
  error.metadata = std::move(metadata);
  return error;
}

}  // namespace usher::client::testing
