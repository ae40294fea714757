-- +goose Up
-- Who manages people. An organisation's administrator changes the people of
-- their own organisation, never themselves and never anybody whose role crosses
-- organisations; those are the system administrators', two at a time.

-- The roles whose sight or whose power does not end at one organisation
-- (models/grant.go; a test compares the two).
create function app_crosses(p_role text) returns boolean language sql immutable parallel safe as
  $$ select p_role in ('coordinator', 'commissioner_auditor', 'commissioner_analyst', 'organisation_admin', 'system_admin') $$;

create policy manage_people on users for update to throughline_app
  using (org_id = (select app_org_id()) and (select app_role()) = 'organisation_admin' and id <> (select app_user_id()) and not app_crosses(role))
  with check (org_id = (select app_org_id()) and (select app_role()) = 'organisation_admin' and id <> (select app_user_id()) and not app_crosses(role));
-- The system administrator sees who holds the roles that two of them give, and
-- can end their access; nobody else's.
create policy operate_read on users for select to throughline_app
  using ((select app_role()) = 'system_admin' and app_crosses(role));
create policy operate on users for update to throughline_app
  using ((select app_role()) = 'system_admin' and app_crosses(role) and id <> (select app_user_id()))
  with check ((select app_role()) = 'system_admin' and app_crosses(role) and id <> (select app_user_id()));
grant update (role, disabled_at, version) on users to throughline_app;

-- Ending an access takes one system administrator, giving a role takes two: it
-- goes by an invitation that the second has approved.
-- +goose StatementBegin
create function users_change() returns trigger language plpgsql as $$
begin
  if public.app_role() = 'system_admin' and new.role <> old.role then
    raise exception 'one system administrator gives no role' using errcode = 'check_violation', constraint = 'users_role_takes_two';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger users_change before update of role on users for each row execute function users_change();

-- An invitation is for one person and one role, and its link is good once and
-- for a day. The token is in the link and nowhere else; here is its hash. An
-- invitation to a role that crosses organisations is asked for by one system
-- administrator and gets a link when another has approved.
create table invitations (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  kind text not null check (kind in ('joining', 'reset')),
  email text not null,
  role text not null,
  user_id uuid references users (id), -- whose password is reset
  sso boolean not null default false, -- to sign in with the organisation's own sign-in
  invited_by uuid not null references users (id),
  invited_by_role text not null,
  invited_at timestamptz not null,
  approval_id uuid references approvals (id),
  token_hash bytea,
  issued_at timestamptz,
  expires_at timestamptz,
  used_at timestamptz,
  used_by uuid references users (id), -- the person it became, or whose it was
  ended_at timestamptz,
  version integer not null default 1,
  constraint invitations_email_form check (email = lower(email) and email like '%_@_%' and length(email) <= 254),
  constraint invitations_reset_of_somebody check ((kind = 'reset') = (user_id is not null)),
  constraint invitations_token_once unique (token_hash),
  constraint invitations_token_form check (length(token_hash) = 32),
  constraint invitations_issued_whole check (num_nulls(token_hash, issued_at, expires_at) in (0, 3)),
  constraint invitations_for_a_day check (expires_at <= issued_at + interval '24 hours'),
  constraint invitations_used_whole check ((used_at is null) = (used_by is null) and (used_at is null or token_hash is not null))
);
create index invitations_of_organisation on invitations (org_id, invited_at desc, id desc);
create index invitations_user on invitations (user_id) where user_id is not null;
create index invitations_used_by on invitations (used_by) where used_by is not null;
create index invitations_invited_by on invitations (invited_by);
create index invitations_approval on invitations (approval_id) where approval_id is not null;

alter table invitations enable row level security;
alter table invitations force row level security;
create policy owner_all on invitations to throughline_owner using (true) with check (true);
create policy read_own on invitations for select to throughline_app using (
  ((select app_role()) = 'organisation_admin' and org_id = (select app_org_id()) and not app_crosses(role))
  or ((select app_role()) = 'system_admin' and app_crosses(role)));
create policy invite on invitations for insert to throughline_app with check (
  invited_by = (select app_user_id()) and invited_by_role = (select app_role()) and (
    ((select app_role()) = 'organisation_admin' and org_id = (select app_org_id()) and not app_crosses(role))
    or ((select app_role()) = 'system_admin' and app_crosses(role)))
  and (user_id is null or user_id <> (select app_user_id()) and coalesce((select true from users u where u.id = invitations.user_id
    and u.org_id = invitations.org_id and u.role = invitations.role and u.email = invitations.email limit 1), false)));
