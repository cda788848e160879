// Whether gRPC has given up its listening port.
//
// gRPC 1.51 accepts nothing any more once it has found no descriptor for a connection
// (CVE-2023-4785), and says so in its log alone: those who are connected go on, nobody else ever
// gets in. It can't be told to listen again, so the process has to be started anew.
#pragma once

#include <string_view>

namespace usher::rpc {

// What gRPC writes to its log at severity ERROR goes through here. Whether this was the first line
// that says so. Any thread.
bool NoteGrpcError(std::string_view message);

// From then on, for as long as the process lives. Any thread.
bool ListenerIsLost();

}  // namespace usher::rpc
