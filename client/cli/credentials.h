// Credentials: where `usher` takes its token from.
//
// The first of these that there is: the file that the command line names; USHER_TOKEN; the file
// that the context names; where the server is on this machine, the operator's token that usherd
// left in its data directory. One thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace usher::cli {

inline constexpr char kTokenVariable[] = "USHER_TOKEN";

// A file with a token and what names it, for whoever wonders: "--token-file". No path where none is
// named.
struct TokenFile {
  std::string path;
  std::string named_by;
};

// The token; empty where there is none. INVALID_ARGUMENT where a file that is named has none.
absl::StatusOr<std::string> FindToken(const std::string& server, const TokenFile& given,
                                      const TokenFile& saved);

// Whether an address HOST:PORT is on this machine, as far as its name says.
bool IsLocal(std::string_view server);

// Where a server on this machine may have left the operator's token: in its data directory below
// the working directory, or where the package keeps it.
std::vector<std::string> LocalTokenFiles();

}  // namespace usher::cli
