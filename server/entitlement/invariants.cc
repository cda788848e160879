#include "entitlement/invariants.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "entitlement/apply.h"
#include "entitlement/limits.h"

namespace usher::entitlement {
namespace {

class Inspection {
 public:
  Inspection(const Account& account, const Application& application, absl::Time now,
             const Policy& policy)
      : account_(account), application_(application), now_(now), policy_(policy) {}

  std::vector<std::string> Run() {
    CheckLicenses();
    CheckAgents();
    CheckSessions();
    CheckPhones();
    CheckPools();
    CheckDraining();
    CheckDeletion();
    CheckResets();
    CheckIndices();
    return std::move(broken_);
  }

 private:
  template <typename... Parts>
  void Expect(bool holds, std::string_view law, const Parts&... parts) {
    if (!holds)
      broken_.push_back(absl::StrCat(absl::string_view(law.data(), law.size()), ": ", parts...));
  }

  void CheckLicenses() {
    std::set<std::string> emails;
    int64_t position = 0;
    for (const License& license : application_.licenses) {
      const int64_t id = license.id.value();
      Expect(id == ++position, "license ids are dense", "license ", id, " at ", position);
      Expect(license.expired || license.expire_time > now_,
             "no license outlives its expire_time (R16)", "license ", id);
      Expect(!license.expired || license.expire_time <= now_,
             "no license expires before its expire_time (R16)", "license ", id);
      Expect(!license.subscription || application_.Find(license.subscription) != nullptr,
             "a license's subscription exists", "license ", id);
      if (!license.held()) continue;
      CheckHolder(license);
      if (license.kind != LicenseKind::kAgent) continue;
      Expect(emails.insert(license.holder).second,
             "an email is recorded on at most one license (R11)", std::string(license.holder),
             " on license ", id);
      Expect(!license.expired || license.expire_time + policy_.renewal_grace > now_,
             "no holder stays recorded beyond the renewal grace (R9)", "license ", id);
    }
  }

  void CheckHolder(const License& license) {
    LicenseId recorded;
    if (license.kind == LicenseKind::kAgent) {
      const Agent* agent = application_.agents.Find(license.holder.view());
      if (agent != nullptr) recorded = agent->license;
    } else {
      const Phone* phone = application_.Find(PhoneId(license.holder));
      if (phone != nullptr) recorded = phone->license;
    }
    Expect(recorded == license.id, "a license's holder holds it", "license ", license.id.value(),
           " says ", std::string(license.holder), ", who holds ", recorded.value());
  }

  void CheckAgents() {
    for (const Agent& agent : application_.agents) {
      const License* license = application_.Find(agent.license);
      Expect(application_.Find(agent.email) == &agent, "an agent is found by its email",
             std::string(agent.email.value()));
      Expect(license != nullptr && license->kind == LicenseKind::kAgent &&
                 license->holder == agent.email.value(),
             "an agent is recorded on its license (R11)", std::string(agent.email.value()),
             " on license ", agent.license.value());
      for (const Channel channel : kChannels) {
        const SessionId id = agent.sessions[IndexOf(channel)];
        if (!id) continue;
        const Session* session = application_.Find(id);
        Expect(session != nullptr && session->email == agent.email && session->channel == channel,
               "an agent's sessions are live", std::string(agent.email.value()), " session ",
               id.value());
      }
    }
  }

  void CheckSessions() {
    std::set<std::pair<SharedName<Email>, Channel>> channels;
    for (const Session& session : application_.sessions) {
      const SessionId id = session.id;
      const Agent* agent = application_.Find(session.email);
      Expect(application_.Find(id) == &session && id <= application_.last_session_id,
             "session ids were given out", "session ", id.value());
      Expect(channels.emplace(session.email, session.channel).second,
             "at most one live session per email and channel (R15)", "session ", id.value());
      Expect(agent != nullptr && agent->license, "a live session's agent holds a license (R12)",
             "session ", id.value());
      Expect(agent != nullptr && agent->sessions[IndexOf(session.channel)] == id,
             "a live session is its agent's", "session ", id.value());
      Expect(!application_.ended_sessions.contains(id), "a session is live or ended", "session ",
             id.value());
    }
    Expect(static_cast<int64_t>(application_.ended_sessions.size()) <= kEndedSessionsRememberedMax,
           "ended sessions are bounded", application_.ended_sessions.size());
  }

