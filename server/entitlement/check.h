// Require: stops the process where the core contradicts itself, rather than let a wrong state go to
// the store.
//
// For defects only, never for what a caller may send: refusals are values (refusal.h). Any thread.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>

namespace usher::entitlement {

// Aborts, naming `what` and the place, unless `holds`.
inline void Require(bool holds, const char* what,
                    std::source_location where = std::source_location::current()) {
  if (holds) [[likely]] {
    return;
  }
  std::fprintf(stderr, "usher: defect in %s (%s:%u): %s\n", where.function_name(),
               where.file_name(), static_cast<unsigned>(where.line()), what);
  std::abort();
}

}  // namespace usher::entitlement
