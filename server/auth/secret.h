// Secrets of tokens (design section 3): 256 random bits, told once, kept as their SHA-256 only
// (sha256.h). Any thread.
#pragma once

#include <cstddef>
#include <string>

namespace usher::auth {

inline constexpr size_t kSecretBytes = 32;
// Longer ones were made by nobody, and are not looked at.
inline constexpr size_t kSecretLengthMax = 128;

// "usher_" and 43 characters of base64url. The prefix lets scanners of code find one that leaked.
// Ends the process where the system has no randomness to give.
std::string NewSecret();

}  // namespace usher::auth
