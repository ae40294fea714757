-- +goose Up
-- What the clocks of a case measure, in versions (docs/adr/0029): the limits
-- change with the law, and a clock keeps the version in force when it began.
create table clock_rules (
  rule text not null check (rule ~ '^K([1-9]|[12][0-9]|3[0-6])$'),
  version smallint not null check (version > 0),
  owner text not null check (length(owner) <= 40), -- kind of organisation, victim, provider or controller
  standard smallint not null check (standard >= 0), -- 0: no number is set
  enhanced smallint not null check (enhanced >= 0),
  unit text not null check (unit in ('working_days', 'days', 'months')),
  soft smallint not null default 0 check (soft >= 0),
  source text not null check (length(source) between 1 and 200),
  effective_from date not null,
  effective_to date,
  primary key (rule, version),
  constraint clock_rules_order check (effective_to is null or effective_to > effective_from)
);
create unique index clock_rules_one_in_force on clock_rules (rule) where effective_to is null;

-- What police, courts, prosecutors, probation and services did in a case: E1 to
-- E30. Never changed and never taken back; that the victim was told is added once.
create table case_events (
  id uuid primary key,
  case_id uuid not null references cases (id),
  type text not null check (type ~ '^E([1-9]|[12][0-9]|30)$'),
  occurred_at timestamptz not null,
  known_at timestamptz not null,
  at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  source_org_id uuid not null references organisations (id),
  reference bytea check (octet_length(reference) <= 520), -- sealed
  reference_key bytea, -- the same reference gives the same key, and nothing else is learnt
  details jsonb not null default '{}' check (jsonb_typeof(details) = 'object' and octet_length(details::text) <= 2000), -- codes, times, numbers, yes and no
  words bytea not null check (octet_length(words) <= 70000), -- sealed: what was said in anybody's words
  by_user_id uuid not null,
  by_org_id uuid not null,
  told_at timestamptz,
  told_recorded_at timestamptz,
  told_channel text check (told_channel in ('phone', 'text', 'email', 'post', 'in_person')),
  told_understood boolean,
  told_offered boolean, -- support was offered with it
  told_by_user_id uuid,
  told_by_org_id uuid,
  constraint case_events_known_after check (known_at >= occurred_at),
  constraint case_events_reference_sealed check (is_sealed(reference)),
  constraint case_events_words_sealed check (is_sealed(words)),
  constraint case_events_reference_key_sealed check (is_look_up(reference_key)),
  constraint case_events_both_or_none check ((reference is null) = (reference_key is null)),
  constraint case_events_told_whole check ((told_at is null) = (told_channel is null) and (told_at is null) = (told_by_user_id is null)
    and (told_at is null) = (told_by_org_id is null) and (told_at is null) = (told_recorded_at is null)),
  -- delivered twice, it is one
  constraint case_events_once unique (case_id, source_org_id, reference_key, type)
);
create index case_events_case on case_events (case_id, occurred_at desc, id);

-- What a clock of a case has besides: what started and stopped it, an extension,
-- and who said that it is not owed.
create table case_clocks (
  clock_id uuid primary key references clocks (id) on delete cascade,
  case_id uuid not null references cases (id),
  event_id uuid not null references case_events (id),
  stop_event_id uuid references case_events (id),
  -- whoever owes it does not write here: that nothing was recorded proves nothing
  off_record boolean not null,
  enhanced boolean not null,
  extended_at timestamptz,
  extended_days smallint check (extended_days between 1 and 20),
  extended_reason text check (length(extended_reason) <= 60),
  ended_on date,
  ended_by_user_id uuid,
  ended_by_org_id uuid,
  constraint case_clocks_extended_whole check ((extended_at is null) = (extended_days is null) and (extended_at is null) = (extended_reason is null))
);
create index case_clocks_case on case_clocks (case_id);
create index case_clocks_event on case_clocks (event_id);
create index case_clocks_stop on case_clocks (stop_event_id) where stop_event_id is not null;
-- What becomes "no record" when nobody has written for long.
create index clocks_unsent on clocks (case_id) where rule = 'K1' and referral_id is null and stopped_at is null;
create index clocks_silent on clocks (due_at) where referral_id is null and state = 'breached' and stopped_at is null;

