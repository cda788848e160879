#include "client/cli/session_table.h"

#include "absl/strings/str_cat.h"
#include "client/cli/words.h"

namespace usher::cli {

Table LiveSessionsTable(const v1::ListSessionsResponse& sessions, const Times& times) {
  Table table({{"SESSION", true},
               {"AGENT"},
               {"CHANNEL"},
               {"LICENSE", true},
               {"STATE"},
               {times.Heading("STARTED")},
               {"LEASE ENDS"},
               {"CLIENT"}});
  for (const v1::Session& session : sessions.sessions()) {
    std::string state = Word(session.state());
    if (session.has_drain_deadline_time()) {
      absl::StrAppend(&state, ", ends ", times.Distance(session.drain_deadline_time(), true));
    }
    table.AddRow(
        {Id(session.session_id()), session.email(), Word(session.channel()),
         Id(session.license_id()), state, times.At(session.start_time(), session.has_start_time()),
         times.Distance(session.expire_time(), session.has_expire_time()), session.client_id()});
  }
  return table;
}

Table EndedSessionsTable(const v1::ListSessionsResponse& sessions, const Times& times) {
  Table table({{"SESSION", true},
               {"AGENT"},
               {"CHANNEL"},
               {"LICENSE", true},
               {times.Heading("STARTED")},
               {"STATE"},
               {"WHY"}});
  for (const v1::Session& session : sessions.sessions()) {
    table.AddRow({Id(session.session_id()), session.email(), Word(session.channel()),
                  Id(session.license_id()),
                  times.At(session.start_time(), session.has_start_time()), Word(session.state()),
                  Word(session.end_reason())});
  }
  return table;
}

}  // namespace usher::cli
