// Contexts: servers by names of the user's own, with how to reach them.
//
//   current = "prod"
//
//   [contexts.prod]
//   server = "usher.example:7600"
//   tls-ca = "/etc/usher/ca.pem"
//   token-file = "/home/ann/prod.token"
//
// The file is for people to edit, too. It has no secrets, only the paths of files that have them;
// relative ones are meant from its own directory. What stands in it and is not known is an error
// that names file and line, never passed over. One thread; two programs that write at once leave
// what the later one wrote, whole.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace usher::cli {

struct SavedContext {
  std::string server;
  bool tls = false;
  // Paths; empty where there is none.
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::string token_file;
  // Of times that are shown; empty for each account's own.
  std::string zone;
  // Where each key stands in the file.
  std::map<std::string, unsigned> lines;
};

struct Contexts {
  // The one that is used where nothing else is said; empty where none is.
  std::string current;
  std::map<std::string, SavedContext> contexts;
  unsigned current_line = 0;

  const SavedContext* Find(const std::string& name) const;
};

inline constexpr size_t kContextNameLengthMax = 63;

// Letters, digits, dots, dashes and underscores.
bool IsContextName(std::string_view text);

// $XDG_CONFIG_HOME/usher/contexts.toml, below ~/.config where it is unset; empty where there is
// no home directory either.
std::string ContextsPath();

// What the file says; nothing where there is none. INVALID_ARGUMENT with "FILE:LINE: ..." where it
// is malformed, and where it can't be read.
absl::StatusOr<Contexts> ReadContexts(const std::string& path);

// Writes a new file with mode 0600 and puts it into the place of the old one; directories that are
// missing are made for the user alone. Comments of the old file are lost.
absl::Status WriteContexts(const std::string& path, const Contexts& contexts);

}  // namespace usher::cli
