-- +goose Up
-- Emergency access (security.md T43): whoever can name a case by its exact
-- reference, and is kept out by its restriction alone, reads that one case for
-- fifteen minutes. A colleague looks at it within two working days.
create table emergency_accesses (
  id uuid primary key,
  case_id uuid not null references cases (id),
  user_id uuid not null references users (id),
  org_id uuid not null references organisations (id),
  reason text not null check (length(reason) <= 60),
  note text not null check (length(note) between 1 and 2000),
  at timestamptz not null,
  -- limits are real time, whatever clock a copy shows (decisions.md 12)
  granted_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null default clock_timestamp() + interval '15 minutes',
  review_due_at timestamptz not null,
  escalated_at timestamptz,
  reviewed_at timestamptz,
  reviewed_by uuid references users (id),
  justified boolean,
  review_note text check (length(review_note) <= 2000),
  constraint emergency_accesses_fifteen_minutes check (expires_at <= granted_at + interval '15 minutes 1 second'),
  constraint emergency_accesses_reviewed check (num_nulls(reviewed_at, reviewed_by, justified) in (0, 3)),
  constraint emergency_accesses_somebody_else check (reviewed_by is distinct from user_id)
);
create index emergency_accesses_live on emergency_accesses (user_id, case_id, expires_at);
create index emergency_accesses_org on emergency_accesses (org_id, at desc);
create index emergency_accesses_waiting on emergency_accesses (review_due_at) where reviewed_at is null and escalated_at is null;

-- +goose StatementBegin
-- Grants it, tells the organisation's privacy officer at once, and answers with
-- the case: nothing where there is no such case, it is sealed, it bars who asks,
-- another organisation holds it, or who asks is let in anyway. Definer: who
-- asks sees neither the case nor whether there is one.
create function app_break_glass(p_id uuid, p_reference text, p_reason text, p_note text, p_at timestamptz, p_due timestamptz)
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
  insert into public.outbox (topic, case_id, payload, at) values ('alert.break_glass', v_case, jsonb_build_object('access', p_id), p_at) returning id into v_outbox;
  insert into public.notices (id, outbox_id, org_id, topic, case_id, at)
  values (public.gen_random_uuid(), v_outbox, public.app_org_id(), 'alert.break_glass', v_case, p_at);
  return v_case;
end $$;
-- Begins a reading under a live grant, by id or by reference, and says how many
-- seconds are left. A bar or a seal set meanwhile ends it.
create function app_enter_emergency(p_case uuid, p_reference text) returns table (id uuid, seconds integer)
language plpgsql security definer set enable_seqscan = off as $$
declare
  v_access uuid;
begin
  select e.id, c.id, ceil(extract(epoch from e.expires_at - clock_timestamp()))::integer into v_access, id, seconds
  from public.cases c join public.emergency_accesses e on e.case_id = c.id
  where (c.id = p_case or c.reference = p_reference) and e.user_id = public.app_user_id() and e.expires_at > clock_timestamp()
    and not c.sealed and (c.barred is null or public.app_user_id() <> all (c.barred)) order by e.expires_at desc limit 1;
  if v_access is not null then
    perform set_config('app.emergency', v_access::text, true);
    return next;
  end if;
end $$;
-- The case a transaction reads under a grant, asked once a statement and held
-- to the grant each time. Nobody who has none pays for more than a look at a
-- setting.
create function app_emergency_case() returns uuid language plpgsql stable security definer as $$
begin
  if coalesce(current_setting('app.emergency', true), '') = '' then
    return null;
  end if;
  return (select e.case_id from public.emergency_accesses e join public.cases c on c.id = e.case_id
    where e.id = current_setting('app.emergency', true)::uuid and e.user_id = public.app_user_id() and e.expires_at > clock_timestamp()
      and not c.sealed and (c.barred is null or public.app_user_id() <> all (c.barred)));
end $$;
create function app_emergency_victim() returns uuid language plpgsql stable security definer as $$
begin
  if coalesce(current_setting('app.emergency', true), '') = '' then
    return null;
  end if;
  return (select c.victim_id from public.cases c where c.id = public.app_emergency_case());
