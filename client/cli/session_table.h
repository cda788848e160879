// Sessions as `usher` prints them. Pure functions.
#pragma once

#include "client/cli/table.h"
#include "client/cli/times.h"
#include "usher/v1/agent_service.pb.h"

namespace usher::cli {

Table LiveSessionsTable(const v1::ListSessionsResponse& sessions, const Times& times);
Table EndedSessionsTable(const v1::ListSessionsResponse& sessions, const Times& times);

}  // namespace usher::cli
