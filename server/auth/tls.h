// TLS of the server: certificates from files, looked at anew every few seconds, so that a renewed
// one is in use without a restart. One thread.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace grpc {
class ServerCredentials;
}

namespace usher::auth {

inline constexpr unsigned kCertificateRefreshSeconds = 10;

// Paths of PEM files.
struct TlsFiles {
  // The server's certificate, with the chain behind it, and its private key.
  std::string certificate;
  std::string key;
  // Who may connect, by certificates that these have signed; anybody where empty.
  std::string client_ca;

  bool enabled() const { return !certificate.empty() || !key.empty() || !client_ca.empty(); }
};

// kInvalidArgument, with a sentence that names the option and the file, where one is missing, can't
// be read, is no PEM, or certificate and key don't belong together.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeCredentials(const TlsFiles& files);

}  // namespace usher::auth
