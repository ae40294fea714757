-- +goose Up
-- The keys that content is sealed with, by class of content, each set wrapped
-- by the key-encryption key that KMS_URI names and the database never holds:
-- a copy of the database opens nothing (docs/adr/0018).
create table data_keys (
  class text primary key check (length(class) <= 40),
  version integer not null check (version > 0),
  -- announced: a new key is there that nobody seals with yet, until every
  -- process knows it. resealing: what is sealed under older keys is being
  -- sealed anew. settled: nothing is sealed under an older key.
  state text not null default 'resealing' check (state in ('announced', 'resealing', 'settled')),
  wrapped bytea not null,
  wrapped_by text not null check (length(wrapped_by) <= 300), -- where the key-encryption key is, without a secret
  changed_at timestamptz not null default clock_timestamp()
);
alter table data_keys enable row level security;
alter table data_keys force row level security;
create policy owner_all on data_keys to throughline_owner using (true) with check (true);
create policy system_reads on data_keys for select to throughline_app using ((select app_is_system()));
create policy system_makes on data_keys for insert to throughline_app with check ((select app_is_system()));
create policy system_changes on data_keys for update to throughline_app using ((select app_is_system())) with check ((select app_is_system()));
grant select, insert, update on data_keys to throughline_app;
