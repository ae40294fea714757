-- +goose Up
-- Complaints and compliments (docs/adr/0048): what somebody said of an
-- organisation, recorded by any organisation's worker, of a case or of none,
-- acknowledged and answered in time, and taken further. What was said is sealed.
create table complaints (
  id uuid primary key,
  kind text not null check (kind in ('complaint', 'compliment')),
  org_id uuid not null references organisations (id), -- whom it is about
  service_id uuid references services (id),
  case_id uuid references cases (id) on delete cascade,
  said_by text not null check (said_by in ('victim', 'for_victim', 'other', 'anonymous')),
  channel text not null check (channel in ('in_person', 'phone', 'email', 'text', 'post', 'page')),
  topic text not null check (length(topic) <= 40),
  words bytea not null check (octet_length(words) <= 40000),
  named uuid[] not null default '{}' check (cardinality(named) <= 200), -- of its people, those it names: none of them reads it
  received_on date not null,
  received_at timestamptz not null,
  at timestamptz not null,
  changed_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  by_user_id uuid not null,
  by_org_id uuid not null references organisations (id),
  acknowledged_at timestamptz,
  answered_at timestamptz,
  outcome text check (outcome in ('upheld', 'partly', 'not_upheld')),
  escalated_at timestamptz,
  escalated_to text check (escalated_to in ('commissioner', 'ombudsman')),
  closed_at timestamptz,
  version integer not null default 1,
  constraint complaints_words_sealed check (is_sealed(words)),
  constraint complaints_order check (received_at <= at),
  constraint complaints_answered check ((answered_at is null) = (outcome is null)),
  constraint complaints_escalated check ((escalated_at is null) = (escalated_to is null)),
  constraint complaints_closed check (closed_at is null or escalated_at is not null),
  constraint complaints_compliment check (kind = 'complaint' or acknowledged_at is null and answered_at is null and escalated_at is null)
);
create index complaints_about on complaints (org_id, at desc, id desc);
create index complaints_by on complaints (by_org_id, at desc, id desc);
create index complaints_office on complaints (escalated_at desc, id desc) where escalated_to = 'commissioner';
create index complaints_case on complaints (case_id) where case_id is not null;
create index complaints_service on complaints (service_id) where service_id is not null;

-- What was done about one, in order. Never changed.
create table complaint_entries (
  id uuid primary key,
  complaint_id uuid not null references complaints (id) on delete cascade,
  kind text not null check (kind in ('acknowledged', 'answered', 'escalated', 'closed')),
  channel text check (channel in ('in_person', 'phone', 'email', 'text', 'post', 'none')),
  words bytea not null check (octet_length(words) <= 40000),
  at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  by_user_id uuid not null,
  by_org_id uuid not null references organisations (id),
  constraint complaint_entries_words_sealed check (is_sealed(words)),
  constraint complaint_entries_once unique (complaint_id, kind)
);

-- The clocks of a complaint stand with all others. One belongs to no case, even
-- where the complaint does: whoever sees the case need not know of it.
alter table clock_rules drop constraint clock_rules_rule_check, add constraint clock_rules_rule_check check (rule ~ '^K([1-9]|[12][0-9]|3[0-7])$');
insert into clock_rules (rule, version, owner, standard, enhanced, unit, soft, source, effective_from) values
  ('K37', 1, 'controller', 20, 20, 'working_days', 0, 'Starting number of the product; the Code gives none', '2021-04-01');
alter table clocks alter column case_id drop not null,
  add column complaint_id uuid references complaints (id) on delete cascade,
  add constraint clocks_of_something check (num_nonnulls(case_id, complaint_id, request_id) = 1 and (complaint_id is null or referral_id is null)),
  drop constraint clocks_rule_check, add constraint clocks_rule_check check (rule ~ '^K([1-9]|[12][0-9]|3[0-7])$');
create unique index clocks_of_complaint on clocks (complaint_id, rule) where complaint_id is not null;
drop trigger clocks_access on clocks;
create trigger clocks_access before insert on clocks for each row when (new.complaint_id is null) execute function clocks_set_access();

-- +goose StatementBegin
-- Who of an organisation answers what is said of it.
create function app_answers_complaints() returns boolean language sql stable parallel safe as
  $$ select coalesce(app_role() in ('manager', 'provider_manager', 'court_officer'), false) $$;
create function app_sees_complaint(p_complaint uuid) returns boolean language plpgsql stable as $$
begin
  return exists (select from public.complaints c where c.id = p_complaint);
