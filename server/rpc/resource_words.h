// Names of resources as a sentence says them: "application acme/support" for
// accounts/acme/applications/support. Pure function, any thread.
#pragma once

#include <string>
#include <string_view>

namespace usher::rpc {

// "account acme", "application acme/support", "license 7 of acme/support"; a name of another form
// is answered as it is.
std::string ResourceWords(std::string_view name);

}  // namespace usher::rpc
