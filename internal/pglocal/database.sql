-- Inside the database, as a superuser: who may come in, and the extensions,
-- which only a superuser may create on every server we support.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO throughline_owner;
GRANT USAGE ON SCHEMA public TO throughline_app;
CREATE EXTENSION IF NOT EXISTS pgcrypto;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;
CREATE EXTENSION IF NOT EXISTS unaccent;
