// The numbers of the rules that an operator may tune; the defaults are the seed rules of the design
// (R3, R9, R16, R18, …). A value object: the server builds one at start and never changes it.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "entitlement/types.h"

namespace usher::entitlement {

struct TtlBounds {
  absl::Duration fallback;
  absl::Duration min;
  absl::Duration max;

  // R15, R21: an absent (zero) ttl takes the fallback, any other is brought into [min, max].
  absl::Duration Clamp(absl::Duration requested) const;
};

struct Policy {
  // R3.
  int trial_days = 14;
  int trial_agent_licenses = 3;
  std::optional<int> trials_per_account;

  // R18.
  int resets_per_month = 4;

  // R16: how long sessions, phones and mobile answering go on after their license expired.
  absl::Duration drain_period = absl::Minutes(5);

  // R9: how long after its expiry a subscription can be renewed and a holder stays recorded.
  absl::Duration renewal_grace = absl::Hours(24 * 30);

  // How long an ended session is remembered, so that its client is told why.
  absl::Duration ended_session_memory = absl::Hours(1);

  // R28.
  absl::Duration request_id_memory = absl::Hours(24);

  // R22, R23: what a voice package's months are counted by, and for how many months additional
  // minutes last.
  VoicePeriod voice_period = VoicePeriod::kMonth;
  int additional_minutes_months = 12;

  // How long an ended call is remembered: EndCall finds it, and its id stays taken.
  absl::Duration ended_call_memory = absl::Hours(24);

  // How long the journal is kept. Bindings, resets, orders and calls of the past don't depend on
  // it.
  absl::Duration journal_retention = absl::Hours(24 * 400);

  TtlBounds session_ttl = {absl::Seconds(60), absl::Seconds(10), absl::Hours(1)};
  TtlBounds phone_ttl = {absl::Seconds(60), absl::Seconds(10), absl::Hours(24)};
  TtlBounds call_ttl = {absl::Seconds(90), absl::Seconds(10), absl::Minutes(10)};
};

}  // namespace usher::entitlement
