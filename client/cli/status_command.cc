// usher status
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/words.h"

namespace usher::cli {
namespace {

struct StatusOptions {};

Facts FactsOf(const v1::GetStatusResponse& status, const Times& times) {
  Facts facts;
  facts.Add("Server", absl::StrCat("usherd ", status.version()));
  const absl::Time start = FromProto(status.start_time());
  facts.Add("Serves since",
            absl::StrCat(times.AtWithZone(start), " (", times.Distance(start), ")"));
  std::string store = status.store();
  if (status.schema_version() > 0) {
    absl::StrAppend(&store, ", schema version ", status.schema_version());
  }
  facts.Add("Store", store);
  facts.Add("Database", status.database_id());
  facts.Add("Journal from", status.has_oldest_record_time()
                                ? times.AtWithZone(FromProto(status.oldest_record_time()))
                                : std::string("no event yet"));
  // The rest is told to operators only; no database is empty.
  if (status.store_bytes() == 0) return facts;
  facts.Add("Size", absl::StrCat(Bytes(status.store_bytes()), "; ", Bytes(status.disk_free_bytes()),
                                 " of the disk are free"));
  facts.Add("Live sessions", Grouped(status.live_sessions()));
  facts.Add("Online phones", Grouped(status.online_phones()));
  facts.Add("Active calls", Grouped(status.active_calls()));
  return facts;
}

ExitCode Status(Context& context, const StatusOptions& /*options*/) {
  const Result<v1::GetStatusResponse> response = context.client().GetStatus(v1::GetStatusRequest());
  if (!response.ok()) return context.Fail(response.error());
  if (context.json()) return context.PrintJson(*response);
  context.Print(FactsOf(*response, context.TimesOf("")));
  return ExitCode::kOk;
}

}  // namespace

void AddStatusCommand(Commands& commands) {
  auto options = std::make_shared<StatusOptions>();
  CLI::App* command = AddCommand(commands.root, "status",
                                 "Shows what serves, since when, and on what data. With an "
                                 "operator's token also how much of it, and what is live",
                                 {"usher status", "usher status -o json"});
  OnSelected(commands, command, options, Status);
}

}  // namespace usher::cli
