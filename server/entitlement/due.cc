#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "entitlement/change_list.h"
#include "entitlement/check.h"
#include "entitlement/decide.h"
#include "entitlement/due_voice.h"
#include "entitlement/views.h"

namespace usher::entitlement {
namespace {

// Ended sessions are forgotten by the minute and in bounded steps, as nobody waits for it.
constexpr absl::Duration kForgetEvery = absl::Minutes(1);
constexpr size_t kForgottenPerStep = 1000;

absl::Time NextForget(const Application& application, const Policy& policy) {
  if (application.forgets.empty()) return absl::InfiniteFuture();
  const absl::Duration since_epoch =
      application.forgets.begin()->first + policy.ended_session_memory - absl::UnixEpoch();
  return std::max(absl::UnixEpoch() + absl::Ceil(since_epoch, kForgetEvery),
                  application.forget_pause_end);
}

template <typename Key>
absl::Time FirstOf(const absl::btree_set<std::pair<absl::Time, Key>>& index) {
  return index.empty() ? absl::InfiniteFuture() : index.begin()->first;
}

template <typename Order>
absl::Time FirstOf(const LicenseSet<Order>& index) {
  return index.empty() ? absl::InfiniteFuture() : absl::Time(index.begin()->expire_time);
}

const License& LicenseOf(const Application& application, LicenseId id) {
  const License* license = application.Find(id);
  Require(license != nullptr, "an index names a license that there is not");
  return *license;
}

// Ends whatever makes the agent active.
void PutOffline(const Agent& agent, EndReason reason, ChangeList& changes) {
  for (const SessionId id : agent.sessions) {
    if (id) changes.Add(SessionEnded{.id = id, .email = agent.email, .reason = reason, .note = {}});
  }
  if (agent.mobile_answering != MobileAnswering::kOff) {
    changes.Add(MobileAnsweringChanged{.email = agent.email, .mode = MobileAnswering::kOff});
  }
}

void ExpireLicenses(const Application& application, absl::Time due, ChangeList& changes) {
  PerPool<std::vector<LicenseId>> expired;
  for (const auto& [time, id] : application.expiries) {
    if (time > due) break;
    const License& license = LicenseOf(application, id);
    expired[IndexOf(license.kind)][IndexOf(license.edition)].push_back(id);
  }
  for (const LicenseKind kind : kLicenseKinds) {
    for (const Edition edition : kEditions) {
      std::vector<LicenseId>& ids = expired[IndexOf(kind)][IndexOf(edition)];
      if (ids.empty()) continue;
      changes.Add(LicensesExpired{.ids = std::move(ids), .kind = kind, .edition = edition});
    }
  }
}

// R16, R21: whom no license came to serve in time.
void EndDraining(const Application& application, absl::Time due, ChangeList& changes) {
  for (const auto& [time, id] : application.drains) {
    if (time > due) break;
    const License& license = LicenseOf(application, id);
    if (license.kind == LicenseKind::kSip) {
      changes.Add(PhoneOffline{
          .id = PhoneId(license.holder), .license = id, .reason = EndReason::kLicenseExpired});
    } else {
      const Agent* agent = application.agents.Find(license.holder.view());
      Require(agent != nullptr, "an agent license is held by an agent");
      PutOffline(*agent, EndReason::kLicenseExpired, changes);
    }
  }
}

// R9: nobody can renew these licenses any more, so nobody stays recorded on them.
void DropLapsed(const Application& application, absl::Time expired_by, ChangeList& changes) {
  for (const auto& [time, id] : application.lapses) {
    if (time > expired_by) break;
    const License& license = LicenseOf(application, id);
    if (license.kind == LicenseKind::kSip) {
      changes.Add(PhoneOffline{
          .id = PhoneId(license.holder), .license = id, .reason = EndReason::kLicenseExpired});
    } else {
      const Agent* agent = application.agents.Find(license.holder.view());
      Require(agent != nullptr, "an agent license is held by an agent");
      // Where the drain period is longer than the grace.
      PutOffline(*agent, EndReason::kLicenseExpired, changes);
      changes.Add(LicenseReleased{.id = id, .email = agent->email, .cause = ReleaseCause::kLapsed});
    }
  }
}

// The month's figures start anew; those of an application that never had any start with the
// current month.
void StartUsageMonth(const Units& units, absl::Time due, const Context& context,
                     ChangeList& changes) {
  const absl::Time start = due == absl::InfinitePast() ? context.now : due;
  const Month month = MonthOf(*units.account, start);
  changes.SetEventTime(start);
  changes.Add(UsageMonthStarted{.month = month.label, .month_end = month.end});
}

void ForgetSessions(const Application& application, absl::Time ended_by, ChangeList& changes) {
  size_t forgotten = 0;
  for (const auto& [time, id] : application.forgets) {
    if (time > ended_by || forgotten == kForgottenPerStep) break;
    changes.Add(SessionForgotten{id});
    ++forgotten;
  }
}

absl::Time ZoneDue(const Account& account) {
  return account.pending_zone ? account.pending_zone->change_time : absl::InfiniteFuture();
}

void ChangeZone(const Account& account, absl::Time due, ChangeList& changes) {
  const Month ending = MonthOf(account, due - absl::Microseconds(1));
  changes.AddFor(
      account.no, ApplicationNo(),
      TimeZoneChanged{.zone_name = account.pending_zone->name, .month = ending.label + 1});
}

}  // namespace

absl::Time NextDue(const Account& account, const Policy& policy) {
  return std::min(ZoneDue(account), NextVoiceDue(account.voice, policy));
}

absl::Time NextStoredDue(const Account& account) {
  return std::min(ZoneDue(account), NextStoredVoiceDue(account.voice));
}

absl::Time NextDue(const Application& application, const Policy& policy) {
  return std::min({FirstOf(application.expiries), FirstOf(application.drains),
                   FirstOf(application.lapses) + policy.renewal_grace, application.usage.month_end,
                   NextForget(application, policy)});
}

std::vector<Change> DecideDue(const Units& units, absl::Time due, const Context& context) {
  ChangeList changes(units, due, context);
  if (units.application == nullptr) {
    // The zone first: the month that begins now ends by it.
    if (ZoneDue(*units.account) <= due) {
      ChangeZone(*units.account, due, changes);
    } else {
      DecideVoiceDue(*units.account, due, context, changes);
    }
    return changes.Take();
  }
  // One kind of deadline at a time: each is decided on the state that the one before has left, as
  // the caller asks again at the same instant.
  const Application& application = *units.application;
  const Policy& policy = *context.policy;
  if (FirstOf(application.expiries) <= due) {
    ExpireLicenses(application, due, changes);
  } else if (FirstOf(application.drains) <= due) {
    EndDraining(application, due, changes);
  } else if (FirstOf(application.lapses) + policy.renewal_grace <= due) {
    DropLapsed(application, due - policy.renewal_grace, changes);
  } else if (application.usage.month_end <= due) {
    StartUsageMonth(units, due, context, changes);
  } else if (NextForget(application, policy) <= due) {
    ForgetSessions(application, due - policy.ended_session_memory, changes);
  }
  return changes.Take();
}

std::vector<Change> DecideLeases(const Units& units, const std::vector<LeaseHolder>& run_out,
                                 const Context& context) {
  const Application& application = *units.application;
  ChangeList changes(units, context.now, context);
  const auto ended_at = [&context](LeaseTime end, absl::Time start) {
    return std::max(start, std::min(WallTimeOf(end, context), context.now));
  };
  // A holder may have been on the watch twice.
  absl::flat_hash_set<SessionId> sessions;
  absl::flat_hash_set<PhoneId> phones;
  for (const LeaseHolder& holder : run_out) {
    if (const Session* session = application.Find(holder.session)) {
      if (!sessions.insert(session->id).second) continue;
      changes.SetEventTime(ended_at(session->lease_end, session->start_time));
      changes.Add(SessionEnded{.id = session->id,
                               .email = session->email,
                               .reason = EndReason::kLeaseExpired,
                               .note = {}});
    } else if (const Phone* phone = application.Find(holder.phone)) {
      if (!phones.insert(phone->id).second) continue;
      changes.SetEventTime(ended_at(phone->lease_end, phone->online_time));
      changes.Add(PhoneOffline{
          .id = phone->id, .license = phone->license, .reason = EndReason::kLeaseExpired});
    }
  }
  return changes.Take();
}

}  // namespace usher::entitlement
