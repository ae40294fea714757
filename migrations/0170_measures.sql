-- +goose Up
-- The measures of domain.md 7.2 (docs/adr/0038) read the figures, one row for
-- each thing that is counted, still without a person or a reference: now each
-- clock of a case, hand-off, need that was rated, safety incident and case too.
-- What a trigger can copy in the transaction of the change, it does; what needs
-- several tables together is counted by a job, with the moment it was.
alter table quality_facts
  alter column referral_id drop not null,
  alter column journey_id drop not null,
  alter column service_id drop not null,
  alter column pathway drop not null,
  drop constraint quality_facts_kind_check,
  add constraint quality_facts_kind_check check (kind in ('referral', 'clock', 'case', 'case_clock', 'handoff', 'need', 'incident')),
  add constraint quality_facts_of_referral check (kind in ('case', 'case_clock', 'handoff') or referral_id is not null and service_id is not null and pathway is not null),
  add column since timestamptz,    -- referrals: in this status
  add column ethnic_group text,    -- what they said, in the five groups
  add column sex text,
  add column disability text,
  add column needs text[],         -- in the victim's own view; of a rated need, that need
  add column planned_at timestamptz, -- referrals: a support plan was agreed
  add column start_score smallint, -- needs: from 1 to 5
  add column end_score smallint,
  add column told_at timestamptz,  -- hand-offs: the victim was told
  add column again boolean,        -- referrals: the victim was referred again within 12 months of the ending
  add column marks text[],         -- cases: what is so of it, in codes
  add column reported_at timestamptz, -- cases: of the police and court
  add column charged_at timestamptz,
  add column tried_at timestamptz,
  add column hearings smallint,
  add column moved smallint,       -- hearings that were moved or vacated
  add column counted_at timestamptz; -- by the job

-- +goose StatementBegin
-- As in 0008, with how long it has stood so, what the victim needs and who they
-- say they are: copied from rows that were read already.
create or replace function quality_of_referral() returns trigger language plpgsql security definer as $$
declare
  b text; born date; e jsonb; wanted text[]; offences text[];
begin
  if new.submitted_at is null then return null; end if;
  if tg_op = 'UPDATE' and old.submitted_at is not null then
    update public.quality_facts set status = new.status, reason = new.reason, decided_by = new.decided_by,
      ended_at = new.ended_at, accepted_at = new.accepted_at, priority = new.priority, since = new.status_since where id = new.id;
    if new.status = 'entered_in_error' then
      delete from public.quality_facts f where f.referral_id = new.id and f.kind = 'need';
    end if;
    return null;
  end if;
  select v.borough, v.date_of_birth, v.equality, c.wants, (select i.offence_types from public.incidents i where i.case_id = c.id order by i.position limit 1)
    into b, born, e, wanted, offences
    from public.cases c join public.victims v on v.id = c.victim_id where c.id = new.case_id;
  insert into public.quality_facts (kind, id, referral_id, journey_id, service_id, from_org_id, to_org_id, pathway, borough,
    offence_group, age_band, priority, month, submitted_at, status, reason, decided_by, ended_at, accepted_at, since, ethnic_group, sex, disability, needs)
  values ('referral', new.id, new.id, new.journey_id, new.service_id, new.from_org_id, new.to_org_id, new.pathway, b,
    offences[1], public.quality_age_band(born, new.submitted_at), new.priority,
    date_trunc('month', new.submitted_at at time zone 'Europe/London')::date, new.submitted_at, new.status, new.reason,
    new.decided_by, new.ended_at, new.accepted_at, new.status_since, e ->> 'ethnic_group', e ->> 'sex', e ->> 'disability', wanted)
  on conflict (id) do nothing;
  return null;
end $$;

