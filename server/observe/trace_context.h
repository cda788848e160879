// The trace that a caller says its call belongs to: the header `traceparent` of W3C's Trace
// Context. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace usher::observe {

struct TraceContext {
  // 32 and 16 of 0-9 and a-f, not all of them 0.
  std::string trace_id;
  std::string parent_id;
};

// None where the header is not of the form: then it counts as not sent, as the standard has it.
std::optional<TraceContext> ParseTraceparent(std::string_view header);

}  // namespace usher::observe
