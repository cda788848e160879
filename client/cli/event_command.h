// What the verbs of `usher event` share.
#pragma once

#include <string>
#include <vector>

#include "client/cli/arguments.h"

namespace usher::cli {

void AddEventWatch(Commands& commands, CLI::App& noun);

// Whose events: the full name of an account or an application; empty for the server's own.
CLI::Option* AddEventParent(CLI::App* command, std::string& parent);

// --type, any number of them; the help of the command lists them all.
CLI::Option* AddEventTypes(CLI::App* command, std::vector<std::string>& types);

}  // namespace usher::cli
