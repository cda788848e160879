// The script by which bash completes a command line of `usher`: nouns, verbs, options and the words
// that an option takes. Pure function of the commands as they are declared.
#pragma once

#include <string>

#include "CLI/CLI.hpp"

namespace usher::cli {

std::string BashCompletion(const CLI::App& root);

}  // namespace usher::cli
