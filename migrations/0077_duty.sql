-- +goose Up
-- What was wired and not joined, and conflicts of interest (docs/adr/0022).

-- Whose emergency access it was stands in the message, so that the alert that
-- is made of it says so to the privacy officer.
-- +goose StatementBegin
create or replace function app_break_glass(p_id uuid, p_reference text, p_reason text, p_note text, p_at timestamptz, p_due timestamptz)
returns uuid language plpgsql security definer set enable_seqscan = off as $$
declare
  v_case uuid; v_outbox bigint;
begin
  select c.id into v_case from public.cases c where c.reference = p_reference and public.app_handles_cases()
    and public.app_org_id() in (c.accountable_org_id, c.logged_by_org_id) and c.restricted_to is not null and not c.sealed
    and public.app_user_id() <> all (c.restricted_to) and (c.barred is null or public.app_user_id() <> all (c.barred));
  if v_case is null then
    return null;
  end if;
  insert into public.emergency_accesses (id, case_id, user_id, org_id, reason, note, at, review_due_at)
  values (p_id, v_case, public.app_user_id(), public.app_org_id(), p_reason, p_note, p_at, p_due);
  insert into public.outbox (topic, case_id, payload, at)
  values ('alert.break_glass', v_case, jsonb_build_object('access', p_id, 'user', public.app_user_id()), p_at) returning id into v_outbox;
  insert into public.notices (id, outbox_id, org_id, topic, case_id, at)
  values (public.gen_random_uuid(), v_outbox, public.app_org_id(), 'alert.break_glass', v_case, p_at);
  return v_case;
end $$;

-- Where a file was attached, for the alert about what was found in it. Definer:
-- the jobs see no file.
create function app_document_place(p_document uuid) returns table (org_id uuid, case_id uuid) language sql stable security definer as $$
  select d.by_org_id, d.case_id from public.documents d where d.id = p_document and public.app_role() = 'system'
$$;
-- +goose StatementEnd
revoke execute on function app_document_place(uuid) from public;
grant execute on function app_document_place(uuid) to throughline_app;

-- Guesses at codes go when they count no more: wrong ones after a day, right
-- ones when the device is no longer known by them.
create policy old on code_attempts for select to throughline_app
  using ((select app_is_system()) and (not ok and at < now() - interval '1 day' or at < now() - interval '90 days'));
create policy swept on code_attempts for delete to throughline_app
  using ((select app_is_system()) and (not ok and at < now() - interval '1 day' or at < now() - interval '90 days'));

-- A sealed case that its custodians can no longer unseal among themselves: they
-- would have to be two who decide, one of them a privacy officer. It is then
-- for a privacy officer and a second person of the organisation that holds it,
-- who are told that there is such a case and nothing of what it says.
-- +goose StatementBegin
create function app_stranded(p_case uuid) returns boolean language sql stable security definer as $$
  select coalesce((select c.sealed and (select count(*) < 2 or not bool_or(u.role = 'privacy_officer') from public.users u
      where u.id = any (c.restricted_to) and u.disabled_at is null and u.org_id = c.accountable_org_id
        and u.role in ('manager', 'provider_manager', 'privacy_officer'))
    from public.cases c where c.id = p_case), false)
$$;
create function app_rescues(p_case uuid) returns boolean language sql stable security definer as $$
  select coalesce((select public.app_role() in ('manager', 'provider_manager', 'privacy_officer') and c.accountable_org_id = public.app_org_id()
    and (c.barred is null or public.app_user_id() <> all (c.barred)) and public.app_stranded(c.id) from public.cases c where c.id = p_case), false)
$$;
create or replace function app_guards(p_case uuid, p_referral uuid) returns boolean language sql stable security definer as $$
  select public.app_role() = 'privacy_officer' and coalesce((select case when p_referral is null then c.accountable_org_id = public.app_org_id()
      else (select r.to_org_id = public.app_org_id() from public.referrals r where r.id = p_referral and r.case_id = c.id and not r.sealed) end
    and (c.barred is null or public.app_user_id() <> all (c.barred))
    and (not c.sealed or public.app_user_id() = any (c.restricted_to) or p_referral is null and public.app_stranded(c.id))
    from public.cases c where c.id = p_case), false)
