-- +goose Up
-- Court work by URN (referrals.md section 4, docs/adr/0035): one matter, the
-- cases of its victims, witnesses who are not victims, defendants; one event of
-- it is entered once and becomes an event of each case. A matter is the
-- organisation's that keeps it: another keeps its own under the same number.
create table matters (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  urn text not null check (urn ~ '^[0-9A-Z]{6,20}$'),
  at timestamptz not null,
  by_user_id uuid not null,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint matters_once unique (org_id, urn)
);
create index matters_latest on matters (org_id, at desc, id desc);

create table matter_cases (
  matter_id uuid not null references matters (id) on delete cascade,
  case_id uuid not null references cases (id) on delete cascade,
  org_id uuid not null references organisations (id),
  at timestamptz not null,
  by_user_id uuid not null,
  primary key (matter_id, case_id)
);
create index matter_cases_case on matter_cases (case_id);

-- Witnesses who are not victims, and defendants.
create table matter_people (
  id uuid primary key,
  matter_id uuid not null references matters (id) on delete cascade,
  org_id uuid not null references organisations (id),
  kind text not null check (kind in ('witness', 'defendant')),
  name bytea not null, -- sealed
  note bytea,          -- sealed
  needs text[] not null default '{}' check (cardinality(needs) <= 20),
  measures jsonb not null default '{}' check (jsonb_typeof(measures) = 'object' and octet_length(measures::text) <= 1000), -- code -> asked, granted, refused
  at timestamptz not null,
  by_user_id uuid not null,
  constraint matter_people_name_sealed check (is_sealed(name)),
  constraint matter_people_note_sealed check (is_sealed(note)),
  constraint matter_people_witness check (kind = 'witness' or (needs = '{}' and measures = '{}'))
);
create index matter_people_matter on matter_people (matter_id, at, id);

-- What was entered, once for all of them.
create table matter_events (
  id uuid primary key,
  matter_id uuid not null references matters (id) on delete cascade,
  org_id uuid not null references organisations (id),
  type text not null check (type ~ '^E([1-9]|[12][0-9]|30)$'),
  occurred_at timestamptz not null,
  known_at timestamptz not null,
  content bytea not null, -- sealed: the reference, and what was said
  reference_key bytea not null, -- delivered twice, it is one
  at timestamptz not null,
  by_user_id uuid not null,
  constraint matter_events_content_sealed check (is_sealed(content)),
  constraint matter_events_reference_key_sealed check (is_look_up(reference_key)),
  constraint matter_events_once unique (matter_id, type, reference_key)
);
create index matter_events_matter on matter_events (matter_id, occurred_at desc, id);

-- The event of each case that it became, which has its own proof of telling.
create table matter_event_cases (
  event_id uuid not null references matter_events (id) on delete cascade,
  case_id uuid not null references cases (id) on delete cascade,
  org_id uuid not null references organisations (id),
  case_event_id uuid references case_events (id) on delete cascade,
  says text check (length(says) <= 300), -- why it is not an event of this case
  primary key (event_id, case_id),
  constraint matter_event_cases_one check ((case_event_id is null) <> (says is null))
);
create index matter_event_cases_case on matter_event_cases (case_id);
create index matter_event_cases_event on matter_event_cases (case_event_id) where case_event_id is not null;

-- What a witness is to be told of, by when, and how they were.
create table matter_tellings (
  event_id uuid not null references matter_events (id) on delete cascade,
  person_id uuid not null references matter_people (id) on delete cascade,
  org_id uuid not null references organisations (id),
  rule text not null check (rule ~ '^K([1-9]|[12][0-9]|3[0-6])$'),
  rule_version smallint not null,
  due_at timestamptz not null,
  told_at timestamptz,
  told_channel text check (told_channel in ('phone', 'text', 'email', 'post', 'in_person')),
  told_understood text check (told_understood in ('yes', 'no', 'not_sure')),
  told_by_user_id uuid,
  primary key (event_id, person_id),
  constraint matter_tellings_told check ((told_at is null) = (told_channel is null) and (told_at is null) = (told_understood is null) and (told_at is null) = (told_by_user_id is null))
);
create index matter_tellings_person on matter_tellings (person_id);

