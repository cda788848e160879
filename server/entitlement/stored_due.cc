#include <algorithm>

#include "absl/time/time.h"
#include "entitlement/application.h"
#include "entitlement/decide.h"
#include "entitlement/policy.h"

namespace usher::entitlement {

absl::Time NextStoredDue(const Application& application, const Policy& policy) {
  absl::Time due = absl::InfiniteFuture();
  if (!application.expiries.empty()) due = application.expiries.begin()->expire_time;
  if (!application.drains.empty()) due = std::min(due, application.drains.begin()->first);
  if (!application.lapses.empty()) {
    due = std::min(due, application.lapses.begin()->first + policy.renewal_grace);
  }
  return due;
}

}  // namespace usher::entitlement
