#include "client/cli/unreached.h"

#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace usher::cli {
namespace {

constexpr char kHowToSpeakTls[] =
    "A server with TLS is reached by --tls, or by --tls-ca FILE where its certificate is signed by "
    "an authority of your own";

// What stands in `text` between two others; empty where they are not in it.
std::string Between(const std::string& text, std::string_view before, std::string_view after) {
  const size_t begin = text.find(before);
  if (begin == std::string::npos) return "";
  const size_t from = begin + before.size();
  const size_t end = after.empty() ? text.size() : text.find(after, from);
  return end == std::string::npos ? "" : text.substr(from, end - from);
}

Unreached Untrusted(const std::string& server, const TlsOptions& tls) {
  const std::string authorities =
      tls.ca_file.empty() ? "this machine's authorities" : "the authorities of " + tls.ca_file;
  return {absl::StrCat("The certificate of the server at ", server, " is not trusted: none of ",
                       authorities, " has signed it, or it has expired."),
          tls.ca_file.empty()
              ? "Where an authority of your own has signed it, say which one: --tls-ca FILE"
              : "--tls-ca FILE must be of the authority that signed the server's certificate"};
}

Unreached ClientNotAccepted(const std::string& server, const TlsOptions& tls) {
  const std::string hung_up =
      absl::StrCat("The server at ", server, " broke the TLS connection off: as it seems it ");
  if (tls.certificate_file.empty()) {
    return {absl::StrCat(hung_up, "wants a certificate of its clients."),
            "Show it one: --tls-cert FILE --tls-key FILE"};
  }
  return {absl::StrCat(hung_up, "does not accept the certificate ", tls.certificate_file, "."),
          "An authority of the server's --tls-client-ca must have signed it, and it must not have "
          "expired"};
}

Unreached FilesUnusable(const TlsOptions& tls) {
  std::vector<std::string> files;
  for (const std::string& file : {tls.ca_file, tls.certificate_file, tls.key_file}) {
    if (!file.empty()) files.push_back(file);
  }
  return {absl::StrCat("TLS can't be spoken with ", absl::StrJoin(files, ", "), "."),
          "Each must be PEM, and the key be that of the certificate"};
}

Unreached WhyTls(const std::string& said, const std::string& server, const TlsOptions& tls) {
  if (absl::StrContains(said, "certificate verify failed")) return Untrusted(server, tls);
  const std::string name = Between(said, "Peer name ", " is not in peer certificate");
  if (!name.empty()) {
    return {absl::StrCat("The certificate of the server at ", server, " is not for ", name, "."),
            "Call the server by a name that its certificate has, or have one made for this name"};
  }
  if (absl::StrContains(said, "wrong version number")) {
    return {absl::StrCat("What answers at ", server, " does not speak TLS."),
            "Where it is to have none: --tls=false; tokens then cross the network in clear text"};
  }
  const bool closed = absl::StrContains(said, "Socket closed");
  if (closed || absl::StrContains(said, " alert ")) return ClientNotAccepted(server, tls);
  const std::string reason = Between(said, "SSL routines::", "");
  return {absl::StrCat("No TLS connection to ", server, " comes about", reason.empty() ? "" : ": ",
                       reason, "."),
          ""};
}

}  // namespace

bool IsUnreached(const Error& error) {
  return error.reason_name.empty() && error.code == absl::StatusCode::kUnavailable;
}

Unreached WhyUnreached(const Error& error, const std::string& server, const TlsOptions& tls) {
  const std::string& said = error.message;
  const bool has_files = !tls.ca_file.empty() || !tls.certificate_file.empty();
  if (tls.enabled && has_files && absl::StrContains(said, "empty address list")) {
    return FilesUnusable(tls);
  }
  const bool hung_up =
      absl::StrContains(said, "failed to connect") && absl::StrContains(said, "Socket closed");
  if (!tls.enabled && hung_up) {
    return {absl::StrCat("What answers at ", server, " hangs up: as it seems it speaks TLS."),
            kHowToSpeakTls};
  }
  if (tls.enabled && (hung_up || absl::StrContains(said, "Ssl handshake failed") ||
                      absl::StrContains(said, "peer certificate"))) {
    return WhyTls(said, server, tls);
  }
  if (absl::StrContains(said, "DNS resolution failed")) {
    return {absl::StrCat("No machine is known by the name in ", server,
                         ": say where the server is with --server HOST:PORT."),
            ""};
  }
  return {absl::StrCat("No server can be reached at ", server,
                       ": start usherd there, or say where it is with --server HOST:PORT."),
          ""};
}

}  // namespace usher::cli
