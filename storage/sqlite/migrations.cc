#include "storage/sqlite/migrations.h"

#include "storage/sqlite/first_schema.h"

namespace usher::storage {
namespace {

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
// values, which took most of the instructions that a login spent in it. What these checks allow
// stays the same, so they are rewritten in place (https://sqlite.org/lang_altertable.html, section
// 7, on changes that do not affect what is on disk).
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

// What one commit brings is a row or a few, not a row for each login: of the journal
// (journal_writer.h), whose older rows stay as they are until they are pruned, and of the sessions
// that start (session_runs.h, recent_sessions.h). `session` has those of before, as long as they
// are remembered; so also those that were put down so far.
constexpr char kMigration6[] = R"sql(
-- Entries in the payload, the last of which has the position; 0 where there is one, and the columns
-- tell of it.
ALTER TABLE journal ADD COLUMN entries INTEGER NOT NULL DEFAULT 0 CHECK (entries >= 0);

INSERT OR IGNORE INTO session (application_no, session_id, email, channel, client_id, license_id,
    supersedes, start_time, ttl, revision, end_time, end_reason, end_license_id)
  SELECT application_no, session_id, email, channel, client_id, license_id, supersedes, start_time,
    ttl, revision, 9223372036854775807, -1, license_id
  FROM recent_session ORDER BY application_no, session_id;
DROP TABLE recent_session;

-- In the order in which they came, so that a commit's stand side by side, in full pages.
CREATE TABLE session_run (
  run_no INTEGER NOT NULL PRIMARY KEY,
  application_no INTEGER NOT NULL,
  last_session_id INTEGER NOT NULL CHECK (last_session_id > 0),
  sessions BLOB NOT NULL,
  UNIQUE (application_no, last_session_id)
) STRICT;
CREATE TABLE recent_session (
  recent_no INTEGER NOT NULL PRIMARY KEY CHECK (recent_no > 0),
  sessions BLOB NOT NULL
) STRICT;
)sql";

// The bindings that last are found by the rows of their agents, and only past ones by indexes: so
// beside its two rows an agent's first login writes the one index that R11 asks for instead of
// three, and one page at no place in order instead of two.
constexpr char kMigration7[] = R"sql(
ALTER TABLE agent ADD COLUMN
  -- Of the binding that lasts: its row in `binding`.
  bind_revision INTEGER NOT NULL DEFAULT 0;
UPDATE agent SET bind_revision = coalesce(
  (SELECT MAX(revision) FROM binding AS b
   WHERE b.application_no = agent.application_no AND b.license_id = agent.license_id), 0);

DROP INDEX binding_by_license;
DROP INDEX binding_by_email;
CREATE INDEX past_binding_by_license ON binding (application_no, license_id, revision)
  WHERE release_time IS NOT NULL;
CREATE INDEX past_binding_by_email ON binding (application_no, email, revision)
  WHERE release_time IS NOT NULL;
)sql";

constexpr const char* kMigrations[] = {kFirstSchema, kMigration2, kMigration3, kMigration4,
                                       kMigration5,  kMigration6, kMigration7};

}  // namespace

absl::Span<const char* const> Migrations() { return kMigrations; }

}  // namespace usher::storage
