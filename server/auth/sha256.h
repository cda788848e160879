// SHA-256 (FIPS 180-4), as libcrypto has it. A pure function, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace usher::auth {

inline constexpr size_t kSha256Bytes = 32;

std::string Sha256(std::string_view bytes);

}  // namespace usher::auth
