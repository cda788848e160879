-- The same again with the rules moved into the database: one call, one round trip, the least that
-- PostgreSQL can be asked for. postgresql_schema.sql has the function.
\set agent random(1, :agents)
\set client random(100000000000, 999999999999)

SELECT login('agent-' || :agent || '@contact-centre.example',
             '00000000-0000-4000-8000-' || :client);
