-- Only on private servers, only for make bench: what the application may do,
-- without row security, to measure what row security costs.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'throughline_bench') THEN
        CREATE ROLE throughline_bench;
    END IF;
END
$$;
ALTER ROLE throughline_bench LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS NOREPLICATION;
GRANT throughline_app TO throughline_bench;
