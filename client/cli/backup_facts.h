// What `usher backup` tells of a file. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "client/cli/context.h"
#include "storage/offline/backup_file.h"

namespace usher::cli {

struct BackupReport {
  std::string file;
  // None where this program is older than what made it.
  std::optional<storage::BackupFacts> facts;
  // Of the file's bytes, in hexadecimal digits.
  std::string sha256;
  // Known only to who has just made it.
  std::optional<absl::Time> snapshot_time;
  // Of a restored one: where it is now, and where that which was there before is.
  std::string data_dir;
  std::string moved_to;
};

ExitCode PrintReport(Context& context, const BackupReport& report);

// Tells what went wrong with a file or directory of this machine; `status` is a sentence.
ExitCode FailLocally(Context& context, const absl::Status& status);

}  // namespace usher::cli
