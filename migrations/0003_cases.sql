-- +goose Up
-- A victim is one person, whatever number of cases. Every identifying field
-- is optional; what is missing and why is in "missing".
create table victims (
  id uuid primary key,
  given_name text check (length(given_name) <= 200),
  family_name text check (length(family_name) <= 200),
  known_as text check (length(known_as) <= 200),
  given_key text collate "C",  -- folded for search: lower case, no accents
  family_key text collate "C",
  known_key text collate "C",
  date_of_birth date,
  borough text references authorities (code),
  postcode text check (length(postcode) <= 10),
  address text check (length(address) <= 500),
  language text check (length(language) <= 60),
  interpreter_needed boolean,
  access_needs text[] not null default '{}',
  equality jsonb not null default '{}',
  missing jsonb not null default '{}',
  access uuid[] not null default '{}',
  created_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  version integer not null default 1
);
create index victims_family on victims (family_key, given_key);
create index victims_given on victims (given_key, family_key);
create index victims_known on victims (known_key);
create index victims_born on victims (date_of_birth);
create index victims_postcode on victims (postcode);

create table cases (
  id uuid primary key,
  reference text not null unique check (reference ~ '^C-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]$'),
  victim_id uuid not null references victims (id),
  status text not null default 'open' check (status in ('open', 'closed')),
  source text not null check (source in ('police', 'self', 'third_party', 'agency')),
  accountable_org_id uuid not null references organisations (id),
  logged_by_org_id uuid not null references organisations (id),
  logged_by uuid not null,
  risk_level text not null check (risk_level in ('standard', 'medium', 'high')),
  risk_note text check (length(risk_note) <= 4000),
  enhanced boolean not null,
  enhanced_reasons text[] not null default '{}',
  enhanced_off_reason text check (length(enhanced_off_reason) <= 60),
  enhanced_off_note text check (length(enhanced_off_note) <= 1000),
  help_offered text not null default 'not_yet' check (help_offered in ('yes', 'no', 'not_yet')),
  help_reason text check (length(help_reason) <= 60),
  help_note text check (length(help_note) <= 1000),
  wants text[] not null default '{}', -- needs, in the victim's own view
  restricted_to uuid[],          -- people, when the case is restricted
  access uuid[] not null default '{}',
  logged_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null,
  version integer not null default 1
);
create index cases_victim on cases (victim_id);
create index cases_holder on cases (accountable_org_id, status, logged_at desc, id desc);
create index cases_logged_by on cases (logged_by, logged_at desc);

-- The chain of holders: exactly one open row for every open case.
create table case_holders (
  id bigint generated always as identity primary key,
  case_id uuid not null references cases (id),
  org_id uuid not null references organisations (id),
  from_at timestamptz not null,
  until_at timestamptz,
  constraint case_holders_order check (until_at is null or until_at >= from_at)
);
create unique index case_holders_one_open on case_holders (case_id) where until_at is null;
create index case_holders_case on case_holders (case_id, from_at);

create table incidents (
  id uuid primary key,
  case_id uuid not null references cases (id),
  position smallint not null,
  occurred_on date,
  occurred_from date,
  occurred_to date,
  reported_on date,
  wants_to_report boolean,
  force text check (force in ('metropolitan', 'city-of-london', 'btp')),
  crime_reference text check (length(crime_reference) <= 60),
  crime_key text collate "C",
  place_kind text check (length(place_kind) <= 40),
  place_borough text references authorities (code),
  place_mode text check (length(place_mode) <= 40),
  place_operator text check (length(place_operator) <= 80),
  place_route text check (length(place_route) <= 80),
  offence_types text[] not null default '{}',
  hate_strands text[] not null default '{}',
  summary text not null check (length(summary) <= 10000),
  constraint incidents_when check (occurred_on is null or (occurred_from is null and occurred_to is null)),
  constraint incidents_between check (occurred_from is null or occurred_to is null or occurred_from <= occurred_to)
);
create index incidents_case on incidents (case_id, position);
create index incidents_crime on incidents (crime_key);

create table related_people (
  id uuid primary key,
  case_id uuid not null references cases (id),
  relation text not null check (length(relation) <= 40),
  name text check (length(name) <= 200),
  parental_responsibility boolean,
  suspect boolean not null default false  -- marked apart: offence data of somebody else
);
create index related_people_case on related_people (case_id);

