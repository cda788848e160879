// Logins as a load drives them (operation.h), at agents of a book.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/bench/connections.h"
#include "tools/bench/operation.h"
#include "tools/bench/scale/book.h"

namespace usher::bench {

// Closed loop: each login is a new session of an agent at work, picked at random among all of them,
// with a fresh client_id. Each agent belongs to one operation. `connections` and `book` outlive
// them.
std::vector<std::unique_ptr<Operation>> RandomLogins(const Connections& connections,
                                                     const std::string& authorization,
                                                     int in_flight, Book* book);

// One login of each of the `count` agents from `from` on, which ends its operation. `first`:
// whether it is to bind the license.
std::vector<std::unique_ptr<Operation>> OneLoginEach(const Connections& connections,
                                                     const std::string& authorization, size_t from,
                                                     size_t count, bool first, Book* book);

}  // namespace usher::bench
