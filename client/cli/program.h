// The program `usher`: a command line in, text and an exit code out.
//
// Knows no process: arguments, streams and the way to the server are given, so that tests run
// whole commands against a fake. One thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/cli/context.h"
#include "client/lib/connection.h"

namespace usher::cli {

using Connector = std::function<std::shared_ptr<client::Connection>(const ClientOptions&)>;

// `arguments` are without the program's name.
ExitCode RunProgram(const std::vector<std::string>& arguments, const Streams& streams,
                    const Connector& connect = client::Connect);

}  // namespace usher::cli
