#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "entitlement/change_list.h"
#include "entitlement/civil.h"
#include "entitlement/decisions.h"
#include "entitlement/views.h"

namespace usher::entitlement {
namespace {

Refusal UnknownZone(const std::string& name) {
  return InvalidField{.field = "time_zone",
                      .description = absl::StrCat("must be an IANA time zone such as "
                                                  "Europe/Berlin; \"",
                                                  name, "\" is not known here")};
}

// R2: the zone that the account waits for after it was asked to count in `zone_name`.
std::optional<PendingZone> PendingAfter(const Account& account, const std::string& zone_name,
                                        absl::Time now) {
  if (zone_name == account.zone_name) return std::nullopt;
  return PendingZone{.name = zone_name, .change_time = MonthOf(account, now).end};
}

}  // namespace

Outcome DecideOn(const Units& units, const CreateAccount& command, const Context& context) {
  const std::optional<absl::TimeZone> zone = LoadTimeZone(command.zone_name);
  if (!zone.has_value()) return Outcome{UnknownZone(command.zone_name), {}};
  if (units.directory->accounts.contains(command.id)) {
    return Outcome{Refusal(ResourceAlreadyExists{absl::StrCat("accounts/", command.id.value())}),
                   {}};
  }
  const Account created{.no = units.directory->last_account_no.next(),
                        .id = command.id,
                        .display_name = command.display_name,
                        .create_time = context.now,
                        .zone_name = command.zone_name,
                        .zone = *zone};
  ChangeList changes(units, context.now, context);
  changes.AddFor(
      created.no, ApplicationNo(),
      AccountCreated{
          .id = created.id, .display_name = created.display_name, .zone_name = created.zone_name});
  return Outcome{Reply(AccountReply{ViewOf(created)}), changes.Take()};
}

Outcome DecideOn(const Units& units, const GetAccount& /*command*/, const Context& /*context*/) {
  return Outcome{Reply(AccountReply{ViewOf(*units.account)}), {}};
}

Outcome DecideOn(const Units& /*units*/, const ListAccounts& command, const Context& /*context*/) {
  return Outcome{Reply(HistoryQuery(AccountsQuery{
                     .only = command.only, .after = command.after, .limit = command.limit})),
                 {}};
}

Outcome DecideOn(const Units& units, const UpdateAccount& command, const Context& context) {
  if (command.zone_name.has_value() && !LoadTimeZone(*command.zone_name).has_value()) {
    return Outcome{UnknownZone(*command.zone_name), {}};
  }
  const Account& account = *units.account;
  AccountView view = ViewOf(account);
  if (command.display_name.has_value()) view.display_name = *command.display_name;
  if (command.zone_name.has_value()) {
    view.pending_zone = PendingAfter(account, *command.zone_name, context.now);
  }
  if (view.display_name == account.display_name && view.pending_zone == account.pending_zone) {
    return Outcome{Reply(AccountReply{std::move(view)}), {}};
  }
  ChangeList changes(units, context.now, context);
  AccountUpdated updated{.display_name = view.display_name};
  if (view.pending_zone.has_value()) {
    updated.pending_zone_name = view.pending_zone->name;
    updated.zone_change_time = view.pending_zone->change_time;
  }
  changes.AddFor(account.no, ApplicationNo(), std::move(updated));
  return Outcome{Reply(AccountReply{std::move(view)}), changes.Take()};
}

}  // namespace usher::entitlement
