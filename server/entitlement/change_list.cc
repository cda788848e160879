#include "entitlement/change_list.h"

namespace usher::entitlement {
namespace {

// Of a login that takes a channel over.
constexpr size_t kUsualCount = 2;

}  // namespace

Revision ChangeList::Append(ApplicationNo application, ChangePayload payload) {
  Revision revision;
  if (ClassOf(payload) == ChangeClass::kEvent) {
    revision = next_revision_;
    next_revision_ = next_revision_.next();
  }
  if (changes_.empty()) changes_.reserve(kUsualCount);
  changes_.push_back({.account = account_,
                      .application = application,
                      .revision = revision,
                      .event_time = event_time_,
                      .payload = std::move(payload)});
  return revision;
}

}  // namespace usher::entitlement
