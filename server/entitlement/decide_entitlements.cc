#include <utility>
#include <vector>

#include "entitlement/decisions.h"
#include "entitlement/views.h"

namespace usher::entitlement {
namespace {

// Every pool that has or had a license.
std::vector<PoolView> PoolsOf(const Application& application, absl::CivilMonth month) {
  std::vector<PoolView> views;
  for (const LicenseKind kind : kLicenseKinds) {
    for (const Edition edition : kEditions) {
      const PoolCount& count = application.pool(kind, edition);
      if (count.granted == 0) continue;
      PoolView view{.kind = kind, .edition = edition, .count = count};
      // Counters of an earlier month are over; what is in use is the new month's first peak.
      if (application.usage.month == month) {
        view.usage = application.usage.pools[IndexOf(kind)][IndexOf(edition)];
      } else {
        view.usage.peak_in_use = count.in_use;
      }
      views.push_back(view);
    }
  }
  return views;
}

std::vector<CapacityStep> TimelineOf(const Application& application) {
  PerPool<int64_t> totals;
  for (const LicenseKind kind : kLicenseKinds) {
    for (const Edition edition : kEditions) {
      totals[IndexOf(kind)][IndexOf(edition)] = application.pool(kind, edition).total;
    }
  }
  std::vector<CapacityStep> steps;
  for (const auto& [expiry, count] : application.expiry_counts) {
    int64_t& total = totals[IndexOf(expiry.kind)][IndexOf(expiry.edition)];
    total -= count;
    steps.push_back(CapacityStep{
        .time = expiry.time, .kind = expiry.kind, .edition = expiry.edition, .total = total});
  }
  return steps;
}

}  // namespace

Outcome DecideOn(const Units& units, const GetEntitlements& /*command*/, const Context& context) {
  const absl::CivilMonth month = MonthOf(*units.account, context.now).label;
  const Voice& voice = units.account->voice;
  const VoiceApplication* calls = voice.Find(units.application->no);
  return Outcome{
      Reply(EntitlementsReply{
          .application = ViewOf(*units.account, *units.entry),
          .pools = PoolsOf(*units.application, month),
          .resets = AllowanceOf(units, context),
          .timeline = TimelineOf(*units.application),
          .voice_concurrency_limit = calls != nullptr ? calls->ConcurrencyAt(context.now) : 0,
          .voice_concurrency_active = calls != nullptr ? calls->active : 0,
          .voice_minutes_remaining = MinutesLeft(voice).remaining}),
      {}};
}

}  // namespace usher::entitlement
