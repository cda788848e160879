#include "entitlement/account.h"

namespace usher::entitlement {

const ApplicationEntry* Account::Find(const ApplicationId& application_id) const {
  const auto found = applications.find(application_id);
  return found != applications.end() ? &found->second : nullptr;
}

const ApplicationEntry* Account::Find(ApplicationNo application_no) const {
  const auto found = application_ids.find(application_no);
  return found != application_ids.end() ? Find(found->second) : nullptr;
}

void Account::Add(const ApplicationEntry& entry) {
  application_ids.emplace(entry.no, entry.id);
  applications.emplace(entry.id, entry);
}

Month MonthOf(const Account& account, absl::Time now) {
  if (account.zone_start.has_value() && now >= account.zone_start->time) {
    const absl::CivilMonth label = account.zone_start->label;
    const absl::Time end = entitlement::FromCivil(absl::CivilSecond(label + 1), account.zone);
    if (now < end) return Month{.label = label, .start = account.zone_start->time, .end = end};
  }
  return MonthAt(now, account.zone);
}

}  // namespace usher::entitlement
