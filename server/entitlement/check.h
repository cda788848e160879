// Require: stops the process where the core contradicts itself, rather than let a wrong state go to
// the store.
//
// For defects only, never for what a caller may send: refusals are values (refusal.h). Any thread.
#pragma once

#include <source_location>

namespace usher::entitlement {

// Throws what says `what` and where. Only Require calls it, and lets nothing out.
[[noreturn]] void ThrowDefect(const char* what, std::source_location where);

// Ends the process (std::terminate, which says what was thrown), naming `what` and the place,
// unless `holds`.
inline void Require(bool holds, const char* what,
                    std::source_location where = std::source_location::current()) noexcept {
  if (!holds) [[unlikely]] {
    ThrowDefect(what, where);
  }
}

}  // namespace usher::entitlement