$$;
create or replace function app_case_protection(p_case uuid, p_reference text)
returns table (id uuid, reference text, accountable_org_id uuid, people uuid[], sealed boolean, held boolean) language sql stable security definer as $$
  select c.id, c.reference, c.accountable_org_id, c.restricted_to, c.sealed, c.held from public.cases c
  where (c.id = p_case or c.reference = p_reference) and (public.app_guards(c.id, null) or public.app_rescues(c.id)
    or public.app_handles_cases() and c.access && array[public.app_org_id(), public.app_user_id()]
      and (c.barred is null or public.app_user_id() <> all (c.barred)))
$$;
-- +goose StatementEnd
revoke execute on function app_stranded(uuid), app_rescues(uuid) from public;
grant execute on function app_stranded(uuid), app_rescues(uuid) to throughline_app;
alter policy with_case on protections using (app_guards(case_id, referral_id) or (referral_id is null and app_rescues(case_id))
  or (action <> 'review' and case when referral_id is null then coalesce((select true from cases c where c.id = protections.case_id limit 1), false)
    else org_id = (select app_org_id()) and coalesce((select true from referrals r where r.id = protections.referral_id limit 1), false) end));
alter policy decide on protections using (state = 'pending' and org_id = (select app_org_id())
    and (select app_role()) in ('manager', 'provider_manager', 'privacy_officer')
    and (app_guards(case_id, null) or (action = 'unseal' and app_rescues(case_id))
      or (action <> 'review' and coalesce((select true from cases c where c.id = protections.case_id limit 1), false))));
-- Who is told of a stranded case may ask for nothing but to unseal it.
alter policy ask on protections with check (
  asked_by = (select app_user_id()) and asked_by_org_id = (select app_org_id()) and asked_role = (select app_role()) and action <> 'review'
  and (select app_role()) in ('manager', 'provider_manager', 'privacy_officer') and (action = 'unseal' or not app_stranded(case_id))
  and (app_guards(case_id, referral_id) or (action = 'unseal' and app_rescues(case_id))
    or case when referral_id is null then coalesce((select true from cases c where c.id = protections.case_id limit 1), false)
    else coalesce((select true from referrals r where r.id = protections.referral_id limit 1), false) end));

-- Who did it is data about an offence, of somebody who is nobody's client
-- (DPA 2018 Part 3): for those who plan for the victim's safety, not for an
-- officer of a court who hears of a hand-off.
alter policy with_case on related_people using (
  (not suspect or (select app_role()) in ('caseworker', 'manager', 'provider_worker', 'provider_manager'))
  and (case_id = (select app_opened_case()) or app_sees_case(case_id)));

-- Conflicts of interest -------------------------------------------------------

-- What somebody declares: another name of their own, a person they know, a
-- crime that they or somebody close is suspected of, another organisation they
-- work for. Only they read it; it is compared where it lies.
create table conflicts (
  id uuid primary key,
  user_id uuid not null references users (id),
  org_id uuid not null,
  kind text not null check (kind in ('own_name', 'knows', 'suspect', 'employer')),
  name text check (length(name) <= 401),
  given_key text collate "C" check (length(given_key) <= 200),
  family_key text collate "C" check (length(family_key) <= 200),
  date_of_birth date,
  value_key bytea, -- of a number or an address of email, never the thing itself
  crime_key bytea,
  employer_org_id uuid references organisations (id),
  said_at timestamptz not null,
  ended_at timestamptz,
  constraint conflicts_name_whole check (num_nulls(name, given_key, family_key) in (0, 3)),
  constraint conflicts_of_something check (case kind when 'employer' then employer_org_id is not null and num_nonnulls(name, value_key, crime_key) = 0
    when 'own_name' then name is not null else num_nonnulls(name, value_key, crime_key) >= 1 end),
  constraint conflicts_employer_alone check (kind = 'employer' or employer_org_id is null),
  constraint conflicts_elsewhere check (employer_org_id is distinct from org_id)
);
create index conflicts_user on conflicts (user_id, said_at desc);
create index conflicts_family on conflicts (family_key, given_key) where ended_at is null;
create index conflicts_given on conflicts (given_key, family_key) where ended_at is null;
create index conflicts_value on conflicts (value_key) where value_key is not null and ended_at is null;
create index conflicts_crime on conflicts (crime_key) where crime_key is not null and ended_at is null;
create index conflicts_employed on conflicts (user_id) where employer_org_id is not null and ended_at is null;
create index users_own_name on users (lower(name));
create index staff_households_borough on staff_households (borough);

