#include "client/cli/credentials.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace usher::cli {
namespace {

// The first line of a file; unset where it can't be read or has none.
std::optional<std::string> FirstLineOf(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line)) return std::nullopt;
  absl::StripAsciiWhitespace(&line);
  if (line.empty()) return std::nullopt;
  return line;
}

absl::StatusOr<FoundToken> TokenOf(const TokenFile& file, const std::string& source) {
  if (std::optional<std::string> token = FirstLineOf(file.path)) {
    return FoundToken{*std::move(token), {.source = source, .unreadable = ""}};
  }
  return absl::InvalidArgumentError(
      absl::StrCat(file.named_by, " ", file.path, " can't be read, or has no token."));
}

}  // namespace

bool IsLocal(std::string_view server) {
  const std::string host(server.substr(0, server.rfind(':')));
  return host == "localhost" || host == "[::1]" || absl::StartsWith(host, "127.");
}

std::vector<std::string> LocalTokenFiles() {
  return {"usher-data/operator.token", "/var/lib/usher/operator.token"};
}

absl::StatusOr<FoundToken> FindToken(const std::string& server, const TokenFile& given,
                                     const TokenFile& saved, const std::string& context) {
  if (!given.path.empty()) return TokenOf(given, absl::StrCat(given.named_by, " ", given.path));
  const char* variable = std::getenv(kTokenVariable);  // NOLINT(concurrency-mt-unsafe): one thread.
  if (variable != nullptr && *variable != '\0') {
    return FoundToken{variable, {.source = kTokenVariable, .unreadable = ""}};
  }
  if (!saved.path.empty()) {
    return TokenOf(saved, absl::StrCat("the context '", context, "', in ", saved.path));
  }
  FoundToken none;
  if (!IsLocal(server)) return none;
  for (const std::string& path : LocalTokenFiles()) {
    if (std::optional<std::string> token = FirstLineOf(path)) {
      const std::string source = absl::StrCat(path, ", which a server on this machine left");
      return FoundToken{*std::move(token), {.source = source, .unreadable = ""}};
    }
    if (access(path.c_str(), R_OK) != 0 && errno == EACCES) none.origin.unreadable = path;
  }
  return none;
}

std::string TokenRefused(const TokenOrigin& origin) {
  if (origin.source.empty()) return "The server wants a token, and none was found.";
  return absl::StrCat("The server does not accept the token of ", origin.source,
                      ": it is unknown there, revoked or expired.");
}

std::string TokenHint(const TokenOrigin& origin) {
  constexpr char kPlaces[] = "--token-file FILE, USHER_TOKEN or a context ('usher context set')";
  if (!origin.source.empty()) return absl::StrCat("Another one is given by ", kPlaces);
  return absl::StrCat("It is given by ", kPlaces, "; the server's first one is in ",
                      origin.unreadable.empty()
                          ? "operator.token in its data directory"
                          : absl::StrCat(origin.unreadable, ", which you may not read"));
}

}  // namespace usher::cli