-- A clock of a case counts where it began, against whoever owes it.
create or replace function quality_of_new_clocks() returns trigger language plpgsql security definer as $$
declare k record;
begin
  for k in select * from fresh loop
    if k.referral_id is null then
      insert into public.quality_facts (kind, id, from_org_id, to_org_id, borough, offence_group, age_band, priority, month, submitted_at, barred,
        ethnic_group, sex, disability, rule, clock_state, started_at, due_at, stopped_at, elapsed_seconds)
      select 'case_clock', k.id, c.logged_by_org_id, k.holder_org_id, v.borough, i.offence_types[1], public.quality_age_band(v.date_of_birth, k.started_at), c.risk_level,
        date_trunc('month', k.started_at at time zone 'Europe/London')::date, k.started_at, c.barred, v.equality ->> 'ethnic_group', v.equality ->> 'sex', v.equality ->> 'disability',
        k.rule, k.state, k.started_at, k.due_at, k.stopped_at, extract(epoch from k.stopped_at - k.started_at)::bigint - k.paused_seconds
      from public.cases c join public.victims v on v.id = c.victim_id
        left join lateral (select x.offence_types from public.incidents x where x.case_id = c.id order by x.position limit 1) i on true
      where c.id = k.case_id;
    else
      insert into public.quality_facts (kind, id, referral_id, journey_id, service_id, from_org_id, to_org_id, pathway, borough,
        offence_group, age_band, priority, month, submitted_at, rule, clock_state, started_at, due_at, stopped_at, elapsed_seconds, ethnic_group, sex, disability)
      select 'clock', k.id, f.referral_id, f.journey_id, f.service_id, f.from_org_id, f.to_org_id, f.pathway, f.borough,
        f.offence_group, f.age_band, f.priority, f.month, f.submitted_at, k.rule, k.state, k.started_at, k.due_at,
        k.stopped_at, extract(epoch from k.stopped_at - k.started_at)::bigint - k.paused_seconds, f.ethnic_group, f.sex, f.disability
      from public.quality_facts f where f.id = k.referral_id;
    end if;
  end loop;
  return null;
end $$;

-- What belongs to no referral brings the bars of its case itself.
create or replace function quality_take_bars() returns trigger language plpgsql security definer as $$
begin
  if new.referral_id is not null then
    select r.barred into new.barred from public.referrals r where r.id = new.referral_id;
  end if;
  return new;
end $$;

create function quality_of_handoff() returns trigger language plpgsql security definer as $$
begin
  if tg_op = 'UPDATE' then
    update public.quality_facts set status = new.status, reason = new.refusal_reason, ended_at = new.decided_at, accepted_at = new.accepted_at, told_at = new.told_at,
      stopped_at = coalesce(new.received_at, new.decided_at), elapsed_seconds = extract(epoch from coalesce(new.received_at, new.decided_at) - new.sent_at)::bigint where id = new.id;
    return null;
  end if;
  insert into public.quality_facts (kind, id, from_org_id, to_org_id, borough, offence_group, age_band, priority, month, submitted_at, barred, ethnic_group, sex, disability,
    status, started_at, due_at, stopped_at, elapsed_seconds)
  select 'handoff', new.id, new.from_org_id, new.to_org_id, v.borough, i.offence_types[1], public.quality_age_band(v.date_of_birth, new.sent_at), c.risk_level,
    date_trunc('month', new.sent_at at time zone 'Europe/London')::date, new.sent_at, c.barred, v.equality ->> 'ethnic_group', v.equality ->> 'sex', v.equality ->> 'disability',
    new.status, new.sent_at, new.due_at, new.received_at, extract(epoch from new.received_at - new.sent_at)::bigint
  from public.cases c join public.victims v on v.id = c.victim_id
    left join lateral (select x.offence_types from public.incidents x where x.case_id = c.id order by x.position limit 1) i on true
  where c.id = new.case_id;
  return null;
end $$;

-- A need is one line however often it was asked about: what was said last at the
-- start, and last at the end. No number is no number, and is never filled in.
create function quality_of_rating() returns trigger language plpgsql security definer as $$
declare
  v_start smallint; v_end smallint;
begin
  select n.score into v_start from public.need_ratings n where n.referral_id = new.referral_id and n.need = new.need and n.point = 'start' order by n.at desc, n.id desc limit 1;
  select n.score into v_end from public.need_ratings n where n.referral_id = new.referral_id and n.need = new.need and n.point = 'end' order by n.at desc, n.id desc limit 1;
  update public.quality_facts f set start_score = v_start, end_score = v_end where f.referral_id = new.referral_id and f.kind = 'need' and f.needs = array[new.need];
  if not found then
    insert into public.quality_facts (kind, id, referral_id, journey_id, service_id, from_org_id, to_org_id, pathway, borough,
      offence_group, age_band, priority, month, submitted_at, ethnic_group, sex, disability, needs, start_score, end_score)
    select 'need', new.id, f.referral_id, f.journey_id, f.service_id, f.from_org_id, f.to_org_id, f.pathway, f.borough,
      f.offence_group, f.age_band, f.priority, f.month, f.submitted_at, f.ethnic_group, f.sex, f.disability, array[new.need], v_start, v_end
    from public.quality_facts f where f.id = new.referral_id and f.status <> 'entered_in_error';
  end if;
  return null;
