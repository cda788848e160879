// The operator's first token: what a server that nobody can command yet leaves for whoever may read
// its data directory. One owner thread.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace usher {

namespace engine {
class Engine;
}

// The file's name in the data directory, and its mode: the secret is the owner's alone.
inline constexpr char kOperatorTokenFile[] = "operator.token";
inline constexpr int kOperatorTokenMode = 0600;

// Makes a token with the role of an operator and writes its secret, and a newline, to
// `data_dir`/operator.token in place of what is there. The file comes first: a crash in between
// leaves a secret that opens nothing, and the next start writes another. `engine` must be serving.
absl::Status WriteOperatorToken(const std::string& data_dir, engine::Engine& engine);

// The secret that was left there; empty where there is none.
std::string ReadOperatorToken(const std::string& data_dir);

}  // namespace usher
