-- What a login touches: the account whose seats are counted, the agents' licenses, their sessions,
-- and the journal. psql replaces :agents.
CREATE TABLE account (
  account_id bigint PRIMARY KEY,
  seats integer NOT NULL
);

CREATE TABLE license (
  license_id bigint PRIMARY KEY,
  account_id bigint NOT NULL,
  email text NOT NULL UNIQUE,
  expire_time timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE session (
  license_id bigint NOT NULL,
  channel smallint NOT NULL,
  session_id bigint NOT NULL,
  client_id text NOT NULL,
  start_time timestamptz NOT NULL,
  PRIMARY KEY (license_id, channel)
) WITH (fillfactor = 50);

CREATE SEQUENCE session_id;

CREATE TABLE journal (
  revision bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  record_time timestamptz NOT NULL,
  payload text NOT NULL
);

-- What postgresql_login.sql does, in one call.
CREATE FUNCTION login(agent text, client text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  license bigint;
  started bigint;
BEGIN
  SELECT license_id INTO STRICT license FROM license
    WHERE email = agent AND expire_time > now()
    FOR UPDATE;
  UPDATE session
    SET session_id = nextval('session_id'), client_id = client, start_time = now()
    WHERE license_id = license AND channel = 1
    RETURNING session_id INTO STRICT started;
  INSERT INTO journal (record_time, payload)
    VALUES (now(), 'SessionStarted session ' || started || ' ' || agent || ' license ' || license
      || ' channel 1 client ' || client);
  RETURN started;
END
$$;

INSERT INTO account (account_id, seats) VALUES (1, :agents);
INSERT INTO license (license_id, account_id, email, expire_time)
  SELECT n, 1, 'agent-' || n || '@contact-centre.example', now() + interval '1 year'
  FROM generate_series(1, :agents) AS n;
INSERT INTO session (license_id, channel, session_id, client_id, start_time)
  SELECT n, 1, nextval('session_id'), '00000000-0000-4000-8000-000000000000', now()
  FROM generate_series(1, :agents) AS n;
VACUUM ANALYZE;
