-- +goose Up
-- What row security costs, made less once more without letting anybody see more
-- or less (docs/adr/0023; measured by the bench, statement by statement).
--
-- A sub-select of a policy is set up in every statement, whether it is asked or
-- not, for 1 to 2 us; an expression that is rarely reached is set up too. So a
-- policy says in place what nearly every row is decided by, asks one sub-select
-- for it, and leaves the rest to a function, which costs nothing until it is
-- called.

-- Whether who asks is one of the people a record names: asked of nobody but
-- where a record names people at all.
-- +goose StatementBegin
create function app_is_among(p_people uuid[]) returns boolean language plpgsql stable as $$
begin
  return coalesce(public.app_user_id() = any (p_people), false);
end $$;
-- +goose StatementEnd

-- Who is let in by their role or by emergency access, where an organisation's
-- own sight ends: jobs, a pathway's coordinator, and whoever broke the glass,
-- who only reads.
-- +goose StatementBegin
create function app_sees_referral_besides(p_case uuid, p_status text, p_over_limit boolean, p_submitted_at timestamptz, p_pathway text,
  p_from_people uuid[], p_barred uuid[], p_reads boolean) returns boolean language plpgsql stable as $$
begin
  case current_setting('app.role', true)
  when 'system' then
    return true;
  when 'coordinator' then
    return (p_status in ('decline_proposed', 'lapsed') or p_over_limit) and p_submitted_at is not null and p_from_people is null
      and (p_barred is null or public.app_user_id() <> all (p_barred)) and p_pathway = any (public.app_pathways());
  else
    return p_reads and p_case = public.app_emergency_case();
  end case;
end $$;
create function app_sees_clock_besides(p_referral uuid, p_case uuid, p_reads boolean) returns boolean language plpgsql stable as $$
begin
  case current_setting('app.role', true)
  when 'system' then
    return true;
  when 'coordinator' then
    return public.app_coordinates(p_referral);
  else
    return p_reads and p_case = public.app_emergency_case();
  end case;
end $$;
-- +goose StatementEnd

alter policy read_access on cases using ((access && (select app_keys()) and (barred is null or not app_is_among(barred)))
  or (current_setting('app.emergency', true) <> '' and id = app_emergency_case()));
alter policy change_access on cases using (access && (select app_keys()) and (barred is null or not app_is_among(barred)))
  with check (access && (select app_keys()));
alter policy read_access on victims using ((access && (select app_keys()) and (barred is null or not app_is_among(barred)))
  or (current_setting('app.emergency', true) <> '' and id = app_emergency_victim()));
alter policy change_access on victims using (access && (select app_keys()) and (barred is null or not app_is_among(barred)))
  with check (access && (select app_keys()));
-- Of the two sides the referring one is asked first; where both are one
-- organisation, either lets in.
alter policy parties on referrals using (
  ((barred is null or not app_is_among(barred)) and case (select app_record_org())
    when from_org_id then from_people is null or app_is_among(from_people)
      or (to_org_id = from_org_id and receiver_sees and not sealed and (to_people is null or app_is_among(to_people)))
    when to_org_id then receiver_sees and not sealed and (to_people is null or app_is_among(to_people))
    else false end)
  or changed_in = pg_current_xact_id_if_assigned()
  or app_sees_referral_besides(case_id, status, over_limit, submitted_at, pathway, from_people, barred, true));
alter policy parties_change on referrals using (
  ((barred is null or not app_is_among(barred)) and case (select app_record_org())
    when from_org_id then from_people is null or app_is_among(from_people)
      or (to_org_id = from_org_id and receiver_sees and not sealed and (to_people is null or app_is_among(to_people)))
    when to_org_id then receiver_sees and not sealed and (to_people is null or app_is_among(to_people))
    else false end)
  or app_sees_referral_besides(case_id, status, over_limit, submitted_at, pathway, from_people, barred, false));
alter policy parties on clocks using ((access && (select app_keys()) and (barred is null or not app_is_among(barred)))
  or app_sees_clock_besides(referral_id, case_id, true));
alter policy parties_change on clocks using ((access && (select app_keys()) and (barred is null or not app_is_among(barred)))
  or app_sees_clock_besides(referral_id, case_id, false));
