#include "storage/sqlite/unit_visit.h"

#include <optional>
#include <utility>
#include <vector>

#include "storage/sqlite/error.h"
#include "storage/sqlite/recent_sessions.h"
#include "storage/sqlite/transaction.h"
#include "storage/sqlite/unit_loader.h"

namespace usher::storage {
namespace {

using entitlement::AccountNo;

void ReadMark(Rows& rows, UnitMark& mark) {
  std::optional<absl::Time> next_due;
  rows.Read(mark.account, mark.application, next_due, mark.has_leases);
  mark.next_due = next_due.value_or(absl::InfiniteFuture());
}

absl::StatusOr<std::vector<AccountNo>> ReadAccountNumbers(Database& database) {
  std::vector<AccountNo> numbers;
  Rows rows = database.Select("SELECT account_no FROM account ORDER BY account_no");
  while (rows.Next()) rows.Read(numbers.emplace_back());
  USHER_RETURN_IF_ERROR(rows.status());
  return numbers;
}

absl::StatusOr<UnitMark> ReadAccountMark(Database& database, AccountNo no) {
  UnitMark mark;
  Rows rows = database.Select(
      "SELECT account_no, 0, next_due, has_leases FROM account WHERE account_no = ?", no);
  if (rows.Next()) ReadMark(rows, mark);
  USHER_RETURN_IF_ERROR(rows.status());
  return mark;
}

absl::StatusOr<std::vector<UnitMark>> ReadApplicationMarks(Database& database, AccountNo no) {
  std::vector<UnitMark> marks;
  Rows rows = database.Select(
      "SELECT account_no, application_no, next_due, has_leases FROM application"
      " WHERE account_no = ? ORDER BY application_no",
      no);
  while (rows.Next()) ReadMark(rows, marks.emplace_back());
  USHER_RETURN_IF_ERROR(rows.status());
  return marks;
}

// Whether an error is of the unit, not of the store.
template <typename Unit>
bool IsOfUnit(const absl::StatusOr<Unit>& unit) {
  return unit.ok() || IsUnitDamage(unit.status());
}

// Whether the visitor wants more.
absl::StatusOr<bool> VisitAccount(Database& database, AccountNo no, absl::Time ended_since,
                                  RecentRows& recent, UnitVisitor& visitor) {
  Transaction transaction(database);
  USHER_RETURN_IF_ERROR(transaction.BeginRead());
  const absl::StatusOr<UnitMark> mark = ReadAccountMark(database, no);
  USHER_RETURN_IF_ERROR(mark.status());
  absl::StatusOr<entitlement::Account> account = ReadAccount(database, no, ended_since);
  if (!IsOfUnit(account)) return account.status();
  const absl::StatusOr<std::vector<UnitMark>> applications = ReadApplicationMarks(database, no);
  USHER_RETURN_IF_ERROR(applications.status());
  USHER_RETURN_IF_ERROR(recent.Update(database));
  if (!visitor.OnAccount(*mark, std::move(account))) return false;
  for (const UnitMark& each : *applications) {
    absl::StatusOr<entitlement::Application> application = ReadApplication(
        database, each.application, absl::InfinitePast(), recent.RowsOf(each.application));
    if (!IsOfUnit(application)) return application.status();
    if (!visitor.OnApplication(each, std::move(application))) return false;
  }
  return true;
}

}  // namespace

absl::Status VisitAllUnits(Database& database, absl::Time ended_since, UnitVisitor& visitor) {
  const absl::StatusOr<std::vector<AccountNo>> numbers = ReadAccountNumbers(database);
  USHER_RETURN_IF_ERROR(numbers.status());
  RecentRows recent;
  for (const AccountNo no : *numbers) {
    const absl::StatusOr<bool> more = VisitAccount(database, no, ended_since, recent, visitor);
    USHER_RETURN_IF_ERROR(more.status());
    if (!*more) break;
  }
  return absl::OkStatus();
}

}  // namespace usher::storage
