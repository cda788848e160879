#include "observe/log.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "spdlog/formatter.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace usher::observe {
namespace {

// Of the line that this thread is writing: spdlog carries a message only.
thread_local std::span<const LogField> fields_of_line;

class LineFormatter final : public spdlog::formatter {
 public:
  explicit LineFormatter(LogFormat format) : format_(format) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const auto level = spdlog::level::to_string_view(message.level);
    const std::string line = Render({.time = absl::FromChrono(message.time),
                                     .level = {level.data(), level.size()},
                                     .message = {message.payload.data(), message.payload.size()},
                                     .fields = fields_of_line},
                                    format_);
    out.append(line.data(), line.data() + line.size());
    out.push_back('\n');
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<LineFormatter>(format_);
  }

 private:
  const LogFormat format_;
};

spdlog::level::level_enum LevelOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

spdlog::string_view_t Spdlog(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

void StartLog(const LogOptions& options) {
  auto logger =
      std::make_shared<spdlog::logger>("usherd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_formatter(std::make_unique<LineFormatter>(options.format));
  logger->set_level(LevelOf(options.level));
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
}

bool LogsAt(LogLevel level) { return spdlog::default_logger_raw()->should_log(LevelOf(level)); }

void Log(LogLevel level, std::string_view message, std::span<const LogField> fields) {
  fields_of_line = fields;
  spdlog::default_logger_raw()->log(LevelOf(level), Spdlog(message));
  fields_of_line = {};
}

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  Log(level, message, std::span<const LogField>(fields.begin(), fields.size()));
}

void LogFatal(std::string_view message) {
  spdlog::default_logger_raw()->log(spdlog::level::critical, Spdlog(message));
  spdlog::default_logger_raw()->flush();
}

}  // namespace usher::observe
