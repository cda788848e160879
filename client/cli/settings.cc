#include "client/cli/settings.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/contexts.h"

namespace usher::cli {
namespace {

// An empty variable counts as none.
std::optional<std::string> Variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread.
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

// A file that is named somewhere, and where: "--tls-ca", "USHER_TLS_CA", "FILE:7: tls-ca".
struct NamedFile {
  std::string path;
  std::string where;
};

NamedFile Choose(const std::string& key, const std::optional<std::string>& given,
                 const std::optional<std::string>& variable, const char* variable_name,
                 const SavedContext& context, const std::string& saved) {
  if (given.has_value()) return {*given, "--" + key};
  if (variable.has_value()) return {*variable, variable_name};
  if (saved.empty()) return {};
  return {saved, absl::StrCat(ContextsPath(), ":", context.lines.at(key), ": ", key)};
}

absl::Status CheckReadable(const NamedFile& file) {
  if (file.path.empty() || access(file.path.c_str(), R_OK) == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(file.where, " names the file '", file.path, "', which can't be read."));
}

absl::Status ResolveTls(const GivenSettings& given, const SavedContext& context, TlsOptions& tls) {
  const NamedFile files[] = {
      Choose("tls-ca", given.tls_ca, Variable(kTlsCaVariable), kTlsCaVariable, context,
             context.tls_ca),
      Choose("tls-cert", given.tls_cert, std::nullopt, "", context, context.tls_cert),
      Choose("tls-key", given.tls_key, std::nullopt, "", context, context.tls_key),
  };
  const auto& [ca, certificate, key] = files;
  const bool implied = !ca.path.empty() || !certificate.path.empty() || !key.path.empty();
  tls.enabled = given.tls.value_or(context.tls || implied);
  if (!tls.enabled) return absl::OkStatus();
  if (certificate.path.empty() != key.path.empty()) {
    return LacksItsOther(key.path.empty() ? certificate.where : key.where, key.path.empty());
  }
  for (const NamedFile& file : files) {
    if (absl::Status status = CheckReadable(file); !status.ok()) return status;
  }
  tls.ca_file = ca.path;
  tls.certificate_file = certificate.path;
  tls.key_file = key.path;
  return absl::OkStatus();
}

// The context that counts; an empty one where there is none.
absl::StatusOr<SavedContext> FindContext(const GivenSettings& given, std::string& name) {
  const std::string path = ContextsPath();
  const absl::StatusOr<Contexts> contexts = ReadContexts(path);
  if (!contexts.ok()) return contexts.status();
  name = ContextName(given, contexts->current);
  if (name.empty()) return SavedContext();
  if (const SavedContext* context = contexts->Find(name)) return *context;
  return absl::InvalidArgumentError(absl::StrCat(
      given.context.has_value() ? "--context" : kContextVariable, " names the context '", name,
      "', which there is not; see 'usher context list'."));
}

}  // namespace

std::string WithPort(const std::string& server) {
  const auto colons = std::count(server.begin(), server.end(), ':');
  const bool bracketed = !server.empty() && server.front() == '[' && server.back() == ']';
  if (bracketed || (colons == 0 && !absl::StrContains(server, "/"))) {
    return absl::StrCat(server, ":", kDefaultPort);
  }
  const bool is_ipv6 =
      colons > 1 && server.find_first_not_of("0123456789abcdefABCDEF.:") == std::string::npos;
  return is_ipv6 ? absl::StrCat("[", server, "]:", kDefaultPort) : server;
}

absl::Status LacksItsOther(const std::string& where, bool is_certificate) {
  return absl::InvalidArgumentError(absl::StrCat(
      where, is_certificate
                 ? " names a certificate and nothing its key: --tls-key FILE is missing."
                 : " names a key and nothing its certificate: --tls-cert FILE is missing."));
}

std::string ContextName(const GivenSettings& given, const std::string& current) {
  return given.context.value_or(Variable(kContextVariable).value_or(current));
}

absl::StatusOr<Settings> ResolveSettings(const GivenSettings& given) {
  Settings settings;
  std::string name;
  const absl::StatusOr<SavedContext> context = FindContext(given, name);
  if (!context.ok()) return context.status();

  const std::optional<std::string> server_variable = Variable(kServerVariable);
  if (given.server.has_value()) {
    settings.server = *given.server;
  } else if (server_variable.has_value()) {
    settings.server = *server_variable;
  } else if (!context->server.empty()) {
    settings.server = context->server;
    settings.context = name;
  }
  settings.server = WithPort(settings.server);
  settings.zone = given.zone.value_or(context->zone);
  if (absl::Status status = ResolveTls(given, *context, settings.tls); !status.ok()) return status;

  const NamedFile saved =
      Choose("token-file", std::nullopt, std::nullopt, "", *context, context->token_file);
  const absl::StatusOr<FoundToken> token =
      FindToken(settings.server, {given.token_file.value_or(""), "--token-file"},
                {saved.path, saved.where}, name);
  if (!token.ok()) return token.status();
  settings.token = token->secret;
  settings.token_origin = token->origin;
  return settings;
}

}  // namespace usher::cli