create policy take_back on invitations for update to throughline_app using (used_at is null and (
  ((select app_role()) = 'organisation_admin' and org_id = (select app_org_id()) and not app_crosses(role))
  or ((select app_role()) = 'system_admin' and app_crosses(role))))
  with check (used_at is null);
grant select (id, org_id, kind, email, role, user_id, sso, invited_by, invited_by_role, invited_at, approval_id, issued_at, expires_at,
  used_at, used_by, ended_at, version) on invitations to throughline_app;
grant insert (id, org_id, kind, email, role, user_id, sso, invited_by, invited_by_role, invited_at, approval_id) on invitations to throughline_app;
grant update (approval_id, ended_at, version) on invitations to throughline_app;

-- app_invitation_issue puts a link's hash into an invitation the caller may
-- see, and ends the link before it. Definer: the application writes no hash of
-- a token. A role that crosses organisations, and a reset of somebody who holds
-- one, take an approval by another system administrator than who asked.
-- +goose StatementBegin
create function app_invitation_issue(p_id uuid, p_hash bytea) returns timestamptz language plpgsql volatile security definer as $$
declare
  v_until timestamptz := pg_catalog.clock_timestamp() + interval '24 hours';
begin
  update public.invitations i set token_hash = p_hash, issued_at = v_until - interval '24 hours', expires_at = v_until, version = i.version + 1
   where i.id = p_id and i.used_at is null and i.ended_at is null
     and ((public.app_role() = 'organisation_admin' and i.org_id = public.app_org_id() and not public.app_crosses(i.role))
       or (public.app_role() = 'system_admin' and public.app_crosses(i.role) and exists (
         select from public.approvals a where a.id = i.approval_id and a.subject_id = i.id and a.kind = 'people.grant' and a.decision = 'approved'
           and a.decided_by <> a.requested_by and a.requested_by_role = 'system_admin')));
  if not found then
    return null;
  end if;
  return v_until;
end $$;

-- app_invitation_find says what a link is, to whoever holds it. Definer: nobody
-- is signed in. Kind: joining, reset, or changing, where somebody who works
-- there already gets another role. State: open, used, expired or ended; no row
-- for a token that is none.
create function app_invitation_find(p_hash bytea) returns table (kind text, role text, email text, org_name text, name text, state text)
language sql volatile security definer as $$
  select case when i.kind = 'joining' and exists (select from public.users k where k.email = i.email and k.org_id = i.org_id and k.disabled_at is null)
      then 'changing' else i.kind end, i.role, i.email, o.name, coalesce(u.name, ''),
    case when i.used_at is not null then 'used' when i.ended_at is not null or not o.active then 'ended'
         when i.expires_at <= pg_catalog.clock_timestamp() then 'expired' else 'open' end
  from public.invitations i join public.organisations o on o.id = i.org_id left join public.users u on u.id = i.user_id
  where i.token_hash = p_hash
$$;

-- app_invitation_use does what a link is for, once: it lets somebody in, gives
-- somebody of the same organisation their new role, or sets the password of
-- whose it is. Definer: nobody is signed in, and no other way writes a
-- password. The rest of the transaction is the system's in the organisation,
-- so that its privacy officer finds it in the trail. Outcomes: joined, changed,
-- reset; used, expired, ended, unknown; taken, where somebody of another
-- organisation has the address.
create function app_invitation_use(p_hash bytea, p_user uuid, p_name text, p_password text)
returns table (outcome text, user_id uuid, org_id uuid, invitation_id uuid) language plpgsql volatile security definer as $$
declare
  v public.invitations;
  v_now timestamptz := pg_catalog.clock_timestamp();
  v_known public.users;
