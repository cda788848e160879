// What a person is told when a command fails: the server's sentence and what to do next.
//
// Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/cli/credentials.h"
#include "client/cli/times.h"
#include "client/lib/error.h"
#include "client/lib/options.h"

namespace usher::cli {

struct FailedCommand {
  // The full name of the account or application that it was about; empty where none.
  std::string about;
  // Where the server was looked for.
  std::string server;
  // How it was spoken to.
  TlsOptions tls = {};
  // Whose token it was shown.
  TokenOrigin token = {};
};

// The lines for `err`: a first one with the message, one for each field that is malformed and
// that the message does not name, then hints.
std::vector<std::string> Explain(const Error& error, const FailedCommand& command,
                                 const Times& times);

// A sentence for a refusal that came without a message, as CheckAccess answers it: the reason
// and the metadata of `error` are enough.
std::string RefusalSentence(const Error& error, const Times& times);

// When and how a license could come free for whom `error` refused: `relief` is the earliest instant
// without a purchase; unset where no reset could help as things stand.
std::string ReliefSentence(const Error& error, std::optional<absl::Time> relief,
                           const Times& times);

// What to do about a refusal; empty where this program knows nothing.
std::vector<std::string> Hints(const Error& error, const FailedCommand& command,
                               const Times& times);

}  // namespace usher::cli
