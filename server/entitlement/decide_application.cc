#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "entitlement/call_end.h"
#include "entitlement/change_list.h"
#include "entitlement/civil.h"
#include "entitlement/decisions.h"
#include "entitlement/limits.h"
#include "entitlement/views.h"

namespace usher::entitlement {
namespace {

// R3: when a trial that starts now ends; unset where the policy grants none.
std::optional<absl::Time> TrialEnd(const Account& account, const Context& context) {
  const Policy& policy = *context.policy;
  if (policy.trial_agent_licenses <= 0 || policy.trial_days <= 0) return std::nullopt;
  if (policy.trials_per_account.has_value()) {
    const auto had =
        std::count_if(account.applications.begin(), account.applications.end(),
                      [](const auto& named) { return named.second.trial_expire_time.has_value(); });
    if (had >= *policy.trials_per_account) return std::nullopt;
  }
  return AddDays(context.now, policy.trial_days, account.zone);
}

// R4: calls are the account's, but those of the application end with it.
void EndCalls(const Units& units, const Context& context, ChangeList& changes) {
  std::vector<const Call*> calls;
  for (const auto& [no, call] : units.account->voice.calls) {
    if (call.application == units.entry->no) calls.push_back(&call);
  }
  std::sort(calls.begin(), calls.end(), [](const Call* a, const Call* b) { return a->no < b->no; });
  Reservations reservations(*units.account, context.now);
  ChangeList ends(units, context.now, context);
  for (const Call* call : calls) {
    EndUnasked(units.account->no, *call, CallEndReason::kApplicationDeleted, context.now,
               reservations, ends);
  }
  reservations.AddHolds(units.account->no, changes);
  for (const Change& end : ends.Take()) {
    changes.AddFor(units.account->no, units.entry->no, end.payload);
  }
}

ApplicationReply ReplyOf(const Units& units, const ApplicationEntry& entry) {
  return ApplicationReply{ViewOf(*units.account, entry)};
}

}  // namespace

Outcome DecideOn(const Units& units, const CreateApplication& command, const Context& context) {
  const Account& account = *units.account;
  // R3: the id of a deleted one stays taken.
  if (account.Find(command.id) != nullptr) {
    return Outcome{Refusal(ResourceAlreadyExists{FullName(account.id, command.id)}), {}};
  }
  if (account.applications.size() >= static_cast<size_t>(kApplicationsPerAccountMax)) {
    return Outcome{
        Refusal(InvalidField{
            .field = "application_id",
            .description = absl::StrCat("would be one more than the ", kApplicationsPerAccountMax,
                                        " applications that an account can have, "
                                        "deleted ones included")}),
        {}};
  }
  const ApplicationEntry entry{.no = units.directory->last_application_no.next(),
                               .id = command.id,
                               .display_name = command.display_name,
                               .create_time = context.now,
                               .trial_expire_time = TrialEnd(account, context)};
  ChangeList changes(units, context.now, context);
  changes.AddFor(account.no, entry.no,
                 ApplicationCreated{.id = entry.id,
                                    .display_name = entry.display_name,
                                    .trial_expire_time = entry.trial_expire_time});
  if (entry.trial_expire_time.has_value()) {
    const int licenses = context.policy->trial_agent_licenses;
    changes.AddFor(account.no, entry.no,
                   TrialStarted{.licenses = licenses, .expire_time = *entry.trial_expire_time});
    changes.AddFor(account.no, entry.no,
                   LicensesGranted{.first_id = LicenseId(1),
                                   .count = licenses,
                                   .kind = LicenseKind::kAgent,
                                   .edition = Edition::kStandard,
                                   .source = LicenseSource::kTrial,
                                   .expire_time = *entry.trial_expire_time});
  }
  return Outcome{Reply(ReplyOf(units, entry)), changes.Take()};
}

Outcome DecideOn(const Units& units, const GetApplication& /*command*/,
                 const Context& /*context*/) {
  return Outcome{Reply(ReplyOf(units, *units.entry)), {}};
}

Outcome DecideOn(const Units& units, const ListApplications& command, const Context& /*context*/) {
  const auto& all = units.account->applications;
  ApplicationsReply reply;
  for (auto next = all.upper_bound(command.after); next != all.end(); ++next) {
    if (next->second.deleted() && !command.show_deleted) continue;
    if (static_cast<int>(reply.applications.size()) == command.limit) {
      reply.more = true;
      break;
    }
    reply.applications.push_back(ViewOf(*units.account, next->second));
  }
  return Outcome{Reply(std::move(reply)), {}};
}

Outcome DecideOn(const Units& units, const UpdateApplication& command, const Context& context) {
  ApplicationEntry entry = *units.entry;
  if (!command.display_name.has_value() || *command.display_name == entry.display_name) {
    return Outcome{Reply(ReplyOf(units, entry)), {}};
  }
  entry.display_name = *command.display_name;
  ChangeList changes(units, context.now, context);
  changes.Add(ApplicationUpdated{.display_name = entry.display_name});
  return Outcome{Reply(ReplyOf(units, entry)), changes.Take()};
}

Outcome DecideOn(const Units& units, const DeleteApplication& /*command*/, const Context& context) {
  ApplicationEntry entry = *units.entry;
  if (entry.deleted()) {
    return Outcome{Refusal(WrongState{"DELETED", FullName(units.account->id, entry.id)}), {}};
  }
  ChangeList changes(units, context.now, context);
  for (const Session& session : units.application->sessions) {
    changes.Add(SessionEnded{
        .id = session.id, .email = session.email, .reason = EndReason::kApplicationDeleted});
  }
  for (const auto& [id, phone] : units.application->phones) {
    changes.Add(
        PhoneOffline{.id = id, .license = phone.license, .reason = EndReason::kApplicationDeleted});
  }
  EndCalls(units, context, changes);
  changes.Add(ApplicationDeleted{});
  entry.delete_time = context.now;
  return Outcome{Reply(ReplyOf(units, entry)), changes.Take()};
}

Outcome DecideOn(const Units& units, const UndeleteApplication& /*command*/,
                 const Context& context) {
  ApplicationEntry entry = *units.entry;
  if (!entry.deleted()) {
    return Outcome{Refusal(WrongState{"ACTIVE", FullName(units.account->id, entry.id)}), {}};
  }
  ChangeList changes(units, context.now, context);
  changes.Add(ApplicationUndeleted{});
  entry.delete_time.reset();
  return Outcome{Reply(ReplyOf(units, entry)), changes.Take()};
}

}  // namespace usher::entitlement
