// TLS of the server: what its files hold, read and checked as a whole. Any thread.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace usher::auth {

// How often the files are looked at anew.
inline constexpr absl::Duration kCertificateRefresh = absl::Seconds(10);

// Paths of PEM files.
struct TlsFiles {
  // The server's certificate, with the chain behind it, and its private key.
  std::string certificate;
  std::string key;
  // Who may connect, by certificates that these have signed; anybody where empty.
  std::string client_ca;

  bool enabled() const { return !certificate.empty() || !key.empty() || !client_ca.empty(); }
};

// What the files hold, as PEM: a pair that can be served, and who may connect.
struct TlsMaterial {
  std::string certificate;
  std::string key;
  std::string client_ca;

  friend bool operator==(const TlsMaterial&, const TlsMaterial&) = default;
};

// kInvalidArgument, with a sentence that names the option and the file, where one is missing, can't
// be read, is no PEM, has what this machine's OpenSSL does not take, or certificate and key don't
// belong together.
absl::StatusOr<TlsMaterial> ReadTlsFiles(const TlsFiles& files);

}  // namespace usher::auth