-- +goose StatementBegin
-- They are told once.
create function matter_tellings_once() returns trigger language plpgsql as $$
begin
  if old.told_at is not null then
    raise exception using errcode = 'TL409', message = 'that they were told is recorded already';
  end if;
  return new;
end $$;
-- Who is erased takes with them a matter that is about nobody else. Definer: the
-- organisation that erases need not be the one that keeps the matter.
create function matter_cases_erased() returns trigger language plpgsql security definer as $$
begin
  if nullif(pg_catalog.current_setting('throughline.erasing', true), '') is not null
    and not exists (select from public.matter_cases k where k.matter_id = old.matter_id) then
    delete from public.matters m where m.id = old.matter_id;
  end if;
  return null;
end $$;
create function app_keeps_matter(p_matter uuid) returns boolean language plpgsql stable as $$
begin
  return exists (select from public.matters m where m.id = p_matter and m.org_id = public.app_record_org());
end $$;
-- +goose StatementEnd
create trigger matter_tellings_once before update on matter_tellings for each row execute function matter_tellings_once();
create trigger matter_cases_erased after delete on matter_cases for each row execute function matter_cases_erased();
revoke execute on function matter_tellings_once(), matter_cases_erased(), app_keeps_matter(uuid) from public;
grant execute on function app_keeps_matter(uuid) to throughline_app;

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['matters', 'matter_cases', 'matter_people', 'matter_events', 'matter_event_cases', 'matter_tellings'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
  end loop;
end $$;
-- +goose StatementEnd

create policy own on matters for select to throughline_app using (org_id = (select app_record_org()));
create policy begun on matters for insert to throughline_app with check (org_id = (select app_record_org()) and by_user_id = (select app_user_id()));
grant select, insert on matters to throughline_app;
-- Of the cases, those alone that the reader sees: nobody learns of another.
create policy own on matter_cases for select to throughline_app using (org_id = (select app_record_org()) and app_sees_case(case_id));
create policy added on matter_cases for insert to throughline_app
  with check (org_id = (select app_record_org()) and by_user_id = (select app_user_id()) and app_sees_case(case_id) and app_keeps_matter(matter_id));
grant select, insert on matter_cases to throughline_app;
create policy own on matter_people for select to throughline_app using (org_id = (select app_record_org()));
create policy added on matter_people for insert to throughline_app
  with check (org_id = (select app_record_org()) and by_user_id = (select app_user_id()) and app_keeps_matter(matter_id));
grant select, insert on matter_people to throughline_app;
create policy own on matter_events for select to throughline_app using (org_id = (select app_record_org()));
create policy added on matter_events for insert to throughline_app
  with check (org_id = (select app_record_org()) and by_user_id = (select app_user_id()) and app_keeps_matter(matter_id));
grant select, insert on matter_events to throughline_app;
create policy own on matter_event_cases for select to throughline_app using (org_id = (select app_record_org()) and app_sees_case(case_id));
create policy added on matter_event_cases for insert to throughline_app with check (org_id = (select app_record_org()) and app_sees_case(case_id)
  and coalesce((select true from matter_events e where e.id = matter_event_cases.event_id and e.org_id = matter_event_cases.org_id limit 1), false));
create policy again on matter_event_cases for update to throughline_app using (org_id = (select app_record_org()) and case_event_id is null and app_sees_case(case_id))
  with check (org_id = (select app_record_org()) and app_sees_case(case_id));
grant select, insert on matter_event_cases to throughline_app;
grant update (case_event_id, says) on matter_event_cases to throughline_app;
create policy own on matter_tellings for select to throughline_app using (org_id = (select app_record_org()));
create policy added on matter_tellings for insert to throughline_app with check (org_id = (select app_record_org()) and told_at is null
  and coalesce((select true from matter_events e where e.id = matter_tellings.event_id and e.org_id = matter_tellings.org_id limit 1), false));
create policy told on matter_tellings for update to throughline_app using (org_id = (select app_record_org()))
  with check (org_id = (select app_record_org()) and told_by_user_id = (select app_user_id()));
grant select, insert (event_id, person_id, org_id, rule, rule_version, due_at) on matter_tellings to throughline_app;
grant update (told_at, told_channel, told_understood, told_by_user_id) on matter_tellings to throughline_app;
