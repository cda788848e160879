// Site: an application and its licensed agents that workloads run on, made through the real API,
// and the book of what the server has answered, against which it is checked.
//
// Threading: one thread, but Note…: any, one at a time for each agent; and what is const.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "tools/bench/report.pb.h"
#include "usher/v1/agent_service.pb.h"

namespace usher::bench {

// What a trial holds.
inline constexpr int kTrialLicenses = 3;
// What a catalog's package brings at once, so what can be bought at least.
inline constexpr int kAgentsMin = 3;
// An application can hold more, but several are the way to go then.
inline constexpr int kAgentsMax = 500'000;

class Site {
 public:
  // In an account of its own. Buys one license for each agent beside the trial's three. Nobody is
  // logged in yet. `token` is the operator's.
  static absl::StatusOr<std::unique_ptr<Site>> Create(std::shared_ptr<grpc::Channel> channel,
                                                      const std::string& token, int agents);
  // Another application of the same account. For three agents the trial is enough: every license
  // is taken once they are logged in.
  absl::StatusOr<std::unique_ptr<Site>> CreateBeside(std::string_view application_id,
                                                     int agents) const;

  // What calls have to send as `authorization`.
  const std::string& authorization() const { return authorization_; }
  const std::string& account() const { return account_; }
  const std::string& application() const { return application_; }
  size_t agents() const { return agents_.size(); }
  int licenses() const { return licenses_; }
  // Agents are in no order that storage could profit from.
  const std::string& email(size_t agent) const { return agents_[agent].email; }
  // By the book: of the last login; 0 before the first one.
  int64_t license_id(size_t agent) const { return agents_[agent].license_id; }
  int64_t session_id(size_t agent) const { return agents_[agent].last_session_id; }
  bool logged_in(size_t agent) const { return agents_[agent].logged_in; }

  // Has every license idle again, and other agents in the place of all who held one: deletes the
  // application and undeletes it, which ends the sessions, and resets the licenses. It takes as
  // long as there were agents; nothing where there were none. The server's policy must allow the
  // reset.
  absl::Status ReplaceEverybody();

  // Writes an acknowledged login down. An error where the answer is not what a login of this agent
  // must get: its own license, and a session that is newer than the last.
  absl::Status NoteLogin(size_t agent, bool first, const ::usher::v1::StartSessionResponse& answer);
  // The same of a logout: its session has ended, and by it.
  absl::Status NoteLogout(size_t agent, const ::usher::v1::EndSessionResponse& answer);
  // And of a login that had to be refused as no license is idle: the server counts those.
  void NoteRefusal() { refused_.fetch_add(1, std::memory_order_relaxed); }
  // An error where a renewal is not that of the agent's live session.
  absl::Status CheckRenewal(size_t agent, const ::usher::v1::SessionRenewal& renewal) const;

  // Compares the book with what the server says now: each agent who should be logged in has
  // exactly one live session, the last that was acknowledged, and nobody else has one; no session
  // id was given but to acknowledged logins, and as many were denied as were told so.
  absl::StatusOr<v1::Verification> Verify() const;

 private:
  struct Agent {
    std::string email;
    int64_t license_id = 0;
    int64_t last_session_id = 0;
    bool logged_in = false;
  };

  Site(std::shared_ptr<grpc::Channel> channel, std::string authorization,
       std::string_view application_id, int agents);

  absl::Status CreateApplication();
  absl::Status BuyLicenses(int count);
  void NameAgents();
  int64_t NewestSession() const;
  absl::Status VerifySessions(v1::Verification& verification) const;
  absl::Status VerifyDenials() const;

  const std::shared_ptr<grpc::Channel> channel_;
  const std::string authorization_;
  const std::string account_;
  const std::string application_;
  std::vector<Agent> agents_;
  int licenses_ = kTrialLicenses;
  // How often everybody was replaced, and the newest session of those who were.
  int generation_ = 0;
  int64_t newest_replaced_session_ = 0;
  std::atomic<int64_t> acknowledged_ = 0;
  std::atomic<int64_t> logged_out_ = 0;
  std::atomic<int64_t> refused_ = 0;
};

}  // namespace usher::bench
