// SHA-256 (FIPS 180-4), as libcrypto has it. A pure function, any thread.
#pragma once

#include <string>
#include <string_view>

namespace usher::auth {

// 32 bytes.
std::string Sha256(std::string_view bytes);

}  // namespace usher::auth
