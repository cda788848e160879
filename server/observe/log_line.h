// A line of the log, as text for people or as a JSON object for programs. Pure functions, any
// thread.
//
// Whatever the values hold, a line is one line: control characters are escaped, and bytes that are
// no UTF-8 become U+FFFD.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace usher::observe {

enum class LogFormat { kText, kJson };

// What a line tells beside its sentence; `key` is a word of a-z and _.
struct LogField {
  std::string_view key;
  std::string value;
};

struct LogLine {
  absl::Time time;
  // "info"
  std::string_view level;
  std::string_view message;
  std::span<const LogField> fields;
};

// 2026-11-29T07:00:00.123Z info usherd stops signal=SIGTERM
// {"time":"2026-11-29T07:00:00.123Z","level":"info","message":"usherd stops","signal":"SIGTERM"}
std::string Render(const LogLine& line, LogFormat format);

}  // namespace usher::observe
