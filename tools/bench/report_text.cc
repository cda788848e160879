#include "tools/bench/report_text.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/util/json_util.h"

namespace usher::bench {
namespace {

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

void AppendSeries(const v1::Series& series, std::string& text) {
  const v1::Spread& rate = series.rate_per_second();
  const v1::Latency& latency = series.latency();
  absl::StrAppendFormat(
      &text, "  %-12s %9s %19s %9s %9s %9s %9s", series.name(), Grouped(rate.median()),
      absl::StrCat(Grouped(rate.low()), " - ", Grouped(rate.high())), Grouped(latency.p50()),
      Grouped(latency.p99()), Grouped(latency.p999()), Grouped(latency.max()));
  if (series.client_cpu_us() > 0) {
    absl::StrAppendFormat(&text, " %8.1f %8.1f", series.client_cpu_us(), series.server_cpu_us());
  }
  text += "\n";
}

void AppendLevel(const v1::Level& level, std::string& text) {
  absl::StrAppendFormat(&text, "\n%d in flight\n", level.in_flight());
  absl::StrAppendFormat(&text, "  %-12s %9s %19s %9s %9s %9s %9s %8s %8s\n", "", "calls/s",
                        "over the rounds", "p50 us", "p99 us", "p99.9 us", "max us", "client",
                        "server");
  for (const v1::Series& series : level.series()) AppendSeries(series, text);
  for (const v1::Ratio& ratio : level.ratios()) {
    absl::StrAppendFormat(&text, "  %-28s %6.3f  (%.3f - %.3f, %.0f %% sure)\n", ratio.name(),
                          ratio.spread().median(), ratio.spread().low(), ratio.spread().high(),
                          100 * ratio.spread().confidence());
  }
}

}  // namespace

std::string ToText(const v1::Report& report) {
  std::string text;
  AppendHead(report, text);
  for (const v1::Level& level : report.levels()) AppendLevel(level, text);
  const v1::Verification& verification = report.verification();
  absl::StrAppendFormat(&text,
                        "\nVerified: %s logins acknowledged, %s session ids given, %s live "
                        "sessions, one for each agent.\n"
                        "Columns client and server: processor time per call in us.\n",
                        Grouped(static_cast<double>(verification.acknowledged_logins())),
                        Grouped(static_cast<double>(verification.session_ids_given())),
                        Grouped(verification.live_sessions()));
  return text;
}

absl::Status WriteJson(const v1::Report& report, const std::string& path) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(report, &json, options);
  if (!status.ok()) return absl::InternalError(status.ToString());
  std::ofstream file(path, std::ios::trunc);
  file << json << "\n";
  file.close();
  if (!file) return absl::UnavailableError(absl::StrCat("cannot write ", path));
  return absl::OkStatus();
}

}  // namespace usher::bench
