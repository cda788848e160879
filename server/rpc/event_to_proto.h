// Changes of the core → entries of the journal.
//
// The payload of a journal entry is a serialised usher.v1.WatchEventsResponse with the events of
// one command in one account, complete but for resume_token and checkpoint, which belong to a
// stream. Once written they are never encoded anew: whoever serves the journal sends these bytes.
// Plain values and pure functions; an encoder by one thread at a time.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "engine/engine.h"
#include "entitlement/change.h"
#include "entitlement/ids.h"

namespace usher::v1 {
class Event;
}

namespace usher::rpc {

// An engine::JournalEncoder.
class EventEncoder {
 public:
  // Of one command after the other, whatever accounts they are in.
  std::string operator()(const engine::CommandEvents& events);

 private:
  // Those fields of the event that most events of a moment have alike, encoded. Valid until the
  // next call.
  const std::string& Common(const engine::CommandEvents& events, const entitlement::Change& change);

  // What common_ says.
  std::string account_id_;
  entitlement::ApplicationNo application_;
  std::string actor_;
  absl::Time event_time_;
  absl::Time record_time_;
  std::string common_;
};

// Fills the payload of an event. False where the change is no event.
bool WriteEventPayload(const entitlement::Account& account, const entitlement::Change& change,
                       v1::Event& out);

}  // namespace usher::rpc
