// The certificate that a server shows, looked at without a call. Any thread.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/lib/options.h"

namespace usher::cli {

struct ServerCertificate {
  // Whom it is of, "CN=usher.example".
  std::string subject;
  absl::Time expire_time;
  // Why it is not to be trusted, in OpenSSL's words, "certificate has expired"; empty where it is.
  std::string objection;
};

// `server` is HOST:PORT. The authorities, and what the client shows, are those of `tls`, whether it
// is enabled or not. Errors are sentences: kInvalidArgument where `server` has another form,
// kNotFound where nothing answers there, kUnavailable where no certificate comes within `patience`.
absl::StatusOr<ServerCertificate> AskForCertificate(const std::string& server,
                                                    const TlsOptions& tls, absl::Duration patience);

}  // namespace usher::cli
