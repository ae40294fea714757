-- +goose Up
-- Acts that take two people: one asks, another of the same organisation
-- decides. What is asked for is named by kind; the areas own the kinds and say
-- which roles decide. The payload holds ids, codes and field names, never a
-- name, a number or a text about a person.
create table approvals (
  id uuid primary key,
  org_id uuid not null references organisations (id), -- where it was asked, and where it is decided
  kind text not null,
  subject_type text not null,
  subject_id uuid,
  case_id uuid,
  payload jsonb not null default '{}',
  reason text not null default '',
  decide_roles text[] not null,
  hidden_from uuid[] not null default '{}', -- people who must find no trace of it, whatever their role
  requested_by uuid not null references users (id),
  requested_by_role text not null,
  requested_at timestamptz not null,
  expires_at timestamptz not null,
  decision text,
  decided_by uuid references users (id),
  decided_at timestamptz,
  decided_note text not null default '',
  version integer not null default 1,
  constraint approvals_kind_form check (kind ~ '^[a-z_]+\.[a-z_]+$' and length(kind) <= 60 and length(subject_type) <= 40),
  constraint approvals_text_form check (length(reason) <= 2000 and length(decided_note) <= 2000 and octet_length(payload::text) <= 20000),
  constraint approvals_roles_given check (cardinality(decide_roles) > 0),
  constraint approvals_expiry check (expires_at > requested_at and expires_at <= requested_at + interval '60 days'),
  constraint approvals_decision_known check (decision in ('approved', 'refused', 'withdrawn')),
  constraint approvals_decided_whole check (num_nulls(decision, decided_by, decided_at) in (0, 3)),
  -- The rule of the table: nobody decides what they asked for, and nobody but
  -- who asked takes it back.
  constraint approvals_second_person check (decided_by is null or (decision = 'withdrawn') = (decided_by = requested_by)),
  constraint approvals_in_time check (decision is null or decision = 'withdrawn' or decided_at < expires_at)
);
create index approvals_waiting on approvals (org_id, requested_at desc, id desc) where decision is null;
create index approvals_of_organisation on approvals (org_id, requested_at desc, id desc);
create index approvals_of_subject on approvals (subject_id) where subject_id is not null;
-- One open question of a kind about one thing by one person.
create unique index approvals_one_open on approvals (requested_by, kind, subject_id) where decision is null and subject_id is not null;
create index approvals_deciders on approvals (decided_by) where decided_by is not null;

alter table approvals enable row level security;
alter table approvals force row level security;
create policy owner_all on approvals to throughline_owner using (true) with check (true);
create policy read_own on approvals for select to throughline_app using (
  org_id = (select app_org_id()) and (requested_by = (select app_user_id()) or (select app_role()) = any (decide_roles))
  and not coalesce((select app_user_id()) = any (hidden_from), false));
create policy ask on approvals for insert to throughline_app with check (
  org_id = (select app_org_id()) and requested_by = (select app_user_id()) and requested_by_role = (select app_role()));
create policy decide on approvals for update to throughline_app
  using (decision is null and org_id = (select app_org_id()) and not coalesce((select app_user_id()) = any (hidden_from), false)
    and (requested_by = (select app_user_id()) or (select app_role()) = any (decide_roles)))
  with check (decision is not null and decided_by = (select app_user_id()) and org_id = (select app_org_id()));
grant select, insert (id, org_id, kind, subject_type, subject_id, case_id, payload, reason, decide_roles, hidden_from, requested_by,
  requested_by_role, requested_at, expires_at) on approvals to throughline_app;
grant update (decision, decided_by, decided_at, decided_note, version) on approvals to throughline_app;
