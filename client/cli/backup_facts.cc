#include "client/cli/backup_facts.h"

#include "absl/strings/str_cat.h"
#include "client/cli/words.h"
#include "google/protobuf/struct.pb.h"

namespace usher::cli {
namespace {

using google::protobuf::Struct;

Facts FactsOf(const BackupReport& report, const Times& times) {
  Facts facts;
  facts.Add(report.data_dir.empty() ? "File" : "Backup", report.file);
  if (!report.data_dir.empty()) facts.Add("Restored to", report.data_dir);
  if (!report.moved_to.empty()) facts.Add("Before", report.moved_to);
  if (report.facts.has_value()) facts.Add("Size", Bytes(report.facts->bytes));
  if (!report.sha256.empty()) facts.Add("SHA-256", report.sha256);
  if (report.snapshot_time.has_value()) {
    facts.Add("Has all up to", times.AtSecondWithZone(*report.snapshot_time));
  }
  if (!report.facts.has_value()) return facts;
  const storage::BackupFacts& file = *report.facts;
  facts.Add("Last event", file.latest_record_time == absl::InfinitePast()
                              ? std::string("none")
                              : times.AtSecondWithZone(file.latest_record_time));
  facts.Add("Database", file.database_id);
  facts.Add("Schema version", absl::StrCat(file.schema_version));
  facts.Add("Holds", absl::StrCat(Count(file.accounts, "account"), ", ",
                                  Count(file.applications, "application"), ", ",
                                  Count(file.licenses, "license")));
  return facts;
}

void Set(Struct& json, const std::string& name, const std::string& value) {
  if (!value.empty()) (*json.mutable_fields())[name].set_string_value(value);
}

void Set(Struct& json, const std::string& name, int64_t value) {
  (*json.mutable_fields())[name].set_number_value(static_cast<double>(value));
}

std::string Rfc3339(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone());
}

Struct JsonOf(const BackupReport& report) {
  Struct json;
  Set(json, "file", report.file);
  Set(json, "sha256", report.sha256);
  Set(json, "dataDir", report.data_dir);
  Set(json, "movedTo", report.moved_to);
  if (report.snapshot_time.has_value()) Set(json, "snapshotTime", Rfc3339(*report.snapshot_time));
  if (!report.facts.has_value()) return json;
  Set(json, "bytes", report.facts->bytes);
  Set(json, "databaseId", report.facts->database_id);
  Set(json, "schemaVersion", report.facts->schema_version);
  Set(json, "accounts", report.facts->accounts);
  Set(json, "applications", report.facts->applications);
  Set(json, "licenses", report.facts->licenses);
  if (report.facts->latest_record_time != absl::InfinitePast()) {
    Set(json, "lastRecordTime", Rfc3339(report.facts->latest_record_time));
  }
  return json;
}

ExitCode CodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
      return ExitCode::kConflict;
    default:
      return ExitCode::kOther;
  }
}

}  // namespace

ExitCode PrintReport(Context& context, const BackupReport& report) {
  if (context.json()) return context.PrintJson(JsonOf(report));
  context.Print(FactsOf(report, context.TimesOf("")));
  return ExitCode::kOk;
}

ExitCode FailLocally(Context& context, const absl::Status& status) {
  context.Note(absl::StrCat("usher: ", status.message()));
  return CodeOf(status);
}

}  // namespace usher::cli
