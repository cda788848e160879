// World: the core with nothing around it, for tests of the rules.
//
// Holds the units and a clock that the test moves, and runs commands through the same steps as the
// engine. After every step it checks the invariants and, on request, that a replay of all changes
// gives the same state.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "entitlement/execute.h"
#include "gtest/gtest.h"

namespace usher::entitlement::testing {

// RFC 3339 to an instant: At("2026-11-25T09:00:00Z").
absl::Time At(std::string_view rfc3339);

class World {
 public:
  // Starts at 2026-11-02T09:00:00Z, a Monday; without any account.
  World();

  // Adds account "acme" in `zone` with application "support" (and its trial); returns itself for
  // chaining.
  World& WithApplication(const std::string& zone = "UTC");

  // The target that Run uses where none is given: acme/support.
  static Target Support();

  // Runs a command now: whatever is due first, then the command. `actor` is "operator".
  Outcome Run(CommandPayload payload, Target target = Support());

  // The reply of type R, or a test failure that prints the refusal's type.
  template <typename R>
  R Ask(CommandPayload payload, Target target = Support()) {
    Outcome outcome = Run(std::move(payload), std::move(target));
    if (outcome.refused()) {
      ADD_FAILURE() << "refused, variant index " << std::get<Refusal>(outcome.result).index();
      return R{};
    }
    const R* reply = std::get_if<R>(&std::get<Reply>(outcome.result));
    if (reply == nullptr) {
      ADD_FAILURE() << "another reply, variant index " << std::get<Reply>(outcome.result).index();
      return R{};
    }
    return *reply;
  }

  // The refusal of type R, or a test failure.
  template <typename R>
  R Refused(CommandPayload payload, Target target = Support()) {
    Outcome outcome = Run(std::move(payload), std::move(target));
    if (!outcome.refused()) {
      ADD_FAILURE() << "not refused";
      return R{};
    }
    const R* refusal = std::get_if<R>(&std::get<Refusal>(outcome.result));
    if (refusal == nullptr) {
      ADD_FAILURE() << "another refusal, variant index "
                    << std::get<Refusal>(outcome.result).index();
      return R{};
    }
    return *refusal;
  }

  // Moves both clocks on and carries out what falls due up to then, each at its time, as a server
  // that runs does.
  void Advance(absl::Duration by);
  void AdvanceTo(absl::Time time) { Advance(time - now_); }
  // The same, but as if the server had stood still meanwhile, as with its machine paused: both
  // clocks move at once, and everything that fell due is carried out afterwards.
  void StandStill(absl::Duration by);
  // As if the server had been down meanwhile: the wall clock moves, leases start anew. What fell
  // due is carried out then.
  void SleepServerDown(absl::Duration by);

  absl::Time now() const { return now_; }
  LeaseTime lease_now() const { return lease_now_; }
  Policy& policy() { return policy_; }
  Account& account(const std::string& id = "acme");
  Application& application(const std::string& account = "acme", const std::string& id = "support");

  // Everything that has changed since the start, in order.
  const std::vector<Change>& changes() const { return changes_; }
  // Those since the last call of this function.
  std::vector<Change> NewChanges();
  // The payloads of type C among `changes`.
  template <typename C>
  static std::vector<C> Only(const std::vector<Change>& changes) {
    std::vector<C> found;
    for (const Change& change : changes) {
      if (const C* payload = std::get_if<C>(&change.payload)) found.push_back(*payload);
    }
    return found;
  }

  // The laws that were broken after some step; each was a test failure then.
  const std::vector<std::string>& broken_laws() const { return broken_laws_; }

  // Replays all changes into blank units; what differs from the state, empty where nothing does.
  std::string ReplayDifference() const;
  void ExpectReplayGivesTheSameState() const;

 private:
  // A restart of the server, in the order of `changes_`: leases were granted anew before that
  // change.
  struct Restart {
    size_t position = 0;
    LeaseTime lease_now;
  };

  Context MakeContext() const;
  // Units that the target names; the blank ones where there are none.
  MutableUnits UnitsOf(const Target& target, Account& blank_account,
                       Application& blank_application);
  void Keep(Account& blank_account, Application& blank_application);
  // When time or a lease's end next changes something.
  absl::Time NextEvent();
  void CatchUpAll();
  void ExpectInvariants();

  absl::Time now_;
  LeaseTime lease_now_{1'000'000};
  Policy policy_;
  Catalog catalog_ = Catalog::Default();
  Directory directory_;
  std::map<AccountNo, std::unique_ptr<Account>> accounts_;
  std::map<ApplicationNo, std::unique_ptr<Application>> applications_;
  std::vector<Change> changes_;
  std::vector<Restart> restarts_;
  size_t seen_changes_ = 0;
  std::vector<std::string> broken_laws_;
};

}  // namespace usher::entitlement::testing
