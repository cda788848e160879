// CheckInvariants names every law of Voice AI that is broken.
#include <functional>

#include "entitlement/invariants.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/entitlement/calls.h"

namespace usher::entitlement {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::World;

// Call 1 talks, 2 rings, 3 has ended; grant 1 is a month of plan 1, grant 2 was bought.
Account GoodState() {
  World world;
  testing::WithVoice(world, 2);
  testing::Buy(world, {testing::Item(testing::kVoiceMinutes, 5'000)});
  testing::Talk(world, "talks");
  testing::Ring(world, "rings");
  testing::Ring(world, "ended");
  testing::HangUp(world, "ended");
  return world.account();
}

constexpr char kNow[] = "2026-11-02T09:00:00Z";

struct Breach {
  const char* law;
  std::function<void(Account&)> corrupt;
};

Call& CallIn(Account& account, int64_t no) { return account.voice.calls.at(CallNo(no)); }
VoicePlan& PlanIn(Account& account) {
  return account.voice.applications.at(ApplicationNo(1)).plans.at(SubscriptionId(1));
}

const Breach kBreaches[] = {
    {"grant ids are dense", [](Account& a) { a.voice.grants[1].id = GrantId(7); }},
    {"charged + reserved ≤ charged + held ≤ granted (R26)",
     [](Account& a) { a.voice.grants[0].charged = 8'000; }},
    {"charged + reserved ≤ charged + held ≤ granted (R26)",
     [](Account& a) { a.voice.grants[0].reserved = 100; }},
    {"a grant lapses at its expire_time (R24)",
     [](Account& a) { a.voice.grants[0].expire_time = testing::At(kNow); }},
    {"a grant lapses at its expire_time (R24)",
     [](Account& a) { a.voice.grants[0].expired = true; }},
    {"call numbers were given out", [](Account& a) { a.voice.last_call_no = CallNo(1); }},
    {"a call has reserved a minute, and holds what it reserves (R26)",
     [](Account& a) { CallIn(a, 2).reserved = 0; }},
    {"a call has reserved a minute, and holds what it reserves (R26)",
     [](Account& a) { CallIn(a, 2).reserved = 2; }},
    {"a call has its current minute reserved (R26)",
     [](Account& a) { CallIn(a, 1).connect_time = testing::At(kNow) - absl::Minutes(2); }},
    {"no call outlives its must_end_time (R27)",
     [](Account& a) {
       CallIn(a, 1).final_minute = true;
       CallIn(a, 1).reserved = 0;
     }},
    {"a call is live or ended",
     [](Account& a) { a.voice.ended_calls[CallNo(1)] = EndedCall{.no = CallNo(1)}; }},
    {"a deleted application has no call (R4)",
     [](Account& a) { a.applications.begin()->second.delete_time = testing::At(kNow); }},
    {"a plan stands under its subscription",
     [](Account& a) { PlanIn(a).subscription = SubscriptionId(9); }},
    {"no month begins unnoticed (R22)",
     [](Account& a) { PlanIn(a).next_grant_time = testing::At(kNow); }},
    {"a plan grants its months (R22)", [](Account& a) { PlanIn(a).months_granted = 3; }},
    {"open grants", [](Account& a) { a.voice.open.clear(); }},
    {"lapses", [](Account& a) { a.voice.lapses.clear(); }},
    {"next grants", [](Account& a) { a.voice.next_grants.clear(); }},
    {"must_end_times", [](Account& a) { a.voice.must_ends.emplace(testing::At(kNow), CallNo(1)); }},
    {"ended calls", [](Account& a) { a.voice.forgets.clear(); }},
    {"the end of the packages", [](Account& a) { a.voice.package_end = testing::At(kNow); }},
    {"names and numbers of calls",
     [](Account& a) { a.voice.applications.at(ApplicationNo(1)).active = 7; }},
    {"reserved and held minutes", [](Account& a) { a.voice.grants[0].held += 1; }},
};

TEST(CheckVoiceInvariants, AGoodStateBreaksNoLaw) {
  EXPECT_THAT(CheckInvariants(GoodState(), testing::At(kNow)), IsEmpty());
}

TEST(CheckVoiceInvariants, EveryBrokenLawIsNamed) {
  for (const Breach& breach : kBreaches) {
    Account account = GoodState();
    breach.corrupt(account);
    EXPECT_THAT(CheckInvariants(account, testing::At(kNow)), Contains(HasSubstr(breach.law)));
  }
}

}  // namespace
}  // namespace usher::entitlement
