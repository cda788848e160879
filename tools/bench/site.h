// Site: the account, the application and the licensed agents that workloads run on, made through
// the real API, and the book of what the server has answered, against which it is checked.
//
// Threading: one thread, but NoteLogin: any, one at a time for each agent.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "tools/bench/report.pb.h"
#include "usher/v1/agent_service.pb.h"

namespace usher::bench {

// What a catalog's package brings at once, so what can be bought at least.
inline constexpr int kAgentsMin = 3;
// An application can hold more, but several are the way to go then.
inline constexpr int kAgentsMax = 500'000;

class Site {
 public:
  // Buys one license for each agent beside the trial's three. Nobody is logged in yet.
  // `token` is the operator's.
  static absl::StatusOr<std::unique_ptr<Site>> Create(std::shared_ptr<grpc::Channel> channel,
                                                      const std::string& token, int agents);

  // What calls have to send as `authorization`.
  const std::string& authorization() const { return authorization_; }
  const std::string& application() const { return application_; }
  size_t agents() const { return agents_.size(); }
  // Agents are in no order that storage could profit from.
  const std::string& email(size_t agent) const { return agents_[agent].email; }

  // Buys Voice AI for more calls and minutes than any measurement takes, and starts and connects
  // the calls that are extended.
  absl::Status BuyVoice();
  // Live calls, as many as one heartbeat may have; none before BuyVoice.
  const std::vector<std::string>& calls() const { return calls_; }

  // Writes an acknowledged login down. An error where the answer is not what a login of this agent
  // must get: its own license, and a session that is newer than the last.
  absl::Status NoteLogin(size_t agent, bool first, const ::usher::v1::StartSessionResponse& answer);

  // Compares the book with what the server says now: each agent has exactly one live session, the
  // last that was acknowledged, and no session id was given but to acknowledged logins.
  absl::StatusOr<v1::Verification> Verify() const;

 private:
  struct Agent {
    std::string email;
    int64_t license_id = 0;
    int64_t last_session_id = 0;
  };

  Site(std::shared_ptr<grpc::Channel> channel, const std::string& token, int agents);

  absl::Status Buy(int licenses);

  const std::shared_ptr<grpc::Channel> channel_;
  const std::string authorization_;
  const std::string application_;
  std::vector<Agent> agents_;
  std::vector<std::string> calls_;
  std::atomic<int64_t> acknowledged_ = 0;
};

}  // namespace usher::bench
