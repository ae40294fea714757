-- How long a person's record is kept, and how it goes: found by a job, looked
-- at by a person, deleted from every table, and a certificate left
-- (domain.md 5.3). And the log of breaches.
--
-- Nothing here trusts the application with a deletion. It may not delete a
-- case, a victim or anything of theirs; app_retention_delete does, and asks the
-- tables again whether somebody approved it, whether it is due and whether
-- anybody holds it (docs/adr/0020).

-- +goose Up

-- Who looks after what people are owed of their data.
create function app_keeps_rights() returns boolean language sql stable parallel safe as
  $$ select coalesce(app_role() in ('manager', 'provider_manager', 'privacy_officer'), false) $$;

-- Wrong guesses go after a day, right ones after ninety.
create index sign_in_attempts_wrong on sign_in_attempts (at) where ok is not true;

-- Schedules ----------------------------------------------------------------------

-- How long each kind of record is kept: the product's own number where org_id
-- is null, an organisation's where it set one.
create table retention_schedules (
  id uuid primary key default gen_random_uuid(),
  org_id uuid references organisations (id),
  kind text not null check (kind in ('no_service', 'no_contact', 'service_user', 'child', 'child_sexual_abuse', 'referral_record',
    'contact_details')),
  months smallint not null check (months between 0 and 1200),
  days smallint not null default 0 check (days between 0 and 366),
  source text not null check (length(source) between 1 and 400),
  source_date date not null,     -- of the source
  set_by uuid,
  set_at timestamptz not null default clock_timestamp(),
  version integer not null default 1,
  constraint retention_schedules_once unique nulls not distinct (org_id, kind),
  constraint retention_schedules_some_time check (months > 0 or days > 0),
  constraint retention_schedules_signed check ((org_id is null) = (set_by is null))
);
insert into retention_schedules (kind, months, days, source, source_date) values
  ('no_service', 0, 42, 'Victim Support, privacy notice: where no service was taken up, deleted within 6 weeks', '2026-05-01'),
  ('no_contact', 6, 0, 'Victim Support, privacy notice: where nobody could be reached, kept 6 months', '2026-05-01'),
  ('service_user', 72, 0, 'Victim Support, privacy notice: people who used the service, 6 years after the last contact', '2026-05-01'),
  ('child', 300, 0, 'Common practice for records of children: to the 25th birthday, counted from birth', '2026-05-01'),
  ('child_sexual_abuse', 900, 0, 'Independent Inquiry into Child Sexual Abuse, final report: 75 years for records of child sexual abuse', '2022-10-20'),
  ('referral_record', 72, 0, 'Victim Support, privacy notice: 6 years after the last contact, for the record a service makes of its own work', '2026-05-01'),
  ('contact_details', 12, 0, 'UK GDPR article 5(1)(c) and (e): no longer than needed. The number is the product''s own until the controller sets one', '2018-05-25');

create table retention_holds (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  case_id uuid not null references cases (id),
  reference text not null,       -- of the case or referral, as it was typed
  reason text not null check (reason in ('police', 'information_request', 'inquest', 'death_review', 'inquiry', 'claim', 'complaint',
    'kept_at_review', 'other')),
  note text check (length(note) <= 1000),
  placed_by uuid not null,
  placed_at timestamptz not null,
  until date,                    -- the last day; null: until it is lifted
  lifted_by uuid,
  lifted_at timestamptz,
  lifted_note text check (length(lifted_note) <= 1000),
  version integer not null default 1,
  constraint retention_holds_other_says_why check (reason <> 'other' or note is not null),
  constraint retention_holds_lifted check ((lifted_by is null) = (lifted_at is null))
);
create index retention_holds_case on retention_holds (case_id) where lifted_at is null;
create index retention_holds_org on retention_holds (org_id, placed_at desc);

