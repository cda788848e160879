// ResetLicenses: R18–R20.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "entitlement/change_list.h"
#include "entitlement/decisions.h"
#include "entitlement/limits.h"
#include "entitlement/views.h"

namespace usher::entitlement {
namespace {

struct Candidate {
  LicenseId license;
  const Agent* agent = nullptr;
};

// What a reset would do now; both lists by license id.
struct Plan {
  std::vector<Candidate> released;
  std::vector<Candidate> retained;
};

// FNV-1a, 64 bits: the same on every machine and in every process, as an etag must be. It tells
// outcomes apart that differ by accident; nobody gains by making two that agree.
class Digest {
 public:
  void Add(int64_t value) {
    for (int shift = 0; shift < 64; shift += 8) AddByte(static_cast<uint8_t>(value >> shift));
  }
  void Add(std::string_view text) {
    Add(static_cast<int64_t>(text.size()));
    for (const char c : text) AddByte(static_cast<uint8_t>(c));
  }
  uint64_t value() const { return hash_; }

 private:
  void AddByte(uint8_t byte) { hash_ = (hash_ ^ byte) * 1099511628211U; }

  uint64_t hash_ = 14695981039346656037U;
};

RetainReason ReasonFor(const Agent& agent) {
  return agent.logged_in() ? RetainReason::kLoggedIn : RetainReason::kMobileAnswering;
}

bool IsAgentLicense(const License* license) {
  return license != nullptr && license->kind == LicenseKind::kAgent;
}

// The first id that names no agent license of the application; none where all do.
LicenseId FirstUnknown(const Application& application, const std::vector<LicenseId>& ids) {
  const auto unknown = std::find_if(
      ids.begin(), ids.end(), [&](LicenseId id) { return !IsAgentLicense(application.Find(id)); });
  return unknown != ids.end() ? *unknown : LicenseId();
}

// R18: unexpired agent licenses with a holder, among `ids` where any are named.
std::vector<Candidate> FindCandidates(const Application& application,
                                      const std::vector<LicenseId>& ids) {
  std::vector<Candidate> candidates;
  if (ids.empty()) {
    candidates.reserve(application.agents.size());
    for (const Agent& agent : application.agents) {
      if (!application.Find(agent.license)->expired) candidates.push_back({agent.license, &agent});
    }
  }
  for (const LicenseId id : ids) {
    const License& license = *application.Find(id);
    if (license.expired || !license.held()) continue;
    candidates.push_back({id, application.agents.Find(license.holder.view())});
  }
  std::sort(candidates.begin(), candidates.end(),
            [](const Candidate& a, const Candidate& b) { return a.license < b.license; });
  candidates.erase(
      std::unique(candidates.begin(), candidates.end(),
                  [](const Candidate& a, const Candidate& b) { return a.license == b.license; }),
      candidates.end());
  return candidates;
}

Plan MakePlan(const Application& application, const std::vector<LicenseId>& ids) {
  Plan plan;
  for (const Candidate& candidate : FindCandidates(application, ids)) {
    (candidate.agent->active() ? plan.retained : plan.released).push_back(candidate);
  }
  return plan;
}

std::string EtagOf(const Plan& plan, const ResetAllowance& allowance) {
  Digest digest;
  digest.Add(allowance.month.year());
  digest.Add(allowance.month.month());
  digest.Add(allowance.used);
  digest.Add(static_cast<int64_t>(plan.released.size()));
  for (const Candidate& candidate : plan.released) {
    digest.Add(candidate.license.value());
    digest.Add(candidate.agent->email.value());
  }
  for (const Candidate& candidate : plan.retained) {
    digest.Add(candidate.license.value());
    digest.Add(candidate.agent->email.value());
    digest.Add(static_cast<int64_t>(ReasonFor(*candidate.agent)));
  }
  return absl::StrFormat("\"%016x\"", digest.value());
}

ResetReply MakeReply(const Plan& plan, const ResetAllowance& allowance, std::string etag) {
  constexpr auto kListedMax = static_cast<size_t>(kResetListedMax);
  ResetReply reply;
  reply.released_count = static_cast<int64_t>(plan.released.size());
  reply.retained_count = static_cast<int64_t>(plan.retained.size());
  reply.released.reserve(std::min(plan.released.size(), kListedMax));
  reply.retained.reserve(std::min(plan.retained.size(), kListedMax));
  for (const Candidate& candidate : plan.released) {
    if (reply.released.size() == kListedMax) break;
    reply.released.push_back({candidate.license, candidate.agent->email});
  }
  for (const Candidate& candidate : plan.retained) {
    if (reply.retained.size() == kListedMax) break;
    reply.retained.push_back(
        {candidate.license, candidate.agent->email, ReasonFor(*candidate.agent)});
  }
  reply.allowance = allowance;
  reply.etag = std::move(etag);
  return reply;
}

std::vector<Change> ChangesOf(const Plan& plan, const ResetAllowance& after, const Units& units,
                              const Context& context) {
  ChangeList changes(units, context.now, context);
  changes.Reserve(plan.released.size() + 1);
  LicensesReset reset{.released = {},
                      .retained = {},
                      .month = after.month,
                      .used = after.used,
                      .actor = context.actor};
  reset.released.reserve(plan.released.size());
  reset.retained.reserve(plan.retained.size());
  for (const Candidate& candidate : plan.released) {
    changes.Add(LicenseReleased{
        .id = candidate.license, .email = candidate.agent->email, .cause = ReleaseCause::kReset});
    reset.released.push_back(candidate.license);
  }
  for (const Candidate& candidate : plan.retained) reset.retained.push_back(candidate.license);
  changes.Add(std::move(reset));
  return changes.Take();
}

}  // namespace

std::optional<Refusal> CheckNamed(const Units& units, const ResetLicenses& command) {
  const LicenseId unknown = FirstUnknown(*units.application, command.license_ids);
  if (!unknown) return std::nullopt;
  return ResourceNotFound{
      absl::StrCat(FullName(units.account->id, units.entry->id), "/licenses/", unknown.value())};
}

Outcome DecideOn(const Units& units, const ResetLicenses& command, const Context& context) {
  const Application& application = *units.application;
  const Plan plan = MakePlan(application, command.license_ids);
  ResetAllowance allowance = AllowanceOf(units, context);
  std::string etag = EtagOf(plan, allowance);
  // A preview answers whatever would stand in the way (R19).
  if (command.validate_only) {
    return {Reply(MakeReply(plan, allowance, std::move(etag))), {}};
  }

  if (!command.etag.empty() && command.etag != etag) return {Refusal(EtagMismatch{}), {}};
  if (allowance.left() == 0) {
    return {Refusal(ResetLimitReached{.used = allowance.used,
                                      .limit = allowance.limit,
                                      .month = allowance.month,
                                      .next_reset_time = allowance.month_end}),
            {}};
  }
  if (plan.released.empty()) {
    return {Refusal(NothingToReset{.retained = static_cast<int64_t>(plan.retained.size())}), {}};
  }
  ++allowance.used;
  return {Reply(MakeReply(plan, allowance, std::move(etag))),
          ChangesOf(plan, allowance, units, context)};
}

}  // namespace usher::entitlement
