-- +goose Up
-- Handing over writes a line of history, whose detail is sealed since 0037: the
-- name of whoever takes over comes sealed from the application.
drop function app_reassign(uuid, uuid, text, timestamptz, uuid, text);
-- +goose StatementBegin
-- app_reassign gives everything a colleague has in hand to another or to a
-- team, each referral with its line of history, its event and its notice, as
-- assign does one. Definer: who manages people sees no referral and must still
-- leave nothing with a person who has gone. A manager moves what they see; what
-- the colleague must not see goes to the queue, for somebody else to be named.
-- It returns how many, at most as many as it was given ids: each line of
-- history has one, and the name of whoever takes over sealed for that line by
-- the caller, since the database holds no key.
create function app_reassign(p_from uuid, p_to uuid, p_team text, p_at timestamptz, p_session uuid, p_request text,
  p_ids uuid[], p_details bytea[])
returns bigint language plpgsql volatile security definer as $$
declare
  v_org uuid := public.app_org_id();
  v_ids uuid[];
begin
  if public.app_role() not in ('organisation_admin', 'manager', 'provider_manager')
    or not exists (select from public.users u where u.id = p_from and u.org_id = v_org) then
    return 0;
  end if;
  if p_to is not null then
    perform from public.users u where u.id = p_to and u.org_id = v_org and u.disabled_at is null and u.id <> p_from
      and u.role in ('caseworker', 'manager', 'provider_worker', 'provider_manager');
    if not found then
      raise exception 'nobody of that organisation answers referrals under this id' using errcode = 'check_violation', constraint = 'reassign_to_a_colleague';
    end if;
  end if;
  with mine as (
    select r.id, p_to is not null and (coalesce(p_to = any (r.barred), false) or coalesce(p_to <> all (r.to_people), false)) as closed
    from public.referrals r
    where r.worker_id = p_from and r.to_org_id = v_org and r.status in ('acknowledged', 'waitlisted', 'accepted', 'in_progress', 'on_hold')
      and (public.app_role() = 'organisation_admin'
        or coalesce(public.app_user_id() <> all (r.barred), true) and coalesce(public.app_user_id() = any (r.to_people), true))
    order by r.id limit cardinality(p_ids) for update
  ), numbered as (
    select m.id, m.closed, row_number() over (order by m.id) as n from mine m
  ), moved as (
    update public.referrals r set worker_id = case when not m.closed then p_to end, version = r.version + 1,
      team = case when m.closed then 'To be given out' else p_team end
    from numbered m where r.id = m.id returning r.id, r.case_id, r.version, r.status, r.worker_id, m.n
  ), ended as (
    update public.referral_assignments a set until_at = p_at from moved where a.referral_id = moved.id and a.until_at is null
  ), history as (
    insert into public.referral_history (id, referral_id, version, action, from_status, to_status, at, by_user_id, by_org_id, by_role, detail)
    select p_ids[m.n], m.id, m.version, 'assign', m.status, m.status, p_at, public.app_user_id(), v_org, public.app_role(),
      case when m.worker_id is null then '{}'::bytea else p_details[m.n] end from moved m
  ), audited as (
    insert into public.audit_events (id, at, session_id, request_id, action, subject_type, subject_id, case_id, detail)
    select pg_catalog.gen_random_uuid(), p_at, p_session, p_request, 'referral.assigned', 'referral', m.id, m.case_id,
      pg_catalog.jsonb_build_object('from', m.status, 'to', m.status, 'version', m.version, 'taken_from', p_from) from moved m
  ), told as (
    insert into public.outbox (topic, referral_id, case_id, by_org_id, at) select 'referral.assigned', m.id, m.case_id, v_org, p_at from moved m
  )
  select coalesce(pg_catalog.array_agg(m.id), '{}') into v_ids from moved m;
  -- One assignment of a referral is open at a time: the one before has ended.
  insert into public.referral_assignments (id, referral_id, worker_id, team, from_at, by_user_id)
  select pg_catalog.gen_random_uuid(), r.id, r.worker_id, r.team, p_at, public.app_user_id() from public.referrals r where r.id = any (v_ids);
  return pg_catalog.cardinality(v_ids);
end $$;
-- +goose StatementEnd
revoke execute on function app_reassign(uuid, uuid, text, timestamptz, uuid, text, uuid[], bytea[]) from public;
grant execute on function app_reassign(uuid, uuid, text, timestamptz, uuid, text, uuid[], bytea[]) to throughline_app;
