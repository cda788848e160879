#include <string_view>

#include "absl/strings/str_cat.h"
#include "entitlement/apply.h"
#include "entitlement/invariants.h"
#include "entitlement/limits.h"

namespace usher::entitlement {
namespace {

class VoiceInspection {
 public:
  VoiceInspection(const Account& account, absl::Time now)
      : account_(account), voice_(account.voice), now_(now) {}

  std::vector<std::string> Run() {
    CheckGrants();
    CheckCalls();
    CheckPlans();
    CheckIndices();
    return std::move(broken_);
  }

 private:
  template <typename... Parts>
  void Expect(bool holds, std::string_view law, const Parts&... parts) {
    if (holds) return;
    broken_.push_back(absl::StrCat(absl::string_view(law.data(), law.size()), ": ", parts...));
  }

  void CheckGrants() {
    int64_t position = 0;
    for (const MinuteGrant& grant : voice_.grants) {
      const int64_t id = grant.id.value();
      Expect(id == ++position, "grant ids are dense", "grant ", id, " at ", position);
      Expect(0 <= grant.charged && 0 <= grant.reserved && grant.reserved <= grant.held &&
                 grant.charged + grant.held <= grant.granted,
             "charged + reserved ≤ charged + held ≤ granted (R26)", "grant ", id, " has ",
             grant.granted, ", charged ", grant.charged, ", reserved ", grant.reserved, ", held ",
             grant.held);
      Expect(grant.expired == (grant.expire_time <= now_),
             "a grant lapses at its expire_time (R24)", "grant ", id);
    }
  }

  void CheckCalls() {
    for (const auto& [no, call] : voice_.calls) {
      const int64_t number = no.value();
      Expect(no == call.no && no <= voice_.last_call_no, "call numbers were given out", "call ",
             number);
      Expect(1 <= call.reserved && call.reserved <= MinutesOf(call.hold),
             "a call has reserved a minute, and holds what it reserves (R26)", "call ", number);
      Expect(call.connect_time || call.hold.size() == 1, "who rings has one minute (R26)", "call ",
             number);
      Expect(call.unheard || !call.connect_time || call.reserved_end() > now_,
             "a call has its current minute reserved (R26)", "call ", number);
      Expect(!call.final_minute || (call.connect_time && call.reserved_end() > now_),
             "no call outlives its must_end_time (R27)", "call ", number);
      Expect(!voice_.ended_calls.contains(no), "a call is live or ended", "call ", number);
      const ApplicationEntry* entry = account_.Find(call.application);
      Expect(entry != nullptr && !entry->deleted(), "a deleted application has no call (R4)",
             "call ", number);
    }
    Expect(static_cast<int64_t>(voice_.ended_calls.size()) <= kEndedCallsRememberedMax,
           "ended calls are bounded", voice_.ended_calls.size());
  }

  void CheckPlans() {
    for (const auto& [no, application] : voice_.applications) {
      for (const auto& [id, plan] : application.plans) {
        Expect(id == plan.subscription, "a plan stands under its subscription", id.value());
        Expect(plan.next_grant_time > now_, "no month begins unnoticed (R22)", id.value());
        Expect(plan.months_granted <= plan.months, "a plan grants its months (R22)", id.value());
      }
    }
  }

  void CheckIndices() {
    Account fresh = account_;
    Reindex(fresh);
    constexpr std::string_view kLaw = "every index says what the tables say";
    Expect(fresh.voice.open == voice_.open, kLaw, "open grants");
    Expect(fresh.voice.lapses == voice_.lapses, kLaw, "lapses");
    Expect(fresh.voice.next_grants == voice_.next_grants, kLaw, "next grants");
    Expect(fresh.voice.must_ends == voice_.must_ends, kLaw, "must_end_times");
    Expect(fresh.voice.forgets == voice_.forgets, kLaw, "ended calls");
    Expect(fresh.voice.package_end == voice_.package_end, kLaw, "the end of the packages");
    Expect(fresh.voice.applications == voice_.applications, kLaw, "names and numbers of calls");
    Expect(fresh.voice.grants == voice_.grants, kLaw, "reserved and held minutes");
  }

  const Account& account_;
  const Voice& voice_;
  const absl::Time now_;
  std::vector<std::string> broken_;
};

}  // namespace

std::vector<std::string> CheckInvariants(const Account& account, absl::Time now) {
  return VoiceInspection(account, now).Run();
}

}  // namespace usher::entitlement
