#include "tools/bench/scale/scale_text.h"

#include <cstddef>
#include <cstdint>
#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace usher::bench {
namespace {

constexpr double kMib = 1024.0 * 1024.0;

// 1234567.8 as 1,234,568.
std::string Grouped(double value) {
  std::string text = absl::StrFormat("%.0f", value);
  for (int at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<size_t>(at), ",");
  }
  return text;
}

std::string Millis(double value) {
  return value == 0 ? "" : absl::StrFormat(value < 10 ? "%.2f ms" : "%.0f ms", value);
}

// "1 M in 1,000", which are licenses in applications.
std::string Titled(const v1::SizeFigures& size) {
  constexpr int64_t kMillion = 1'000'000;
  const std::string licenses = size.licenses() % kMillion == 0
                                   ? absl::StrCat(size.licenses() / kMillion, " M")
                                   : Grouped(static_cast<double>(size.licenses()));
  return absl::StrCat(licenses, " in ", Grouped(static_cast<double>(size.applications())));
}

using Figure = std::function<std::string(const v1::SizeFigures&)>;

void AppendRow(const v1::ScaleReport& report, const char* label, const Figure& figure,
               const char* target, std::string& text) {
  std::string row = absl::StrFormat("  %-32s", label);
  for (const v1::SizeFigures& size : report.sizes()) {
    absl::StrAppendFormat(&row, " %16s", figure(size));
  }
  absl::StrAppend(&row, "  ", target);
  row.erase(row.find_last_not_of(' ') + 1);
  absl::StrAppend(&text, row, "\n");
}

std::string BytesPerSession(const v1::SizeFigures& size) {
  // Where most licenses have no session, theirs is most of the memory.
  if (size.licenses() != size.agents()) return "";
  return absl::StrFormat(
      "%.0f", static_cast<double>(size.memory_bytes()) / static_cast<double>(size.agents()));
}

std::string RatioOf(const v1::SizeFigures& size) {
  return size.rate_ratio() == 0 ? "" : absl::StrFormat("%.2f", size.rate_ratio());
}

std::string RatioRangeOf(const v1::SizeFigures& size) {
  if (size.rate_ratio() == 0) return "";
  return absl::StrFormat("%.2f to %.2f", size.rate_ratio_low(), size.rate_ratio_high());
}

void AppendSizes(const v1::ScaleReport& report, std::string& text) {
  const auto row = [&](const char* label, const Figure& figure, const char* target = "") {
    AppendRow(report, label, figure, target, text);
  };
  row(
      "", [](const auto& size) { return Titled(size); }, "to reach");
  row("agents logged in",
      [](const auto& size) { return Grouped(static_cast<double>(size.agents())); });
  row("database, MiB",
      [](const auto& size) { return Grouped(static_cast<double>(size.database_bytes()) / kMib); });
  row(
      "start to the first login", [](const auto& size) { return Millis(size.start_ms()); },
      "<= 1,000 ms");
  row("  to all sessions loaded", [](const auto& size) { return Millis(size.all_loaded_ms()); });
  row("first login of an application",
      [](const auto& size) { return Millis(size.first_touch().p50_ms()); });
  row("  p99", [](const auto& size) { return Millis(size.first_touch().p99_ms()); });
  row("  the next login", [](const auto& size) { return Millis(size.loaded_login().p50_ms()); });
  row("memory, MiB",
      [](const auto& size) { return Grouped(static_cast<double>(size.memory_bytes()) / kMib); });
  row("  of a license at work, bytes", BytesPerSession, "<= 400");
  row("logins/s", [](const auto& size) { return Grouped(size.logins_per_second()); });
  row("  by those of the first", RatioOf, ">= 0.9");
  row("  95 % sure", RatioRangeOf);
}

void AppendStorm(const v1::StormFigures& storm, std::string& text) {
  absl::StrAppendFormat(
      &text,
      "\n%s agents of an application of %s licenses log in at once, over %d connections\n"
      "  %-32s %16s  <= 3 s\n  %-32s %16s  <= 3 s\n  %-32s %16s\n  %-32s %16s\n",
      Grouped(static_cast<double>(storm.agents())), Grouped(static_cast<double>(storm.licenses())),
      storm.connections(), "all in, each binding a license",
      absl::StrFormat("%.2f s", storm.first_logins_seconds()), "all in again, taking over",
      absl::StrFormat("%.2f s", storm.logins_again_seconds()), "first login, nobody at work",
      Millis(storm.first_touch_ms()), "first login, all at work",
      Millis(storm.first_touch_at_work_ms()));
  absl::StrAppendFormat(&text,
                        "  While the application is loaded, a login in another one takes %s (p50), "
                        "%s at most.\n",
                        Millis(storm.bystander().p50_ms()), Millis(storm.bystander().max_ms()));
}

void AppendIdle(const v1::ScaleReport& report, std::string& text) {
  absl::StrAppendFormat(&text, "\nNobody calls\n  %-32s %16s %16s\n", "live sessions", "of a core",
                        "wake-ups/s");
  for (const v1::IdleFigures& idle : report.idle()) {
    absl::StrAppendFormat(&text, "  %-32s %16s %16s  < 0.1 %%\n",
                          Grouped(static_cast<double>(idle.live_sessions())),
                          absl::StrFormat("%.3f %%", idle.cpu_share_percent()),
                          absl::StrFormat("%.1f", idle.wake_ups_per_second()));
  }
}

}  // namespace

std::string ToText(const v1::ScaleReport& report) {
  std::string text = absl::StrFormat("usher-bench-scale: %s, %d cores, client and server on them\n",
                                     report.machine().kernel(), report.machine().cores());
  if (!report.machine().release_build()) {
    text += "This is not a release build: its figures tell nothing about Usher.\n";
  }
  text += "\nLicenses in so many applications; times are medians, that of the start the longest\n";
  AppendSizes(report, text);
  if (report.has_storm()) AppendStorm(report.storm(), text);
  if (report.idle_size() > 0) AppendIdle(report, text);
  text += "\nSessions were compared with the logins that were acknowledged: none is missing.\n";
  return text;
}

}  // namespace usher::bench
