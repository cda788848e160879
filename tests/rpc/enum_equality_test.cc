// The core's enums have the numbers of the contract's, so that the wire layer casts between them.
#include "entitlement/types.h"
#include "gtest/gtest.h"
#include "usher/v1/agent_service.pb.h"
#include "usher/v1/license_service.pb.h"
#include "usher/v1/voice_service.pb.h"

namespace usher {
namespace {

using entitlement::CallDirection;
using entitlement::CallEndReason;
using entitlement::CallState;
using entitlement::Channel;
using entitlement::Edition;
using entitlement::EndReason;
using entitlement::LicenseKind;
using entitlement::LicenseSource;
using entitlement::LicenseState;
using entitlement::MobileAnswering;
using entitlement::ReleaseCause;
using entitlement::RetainReason;
using entitlement::SessionState;

template <typename A, typename B>
constexpr bool Same(A a, B b) {
  return static_cast<int>(a) == static_cast<int>(b);
}

static_assert(Same(LicenseKind::kAgent, v1::LICENSE_KIND_AGENT));
static_assert(Same(LicenseKind::kSip, v1::LICENSE_KIND_SIP));
static_assert(Same(LicenseKind::kSip, v1::LicenseKind_MAX));
static_assert(Same(Edition::kStandard, v1::EDITION_STANDARD));
static_assert(Same(Edition::kPremium, v1::EDITION_PREMIUM));
static_assert(Same(Edition::kPremium, v1::Edition_MAX));
static_assert(Same(LicenseSource::kTrial, v1::LICENSE_SOURCE_TRIAL));
static_assert(Same(LicenseSource::kPackage, v1::LICENSE_SOURCE_PACKAGE));
static_assert(Same(LicenseSource::kAddOn, v1::LICENSE_SOURCE_ADD_ON));
static_assert(Same(LicenseSource::kAddOn, v1::LicenseSource_MAX));
static_assert(Same(LicenseState::kIdle, v1::LICENSE_STATE_IDLE));
static_assert(Same(LicenseState::kBound, v1::LICENSE_STATE_BOUND));
static_assert(Same(LicenseState::kInUse, v1::LICENSE_STATE_IN_USE));
static_assert(Same(LicenseState::kExpired, v1::LICENSE_STATE_EXPIRED));
static_assert(Same(LicenseState::kExpired, v1::LicenseState_MAX));
static_assert(Same(Channel::kWeb, v1::CHANNEL_WEB));
static_assert(Same(Channel::kSdk, v1::CHANNEL_SDK));
static_assert(Same(Channel::kMonitor, v1::CHANNEL_MONITOR));
static_assert(Same(Channel::kMonitor, v1::Channel_MAX));
static_assert(Same(MobileAnswering::kOff, v1::MOBILE_ANSWERING_OFF));
static_assert(Same(MobileAnswering::kWhenOffline, v1::MOBILE_ANSWERING_WHEN_OFFLINE));
static_assert(Same(MobileAnswering::kAlways, v1::MOBILE_ANSWERING_ALWAYS));
static_assert(Same(MobileAnswering::kAlways, v1::MobileAnswering_MAX));
static_assert(Same(SessionState::kActive, v1::SESSION_STATE_ACTIVE));
static_assert(Same(SessionState::kDraining, v1::SESSION_STATE_DRAINING));
static_assert(Same(SessionState::kEnded, v1::SESSION_STATE_ENDED));
static_assert(Same(SessionState::kEnded, v1::SessionState_MAX));
static_assert(Same(CallDirection::kInbound, v1::CALL_DIRECTION_INBOUND));
static_assert(Same(CallDirection::kOutbound, v1::CALL_DIRECTION_OUTBOUND));
static_assert(Same(CallDirection::kOutbound, v1::CallDirection_MAX));
static_assert(Same(CallState::kRinging, v1::CALL_STATE_RINGING));
static_assert(Same(CallState::kConnected, v1::CALL_STATE_CONNECTED));
static_assert(Same(CallState::kEnded, v1::CALL_STATE_ENDED));
static_assert(Same(CallState::kEnded, v1::CallState_MAX));
static_assert(Same(CallEndReason::kNone, v1::CALL_END_REASON_UNSPECIFIED));
static_assert(Same(CallEndReason::kCompleted, v1::CALL_END_REASON_COMPLETED));
static_assert(Same(CallEndReason::kLeaseExpired, v1::CALL_END_REASON_LEASE_EXPIRED));
static_assert(Same(CallEndReason::kMinutesExhausted, v1::CALL_END_REASON_MINUTES_EXHAUSTED));
static_assert(Same(CallEndReason::kApplicationDeleted, v1::CALL_END_REASON_APPLICATION_DELETED));
static_assert(Same(CallEndReason::kPackageExpired, v1::CALL_END_REASON_PACKAGE_EXPIRED));
static_assert(Same(CallEndReason::kPackageExpired, v1::CallEndReason_MAX));
static_assert(Same(EndReason::kNone, v1::END_REASON_UNSPECIFIED));
static_assert(Same(EndReason::kLogout, v1::END_REASON_LOGOUT));
static_assert(Same(EndReason::kLeaseExpired, v1::END_REASON_LEASE_EXPIRED));
static_assert(Same(EndReason::kSuperseded, v1::END_REASON_SUPERSEDED));
static_assert(Same(EndReason::kLicenseExpired, v1::END_REASON_LICENSE_EXPIRED));
static_assert(Same(EndReason::kForced, v1::END_REASON_FORCED));
static_assert(Same(EndReason::kApplicationDeleted, v1::END_REASON_APPLICATION_DELETED));
static_assert(Same(EndReason::kUnknown, v1::END_REASON_UNKNOWN));
static_assert(Same(EndReason::kUnknown, v1::EndReason_MAX));
static_assert(Same(RetainReason::kLoggedIn, v1::RETAIN_REASON_LOGGED_IN));
static_assert(Same(RetainReason::kMobileAnswering, v1::RETAIN_REASON_MOBILE_ANSWERING));
static_assert(Same(RetainReason::kMobileAnswering, v1::RetainReason_MAX));
static_assert(Same(ReleaseCause::kNone, v1::RELEASE_CAUSE_UNSPECIFIED));
static_assert(Same(ReleaseCause::kReset, v1::RELEASE_CAUSE_RESET));
static_assert(Same(ReleaseCause::kMoved, v1::RELEASE_CAUSE_MOVED));
static_assert(Same(ReleaseCause::kLapsed, v1::RELEASE_CAUSE_LAPSED));
static_assert(Same(ReleaseCause::kLapsed, v1::ReleaseCause_MAX));

// "LICENSE_STATE_IN_USE" is "IN_USE" in refusals and tables.
TEST(EnumEquality, ShortNamesAreThoseOfTheContract) {
  for (const auto kind : entitlement::kLicenseKinds) {
    EXPECT_EQ(v1::LicenseKind_Name(static_cast<v1::LicenseKind>(kind)),
              "LICENSE_KIND_" + std::string(ToString(kind)));
  }
  for (const auto edition : entitlement::kEditions) {
    EXPECT_EQ(v1::Edition_Name(static_cast<v1::Edition>(edition)),
              "EDITION_" + std::string(ToString(edition)));
  }
  for (const auto channel : entitlement::kChannels) {
    EXPECT_EQ(v1::Channel_Name(static_cast<v1::Channel>(channel)),
              "CHANNEL_" + std::string(ToString(channel)));
  }
  for (int state = 1; state <= v1::LicenseState_MAX; ++state) {
    EXPECT_EQ(v1::LicenseState_Name(static_cast<v1::LicenseState>(state)),
              "LICENSE_STATE_" + std::string(ToString(static_cast<LicenseState>(state))));
  }
}

}  // namespace
}  // namespace usher