end $$;
-- The people of an organisation whose name holds every word of one: too many are
-- kept from a complaint rather than too few. Definer: who records it does not
-- know the people of another organisation, and learns nothing of them.
create function app_people_called(p_org uuid, p_name text) returns uuid[] language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if not app_handles_cases() or btrim(coalesce(p_name, '')) = '' then
    return '{}';
  end if;
  return array(select u.id from public.users u where u.org_id = p_org
    and not exists (select from regexp_split_to_table(lower(btrim(p_name)), '[^[:alnum:]]+') w where w <> '' and w <> all (regexp_split_to_array(lower(u.name), '[^[:alnum:]]+')))
    and btrim(p_name) ~ '[[:alnum:]]' order by u.id limit 100);
end $$;
-- Keeps a complaint from those it turns out to name, who may be whoever says so.
create function app_name_in_complaint(p_complaint uuid, p_name text, p_at timestamptz) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_people uuid[];
begin
  if not app_answers_complaints() then
    raise exception using errcode = '42501', message = 'not this reader''s to say';
  end if;
  v_people := app_people_called(app_org_id(), p_name);
  if cardinality(v_people) > 0 then
    update public.complaints c set named = array(select distinct x from unnest(c.named || v_people) x order by 1), changed_at = p_at, version = c.version + 1
      where c.id = p_complaint and c.org_id = app_org_id() and c.kind = 'complaint' and app_user_id() <> all (c.named);
    if not found then
      return 0;
    end if;
  end if;
  return cardinality(v_people);
end $$;
-- One that names everybody who could answer it is the office's.
create function complaints_of_nobody() returns trigger language plpgsql security definer as $$
begin
  if new.kind = 'complaint' and new.escalated_at is null and cardinality(new.named) > 0 and not exists (select from public.users u
      where u.org_id = new.org_id and u.disabled_at is null and u.role in ('manager', 'provider_manager', 'court_officer') and u.id <> all (new.named)) then
    new.escalated_at := new.changed_at;
    new.escalated_to := 'commissioner';
  end if;
  return new;
end $$;
-- What was done stays done, and is whose it is to do.
create function complaints_guard() returns trigger language plpgsql as $$
begin
  if old.kind = 'compliment' or old.acknowledged_at is not null and new.acknowledged_at is distinct from old.acknowledged_at
    or old.answered_at is not null and (new.answered_at, new.outcome) is distinct from (old.answered_at, old.outcome)
    or old.escalated_at is not null and (new.escalated_at, new.escalated_to) is distinct from (old.escalated_at, old.escalated_to)
    or old.closed_at is not null then
    raise exception using errcode = 'TL409', message = 'this was done already';
  end if;
  if current_user = 'throughline_app' and ((new.acknowledged_at, new.answered_at, new.outcome) is distinct from (old.acknowledged_at, old.answered_at, old.outcome)
      and (not public.app_answers_complaints() or new.org_id is distinct from public.app_org_id())
    or new.closed_at is distinct from old.closed_at and public.app_role() is distinct from 'commissioner_auditor') then
    raise exception using errcode = '42501', message = 'not this reader''s to do';
  end if;
  return new;
end $$;

-- Figures: one line for each, and one for each of its clocks. No person, no word.
create function quality_of_complaint() returns trigger language plpgsql security definer as $$
begin
  if tg_op = 'UPDATE' then
    update public.quality_facts set status = coalesce(new.outcome, 'open'), accepted_at = new.acknowledged_at, ended_at = new.answered_at, told_at = new.escalated_at where id = new.id;
    return null;
  end if;
  insert into public.quality_facts (kind, id, service_id, from_org_id, to_org_id, pathway, priority, month, submitted_at, status, reason, accepted_at, ended_at, told_at, barred)
  select new.kind, new.id, new.service_id, new.by_org_id, new.org_id, (select s.pathway from public.services s where s.id = new.service_id), '',
    pg_catalog.date_trunc('month', new.received_at at time zone 'Europe/London')::date, new.received_at, coalesce(new.outcome, 'open'), new.topic,
    new.acknowledged_at, new.answered_at, new.escalated_at, (select c.barred from public.cases c where c.id = new.case_id);
  return null;
end $$;
create function quality_of_complaint_clock() returns trigger language plpgsql security definer as $$
begin
  insert into public.quality_facts (kind, id, service_id, from_org_id, to_org_id, pathway, priority, month, submitted_at, barred, rule, clock_state, started_at, due_at, stopped_at, elapsed_seconds)
  select 'complaint_clock', new.id, f.service_id, f.from_org_id, f.to_org_id, f.pathway, f.priority, f.month, f.submitted_at, f.barred, new.rule, new.state, new.started_at, new.due_at, new.stopped_at,
    extract(epoch from new.stopped_at - new.started_at)::bigint - new.paused_seconds
  from public.quality_facts f where f.id = new.complaint_id;
  return null;