-- +goose StatementBegin
-- What happened stays as it was written: only the telling is added, once.
create function case_events_frozen() returns trigger language plpgsql as $$
begin
  if old.told_at is not null and (new.told_at, new.told_recorded_at, new.told_channel, new.told_understood, new.told_offered, new.told_by_user_id, new.told_by_org_id)
    is distinct from (old.told_at, old.told_recorded_at, old.told_channel, old.told_understood, old.told_offered, old.told_by_user_id, old.told_by_org_id) then
    raise exception using errcode = 'TL409', message = 'that they were told is recorded already';
  end if;
  return new;
end $$;
create function case_clocks_extended_once() returns trigger language plpgsql as $$
begin
  if old.extended_at is not null and new.extended_at is distinct from old.extended_at then
    raise exception using errcode = 'TL409', message = 'a clock is extended once';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger case_events_frozen before update on case_events for each row execute function case_events_frozen();
create trigger case_clocks_extended_once before update on case_clocks for each row execute function case_clocks_extended_once();
revoke execute on function case_events_frozen(), case_clocks_extended_once() from public;

-- What the law says is nobody's secret.
grant select on clock_rules to throughline_app;

-- Whoever sees the case sees what happened in it; a receiver of a referral does
-- not (decisions.md 1). What is written is in one's own name.
alter table case_events enable row level security;
alter table case_events force row level security;
create policy owner_all on case_events to throughline_owner using (true) with check (true);
create policy with_case on case_events for select to throughline_app using (case_id = (select app_opened_case()) or app_sees_case(case_id));
create policy authors on case_events for insert to throughline_app with check ((select app_handles_cases())
  and by_user_id = (select app_user_id()) and by_org_id = (select app_org_id()) and source_org_id = (select app_org_id()) and told_at is null and app_sees_case(case_id));
create policy told on case_events for update to throughline_app using ((select app_handles_cases()) and app_sees_case(case_id))
  with check (told_by_user_id = (select app_user_id()) and told_by_org_id = (select app_org_id()));
grant select, insert (id, case_id, type, occurred_at, known_at, at, source_org_id, reference, reference_key, details, words, by_user_id, by_org_id) on case_events to throughline_app;
grant update (told_at, told_recorded_at, told_channel, told_understood, told_offered, told_by_user_id, told_by_org_id) on case_events to throughline_app;

alter table case_clocks enable row level security;
alter table case_clocks force row level security;
create policy owner_all on case_clocks to throughline_owner using (true) with check (true);
create policy with_case on case_clocks for select to throughline_app using (case_id = (select app_opened_case()) or app_sees_case(case_id) or (select app_is_system()));
create policy authors on case_clocks for insert to throughline_app with check ((select app_handles_cases()) and app_sees_case(case_id));
create policy change on case_clocks for update to throughline_app using ((select app_handles_cases()) and app_sees_case(case_id))
  with check (ended_by_user_id is null or ended_by_user_id = (select app_user_id()) and ended_by_org_id = (select app_org_id()));
grant select, insert on case_clocks to throughline_app;
grant update (stop_event_id, extended_at, extended_days, extended_reason, ended_on, ended_by_user_id, ended_by_org_id) on case_clocks to throughline_app;

