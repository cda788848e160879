#include "client/cli/context.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "client/cli/advice.h"
#include "client/cli/names.h"
#include "google/protobuf/util/json_util.h"

namespace usher::cli {

Context::Context(Client client, std::string server, OutputFormat format, std::string zone,
                 Streams streams)
    : client_(std::move(client)),
      server_(std::move(server)),
      format_(format),
      zone_(std::move(zone)),
      streams_(std::move(streams)) {}

ExitCode Context::Fail(const Error& error, std::string_view about) {
  // A server that did not answer is not asked for a zone.
  const bool reached = !error.reason_name.empty();
  const Times times = reached ? TimesOf(about) : Times("UTC", absl::Now());
  for (const std::string& line : Explain(error, {std::string(about), server_}, times)) {
    Note(line);
  }
  return ExitCodeOf(error);
}

ExitCode Context::FailUsage(std::string_view message) {
  Note(absl::StrCat("usher: ", std::string(message)));
  return ExitCode::kUsage;
}

void Context::Note(std::string_view line) { streams_.err << line << '\n'; }

ExitCode Context::PrintList(const Table& table, std::string_view plural,
                            std::string_view next_page_token) {
  if (table.empty()) {
    Note(absl::StrCat("No ", std::string(plural), "."));
  } else {
    Print(table);
  }
  if (!next_page_token.empty()) {
    Note(absl::StrCat("There are more ", std::string(plural), ": raise --limit to see them."));
  }
  return ExitCode::kOk;
}

void Context::Print(const Table& table) { table.Print(streams_.out, look()); }

void Context::Print(const Facts& facts) { facts.Print(streams_.out, look()); }

ExitCode Context::PrintJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  // A reader of the document finds every field, also where it is 0 or false.
  options.always_print_primitive_fields = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) {
    Note(absl::StrCat("usher: The answer has no JSON form: ", status.ToString()));
    return ExitCode::kOther;
  }
  streams_.out << text;
  return ExitCode::kOk;
}

Times Context::TimesOf(std::string_view name) {
  if (!zone_.empty()) return {zone_, absl::Now()};
  const std::string account = AccountOf(name);
  auto zone = zones_.find(account);
  if (zone == zones_.end()) {
    std::string found;
    if (!account.empty()) {
      v1::GetAccountRequest request;
      request.set_name(account);
      const Result<v1::GetAccountResponse> response = client_.GetAccount(request);
      if (response.ok()) found = response->account().time_zone();
    }
    zone = zones_.emplace(account, found).first;
  }
  return {zone->second, absl::Now()};
}

Times Context::TimesOf(const v1::Account& account) {
  return {zone_.empty() ? account.time_zone() : zone_, absl::Now()};
}

}  // namespace usher::cli
