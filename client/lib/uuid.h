// Random identifiers for requests.
#pragma once

#include <string>

namespace usher::client {

// A random UUID (version 4) in its lower-case form of 36 characters. Any thread.
std::string RandomUuid();

}  // namespace usher::client
