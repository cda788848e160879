// Changes of the core → entries of the journal.
//
// The payload of a journal entry is a serialised usher.v1.WatchEventsResponse with the events of
// one command in one account, complete but for resume_token and checkpoint, which belong to a
// stream. Once written they are never encoded anew: whoever serves the journal sends these bytes.
// Pure functions, any thread.
#pragma once

#include <string>

#include "engine/engine.h"

namespace usher::v1 {
class Event;
}

namespace usher::rpc {

std::string EncodeEvents(const engine::CommandEvents& events);

// Fills the payload of an event. False where the change is no event.
bool WriteEventPayload(const entitlement::Account& account, const entitlement::Change& change,
                       v1::Event& out);

}  // namespace usher::rpc
