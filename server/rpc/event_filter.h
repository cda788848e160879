// EventFilter: which events of an account's journal a caller asked for.
//
// A plain value, any thread.
#pragma once

#include <cstdint>
#include <string>

#include "rpc/field_reader.h"

namespace usher::v1 {
class Event;
class ListEventsRequest;
class WatchEventsRequest;
}  // namespace usher::v1

namespace usher::rpc {

// A bit for the field of the payload that has that number, which is below 64.
constexpr uint64_t BitOf(int payload_field) { return uint64_t{1} << payload_field; }

// Empty members let everything pass.
struct EventFilter {
  // Full name.
  std::string application;
  // What of the journal is the server's own: accounts and tokens.
  bool of_server = false;
  // Of payload fields, by their BitOf.
  uint64_t types = 0;
  // As it stands in the payload.
  std::string email;
  std::string actor;

  bool PassesAll() const;
  bool Passes(const v1::Event& event) const;
};

// Refuses what is malformed through `fields`.
EventFilter ReadFilter(FieldReader& fields, const v1::ListEventsRequest& request);
EventFilter ReadFilter(FieldReader& fields, const v1::WatchEventsRequest& request);

}  // namespace usher::rpc