-- Safe contact. What kind of channel, when, and whether it is safe stands
-- apart from the value, because a receiver reads the first before acceptance
-- and the second only after it.
create table contact_channels (
  id uuid primary key,
  case_id uuid not null references cases (id),
  position smallint not null,
  channel text not null check (channel in ('phone', 'text', 'email', 'post', 'in_person')),
  person text not null default 'victim' check (length(person) <= 60),
  safe text not null default 'unknown' check (safe in ('yes', 'no', 'unknown')),
  leave_message boolean not null default false,
  windows jsonb not null default '[]',
  confirmed_on date,
  confirmed_source text check (length(confirmed_source) <= 40), -- who said so
  confirmed_by uuid,             -- who of us wrote it down
  confirmed_by_org_id uuid,
  version integer not null default 1
);
create index contact_channels_case on contact_channels (case_id, position);
create table contact_details (
  channel_id uuid primary key references contact_channels (id),
  case_id uuid not null references cases (id),
  value text check (length(value) <= 500),
  value_key text collate "C",
  note text check (length(note) <= 1000)
);
create index contact_details_case on contact_details (case_id);
create index contact_details_value on contact_details (value_key);
create table code_words (
  case_id uuid primary key references cases (id),
  word text not null check (length(word) <= 60)
);
-- "Someone else answered" stops a channel for everyone until it is cleared.
create table contact_stops (
  id uuid primary key,
  channel_id uuid not null references contact_channels (id),
  case_id uuid not null references cases (id),
  why text not null check (length(why) <= 60),
  at timestamptz not null,
  by_org_id uuid not null,
  by_user_id uuid not null,
  cleared_at timestamptz,
  cleared_by uuid
);
create index contact_stops_case on contact_stops (case_id);
create unique index contact_stops_one_open on contact_stops (channel_id) where cleared_at is null;

create table sharing_decisions (
  id uuid primary key,
  case_id uuid not null references cases (id),
  receiver_org_id uuid not null references organisations (id),
  purpose text not null check (length(purpose) <= 60),
  basis text not null check (basis in ('agreement', 'safeguarding', 'legal_obligation', 'public_task', 'vital_interests')),
  method text not null check (method in ('spoken', 'written', 'signed', 'bsl', 'interpreter', 'none')),
  fields text[] not null default '{}',
  reason text check (length(reason) <= 2000),
  recorded_at timestamptz not null,
  recorded_by uuid not null,
  recorded_by_org_id uuid not null,
  expires_on date,
  withdrawn_at timestamptz,
  withdrawn_by uuid,
  withdrawn_reason text check (length(withdrawn_reason) <= 60),
  withdrawn_note text check (length(withdrawn_note) <= 2000),
  version integer not null default 1,
  constraint sharing_decisions_basis_reason check (basis = 'agreement' or reason is not null)
);
create index sharing_decisions_case on sharing_decisions (case_id, recorded_at desc);

-- Who may see a case is kept on it as data a policy reads without a join, and
-- computed here from live relations, never by the application.
-- +goose StatementBegin
create function case_access(c cases) returns uuid[] language sql stable as $$
  select case when c.restricted_to is not null then c.restricted_to
    else (select array_agg(distinct o order by o) from unnest(array[c.accountable_org_id, c.logged_by_org_id]) o) end
$$;
create function cases_set_access() returns trigger language plpgsql as $$
begin
  new.access := public.case_access(new);
  return new;
end $$;
create function victim_access(p_victim uuid) returns uuid[] language sql stable as $$
  select coalesce(array_agg(distinct a order by a), '{}') from public.cases c, unnest(c.access) a where c.victim_id = p_victim
$$;
create function cases_spread_access() returns trigger language plpgsql security definer as $$
declare
  wanted uuid[] := public.victim_access(new.victim_id);
begin
  update public.victims set access = wanted where id = new.victim_id and access is distinct from wanted;
  if tg_op = 'UPDATE' then
    update public.clocks set access = new.access where case_id = new.id and referral_id is null and access is distinct from new.access;
  end if;
  return null;
end $$;
create function victims_set_access() returns trigger language plpgsql as $$
begin
  new.access := array[public.app_org_id()];
  return new;
end $$;
create function cases_hold() returns trigger language plpgsql security definer as $$
begin
  if tg_op = 'INSERT' then
    insert into public.case_holders (case_id, org_id, from_at) values (new.id, new.accountable_org_id, new.logged_at);
  else
    update public.case_holders set until_at = new.updated_at where case_id = new.id and until_at is null;
    insert into public.case_holders (case_id, org_id, from_at) values (new.id, new.accountable_org_id, new.updated_at);
  end if;
  return null;
end $$;
-- +goose StatementEnd
create trigger cases_access before insert or update of accountable_org_id, logged_by_org_id, restricted_to on cases
  for each row execute function cases_set_access();
create trigger cases_access_spread after insert or update of accountable_org_id, logged_by_org_id, restricted_to on cases
  for each row execute function cases_spread_access();
create trigger cases_holder_first after insert on cases for each row execute function cases_hold();
create trigger cases_holder_moved after update of accountable_org_id on cases
  for each row when (old.accountable_org_id is distinct from new.accountable_org_id) execute function cases_hold();
