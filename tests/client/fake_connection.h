// FakeConnection: a server that a test scripts, below usher::Client.
//
// Each method answers with the function that On() gave it, or UNIMPLEMENTED. Remembers every
// attempt. Any thread.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/lib/connection.h"
#include "client/lib/result.h"

namespace usher::client::testing {

class FakeConnection : public Connection {
 public:
  using Message = google::protobuf::Message;

  struct Sent {
    // "StartSession".
    std::string method;
    std::string request_bytes;
    absl::Duration timeout;
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
    const std::string full_name = method.name;
    const std::string name = full_name.substr(full_name.rfind('/') + 1);
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

  mutable std::mutex mutex_;
  std::map<std::string, Answer> answers_;
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
