-- +goose Up
-- The roles are made by whoever runs the server (the private launcher, the
-- tests, the operator); migrations only refuse to go on without them.
-- +goose StatementBegin
do $$
begin
  if not exists (select from pg_roles where rolname = 'throughline_app' and not rolsuper and not rolbypassrls) then
    raise exception 'role throughline_app must exist, without SUPERUSER and without BYPASSRLS';
  end if;
  if current_user <> 'throughline_owner' then
    raise exception 'migrations run as throughline_owner, not as %', current_user;
  end if;
end $$;
-- +goose StatementEnd

grant usage on schema public to throughline_app;

-- An unset setting is '' after the first transaction on a pooled connection,
-- not null: nullif makes "nobody" one thing. Policies call these as
-- (select app_org_id()), so that they run once a statement and not once a row.
create function app_user_id() returns uuid language sql stable parallel safe as
  $$ select nullif(current_setting('app.user_id', true), '')::uuid $$;
create function app_org_id() returns uuid language sql stable parallel safe as
  $$ select nullif(current_setting('app.org_id', true), '')::uuid $$;
create function app_role() returns text language sql stable parallel safe as
  $$ select nullif(current_setting('app.role', true), '') $$;

-- The roles that work with people's records at all. Every other role reads
-- figures, settings or the trail, and no policy on a record lets it through.
create function app_handles_cases() returns boolean language sql stable parallel safe as
  $$ select coalesce(app_role() in ('caseworker', 'manager', 'provider_worker', 'provider_manager', 'court_officer'), false) $$;
create function app_is_system() returns boolean language sql stable parallel safe as
  $$ select coalesce(app_role() = 'system', false) $$;

-- A write that found its row already moved on ends its whole transaction.
-- +goose StatementBegin
create function app_lost_race() returns void language plpgsql as $$
begin
  raise exception using errcode = 'TL409', message = 'the record moved on before this write';
end $$;
-- +goose StatementEnd

create table authorities (
  code text primary key check (code ~ '^E09[0-9]{6}$'),
  name text not null unique
);
create table organisations (
  id uuid primary key,
  name text not null unique,
  kind text not null check (kind in ('police_force', 'witness_care', 'court', 'cps', 'probation', 'prison',
    'youth_justice_team', 'local_authority', 'mash', 'marac', 'nhs', 'school', 'housing', 'transport_operator',
    'charity', 'child_house', 'commissioner', 'city_hall', 'operator')),
  authority text references authorities (code),
  address_withheld boolean not null default false,
  idle_minutes smallint not null default 30 check (idle_minutes between 5 and 30),
  active boolean not null default true
);
create table services (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  pathway text not null check (pathway in ('child_house', 'hate_crime', 'vawg', 'restorative', 'general')),
  name text not null,
  description text not null default '',
  min_age smallint check (min_age between 0 and 120),
  max_age smallint check (max_age between 0 and 120),
  boroughs text[] not null default '{}',
  offence_types text[] not null default '{}',
  hate_strands text[] not null default '{}',
  women_only boolean not null default false,
  high_risk boolean not null default true,
  languages text[] not null default '{English}',
  opening text not null default '',
  capacity text not null default 'open' check (capacity in ('open', 'limited', 'paused', 'closed')),
  places_total integer check (places_total >= 0),
  places_open integer check (places_open >= 0),
  capacity_confirmed_on date,
  wait_days integer check (wait_days >= 0),
  acknowledge_days smallint not null default 1 check (acknowledge_days between 1 and 20),
  decide_days smallint not null default 2 check (decide_days between 1 and 40),
  attempt_days smallint not null default 2 check (attempt_days between 1 and 40),
  attempt_days_high smallint not null default 1 check (attempt_days_high between 1 and 40),
  contact_days smallint not null default 5 check (contact_days between 1 and 60),
  contact_attempts smallint not null default 3 check (contact_attempts between 1 and 10),
  decline_review boolean not null default false,
  active boolean not null default true,
  constraint services_age_range check (min_age is null or max_age is null or min_age <= max_age)
);
create index services_pathway on services (pathway, name);
grant select on authorities, organisations, services to throughline_app;

-- Which organisation coordinates which pathway (decline reviews, lapses).
create table pathway_coordinators (
  pathway text not null,
  org_id uuid not null references organisations (id),
  primary key (pathway, org_id)
);
alter table pathway_coordinators enable row level security;
alter table pathway_coordinators force row level security;
create policy owner_all on pathway_coordinators to throughline_owner using (true) with check (true);
create policy read_own on pathway_coordinators for select to throughline_app using (org_id = (select app_org_id()));
grant select on pathway_coordinators to throughline_app;

create function app_pathways() returns text[] language sql stable as
  $$ select coalesce(array_agg(pathway), '{}') from public.pathway_coordinators where org_id = public.app_org_id() $$;

-- What anyone may call, anyone may try: functions are for those who need them.
revoke execute on function app_user_id(), app_org_id(), app_role(), app_handles_cases(), app_is_system(), app_lost_race(),
  app_pathways() from public;
grant execute on function app_user_id(), app_org_id(), app_role(), app_handles_cases(), app_is_system(), app_lost_race(),
  app_pathways() to throughline_app;
