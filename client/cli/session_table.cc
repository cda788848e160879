#include "client/cli/session_table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/cli/words.h"

namespace usher::cli {

Table LiveSessionsTable(const v1::ListSessionsResponse& sessions, const Times& times) {
  Table table({{"SESSION", true},
               {"AGENT"},
               {"CHANNEL"},
               {"STATE"},
               {times.Heading("STARTED")},
               {"LEASE ENDS"},
               {"CLIENT"}});
  for (const v1::Session& session : sessions.sessions()) {
    table.AddRow({Id(session.session_id()), session.email(), Word(session.channel()),
                  StateOf(session.state(), session.drain_deadline_time(),
                          session.has_drain_deadline_time(), times),
                  times.At(session.start_time(), session.has_start_time()),
                  times.Distance(session.expire_time(), session.has_expire_time()),
                  session.client_id()});
  }
  return table;
}

Table EndedSessionsTable(const v1::ListSessionsResponse& sessions, const Times& times) {
  Table table({{"SESSION", true},
               {"AGENT"},
               {"CHANNEL"},
               {"LICENSE", true},
               {times.Heading("STARTED")},
               {"ENDED BY"}});
  for (const v1::Session& session : sessions.sessions()) {
    table.AddRow({Id(session.session_id()), session.email(), Word(session.channel()),
                  Id(session.license_id()),
                  times.At(session.start_time(), session.has_start_time()),
                  Word(session.end_reason())});
  }
  return table;
}

std::string StateOf(v1::SessionState state, const google::protobuf::Timestamp& drain_deadline,
                    bool drains, const Times& times) {
  if (!drains) return Word(state);
  const absl::Duration left = FromProto(drain_deadline) - times.now();
  return absl::StrCat(Word(state), ", ", Words(std::max(left, absl::ZeroDuration())));
}

}  // namespace usher::cli
