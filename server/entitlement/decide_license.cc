// GetLicense and ListLicenses, and the histories of resets and bindings, which the store answers.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "entitlement/decisions.h"
#include "entitlement/views.h"

namespace usher::entitlement {
namespace {

bool Matches(const Application& application, const LicenseFilter& filter, const License& license) {
  if (filter.kind.has_value() && license.kind != *filter.kind) return false;
  if (filter.edition.has_value() && license.edition != *filter.edition) return false;
  if (!filter.holder.empty() && license.holder != filter.holder) return false;
  return !filter.state.has_value() || StateOf(application, license) == *filter.state;
}

}  // namespace

Outcome DecideOn(const Units& units, const GetLicense& command, const Context& /*context*/) {
  const License* license = units.application->Find(command.id);
  if (license == nullptr) {
    return {Refusal(ResourceNotFound{absl::StrCat(FullName(units.account->id, units.entry->id),
                                                  "/licenses/", command.id.value())}),
            {}};
  }
  return {Reply(LicenseReply{ViewOf(*units.application, *license)}), {}};
}

Outcome DecideOn(const Units& units, const ListLicenses& command, const Context& /*context*/) {
  const Application& application = *units.application;
  LicensesReply reply;
  for (LicenseId id = command.after.next(); const License* license = application.Find(id);
       id = id.next()) {
    if (!Matches(application, command.filter, *license)) continue;
    if (static_cast<int>(reply.licenses.size()) == command.limit) {
      reply.more = true;
      break;
    }
    reply.licenses.push_back(ViewOf(application, *license));
  }
  return {Reply(std::move(reply)), {}};
}

Outcome DecideOn(const Units& units, const ListResets& command, const Context& /*context*/) {
  return {
      Reply(HistoryQuery(ResetsQuery{
          .application = units.application->no, .before = command.before, .limit = command.limit})),
      {}};
}

Outcome DecideOn(const Units& units, const ListBindings& command, const Context& /*context*/) {
  return {Reply(HistoryQuery(BindingsQuery{.application = units.application->no,
                                           .license = command.license,
                                           .email = command.email,
                                           .at_time = command.at_time,
                                           .before = command.before,
                                           .limit = command.limit})),
          {}};
}

}  // namespace usher::entitlement
