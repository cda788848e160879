// Who calls: the one place from which the actor of a command comes. Credentials will be read here.
// Any thread.
#pragma once

#include <string>

namespace grpc {
class ServerContext;
}

namespace usher::rpc {

struct Caller {
  // Stands in the journal.
  std::string actor;
};

// There are no credentials yet, so everybody is the operator.
inline Caller CallerOf(const grpc::ServerContext&) { return {.actor = "operator"}; }

}  // namespace usher::rpc
