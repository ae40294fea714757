-- The roles of Throughline. A superuser runs this once on each server; the
-- private server and the tests run it at every start. Set passwords or
-- certificates for the two roles as your server asks.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'throughline_owner') THEN
        CREATE ROLE throughline_owner;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'throughline_app') THEN
        CREATE ROLE throughline_app;
    END IF;
END
$$;

-- Owns the schema and migrates it; row security binds it too.
ALTER ROLE throughline_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION;
-- Serves people: owns nothing and cannot step round row security.
ALTER ROLE throughline_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION;
