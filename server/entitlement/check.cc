#include "entitlement/check.h"

#include <stdexcept>

#include "absl/strings/str_cat.h"

namespace usher::entitlement {

void ThrowDefect(const char* what, std::source_location where) {
  throw std::logic_error(absl::StrCat("defect in ", where.function_name(), " (", where.file_name(),
                                      ":", where.line(), "): ", what));
}

}  // namespace usher::entitlement
