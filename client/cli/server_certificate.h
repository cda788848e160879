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
};

// `server` is HOST:PORT. Whether the certificate is to be trusted is not asked here: calls do that.
// Errors are sentences: kInvalidArgument where `server` has another form, kUnavailable where no
// certificate comes within `patience`.
absl::StatusOr<ServerCertificate> AskForCertificate(const std::string& server,
                                                    const TlsOptions& tls, absl::Duration patience);

}  // namespace usher::cli
