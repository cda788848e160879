#include "tools/bench/report_text.h"

#include <cmath>
#include <map>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace usher::bench {
namespace {

constexpr double kGroupedFrom = 1000;
constexpr int64_t kCallsPerSyncMax = 10'000;

// 1234567.8 as 1,234,568.
std::string Grouped(double value) {
  std::string text = absl::StrFormat("%.0f", value);
  for (int at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<size_t>(at), ",");
  }
  return text;
}

void AppendHead(const v1::Report& report, std::string& text) {
  absl::StrAppendFormat(
      &text,
      "usher-bench: %d agents, %d rounds of %g s, %d connections, %d client threads\n"
      "A login's request has %d bytes, its answer %d; the echo has as many.\n"
      "%s, %d cores, client and server on them.\n",
      report.agents(), report.rounds(), report.round_seconds(), report.connections(),
      report.client_threads(), report.request_bytes(), report.response_bytes(),
      report.machine().kernel(), report.machine().cores());
  if (!report.machine().release_build()) {
    text += "This is not a release build: its figures tell nothing about Usher.\n";
  }
}

void AppendHeadOfSeries(std::string_view rate, std::string& text) {
  absl::StrAppendFormat(&text, "  %-13s %9s %19s %8s %9s %9s %9s %8s %8s %10s\n", "",
                        std::string(rate), "over the rounds", "p50 us", "p99 us", "p99.9 us",
                        "max us", "client", "server", "calls/sync");
}

void AppendSeries(const v1::Series& series, std::string& text) {
  const v1::Spread& rate = series.rate_per_second();
  const v1::Latency& latency = series.latency();
  absl::StrAppendFormat(
      &text, "  %-13s %9s %19s %8s %9s %9s %9s", series.name(), Grouped(rate.median()),
      absl::StrCat(Grouped(rate.low()), " - ", Grouped(rate.high())), Grouped(latency.p50()),
      Grouped(latency.p99()), Grouped(latency.p999()), Grouped(latency.max()));
  if (series.client_cpu_us() > 0) {
    absl::StrAppendFormat(&text, " %8.1f %8.1f", series.client_cpu_us(), series.server_cpu_us());
  }
  // The server syncs now and then by itself.
  if (series.syncs() * kCallsPerSyncMax > series.calls_in_all()) {
    absl::StrAppendFormat(
        &text, " %10.1f",
        static_cast<double>(series.calls_in_all()) / static_cast<double>(series.syncs()));
  }
  text += "\n";
}

// Four digits: 0.1234, 12.34, 2,345,678.
std::string Digits(double value) {
  const double size = std::abs(value);
  if (size >= kGroupedFrom) return Grouped(value);
  return absl::StrFormat("%.*f", size < 1 ? 3 : size < 10 ? 2 : 1, value);
}

std::string ToText(const v1::Ratio& ratio) {
  std::string text = absl::StrFormat("%5s (%s - %s)", Digits(ratio.spread().median()),
                                     Digits(ratio.spread().low()), Digits(ratio.spread().high()));
  if (!ratio.has_target()) return text;
  const double wanted = ratio.target().value();
  absl::StrAppend(&text, ratio.target().at_most() ? " wanted <= " : " wanted ",
                  wanted < kGroupedFrom ? absl::StrCat(wanted) : Grouped(wanted));
  return text;
}

// Those that a row of the table below shows are taken out of `left`.
std::string Take(const std::string& name, std::map<std::string, std::string>& left) {
  const auto found = left.extract(name);
  return found.empty() ? "" : found.mapped();
}

void AppendRatios(const v1::Level& level, std::string& text) {
  if (level.ratios().empty()) return;
  std::map<std::string, std::string> left;
  for (const v1::Ratio& ratio : level.ratios()) left.emplace(ratio.name(), ToText(ratio));
  absl::StrAppendFormat(
      &text, "  %-17s %-34s %-22s%s\n",
      absl::StrFormat("ratios, %.0f %% sure", 100 * level.ratios(0).spread().confidence()),
      "rate / echo", "rate / fdatasync",
      level.in_flight() == 1 ? "(p50 - echo's) / fdatasync" : "");
  for (const v1::Series& series : level.series()) {
    const std::string echo = Take(absl::StrCat(series.name(), " / echo"), left);
    const std::string disk = Take(absl::StrCat(series.name(), " / fdatasync"), left);
    const std::string excess = Take(absl::StrCat("(", series.name(), " - echo) / fdatasync"), left);
    if (echo.empty() && disk.empty()) continue;
    absl::StrAppendFormat(&text, "  %-17s %-34s %-22s%s", series.name(), echo, disk, excess);
    absl::StripTrailingAsciiWhitespace(&text);
    text += "\n";
  }
  for (const v1::Ratio& ratio : level.ratios()) {
    const std::string other = Take(ratio.name(), left);
    if (!other.empty()) absl::StrAppendFormat(&text, "  %-26s %s\n", ratio.name(), other);
  }
}

void AppendLevel(const v1::Level& level, std::string& text) {
  absl::StrAppendFormat(&text, "\n%d in flight\n", level.in_flight());
  AppendHeadOfSeries("calls/s", text);
  for (const v1::Series& series : level.series()) AppendSeries(series, text);
  AppendRatios(level, text);
}

void AppendOpenLoop(const v1::OpenLoop& open, std::string& text) {
  absl::StrAppendFormat(&text, "\n%s at %s calls/s, ", open.workload(),
                        Grouped(open.rate_per_second()));
  if (open.share_of_peak() > 0) {
    absl::StrAppendFormat(&text, "%g of its best rate above, ", open.share_of_peak());
  }
  absl::StrAppendFormat(&text, "for %g s a round; Poisson arrivals, latency from the arrival\n",
                        open.round_seconds());
  AppendHeadOfSeries("served/s", text);
  for (const v1::Series& series : open.series()) AppendSeries(series, text);
  for (const v1::Series& series : open.series()) {
    if (!series.has_send_delay()) continue;
    absl::StrAppendFormat(&text,
                          "  %s: sent %s us after its arrival (p50), %s (p99), %s (p99.9); %d of "
                          "%s held back; %d checkpoints\n",
                          series.name(), Grouped(series.send_delay().p50()),
                          Grouped(series.send_delay().p99()), Grouped(series.send_delay().p999()),
                          series.held_back(), Grouped(static_cast<double>(series.calls())),
                          series.checkpoints());
  }
  for (const v1::Ratio& ratio : open.ratios()) {
    absl::StrAppendFormat(&text, "  %-26s %s\n", ratio.name(), ToText(ratio));
  }
}

}  // namespace

std::string ToText(const v1::Report& report) {
  std::string text;
  AppendHead(report, text);
  for (const v1::Level& level : report.levels()) AppendLevel(level, text);
  for (const v1::OpenLoop& open : report.open_loops()) AppendOpenLoop(open, text);
  const v1::Verification& verification = report.verification();
  absl::StrAppendFormat(&text,
                        "\nVerified: %s logins acknowledged, %s session ids given, %s live "
                        "sessions, each where it should be;\n"
                        "%s logouts, %s logins refused as they had to be.\n"
                        "Columns client and server: processor time per call in us.\n",
                        Grouped(static_cast<double>(verification.acknowledged_logins())),
                        Grouped(static_cast<double>(verification.session_ids_given())),
                        Grouped(verification.live_sessions()),
                        Grouped(static_cast<double>(verification.acknowledged_logouts())),
                        Grouped(static_cast<double>(verification.refused_logins())));
  return text;
}

}  // namespace usher::bench