end $$;
-- +goose StatementEnd
revoke execute on function app_break_glass(uuid, text, text, text, timestamptz, timestamptz), app_enter_emergency(uuid, text), app_emergency_case(),
  app_emergency_victim() from public;
grant execute on function app_break_glass(uuid, text, text, text, timestamptz, timestamptz), app_enter_emergency(uuid, text), app_emergency_case(),
  app_emergency_victim() to throughline_app;

alter table emergency_accesses enable row level security;
alter table emergency_accesses force row level security;
create policy owner_all on emergency_accesses to throughline_owner using (true) with check (true);
create policy own on emergency_accesses for select to throughline_app using (user_id = (select app_user_id()));
create policy reviewer on emergency_accesses for select to throughline_app using (
  (select app_role()) = 'privacy_officer' and org_id = (select app_org_id()) and case_id <> all ((select app_hidden())::uuid[]));
create policy reviews on emergency_accesses for update to throughline_app using (
  (select app_role()) = 'privacy_officer' and org_id = (select app_org_id()) and reviewed_at is null and case_id <> all ((select app_hidden())::uuid[]))
  with check (reviewed_by = (select app_user_id()) and (select app_role()) = 'privacy_officer');
create policy late on emergency_accesses for select to throughline_app using ((select app_is_system()) and reviewed_at is null);
create policy escalates on emergency_accesses for update to throughline_app using ((select app_is_system()) and reviewed_at is null)
  with check ((select app_is_system()) and reviewed_at is null);
revoke all on emergency_accesses from public;
grant select, update (escalated_at, reviewed_at, reviewed_by, justified, review_note) on emergency_accesses to throughline_app;

-- Reading only, and only in a transaction that entered under a grant. The keys
-- and the bar are each asked once a statement, the bar of nobody but where a
-- record bars somebody.
alter policy read_access on cases using ((access && (select app_keys()) and (barred is null or not barred && array[(select app_user_id())]))
  or id = (select app_emergency_case()));
alter policy change_access on cases using (access && (select app_keys()) and (barred is null or not barred && array[(select app_user_id())]))
  with check (access && (select app_keys()));
alter policy read_access on victims using ((access && (select app_keys()) and (barred is null or not barred && array[(select app_user_id())]))
  or id = (select app_emergency_victim()));
alter policy change_access on victims using (access && (select app_keys()) and (barred is null or not barred && array[(select app_user_id())]))
  with check (access && (select app_keys()));
alter policy parties on referrals using (
  ((barred is null or not barred && array[(select app_user_id())])
    and ((from_org_id = (select app_record_org()) and (from_people is null or from_people && array[(select app_user_id())]))
      or (to_org_id = (select app_record_org()) and receiver_sees and not sealed and (to_people is null or to_people && array[(select app_user_id())]))))
  or ((select app_role()) = 'coordinator' and (status in ('decline_proposed', 'lapsed') or over_limit)
      and submitted_at is not null and pathway = any ((select app_pathways())::text[])
      and from_people is null and (barred is null or not barred && array[(select app_user_id())]))
  or (select app_is_system())
  or changed_in = pg_current_xact_id_if_assigned()
  or case_id = (select app_emergency_case()));
alter policy parties_change on referrals using (
  ((barred is null or not barred && array[(select app_user_id())])
    and ((from_org_id = (select app_record_org()) and (from_people is null or from_people && array[(select app_user_id())]))
      or (to_org_id = (select app_record_org()) and receiver_sees and not sealed and (to_people is null or to_people && array[(select app_user_id())]))))
  or ((select app_role()) = 'coordinator' and (status in ('decline_proposed', 'lapsed') or over_limit)
      and submitted_at is not null and pathway = any ((select app_pathways())::text[])
      and from_people is null and (barred is null or not barred && array[(select app_user_id())]))
  or (select app_is_system()));
alter policy parties on clocks using (
  (access && (select app_keys()) and (barred is null or not barred && array[(select app_user_id())])) or (select app_is_system())
  or ((select app_role()) = 'coordinator' and app_coordinates(referral_id)) or case_id = (select app_emergency_case()));
alter policy parties_change on clocks using (
  (access && (select app_keys()) and (barred is null or not barred && array[(select app_user_id())])) or (select app_is_system())
  or ((select app_role()) = 'coordinator' and app_coordinates(referral_id)));
