-- +goose Up
-- Records that hide (docs/adr/0013). Three things hide a case from somebody
-- whose organisation could otherwise see it: it is restricted to named people,
-- it is sealed to its custodians, or it bars this very person. All three are
-- data on the row that a policy reads without a join, kept by trigger.
alter table victims add column barred uuid[]; -- people who find no trace; null for nearly everybody
alter table cases
  add column barred uuid[],
  add column sealed boolean not null default false, -- restricted_to are its custodians
  add column held boolean not null default false,   -- restricted until a privacy officer has looked
  add constraint cases_sealed_to_somebody check (not sealed or cardinality(restricted_to) >= 2);
alter table referrals
  add column barred uuid[],
  add column from_people uuid[], -- of the referring side, as the case says; null: all of the organisation
  add column to_people uuid[],   -- of the receiving service, as its own manager says
  add column sealed boolean not null default false;
alter table clocks add column barred uuid[];
alter table quality_facts add column barred uuid[];

-- One person who may find no trace of one victim, on every case of theirs.
-- Whoever names a person of another organisation gives an address for work and
-- never learns whether anybody has it: person_id is the database's alone.
create table bars (
  id uuid primary key,
  victim_id uuid not null references victims (id),
  case_id uuid not null references cases (id), -- where it was said
  person_id uuid references users (id),
  colleague_id uuid,
  email text check (email = lower(email) and length(email) <= 254),
  source text not null default 'named' check (source in ('named', 'declared', 'inherited')),
  reason text not null check (length(reason) <= 60),
  note text check (length(note) <= 2000),
  -- of a record under review: whoever logged it must not learn of the bar
  suspended boolean not null default false,
  inherited_from uuid,
  set_at timestamptz not null,
  set_by uuid,
  set_by_org_id uuid,
  lifted_at timestamptz,
  constraint bars_name_somebody check (source <> 'named' or num_nonnulls(colleague_id, email) = 1)
);
create index bars_case on bars (case_id);
create index bars_victim on bars (victim_id);
create index bars_person on bars (person_id) where lifted_at is null;
create index bars_waiting on bars (email) where person_id is null;

-- Every decision that hides a record or shows it again, and every request that
-- waits for a second person.
create table protections (
  id uuid primary key,
  case_id uuid not null references cases (id),
  referral_id uuid references referrals (id),
  org_id uuid not null, -- whose decision it is
  action text not null check (action in ('restrict', 'lift_restriction', 'seal', 'unseal', 'lift_bar', 'review', 'restrict_referral', 'lift_referral')),
  people uuid[],
  bar_id uuid references bars (id),
  reason text not null check (length(reason) <= 60),
  note text check (length(note) <= 2000),
  state text not null check (state in ('pending', 'done', 'refused')),
  asked_by uuid,
  asked_by_org_id uuid,
  asked_role text,
  asked_at timestamptz not null,
  decided_by uuid,
  decided_at timestamptz,
  decided_note text check (length(decided_note) <= 2000),
  constraint protections_decided check ((state = 'pending') = (decided_at is null)),
  constraint protections_names_people check (action not in ('restrict', 'restrict_referral') or cardinality(people) >= 1),
  constraint protections_names_bar check ((action = 'lift_bar') = (bar_id is not null)),
  constraint protections_names_referral check ((action in ('restrict_referral', 'lift_referral')) = (referral_id is not null)),
  -- Nobody approves what they asked for (security.md T11).
  constraint protections_two_people check (action not in ('seal', 'unseal', 'lift_bar', 'review') or decided_by is null or decided_by is distinct from asked_by)
);
create index protections_case on protections (case_id, asked_at desc);
create index protections_waiting on protections (org_id, asked_at) where state = 'pending';
-- One request of a kind waits at a time.
create unique index protections_one_waiting on protections (case_id, action, coalesce(bar_id, case_id)) where state = 'pending';

