// Settings: which server is called, how, and with which token.
//
// Each of them is what the command line says; else the environment; else the context; else its
// default. One thread.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "client/cli/credentials.h"
#include "client/lib/options.h"

namespace usher::cli {

// The port of a server that is named without one.
inline constexpr char kDefaultPort[] = "7600";

inline constexpr char kServerVariable[] = "USHER_SERVER";
inline constexpr char kTlsCaVariable[] = "USHER_TLS_CA";
inline constexpr char kContextVariable[] = "USHER_CONTEXT";

// What stands on the command line.
struct GivenSettings {
  std::optional<std::string> context;
  std::optional<std::string> server;
  std::optional<bool> tls;
  std::optional<std::string> tls_ca;
  std::optional<std::string> tls_cert;
  std::optional<std::string> tls_key;
  std::optional<std::string> token_file;
  std::optional<std::string> zone;
};

struct Settings {
  std::string server = kDefaultServer;
  TlsOptions tls;
  std::string token;
  TokenOrigin token_origin;
  // That times are shown in; empty for each account's own.
  std::string zone;
  // Whose server it is; empty where no context said it.
  std::string context;
};

// "usher.example" as "usher.example:7600", "::1" as "[::1]:7600". What has a port stays as it is,
// and so does what gRPC has other words for, such as "unix:/run/usher".
std::string WithPort(const std::string& server);

// What is said where a client's certificate or its key is named, at `where`, and the other is not.
absl::Status LacksItsOther(const std::string& where, bool is_certificate);

// The name of the context that counts: of the command line, the environment, or the one in use;
// empty where there is none.
std::string ContextName(const GivenSettings& given, const std::string& current);

// INVALID_ARGUMENT with a sentence where something that is named is not there or malformed.
absl::StatusOr<Settings> ResolveSettings(const GivenSettings& given);

}  // namespace usher::cli