alter policy parties_start on clocks with check (access && (select app_keys()) or app_sees_clock_besides(referral_id, null, false));

-- A referral that was opened also says how far its receiver is let through the
-- safe-contact gate: to the channels of the case while the work is live, to
-- their values once it was accepted (decisions.md 1); and which of its shares
-- are there to be read. What it does not say is asked about row by row.
-- +goose StatementBegin
create or replace function app_open_referral(p_referral uuid) returns boolean language plpgsql as $$
declare
  r record;
begin
  select x.case_id, x.live, x.accepted_at is not null as accepted, x.from_org_id = public.app_org_id() as sends, x.to_org_id = public.app_record_org() as receives
    into r from public.referrals x where x.id = p_referral; -- under row security
  if not found then
    return false;
  end if;
  perform set_config('app.opened_by', public.app_user_id()::text, true), set_config('app.opened_case', '', true),
    set_config('app.opened_referrals', array[p_referral]::text, true),
    set_config('app.opened_channels', case when r.receives and r.live then r.case_id::text else '' end, true),
    set_config('app.opened_contact', case when r.receives and r.live and r.accepted then r.case_id::text else '' end, true),
    set_config('app.opened_stages', case when r.sends or (r.receives and r.live and r.accepted) then '{sending,acceptance}'
      when r.receives and r.live then '{sending}' else '' end, true);
  return true;
end $$;
create or replace function app_open_case(p_case uuid) returns boolean language plpgsql as $$
begin
  perform from public.cases c where c.id = p_case; -- under row security
  if not found then
    return false;
  end if;
  perform set_config('app.opened_by', public.app_user_id()::text, true), set_config('app.opened_case', p_case::text, true),
    set_config('app.opened_referrals', coalesce((select array_agg(r.id)::text from public.referrals r where r.case_id = p_case), ''), true),
    set_config('app.opened_channels', p_case::text, true), set_config('app.opened_contact', p_case::text, true),
    set_config('app.opened_stages', '', true);
  return true;
end $$;
create function app_sees_share(p_referral uuid, p_stage text) returns boolean language plpgsql stable as $$
begin
  return exists (select from public.referrals r where r.id = p_referral and (r.from_org_id = public.app_org_id()
    or (r.to_org_id = public.app_org_id() and r.live and (p_stage = 'sending' or r.accepted_at is not null))
    or (public.app_role() = 'coordinator' and p_stage = 'sending')));
end $$;
-- +goose StatementEnd
create function app_opened_channels() returns uuid language sql stable parallel safe as $$
  select case when current_setting('app.opened_by', true) = current_setting('app.user_id', true)
    then nullif(current_setting('app.opened_channels', true), '')::uuid end $$;
create function app_opened_contact() returns uuid language sql stable parallel safe as $$
  select case when current_setting('app.opened_by', true) = current_setting('app.user_id', true)
    then nullif(current_setting('app.opened_contact', true), '')::uuid end $$;
create function app_opened_stages() returns text[] language sql stable parallel safe as $$
  select case when current_setting('app.opened_by', true) = current_setting('app.user_id', true)
    then nullif(current_setting('app.opened_stages', true), '')::text[] end $$;
alter policy holder_or_receiver on contact_channels using (case_id = (select app_opened_channels()) or app_sees_case(case_id) or app_receives(case_id, false));
alter policy holder_or_receiver on contact_stops using (case_id = (select app_opened_channels()) or app_sees_case(case_id) or app_receives(case_id, false));
alter policy holder_or_accepted on contact_details using (case_id = (select app_opened_contact()) or app_sees_case(case_id) or app_receives(case_id, true));
alter policy holder_or_accepted on code_words using (case_id = (select app_opened_contact()) or app_sees_case(case_id) or app_receives(case_id, true));
alter policy parties on referral_shares using (
  (referral_id = any ((select app_opened_referrals())::uuid[]) and stage = any (app_opened_stages())) or app_sees_share(referral_id, stage));