end $$;
-- +goose StatementEnd
alter table quality_facts drop constraint quality_facts_kind_check, drop constraint quality_facts_of_referral,
  add constraint quality_facts_kind_check check (kind in ('referral', 'clock', 'case', 'case_clock', 'handoff', 'need', 'incident', 'complaint', 'compliment', 'complaint_clock')),
  add constraint quality_facts_of_referral check (kind not in ('referral', 'clock', 'need', 'incident') or referral_id is not null and service_id is not null and pathway is not null);
create trigger complaints_of_nobody before insert or update of named on complaints for each row execute function complaints_of_nobody();
create trigger complaints_guard before update on complaints for each row execute function complaints_guard();
create trigger quality_begun after insert on complaints for each row execute function quality_of_complaint();
create trigger quality_kept after update on complaints for each row execute function quality_of_complaint();
create trigger quality_of_complaint after insert on clocks for each row when (new.complaint_id is not null) execute function quality_of_complaint_clock();
revoke execute on function app_answers_complaints(), app_sees_complaint(uuid), app_people_called(uuid, text), app_name_in_complaint(uuid, text, timestamptz),
  complaints_of_nobody(), complaints_guard(), quality_of_complaint(), quality_of_complaint_clock() from public;
grant execute on function app_answers_complaints(), app_sees_complaint(uuid), app_people_called(uuid, text), app_name_in_complaint(uuid, text, timestamptz) to throughline_app;

alter table complaints enable row level security;
alter table complaints force row level security;
alter table complaint_entries enable row level security;
alter table complaint_entries force row level security;
create policy owner_all on complaints to throughline_owner using (true) with check (true);
create policy owner_all on complaint_entries to throughline_owner using (true) with check (true);

-- Whoever answers for the organisation it is about, whoever recorded it and those
-- who answer for theirs; never somebody whom it names, nor one whom its case is
-- hidden from. The office reads what was taken to it.
create policy about on complaints for select to throughline_app using ((select app_answers_complaints()) and org_id = (select app_org_id())
  and (kind = 'compliment' or (select app_user_id()) <> all (named)) and coalesce(case_id <> all ((select app_hidden())::uuid[]), true));
create policy recorded on complaints for select to throughline_app using ((select app_handles_cases()) and by_org_id = (select app_org_id())
  and (by_user_id = (select app_user_id()) or (select app_answers_complaints()))
  and (kind = 'compliment' or (select app_user_id()) <> all (named)) and coalesce(case_id <> all ((select app_hidden())::uuid[]), true));
create policy office on complaints for select to throughline_app using ((select app_role()) = 'commissioner_auditor' and escalated_to = 'commissioner');
create policy said on complaints for insert to throughline_app with check ((select app_handles_cases()) and by_org_id = (select app_org_id()) and by_user_id = (select app_user_id())
  and acknowledged_at is null and answered_at is null and closed_at is null and (case_id is null or app_sees_case(case_id)));
create policy done on complaints for update to throughline_app using (
    (select app_handles_cases()) and (org_id = (select app_org_id()) or by_org_id = (select app_org_id())) and (select app_user_id()) <> all (named)
    or (select app_role()) = 'commissioner_auditor' and escalated_to = 'commissioner')
  with check ((select app_role()) is not null);
grant select, insert (id, kind, org_id, service_id, case_id, said_by, channel, topic, words, named, received_on, received_at, at, changed_at, by_user_id, by_org_id) on complaints to throughline_app;
grant update (acknowledged_at, answered_at, outcome, escalated_at, escalated_to, closed_at, changed_at, version) on complaints to throughline_app;

create policy with_complaint on complaint_entries for select to throughline_app using (app_sees_complaint(complaint_id));
create policy written on complaint_entries for insert to throughline_app with check (by_user_id = (select app_user_id()) and by_org_id = (select app_org_id()) and app_sees_complaint(complaint_id)
  and (kind = 'closed') = ((select app_role()) = 'commissioner_auditor') and (kind not in ('acknowledged', 'answered') or (select app_answers_complaints())));
grant select, insert (id, complaint_id, kind, channel, words, at, by_user_id, by_org_id) on complaint_entries to throughline_app;

create policy of_complaint on clocks for select to throughline_app using (complaint_id is not null and app_sees_complaint(complaint_id));
create policy of_complaint_start on clocks for insert to throughline_app with check (complaint_id is not null and app_sees_complaint(complaint_id));
create policy of_complaint_change on clocks for update to throughline_app using (complaint_id is not null and app_sees_complaint(complaint_id)) with check (complaint_id is not null);

-- The victim's page asks for it as for anything else: a worker speaks to them first.
alter table status_requests drop constraint status_requests_kind_check,
  add constraint status_requests_kind_check check (kind in ('contact', 'call', 'sharing', 'stop', 'complaint'));