-- +goose StatementBegin
-- A privacy officer reads no case (decisions.md 27), and still decides what
-- hides those of its own organisation. Definer: it says no more than that.
create function app_guards(p_case uuid, p_referral uuid) returns boolean language sql stable security definer as $$
  select public.app_role() = 'privacy_officer' and coalesce((select case when p_referral is null then c.accountable_org_id = public.app_org_id()
      else (select r.to_org_id = public.app_org_id() from public.referrals r where r.id = p_referral and r.case_id = c.id and not r.sealed) end
    and (c.barred is null or public.app_user_id() <> all (c.barred)) and (not c.sealed or public.app_user_id() = any (c.restricted_to))
    from public.cases c where c.id = p_case), false)
$$;
-- What protects a case, for whoever may see the case or decides about it.
create function app_case_protection(p_case uuid, p_reference text)
returns table (id uuid, reference text, accountable_org_id uuid, people uuid[], sealed boolean, held boolean) language sql stable security definer as $$
  select c.id, c.reference, c.accountable_org_id, c.restricted_to, c.sealed, c.held from public.cases c
  where (c.id = p_case or c.reference = p_reference) and (public.app_guards(c.id, null)
    or public.app_handles_cases() and c.access && array[public.app_org_id(), public.app_user_id()]
      and (c.barred is null or public.app_user_id() <> all (c.barred)))
$$;
-- Records whose traces the trail, notices and unfinished forms keep from who
-- asks: barred, or restricted to others. A privacy officer is let in by what is
-- restricted, never by what is sealed to others or bars them.
create function app_hidden() returns uuid[] language sql stable security definer set enable_seqscan = off as $$
  with c as (
    select c.id from public.cases c where c.victim_id in (select b.victim_id from public.bars b
      where b.person_id = public.app_user_id() and b.lifted_at is null and not b.suspended)
    union
    select c.id from public.cases c where c.restricted_to is not null and public.app_user_id() <> all (c.restricted_to)
      and (c.sealed or public.app_role() <> 'privacy_officer' and public.app_org_id() in (c.accountable_org_id, c.logged_by_org_id)
        and not coalesce((select true from public.referrals r where r.case_id = c.id and r.to_org_id = public.app_org_id() and r.receiver_sees
          and (r.to_people is null or public.app_user_id() = any (r.to_people)) limit 1), false))
    union
    select r.case_id from public.referrals r join public.cases c on c.id = r.case_id
    where r.to_people is not null and r.to_org_id = public.app_org_id() and public.app_user_id() <> all (r.to_people)
      and public.app_role() <> 'privacy_officer' and not c.access && array[public.app_org_id(), public.app_user_id()]
  )
  select coalesce(array_agg(x), '{}') from (
    select c.id from c
    union all select r.id from public.referrals r join c on c.id = r.case_id
    union all select d.id from public.sharing_decisions d join c on c.id = d.case_id) h (x)
$$;
-- +goose StatementEnd
create index cases_restricted on cases (id) where restricted_to is not null;
create index referrals_restricted on referrals (to_org_id) where to_people is not null;

-- +goose StatementBegin
-- A bar belongs to the victim of the case it was said on, and to whoever has
-- the address it names: now, or once somebody does.
create function bars_resolve() returns trigger language plpgsql security definer as $$
begin
  select c.victim_id into new.victim_id from public.cases c where c.id = new.case_id;
  if new.colleague_id is not null then
    select u.id into new.person_id from public.users u where u.id = new.colleague_id and u.org_id = new.set_by_org_id;
  elsif new.email is not null then
    select u.id into new.person_id from public.users u where u.email = new.email;
  end if;
  return new;
end $$;
create function users_meet_bars() returns trigger language plpgsql security definer as $$
begin
  update public.bars b set person_id = new.id where b.email = new.email and b.person_id is null;
  return null;
end $$;
-- Whom a victim's bars keep out, on everything a policy reads.
create function spread_bars(p_victim uuid) returns void language plpgsql as $$
declare
  wanted uuid[] := (select array_agg(distinct b.person_id order by b.person_id) from public.bars b
    where b.victim_id = p_victim and b.person_id is not null and b.lifted_at is null and not b.suspended);
