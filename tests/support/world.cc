#include "tests/support/world.h"

#include <algorithm>
#include <optional>

#include "entitlement/invariants.h"

namespace usher::entitlement::testing {
namespace {

constexpr LeaseTime kFirstLeaseTime = {1'000'000};

template <typename No, typename Unit>
Unit& UnitOf(std::map<No, std::unique_ptr<Unit>>& units, No no) {
  std::unique_ptr<Unit>& unit = units[no];
  if (unit == nullptr) unit = std::make_unique<Unit>();
  return *unit;
}

}  // namespace

absl::Time At(std::string_view rfc3339) {
  absl::Time time;
  std::string error;
  const bool parsed = absl::ParseTime(absl::RFC3339_full, std::string(rfc3339), &time, &error);
  EXPECT_TRUE(parsed) << rfc3339 << ": " << error;
  return time;
}

World::World() : now_(At("2026-11-02T09:00:00Z")), lease_now_(kFirstLeaseTime) {}

World& World::WithApplication(const std::string& zone) {
  Ask<AccountReply>(CreateAccount{AccountId("acme"), "Acme", zone}, Target{});
  Ask<ApplicationReply>(CreateApplication{ApplicationId("support"), "Support"},
                        Target{.account = AccountId("acme"), .application = {}});
  return *this;
}

Target World::Support() {
  return {.account = AccountId("acme"), .application = ApplicationId("support")};
}

Outcome World::Run(CommandPayload payload, Target target) {
  CatchUpAll();
  Account blank_account;
  Application blank_application;
  const MutableUnits units = UnitsOf(target, blank_account, blank_application);
  Outcome outcome = Execute(units, {std::move(target), std::move(payload)}, MakeContext());
  changes_.insert(changes_.end(), outcome.changes.begin(), outcome.changes.end());
  Keep(blank_account, blank_application);
  ExpectInvariants();
  return outcome;
}

void World::Advance(absl::Duration by) {
  const absl::Time until = now_ + by;
  while (true) {
    const absl::Time next = std::clamp(NextEvent(), now_, until);
    lease_now_ = lease_now_ + (next - now_);
    now_ = next;
    CatchUpAll();
    ExpectInvariants();
    if (now_ == until) return;
  }
}

void World::StandStill(absl::Duration by) {
  lease_now_ = lease_now_ + by;
  now_ += by;
  CatchUpAll();
  ExpectInvariants();
}

void World::SleepServerDown(absl::Duration by) {
  now_ += by;
  // The lease clock counts from the start of the machine.
  lease_now_ = kFirstLeaseTime;
  restarts_.push_back({.position = changes_.size(), .lease_now = lease_now_});
  for (const auto& [no, account] : accounts_) {
    Reindex(*account);
    GrantFullLeases(*account, lease_now_);
  }
  for (const auto& [no, application] : applications_) {
    Reindex(*application);
    GrantFullLeases(*application, lease_now_);
  }
  CatchUpAll();
  ExpectInvariants();
}

Account& World::account(const std::string& id) {
  const auto found = directory_.accounts.find(AccountId(id));
  if (found != directory_.accounts.end()) return *accounts_.at(found->second);
  ADD_FAILURE() << "no account " << id;
  return UnitOf(accounts_, AccountNo());
}

Application& World::application(const std::string& account_id, const std::string& id) {
  const ApplicationEntry* entry = account(account_id).Find(ApplicationId(id));
  if (entry != nullptr) return *applications_.at(entry->no);
  ADD_FAILURE() << "no application " << id;
  return UnitOf(applications_, ApplicationNo());
}

std::vector<Change> World::NewChanges() {
  std::vector<Change> fresh(changes_.begin() + static_cast<std::ptrdiff_t>(seen_changes_),
                            changes_.end());
  seen_changes_ = changes_.size();
  return fresh;
}

std::string World::ReplayDifference() const {
  Directory directory;
  std::map<AccountNo, std::unique_ptr<Account>> accounts;
  std::map<ApplicationNo, std::unique_ptr<Application>> applications;
  auto restart = restarts_.begin();
  const auto restart_at = [&](size_t position) {
    for (; restart != restarts_.end() && restart->position == position; ++restart) {
      for (const auto& [no, account] : accounts) GrantFullLeases(*account, restart->lease_now);
      for (const auto& [no, application] : applications) {
        GrantFullLeases(*application, restart->lease_now);
      }
    }
  };
  for (size_t i = 0; i < changes_.size(); ++i) {
    restart_at(i);
    const Change& change = changes_[i];
    Application* application =
        change.application ? &UnitOf(applications, change.application) : nullptr;
    Account* account = change.account ? &UnitOf(accounts, change.account) : nullptr;
    Apply({&directory, account, application}, change);
  }
  restart_at(changes_.size());
  if (directory != directory_) return "the directory";
  if (accounts.size() != accounts_.size()) return "how many accounts there are";
  if (applications.size() != applications_.size()) return "how many applications there are";
  for (const auto& [no, account] : accounts_) {
    if (*accounts.at(no) != *account) return "account " + std::to_string(no.value());
  }
  for (const auto& [no, application] : applications_) {
    if (!SameState(*applications.at(no), *application)) {
      return "application " + std::to_string(no.value());
    }
  }
  return "";
}

void World::ExpectReplayGivesTheSameState() const { EXPECT_EQ(ReplayDifference(), ""); }

Context World::MakeContext() const {
  return {.now = now_,
          .lease_now = lease_now_,
          .actor = "operator",
          .next_revision = Revision(),
          .policy = &policy_,
          .catalog = &catalog_};
}

MutableUnits World::UnitsOf(const Target& target, Account& blank_account,
                            Application& blank_application) {
  MutableUnits units = {&directory_, &blank_account, &blank_application};
  const auto found = directory_.accounts.find(target.account);
  if (found == directory_.accounts.end()) return units;
  units.account = accounts_.at(found->second).get();
  const ApplicationEntry* entry = units.account->Find(target.application);
  if (entry != nullptr) units.application = applications_.at(entry->no).get();
  return units;
}

void World::Keep(Account& blank_account, Application& blank_application) {
  if (blank_account.no) {
    const AccountNo no = blank_account.no;
    accounts_[no] = std::make_unique<Account>(std::move(blank_account));
  }
  if (blank_application.no) {
    const ApplicationNo no = blank_application.no;
    applications_[no] = std::make_unique<Application>(std::move(blank_application));
  }
}

absl::Time World::NextEvent() {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [no, account] : accounts_) {
    next = std::min(next, NextDue(*account, policy_));
    const LeaseTime check = NextLeaseCheck(*account);
    if (check != LeaseTime::Infinite()) next = std::min(next, now_ + (check - lease_now_));
  }
  for (const auto& [no, application] : applications_) {
    next = std::min(next, NextDue(*application, policy_));
    const LeaseTime check = NextLeaseCheck(*application);
    if (check != LeaseTime::Infinite()) next = std::min(next, now_ + (check - lease_now_));
  }
  return next;
}

void World::CatchUpAll() {
  for (const auto& [no, account] : accounts_) {
    CatchUp({&directory_, account.get(), nullptr}, MakeContext(), changes_);
  }
  for (const auto& [no, application] : applications_) {
    Account& account = *accounts_.at(application->account);
    CatchUp({&directory_, &account, application.get()}, MakeContext(), changes_);
  }
}

void World::ExpectInvariants() {
  for (const auto& [no, account] : accounts_) {
    for (const std::string& law : CheckInvariants(*account, now_)) {
      broken_laws_.push_back("account " + std::to_string(no.value()) + ": " + law);
      ADD_FAILURE() << "at " << now_ << ", " << broken_laws_.back();
    }
  }
  for (const auto& [no, application] : applications_) {
    const Account& account = *accounts_.at(application->account);
    for (const std::string& law : CheckInvariants(account, *application, now_, policy_)) {
      broken_laws_.push_back("application " + std::to_string(no.value()) + ": " + law);
      ADD_FAILURE() << "at " << now_ << ", " << broken_laws_.back();
    }
  }
}

}  // namespace usher::entitlement::testing