create trigger victims_access before insert on victims
  for each row when (current_user = 'throughline_app') execute function victims_set_access();
revoke execute on function case_access(cases), cases_set_access(), victim_access(uuid), cases_spread_access(), victims_set_access(),
  cases_hold() from public;
grant execute on function case_access(cases) to throughline_app;

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['victims', 'cases', 'case_holders', 'incidents', 'related_people', 'contact_channels',
    'contact_details', 'code_words', 'contact_stops', 'sharing_decisions'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
  end loop;
end $$;
-- +goose StatementEnd

create policy read_access on cases for select to throughline_app
  using ((select app_handles_cases()) and access && array[(select app_org_id()), (select app_user_id())]);
-- A case gives its organisation sight of its victim: so nobody logs one about
-- a victim they cannot see already.
create policy log_own on cases for insert to throughline_app
  with check ((select app_handles_cases()) and accountable_org_id = (select app_org_id()) and logged_by_org_id = (select app_org_id())
    and logged_by = (select app_user_id()) and coalesce((select true from victims v where v.id = cases.victim_id limit 1), false));
create policy change_access on cases for update to throughline_app
  using ((select app_handles_cases()) and access && array[(select app_org_id()), (select app_user_id())])
  with check ((select app_handles_cases()) and access && array[(select app_org_id()), (select app_user_id())]);
create policy read_access on victims for select to throughline_app
  using ((select app_handles_cases()) and access && array[(select app_org_id()), (select app_user_id())]);
create policy log_own on victims for insert to throughline_app
  with check ((select app_handles_cases()) and access = array[(select app_org_id())]);
create policy change_access on victims for update to throughline_app
  using ((select app_handles_cases()) and access && array[(select app_org_id()), (select app_user_id())])
  with check ((select app_handles_cases()) and access && array[(select app_org_id()), (select app_user_id())]);

-- Children follow the case. A scalar sub-select cannot become a hashed
-- sub-plan that reads an organisation's whole list (docs/adr/0001).
create policy with_case on case_holders for select to throughline_app
  using (coalesce((select true from cases c where c.id = case_holders.case_id limit 1), false));
-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['incidents', 'related_people', 'sharing_decisions'] loop
    execute format('create policy with_case on %1$I for select to throughline_app using (coalesce((select true from cases c where c.id = %1$I.case_id limit 1), false))', t);
  end loop;
  foreach t in array array['incidents', 'related_people', 'contact_details', 'code_words'] loop
    execute format('create policy add_to_case on %1$I for insert to throughline_app with check (coalesce((select true from cases c where c.id = %1$I.case_id limit 1), false))', t);
  end loop;
  foreach t in array array['incidents', 'related_people', 'contact_channels', 'contact_details', 'code_words', 'sharing_decisions'] loop
    execute format('create policy change_with_case on %1$I for update to throughline_app using (coalesce((select true from cases c where c.id = %1$I.case_id limit 1), false))', t);
  end loop;
end $$;
-- +goose StatementEnd
-- What says who did it says so truly: nobody writes in another's name.
create policy add_to_case on contact_channels for insert to throughline_app with check (
  (confirmed_by is null or confirmed_by = (select app_user_id())) and (confirmed_by_org_id is null or confirmed_by_org_id = (select app_org_id()))
  and coalesce((select true from cases c where c.id = contact_channels.case_id limit 1), false));
create policy add_to_case on sharing_decisions for insert to throughline_app with check (
  recorded_by = (select app_user_id()) and recorded_by_org_id = (select app_org_id())
  and coalesce((select true from cases c where c.id = sharing_decisions.case_id limit 1), false));

grant select, insert on victims, cases, incidents, related_people, contact_channels, contact_details, code_words,
  contact_stops, sharing_decisions to throughline_app;
grant select on case_holders to throughline_app;
grant update (given_name, family_name, known_as, given_key, family_key, known_key, date_of_birth, borough, postcode,
  address, language, interpreter_needed, access_needs, equality, missing, version) on victims to throughline_app;
grant update (status, risk_level, risk_note, enhanced, enhanced_reasons, enhanced_off_reason,
  enhanced_off_note, help_offered, help_reason, help_note, wants, updated_at, version) on cases to throughline_app;
grant update (safe, leave_message, windows, confirmed_on, confirmed_source, confirmed_by,
  confirmed_by_org_id, version, person) on contact_channels to throughline_app;
grant update (value, value_key, note) on contact_details to throughline_app;
grant update (word) on code_words to throughline_app;
grant update (cleared_at, cleared_by) on contact_stops to throughline_app;
grant update (withdrawn_at, withdrawn_by, withdrawn_reason, withdrawn_note, version) on sharing_decisions to throughline_app;
