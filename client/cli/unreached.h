// Why no server was reached, for people: what gRPC says of it is for programmers. Pure functions,
// any thread.
#pragma once

#include <string>

#include "client/lib/error.h"
#include "client/lib/options.h"

namespace usher::cli {

struct Unreached {
  std::string sentence;
  // What to do; empty where the sentence says it.
  std::string hint;
};

// Whether no server was reached at all: none that is Usher's answers so.
bool IsUnreached(const Error& error);

// Of an error that IsUnreached. `server` is where it was looked for, `tls` what was to be spoken. A
// server that hangs up does not say why, so that the sentence says "as it seems".
Unreached WhyUnreached(const Error& error, const std::string& server, const TlsOptions& tls);

}  // namespace usher::cli
