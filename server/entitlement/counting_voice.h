// How grants, plans and calls stand in the indices of the account's Voice AI state.
//
// Internal to Apply and Reindex: whatever alters one of them takes it out (Uncount), alters it, and
// puts it back (Count). Not thread-safe.
#pragma once

#include "entitlement/voice.h"

namespace usher::entitlement {

// `reserved` and `held` are no part of it: they follow the calls (CountCall).
void Count(Voice& voice, const MinuteGrant& grant);
void Uncount(Voice& voice, const MinuteGrant& grant);

void Count(Voice& voice, ApplicationNo application, const VoicePlan& plan);
void Uncount(Voice& voice, ApplicationNo application, const VoicePlan& plan);

// The minutes that it holds and reserves, and its must_end_time.
void Count(Voice& voice, const Call& call);
void Uncount(Voice& voice, const Call& call);

// Counts an extension within the hold: `call.reserved` becomes `reserved`.
void MoveReserved(Voice& voice, Call& call, int64_t reserved);

// Puts a lease on the watch.
void Watch(Voice& voice, LeaseTime check_at, CallNo call);

// Puts exactly the leases of all live calls on the watch.
void RebuildWatch(Voice& voice);

}  // namespace usher::entitlement
