-- The roles of a shared store. An administrator of PostgreSQL runs it once, in Coffer's database:
--   psql -d coffer -f postgresql_roles.sql
-- Then `DATABASE_URL=postgresql://coffer_owner@… cofferd --migrate` makes the schema, here and after
-- each upgrade, and every cofferd connects as coffer_daemon, who can read and write rows and nothing
-- else: neither change a table nor drop one.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'coffer_owner') THEN
    CREATE ROLE coffer_owner LOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'coffer_daemon') THEN
    CREATE ROLE coffer_daemon LOGIN;
  END IF;
END $$;

CREATE SCHEMA IF NOT EXISTS coffer AUTHORIZATION coffer_owner;
REVOKE ALL ON SCHEMA coffer FROM PUBLIC;
GRANT USAGE ON SCHEMA coffer TO coffer_daemon;
ALTER DEFAULT PRIVILEGES FOR ROLE coffer_owner IN SCHEMA coffer
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO coffer_daemon;
ALTER DEFAULT PRIVILEGES FOR ROLE coffer_owner IN SCHEMA coffer
  GRANT USAGE ON SEQUENCES TO coffer_daemon;
