// Short words for the tests of agents, phones and resets.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tests/entitlement/buying.h"
#include "tests/support/world.h"

namespace usher::entitlement::testing {

// The contract's name of the refusal; "OK" where there is none.
inline std::string_view ReasonOf(const Refusal& refusal) {
  static constexpr std::string_view kReasons[] = {"INVALID_FIELD",
                                                  "BELOW_MINIMUM_PURCHASE",
                                                  "REQUEST_ID_REUSED",
                                                  "PAGE_TOKEN_MISMATCH",
                                                  "INVALID_CREDENTIAL",
                                                  "ROLE_FORBIDS",
                                                  "RESOURCE_NOT_FOUND",
                                                  "RESOURCE_ALREADY_EXISTS",
                                                  "PACKAGE_REQUIRED",
                                                  "EDITION_MISMATCH",
                                                  "SUBSCRIPTION_AMBIGUOUS",
                                                  "LICENSE_EXPIRED",
                                                  "NOTHING_TO_RESET",
                                                  "VOICE_PACKAGE_REQUIRED",
                                                  "APPLICATION_DELETED",
                                                  "WRONG_STATE",
                                                  "LAST_OPERATOR_TOKEN",
                                                  "NO_IDLE_LICENSE",
                                                  "SIP_POOL_EXHAUSTED",
                                                  "VOICE_CONCURRENCY_EXHAUSTED",
                                                  "VOICE_MINUTES_EXHAUSTED",
                                                  "RESET_LIMIT_REACHED",
                                                  "OVERLOADED",
                                                  "TOO_MANY_WATCHERS",
                                                  "ETAG_MISMATCH",
                                                  "RESUME_TOKEN_EXPIRED",
                                                  "STORE_UNAVAILABLE",
                                                  "SERVER_DRAINING",
                                                  "WATCHER_TOO_SLOW"};
  static_assert(std::size(kReasons) == std::variant_size_v<Refusal>);
  return kReasons[refusal.index()];
}

inline std::string_view ReasonOf(const Outcome& outcome) {
  return outcome.refused() ? ReasonOf(std::get<Refusal>(outcome.result)) : "OK";
}

inline Email Mail(const std::string& name) { return Email(name + "@acme.example"); }

inline Target Elsewhere(const std::string& account, const std::string& application) {
  return {.account = AccountId(account), .application = ApplicationId(application)};
}

struct LoginOptions {
  Channel channel = Channel::kWeb;
  std::string client = "tab";
  std::optional<Edition> edition;
  absl::Duration ttl = absl::Hours(1);
};

inline StartSession LoginOf(const std::string& name, const LoginOptions& options = {}) {
  return {.email = Mail(name),
          .channel = options.channel,
          .client_id = ClientId(options.client),
          .edition = options.edition,
          .ttl = options.ttl};
}

inline StartSessionReply LogIn(World& world, const std::string& name,
                               const LoginOptions& options = {}) {
  return world.Ask<StartSessionReply>(LoginOf(name, options));
}

inline MobileAnsweringReply SetMobile(World& world, const std::string& name, MobileAnswering mode,
                                      std::optional<Edition> edition = std::nullopt) {
  return world.Ask<MobileAnsweringReply>(
      SetMobileAnswering{.email = Mail(name), .mode = mode, .edition = edition});
}

// Binds a license and goes: a holder whom a reset releases. Leaves the session remembered.
inline LicenseId BindAndLeave(World& world, const std::string& name,
                              std::optional<Edition> edition = std::nullopt) {
  const StartSessionReply login = LogIn(world, name, {.edition = edition});
  Logout(world, login);
  return login.license.id;
}

// Holds a license and stays active, however long the test waits.
inline LicenseId BindAndStay(World& world, const std::string& name,
                             std::optional<Edition> edition = std::nullopt) {
  return SetMobile(world, name, MobileAnswering::kAlways, edition).agent.license->id;
}

inline ResetReply Reset(World& world) { return world.Ask<ResetReply>(ResetLicenses{}); }

// Uses the month's resets up, on an idle license, which is idle again afterwards.
inline void UseUpResets(World& world, std::optional<Edition> edition = std::nullopt) {
  for (int i = 0; i < world.policy().resets_per_month; ++i) {
    BindAndLeave(world, "passer-by", edition);
    Reset(world);
  }
}

// The types of the changes, as positions in ChangePayload: equal lists are the same kinds in order.
template <typename... Payloads>
std::vector<size_t> KindsOf() {
  return {ChangePayload(Payloads{}).index()...};
}

inline std::vector<size_t> KindsOf(const std::vector<Change>& changes) {
  std::vector<size_t> kinds;
  for (const Change& change : changes) kinds.push_back(change.payload.index());
  return kinds;
}

inline void ExpectSame(const SessionView& a, const SessionView& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.email, b.email);
  EXPECT_EQ(a.channel, b.channel);
  EXPECT_EQ(a.client_id, b.client_id);
  EXPECT_EQ(a.license, b.license);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.start_time, b.start_time);
  EXPECT_EQ(a.expire_time, b.expire_time);
  EXPECT_EQ(a.ttl, b.ttl);
  EXPECT_EQ(a.drain_deadline, b.drain_deadline);
  EXPECT_EQ(a.end_reason, b.end_reason);
  EXPECT_EQ(a.revision, b.revision);
}

inline void ExpectSame(const LicenseView& a, const LicenseView& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.edition, b.edition);
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(a.subscription, b.subscription);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.holder, b.holder);
  EXPECT_EQ(a.bind_time, b.bind_time);
  EXPECT_EQ(a.expire_time, b.expire_time);
}

inline void ExpectSame(const AgentView& a, const AgentView& b) {
  EXPECT_EQ(a.email, b.email);
  ASSERT_EQ(a.license.has_value(), b.license.has_value());
  if (a.license.has_value()) ExpectSame(*a.license, *b.license);
  EXPECT_EQ(a.mobile_answering, b.mobile_answering);
  ASSERT_EQ(a.sessions.size(), b.sessions.size());
  for (size_t i = 0; i < a.sessions.size(); ++i) ExpectSame(a.sessions[i], b.sessions[i]);
  EXPECT_EQ(a.last_active_time, b.last_active_time);
}

inline LicenseView LicenseNow(World& world, LicenseId id) {
  return world.Ask<LicenseReply>(GetLicense{id}).license;
}

// The agent as the list shows it; an empty view where the email holds nothing.
inline AgentView AgentNow(World& world, const std::string& name) {
  const auto reply =
      world.Ask<AgentsReply>(ListAgents{.email = Mail(name), .after = {}, .limit = 1});
  return reply.agents.empty() ? AgentView{} : reply.agents[0];
}

inline SessionView SessionNow(World& world, SessionId id) {
  const auto reply = world.Ask<SessionsReply>(
      ListSessions{.email = {}, .channel = {}, .after = SessionId(id.value() - 1), .limit = 1});
  return reply.sessions.empty() ? SessionView{} : reply.sessions[0];
}

// What a reset now would do.
inline ResetReply Preview(World& world, std::vector<LicenseId> ids = {}) {
  return world.Ask<ResetReply>(ResetLicenses{.license_ids = std::move(ids), .validate_only = true});
}

}  // namespace usher::entitlement::testing