insert into clock_rules (rule, version, owner, standard, enhanced, unit, soft, source, effective_from) values
  ('K1', 1, 'police_force', 2, 2, 'working_days', 0, 'Victims'' Code 2021', '2021-04-01'),
  ('K2', 1, 'police_force', 5, 5, 'working_days', 0, 'Starting number of the product; the Code gives none', '2021-04-01'),
  ('K3', 1, 'police_force', 5, 1, 'working_days', 0, 'Victims'' Code 2021', '2021-04-01'),
  ('K4', 1, 'police_force', 5, 1, 'working_days', 0, 'Victims'' Code 2021', '2021-04-01'),
  ('K5', 1, 'police_force', 5, 1, 'working_days', 0, 'Victims'' Code 2021', '2021-04-01'),
  ('K6', 1, 'police_force', 5, 1, 'working_days', 0, 'Victims'' Code 2021', '2021-04-01'),
  ('K7', 1, 'police_force', 5, 1, 'working_days', 0, 'Victims'' Code 2021, to be checked against its text', '2021-04-01'),
  ('K8', 1, 'cps', 5, 1, 'working_days', 0, 'CPS guidance on victim communication, 2024', '2021-04-01'),
  ('K9', 1, 'victim', 3, 3, 'months', 10, 'CPS Victims'' Right to Review scheme', '2021-04-01'),
  ('K10', 1, 'court', 5, 5, 'working_days', 0, 'Victims'' Code 2021', '2021-04-01'),
  ('K11', 1, 'witness_care', 1, 1, 'working_days', 0, 'Victims'' Code 2021', '2021-04-01'),
  ('K12', 1, 'witness_care', 5, 1, 'working_days', 0, 'Victims'' Code 2021', '2021-04-01'),
  ('K13', 1, 'witness_care', 1, 1, 'working_days', 0, 'Victims'' Code 2021', '2021-04-01'),
  ('K14', 1, 'witness_care', 1, 1, 'working_days', 0, 'Victims'' Code 2021', '2021-04-01'),
  ('K15', 1, 'victim', 28, 28, 'days', 0, 'Unduly lenient sentence scheme, to be checked: the Act of 2026 amends it', '2021-04-01'),
  ('K16', 1, 'witness_care', 10, 10, 'working_days', 0, 'Victims'' Code 2021', '2021-04-01'),
  ('K17', 1, 'probation', 20, 20, 'working_days', 0, 'Victims'' Code 2021', '2021-04-01'),
  ('K18', 1, 'police_force', 0, 0, 'working_days', 0, 'The Code gives no number: before the sentence', '2021-04-01'),
  ('K19', 1, 'police_force', 0, 0, 'working_days', 0, 'The Code gives no number', '2021-04-01'),
  ('K20', 1, 'police_force', 5, 5, 'working_days', 0, 'Starting number of the product; the Code gives none', '2021-04-01'),
  ('K21', 1, 'police_force', 28, 28, 'days', 0, 'Metropolitan Police practice under earlier Codes; the victim''s own choice comes first', '2021-04-01'),
  ('K22', 1, 'provider', 0, 0, 'working_days', 0, 'Contract of each service', '2021-04-01'),
  ('K23', 1, 'provider', 0, 0, 'working_days', 0, 'Contract of each service', '2021-04-01'),
  ('K24', 1, 'provider', 0, 0, 'working_days', 0, 'Contract of each service', '2021-04-01'),
  ('K25', 1, 'provider', 0, 0, 'working_days', 0, 'Contract of each service', '2021-04-01'),
  ('K26', 1, 'provider', 0, 0, 'working_days', 0, 'Contract of each service', '2021-04-01'),
  ('K27', 1, 'marac', 0, 0, 'working_days', 0, 'Protocol of each MARAC', '2021-04-01'),
  ('K28', 1, 'controller', 10, 10, 'working_days', 0, 'Victims'' Code 2021, to be checked against its text', '2021-04-01'),
  ('K29', 1, 'controller', 1, 1, 'months', 0, 'UK GDPR and Data (Use and Access) Act 2025', '2021-04-01'),
  ('K30', 1, 'controller', 30, 30, 'days', 0, 'UK GDPR and Data (Use and Access) Act 2025', '2021-04-01'),
  ('K31', 1, 'controller', 0, 0, 'months', 0, 'Retention schedule of each organisation', '2021-04-01');
