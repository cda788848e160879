// Whether gRPC has given up its listening port.
//
// gRPC 1.51 accepts nothing any more once it has found no descriptor for a connection
// (CVE-2023-4785), and says so in its log alone: those who are connected go on, nobody else ever
// gets in. It can't be told to listen again, so the process has to be started anew.
#pragma once

#include <string_view>

namespace usher::rpc {

// From now on gRPC's log is read along, and not printed; but where the variable GRPC_VERBOSITY asks
// for it, it is printed and nobody reads along. `on_lost` is called once, by any thread, with
// gRPC's own words. Called before gRPC is used, while no other thread runs.
void WatchListener(void (*on_lost)(std::string_view what));

// From then on, for as long as the process lives. Any thread.
bool ListenerIsLost();

}  // namespace usher::rpc
