#include "entitlement/decisions.h"
#include "entitlement/limits.h"

namespace usher::entitlement {
namespace {

// None for the server's own.
AccountNo AccountOf(const Units& units) {
  return units.account != nullptr ? units.account->no : AccountNo();
}

}  // namespace

Outcome DecideOn(const Units& units, const ListEvents& command, const Context& /*context*/) {
  return Outcome{Reply(HistoryQuery(EventsQuery{.account = AccountOf(units),
                                                .start_time = command.start_time,
                                                .end_time = command.end_time,
                                                .before = command.before,
                                                .limit = kJournalEntriesPerRead,
                                                .bytes_max = kJournalBytesPerRead})),
                 {}};
}

Outcome DecideOn(const Units& units, const WatchEvents& /*command*/, const Context& /*context*/) {
  return Outcome{Reply(WatchReply{AccountOf(units)}), {}};
}

}  // namespace usher::entitlement
