// CheckInvariants names every law that is broken: a good state is corrupted in one way for each.
#include "entitlement/invariants.h"

#include <functional>

#include "entitlement/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/entitlement/by_hand.h"

namespace usher::entitlement {
namespace {

using testing::ByHand;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kAgent;
using testing::kSip;
using testing::kStandard;

// Licenses 1–3 are agents' (ann is logged in on 1, ben bound on 2), 4 is phone 201's, 5 expired
// with cat recorded on it, 6 expired with dan draining in another pool.
ByHand GoodState() {
  ByHand acme;
  acme.Grant(kAgent, kStandard, absl::Hours(1000), 3);
  acme.Grant(kSip, kStandard, absl::Hours(1000));
  acme.Grant(kAgent, kStandard, absl::Hours(1));
  acme.Grant(kAgent, Edition::kPremium, absl::Hours(1));
  acme.Bind(LicenseId(1), "ann@acme.com");
  acme.Bind(LicenseId(2), "ben@acme.com");
  acme.Bind(LicenseId(5), "cat@acme.com");
  acme.Bind(LicenseId(6), "dan@acme.com");
  acme.Login("ann@acme.com", Channel::kWeb, absl::Hours(9));
  acme.Login("dan@acme.com", Channel::kWeb, absl::Hours(9));
  acme.Online("201", LicenseId(4), absl::Hours(9));
  acme.Advance(absl::Hours(1));
  acme.End(acme.Login("ben@acme.com"));
  return acme;
}

struct Breach {
  const char* law;
  std::function<void(ByHand&)> corrupt;
};

License& LicenseIn(ByHand& acme, int64_t id) {
  return acme.application.licenses[static_cast<size_t>(id - 1)];
}

Agent& AgentIn(ByHand& acme, const std::string& name) {
  return *acme.application.agents.Find(Email(name + "@acme.com"));
}

const Breach kBreaches[] = {
    {"license ids are dense", [](ByHand& acme) { LicenseIn(acme, 3).id = LicenseId(7); }},
    {"no license outlives its expire_time (R16)",
     [](ByHand& acme) { LicenseIn(acme, 3).expire_time = acme.now; }},
    {"no license expires before its expire_time (R16)",
     [](ByHand& acme) { LicenseIn(acme, 5).expire_time = acme.now + absl::Microseconds(1); }},
    {"a license's subscription exists",
     [](ByHand& acme) { LicenseIn(acme, 3).subscription = SubscriptionId(9); }},
    {"an email is recorded on at most one license (R11)",
     [](ByHand& acme) { LicenseIn(acme, 3).holder = SharedText("ann@acme.com"); }},
    {"a license's holder holds it",
     [](ByHand& acme) { LicenseIn(acme, 3).holder = SharedText("eve@acme.com"); }},
    {"no holder stays recorded beyond the renewal grace (R9)",
     [](ByHand& acme) { acme.policy.renewal_grace = absl::ZeroDuration(); }},
    {"an agent is found by its email",
     [](ByHand& acme) { AgentIn(acme, "ben").email = Email("eve@acme.com"); }},
    {"an agent is recorded on its license (R11)",
     [](ByHand& acme) { LicenseIn(acme, 2).holder = SharedText(); }},
    {"an agent's sessions are live",
     [](ByHand& acme) { AgentIn(acme, "ben").sessions[1] = SessionId(2); }},
    {"session ids were given out",
     [](ByHand& acme) { acme.application.last_session_id = SessionId(1); }},
    {"at most one live session per email and channel (R15)",
     [](ByHand& acme) {
       Session twin = *acme.application.Find(SessionId(1));
       twin.id = acme.application.last_session_id;
       acme.application.sessions.Add(twin);
     }},
    {"a live session's agent holds a license (R12)",
     [](ByHand& acme) { AgentIn(acme, "ann").license = LicenseId(); }},
    {"a live session is its agent's",
     [](ByHand& acme) { AgentIn(acme, "ann").sessions[0] = SessionId(); }},
    {"a session is live or ended",
     [](ByHand& acme) {
       acme.application.ended_sessions.emplace(SessionId(1), EndedSession{.id = SessionId(1)});
     }},
    {"a phone stands under its id",
     [](ByHand& acme) { acme.application.phones.begin()->second.id = PhoneId("202"); }},
    {"a phone that is online takes a SIP license (R21)",
     [](ByHand& acme) { acme.application.phones.begin()->second.license = LicenseId(3); }},
    {"in use ≤ held ≤ total ≤ granted",
     [](ByHand& acme) { acme.application.pools[0][0].in_use = 4; }},
    {"the month's peak is no less than what is in use",
     [](ByHand& acme) { acme.application.usage.pools[0][0].peak_in_use = 0; }},
    {"who is active on an expired license drains, and nobody else (R16)",
     [](ByHand& acme) { AgentIn(acme, "dan").drain_deadline.reset(); }},
    {"who is active on an expired license drains, and nobody else (R16)",
     [](ByHand& acme) { AgentIn(acme, "ann").drain_deadline = acme.now + absl::Minutes(5); }},
    {"nobody drains while a license of the pool is idle (R16)",
     [](ByHand& acme) { acme.Grant(kAgent, Edition::kPremium, absl::Hours(1)); }},
    {"nobody drains beyond the deadline (R16)",
     [](ByHand& acme) { AgentIn(acme, "dan").drain_deadline = acme.now; }},
    {"an application is in its account's directory",
     [](ByHand& acme) { acme.account.applications.clear(); }},
    {"a deleted application has no session and no phone (R4)",
     [](ByHand& acme) { acme.Do(ApplicationDeleted{}); }},
    {"resets used ≤ limit (R18)", [](ByHand& acme) { acme.application.resets.used = 5; }},
    {"every index says what the tables say: pools",
     [](ByHand& acme) { acme.application.pools[0][0].granted += 1; }},
    {"every index says what the tables say: idle",
     [](ByHand& acme) { acme.application.idle[0][0].clear(); }},
    {"every index says what the tables say: expiries",
     [](ByHand& acme) { acme.application.expiries.clear(); }},
    {"every index says what the tables say: lapses",
     [](ByHand& acme) { acme.application.lapses.clear(); }},
    {"every index says what the tables say: unserved",
     [](ByHand& acme) { acme.application.unserved[0][1].clear(); }},
    {"every index says what the tables say: drains",
     [](ByHand& acme) { acme.application.drains.clear(); }},
    {"every index says what the tables say: relieved",
     [](ByHand& acme) { acme.application.relieved.insert(LicenseId(1)); }},
    {"every index says what the tables say: forgets",
     [](ByHand& acme) { acme.application.forgets.clear(); }},
};

std::vector<std::string> Broken(ByHand& acme) {
  return CheckInvariants(acme.account, acme.application, acme.now, acme.policy);
}

TEST(CheckInvariants, AGoodStateBreaksNoLaw) {
  ByHand acme = GoodState();
  ASSERT_TRUE(acme.agent("dan@acme.com").drain_deadline.has_value());
  EXPECT_THAT(Broken(acme), IsEmpty());
}

TEST(CheckInvariants, EveryBrokenLawIsNamed) {
  for (const Breach& breach : kBreaches) {
    ByHand acme = GoodState();
    breach.corrupt(acme);
    EXPECT_THAT(Broken(acme), Contains(HasSubstr(breach.law)));
  }
}

}  // namespace
}  // namespace usher::entitlement
