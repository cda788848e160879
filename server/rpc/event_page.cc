#include "rpc/event_page.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rpc/limits.h"
#include "rpc/page_token.h"

namespace usher::rpc {

std::string EventCursor::ToString() const { return absl::StrCat(position, ".", revision); }

std::optional<EventCursor> EventCursor::Parse(std::string_view text) {
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(absl::string_view(text.data(), text.size()), '.');
  EventCursor cursor;
  if (!absl::SimpleAtoi(parts.first, &cursor.position) || cursor.position < 1) return std::nullopt;
  if (!absl::SimpleAtoi(parts.second, &cursor.revision) || cursor.revision < 0) {
    return std::nullopt;
  }
  return cursor;
}

EventPage::EventPage(const v1::ListEventsRequest& request, int page_size, EventFilter filter,
                     EventCursor start, v1::ListEventsResponse& out)
    : request_(request),
      page_size_(page_size),
      filter_(std::move(filter)),
      start_(start),
      out_(out),
      last_(start) {}

bool EventPage::Add(const entitlement::EventsPage& read) {
  for (size_t i = 0; i < read.entries.size(); ++i) {
    const bool is_last = i + 1 == read.entries.size() && !read.more;
    if (!AddEntry(read.entries[i])) return true;
    ++scanned_;
    before_ = read.entries[i].position;
    const bool full = out_.events_size() == page_size_ || bytes_ > kEventsPageBytesMax ||
                      scanned_ >= kEventsScannedMax;
    if (full && !is_last) {
      EndAt({.position = before_});
      return true;
    }
  }
  return !read.more;
}

bool EventPage::AddEntry(const entitlement::EventsRecord& entry) {
  v1::WatchEventsResponse told;
  // What can't be read is passed over: CheckIntegrity tells of it.
  if (!told.ParseFromString(entry.payload)) return true;
  const bool is_start = start_.revision != 0 && entry.position == start_.position;
  for (int i = told.events_size() - 1; i >= 0; --i) {
    v1::Event& event = *told.mutable_events(i);
    if (is_start && event.revision() >= start_.revision) continue;
    if (!filter_.Passes(event)) continue;
    if (out_.events_size() == page_size_ || bytes_ > kEventsPageBytesMax) {
      EndAt(last_);
      return false;
    }
    last_ = {.position = entry.position, .revision = event.revision()};
    bytes_ += event.ByteSizeLong();
    *out_.add_events() = std::move(event);
  }
  return true;
}

void EventPage::EndAt(const EventCursor& last) {
  out_.set_next_page_token(MakePageToken(request_, last.ToString()));
}

}  // namespace usher::rpc
