#include "storage/sqlite/migrations.h"

namespace usher::storage {
namespace {

// What holds for all tables: times are microseconds since the epoch and 9223372036854775807 never
// comes (values.h); numbers of enums are the contract's. Keys are integers that grow, so that rows
// of one moment share pages. What a login of an agent writes, `session` and `journal`, has no
// secondary index and no foreign key.
constexpr char kMigration1[] = R"sql(
CREATE TABLE meta (
  only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  database_id TEXT NOT NULL
) STRICT;
INSERT INTO meta (only_row, database_id) VALUES (1, lower(hex(randomblob(16))));

CREATE TABLE account (
  account_no INTEGER NOT NULL PRIMARY KEY CHECK (account_no > 0),
  id TEXT NOT NULL UNIQUE CHECK (id <> ''),
  display_name TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  zone_name TEXT NOT NULL CHECK (zone_name <> ''),
  zone_start_time INTEGER,
  zone_start_month INTEGER,
  pending_zone_name TEXT,
  pending_zone_time INTEGER,
  -- No revision above it has been given out; raised in steps.
  revision_ceiling INTEGER NOT NULL,
  -- NULL where nothing falls due.
  next_due INTEGER,
  CHECK ((zone_start_time IS NULL) = (zone_start_month IS NULL)),
  CHECK ((pending_zone_name IS NULL) = (pending_zone_time IS NULL))
) STRICT;
CREATE INDEX account_by_next_due ON account (next_due) WHERE next_due IS NOT NULL;

CREATE TABLE application (
  application_no INTEGER NOT NULL PRIMARY KEY CHECK (application_no > 0),
  account_no INTEGER NOT NULL REFERENCES account (account_no),
  id TEXT NOT NULL CHECK (id <> ''),
  display_name TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  trial_expire_time INTEGER,
  delete_time INTEGER,
  -- No session id above it has been given out; raised in steps.
  session_ceiling INTEGER NOT NULL,
  next_due INTEGER,
  has_leases INTEGER NOT NULL CHECK (has_leases IN (0, 1)),
  UNIQUE (account_no, id)
) STRICT;
CREATE INDEX application_by_next_due ON application (next_due) WHERE next_due IS NOT NULL;
CREATE INDEX application_with_leases ON application (has_leases) WHERE has_leases = 1;

CREATE TABLE license (
  application_no INTEGER NOT NULL REFERENCES application (application_no),
  license_id INTEGER NOT NULL CHECK (license_id > 0),
  kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
  edition INTEGER NOT NULL CHECK (edition IN (1, 2)),
  source INTEGER NOT NULL CHECK (source IN (1, 2, 3)),
  -- 0 for a trial.
  subscription_id INTEGER NOT NULL,
  expire_time INTEGER NOT NULL,
  -- Whether its expiry has been carried out.
  expired INTEGER NOT NULL CHECK (expired IN (0, 1)),
  PRIMARY KEY (application_no, license_id)
) STRICT, WITHOUT ROWID;

-- Who is recorded on an agent license. The keys are R11: one license an email, one email a license.
CREATE TABLE agent (
  application_no INTEGER NOT NULL,
  email TEXT NOT NULL CHECK (email <> ''),
  -- NULL only in the middle of a move.
  license_id INTEGER,
  bind_time INTEGER NOT NULL,
  mobile_answering INTEGER NOT NULL CHECK (mobile_answering IN (1, 2, 3)),
  -- The sessions that are still remembered may tell of a later one.
  last_active_time INTEGER NOT NULL,
  -- In force while the license is expired and the agent active.
  drain_deadline INTEGER,
  PRIMARY KEY (application_no, email),
  UNIQUE (application_no, license_id),
  FOREIGN KEY (application_no, license_id) REFERENCES license (application_no, license_id)
) STRICT, WITHOUT ROWID;

-- Who is recorded on a SIP license.
CREATE TABLE phone (
  application_no INTEGER NOT NULL,
  phone_id TEXT NOT NULL CHECK (phone_id <> ''),
  license_id INTEGER NOT NULL,
  bind_time INTEGER NOT NULL,
  online_time INTEGER NOT NULL,
  ttl INTEGER NOT NULL CHECK (ttl > 0),
  revision INTEGER NOT NULL,
  drain_deadline INTEGER,
  PRIMARY KEY (application_no, phone_id),
  UNIQUE (application_no, license_id),
  FOREIGN KEY (application_no, license_id) REFERENCES license (application_no, license_id)
) STRICT, WITHOUT ROWID;

-- Live sessions and those that ended a while ago. A session that another one superseded has no end
-- in its own row: the other one's row tells it (supersedes), so that a takeover writes one row. Any
-- other end is written over values of the same size, so that the row stays where it is.
CREATE TABLE session (
  application_no INTEGER NOT NULL,
  session_id INTEGER NOT NULL,
  email TEXT NOT NULL,
  channel INTEGER NOT NULL CHECK (channel IN (1, 2, 3)),
  client_id TEXT NOT NULL,
  -- At the start; while it lives, its agent's license counts.
  license_id INTEGER NOT NULL,
  -- The session that ended, superseded, when this one started; 0 for none.
  supersedes INTEGER NOT NULL,
  start_time INTEGER NOT NULL,
  ttl INTEGER NOT NULL CHECK (ttl > 0),
  revision INTEGER NOT NULL,
  -- 9223372036854775807 while it lives, or where it was superseded.
  end_time INTEGER NOT NULL,
  -- -1 in these cases.
  end_reason INTEGER NOT NULL,
  -- The license at the end; until then as at the start.
  end_license_id INTEGER NOT NULL,
  CHECK (supersedes >= 0 AND supersedes < session_id),
  CHECK ((end_time = 9223372036854775807) = (end_reason = -1)),
  PRIMARY KEY (application_no, session_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE subscription (
  application_no INTEGER NOT NULL REFERENCES application (application_no),
  subscription_id INTEGER NOT NULL CHECK (subscription_id > 0),
  product TEXT NOT NULL,
  edition INTEGER NOT NULL CHECK (edition IN (1, 2)),
  units INTEGER NOT NULL CHECK (units >= 0),
  start_time INTEGER NOT NULL,
  months INTEGER NOT NULL CHECK (months > 0),
  expire_time INTEGER NOT NULL,
  PRIMARY KEY (application_no, subscription_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE add_on (
  application_no INTEGER NOT NULL,
  subscription_id INTEGER NOT NULL,
  -- Its place among the subscription's.
  add_on_no INTEGER NOT NULL,
  product TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  expire_time INTEGER NOT NULL,
  PRIMARY KEY (application_no, subscription_id, add_on_no),
  FOREIGN KEY (application_no, subscription_id)
    REFERENCES subscription (application_no, subscription_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE purchase (
  application_no INTEGER NOT NULL REFERENCES application (application_no),
  order_id INTEGER NOT NULL CHECK (order_id > 0),
  create_time INTEGER NOT NULL,
  actor TEXT NOT NULL,
  total_cents INTEGER NOT NULL,
  PRIMARY KEY (application_no, order_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE purchase_line (
  application_no INTEGER NOT NULL,
  order_id INTEGER NOT NULL,
  line_no INTEGER NOT NULL,
  product TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  charged_months INTEGER NOT NULL,
  unit_price_cents INTEGER NOT NULL,
  amount_cents INTEGER NOT NULL,
  subscription_id INTEGER NOT NULL,
  expire_time INTEGER NOT NULL,
  PRIMARY KEY (application_no, order_id, line_no),
  FOREIGN KEY (application_no, order_id) REFERENCES purchase (application_no, order_id)
) STRICT, WITHOUT ROWID;

-- Past resets; the latest one tells how many of its month are used.
CREATE TABLE reset (
  application_no INTEGER NOT NULL REFERENCES application (application_no),
  revision INTEGER NOT NULL,
  reset_time INTEGER NOT NULL,
  actor TEXT NOT NULL,
  released_count INTEGER NOT NULL,
  retained_count INTEGER NOT NULL,
  month INTEGER NOT NULL,
  used INTEGER NOT NULL CHECK (used > 0),
  PRIMARY KEY (application_no, revision)
) STRICT, WITHOUT ROWID;

-- Who held which agent license when; the revision is that of the binding.
CREATE TABLE binding (
  application_no INTEGER NOT NULL REFERENCES application (application_no),
  revision INTEGER NOT NULL,
  license_id INTEGER NOT NULL,
  email TEXT NOT NULL,
  bind_time INTEGER NOT NULL,
  -- NULL while it lasts.
  release_time INTEGER,
  release_cause INTEGER NOT NULL,
  PRIMARY KEY (application_no, revision)
) STRICT, WITHOUT ROWID;
CREATE INDEX binding_by_license ON binding (application_no, license_id, revision);
CREATE INDEX binding_by_email ON binding (application_no, email, revision);

-- Figures of each month, the running one included.
CREATE TABLE usage (
  application_no INTEGER NOT NULL REFERENCES application (application_no),
  month INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
  edition INTEGER NOT NULL CHECK (edition IN (1, 2)),
  month_end INTEGER NOT NULL,
  peak_in_use INTEGER NOT NULL,
  denials INTEGER NOT NULL,
  PRIMARY KEY (application_no, month, kind, edition)
) STRICT, WITHOUT ROWID;

-- R28. A later answer under the same key takes the place of one that has outlived its time.
CREATE TABLE answer (
  answer_no INTEGER NOT NULL PRIMARY KEY,
  account_no INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  record_time INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  UNIQUE (account_no, request_id)
) STRICT;

-- R29. The position grows over all accounts; the last row is never deleted, so that it does.
CREATE TABLE journal (
  position INTEGER NOT NULL PRIMARY KEY,
  account_no INTEGER NOT NULL,
  first_revision INTEGER NOT NULL,
  last_revision INTEGER NOT NULL CHECK (last_revision >= first_revision),
  record_time INTEGER NOT NULL,
  payload BLOB NOT NULL
) STRICT;
)sql";

// Voice AI. A call is written when it starts, connects, gets a hold and ends; a hold, and what the
// call is charged in the end, are spans of minutes in their order: "3:8000,4:2,0:1" are 8000
// minutes of grant 3, two of grant 4 and one that no grant covers.
constexpr char kMigration2[] = R"sql(
ALTER TABLE account ADD COLUMN
  -- No call number above it has been given out; raised in steps.
  call_ceiling INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN
  -- Whether it has live calls.
  has_leases INTEGER NOT NULL DEFAULT 0 CHECK (has_leases IN (0, 1));
CREATE INDEX account_with_leases ON account (has_leases) WHERE has_leases = 1;

-- As before, but for Voice AI's, which have no edition.
CREATE TABLE subscription_2 (
  application_no INTEGER NOT NULL REFERENCES application (application_no),
  subscription_id INTEGER NOT NULL CHECK (subscription_id > 0),
  product TEXT NOT NULL,
  edition INTEGER CHECK (edition IN (1, 2)),
  units INTEGER NOT NULL CHECK (units >= 0),
  start_time INTEGER NOT NULL,
  months INTEGER NOT NULL CHECK (months > 0),
  expire_time INTEGER NOT NULL,
  PRIMARY KEY (application_no, subscription_id)
) STRICT, WITHOUT ROWID;
INSERT INTO subscription_2 SELECT application_no, subscription_id, product, edition, units,
  start_time, months, expire_time FROM subscription;
DROP TABLE subscription;
ALTER TABLE subscription_2 RENAME TO subscription;

-- What a voice subscription gives.
CREATE TABLE voice_plan (
  account_no INTEGER NOT NULL REFERENCES account (account_no),
  application_no INTEGER NOT NULL,
  subscription_id INTEGER NOT NULL,
  product TEXT NOT NULL,
  period INTEGER NOT NULL CHECK (period IN (1, 2)),
  start_time INTEGER NOT NULL,
  first_month INTEGER NOT NULL,
  months INTEGER NOT NULL CHECK (months > 0),
  expire_time INTEGER NOT NULL,
  months_granted INTEGER NOT NULL,
  -- 9223372036854775807 where none follow.
  next_grant_time INTEGER NOT NULL,
  PRIMARY KEY (account_no, application_no, subscription_id),
  FOREIGN KEY (application_no, subscription_id)
    REFERENCES subscription (application_no, subscription_id)
) STRICT, WITHOUT ROWID;

-- What of a plan ends at one instant.
CREATE TABLE voice_lot (
  account_no INTEGER NOT NULL,
  application_no INTEGER NOT NULL,
  subscription_id INTEGER NOT NULL,
  expire_time INTEGER NOT NULL,
  concurrency INTEGER NOT NULL,
  minutes INTEGER NOT NULL,
  PRIMARY KEY (account_no, application_no, subscription_id, expire_time),
  FOREIGN KEY (account_no, application_no, subscription_id)
    REFERENCES voice_plan (account_no, application_no, subscription_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE minute_grant (
  account_no INTEGER NOT NULL REFERENCES account (account_no),
  grant_id INTEGER NOT NULL CHECK (grant_id > 0),
  source INTEGER NOT NULL CHECK (source IN (1, 2)),
  product TEXT NOT NULL,
  -- Of the subscription whose month it is; 0 for a purchase.
  application_no INTEGER NOT NULL,
  subscription_id INTEGER NOT NULL,
  granted INTEGER NOT NULL,
  charged INTEGER NOT NULL,
  start_time INTEGER NOT NULL,
  expire_time INTEGER NOT NULL,
  expired INTEGER NOT NULL CHECK (expired IN (0, 1)),
  CHECK (0 <= charged AND charged <= granted),
  PRIMARY KEY (account_no, grant_id)
) STRICT, WITHOUT ROWID;

-- Live calls and all that have ended. The number grows over all calls of the account.
CREATE TABLE voice_call (
  application_no INTEGER NOT NULL,
  call_no INTEGER NOT NULL CHECK (call_no > 0),
  account_no INTEGER NOT NULL,
  call_id TEXT NOT NULL CHECK (call_id <> ''),
  direction INTEGER NOT NULL CHECK (direction IN (1, 2)),
  start_time INTEGER NOT NULL,
  -- NULL where it never connected.
  connect_time INTEGER,
  ttl INTEGER NOT NULL CHECK (ttl > 0),
  sign_time INTEGER NOT NULL,
  final_minute INTEGER NOT NULL CHECK (final_minute IN (0, 1)),
  -- Its hold while it lives, its charges afterwards.
  spans TEXT NOT NULL,
  -- 9223372036854775807 while it lives.
  end_time INTEGER NOT NULL,
  connected_duration INTEGER NOT NULL,
  end_reason INTEGER NOT NULL,
  settled INTEGER NOT NULL CHECK (settled IN (0, 1)),
  CHECK ((end_time = 9223372036854775807) = (end_reason = 0)),
  PRIMARY KEY (application_no, call_no)
) STRICT, WITHOUT ROWID;
-- Those that a load asks for, the live ones and the latest to end, stand side by side at its end.
CREATE INDEX voice_call_by_end ON voice_call (account_no, end_time);
)sql";

// The credentials of callers. `meta` also keeps the last revision of the server's own journal,
// whose entries have account_no 0.
constexpr char kMigration3[] = R"sql(
ALTER TABLE meta ADD COLUMN server_revision INTEGER NOT NULL DEFAULT 0;

CREATE TABLE token (
  token_id INTEGER NOT NULL PRIMARY KEY CHECK (token_id > 0),
  display_name TEXT NOT NULL,
  role INTEGER NOT NULL CHECK (role IN (1, 2, 3, 4)),
  -- Empty for an operator's.
  account_id TEXT NOT NULL,
  digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
  create_time INTEGER NOT NULL,
  -- 9223372036854775807 where it never expires.
  expire_time INTEGER NOT NULL,
  revoke_time INTEGER,
  CHECK ((account_id = '') = (role = 4))
) STRICT;
)sql";

// Where the events of an account stand in the journal, without an index that every login would
// write: a row for each block of 1024 positions in which it has any. Those of account_no 0 are the
// server's own: tokens, and what says of_server. Of what was written before, only the accounts'
// beginnings are known to be.
constexpr char kMigration4[] = R"sql(
ALTER TABLE journal ADD COLUMN
  of_server INTEGER NOT NULL DEFAULT 0 CHECK (of_server IN (0, 1));
UPDATE journal SET of_server = 1 WHERE account_no = 0 OR first_revision = 1;

CREATE TABLE journal_block (
  account_no INTEGER NOT NULL,
  block INTEGER NOT NULL,
  PRIMARY KEY (account_no, block)
) STRICT, WITHOUT ROWID;
CREATE INDEX journal_block_by_block ON journal_block (block);
INSERT INTO journal_block (account_no, block)
  SELECT DISTINCT account_no, position / 1024 FROM journal
  UNION SELECT 0, position / 1024 FROM journal WHERE of_server = 1;
)sql";

// Sessions that are to be brought to their places (recent_sessions.h); as they start, so without
// the columns that tell of an end.
//
// And SQLite builds a table of its own for each row that it checks against a list of more than two
// values, which took most of the time that a login spent in it. What these checks allow stays the
// same, so they are rewritten in place (https://sqlite.org/lang_altertable.html, section 7, on
// changes that do not affect what is on disk).
constexpr char kMigration5[] = R"sql(
CREATE TABLE recent_session (
  recent_no INTEGER NOT NULL PRIMARY KEY CHECK (recent_no > 0),
  application_no INTEGER NOT NULL,
  session_id INTEGER NOT NULL,
  email TEXT NOT NULL,
  channel INTEGER NOT NULL CHECK (channel BETWEEN 1 AND 3),
  client_id TEXT NOT NULL,
  license_id INTEGER NOT NULL,
  supersedes INTEGER NOT NULL,
  start_time INTEGER NOT NULL,
  ttl INTEGER NOT NULL CHECK (ttl > 0),
  revision INTEGER NOT NULL,
  CHECK (supersedes >= 0 AND supersedes < session_id)
) STRICT;

PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'channel IN (1, 2, 3)', 'channel BETWEEN 1 AND 3')
  WHERE type = 'table' AND name = 'session';
UPDATE sqlite_schema SET sql = replace(sql, 'source IN (1, 2, 3)', 'source BETWEEN 1 AND 3')
  WHERE type = 'table' AND name = 'license';
UPDATE sqlite_schema
  SET sql = replace(sql, 'mobile_answering IN (1, 2, 3)', 'mobile_answering BETWEEN 1 AND 3')
  WHERE type = 'table' AND name = 'agent';
UPDATE sqlite_schema SET sql = replace(sql, 'role IN (1, 2, 3, 4)', 'role BETWEEN 1 AND 4')
  WHERE type = 'table' AND name = 'token';
PRAGMA writable_schema = RESET;
)sql";

constexpr const char* kMigrations[] = {kMigration1, kMigration2, kMigration3, kMigration4,
                                       kMigration5};

}  // namespace

absl::Span<const char* const> Migrations() { return kMigrations; }

}  // namespace usher::storage
