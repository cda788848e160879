// The state of an account: its zone, the directory of its applications, and its Voice AI minutes
// and calls.
//
// Altered by Apply (apply.h) only. A plain value; one thread at a time.
#pragma once

#include <optional>
#include <string>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "entitlement/civil.h"
#include "entitlement/ids.h"
#include "entitlement/token.h"
#include "entitlement/voice.h"

namespace usher::entitlement {

// What an account knows of one of its applications; licenses, sessions and phones are in
// application.h.
struct ApplicationEntry {
  ApplicationNo no;
  ApplicationId id;
  std::string display_name;
  absl::Time create_time;
  // Unset where the policy granted no trial (R3).
  std::optional<absl::Time> trial_expire_time;
  // Set while it is deleted (R4).
  std::optional<absl::Time> delete_time;

  bool deleted() const { return delete_time.has_value(); }
  friend bool operator==(const ApplicationEntry&, const ApplicationEntry&) = default;
};

// A zone that waits for the month's end (R2).
struct PendingZone {
  std::string name;
  absl::Time change_time;

  friend bool operator==(const PendingZone&, const PendingZone&) = default;
};

// The first month after a change of zone starts where the old zone's month ended, not where the new
// zone's would.
struct ZoneStart {
  absl::Time time;
  absl::CivilMonth label;

  friend bool operator==(const ZoneStart&, const ZoneStart&) = default;
};

struct Account {
  AccountNo no;
  AccountId id;
  std::string display_name;
  absl::Time create_time;

  std::string zone_name;
  absl::TimeZone zone;
  std::optional<ZoneStart> zone_start;
  std::optional<PendingZone> pending_zone;

  // Deleted ones stay, as their ids stay taken. Grows by Add.
  absl::btree_map<ApplicationId, ApplicationEntry> applications;
  // Index of them.
  absl::flat_hash_map<ApplicationNo, ApplicationId> application_ids;

  Voice voice;

  // The last revision of its journal that was given out.
  Revision last_revision;

  const ApplicationEntry* Find(const ApplicationId& id) const;
  const ApplicationEntry* Find(ApplicationNo application_no) const;

  // Whether a live call depends on this process extending its lease.
  bool has_leases() const { return !voice.calls.empty(); }

  // The id must be new.
  void Add(const ApplicationEntry& entry);

  friend bool operator==(const Account&, const Account&) = default;
};

// R2: the account's calendar month that contains `now`: by the zone in force, except that the month
// during which a zone changed keeps its end, and the next one starts there and ends by the new
// zone.
Month MonthOf(const Account& account, absl::Time now);

// The server's own state: which accounts there are, in the order of their ids, the tokens of those
// who may call, and the numbers given out.
struct Directory {
  absl::btree_map<AccountId, AccountNo> accounts;
  AccountNo last_account_no;
  ApplicationNo last_application_no;

  // Revoked and expired ones stay, as the journal names them.
  absl::btree_map<TokenId, Token> tokens;
  TokenId last_token_id;
  // The last revision of the server's own journal that was given out.
  Revision last_revision;

  friend bool operator==(const Directory&, const Directory&) = default;
};

}  // namespace usher::entitlement