end $$;
create function quality_of_goal() returns trigger language plpgsql security definer as $$
begin
  update public.quality_facts set planned_at = new.at where id = new.referral_id and (planned_at is null or planned_at > new.at);
  return null;
end $$;
-- What somebody says later of who they are counts from then on, in all of theirs.
create function quality_of_equality() returns trigger language plpgsql security definer as $$
begin
  update public.quality_facts f set ethnic_group = new.equality ->> 'ethnic_group', sex = new.equality ->> 'sex', disability = new.equality ->> 'disability'
  where f.referral_id in (select r.id from public.referrals r join public.cases c on c.id = r.case_id where c.victim_id = new.id);
  update public.quality_facts f set ethnic_group = new.equality ->> 'ethnic_group', sex = new.equality ->> 'sex', disability = new.equality ->> 'disability'
  where f.id in (select x.id from public.cases c cross join lateral public.quality_of_case(c.id) x (id) where c.victim_id = new.id);
  return null;
end $$;
-- Whose figures of a case have no referral.
create function quality_of_case(p_case uuid) returns setof uuid language sql stable as $$
  select p_case union all select h.id from public.handoffs h where h.case_id = p_case
  union all select k.id from public.clocks k where k.case_id = p_case and k.referral_id is null
$$;
create or replace function cases_spread_protection() returns trigger language plpgsql security definer as $$
begin
  update public.referrals r set barred = new.barred, from_people = new.restricted_to, sealed = new.sealed
    where r.case_id = new.id and (r.barred, r.from_people, r.sealed) is distinct from (new.barred, new.restricted_to, new.sealed);
  update public.clocks k set barred = new.barred where k.case_id = new.id and k.barred is distinct from new.barred;
  update public.quality_facts f set barred = new.barred
    where f.referral_id in (select r.id from public.referrals r where r.case_id = new.id) and f.barred is distinct from new.barred;
  update public.quality_facts f set barred = new.barred
    where f.id in (select public.quality_of_case(new.id)) and f.barred is distinct from new.barred;
  update public.victims v set shielded = not v.shielded where v.id = new.victim_id
    and v.shielded <> exists (select from public.cases c where c.victim_id = v.id and (c.restricted_to is not null or c.barred is not null));
  return null;
end $$;

-- What needs several tables together, of the cases logged and the referrals sent
-- in some months. A referral, an event or a case that is gone leaves its figures
-- as they were. Definer: nobody sees all that is counted here, the job neither.
create function count_figures(p_from date, p_to date, p_now timestamptz) returns integer language plpgsql volatile security definer as $$
declare
  v_from timestamptz := p_from::timestamp at time zone 'Europe/London';
  v_to timestamptz := p_to::timestamp at time zone 'Europe/London';
  v_n integer;
