-- +goose Up
-- An event fires triggers of other areas, which name what they call without its
-- schema.
alter function audit_erase_detail(uuid) set search_path = pg_catalog, public, pg_temp;
