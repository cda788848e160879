// Certificates for tests of TLS, made on the spot. Any thread.
#pragma once

#include <memory>
#include <string>

namespace usher::testing {

// PEM texts.
struct Identity {
  std::string certificate;
  std::string key;
};

// An authority that signs for itself; `name` tells it from others.
Identity MakeAuthority(const std::string& name);

// What the authority has signed for `name`, and for 127.0.0.1 and localhost.
Identity MakeIdentity(const std::string& name, const Identity& authority);

// Writes a file and answers its path.
std::string WriteFile(const std::string& path, const std::string& text);

}  // namespace usher::testing
