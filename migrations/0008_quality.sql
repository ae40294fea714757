-- +goose Up
-- What the Commissioner's office reads: one row per referral and per clock,
-- no person, no reference, kept by trigger in the transaction of the change.
create table quality_facts (
  kind text not null check (kind in ('referral', 'clock')),
  id uuid not null,
  referral_id uuid not null,
  journey_id uuid not null,
  service_id uuid not null,
  from_org_id uuid not null,
  to_org_id uuid not null,
  pathway text not null,
  borough text,
  offence_group text,
  age_band text,
  priority text not null,
  month date not null,             -- of sending, London
  submitted_at timestamptz not null,
  status text,                     -- referral rows
  reason text,
  decided_by text,
  ended_at timestamptz,
  accepted_at timestamptz,
  rule text,                       -- clock rows
  clock_state text,
  started_at timestamptz,
  due_at timestamptz,
  stopped_at timestamptz,
  elapsed_seconds bigint,
  primary key (id) -- of the referral or the clock: no two are the same
);
create index quality_facts_month on quality_facts (kind, month, pathway, service_id);
create index quality_facts_referral on quality_facts (referral_id);
create index quality_facts_rule on quality_facts (rule, month) where kind = 'clock';

-- +goose StatementBegin
create function quality_age_band(born date, at timestamptz) returns text language sql immutable as $$
  select case when born is null then null
    when age(at::date, born) < interval '18 years' then 'under_18'
    when age(at::date, born) < interval '25 years' then '18_24'
    when age(at::date, born) < interval '45 years' then '25_44'
    when age(at::date, born) < interval '65 years' then '45_64'
    else '65_over' end
$$;
create function quality_of_referral() returns trigger language plpgsql security definer as $$
declare
  b text; born date; offences text[];
begin
  if new.submitted_at is null then return null; end if;
  if tg_op = 'UPDATE' and old.submitted_at is not null then
    update public.quality_facts set status = new.status, reason = new.reason, decided_by = new.decided_by,
      ended_at = new.ended_at, accepted_at = new.accepted_at, priority = new.priority where id = new.id;
    return null;
  end if;
  select v.borough, v.date_of_birth, (select i.offence_types from public.incidents i where i.case_id = c.id order by i.position limit 1)
    into b, born, offences
    from public.cases c join public.victims v on v.id = c.victim_id where c.id = new.case_id;
  insert into public.quality_facts (kind, id, referral_id, journey_id, service_id, from_org_id, to_org_id, pathway, borough,
    offence_group, age_band, priority, month, submitted_at, status, reason, decided_by, ended_at, accepted_at)
  values ('referral', new.id, new.id, new.journey_id, new.service_id, new.from_org_id, new.to_org_id, new.pathway, b,
    offences[1], public.quality_age_band(born, new.submitted_at), new.priority,
    date_trunc('month', new.submitted_at at time zone 'Europe/London')::date, new.submitted_at, new.status, new.reason,
    new.decided_by, new.ended_at, new.accepted_at)
  on conflict (id) do nothing;
  return null;
end $$;
-- Row by row inside: a join with the transition table is planned by what the
-- figures held when the plan was made, and read the whole of them once there
-- were many.
create function quality_of_new_clocks() returns trigger language plpgsql security definer as $$
declare k record;
begin
  for k in select * from fresh loop
    insert into public.quality_facts (kind, id, referral_id, journey_id, service_id, from_org_id, to_org_id, pathway, borough,
      offence_group, age_band, priority, month, submitted_at, rule, clock_state, started_at, due_at, stopped_at, elapsed_seconds)
    select 'clock', k.id, f.referral_id, f.journey_id, f.service_id, f.from_org_id, f.to_org_id, f.pathway, f.borough,
      f.offence_group, f.age_band, f.priority, f.month, f.submitted_at, k.rule, k.state, k.started_at, k.due_at,
      k.stopped_at, extract(epoch from k.stopped_at - k.started_at)::bigint - k.paused_seconds
    from public.quality_facts f where f.id = k.referral_id;
  end loop;
  return null;
end $$;
create function quality_of_clocks() returns trigger language plpgsql security definer as $$
declare k record;
begin
  for k in select * from fresh loop
    update public.quality_facts f set clock_state = k.state, due_at = k.due_at, stopped_at = k.stopped_at,
      elapsed_seconds = extract(epoch from k.stopped_at - k.started_at)::bigint - k.paused_seconds
      where f.id = k.id;
  end loop;
  return null;
end $$;
-- +goose StatementEnd
-- Triggers fire in the order of their names at the end of the statement:
-- a referral's row is there before its clocks ask for it, because "referrals"
-- is written by the same statement's first part.
create trigger quality_begun after insert on referrals for each row execute function quality_of_referral();
create trigger quality_kept after update on referrals for each row
  when ((old.status, old.reason, old.decided_by, old.ended_at, old.accepted_at, old.priority, old.submitted_at)
    is distinct from (new.status, new.reason, new.decided_by, new.ended_at, new.accepted_at, new.priority, new.submitted_at))
  execute function quality_of_referral();
-- Clocks change several at a time, and entering a function costs more than its
-- work: once for each statement.
create trigger quality_begun after insert on clocks referencing new table as fresh for each statement execute function quality_of_new_clocks();
create trigger quality_kept after update on clocks referencing new table as fresh for each statement execute function quality_of_clocks();
revoke execute on function quality_age_band(date, timestamptz), quality_of_referral(), quality_of_new_clocks(),
  quality_of_clocks() from public;

alter table quality_facts enable row level security;
alter table quality_facts force row level security;
create policy owner_all on quality_facts to throughline_owner using (true) with check (true);
create policy commissioner on quality_facts for select to throughline_app
  using ((select app_role()) in ('commissioner_auditor', 'commissioner_analyst'));
grant select on quality_facts to throughline_app;
