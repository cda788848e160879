#include <utility>

#include "entitlement/change_list.h"
#include "entitlement/check.h"
#include "entitlement/decide.h"
#include "entitlement/limits.h"

namespace usher::entitlement {
namespace {

using IdleLicenses = LicenseSet<std::greater<>>;

// Ended sessions beyond what an application remembers.
int64_t ForgottenEarly(const Application& application) {
  return static_cast<int64_t>(application.ended_sessions.size()) - kEndedSessionsRememberedMax;
}

// Asked after every command, so it costs nothing where nobody waits. `drains` are those of
// `unserved` that have their deadline.
bool IsSettled(const Application& application) {
  if (!application.relieved.empty() || ForgottenEarly(application) > 0) return false;
  size_t waiting = 0;
  for (const LicenseKind kind : kLicenseKinds) {
    for (const Edition edition : kEditions) {
      const auto& unserved = application.unserved[IndexOf(kind)][IndexOf(edition)];
      if (unserved.empty()) continue;
      if (!application.idle[IndexOf(kind)][IndexOf(edition)].empty()) return false;
      waiting += unserved.size();
    }
  }
  return waiting == application.drains.size();
}

class Settlement {
 public:
  Settlement(const Units& units, absl::Time since, const Context& context)
      : application_(*units.application),
        deadline_(since + context.policy->drain_period),
        changes_(units, since, context) {}

  std::vector<Change> Take() {
    for (const LicenseId id : application_.relieved) Relieve(id);
    for (const LicenseKind kind : kLicenseKinds) {
      for (const Edition edition : kEditions) {
        IdleLicenses::const_iterator idle = IdleIn(kind, edition).begin();
        for (const LicenseId id : application_.unserved[IndexOf(kind)][IndexOf(edition)]) {
          if (idle != IdleIn(kind, edition).end()) {
            MoveHolder(id, idle->id);
            ++idle;
          } else {
            BeginToDrain(id);
          }
        }
      }
    }
    ForgetOldest();
    return changes_.Take();
  }

 private:
  void ForgetOldest() {
    int64_t left = ForgottenEarly(application_);
    for (auto oldest = application_.forgets.begin(); left > 0; ++oldest, --left) {
      changes_.Add(SessionForgotten{oldest->second});
    }
  }

  const IdleLicenses& IdleIn(LicenseKind kind, Edition edition) const {
    return application_.idle[IndexOf(kind)][IndexOf(edition)];
  }

  const License& LicenseOf(LicenseId id) const {
    const License* license = application_.Find(id);
    Require(license != nullptr, "an index names a license that there is not");
    return *license;
  }

  // Null where the license is a phone's.
  const Agent* AgentOn(const License& license) const {
    if (license.kind != LicenseKind::kAgent) return nullptr;
    const Agent* agent = application_.agents.Find(license.holder.view());
    Require(agent != nullptr, "an agent license is held by an agent");
    return agent;
  }

  const Phone& PhoneOn(const License& license) const {
    const Phone* phone = application_.Find(PhoneId(license.holder));
    Require(phone != nullptr, "a SIP license is held by a phone");
    return *phone;
  }

  void Relieve(LicenseId id) {
    const License& license = LicenseOf(id);
    if (const Agent* agent = AgentOn(license)) {
      SetDraining(*agent, std::nullopt);
    } else {
      changes_.Add(PhoneDraining{.id = PhoneOn(license).id, .deadline = std::nullopt});
    }
  }

  void MoveHolder(LicenseId from, LicenseId to) {
    const License& license = LicenseOf(from);
    if (const Agent* agent = AgentOn(license)) {
      changes_.Add(
          LicenseReleased{.id = from, .email = agent->email, .cause = ReleaseCause::kMoved});
      changes_.Add(LicenseBound{.id = to, .email = agent->email, .moved_from = from});
      if (agent->drain_deadline) SetDraining(*agent, std::nullopt);
      return;
    }
    const Phone& phone = PhoneOn(license);
    changes_.Add(PhoneMoved{.id = phone.id, .from = from, .to = to});
    if (phone.drain_deadline) {
      changes_.Add(PhoneDraining{.id = phone.id, .deadline = std::nullopt});
    }
  }

  void BeginToDrain(LicenseId id) {
    const License& license = LicenseOf(id);
    if (const Agent* agent = AgentOn(license)) {
      if (!agent->drain_deadline) SetDraining(*agent, deadline_);
      return;
    }
    const Phone& phone = PhoneOn(license);
    if (!phone.drain_deadline) {
      changes_.Add(PhoneDraining{.id = phone.id, .deadline = deadline_});
    }
  }

  void SetDraining(const Agent& agent, std::optional<absl::Time> deadline) {
    changes_.Add(AgentDrainChanged{.email = agent.email, .deadline = deadline});
    for (const SessionId id : agent.sessions) {
      if (!id) continue;
      changes_.Add(SessionDraining{.id = id,
                                   .email = agent.email,
                                   .draining = deadline.has_value(),
                                   .deadline = deadline.value_or(absl::Time())});
    }
  }

  const Application& application_;
  const absl::Time deadline_;
  ChangeList changes_;
};

}  // namespace

std::vector<Change> Settle(const Units& units, absl::Time since, const Context& context) {
  if (IsSettled(*units.application)) return {};
  return Settlement(units, since, context).Take();
}

}  // namespace usher::entitlement
