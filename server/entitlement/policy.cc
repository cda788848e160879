#include "entitlement/policy.h"

#include <algorithm>

namespace usher::entitlement {

absl::Duration TtlBounds::Clamp(absl::Duration requested) const {
  if (requested == absl::ZeroDuration()) return fallback;
  return std::clamp(requested, min, max);
}

}  // namespace usher::entitlement
