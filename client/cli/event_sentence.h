// What an event says, as a sentence that a person likes to read.
//
// Who did it is not in it: tables have a column for the actor. Pure functions, any thread.
#pragma once

#include <string>
#include <vector>

#include "client/cli/times.h"
#include "usher/v1/event_service.pb.h"

namespace usher::cli {

// "ann@acme.test logged in on web from desk-1, license 12".
std::string EventSentence(const v1::Event& event, const Times& times);

// The name of its payload, as filters take it: "session_started"; kNone where this program does not
// know it.
std::string EventType(const v1::Event& event);

// The names of all payloads, in the order of the contract.
std::vector<std::string> EventTypes();

// "4–6, 9": ascending ids with their runs, and how many more there are after some.
std::string IdRanges(const google::protobuf::RepeatedField<int64_t>& ids);

}  // namespace usher::cli
