// EventPage: puts one answer of ListEvents together from reads of the journal, newest first.
//
// A short-lived value; one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "entitlement/history.h"
#include "rpc/event_filter.h"
#include "usher/v1/event_service.pb.h"

namespace usher::rpc {

// Where a page ends: below that revision of that entry. Later entries of the journal don't move it.
struct EventCursor {
  int64_t position = 0;
  // 0: below the entry as a whole.
  int64_t revision = 0;

  std::string ToString() const;
  static std::optional<EventCursor> Parse(std::string_view text);
};

class EventPage {
 public:
  // `request` and `out` outlive it. The request has been found to be well-formed.
  EventPage(const v1::ListEventsRequest& request, int page_size, EventFilter filter,
            EventCursor start, v1::ListEventsResponse& out);

  // Takes what was read next. True where the answer is complete; else the journal is to be read
  // from before() on.
  bool Add(const entitlement::EventsPage& read);

  int64_t before() const { return before_; }

 private:
  // False where the page is full.
  bool AddEntry(const entitlement::EventsRecord& entry);
  void EndAt(const EventCursor& last);

  const v1::ListEventsRequest& request_;
  const int page_size_;
  const EventFilter filter_;
  const EventCursor start_;
  v1::ListEventsResponse& out_;
  int64_t before_ = 0;
  int64_t scanned_ = 0;
  size_t bytes_ = 0;
  EventCursor last_;
};

}  // namespace usher::rpc