-- What is written beside a referral that was opened, or an act on which opens
-- it, is not asked about again either.
alter policy change_with_referral on referral_questions using (referral_id = any ((select app_opened_referrals())::uuid[]) or app_sees_referral(referral_id));
alter policy change_with_referral on referral_assignments using (referral_id = any ((select app_opened_referrals())::uuid[]) or app_sees_referral(referral_id));
alter policy add_to_referral on referral_questions with check (
  asked_by = (select app_user_id()) and (referral_id = any ((select app_opened_referrals())::uuid[]) or app_sees_referral(referral_id)));
alter policy add_to_referral on referral_assignments with check (
  by_user_id = (select app_user_id()) and (referral_id = any ((select app_opened_referrals())::uuid[]) or app_sees_referral(referral_id)));
-- +goose StatementBegin
create function app_takes_step(p_referral uuid, p_case uuid, p_user uuid, p_org uuid, p_role text) returns boolean language plpgsql stable as $$
begin
  return p_user is not distinct from public.app_user_id() and p_org is not distinct from public.app_org_id() and p_role = public.app_role()
    and exists (select from public.referrals r where r.id = p_referral and r.case_id = p_case);
end $$;
-- +goose StatementEnd
alter policy add_to_referral on referral_history with check (app_takes_step(referral_id, case_id, by_user_id, by_org_id, by_role));

-- A trigger's condition is read and prepared in every statement, for 5 to 15 us:
-- what is decided in the trigger itself costs one. What a person opened is
-- counted in the owner's name, so that nobody writes of their own openings. A
-- record opened again is one look at the key, and a new one four, however many
-- there are: a plan made while the table was small would read all of it.
drop trigger audit_events_counted on audit_events;
alter table record_openings drop constraint record_openings_pkey;
alter table record_openings add primary key (record_id, user_id, kind);
-- +goose StatementBegin
create function count_opened(p_record uuid, p_asks boolean) returns void language plpgsql security definer set enable_seqscan = off as $$
declare
  v_user uuid := public.app_user_id();
  v_now timestamptz := clock_timestamp();
  v_since timestamptz := v_now - interval '1 hour';
  v_most integer;
  v_last bigint;
  v_at timestamptz;
begin
  -- A record that may be of somebody they know is first asked about (0077), of
  -- nearly nobody: two looks by key.
  if p_asks and (exists (select from public.conflict_questions q where q.case_id = p_record and q.user_id = v_user and q.answered_at is null)
      or exists (select from public.conflicts d where d.user_id = v_user and d.employer_org_id is not null and d.ended_at is null)
        and public.app_conflict(p_record) is not null) then
    raise exception using errcode = 'TL403', message = 'do you know this person', detail = p_record::text;
  end if;
  for turn in 1..2 loop
    -- in these words the key answers, and not the order
    select o.at into v_at from public.record_openings o where o.record_id = p_record and o.user_id = v_user and o.kind || '' = 'opened';
    if v_at > v_since then
      return;
    end if;
    v_most := public.record_cap('opened');
    exit when turn = 2 or v_most > 1000;
    perform pg_advisory_xact_lock(hashtextextended('opened' || v_user::text, 16));
  end loop;
  v_last := coalesce((select o.nth from public.record_openings o where o.user_id = v_user and o.kind = 'opened' order by o.nth desc limit 1), 0);
  -- Were this opened too, the one so many places back would have to be older
  -- than an hour.
  if v_last >= v_most then
    select o.at into v_at from public.record_openings o
    where o.user_id = v_user and o.kind = 'opened' and o.nth <= v_last + 1 - v_most order by o.nth desc limit 1;
    if v_at > v_since then
      raise exception using errcode = 'TL429', message = 'too many records in an hour',
        detail = greatest(1, ceil(extract(epoch from v_at - v_since)))::text;
    end if;
  end if;
  insert into public.record_openings as o (user_id, kind, record_id, nth, at) values (v_user, 'opened', p_record, v_last + 1, v_now)
  on conflict (record_id, user_id, kind) do update set nth = excluded.nth, at = excluded.at;
end $$;
create function count_listed(p_records uuid[]) returns void language plpgsql security definer set enable_seqscan = off as $$
declare
  v_user uuid := public.app_user_id();
  v_now timestamptz := clock_timestamp();
  v_since timestamptz := v_now - interval '1 hour';
  v_most integer := public.record_cap('listed');
  v_new uuid[];
  v_last bigint;
  v_at timestamptz;
