// R11: the one form in which an agent's email is known.
#pragma once

#include <optional>
#include <string_view>

#include "entitlement/ids.h"

namespace usher::entitlement {

// Trims white space, lower-cases ASCII letters and checks for dot-atom@domain (RFC 5322 §3.4.1
// without quoting and literals; domain labels as RFC 1035 §2.3.1, digits first allowed). At most
// kEmailLengthMax characters after trimming. Nullopt where it is not of that form.
std::optional<Email> ParseEmail(std::string_view text);

}  // namespace usher::entitlement