-- What was found to be past keeping, and what became of it. The subject is a
-- bare id: the row outlives it.
create table retention_items (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  kind text not null check (kind in ('case', 'contact_details', 'referral_record')),
  subject_id uuid not null,      -- the case, or the referral
  reference text not null,
  class text not null,           -- the schedule's kind
  source text not null,
  since timestamptz not null,    -- the last thing that happened
  due_on date not null,
  found_at timestamptz not null,
  status text not null default 'waiting' check (status in ('waiting', 'approved', 'kept', 'deleted')),
  approved_by uuid,
  approved_at timestamptz,
  delete_after timestamptz,
  decided_by uuid,               -- who kept it, or took the approval back
  version integer not null default 1,
  constraint retention_items_approved check ((status = 'approved') <= (approved_by is not null and approved_at is not null and delete_after is not null)),
  -- Time to be stopped: nothing goes on the day it was approved.
  constraint retention_items_not_at_once check (delete_after >= approved_at + interval '1 day')
);
create unique index retention_items_one_open on retention_items (kind, subject_id) where status in ('waiting', 'approved');
create index retention_items_org on retention_items (org_id, status, due_on, id);
create index retention_items_ready on retention_items (delete_after) where status = 'approved';

-- How far the nightly look has come; one row.
create table retention_progress (
  one boolean primary key default true check (one),
  after uuid not null default '00000000-0000-0000-0000-000000000000',
  round_ended_at timestamptz
);
insert into retention_progress default values;

-- The certificate: that a record went, when, by which rule, who agreed, how
-- many rows of which tables. It names nobody.
create table tombstones (
  id uuid primary key,
  reference text not null unique check (reference ~ '^T-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]$'),
  org_id uuid not null references organisations (id),
  why text not null check (why in ('retention', 'erasure')),
  record_kind text not null,
  record_reference text not null,
  class text not null,
  source text not null,
  due_on date,
  approved_by uuid not null,
  approved_at timestamptz not null,
  second_by uuid,
  deleted_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  counts jsonb not null,
  hash bytea not null
);
create index tombstones_org on tombstones (org_id, deleted_at desc);

-- Breaches -----------------------------------------------------------------------

create table breaches (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  reference text not null unique check (reference ~ '^B-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]$'),
  what text not null check (length(what) between 1 and 4000),
  cause text not null check (cause in ('wrong_recipient', 'unsafe_contact', 'seen_without_reason', 'lost_or_stolen', 'system', 'attack', 'other')),
  happened_at timestamptz,
  aware_at timestamptz not null,
  -- UK GDPR article 33: 72 hours from when it was known, whatever the day.
  report_by timestamptz not null,
  people integer check (people between 0 and 1000000),
  data_kinds text[] not null default '{}',
  risk text not null default 'not_known' check (risk in ('not_known', 'unlikely', 'likely', 'high')),
  risk_why text check (length(risk_why) <= 2000),
  contained text check (length(contained) <= 2000),
  contained_at timestamptz,
  reported_at timestamptz,       -- to the Information Commissioner
  report_reference text check (length(report_reference) <= 60),
  not_reported_why text check (length(not_reported_why) <= 2000),
  told text not null default 'not_yet' check (told in ('not_yet', 'told', 'not_needed', 'not_safe')),
  told_at timestamptz,
  told_why text check (length(told_why) <= 2000),
  attempt_id uuid unique,        -- the safety incident it was made of
  status text not null default 'open' check (status in ('open', 'closed')),
  closed_at timestamptz,
  created_by uuid not null,
  created_at timestamptz not null,
  version integer not null default 1,
  constraint breaches_72_hours check (report_by = aware_at + interval '72 hours'),
  constraint breaches_known_after check (happened_at is null or happened_at <= aware_at),
  constraint breaches_told_when check ((told = 'told') = (told_at is not null)),
  constraint breaches_not_told_why check (told not in ('not_needed', 'not_safe') or told_why is not null),
  -- Closed only when it is said what the risk was, that the regulator was told
  -- or why not, and the same of the people it is about.
  constraint breaches_closed_whole check (status = 'open' or closed_at is not null and risk <> 'not_known' and contained is not null
    and told <> 'not_yet' and (reported_at is not null or not_reported_why is not null)),
  constraint breaches_high_is_told check (status = 'open' or risk <> 'high' or told in ('told', 'not_safe'))
);
create index breaches_org on breaches (org_id, status, report_by, id);

