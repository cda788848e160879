// Bounds of what one request may ask for. The wire refuses what goes past them with INVALID_FIELD,
// naming the field; each has a test that goes past it. What a customer may tune is in policy.h
// instead.
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace usher::entitlement {

inline constexpr int kResourceIdLengthMax = 63;
inline constexpr int kDisplayNameLengthMax = 120;
inline constexpr int kEmailLengthMax = 254;
inline constexpr int kClientIdLengthMax = 128;
inline constexpr int kPhoneIdLengthMax = 128;
inline constexpr int kRequestIdLengthMax = 128;
inline constexpr int kCallIdLengthMax = 128;
inline constexpr int kNoteLengthMax = 200;
inline constexpr int kTimeZoneLengthMax = 64;

inline constexpr int kPageSizeDefault = 50;
inline constexpr int kPageSizeMax = 1000;

// Sessions or phones, and calls, in one heartbeat; license ids in one reset; bindings listed in its
// answer.
inline constexpr int kRenewalBatchMax = 1000;
inline constexpr int kCallBatchMax = 1000;
inline constexpr int kResetLicenseIdsMax = 1000;
inline constexpr int kResetListedMax = 1000;

inline constexpr int kOrderItemsMax = 50;
inline constexpr int64_t kOrderUnitsMax = 10'000;
inline constexpr int64_t kOrderMinutesMax = 100'000'000;
inline constexpr int kOrderMonthsMax = 36;
// Months of a subscription in all, renewals included: its expiry stays an instant that JSON and the
// wire can say.
inline constexpr int kSubscriptionMonthsMax = 1200;
// Licenses that one application may have been granted in all its life.
inline constexpr int64_t kLicensesPerApplicationMax = 1'000'000;
inline constexpr int kApplicationsPerAccountMax = 10'000;

// What of the journal is read at once: entries, and the bytes behind which a read ends.
inline constexpr int kJournalEntriesPerRead = 1000;
inline constexpr int64_t kJournalBytesPerRead = int64_t{1024} * 1024;

// Ended sessions that an application remembers at most; the oldest are forgotten first (settle.cc).
inline constexpr int64_t kEndedSessionsRememberedMax = 1'000'000;

// What a media server may report as one call's connected time.
inline constexpr absl::Duration kConnectedDurationMax = absl::Hours(24 * 31);
// Ended calls that an account remembers at most. Of more than these the oldest are forgotten before
// their day is over: EndCall no longer finds them, and their call_id may be used again.
inline constexpr int64_t kEndedCallsRememberedMax = 1'000'000;
// Voice packages that an account may have unexpired at once, renewals aside: as many as it has
// applications. Each brings a lot of minutes a month, in one step.
inline constexpr int64_t kVoicePackagesPerAccountMax = kApplicationsPerAccountMax;
// Concurrency that an order may bring an application to, of all that is unexpired together.
inline constexpr int64_t kConcurrencyPerApplicationMax = 1'000'000;
// Purchases of additional minutes that an account may have unexpired at once.
inline constexpr int64_t kMinutePurchasesPerAccountMax = 10'000;

}  // namespace usher::entitlement