-- Whom a record asks whether they know the person, before they first see it.
create table conflict_questions (
  user_id uuid not null references users (id),
  case_id uuid not null references cases (id),
  why text not null check (why in ('own_name', 'household', 'declared', 'employer')),
  asked_at timestamptz not null default clock_timestamp(),
  answered_at timestamptz,
  knows boolean,
  primary key (user_id, case_id),
  constraint conflict_questions_answered check ((answered_at is null) = (knows is null))
);
create index conflict_questions_case on conflict_questions (case_id);

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['conflicts', 'conflict_questions'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
    execute format('create policy own on %I for select to throughline_app using (user_id = (select app_user_id()))', t);
    execute format('revoke all on %I from public', t);
  end loop;
end $$;
-- +goose StatementEnd
create policy declare_own on conflicts for insert to throughline_app with check (
  user_id = (select app_user_id()) and org_id = (select app_org_id()) and ended_at is null);
create policy end_own on conflicts for update to throughline_app
  using (user_id = (select app_user_id()) and ended_at is null) with check (user_id = (select app_user_id()));
grant select (id, user_id, org_id, kind, name, date_of_birth, value_key, crime_key, employer_org_id, said_at, ended_at),
  insert (id, user_id, org_id, kind, name, given_key, family_key, date_of_birth, value_key, crime_key, employer_org_id, said_at),
  update (ended_at) on conflicts to throughline_app;
grant select on conflict_questions to throughline_app;

-- +goose StatementBegin
-- A match that is certain bars the person from the victim; one that may be is a
-- question. What a privacy officer has lifted is not set again. Whoever logs a
-- case of somebody they know is asked: they wrote it. Where the person could
-- have met the record, their privacy officer is told to pass the work on.
create function conflict_found(p_user uuid, p_case uuid, p_certain boolean, p_why text, p_reason text) returns void language plpgsql as $$
declare
  c public.cases;
  v_org uuid;
begin
  select * into c from public.cases x where x.id = p_case;
  if not p_certain or c.logged_by = p_user and p_why <> 'said' then
    insert into public.conflict_questions (user_id, case_id, why) values (p_user, p_case, p_why) on conflict do nothing;
    return;
  end if;
  if exists (select from public.bars b where b.victim_id = c.victim_id and b.person_id = p_user and (b.lifted_at is null and not b.suspended
      or p_why <> 'said' and b.source = 'declared')) then
    return;
  end if;
  insert into public.bars (id, victim_id, case_id, person_id, source, reason, set_at)
  values (public.gen_random_uuid(), c.victim_id, p_case, p_user, 'declared', p_reason, clock_timestamp());
  select u.org_id into v_org from public.users u where u.id = p_user;
  if v_org = any (c.access) or p_user = any (c.access)
    or exists (select from public.referrals r where r.case_id = p_case and r.to_org_id = v_org and r.receiver_sees) then
    insert into public.outbox (topic, case_id, payload, by_org_id, at)
    values ('alert.conflict', p_case, jsonb_build_object('user', p_user), v_org, clock_timestamp());
  end if;
end $$;

-- A record meets what people have declared, their own names and households.
create function conflicts_of_case(p_case uuid) returns void language plpgsql set enable_seqscan = off as $$
declare
  v public.victims;
  found record;
begin
  select x.* into v from public.victims x join public.cases c on c.victim_id = x.id where c.id = p_case;
  for found in
    select d.user_id, coalesce(d.date_of_birth = v.date_of_birth, false) as certain, 'declared' as why, d.kind from public.conflicts d
      where d.family_key = v.family_key and d.given_key = v.given_key and d.ended_at is null and coalesce(d.date_of_birth = v.date_of_birth, true)
    union select d.user_id, coalesce(d.date_of_birth = v.date_of_birth, false), 'declared', d.kind from public.conflicts d
      where d.given_key = v.family_key and d.family_key = v.given_key and d.ended_at is null and coalesce(d.date_of_birth = v.date_of_birth, true)
    union select d.user_id, true, 'declared', d.kind from public.incidents i join public.conflicts d on d.crime_key = i.crime_key
      where i.case_id = p_case and d.ended_at is null
    union select u.id, false, 'own_name', 'own_name' from public.users u where lower(u.name) = v.given_key || ' ' || v.family_key and u.disabled_at is null
    union select h.user_id, false, 'household', 'household' from public.staff_households h where h.borough = v.borough and v.family_key = any (h.family_keys)
  loop
    perform public.conflict_found(found.user_id, p_case, found.certain, found.why, public.conflict_reason(found.kind));
  end loop;
end $$;
-- The reason of a bar that follows from a declaration.
create function conflict_reason(p_kind text) returns text language sql immutable as $$
  select case p_kind when 'suspect' then 'did_it' when 'own_name' then 'family' else 'knows_victim' end
$$;

-- A person's declarations, name and household meet the records there are.
create function conflicts_of_person(p_user uuid) returns void language plpgsql set enable_seqscan = off as $$
declare
  found record;
begin
  for found in
    select c.id, coalesce(d.date_of_birth = v.date_of_birth, false) as certain, 'declared' as why, d.kind from public.conflicts d
      join public.victims v on v.family_key = d.family_key and v.given_key = d.given_key join public.cases c on c.victim_id = v.id
      where d.user_id = p_user and d.ended_at is null and coalesce(d.date_of_birth = v.date_of_birth, true)
    union select c.id, coalesce(d.date_of_birth = v.date_of_birth, false), 'declared', d.kind from public.conflicts d
      join public.victims v on v.family_key = d.given_key and v.given_key = d.family_key join public.cases c on c.victim_id = v.id
      where d.user_id = p_user and d.ended_at is null and coalesce(d.date_of_birth = v.date_of_birth, true)
    union select i.case_id, true, 'declared', d.kind from public.conflicts d join public.incidents i on i.crime_key = d.crime_key
      where d.user_id = p_user and d.ended_at is null
    union select k.case_id, true, 'declared', d.kind from public.conflicts d join public.contact_details k on k.value_key = d.value_key
      where d.user_id = p_user and d.ended_at is null
    union select c.id, false, 'own_name', 'own_name' from public.users u
      cross join lateral (select string_to_array(lower(u.name), ' ')) as n (parts) cross join lateral generate_series(1, cardinality(n.parts) - 1) as cut
      join public.victims v on v.given_key = array_to_string(n.parts[:cut], ' ') and v.family_key = array_to_string(n.parts[cut + 1:], ' ')
      join public.cases c on c.victim_id = v.id where u.id = p_user
    union select c.id, false, 'household', 'household' from public.staff_households h cross join lateral unnest(h.family_keys) as family
      join public.victims v on v.family_key = family and v.borough = h.borough join public.cases c on c.victim_id = v.id where h.user_id = p_user
  loop
    perform public.conflict_found(p_user, found.id, found.certain, found.why, public.conflict_reason(found.kind));
  end loop;
end $$;

-- What a new case meets is looked for only where somebody has declared anything.
create function cases_meet_conflicts() returns trigger language plpgsql security definer as $$
begin
  if exists (select from public.conflicts) or exists (select from public.staff_households) or exists (
      select from public.victims v join public.users u on lower(u.name) = v.given_key || ' ' || v.family_key where v.id = new.victim_id) then
    perform public.conflicts_of_case(new.id);
  end if;
  return null;
end $$;
create function victims_meet_conflicts() returns trigger language plpgsql security definer as $$
begin
  perform public.conflicts_of_case(c.id) from public.cases c where c.victim_id = new.id;
  return null;
end $$;
create function contact_meets_conflicts() returns trigger language plpgsql security definer as $$
begin
  if new.value_key is not null then
    perform public.conflict_found(d.user_id, new.case_id, true, 'declared', public.conflict_reason(d.kind))
    from public.conflicts d where d.value_key = new.value_key and d.ended_at is null;
  end if;
  return null;
end $$;
create function users_meet_records() returns trigger language plpgsql security definer as $$
begin
  perform public.conflicts_of_person(new.id);
  return null;
end $$;
create function person_meets_records() returns trigger language plpgsql security definer as $$
begin
  perform public.conflicts_of_person(new.user_id);
  return null;
end $$;

-- The answer of whoever is asked, or who says so of a record before them:
-- true where there was something to answer. Definer: a bar is nobody's to write.
create function app_conflict_answer(p_case uuid, p_knows boolean, p_reason text) returns boolean language plpgsql security definer as $$
declare
  v_asked boolean := public.app_conflict(p_case) is not null;
begin
  if not v_asked and not (p_knows and exists (select from public.cases c where c.id = p_case
      and (c.barred is null or public.app_user_id() <> all (c.barred)) and public.app_handles_cases()
      and (c.access && array[public.app_org_id(), public.app_user_id()] or exists (select from public.referrals r where r.case_id = c.id
        and r.to_org_id = public.app_org_id() and r.receiver_sees and not r.sealed and (r.to_people is null or public.app_user_id() = any (r.to_people)))))) then
    return false;
  end if;
  insert into public.conflict_questions as q (user_id, case_id, why, answered_at, knows)
  values (public.app_user_id(), p_case, 'declared', clock_timestamp(), p_knows)
  on conflict (user_id, case_id) do update set answered_at = excluded.answered_at, knows = excluded.knows;
  if p_knows then
    perform public.conflict_found(public.app_user_id(), p_case, true, 'said', p_reason);
  end if;
  return true;
end $$;
-- Why the actor is asked about a record before they see it; null where they are
-- not. Definer: a record of their other employer is not always theirs to see.
create function app_conflict(p_case uuid) returns text language plpgsql stable security definer as $$
begin
  return coalesce(
    (select q.why from public.conflict_questions q where q.user_id = public.app_user_id() and q.case_id = p_case and q.answered_at is null),
    (select 'employer' from public.conflicts d join public.cases c on c.id = p_case and d.employer_org_id in (c.accountable_org_id, c.logged_by_org_id)
      where d.user_id = public.app_user_id() and d.employer_org_id is not null and d.ended_at is null
        and not exists (select from public.conflict_questions q where q.user_id = d.user_id and q.case_id = p_case) limit 1));
end $$;
-- +goose StatementEnd
create constraint trigger cases_meet_conflicts after insert on cases deferrable initially deferred for each row execute function cases_meet_conflicts();
create trigger victims_meet_conflicts after update of given_key, family_key, date_of_birth, borough on victims for each row
  when ((old.given_key, old.family_key, old.date_of_birth, old.borough) is distinct from (new.given_key, new.family_key, new.date_of_birth, new.borough))
  execute function victims_meet_conflicts();
create trigger contact_meets_conflicts after insert or update of value_key on contact_details for each row execute function contact_meets_conflicts();
create trigger users_meet_records after insert or update of name on users for each row execute function users_meet_records();
create trigger conflicts_meet_records after insert on conflicts for each row execute function person_meets_records();
create trigger households_meet_records after insert or update on staff_households for each row execute function person_meets_records();

revoke execute on function conflict_found(uuid, uuid, boolean, text, text), conflicts_of_case(uuid), conflicts_of_person(uuid), conflict_reason(text),
  cases_meet_conflicts(), victims_meet_conflicts(), contact_meets_conflicts(), users_meet_records(), person_meets_records(),
  app_conflict_answer(uuid, boolean, text), app_conflict(uuid) from public;
grant execute on function app_conflict_answer(uuid, boolean, text), app_conflict(uuid) to throughline_app;
