// The nouns of `usher <noun> <verb>`, each with its verbs; one file for each.
#pragma once

#include "client/cli/arguments.h"

namespace usher::cli {

void AddAccountCommands(Commands& commands);
void AddAgentCommands(Commands& commands);
void AddApplicationCommands(Commands& commands);
void AddBackupCommands(Commands& commands);
void AddCatalogCommand(Commands& commands);
void AddCompletionCommand(Commands& commands);
void AddContextCommands(Commands& commands);
void AddDoctorCommand(Commands& commands);
void AddEventCommands(Commands& commands);
void AddHealthCommand(Commands& commands);
void AddHistoryCommand(Commands& commands);
void AddLicenseCommands(Commands& commands);
void AddOrderCommands(Commands& commands);
void AddPhoneCommands(Commands& commands);
void AddResetCommand(Commands& commands);
void AddSessionCommands(Commands& commands);
void AddStatusCommand(Commands& commands);
void AddSubscriptionCommands(Commands& commands);
void AddTokenCommands(Commands& commands);
void AddWhoAmICommand(Commands& commands);
void AddVoiceCommands(Commands& commands);

}  // namespace usher::cli
