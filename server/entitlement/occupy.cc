#include "entitlement/occupy.h"

#include <utility>

#include "entitlement/relief.h"
#include "entitlement/views.h"

namespace usher::entitlement {
namespace {

NoIdleLicense NoIdle(const Units& units, const Choice& choice, std::optional<Edition> requested,
                     const Context& context) {
  const Application& application = *units.application;
  NoIdleLicense refusal;
  refusal.kind = LicenseKind::kAgent;
  refusal.edition = requested;
  for (const Edition edition : EditionsFor(requested)) {
    const PoolCount& pool = application.pool(LicenseKind::kAgent, edition);
    refusal.total += pool.total;
    refusal.held += pool.held;
    refusal.in_use += pool.in_use;
  }
  refusal.resets_left = AllowanceOf(units, context).left();
  refusal.next_expire_time = NextExpireTime(application, requested);
  refusal.relief_time = EarliestRelief(units, choice.agent, requested, context);
  return refusal;
}

}  // namespace

void AddBinding(const Choice& choice, const SharedName<Email>& email, SessionId ending,
                ChangeList& changes) {
  if (!choice.binds()) return;
  if (choice.expired == nullptr) {
    changes.Add(LicenseBound{.id = choice.license->id, .email = email, .moved_from = {}});
    return;
  }
  changes.Add(
      LicenseReleased{.id = choice.expired->id, .email = email, .cause = ReleaseCause::kMoved});
  changes.Add(
      LicenseBound{.id = choice.license->id, .email = email, .moved_from = choice.expired->id});
  if (!choice.agent->drain_deadline.has_value()) return;
  changes.Add(AgentDrainChanged{.email = email, .deadline = std::nullopt});
  for (const SessionId session : choice.agent->sessions) {
    if (!session || session == ending) continue;
    changes.Add(SessionDraining{.id = session, .email = email, .draining = false, .deadline = {}});
  }
}

Refusal ExplainRefusal(const Units& units, const Choice& choice, std::optional<Edition> requested,
                       const Context& context) {
  if (choice.expired == nullptr) return NoIdle(units, choice, requested, context);
  return LicenseExpired{
      .license = choice.expired->id,
      .expire_time = choice.expired->expire_time,
      .relief_time = EarliestRelief(units, choice.agent, requested, context),
  };
}

Outcome RefuseForWantOfLicense(const Units& units, const Choice& choice,
                               std::optional<Edition> requested, const Context& context) {
  ChangeList changes(units, context.now, context);
  AddDenial(LicenseKind::kAgent, requested, changes);
  return {ExplainRefusal(units, choice, requested, context), changes.Take()};
}

void AddDenial(LicenseKind kind, std::optional<Edition> requested, ChangeList& changes) {
  changes.Add(DenialCounted{.kind = kind, .edition = requested.value_or(Edition::kStandard)});
}

LicenseView OccupiedView(const License& license, const SharedName<Email>& email,
                         absl::Time bind_time) {
  return {
      .id = license.id,
      .kind = license.kind,
      .edition = license.edition,
      .source = license.source,
      .subscription = license.subscription,
      .state = license.expired ? LicenseState::kExpired : LicenseState::kInUse,
      .holder = email.text(),
      .bind_time = bind_time,
      .expire_time = license.expire_time,
  };
}

}  // namespace usher::entitlement
