// Sealed texts: what the server hands out to be given back, page tokens and resume tokens.
//
// A checksum tells those that nobody made, and the letters are URL-safe. Callers should not look
// inside; it keeps no secret. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace usher::rpc {

std::string Seal(std::string_view body);

// nullopt where the token was not made by Seal.
std::optional<std::string> Unseal(std::string_view token);

}  // namespace usher::rpc