begin
  update public.victims v set barred = wanted where v.id = p_victim and v.barred is distinct from wanted;
  update public.cases c set barred = wanted where c.victim_id = p_victim and c.barred is distinct from wanted;
end $$;
-- Who may be the same person: the name and date of birth, either way round, a
-- phone number or an address for mail, or the crime.
create function same_person(p_case uuid) returns setof uuid language sql stable set enable_seqscan = off as $$
  select t.id from public.cases c join public.victims v on v.id = c.victim_id
    join public.victims t on t.date_of_birth = v.date_of_birth and t.family_key = v.family_key and t.given_key = v.given_key where c.id = p_case
  union select t.id from public.cases c join public.victims v on v.id = c.victim_id
    join public.victims t on t.date_of_birth = v.date_of_birth and t.family_key = v.given_key and t.given_key = v.family_key where c.id = p_case
  union select c.victim_id from public.contact_details d join public.contact_details e on e.value_key = d.value_key
    join public.cases c on c.id = e.case_id where d.case_id = p_case
  union select c.victim_id from public.incidents d join public.incidents e on e.crime_key = d.crime_key
    join public.cases c on c.id = e.case_id where d.case_id = p_case
  union select c.victim_id from public.cases c where c.id = p_case
$$;
-- A bar also covers what is held about the same person elsewhere (T42).
create function bars_apply() returns trigger language plpgsql security definer as $$
begin
  perform public.spread_bars(new.victim_id);
  if tg_op = 'INSERT' and new.source <> 'inherited' then
    insert into public.bars (id, victim_id, case_id, person_id, email, source, reason, inherited_from, set_at)
    select public.gen_random_uuid(), c.victim_id, c.id, new.person_id, case when new.person_id is null then new.email end, 'inherited', new.reason, new.id, new.set_at
    from public.same_person(new.case_id) t join lateral (select c.id, c.victim_id from public.cases c where c.victim_id = t limit 1) c on true
    where t <> new.victim_id;
  elsif tg_op = 'UPDATE' and old.lifted_at is null and new.lifted_at is not null then
    update public.bars b set lifted_at = new.lifted_at where b.inherited_from = new.id and b.lifted_at is null;
  end if;
  -- An answer kept for a repeated request would still tell of the record.
  delete from public.idempotency_keys k where k.user_id = new.person_id;
  return null;
end $$;
-- What is the same person's as a record that hides takes over the highest
-- protection, until a privacy officer has looked. Whoever logged it goes on
-- seeing what they wrote: a bar on them waits, and meanwhile nobody else adds
-- to it. Deferred: the whole of the new case is there.
create function cases_inherit() returns trigger language plpgsql security definer set enable_seqscan = off as $$
declare
  shut boolean; people uuid[];
begin
  if not exists (select from public.protections) and not exists (select from public.bars) then return null; end if;
  insert into public.bars (id, victim_id, case_id, person_id, email, source, reason, suspended, inherited_from, set_at)
  select public.gen_random_uuid(), new.victim_id, new.id, b.person_id, case when b.person_id is null then b.email end, 'inherited', b.reason,
    coalesce(b.person_id = new.logged_by, false), b.id, new.logged_at
  from public.same_person(new.id) t join public.bars b on b.victim_id = t
  where b.lifted_at is null and b.source <> 'inherited' and b.victim_id <> new.victim_id;
  perform public.spread_bars(new.victim_id);
  select coalesce(bool_or(c.restricted_to is not null), false), array_agg(distinct u.id) into shut, people
  from public.same_person(new.id) t join public.cases c on c.victim_id = t left join public.users u on u.id = any (c.restricted_to) and not c.sealed
    and u.org_id = new.accountable_org_id
  where c.id <> new.id and c.restricted_to is not null;
  shut := shut or exists (select from public.bars b where b.case_id = new.id and b.suspended);
  if shut then
    update public.cases c set held = true,
      restricted_to = array(select distinct x from unnest(people || new.logged_by) x where x is not null order by x) where c.id = new.id and c.restricted_to is null;
  end if;
  if shut or exists (select from public.bars b where b.case_id = new.id and b.source = 'inherited') then
    insert into public.protections (id, case_id, org_id, action, reason, state, asked_at)
    values (public.gen_random_uuid(), new.id, new.accountable_org_id, 'review', 'same_person', 'pending', new.logged_at);
  end if;
  return null;
