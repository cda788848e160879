// What counts as printable text and how long it is. Pure functions, any thread.
#pragma once

#include <optional>
#include <string_view>

namespace usher::rpc {

// The number of characters (code points) of `text`; nullopt where it is not UTF-8 or has control
// characters, line ends among them.
std::optional<int> PrintableLength(std::string_view text);

}  // namespace usher::rpc
