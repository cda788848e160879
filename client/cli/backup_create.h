// usher backup create: takes a backup from the server and leaves it in a file, whole and checked,
// or not at all. One thread.
#pragma once

#include <string>

#include "client/cli/context.h"

namespace usher::cli {

struct BackupCreateOptions {
  std::string file;
  // Takes the place of a file that is there.
  bool force = false;
};

ExitCode CreateBackup(Context& context, const BackupCreateOptions& options);

}  // namespace usher::cli