begin
  select * into v from public.invitations i where i.token_hash = p_hash for update;
  org_id := v.org_id;
  invitation_id := v.id;
  user_id := v.user_id;
  outcome := case when v.id is null then 'unknown' when v.used_at is not null then 'used'
    when v.ended_at is not null or not exists (select from public.organisations o where o.id = v.org_id and o.active) then 'ended'
    when v.expires_at <= v_now then 'expired' end;
  if v.org_id is not null then
    perform pg_catalog.set_config('app.org_id', v.org_id::text, true);
  end if;
  if outcome is not null then
    return next;
    return;
  end if;
  if v.kind = 'reset' then
    update public.users u set password_hash = p_password, version = u.version + 1 where u.id = v.user_id and u.disabled_at is null;
    outcome := case when found then 'reset' else 'ended' end;
  else
    select * into v_known from public.users u where u.email = v.email for update;
    if v_known.id is null and p_password <> '' then
      insert into public.users (id, org_id, email, name, role, password_hash) values (p_user, v.org_id, v.email, p_name, v.role, p_password);
      user_id := p_user;
      outcome := 'joined';
    elsif v_known.id is null then
      outcome := 'ended';
    elsif v_known.org_id <> v.org_id or v_known.disabled_at is not null then
      outcome := 'taken';
    else
      update public.users u set role = v.role, version = u.version + 1 where u.id = v_known.id;
      user_id := v_known.id;
      outcome := 'changed';
    end if;
  end if;
  if outcome in ('joined', 'changed', 'reset') then
    update public.invitations i set used_at = v_now, used_by = app_invitation_use.user_id, version = i.version + 1 where i.id = v.id;
  end if;
  return next;
end $$;

-- app_person_holds counts what somebody of one's own organisation has in hand.
-- Definer: who manages people sees no case and no referral.
create function app_person_holds(p_user uuid) returns table (referrals bigint, cases bigint, unsent bigint, forms bigint)
language sql stable security definer as $$
  select (select count(*) from public.referrals r where r.worker_id = u.id and r.to_org_id = u.org_id
            and r.status in ('acknowledged', 'waitlisted', 'accepted', 'in_progress', 'on_hold')),
    (select count(*) from public.cases c where c.logged_by = u.id and c.accountable_org_id = u.org_id and c.status <> 'closed'),
    (select count(*) from public.referrals r where r.created_by = u.id and r.status = 'draft'),
    (select count(*) from public.drafts d where d.user_id = u.id)
  from public.users u where u.id = p_user and u.org_id = public.app_org_id()
    and public.app_role() = 'organisation_admin'
$$;

-- app_reassign gives everything a colleague has in hand to another or to a
-- team, each referral with its line of history, its event and its notice, as
-- assign does one. Definer: who manages people sees no referral and must still
-- leave nothing with a person who has gone. A manager moves what they see; what
-- the colleague must not see goes to the queue, for somebody else to be named.
-- It returns how many.
create function app_reassign(p_from uuid, p_to uuid, p_team text, p_at timestamptz, p_session uuid, p_request text)
returns bigint language plpgsql volatile security definer as $$
declare
  v_org uuid := public.app_org_id();
  v_name text;
  v_ids uuid[];
begin
  if public.app_role() not in ('organisation_admin', 'manager', 'provider_manager')
    or not exists (select from public.users u where u.id = p_from and u.org_id = v_org) then
    return 0;
  end if;
  if p_to is not null then
    select u.name into v_name from public.users u where u.id = p_to and u.org_id = v_org and u.disabled_at is null and u.id <> p_from
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
    for update
  ), moved as (
    update public.referrals r set worker_id = case when not m.closed then p_to end, version = r.version + 1,
      team = case when m.closed then 'To be given out' else p_team end
    from mine m where r.id = m.id returning r.id, r.case_id, r.version, r.status, r.worker_id, m.closed
  ), ended as (
    update public.referral_assignments a set until_at = p_at from moved where a.referral_id = moved.id and a.until_at is null
  ), history as (
    insert into public.referral_history (id, referral_id, version, action, from_status, to_status, at, by_user_id, by_org_id, by_role, detail)
    select pg_catalog.gen_random_uuid(), m.id, m.version, 'assign', m.status, m.status, p_at, public.app_user_id(), v_org, public.app_role(),
      case when m.worker_id is null then '{}'::jsonb else pg_catalog.jsonb_build_object('worker', v_name) end from moved m
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

revoke execute on function app_crosses(text), users_change(), app_invitation_issue(uuid, bytea), app_invitation_find(bytea),
  app_invitation_use(bytea, uuid, text, text), app_person_holds(uuid), app_reassign(uuid, uuid, text, timestamptz, uuid, text) from public;
grant execute on function app_crosses(text), app_invitation_issue(uuid, bytea), app_invitation_find(bytea),
  app_invitation_use(bytea, uuid, text, text), app_person_holds(uuid), app_reassign(uuid, uuid, text, timestamptz, uuid, text) to throughline_app;
