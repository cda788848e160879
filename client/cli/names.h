// Names of accounts and applications, in the short form that people type and in the full form
// of the contract: "acme" and "accounts/acme", "acme/support" and
// "accounts/acme/applications/support". Pure functions, any thread.
//
// Only the shape is looked at; whether an id is well-formed is the server's to say.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace usher::cli {

// The full name from either form; unset where `text` has neither.
std::optional<std::string> FullAccountName(std::string_view text);
std::optional<std::string> FullApplicationName(std::string_view text);
// Of an account or of an application.
std::optional<std::string> FullParentName(std::string_view text);

// Whether it is the full name of an application, or of something in it.
bool IsInApplication(std::string_view full_name);

// The short form of a full name; anything else is answered as it is.
std::string ShortName(std::string_view full_name);

// "accounts/acme" of any name below it; empty where there is none.
std::string AccountOf(std::string_view full_name);

// The last id of a name: "support".
std::string LastId(std::string_view full_name);

}  // namespace usher::cli