begin
  for turn in 1..2 loop
    v_new := array(select distinct i from unnest(p_records) i where not coalesce((select o.at > v_since from public.record_openings o
      where o.record_id = i and o.user_id = v_user and o.kind || '' = 'listed'), false));
    if v_new = '{}' then
      return;
    end if;
    exit when turn = 2 or v_most > 1000;
    perform pg_advisory_xact_lock(hashtextextended('listed' || v_user::text, 16));
  end loop;
  v_last := coalesce((select o.nth from public.record_openings o where o.user_id = v_user and o.kind = 'listed' order by o.nth desc limit 1), 0);
  select o.at into v_at from public.record_openings o
  where o.user_id = v_user and o.kind = 'listed' and o.nth <= v_last + cardinality(v_new) - v_most order by o.nth desc limit 1;
  if v_at > v_since or cardinality(v_new) > v_most then
    raise exception using errcode = 'TL429', message = 'too many records in an hour',
      detail = greatest(1, ceil(extract(epoch from coalesce(v_at, v_now) - v_since)))::text;
  end if;
  insert into public.record_openings as o (user_id, kind, record_id, nth, at)
  select v_user, 'listed', n.id, v_last + n.place, v_now from unnest(v_new) with ordinality as n (id, place)
  on conflict (record_id, user_id, kind) do update set nth = excluded.nth, at = excluded.at;
end $$;
create or replace function audit_events_counted() returns trigger language plpgsql as $$
begin
  if new.refused or new.action = 'case.logged' or (new.actor_user_id = public.app_user_id()) is not true then
    return new;
  end if;
  if new.action in ('case.listed', 'case.searched') then
    perform public.count_listed(array(select jsonb_array_elements_text(new.detail -> 'cases')::uuid));
  elsif new.case_id is not null then
    perform public.count_opened(new.case_id, new.action not like 'conflict.%');
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger audit_events_counted before insert on audit_events for each row execute function audit_events_counted();
drop function count_records(text, uuid[]);
drop policy counted on record_openings;
drop policy again on record_openings;
revoke insert, update on record_openings from throughline_app;
revoke execute on function count_opened(uuid, boolean), count_listed(uuid[]) from public;
grant execute on function count_opened(uuid, boolean), count_listed(uuid[]) to throughline_app;

-- A function of SQL that cannot be written into its caller is planned anew in
-- every transaction: what logging a case asks is asked by PL/pgSQL, which keeps
-- its plans.
-- +goose StatementBegin
create or replace function cases_set_access() returns trigger language plpgsql as $$
begin
  new.access := case when new.restricted_to is not null then new.restricted_to
    when new.accountable_org_id = new.logged_by_org_id then array[new.accountable_org_id]
    when new.accountable_org_id < new.logged_by_org_id then array[new.accountable_org_id, new.logged_by_org_id]
    else array[new.logged_by_org_id, new.accountable_org_id] end;
  return new;
end $$;
create or replace function cases_spread_access() returns trigger language plpgsql security definer as $$
declare
  wanted uuid[];
begin
  select coalesce(array_agg(distinct a order by a), '{}') into wanted from public.cases c, unnest(c.access) a where c.victim_id = new.victim_id;
  update public.victims set access = wanted where id = new.victim_id and access is distinct from wanted;
  if tg_op = 'UPDATE' then
    update public.clocks set access = new.access where case_id = new.id and referral_id is null and access is distinct from new.access;
  end if;
  return null;
end $$;
-- +goose StatementEnd

revoke execute on function app_sees_referral_besides(uuid, text, boolean, timestamptz, text, uuid[], uuid[], boolean), app_sees_clock_besides(uuid, uuid, boolean),
  app_sees_share(uuid, text), app_takes_step(uuid, uuid, uuid, uuid, text), app_is_among(uuid[]), app_opened_channels(), app_opened_contact(), app_opened_stages() from public;
grant execute on function app_sees_referral_besides(uuid, text, boolean, timestamptz, text, uuid[], uuid[], boolean), app_sees_clock_besides(uuid, uuid, boolean),
  app_sees_share(uuid, text), app_takes_step(uuid, uuid, uuid, uuid, text), app_is_among(uuid[]), app_opened_channels(), app_opened_contact(), app_opened_stages() to throughline_app;