  void CheckPhones() {
    for (const auto& [id, phone] : application_.phones) {
      const License* license = application_.Find(phone.license);
      Expect(id == phone.id, "a phone stands under its id", id.value());
      Expect(
          license != nullptr && license->kind == LicenseKind::kSip && license->holder == id.value(),
          "a phone that is online takes a SIP license (R21)", id.value());
    }
  }

  void CheckPools() {
    for (const LicenseKind kind : kLicenseKinds) {
      for (const Edition edition : kEditions) {
        const PoolCount& pool = application_.pool(kind, edition);
        const PoolUsage& usage = application_.usage.pools[IndexOf(kind)][IndexOf(edition)];
        Expect(0 <= pool.in_use && pool.in_use <= pool.held && pool.held <= pool.total &&
                   pool.total <= pool.granted,
               "in use ≤ held ≤ total ≤ granted", NameOf(kind, edition), " ", pool.in_use, " ",
               pool.held, " ", pool.total, " ", pool.granted);
        Expect(usage.peak_in_use >= pool.in_use, "the month's peak is no less than what is in use",
               NameOf(kind, edition));
      }
    }
  }

  void CheckDraining() {
    for (const Agent& agent : application_.agents) {
      const License* license = application_.Find(agent.license);
      if (license != nullptr) {
        CheckDrain(*license, agent.active(), agent.drain_deadline);
      }
    }
    for (const auto& [id, phone] : application_.phones) {
      const License* license = application_.Find(phone.license);
      if (license != nullptr) CheckDrain(*license, true, phone.drain_deadline);
    }
  }

  void CheckDrain(const License& license, bool active, std::optional<absl::Time> deadline) {
    const bool waits = license.expired && active;
    Expect(deadline.has_value() == waits,
           "who is active on an expired license drains, and nobody else (R16)",
           std::string(license.holder), " on license ", license.id.value());
    if (!waits) return;
    Expect(application_.idle[IndexOf(license.kind)][IndexOf(license.edition)].empty(),
           "nobody drains while a license of the pool is idle (R16)", std::string(license.holder));
    Expect(!deadline || *deadline > now_, "nobody drains beyond the deadline (R16)",
           std::string(license.holder));
  }

  void CheckDeletion() {
    const ApplicationEntry* entry = account_.Find(application_.no);
    Expect(entry != nullptr && application_.account == account_.no,
           "an application is in its account's directory", "application ", application_.no.value());
    if (entry == nullptr || !entry->deleted()) return;
    Expect(!application_.has_leases(), "a deleted application has no session and no phone (R4)",
           application_.sessions.size(), " ", application_.phones.size());
  }

  void CheckResets() {
    Expect(0 <= application_.resets.used && application_.resets.used <= policy_.resets_per_month,
           "resets used ≤ limit (R18)", application_.resets.used);
  }

  void CheckIndices() {
    Application fresh = application_;
    Reindex(fresh);
    constexpr std::string_view kLaw = "every index says what the tables say";
    Expect(fresh.pools == application_.pools, kLaw, "pools");
    Expect(fresh.idle == application_.idle, kLaw, "idle");
    Expect(fresh.expiries == application_.expiries, kLaw, "expiries");
    Expect(fresh.expiry_counts == application_.expiry_counts, kLaw, "expiry counts");
    Expect(fresh.lapses == application_.lapses, kLaw, "lapses");
    Expect(fresh.unserved == application_.unserved, kLaw, "unserved");
    Expect(fresh.drains == application_.drains, kLaw, "drains");
    Expect(fresh.relieved == application_.relieved, kLaw, "relieved");
    Expect(fresh.forgets == application_.forgets, kLaw, "forgets");
  }

  static std::string NameOf(LicenseKind kind, Edition edition) {
    return absl::StrCat(kind == LicenseKind::kAgent ? "AGENT" : "SIP", " ",
                        edition == Edition::kStandard ? "STANDARD" : "PREMIUM");
  }

  const Account& account_;
  const Application& application_;
  const absl::Time now_;
  const Policy& policy_;
  std::vector<std::string> broken_;
};

}  // namespace

std::vector<std::string> CheckInvariants(const Account& account, const Application& application,
                                         absl::Time now, const Policy& policy) {
  return Inspection(account, application, now, policy).Run();
}

}  // namespace usher::entitlement
