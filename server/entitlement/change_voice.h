// The changes of Voice AI (change.h). They alter the account, whatever application they name;
// voice.h says which rows each writes. Plain values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "entitlement/ids.h"
#include "entitlement/lease_time.h"
#include "entitlement/types.h"
#include "entitlement/voice.h"

namespace usher::entitlement {

// Durable: a new plan, or one that a renewal or an add-on has altered. `application` of the change
// is the plan's. The OrderPlaced before it tells of it.
struct VoicePlanStored {
  VoicePlan plan;
};

// Event of the account's own. The change's event_time is the grant's start.
struct MinutesGranted {
  GrantId id;
  GrantSource source = GrantSource::kPackage;
  std::string product;
  int64_t minutes = 0;
  absl::Time expire_time;
  // A package's month only: whose it is, and what its plan says from now on.
  ApplicationNo application;
  SubscriptionId subscription;
  int months_granted = 0;
  absl::Time next_grant_time = absl::InfiniteFuture();
  // By time, not with an order: the month follows on another, and live calls go on into it.
  bool by_time = false;
};

// Event of the account's own, by time. What calls have reserved may still be charged.
struct MinutesExpired {
  GrantId id;
  int64_t unused_minutes = 0;
};

// Event. It rings, and has its first minute.
struct CallStarted {
  CallNo no;
  CallId id;
  CallDirection direction = CallDirection::kInbound;
  absl::Duration ttl;
  LeaseTime lease_end;
  GrantId grant;
};

// Event. A sign of life.
struct CallConnected {
  CallNo no;
  CallId id;
  absl::Time connect_time;
  MinuteSpans hold;
  int64_t reserved = 0;
  bool final_minute = false;
};

// Durable. The call's hold and reservation as they are now. Set `sign_time`: an extension made it,
// which is a sign of life; unset: the server did, for another call or for a new month.
struct CallHeld {
  CallNo no;
  MinuteSpans hold;
  int64_t reserved = 0;
  bool final_minute = false;
  std::optional<absl::Time> sign_time;
};

// Durable, as SessionTtlChanged.
struct CallTtlChanged {
  CallNo no;
  absl::Duration ttl;
};

struct CallExtension {
  CallNo no;
  int64_t reserved = 0;
};

// Memory: a heartbeat of many calls, one change for all. Their leases run from `renew_time` on.
struct CallsExtended {
  LeaseTime renew_time;
  std::vector<CallExtension> calls;
};

// Memory: live calls have gone on into a new month; none of it is a heartbeat.
struct CallsContinued {
  std::vector<CallExtension> calls;
};

// Event. Its event_time is the call's end.
struct CallEnded {
  CallNo no;
  CallId id;
  CallEndReason reason = CallEndReason::kNone;
  // Unset where it never connected.
  std::optional<absl::Time> connect_time;
  absl::Duration connected_duration;
  // Every minute, also those that none covers.
  MinuteSpans charges;
};

// Event: the first EndCall of a call that the server had ended (R27).
struct CallAdjusted {
  CallNo no;
  CallId id;
  std::optional<absl::Time> connect_time;
  absl::Duration connected_duration;
  // In all, as in CallEnded.
  MinuteSpans charges;
  // What this adds to the charged minutes of each grant, or takes off them.
  MinuteSpans differences;
};

// Memory: the day of these ended calls is over. They stay listed.
struct CallsForgotten {
  std::vector<CallNo> calls;
};

}  // namespace usher::entitlement
