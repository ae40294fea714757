-- +goose Up
-- One stored row per timed duty, read by list, detail, export and figures.
create table clocks (
  id uuid primary key,
  case_id uuid not null references cases (id),
  referral_id uuid references referrals (id),
  rule text not null check (rule ~ '^K([1-9]|[12][0-9]|3[0-6])$'),
  rule_version smallint not null default 1,
  holder_org_id uuid not null references organisations (id),
  state text not null check (state in ('running', 'due_soon', 'met', 'breached', 'not_evidenced', 'not_applicable', 'waived')),
  limit_days smallint not null,
  started_at timestamptz not null,
  due_at timestamptz not null,
  first_due_at timestamptz not null,
  due_soon_at timestamptz not null,
  stopped_at timestamptz,
  paused_since timestamptz,
  pause_reason text check (length(pause_reason) <= 60),
  paused_seconds bigint not null default 0 check (paused_seconds >= 0),
  pauses jsonb not null default '[]', -- that have ended: from, until, reason
  why text check (length(why) <= 200),
  -- how far the ladder has been climbed: 1 team, 2 manager, 3 coordinator and referrer
  rung smallint not null default 0 check (rung between 0 and 3),
  access uuid[] not null default '{}',
  recorded_at timestamptz not null default clock_timestamp(),
  constraint clocks_met_is_stopped check (state <> 'met' or stopped_at is not null),
  constraint clocks_running_is_open check (state not in ('running', 'due_soon') or stopped_at is null),
  constraint clocks_excused_says_why check (state not in ('not_applicable', 'waived') or why is not null)
);
create index clocks_referral on clocks (referral_id, started_at);
create index clocks_case on clocks (case_id, started_at);
-- What the tick looks at, and nothing else.
create index clocks_open on clocks (due_soon_at, due_at) where state in ('running', 'due_soon') and paused_since is null;
create index clocks_ladder on clocks (due_at) where state = 'breached' and stopped_at is null and rung < 3;
create index clocks_holder on clocks (holder_org_id, state, due_at) where stopped_at is null;
-- One open clock of a rule on a referral at a time.
create unique index clocks_one_open on clocks (referral_id, rule) where stopped_at is null and state in ('running', 'due_soon', 'breached');

-- +goose StatementBegin
create function clocks_set_access() returns trigger language plpgsql security definer as $$
begin
  if new.referral_id is not null then
    select case when r.receiver_sees or r.from_org_id = r.to_org_id then array[r.from_org_id, r.to_org_id] else array[r.from_org_id] end, r.case_id
      into new.access, new.case_id from public.referrals r where r.id = new.referral_id;
  else
    select c.access into new.access from public.cases c where c.id = new.case_id;
  end if;
  return new;
end $$;
create function referrals_spread_access() returns trigger language plpgsql security definer as $$
begin
  update public.clocks set access = case when new.receiver_sees or new.from_org_id = new.to_org_id
      then array[new.from_org_id, new.to_org_id] else array[new.from_org_id] end
    where referral_id = new.id;
  return null;
end $$;
-- +goose StatementEnd
create trigger clocks_access before insert on clocks for each row execute function clocks_set_access();
create trigger referrals_access_spread after update on referrals
  for each row when (old.receiver_sees and not new.receiver_sees) execute function referrals_spread_access();
revoke execute on function clocks_set_access(), referrals_spread_access() from public;

alter table clocks enable row level security;
alter table clocks force row level security;
create policy owner_all on clocks to throughline_owner using (true) with check (true);
create policy parties on clocks for select to throughline_app using (
  ((select app_handles_cases()) and access && array[(select app_org_id()), (select app_user_id())])
  or (select app_is_system())
  or ((select app_role()) = 'coordinator' and coalesce((select true from referrals r where r.id = clocks.referral_id limit 1), false)));
create policy parties_start on clocks for insert to throughline_app with check (
  ((select app_handles_cases()) and access && array[(select app_org_id()), (select app_user_id())])
  or (select app_is_system())
  or ((select app_role()) = 'coordinator' and coalesce((select true from referrals r where r.id = clocks.referral_id limit 1), false)));
create policy parties_change on clocks for update to throughline_app using (
  ((select app_handles_cases()) and access && array[(select app_org_id()), (select app_user_id())])
  or (select app_is_system())
  or ((select app_role()) = 'coordinator' and coalesce((select true from referrals r where r.id = clocks.referral_id limit 1), false)))
  with check (true);
grant select, insert on clocks to throughline_app;
grant update (state, due_at, due_soon_at, stopped_at, paused_since, pause_reason, paused_seconds, pauses, why, rung) on clocks to throughline_app;
