// The small closed sets of the domain. Numbers equal those of the contract's enums (tested in
// rpc/), so that a row or a journal entry reads the same everywhere. Plain values, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace usher::entitlement {

enum class LicenseKind : int8_t { kAgent = 1, kSip = 2 };
enum class Edition : int8_t { kStandard = 1, kPremium = 2 };
enum class LicenseSource : int8_t { kTrial = 1, kPackage = 2, kAddOn = 3 };
enum class LicenseState : int8_t { kIdle = 1, kBound = 2, kInUse = 3, kExpired = 4 };

enum class Channel : int8_t { kWeb = 1, kSdk = 2, kMonitor = 3 };
enum class MobileAnswering : int8_t { kOff = 1, kWhenOffline = 2, kAlways = 3 };
enum class SessionState : int8_t { kActive = 1, kDraining = 2, kEnded = 3 };

enum class EndReason : int8_t {
  kNone = 0,
  kLogout = 1,
  kLeaseExpired = 2,
  kSuperseded = 3,
  kLicenseExpired = 4,
  kForced = 5,
  kApplicationDeleted = 6,
  kUnknown = 7,
};

enum class RetainReason : int8_t { kLoggedIn = 1, kMobileAnswering = 2 };
enum class ReleaseCause : int8_t { kNone = 0, kReset = 1, kMoved = 2, kLapsed = 3 };

enum class CallDirection : int8_t { kInbound = 1, kOutbound = 2 };
enum class CallState : int8_t { kRinging = 1, kConnected = 2, kEnded = 3 };
enum class CallEndReason : int8_t {
  kNone = 0,
  kCompleted = 1,
  kLeaseExpired = 2,
  kMinutesExhausted = 3,
  kApplicationDeleted = 4,
  kPackageExpired = 5,
};

// Where a grant's minutes come from: a month of a voice package, or an additional purchase. The
// order is that of consumption (R24).
enum class GrantSource : int8_t { kPackage = 1, kPurchase = 2 };

// R22: what the months of a voice package are counted by. Stored, so the numbers stay.
enum class VoicePeriod : int8_t { kMonth = 1, kAnniversary = 2 };

inline constexpr size_t kLicenseKindCount = 2;
inline constexpr size_t kEditionCount = 2;
inline constexpr size_t kChannelCount = 3;

// Short names as refusals and tables print them: "AGENT", "STANDARD", "WEB", …
std::string_view ToString(LicenseKind kind);
std::string_view ToString(Edition edition);
std::string_view ToString(LicenseState state);
std::string_view ToString(Channel channel);
std::string_view ToString(RetainReason reason);

// Positions in arrays that have one element for each value.
constexpr size_t IndexOf(LicenseKind kind) { return static_cast<size_t>(kind) - 1; }
constexpr size_t IndexOf(Edition edition) { return static_cast<size_t>(edition) - 1; }
constexpr size_t IndexOf(Channel channel) { return static_cast<size_t>(channel) - 1; }

inline constexpr LicenseKind kLicenseKinds[] = {LicenseKind::kAgent, LicenseKind::kSip};
inline constexpr Edition kEditions[] = {Edition::kStandard, Edition::kPremium};
inline constexpr Channel kChannels[] = {Channel::kWeb, Channel::kSdk, Channel::kMonitor};

}  // namespace usher::entitlement