end $$;

-- A decision says for whose record it is, and who; the rest is checked where
-- nothing goes round it.
create function protections_begin() returns trigger language plpgsql security definer as $$
declare
  c public.cases;
begin
  if tg_op = 'INSERT' then
    select * into c from public.cases x where x.id = new.case_id;
    if new.referral_id is null then
      new.org_id := c.accountable_org_id;
    else
      select r.to_org_id into new.org_id from public.referrals r where r.id = new.referral_id and r.case_id = new.case_id;
    end if;
    if current_setting('app.role', true) is not null and new.asked_by is not null then
      if new.org_id is distinct from public.app_org_id() then
        raise exception using errcode = '42501', message = 'not this organisation''s to decide';
      end if;
      if (new.action in ('restrict', 'lift_restriction', 'restrict_referral', 'lift_referral')) <> (new.state = 'done') then
        raise exception using errcode = '42501', message = 'this takes a second person';
      end if;
    end if;
    return new;
  end if;
  if old.state <> 'pending' or new.state = 'pending' then
    raise exception using errcode = 'TL409', message = 'decided already';
  end if;
  if new.asked_role is distinct from 'privacy_officer' and public.app_role() is distinct from 'privacy_officer' then
    raise exception using errcode = '42501', message = 'one of the two is a privacy officer';
  end if;
  return new;
end $$;
create function protections_apply() returns trigger language plpgsql security definer as $$
begin
  if new.state <> 'done' then return null; end if;
  case new.action
  when 'restrict' then
    update public.cases c set restricted_to = new.people where c.id = new.case_id and not c.sealed;
  when 'lift_restriction' then
    update public.cases c set restricted_to = null where c.id = new.case_id and not c.sealed and not c.held;
  when 'seal' then
    update public.cases c set sealed = true, held = false,
      restricted_to = array(select distinct x from unnest(coalesce(new.people, '{}') || new.asked_by || new.decided_by) x order by x)
      where c.id = new.case_id and not c.sealed;
  when 'unseal' then -- who could open it goes on, nobody else: opening it further is a decision of its own
    update public.cases c set sealed = false where c.id = new.case_id and c.sealed;
  when 'lift_bar' then
    update public.bars b set lifted_at = new.decided_at where b.id = new.bar_id and b.lifted_at is null;
  when 'review' then -- it was not the same person, or need not hide
    update public.bars b set lifted_at = new.decided_at where b.case_id = new.case_id and b.source = 'inherited' and b.lifted_at is null;
    update public.cases c set held = false, restricted_to = null where c.id = new.case_id and c.held;
  when 'restrict_referral' then
    update public.referrals r set to_people = new.people where r.id = new.referral_id;
  when 'lift_referral' then
    update public.referrals r set to_people = null where r.id = new.referral_id;
  end case;
  if not found and new.action in ('restrict', 'lift_restriction', 'seal', 'unseal', 'lift_bar') then
    raise exception using errcode = 'TL409', message = 'the record moved on before this decision';
  end if;
  return null;
end $$;
-- A review that is refused keeps the protection: what was held is restricted
-- from then on, and a bar on whoever logged it holds.
create function protections_keep() returns trigger language plpgsql security definer as $$
begin
  update public.bars b set suspended = false where b.case_id = new.case_id and b.suspended;
  update public.cases c set held = false where c.id = new.case_id and c.held;
  return null;
end $$;