begin
  if not public.app_is_system() then
    raise exception 'only the job counts' using errcode = 'TL401';
  end if;
  insert into public.quality_facts (kind, id, from_org_id, to_org_id, borough, offence_group, age_band, priority, month, submitted_at, status, barred,
    ethnic_group, sex, disability, needs, marks, reported_at, charged_at, tried_at, hearings, moved, counted_at)
  select 'case', c.id, c.logged_by_org_id, c.accountable_org_id, v.borough, i.offence_types[1], public.quality_age_band(v.date_of_birth, c.logged_at), c.risk_level,
    pg_catalog.date_trunc('month', c.logged_at at time zone 'Europe/London')::date, c.logged_at, c.status, c.barred,
    v.equality ->> 'ethnic_group', v.equality ->> 'sex', v.equality ->> 'disability', c.wants,
    array_remove(array[
      case when public.quality_age_band(v.date_of_birth, c.logged_at) = 'under_18' or exists (select from public.related_people p where p.case_id = c.id and not p.suspect and lower(p.relation) = 'child') then 'child' end,
      case when e.concern then 'concern' end,
      case when e.dropped then 'dropped' end,
      case when w.supported then 'supported' end,
      case when w.through then 'through' end,
      case when x.withdrew then 'withdrew' end,
      case when v.date_of_birth is not null then 'known_age' end,
      case when v.borough is not null then 'known_borough' end], null)
      || array(select 'known_' || q.key from pg_catalog.jsonb_each_text(v.equality) q where q.value not in ('', 'prefer_not_to_say', 'unsafe_to_ask') order by 1),
    coalesce(e.reported, i.reported_on::timestamp at time zone 'Europe/London'), e.charged, e.tried, e.hearings, e.moved, p_now
  from public.cases c join public.victims v on v.id = c.victim_id
    left join lateral (select y.offence_types, y.reported_on from public.incidents y where y.case_id = c.id order by y.position limit 1) i on true
    left join lateral (select min(y.occurred_at) filter (where y.type = 'E1') as reported, min(y.occurred_at) filter (where y.type = 'E9') as charged,
        min(y.occurred_at) filter (where y.type = 'E17') as tried, count(*) filter (where y.type = 'E12' and y.details ->> 'what' = 'listed') as hearings,
        count(*) filter (where y.type = 'E12' and y.details ->> 'what' in ('moved', 'vacated')) as moved, bool_or(y.type = 'E6') as concern,
        bool_or(y.type = 'E10' and y.details ->> 'what' in ('not_prosecuted', 'discontinued', 'dropped', 'no_evidence')) as dropped
      from public.case_events y where y.case_id = c.id) e on true
    left join lateral (select bool_or(r.accepted_at is not null) as supported,
        bool_or(r.accepted_at <= coalesce(e.tried, p_now) and (r.ended_at is null or r.ended_at >= coalesce(e.tried, p_now))) as through
      from public.referrals r where r.case_id = c.id and r.status <> 'entered_in_error') w on true
    left join lateral (select true as withdrew from public.case_closings y where y.case_id = c.id and y.reason = 'victim_asked'
        and y.closed_at >= e.charged and (e.tried is null or y.closed_at < e.tried) limit 1) x on true
  where c.logged_at >= v_from and c.logged_at < v_to
  on conflict (id) do update set to_org_id = excluded.to_org_id, borough = excluded.borough, offence_group = excluded.offence_group, age_band = excluded.age_band, priority = excluded.priority,
    status = excluded.status, barred = excluded.barred, ethnic_group = excluded.ethnic_group, sex = excluded.sex, disability = excluded.disability, needs = excluded.needs, marks = excluded.marks,
    reported_at = excluded.reported_at, charged_at = excluded.charged_at, tried_at = excluded.tried_at, hearings = excluded.hearings, moved = excluded.moved, counted_at = excluded.counted_at;
  get diagnostics v_n = row_count;
  insert into public.quality_facts (kind, id, referral_id, journey_id, service_id, from_org_id, to_org_id, pathway, borough,
    offence_group, age_band, priority, month, submitted_at, ethnic_group, sex, disability, counted_at)
  select 'incident', a.id, f.referral_id, f.journey_id, f.service_id, f.from_org_id, f.to_org_id, f.pathway, f.borough,
    f.offence_group, f.age_band, f.priority, pg_catalog.date_trunc('month', a.at at time zone 'Europe/London')::date, a.at, f.ethnic_group, f.sex, f.disability, p_now
  from public.contact_attempts a join public.quality_facts f on f.id = a.referral_id and f.kind = 'referral'
  where a.safety_incident and a.at >= v_from and a.at < v_to
  on conflict (id) do nothing;
  update public.quality_facts f set again = y.again, counted_at = p_now
  from (select r.id, exists (select from public.referrals o join public.cases d on d.id = o.case_id where d.victim_id = c.victim_id and o.id <> r.id
      and o.status <> 'entered_in_error' and o.submitted_at > r.ended_at and o.submitted_at <= r.ended_at + interval '12 months') as again
    from public.referrals r join public.cases c on c.id = r.case_id
    where r.ended_at is not null and r.accepted_at is not null and r.submitted_at >= v_from and r.submitted_at < v_to) y
  where f.id = y.id and f.again is distinct from y.again;
  return v_n;
end $$;
-- +goose StatementEnd

create trigger quality_begun after insert on handoffs for each row execute function quality_of_handoff();
create trigger quality_kept after update on handoffs for each row
  when ((old.status, old.received_at, old.decided_at, old.told_at) is distinct from (new.status, new.received_at, new.decided_at, new.told_at)) execute function quality_of_handoff();
