#include "observe/trace_context.h"

#include <cstddef>

namespace usher::observe {
namespace {

// "00-" trace_id "-" parent_id "-" flags
constexpr size_t kTraceIdAt = 3;
constexpr size_t kTraceIdLength = 32;
constexpr size_t kParentIdAt = 36;
constexpr size_t kParentIdLength = 16;
constexpr size_t kFlagsAt = 53;
constexpr size_t kLength = 55;

bool IsHex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool IsZero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

std::optional<TraceContext> ParseTraceparent(std::string_view header) {
  if (header.size() < kLength) return std::nullopt;
  const std::string_view version = header.substr(0, 2);
  const std::string_view trace_id = header.substr(kTraceIdAt, kTraceIdLength);
  const std::string_view parent_id = header.substr(kParentIdAt, kParentIdLength);
  const bool dashes = header[kTraceIdAt - 1] == '-' && header[kParentIdAt - 1] == '-' &&
                      header[kFlagsAt - 1] == '-';
  if (!dashes || !IsHex(version) || !IsHex(trace_id) || !IsHex(parent_id) ||
      !IsHex(header.substr(kFlagsAt, 2))) {
    return std::nullopt;
  }
  if (version == "ff" || IsZero(trace_id) || IsZero(parent_id)) return std::nullopt;
  // A later version may say more, behind another dash.
  if (header.size() > kLength && (version == "00" || header[kLength] != '-')) return std::nullopt;
  return TraceContext{std::string(trace_id), std::string(parent_id)};
}

}  // namespace usher::observe