-- A case tells its referrals, and they their clocks and figures.
create function cases_spread_protection() returns trigger language plpgsql security definer as $$
begin
  update public.referrals r set barred = new.barred, from_people = new.restricted_to, sealed = new.sealed
    where r.case_id = new.id and (r.barred, r.from_people, r.sealed) is distinct from (new.barred, new.restricted_to, new.sealed);
  update public.clocks k set barred = new.barred where k.case_id = new.id and k.barred is distinct from new.barred;
  update public.quality_facts f set barred = new.barred
    where f.referral_id in (select r.id from public.referrals r where r.case_id = new.id) and f.barred is distinct from new.barred;
  return null;
end $$;
create function referrals_take_protection() returns trigger language plpgsql security definer as $$
begin
  select c.barred, c.restricted_to, c.sealed into new.barred, new.from_people, new.sealed from public.cases c where c.id = new.case_id;
  return new;
end $$;
create or replace function clocks_set_access() returns trigger language plpgsql security definer as $$
begin
  if new.referral_id is not null then
    select coalesce(r.from_people, array[r.from_org_id]) || case when not r.sealed and (r.receiver_sees or r.from_org_id = r.to_org_id)
        then coalesce(r.to_people, array[r.to_org_id]) else '{}' end, r.case_id, r.barred
      into new.access, new.case_id, new.barred from public.referrals r where r.id = new.referral_id;
  else
    select c.access, c.barred into new.access, new.barred from public.cases c where c.id = new.case_id;
  end if;
  return new;
end $$;
create or replace function referrals_spread_access() returns trigger language plpgsql security definer as $$
begin
  update public.clocks set access = coalesce(new.from_people, array[new.from_org_id]) || case when not new.sealed and (new.receiver_sees or new.from_org_id = new.to_org_id)
      then coalesce(new.to_people, array[new.to_org_id]) else '{}' end
    where referral_id = new.id;
  return null;
end $$;
create function quality_take_bars() returns trigger language plpgsql security definer as $$
begin
  select r.barred into new.barred from public.referrals r where r.id = new.referral_id;
  return new;
end $$;
-- A coordinator is outside of what is restricted, sealed, or bars them.
create or replace function app_coordinates(p_referral uuid) returns boolean language sql stable security definer as $$
  select coalesce((select true from public.referrals r where r.id = p_referral and public.app_role() = 'coordinator'
    and r.submitted_at is not null and r.pathway = any (public.app_pathways())
    and r.from_people is null and (r.barred is null or public.app_user_id() <> all (r.barred))
    and (r.status in ('decline_proposed', 'lapsed') or r.over_limit or r.changed_in = pg_current_xact_id_if_assigned())), false)
$$;
-- +goose StatementEnd
create trigger bars_resolved before insert on bars for each row execute function bars_resolve();
create trigger bars_applied after insert or update of person_id, lifted_at, suspended on bars for each row execute function bars_apply();
create trigger users_meet_bars after insert or update of email on users for each row execute function users_meet_bars();
create constraint trigger cases_inherited after insert on cases deferrable initially deferred for each row execute function cases_inherit();
create trigger protections_begun before insert or update on protections for each row execute function protections_begin();
create trigger protections_applied after insert or update of state on protections for each row when (new.state = 'done') execute function protections_apply();
create trigger protections_kept after update of state on protections
  for each row when (new.state = 'refused' and new.action = 'review') execute function protections_keep();
create trigger cases_protection_spread after update of restricted_to, sealed, barred on cases
  for each row when ((old.restricted_to, old.sealed, old.barred) is distinct from (new.restricted_to, new.sealed, new.barred))
  execute function cases_spread_protection();
create trigger referrals_protected before insert on referrals for each row execute function referrals_take_protection();
drop trigger referrals_access_spread on referrals;
create trigger referrals_access_spread after update on referrals
  for each row when ((old.receiver_sees and not new.receiver_sees) or (old.from_people, old.to_people, old.sealed) is distinct from (new.from_people, new.to_people, new.sealed))
  execute function referrals_spread_access();
create trigger quality_protected before insert on quality_facts for each row execute function quality_take_bars();

revoke execute on function app_guards(uuid, uuid), app_case_protection(uuid, text), app_hidden(), bars_resolve(), users_meet_bars(), spread_bars(uuid),
  same_person(uuid), bars_apply(), cases_inherit(), protections_begin(), protections_apply(), protections_keep(), cases_spread_protection(),
  referrals_take_protection(), quality_take_bars() from public;
