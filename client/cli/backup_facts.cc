#include "client/cli/backup_facts.h"

#include "absl/strings/str_cat.h"
#include "client/cli/json.h"
#include "client/cli/times.h"
#include "client/cli/words.h"
#include "google/protobuf/util/time_util.h"

namespace usher::cli {
namespace {

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

void AddIfAny(JsonObject& json, const std::string& name, const std::string& value) {
  if (!value.empty()) json.AddText(name, value);
}

// As the API has it.
std::string Rfc3339(absl::Time time) {
  return google::protobuf::util::TimeUtil::ToString(ToProto(time));
}

JsonObject JsonOf(const BackupReport& report) {
  JsonObject json;
  AddIfAny(json, "file", report.file);
  AddIfAny(json, "sha256", report.sha256);
  AddIfAny(json, "dataDir", report.data_dir);
  AddIfAny(json, "movedTo", report.moved_to);
  if (report.snapshot_time.has_value()) {
    json.AddText("snapshotTime", Rfc3339(*report.snapshot_time));
  }
  if (!report.facts.has_value()) return json;
  const storage::BackupFacts& file = *report.facts;
  json.AddNumber("bytes", file.bytes)
      .AddText("databaseId", file.database_id)
      .AddNumber("schemaVersion", file.schema_version)
      .AddNumber("accounts", file.accounts)
      .AddNumber("applications", file.applications)
      .AddNumber("licenses", file.licenses);
  if (file.latest_record_time != absl::InfinitePast()) {
    json.AddText("lastRecordTime", Rfc3339(file.latest_record_time));
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
