// usher agent login|logout, and what the other agent commands share with them.
#pragma once

#include <string>

#include "client/cli/arguments.h"
#include "usher/v1/license_service.pb.h"

namespace usher::cli {

void AddAgentLogin(Commands& commands, CLI::App& noun);
void AddAgentLogout(Commands& commands, CLI::App& noun);

CLI::Option* AddEmail(CLI::App* command, std::string& email);
CLI::Option* AddNote(CLI::App* command, std::string& note);

// "3, standard, of the trial". Pure.
std::string LicenseSentence(const v1::License& license);

// The client_id of a login from this terminal: "host-user-pts-3", the same each time.
std::string DefaultClientId();

}  // namespace usher::cli
