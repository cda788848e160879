// Sessions as `usher` prints them. Pure functions.
#pragma once

#include <string>

#include "client/cli/table.h"
#include "client/cli/times.h"
#include "usher/v1/agent_service.pb.h"

namespace usher::cli {

Table LiveSessionsTable(const v1::ListSessionsResponse& sessions, const Times& times);
Table EndedSessionsTable(const v1::ListSessionsResponse& sessions, const Times& times);

// Of a session or a phone: "active", or "draining, 4 min" while it is to end by the deadline.
std::string StateOf(v1::SessionState state, const google::protobuf::Timestamp& drain_deadline,
                    bool drains, const Times& times);

}  // namespace usher::cli
