#include "engine/integrity_check.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "entitlement/apply.h"
#include "entitlement/decide.h"
#include "entitlement/invariants.h"

namespace usher::engine {
namespace {

using entitlement::Account;
using entitlement::Application;
using storage::UnitMark;

class Visitor final : public storage::UnitVisitor {
 public:
  // No unit is older than `not_before`: a wall clock that stepped back since doesn't count.
  Visitor(Clock& clock, absl::Time not_before, const entitlement::Policy& policy,
          const std::function<bool()>& go_on, IntegrityReport& report)
      : clock_(clock), not_before_(not_before), policy_(policy), go_on_(go_on), report_(report) {}

  bool OnAccount(const UnitMark& mark, absl::StatusOr<Account> account) override {
    account_ = Account();
    account_.no = mark.account;
    name_ = absl::StrCat("Account number ", mark.account.value());
    ++report_.accounts_checked;
    if (!account.ok()) return Tell(account.status().message());
    account_ = *std::move(account);
    name_ = absl::StrCat("Account ", account_.id.value());
    entitlement::Reindex(account_);
    entitlement::GrantFullLeases(account_, entitlement::LeaseTime());
    return TellAll(CheckInvariants(account_, AsOf(mark))) &&
           CheckMark(mark, NextStoredDue(account_), account_.has_leases());
  }

  bool OnApplication(const UnitMark& mark, absl::StatusOr<Application> loaded) override {
    const entitlement::ApplicationEntry* entry = account_.Find(mark.application);
    name_ = entry != nullptr
                ? absl::StrCat("Application ", account_.id.value(), "/", entry->id.value())
                : absl::StrCat("Application number ", mark.application.value());
    ++report_.applications_checked;
    if (!loaded.ok()) return Tell(loaded.status().message());
    Application application = *std::move(loaded);
    entitlement::Reindex(application);
    // Of an account that can't be read nothing is known that the application could contradict.
    if (account_.id.empty()) return go_on_();
    return TellAll(CheckInvariants(account_, application, AsOf(mark), policy_)) &&
           CheckMark(mark, NextStoredDue(application, policy_), application.has_leases());
  }

  bool full() const { return full_; }

 private:
  // The laws hold between two instants at which time does something. What falls due just now may
  // not have been carried out yet, so the unit is looked at as it was just before.
  absl::Time AsOf(const UnitMark& mark) const {
    const absl::Time now = std::max(clock_.Now(), not_before_);
    return std::min(now, mark.next_due - absl::Microseconds(1));
  }

  // What is not in the store's indices would not be found by a server that starts.
  bool CheckMark(const UnitMark& mark, absl::Time due, bool has_leases) {
    if (due < mark.next_due &&
        !Tell(absl::StrCat("something falls due at ", absl::FormatTime(due, absl::UTCTimeZone()),
                           ", which the index of deadlines does not say"))) {
      return false;
    }
    if (has_leases && !mark.has_leases) {
      return Tell("something is live, which the index of leases does not say");
    }
    return go_on_();
  }

  bool TellAll(const std::vector<std::string>& laws) {
    return std::all_of(laws.begin(), laws.end(), [this](const std::string& law) {
      return Tell(absl::StrCat("this is broken: ", law));
    });
  }

  // Whether the list has room for more.
  bool Tell(absl::string_view what) {
    if (static_cast<int>(report_.problems.size()) == kIntegrityProblemsMax) {
      full_ = true;
      return false;
    }
    report_.problems.push_back(absl::StrCat(name_, ": ", what, "."));
    return go_on_();
  }

  Clock& clock_;
  const absl::Time not_before_;
  const entitlement::Policy& policy_;
  const std::function<bool()>& go_on_;
  IntegrityReport& report_;
  // The last one; no more than its number where it can't be read.
  Account account_;
  std::string name_;
  bool full_ = false;
};

}  // namespace

absl::StatusOr<IntegrityReport> CheckIntegrity(storage::Upkeep& store, Clock& clock,
                                               const entitlement::Policy& policy,
                                               const std::function<bool()>& go_on) {
  IntegrityReport report;
  absl::StatusOr<std::vector<std::string>> tables = store.CheckTables(kIntegrityProblemsMax, go_on);
  if (!tables.ok()) return tables.status();
  if (!tables->empty()) {
    report.problems = *std::move(tables);
    report.problems.emplace_back("As the database itself is damaged, nothing else was checked.");
    return report;
  }
  const absl::StatusOr<storage::StoreFigures> figures = store.ReadFigures();
  if (!figures.ok()) return figures.status();
  Visitor visitor(clock, figures->latest_record_time, policy, go_on, report);
  const absl::Status status = store.VisitUnits(clock.Now() - policy.ended_call_memory, visitor);
  if (!status.ok()) return status;
  if (visitor.full()) {
    report.problems.push_back(
        absl::StrCat("There is more: this list ends after ", kIntegrityProblemsMax, "."));
  } else if (!go_on()) {
    return absl::CancelledError("the check is not wanted any more");
  }
  return report;
}

}  // namespace usher::engine
