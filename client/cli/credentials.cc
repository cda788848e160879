#include "client/cli/credentials.h"

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

absl::StatusOr<std::string> TokenOf(const TokenFile& file) {
  if (std::optional<std::string> token = FirstLineOf(file.path)) return *std::move(token);
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

absl::StatusOr<std::string> FindToken(const std::string& server, const TokenFile& given,
                                      const TokenFile& saved) {
  if (!given.path.empty()) return TokenOf(given);
  const char* variable = std::getenv(kTokenVariable);  // NOLINT(concurrency-mt-unsafe): one thread.
  if (variable != nullptr && *variable != '\0') return variable;
  if (!saved.path.empty()) return TokenOf(saved);
  if (!IsLocal(server)) return "";
  for (const std::string& path : LocalTokenFiles()) {
    if (std::optional<std::string> token = FirstLineOf(path)) return *std::move(token);
  }
  return "";
}

}  // namespace usher::cli
