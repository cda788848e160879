#include "client/cli/context.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "client/cli/advice.h"
#include "client/cli/names.h"
#include "google/protobuf/util/json_util.h"

namespace usher::cli {

namespace {

using google::protobuf::FieldDescriptor;

// What the answer has of a list that comes page by page.
constexpr char kNextPageToken[] = "next_page_token";

// The repeated field of a list's answer; null where there is none.
const FieldDescriptor* ListedIn(const google::protobuf::Descriptor& type) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->is_repeated() && field->type() == FieldDescriptor::TYPE_MESSAGE) return field;
  }
  return nullptr;
}

}  // namespace

Context::Context(Client client, std::string server, TokenOrigin token_origin, OutputFormat format,
                 std::string zone, Streams streams)
    : client_(std::move(client)),
      server_(std::move(server)),
      token_origin_(std::move(token_origin)),
      format_(format),
      zone_(std::move(zone)),
      streams_(std::move(streams)) {}

ExitCode Context::Fail(const Error& error, std::string_view about) {
  // A server that did not answer is not asked for a zone.
  const bool reached = !error.reason_name.empty();
  const Times times = reached ? TimesOf(about) : Times("UTC", absl::Now());
  const FailedCommand command = {std::string(about), server_, client_.options().tls, token_origin_};
  for (const std::string& line : Explain(error, command, times)) {
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

void Context::Print(const Table& table) {
  table.Print(streams_.out, look(), streams_.out_is_terminal ? streams_.out_width : 0);
}

void Context::Print(const Facts& facts) { facts.Print(streams_.out, look()); }

ExitCode Context::PrintJson(const google::protobuf::Message& message) {
  if (format_ != OutputFormat::kJsonLines) return PrintDocument(message, /*whitespace=*/true);
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  const FieldDescriptor* token = type.FindFieldByName(kNextPageToken);
  // A list that always comes whole has nothing else.
  const bool is_list = token != nullptr || (type.field_count() == 1 && ListedIn(type) != nullptr);
  if (!is_list) return PrintLine(message);
  const ExitCode code = PrintLines(message);
  if (token != nullptr && !message.GetReflection()->GetString(message, token).empty()) {
    Note("There are more: raise --limit to see them.");
  }
  return code;
}

ExitCode Context::PrintJson(const JsonObject& object) {
  if (format_ == OutputFormat::kJsonLines) return PrintLine(object);
  streams_.out << object.ToString(/*whitespace=*/true);
  return ExitCode::kOk;
}

ExitCode Context::PrintLine(const JsonObject& object) {
  streams_.out << object.ToString(/*whitespace=*/false) << '\n';
  return ExitCode::kOk;
}

ExitCode Context::PrintLine(const google::protobuf::Message& message) {
  return PrintDocument(message, /*whitespace=*/false);
}

ExitCode Context::PrintLines(const google::protobuf::Message& page) {
  const google::protobuf::Reflection& reflection = *page.GetReflection();
  const FieldDescriptor* list = ListedIn(*page.GetDescriptor());
  const int count = list == nullptr ? 0 : reflection.FieldSize(page, list);
  for (int i = 0; i < count; ++i) {
    const ExitCode code = PrintLine(reflection.GetRepeatedMessage(page, list, i));
    if (code != ExitCode::kOk) return code;
  }
  return ExitCode::kOk;
}

ExitCode Context::PrintDocument(const google::protobuf::Message& message, bool whitespace) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = whitespace;
  // A reader of the document finds every field, also where it is 0 or false.
  options.always_print_primitive_fields = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) {
    Note(absl::StrCat("usher: The answer has no JSON form: ", status.ToString()));
    return ExitCode::kOther;
  }
  streams_.out << text << (whitespace ? "" : "\n");
  return ExitCode::kOk;
}

absl::Time Context::InstantOf(const When& when, std::string_view name) {
  return when.InstantOf(when.needs_zone() ? TimesOf(name) : Times("UTC", absl::Now()));
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