grant execute on function app_guards(uuid, uuid), app_case_protection(uuid, text), app_hidden() to throughline_app;

-- Row security ---------------------------------------------------------------

alter table bars enable row level security;
alter table bars force row level security;
alter table protections enable row level security;
alter table protections force row level security;
create policy owner_all on bars to throughline_owner using (true) with check (true);
create policy owner_all on protections to throughline_owner using (true) with check (true);

alter policy read_access on cases using ((select app_handles_cases()) and access && array[(select app_org_id()), (select app_user_id())]
  and (barred is null or not barred && array[(select app_user_id())]));
alter policy change_access on cases using ((select app_handles_cases()) and access && array[(select app_org_id()), (select app_user_id())]
  and (barred is null or not barred && array[(select app_user_id())]));
alter policy read_access on victims using ((select app_handles_cases()) and access && array[(select app_org_id()), (select app_user_id())]
  and (barred is null or not barred && array[(select app_user_id())]));
alter policy change_access on victims using ((select app_handles_cases()) and access && array[(select app_org_id()), (select app_user_id())]
  and (barred is null or not barred && array[(select app_user_id())]));

alter policy parties on referrals using (
  ((select app_handles_cases()) and (barred is null or not barred && array[(select app_user_id())])
    and ((from_org_id = (select app_org_id()) and (from_people is null or from_people && array[(select app_user_id())]))
      or (to_org_id = (select app_org_id()) and receiver_sees and not sealed and (to_people is null or to_people && array[(select app_user_id())]))))
  or ((select app_role()) = 'coordinator' and (status in ('decline_proposed', 'lapsed') or over_limit)
      and submitted_at is not null and pathway = any ((select app_pathways())::text[])
      and from_people is null and (barred is null or not barred && array[(select app_user_id())]))
  or (select app_is_system())
  or changed_in = pg_current_xact_id_if_assigned());
alter policy parties_change on referrals using (
  ((select app_handles_cases()) and (barred is null or not barred && array[(select app_user_id())])
    and ((from_org_id = (select app_org_id()) and (from_people is null or from_people && array[(select app_user_id())]))
      or (to_org_id = (select app_org_id()) and receiver_sees and not sealed and (to_people is null or to_people && array[(select app_user_id())]))))
  or ((select app_role()) = 'coordinator' and (status in ('decline_proposed', 'lapsed') or over_limit)
      and submitted_at is not null and pathway = any ((select app_pathways())::text[])
      and from_people is null and (barred is null or not barred && array[(select app_user_id())]))
  or (select app_is_system()));
alter policy discard_draft on referrals using ((select app_handles_cases()) and from_org_id = (select app_org_id()) and status = 'draft'
  and (barred is null or not barred && array[(select app_user_id())]) and (from_people is null or from_people && array[(select app_user_id())]));

alter policy parties on clocks using (
  ((select app_handles_cases()) and access && array[(select app_org_id()), (select app_user_id())] and (barred is null or not barred && array[(select app_user_id())]))
  or (select app_is_system())
  or ((select app_role()) = 'coordinator' and coalesce((select true from referrals r where r.id = clocks.referral_id limit 1), false)));
alter policy parties_change on clocks using (
  ((select app_handles_cases()) and access && array[(select app_org_id()), (select app_user_id())] and (barred is null or not barred && array[(select app_user_id())]))
  or (select app_is_system())
  or ((select app_role()) = 'coordinator' and coalesce((select true from referrals r where r.id = clocks.referral_id limit 1), false)));
alter policy commissioner on quality_facts using ((select app_role()) in ('commissioner_auditor', 'commissioner_analyst')
  and (barred is null or not barred && array[(select app_user_id())]));

-- What an organisation did itself is hidden with what it was done to.
alter policy own_or_case on contact_attempts using ((select app_handles_cases()) and (
  coalesce((select true from cases c where c.id = contact_attempts.case_id limit 1), false)
  or (by_org_id = (select app_org_id()) and coalesce((select true from referrals r where r.case_id = contact_attempts.case_id
    and r.to_org_id = (select app_org_id()) limit 1), false))));
