-- +goose Up
-- What has to happen after a change, written with the change and drained by
-- the queue: a message exists if and only if the change does. Ids only.
create table outbox (
  id bigint generated always as identity primary key,
  topic text not null check (length(topic) <= 60),
  referral_id uuid,
  case_id uuid,
  payload jsonb not null default '{}',
  by_org_id uuid default app_org_id(), -- who did it: nobody is told of their own act
  at timestamptz not null,
  drained_at timestamptz
);
create index outbox_waiting on outbox (id) where drained_at is null;

-- What somebody has to know. One per outbox row and organisation, so that a
-- job delivered twice tells once.
create table notices (
  id uuid primary key,
  outbox_id bigint not null,
  org_id uuid not null,
  topic text not null,
  referral_id uuid,
  case_id uuid,
  at timestamptz not null,
  read_at timestamptz,
  read_by uuid,
  constraint notices_once unique (outbox_id, org_id)
);
create index notices_unread on notices (org_id, at desc) where read_at is null;

create table idempotency_keys (
  user_id uuid not null,
  route text not null check (length(route) <= 200),
  key text not null check (length(key) <= 200),
  request_hash bytea not null,
  answer bytea not null,
  created_at timestamptz not null default clock_timestamp(),
  constraint idempotency_keys_once primary key (user_id, route, key)
);
create index idempotency_keys_old on idempotency_keys (created_at);

-- Unfinished forms: they belong to the person who wrote them.
create table drafts (
  id uuid primary key,
  user_id uuid not null,
  kind text not null check (length(kind) <= 40),
  case_id uuid,
  data jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version integer not null default 1
);
create index drafts_user on drafts (user_id, kind, updated_at desc);

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['outbox', 'notices', 'idempotency_keys', 'drafts'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
  end loop;
end $$;
-- +goose StatementEnd
create policy put on outbox for insert to throughline_app with check (
  drained_at is null and (select app_role()) is not null and by_org_id is not distinct from (select app_org_id()));
create policy drain on outbox for select to throughline_app using ((select app_is_system()));
create policy drained on outbox for update to throughline_app using ((select app_is_system()));
create policy swept on outbox for delete to throughline_app using ((select app_is_system()) and drained_at is not null);
create policy own on notices for select to throughline_app using (org_id = (select app_org_id()) or (select app_is_system()));
create policy told on notices for insert to throughline_app with check ((select app_is_system()));
create policy seen on notices for update to throughline_app using (org_id = (select app_org_id()));
create policy own on idempotency_keys to throughline_app using (user_id = (select app_user_id())) with check (user_id = (select app_user_id()));
create policy swept on idempotency_keys for delete to throughline_app using ((select app_is_system()) and created_at < clock_timestamp() - interval '24 hours');
create policy old on idempotency_keys for select to throughline_app using ((select app_is_system()));
create policy own on drafts to throughline_app using (user_id = (select app_user_id())) with check (user_id = (select app_user_id()));
create policy swept on drafts for delete to throughline_app using ((select app_is_system()) and updated_at < clock_timestamp() - interval '90 days');
create policy old on drafts for select to throughline_app using ((select app_is_system()) and updated_at < clock_timestamp() - interval '90 days');
grant select, insert, delete on outbox, idempotency_keys, drafts to throughline_app;
grant update (drained_at) on outbox to throughline_app;
grant select, insert on notices to throughline_app;
grant update (read_at, read_by) on notices to throughline_app;
grant update (data, updated_at, version, case_id) on drafts to throughline_app;
