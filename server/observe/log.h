// The log of the process: lines on standard error, for people or as JSON.
//
// Threading: Start once, before other threads; the rest any thread. A line is written before Log
// returns, so nothing that happens for every login may be logged at info or above.
#pragma once

#include <initializer_list>
#include <string_view>

#include "observe/log_line.h"

namespace usher::observe {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogOptions {
  LogFormat format = LogFormat::kText;
  // Lines below it are not written.
  LogLevel level = LogLevel::kInfo;
};

// Until then nothing but spdlog's own default stands behind Log.
void StartLog(const LogOptions& options);

bool LogsAt(LogLevel level);
void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});
void Log(LogLevel level, std::string_view message, std::span<const LogField> fields);

// Whatever the level: the process ends behind it.
void LogFatal(std::string_view message);

}  // namespace usher::observe
