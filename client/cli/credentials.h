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

// A file with a token and what names it: "--token-file", or where in which file that stands. No
// path where none is named.
struct TokenFile {
  std::string path;
  std::string named_by;
};

// Where a token comes from, for a sentence.
struct TokenOrigin {
  // "USHER_TOKEN", "--token-file prod.token"; empty where no token was found.
  std::string source;
  // A file that should have one and that this user may not read; empty where there is none.
  std::string unreadable;
};

struct FoundToken {
  // Empty where there is none.
  std::string secret;
  TokenOrigin origin;
};

// The token for `server`; `saved` is of the context `context`. INVALID_ARGUMENT where a file that
// is named has none.
absl::StatusOr<FoundToken> FindToken(const std::string& server, const TokenFile& given,
                                     const TokenFile& saved, const std::string& context);

// What is said where the server refuses the token, or wants one; and what helps.
std::string TokenRefused(const TokenOrigin& origin);
std::string TokenHint(const TokenOrigin& origin);

// Whether an address HOST:PORT is on this machine, as far as its name says.
bool IsLocal(std::string_view server);

// Where a server on this machine may have left the operator's token: in its data directory below
// the working directory, or where the package keeps it.
std::vector<std::string> LocalTokenFiles();

}  // namespace usher::cli