create trigger quality_rated after insert on need_ratings for each row execute function quality_of_rating();
create trigger quality_planned after insert on support_goals for each row execute function quality_of_goal();
create trigger quality_told after update of equality on victims for each row
  when (old.equality is distinct from new.equality) execute function quality_of_equality();
revoke execute on function quality_of_handoff(), quality_of_rating(), quality_of_goal(), quality_of_equality(), quality_of_case(uuid), count_figures(date, date, timestamptz) from public;
grant execute on function count_figures(date, date, timestamptz) to throughline_app;

-- What was written before this release.
update quality_facts f set since = r.status_since, needs = c.wants, planned_at = (select min(g.at) from support_goals g where g.referral_id = r.id),
  ethnic_group = v.equality ->> 'ethnic_group', sex = v.equality ->> 'sex', disability = v.equality ->> 'disability'
  from referrals r join cases c on c.id = r.case_id join victims v on v.id = c.victim_id where f.kind = 'referral' and r.id = f.id;
update quality_facts f set ethnic_group = g.ethnic_group, sex = g.sex, disability = g.disability from quality_facts g
  where f.kind = 'clock' and g.id = f.referral_id and (g.ethnic_group, g.sex, g.disability) is distinct from (f.ethnic_group, f.sex, f.disability);
insert into quality_facts (kind, id, from_org_id, to_org_id, borough, offence_group, age_band, priority, month, submitted_at, barred, ethnic_group, sex, disability,
  rule, clock_state, started_at, due_at, stopped_at, elapsed_seconds)
  select 'case_clock', k.id, c.logged_by_org_id, k.holder_org_id, v.borough, (select i.offence_types[1] from incidents i where i.case_id = c.id order by i.position limit 1),
    quality_age_band(v.date_of_birth, k.started_at), c.risk_level, date_trunc('month', k.started_at at time zone 'Europe/London')::date, k.started_at, c.barred,
    v.equality ->> 'ethnic_group', v.equality ->> 'sex', v.equality ->> 'disability', k.rule, k.state, k.started_at, k.due_at, k.stopped_at,
    extract(epoch from k.stopped_at - k.started_at)::bigint - k.paused_seconds
  from clocks k join cases c on c.id = k.case_id join victims v on v.id = c.victim_id where k.referral_id is null;
insert into quality_facts (kind, id, from_org_id, to_org_id, borough, offence_group, age_band, priority, month, submitted_at, barred, ethnic_group, sex, disability,
  status, reason, ended_at, accepted_at, told_at, started_at, due_at, stopped_at, elapsed_seconds)
  select 'handoff', h.id, h.from_org_id, h.to_org_id, v.borough, (select i.offence_types[1] from incidents i where i.case_id = c.id order by i.position limit 1),
    quality_age_band(v.date_of_birth, h.sent_at), c.risk_level, date_trunc('month', h.sent_at at time zone 'Europe/London')::date, h.sent_at, c.barred,
    v.equality ->> 'ethnic_group', v.equality ->> 'sex', v.equality ->> 'disability', h.status, h.refusal_reason, h.decided_at, h.accepted_at, h.told_at, h.sent_at, h.due_at,
    coalesce(h.received_at, h.decided_at), extract(epoch from coalesce(h.received_at, h.decided_at) - h.sent_at)::bigint
  from handoffs h join cases c on c.id = h.case_id join victims v on v.id = c.victim_id;
insert into quality_facts (kind, id, referral_id, journey_id, service_id, from_org_id, to_org_id, pathway, borough,
  offence_group, age_band, priority, month, submitted_at, ethnic_group, sex, disability, needs, start_score, end_score)
  select 'need', n.id, f.referral_id, f.journey_id, f.service_id, f.from_org_id, f.to_org_id, f.pathway, f.borough,
    f.offence_group, f.age_band, f.priority, f.month, f.submitted_at, f.ethnic_group, f.sex, f.disability, array[n.need],
    (select x.score from need_ratings x where x.referral_id = n.referral_id and x.need = n.need and x.point = 'start' order by x.at desc, x.id desc limit 1),
    (select x.score from need_ratings x where x.referral_id = n.referral_id and x.need = n.need and x.point = 'end' order by x.at desc, x.id desc limit 1)
  from (select distinct on (referral_id, need) id, referral_id, need from need_ratings order by referral_id, need, at, id) n
    join quality_facts f on f.id = n.referral_id and f.status <> 'entered_in_error';
