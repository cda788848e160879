-- The same, where all agents are of one account whose seats must be counted: who counts them holds
-- the row of the account until the commit, so logins of the account go one after the other.
\set agent random(1, :agents)
\set client random(100000000000, 999999999999)

\startpipeline
BEGIN;
SELECT seats FROM account WHERE account_id = 1 FOR UPDATE;
SELECT license_id FROM license
  WHERE email = 'agent-' || :agent || '@contact-centre.example' AND expire_time > now()
  FOR UPDATE;
\endpipeline

\startpipeline
UPDATE session
  SET session_id = nextval('session_id'),
      client_id = '00000000-0000-4000-8000-' || :client,
      start_time = now()
  WHERE license_id = :agent AND channel = 1;
INSERT INTO journal (record_time, payload)
  VALUES (now(), 'SessionStarted session ' || currval('session_id')
    || ' agent-' || :agent || '@contact-centre.example license ' || :agent
    || ' channel 1 client 00000000-0000-4000-8000-' || :client);
COMMIT;
\endpipeline
