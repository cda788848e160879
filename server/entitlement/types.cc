#include "entitlement/types.h"

namespace usher::entitlement {

std::string_view ToString(LicenseKind kind) {
  switch (kind) {
    case LicenseKind::kAgent:
      return "AGENT";
    case LicenseKind::kSip:
      return "SIP";
  }
  return "UNSPECIFIED";
}

std::string_view ToString(Edition edition) {
  switch (edition) {
    case Edition::kStandard:
      return "STANDARD";
    case Edition::kPremium:
      return "PREMIUM";
  }
  return "UNSPECIFIED";
}

std::string_view ToString(LicenseState state) {
  switch (state) {
    case LicenseState::kIdle:
      return "IDLE";
    case LicenseState::kBound:
      return "BOUND";
    case LicenseState::kInUse:
      return "IN_USE";
    case LicenseState::kExpired:
      return "EXPIRED";
  }
  return "UNSPECIFIED";
}

std::string_view ToString(Channel channel) {
  switch (channel) {
    case Channel::kWeb:
      return "WEB";
    case Channel::kSdk:
      return "SDK";
    case Channel::kMonitor:
      return "MONITOR";
  }
  return "UNSPECIFIED";
}

std::string_view ToString(RetainReason reason) {
  switch (reason) {
    case RetainReason::kLoggedIn:
      return "LOGGED_IN";
    case RetainReason::kMobileAnswering:
      return "MOBILE_ANSWERING";
  }
  return "UNSPECIFIED";
}

}  // namespace usher::entitlement