alter policy own_or_case on contact_plans using ((select app_handles_cases()) and (
  coalesce((select true from cases c where c.id = contact_plans.case_id limit 1), false)
  or (by_org_id = (select app_org_id()) and coalesce((select true from referrals r where r.case_id = contact_plans.case_id
    and r.to_org_id = (select app_org_id()) limit 1), false))));
-- An attempt on what is hidden reads as one on what is not there: it stays.
alter policy read_own on audit_events using ((select app_role()) in ('manager', 'provider_manager', 'privacy_officer')
  and (actor_org_id = (select app_org_id()) or coalesce((select true from cases c where c.id = audit_events.case_id limit 1), false))
  and ((coalesce(case_id <> all ((select app_hidden())::uuid[]), true) and coalesce(subject_id <> all ((select app_hidden())::uuid[]), true))
    or (refused and (detail ->> 'code' = 'not_found' or actor_user_id = (select app_user_id())))));
alter policy own on notices using ((org_id = (select app_org_id()) and coalesce(case_id <> all ((select app_hidden())::uuid[]), true)) or (select app_is_system()));
alter policy seen on notices using (org_id = (select app_org_id()) and coalesce(case_id <> all ((select app_hidden())::uuid[]), true));
alter policy own on drafts using (user_id = (select app_user_id()) and coalesce(case_id <> all ((select app_hidden())::uuid[]), true));

-- Bars that follow from another record, or from what somebody declared, are
-- for privacy officers: a colleague could tell.
create policy with_case on bars for select to throughline_app using (
  (source = 'named' and coalesce((select true from cases c where c.id = bars.case_id limit 1), false)) or app_guards(case_id, null));
create policy name_somebody on bars for insert to throughline_app with check (
  source = 'named' and set_by = (select app_user_id()) and set_by_org_id = (select app_org_id()) and lifted_at is null and not suspended
  and ((select app_role()) in ('caseworker', 'manager', 'provider_worker', 'provider_manager') and coalesce((select true from cases c where c.id = bars.case_id limit 1), false)
    or app_guards(case_id, null)));
create policy with_case on protections for select to throughline_app using (app_guards(case_id, referral_id)
  or (action <> 'review' and case when referral_id is null then coalesce((select true from cases c where c.id = protections.case_id limit 1), false)
    else org_id = (select app_org_id()) and coalesce((select true from referrals r where r.id = protections.referral_id limit 1), false) end));
create policy ask on protections for insert to throughline_app with check (
  asked_by = (select app_user_id()) and asked_by_org_id = (select app_org_id()) and asked_role = (select app_role()) and action <> 'review'
  and (select app_role()) in ('manager', 'provider_manager', 'privacy_officer')
  and (app_guards(case_id, referral_id) or case when referral_id is null then coalesce((select true from cases c where c.id = protections.case_id limit 1), false)
    else coalesce((select true from referrals r where r.id = protections.referral_id limit 1), false) end));
create policy decide on protections for update to throughline_app using (state = 'pending' and org_id = (select app_org_id())
    and (select app_role()) in ('manager', 'provider_manager', 'privacy_officer')
    and (app_guards(case_id, null) or (action <> 'review' and coalesce((select true from cases c where c.id = protections.case_id limit 1), false))))
  with check (decided_by = (select app_user_id()));

revoke all on bars, protections from public;
grant select (id, case_id, colleague_id, email, source, reason, note, set_at, set_by, set_by_org_id, lifted_at),
  insert (id, case_id, colleague_id, email, source, reason, note, set_at, set_by, set_by_org_id) on bars to throughline_app;
grant select, insert (id, case_id, referral_id, action, people, bar_id, reason, note, state, asked_by, asked_by_org_id, asked_role, asked_at, decided_by, decided_at, decided_note),
  update (state, decided_by, decided_at, decided_note) on protections to throughline_app;
