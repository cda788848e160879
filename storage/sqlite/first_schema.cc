#include "storage/sqlite/first_schema.h"

namespace usher::storage {

// What holds for all tables: times are microseconds since the epoch and 9223372036854775807 never
// comes (values.h); numbers of enums are the contract's. Keys are integers that grow, so that rows
// of one moment share pages. What a login of an agent writes, `session` and `journal`, has no
// secondary index and no foreign key.
const char kFirstSchema[] = R"sql(
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

}  // namespace usher::storage