-- Row security -------------------------------------------------------------------

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['retention_schedules', 'retention_holds', 'retention_items', 'retention_progress', 'tombstones', 'breaches'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
  end loop;
  foreach t in array array['retention_holds', 'retention_items', 'tombstones', 'breaches'] loop
    execute format('create policy own on %I for select to throughline_app using ((select app_keeps_rights()) and org_id = (select app_org_id()))', t);
  end loop;
  foreach t in array array['retention_holds', 'retention_items', 'breaches'] loop
    execute format('create policy change_own on %1$I for update to throughline_app using ((select app_keeps_rights()) and org_id = (select app_org_id()))', t);
  end loop;
end $$;
-- +goose StatementEnd

create policy defaults_and_own on retention_schedules for select to throughline_app
  using ((select app_keeps_rights()) and (org_id is null or org_id = (select app_org_id())));
create policy set_own on retention_schedules for insert to throughline_app
  with check ((select app_keeps_rights()) and org_id = (select app_org_id()) and set_by = (select app_user_id()));
create policy change_own on retention_schedules for update to throughline_app
  using ((select app_keeps_rights()) and org_id = (select app_org_id()))
  with check ((select app_keeps_rights()) and org_id = (select app_org_id()) and set_by = (select app_user_id()));
create policy ready on retention_items for select to throughline_app using ((select app_is_system()) and status = 'approved');
create policy log_own on breaches for insert to throughline_app
  with check ((select app_keeps_rights()) and org_id = (select app_org_id()) and created_by = (select app_user_id()));

-- Whether a record is for the actor to answer for. Records that hide stay
-- hidden (docs/adr/0013): a privacy officer is let in by what is restricted,
-- nobody by a seal of others or past a bar.
create function rights_over(c cases) returns boolean language sql stable as $$
  select public.app_keeps_rights() and (c.barred is null or public.app_user_id() <> all (c.barred)) and (not c.sealed or public.app_user_id() = any (c.restricted_to))
    and (c.access && array[public.app_org_id(), public.app_user_id()]
      or public.app_role() = 'privacy_officer' and public.app_org_id() in (c.accountable_org_id, c.logged_by_org_id))
$$;
create function rights_over(r referrals) returns boolean language sql stable as $$
  select public.app_keeps_rights() and r.to_org_id = public.app_org_id() and r.receiver_sees
    and (r.barred is null or public.app_user_id() <> all (r.barred)) and not r.sealed
    and (r.to_people is null or public.app_role() = 'privacy_officer' or public.app_user_id() = any (r.to_people))
$$;

-- Whether the actor's organisation has to do with a case: it holds or logged
-- it, or was sent a referral of it. Definer: a privacy officer reads no case.
create function app_party_to(p_case uuid) returns boolean language sql stable security definer as $$
  select coalesce((select true from public.cases c where c.id = p_case and public.rights_over(c)), false)
    or coalesce((select true from public.referrals r where r.case_id = p_case and public.rights_over(r) limit 1), false)
$$;
create policy place on retention_holds for insert to throughline_app
  with check ((select app_keeps_rights()) and org_id = (select app_org_id()) and placed_by = (select app_user_id()) and app_party_to(case_id));

-- What a reference names, for whoever answers for data: ids and nothing else.
create function app_rights_record(p_reference text) returns table (case_id uuid, referral_id uuid) language sql stable security definer as $$
  select c.id, null::uuid from public.cases c where c.reference = p_reference and public.rights_over(c)
  union all
  select r.case_id, r.id from public.referrals r where r.reference = p_reference and public.rights_over(r)
$$;

-- Safety incidents of the organisation, so that one can be made a breach.
create function app_safety_incidents(p_attempt uuid) returns table (attempt_id uuid, at timestamptz, channel text, outcome text,
    case_reference text, referral_reference text, breach text) language sql stable security definer as $$
  select a.id, a.at, a.channel, a.outcome, case when public.rights_over(c) then c.reference end,
    r.reference, (select b.reference from public.breaches b where b.attempt_id = a.id and b.org_id = public.app_org_id())
  from public.contact_attempts a join public.cases c on c.id = a.case_id left join public.referrals r on r.id = a.referral_id
  where a.safety_incident and (p_attempt is null or a.id = p_attempt)
    and (public.rights_over(c) or a.by_org_id = public.app_org_id() and public.rights_over(r))
  order by a.at desc limit 100
$$;
create index contact_attempts_incidents on contact_attempts (at) where safety_incident;

-- Finding --------------------------------------------------------------------------

create function retention_period(p_org uuid, p_kind text) returns retention_schedules language sql stable as $$
  select s from public.retention_schedules s where s.kind = p_kind and (s.org_id = p_org or s.org_id is null) order by s.org_id nulls last limit 1
$$;

-- Why, since when and until when a case is kept. A case with live work is not
-- past keeping, however old. What receivers wrote keeps it for as long as their
-- own schedules say: they are controllers of that (referrals.md section 3).
-- +goose StatementBegin
create function retention_of_case(p_case uuid) returns table (class text, source text, since timestamptz, due timestamptz, contact_due timestamptz, live boolean)
language plpgsql stable as $$
declare
  c public.cases; born date; s public.retention_schedules; sent boolean; served boolean; tried boolean;
begin
  select * into c from public.cases k where k.id = p_case;
  if not found then return; end if;
  select v.date_of_birth into born from public.victims v where v.id = c.victim_id;
  select coalesce(bool_or(r.live), false), coalesce(bool_or(r.submitted_at is not null), false),
      coalesce(bool_or(r.accepted_at is not null and r.status not in ('not_engaged', 'entered_in_error')), false),
      coalesce(bool_or(r.status = 'not_engaged'), false), max(greatest(r.created_at, r.status_since, r.ended_at))
    into live, sent, served, tried, since from public.referrals r where r.case_id = p_case;
  since := greatest(since, c.logged_at, c.updated_at, (select max(a.at) from public.contact_attempts a where a.case_id = p_case));
  class := case
    when exists (select from public.incidents i where i.case_id = p_case and 'child_sexual_abuse' = any (i.offence_types)) then 'child_sexual_abuse'
    when served or (c.status = 'open' and c.help_offered <> 'no' and not sent) then 'service_user'
    when tried then 'no_contact'
    else 'no_service' end;
  s := public.retention_period(c.accountable_org_id, class);
  source := s.source;
  due := since + make_interval(months => s.months, days => s.days);
  if born > (c.logged_at - interval '18 years')::date then
    s := public.retention_period(c.accountable_org_id, 'child');
    if born + make_interval(months => s.months, days => s.days) > due then
      class := 'child';
      source := s.source;
      due := born + make_interval(months => s.months, days => s.days);
    end if;
  end if;
  due := greatest(due, (select max(r.ended_at + make_interval(months => (p).months, days => (p).days))
    from public.referrals r, lateral public.retention_period(r.to_org_id, 'referral_record') p
    where r.case_id = p_case and r.accepted_at is not null and r.to_org_id <> c.accountable_org_id));
  s := public.retention_period(c.accountable_org_id, 'contact_details');
  contact_due := since + make_interval(months => s.months, days => s.days);
  return next;
end $$;

create function retention_held(p_case uuid, p_now timestamptz) returns boolean language sql stable as $$
  select exists (select from public.retention_holds h where h.case_id = p_case and h.lifted_at is null and (h.until is null or h.until >= p_now::date))
$$;

-- The nightly look, some cases at a time: what is due joins the list of whoever
-- answers for it. No list grows longer than a person can look through. Definer:
-- the system reads no case, and nobody may put a record on the list by hand.
create function app_retention_find(p_limit integer, p_now timestamptz) returns table (listed integer, finished boolean)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  now_at timestamptz := least(p_now, clock_timestamp());
  most constant integer := 200;
  at uuid; c record; d record; r record; seen integer := 0;
begin
  if not app_is_system() then
    raise insufficient_privilege using message = 'only a job looks for what is past keeping';
  end if;
  listed := 0;
  select p.after into at from public.retention_progress p for update;
  for c in select k.id, k.reference, k.accountable_org_id from public.cases k where k.id > at order by k.id limit p_limit loop
    at := c.id;
    seen := seen + 1;
    select * into d from public.retention_of_case(c.id);
    continue when d.live or public.retention_held(c.id, now_at);
    if d.due <= now_at then
      listed := listed + public.retention_list(c.accountable_org_id, 'case', c.id, c.reference, d.class, d.source, d.since, d.due, now_at, most);
    elsif d.contact_due <= now_at and (exists (select from public.contact_details x where x.case_id = c.id)
        or exists (select from public.code_words x where x.case_id = c.id)) then
      listed := listed + public.retention_list(c.accountable_org_id, 'contact_details', c.id, c.reference, 'contact_details',
        (public.retention_period(c.accountable_org_id, 'contact_details')).source, d.since, d.contact_due, now_at, most);
    end if;
    for r in select f.id, f.reference, f.to_org_id, f.ended_at, (p).source, f.ended_at + make_interval(months => (p).months, days => (p).days) as due
        from public.referrals f, lateral public.retention_period(f.to_org_id, 'referral_record') p
        where f.case_id = c.id and f.accepted_at is not null and f.ended_at is not null and f.to_org_id <> c.accountable_org_id
          and exists (select from public.contact_attempts a where a.referral_id = f.id and a.by_org_id = f.to_org_id) loop
      if r.due <= now_at then
        listed := listed + public.retention_list(r.to_org_id, 'referral_record', r.id, r.reference, 'referral_record', r.source, r.ended_at, r.due, now_at, most);
      end if;
    end loop;
  end loop;
  finished := seen < p_limit;
  update public.retention_progress p set after = case when finished then '00000000-0000-0000-0000-000000000000'::uuid else at end,
    round_ended_at = case when finished then now_at else p.round_ended_at end;
  return next;
end $$;
create function retention_list(p_org uuid, p_kind text, p_subject uuid, p_reference text, p_class text, p_source text, p_since timestamptz,
  p_due timestamptz, p_now timestamptz, p_most integer) returns integer language plpgsql volatile as $$
begin
  if (select count(*) from (select from public.retention_items i where i.org_id = p_org and i.status = 'waiting' limit p_most) x) >= p_most then
    return 0;
  end if;
  insert into public.retention_items (id, org_id, kind, subject_id, reference, class, source, since, due_on, found_at)
  values (gen_random_uuid(), p_org, p_kind, p_subject, p_reference, p_class, p_source, p_since, p_due::date, p_now)
  on conflict (kind, subject_id) where status in ('waiting', 'approved') do nothing;
  return case when found then 1 else 0 end;
end $$;

-- The application moves an item between waiting, approved and kept, in its own
-- name. That one is deleted is for the function to say that deletes.
create function retention_items_guard() returns trigger language plpgsql as $$
begin
  if current_user = 'throughline_app' then
    if old.status not in ('waiting', 'approved') or new.status not in ('waiting', 'approved', 'kept') then
      raise exception using errcode = 'TL409', message = 'this was decided already';
    end if;
    if new.status = 'approved' and (old.status <> 'waiting' or new.approved_by is distinct from public.app_user_id()) then
      raise insufficient_privilege using message = 'an approval is given in one''s own name';
    end if;
    if new.status <> 'approved' and new.decided_by is distinct from public.app_user_id() then
      raise insufficient_privilege using message = 'a decision is made in one''s own name';
    end if;
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger retention_items_guarded before update on retention_items for each row execute function retention_items_guard();

-- Deleting ---------------------------------------------------------------------------

-- Tables that keep an id of what went, and why they may: the trail and the
-- figures name nobody, the rest is the proof of the deletion itself.
create function retention_keeps() returns text[] language sql immutable as
  $$ select array['audit_events', 'quality_facts', 'retention_items', 'tombstones', 'breaches'] $$;

-- +goose StatementBegin
-- Deletes rows, and first whatever points at them, however many steps away: a
-- table added later is reached as soon as it has a foreign key.
create function retention_cascade(p_table regclass, p_where text, p_counts jsonb) returns jsonb language plpgsql volatile as $$
declare f record; n bigint; name text;
begin
  for f in
    select c.conrelid::regclass as child,
      (select string_agg(quote_ident(a.attname), ', ' order by k.ord) from unnest(c.conkey) with ordinality k (num, ord)
        join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.num) as cols,
      (select string_agg(quote_ident(a.attname), ', ' order by k.ord) from unnest(c.confkey) with ordinality k (num, ord)
        join pg_catalog.pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.num) as keys
    from pg_catalog.pg_constraint c
    where c.contype = 'f' and c.confrelid = p_table and c.conrelid <> p_table and c.conparentid = 0
    order by c.conname
  loop
    p_counts := public.retention_cascade(f.child, format('(%s) in (select %s from %s where %s)', f.cols, f.keys, p_table, p_where), p_counts);
  end loop;
  execute format('delete from %s where %s', p_table, p_where);
  get diagnostics n = row_count;
  name := (select c.relname from pg_catalog.pg_class c where c.oid = p_table);
  return case when n = 0 then p_counts else jsonb_set(p_counts, array[name], to_jsonb(coalesce((p_counts ->> name)::bigint, 0) + n)) end;
end $$;

-- Deletes what names a record without a foreign key: notices, messages that
-- wait, unfinished forms.
create function retention_loose(p_column text, p_ids uuid[], p_counts jsonb) returns jsonb language plpgsql volatile as $$
declare t record; n bigint;
begin
  for t in
    select c.oid::regclass as tab, c.relname as name from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and a.attname = p_column
      and not a.attisdropped and c.relname <> all (public.retention_keeps())
      and not exists (select from pg_catalog.pg_constraint k where k.conrelid = c.oid and k.contype = 'f' and a.attnum = any (k.conkey))
    order by c.relname
  loop
    execute format('delete from %s where %I = any ($1)', t.tab, p_column) using p_ids;
    get diagnostics n = row_count;
    if n > 0 then
      p_counts := jsonb_set(p_counts, array[t.name::text], to_jsonb(coalesce((p_counts ->> t.name)::bigint, 0) + n));
    end if;
  end loop;
  return p_counts;
end $$;

-- A note is never changed and goes with its case alone: what deletes says for
-- which, for as long as it does. Otherwise as it was (0018).
create or replace function notes_frozen() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_setting('throughline.erasing', true) = old.case_id::text and current_user <> 'throughline_app' then
    return old;
  end if;
  if tg_op = 'UPDATE' then
    if (new.text = '' or (get_byte(new.text, 0) = 1 and substring(new.text from 2 for 4) <> substring(old.text from 2 for 4)))
        and (new.id, new.case_id, new.kind, new.at, new.recorded_at, new.by_user_id, new.by_org_id)
        = (old.id, old.case_id, old.kind, old.at, old.recorded_at, old.by_user_id, old.by_org_id)
        and new.referral_id is not distinct from old.referral_id and new.corrects is not distinct from old.corrects then
      return new;
    end if;
  end if;
  raise exception 'notes are append only';
end $$;

-- Everything of a case: its victim too where no other case is theirs, and the
-- answers kept for a repeated request, which are sealed and may hold anything.
create function retention_erase_case(p_case uuid) returns jsonb language plpgsql volatile as $$
declare
  victim uuid; parties uuid[]; referrals uuid[]; n bigint; counts jsonb := '{}';
begin
  select c.victim_id, array[c.accountable_org_id, c.logged_by_org_id] into victim, parties from public.cases c where c.id = p_case for update;
  select coalesce(array_agg(r.id), '{}'), parties || coalesce(array_agg(r.from_org_id) || array_agg(r.to_org_id), '{}') into referrals, parties
    from public.referrals r where r.case_id = p_case;
  -- A bar said here holds for every case of the victim: it moves to another.
  update public.bars b set case_id = (select c.id from public.cases c where c.victim_id = b.victim_id and c.id <> p_case order by c.id limit 1)
    where b.case_id = p_case and exists (select from public.cases c where c.victim_id = b.victim_id and c.id <> p_case);
  -- What else of it was on a list goes with it.
  update public.retention_items i set status = 'deleted', version = i.version + 1
    where i.status in ('waiting', 'approved') and i.subject_id = any (referrals || p_case);
  counts := public.retention_loose('referral_id', referrals, counts);
  counts := public.retention_loose('case_id', array[p_case], counts);
  counts := public.retention_loose('record_id', array[p_case], counts);
  perform set_config('throughline.erasing', p_case::text, true);
  counts := public.retention_cascade('public.cases', format('id = %L', p_case), counts);
  perform set_config('throughline.erasing', '', true);
  if not exists (select from public.cases c where c.victim_id = victim) then
    counts := public.retention_loose('victim_id', array[victim], counts);
    counts := public.retention_cascade('public.victims', format('id = %L', victim), counts);
  end if;
  delete from public.idempotency_keys k using public.users u where u.id = k.user_id and u.org_id = any (parties);
  get diagnostics n = row_count;
  return case when n = 0 then counts else counts || jsonb_build_object('idempotency_keys', n) end;
end $$;

-- How the victim is reached: numbers, the code word, plans to use them, and the
-- address where no other case of theirs has live work.
create function retention_erase_contact(p_case uuid) returns jsonb language plpgsql volatile as $$
declare n bigint; counts jsonb := '{}';
begin
  counts := public.retention_cascade('public.contact_details', format('case_id = %L', p_case), counts);
  counts := public.retention_cascade('public.code_words', format('case_id = %L', p_case), counts);
  counts := public.retention_cascade('public.contact_plans', format('case_id = %L', p_case), counts);
  update public.victims v set address = null where v.address is not null and v.id = (select c.victim_id from public.cases c where c.id = p_case)
    and not exists (select from public.cases c join public.referrals r on r.case_id = c.id where c.victim_id = v.id and r.live);
  get diagnostics n = row_count;
  return case when n = 0 then counts else counts || jsonb_build_object('victims.address', n) end;
end $$;

-- What a receiver wrote of its own work: rows of a referral that say they are
-- its own, and its words in the history. The referral's shell stays.
create function retention_erase_record(p_referral uuid) returns jsonb language plpgsql volatile as $$
declare t record; org uuid; n bigint; counts jsonb := '{}';
begin
  select r.to_org_id into org from public.referrals r where r.id = p_referral for update;
  perform set_config('throughline.erasing', (select r.case_id::text from public.referrals r where r.id = p_referral), true);
  for t in
    select c.oid::regclass as tab, a.attname as org_col from pg_catalog.pg_class c
      join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname in ('by_org_id', 'org_id')
      join pg_catalog.pg_attribute b on b.attrelid = c.oid and b.attname = 'referral_id'
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and not a.attisdropped and not b.attisdropped
      and c.relname <> all (public.retention_keeps() || array['referral_history', 'clocks'])
      and not exists (select from pg_catalog.pg_attribute d where d.attrelid = c.oid and d.attname = 'by_org_id' and a.attname = 'org_id' and not d.attisdropped)
    order by c.relname, a.attname
  loop
    counts := public.retention_cascade(t.tab, format('referral_id = %L and %I = %L', p_referral, t.org_col, org), counts);
  end loop;
  perform set_config('throughline.erasing', '', true);
  counts := public.retention_cascade('public.referral_assignments', format('referral_id = %L', p_referral), counts);
  counts := public.retention_cascade('public.referral_questions', format('referral_id = %L', p_referral), counts);
  update public.referral_history h set note = null, detail = '{}' where h.referral_id = p_referral and h.by_org_id = org and (h.note is not null or h.detail <> '{}');
  get diagnostics n = row_count;
  return case when n = 0 then counts else counts || jsonb_build_object('referral_history.note', n) end;
end $$;

-- The certificate, whose hash is over everything it says.
create function retention_certify(p_item retention_items, p_why text, p_reference text, p_second uuid, p_now timestamptz, p_counts jsonb) returns uuid
language plpgsql volatile as $$
declare t public.tombstones;
begin
  t.id := gen_random_uuid(); t.reference := p_reference; t.org_id := p_item.org_id; t.why := p_why; t.record_kind := p_item.kind;
  t.record_reference := p_item.reference; t.class := p_item.class; t.source := p_item.source; t.due_on := p_item.due_on;
  t.approved_by := p_item.approved_by; t.approved_at := p_item.approved_at; t.second_by := p_second; t.deleted_at := p_now;
  t.recorded_at := clock_timestamp(); t.counts := p_counts;
  t.hash := public.tombstone_hash(t);
  insert into public.tombstones select t.*;
  return t.id;
end $$;
create function tombstone_hash(t tombstones) returns bytea language sql stable as $$
  select sha256(convert_to(concat_ws('|', t.id, t.reference, t.org_id, t.why, t.record_kind, t.record_reference, t.class, t.source, t.due_on,
    t.approved_by, extract(epoch from t.approved_at), t.second_by, extract(epoch from t.deleted_at), t.counts), 'UTF8'))
$$;

-- Deletes one item: approved, its time to be stopped over, still due, still
-- not held, nothing live. Whatever of that is not so ends the transaction.
-- Definer: nobody else may delete any of it.
create function app_retention_delete(p_item uuid, p_reference text, p_now timestamptz) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  now_at timestamptz := least(p_now, clock_timestamp());
  i public.retention_items; d record; kase uuid; record_due timestamptz; counts jsonb;
begin
  if not app_is_system() then
    raise insufficient_privilege using message = 'only a job deletes what is past keeping';
  end if;
  select * into i from public.retention_items x where x.id = p_item for update;
  if i.id is null or i.status <> 'approved' or i.approved_by is null or i.delete_after > now_at then
    raise exception using errcode = 'TL409', message = 'nobody approved this, or its time has not come';
  end if;
  kase := i.subject_id;
  if i.kind = 'referral_record' then
    select f.case_id, f.ended_at + make_interval(months => (p).months, days => (p).days) into kase, record_due
      from public.referrals f, lateral public.retention_period(f.to_org_id, 'referral_record') p
      where f.id = i.subject_id and f.ended_at is not null and f.to_org_id = i.org_id;
  end if;
  perform from public.cases c where c.id = kase for update;
  if not found or public.retention_held(kase, now_at) then
    raise exception using errcode = 'TL409', message = 'it is held, or gone already';
  end if;
  select * into d from public.retention_of_case(kase);
  if d.live and i.kind <> 'referral_record'
    or (case i.kind when 'case' then d.due when 'contact_details' then d.contact_due else record_due end) > now_at then
    raise exception using errcode = 'TL409', message = 'it is not past keeping any longer';
  end if;
  counts := case i.kind when 'case' then public.retention_erase_case(kase) when 'contact_details' then public.retention_erase_contact(kase)
    else public.retention_erase_record(i.subject_id) end;
  update public.retention_items x set status = 'deleted', version = x.version + 1 where x.id = p_item;
  return public.retention_certify(i, 'retention', p_reference, null, now_at, counts);
end $$;

-- An approved item that can no longer go (held, used again) leaves the list, so
-- that the refusal does not repeat every night; the look finds it when it is due
-- again. Says whether it was so.
create function app_retention_release(p_item uuid, p_now timestamptz) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  update public.retention_items x set status = 'kept', version = x.version + 1
    where x.id = p_item and x.status = 'approved' and x.delete_after <= least(p_now, clock_timestamp()) and app_is_system();
  return found;
end $$;
-- +goose StatementEnd

revoke execute on function app_keeps_rights(), rights_over(cases), rights_over(referrals), app_party_to(uuid), app_rights_record(text), app_safety_incidents(uuid), retention_period(uuid, text),
  retention_of_case(uuid), retention_held(uuid, timestamptz), app_retention_find(integer, timestamptz),
  retention_list(uuid, text, uuid, text, text, text, timestamptz, timestamptz, timestamptz, integer), retention_items_guard(), retention_keeps(),
  retention_cascade(regclass, text, jsonb), retention_loose(text, uuid[], jsonb), retention_erase_case(uuid), retention_erase_contact(uuid),
  retention_erase_record(uuid), retention_certify(retention_items, text, text, uuid, timestamptz, jsonb), tombstone_hash(tombstones),
  app_retention_delete(uuid, text, timestamptz), app_retention_release(uuid, timestamptz) from public;
grant execute on function app_keeps_rights(), app_party_to(uuid), app_rights_record(text), app_safety_incidents(uuid),
  app_retention_find(integer, timestamptz), app_retention_delete(uuid, text, timestamptz), app_retention_release(uuid, timestamptz),
  tombstone_hash(tombstones) to throughline_app;

grant select on retention_schedules, retention_holds, retention_items, tombstones, breaches to throughline_app;
grant insert (id, org_id, kind, months, days, source, source_date, set_by, set_at) on retention_schedules to throughline_app;
grant update (months, days, source, source_date, set_by, set_at, version) on retention_schedules to throughline_app;
grant insert (id, org_id, case_id, reference, reason, note, placed_by, placed_at, until) on retention_holds to throughline_app;
grant update (lifted_by, lifted_at, lifted_note, version) on retention_holds to throughline_app;
grant update (status, approved_by, approved_at, delete_after, decided_by, version) on retention_items to throughline_app;
grant insert (id, org_id, reference, what, cause, happened_at, aware_at, report_by, people, data_kinds, attempt_id, created_by, created_at) on breaches to throughline_app;
grant update (what, cause, happened_at, people, data_kinds, risk, risk_why, contained, contained_at, reported_at, report_reference, not_reported_why,
  told, told_at, told_why, status, closed_at, version) on breaches to throughline_app;
