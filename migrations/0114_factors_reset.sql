-- Second factors that somebody lost are taken away by whoever manages them, and
-- set up anew at the next sign-in (docs/adr/0027).

-- +goose Up

alter table users
    add column factor_owed      boolean not null default false, -- nobody is let in by a password alone until there is another
    add column factors_reset_at timestamptz,
    add column factors_reset_by uuid references users (id);     -- null: by whoever runs the installation
create index users_factors_reset_by on users (factors_reset_by) where factors_reset_by is not null;
grant select (factor_owed, factors_reset_at, factors_reset_by) on users to throughline_app;

-- Who has had a link in their hands: not always who asked for it.
alter table invitations add column issued_by uuid references users (id);
create index invitations_issued_by on invitations (issued_by) where issued_by is not null;
grant select (issued_by) on invitations to throughline_app;

-- app_half_taken says whether the actor has had one of the two halves of a
-- colleague's account in their hands within a week: who makes the link of a new
-- password does not take the second factors away, nor the other way round, or one
-- administrator could sign in as somebody else. p_password asks for the first
-- half. A link that nobody used and that was taken back counts for nothing.
-- +goose StatementBegin
create function app_half_taken(p_user uuid, p_password boolean) returns boolean language sql stable security definer as $$
  select case when p_password then exists (select from public.invitations i where i.user_id = p_user and i.kind = 'reset'
      and coalesce(i.issued_by, i.invited_by) = public.app_user_id() and i.issued_at > pg_catalog.clock_timestamp() - interval '7 days'
      and (i.used_at is not null or i.ended_at is null))
    else exists (select from public.users u where u.id = p_user and u.factors_reset_by = public.app_user_id()
      and u.factors_reset_at > pg_catalog.clock_timestamp() - interval '7 days') end
$$;

-- app_factors_reset takes every passkey, app and recovery code from somebody, signs
-- them out everywhere, tells them, and has them set up another at their next
-- sign-in. Definer: nobody reads or writes another's factors. An organisation's
-- administrator does it for a colleague; for a role that crosses organisations it
-- takes the approval of another system administrator. Nobody does it to themselves.
-- Outcomes: reset, none (there is nothing to take), half, unknown.
create function app_factors_reset(p_user uuid, p_approval uuid, p_at timestamptz) returns text language plpgsql volatile security definer as $$
declare
    v public.users;
    v_now timestamptz := pg_catalog.clock_timestamp();
begin
    select u.* into v from public.users u where u.id = p_user and u.disabled_at is null for update;
    if v.id is null or v.id = public.app_user_id() or not coalesce(
        public.app_role() = 'organisation_admin' and v.org_id = public.app_org_id() and not public.app_crosses(v.role)
        or public.app_role() = 'system_admin' and public.app_crosses(v.role) and exists (select from public.approvals a
          where a.id = p_approval and a.kind = 'people.factors' and a.subject_id = v.id and a.decision = 'approved' and a.decided_by = public.app_user_id()
            and a.requested_by not in (a.decided_by, v.id) and a.requested_by_role = 'system_admin'), false) then
        return 'unknown';
    end if;
    if public.app_role() = 'organisation_admin' and public.app_half_taken(v.id, true) then
        return 'half';
    end if;
    if not exists (select from public.passkeys k where k.user_id = v.id) and not exists (select from public.app_keys k where k.user_id = v.id) then
        return 'none';
    end if;
    delete from public.passkeys k where k.user_id = v.id;
    delete from public.app_keys k where k.user_id = v.id;
    delete from public.recovery_codes c where c.user_id = v.id;
    delete from public.challenges c where c.user_id = v.id;
    update public.sessions s set revoked_at = v_now, revoked_why = 'factors_reset' where s.user_id = v.id and s.revoked_at is null;
    update public.users u set factor_owed = true, factors_reset_at = v_now, factors_reset_by = public.app_user_id(), version = u.version + 1 where u.id = v.id;
    insert into public.account_notices (id, user_id, kind, at) values (pg_catalog.gen_random_uuid(), v.id, 'factors_reset', v_now);
    insert into public.outbox (topic, payload, at) values ('account.changed', pg_catalog.jsonb_build_object('user', v.id, 'kind', 'factors_reset'), p_at);
    return 'reset';
end $$;

-- Whoever adds a factor owes none any more. Definer: nobody writes that of themselves.
create function factors_settle() returns trigger language plpgsql security definer as $$
begin
    update public.users u set factor_owed = false where u.id = new.user_id and u.factor_owed;
    return null;
end $$;
-- +goose StatementEnd
create trigger passkeys_settle after insert on passkeys for each row execute function factors_settle();
create trigger app_keys_settle after insert on app_keys for each row execute function factors_settle();

-- app_invitation_issue, as in 0034: it keeps who has the link, and makes none of a
-- new password for who has taken the second factors away.
-- +goose StatementBegin
create or replace function app_invitation_issue(p_id uuid, p_hash bytea) returns timestamptz language plpgsql volatile security definer as $$
declare
  v_until timestamptz := pg_catalog.clock_timestamp() + interval '24 hours';
begin
  update public.invitations i set token_hash = p_hash, issued_at = v_until - interval '24 hours', expires_at = v_until, issued_by = public.app_user_id(), version = i.version + 1
   where i.id = p_id and i.used_at is null and i.ended_at is null
     and ((public.app_role() = 'organisation_admin' and i.org_id = public.app_org_id() and not public.app_crosses(i.role)
         and (i.kind <> 'reset' or not public.app_half_taken(i.user_id, false)))
       or (public.app_role() = 'system_admin' and public.app_crosses(i.role) and exists (
         select from public.approvals a where a.id = i.approval_id and a.subject_id = i.id and a.kind = 'people.grant' and a.decision = 'approved'
           and a.decided_by <> a.requested_by and a.requested_by_role = 'system_admin')));
  if not found then
    return null;
  end if;
  return v_until;
end $$;
-- +goose StatementEnd

-- app_session_open, as in 0076: and a password alone lets nobody in who owes a
-- second factor.
-- +goose StatementBegin
create or replace function app_session_open(p_attempt uuid, p_user uuid, p_session uuid, p_kind text, p_token_hash bytea,
                                 p_refresh uuid, p_refresh_hash bytea, p_agent text, p_device bytea, p_replaces bytea,
                                 p_factor text, p_required boolean, p_ip inet)
returns table (org_id uuid, role text, name text, org_name text, org_kind text, idle_minutes integer, expires_at timestamptz,
               stepped_up_at timestamptz, pending boolean, new_device boolean)
language plpgsql volatile security definer as $$
declare
    v_now  timestamptz := pg_catalog.clock_timestamp();
    v_hash bytea := (select pg_catalog.sha256(pg_catalog.convert_to(u.email, 'UTF8')) from public.users u where u.id = p_user);
    v_net  inet := pg_catalog.network(pg_catalog.set_masklen(p_ip, case when pg_catalog.family(p_ip) = 4 then 24 else 48 end));
begin
    pending := p_factor = 'password' and (p_required or exists (select from public.users u where u.id = p_user and u.factor_owed)
        or exists (select from public.passkeys k where k.user_id = p_user) or exists (select from public.app_keys k where k.user_id = p_user));
    if pending and p_kind <> 'page' then
        return;
    end if;
    -- Of an organisation that signs in with its own sign-in and no other way,
    -- nothing else opens a session; and that opens one only for who is bound.
    if p_factor <> 'single_sign_on' and exists (select from public.users u join public.sign_ons g on g.org_id = u.org_id
        where u.id = p_user and g.active and g.only_way) then
        return;
    end if;
    if p_factor = 'single_sign_on' and (p_kind <> 'page' or not exists (select from public.sign_on_subjects b join public.users u on u.id = b.user_id
        join public.sign_ons g on g.org_id = u.org_id and g.org_id = b.org_id and g.issuer = b.issuer where b.user_id = p_user and g.active)) then
        return;
    end if;
    new_device := p_device is not null
        and exists (select from public.sign_in_attempts a where a.email_hash = v_hash and a.device_hash is not null and a.ok)
        and not exists (select from public.sign_in_attempts a where a.email_hash = v_hash and a.device_hash = p_device and a.ok
                        and a.at > v_now - interval '90 days');
    if p_attempt is not null then
        update public.sign_in_attempts a set ok = true, device_hash = p_device
        where a.id = p_attempt and a.ok is null and a.email_hash = v_hash;
        if not found then
            return;
        end if;
    elsif p_factor = 'password' then
        return;
    else
        insert into public.sign_in_attempts (id, bucket, email_hash, ip_prefix, device_hash, at, ok)
        values (pg_catalog.gen_random_uuid(), pg_catalog.sha256(v_hash || 'f'::bytea), v_hash,
                pg_catalog.network(pg_catalog.set_masklen(p_ip, case when pg_catalog.family(p_ip) = 4 then 32 else 64 end)), p_device, v_now, true);
    end if;
    stepped_up_at := case when p_factor in ('passkey', 'app', 'recovery_code') then v_now end;
    insert into public.sessions as s (id, user_id, org_id, role, kind, token_hash, created_at, last_seen_at, idle_expires_at, expires_at, user_agent_short,
                                      factor, pending, stepped_up_at, network, new_device)
    select p_session, u.id, u.org_id, u.role, p_kind, p_token_hash, v_now, v_now,
           v_now + case when app_session_open.pending then interval '15 minutes' else pg_catalog.make_interval(mins => o.idle_minutes) end,
           v_now + case when app_session_open.pending then interval '15 minutes' else interval '12 hours' end, pg_catalog.left(p_agent, 80),
           p_factor, app_session_open.pending, app_session_open.stepped_up_at, v_net, app_session_open.new_device
      from public.users u join public.organisations o on o.id = u.org_id
     where u.id = p_user and u.disabled_at is null and o.active
       for share of u;
    if not found then
        return;
    end if;
    if p_refresh is not null then
        insert into public.refresh_tokens (id, session_id, token_hash, issued_at, expires_at)
        values (p_refresh, p_session, p_refresh_hash, v_now, v_now + interval '12 hours');
    end if;
    update public.sessions s set revoked_at = v_now, revoked_why = 'replaced'
    where s.token_hash = p_replaces and s.revoked_at is null;
    if not pending then
        perform public.app_enter(s.id, s.role) from public.sessions s where s.id = p_session;
    end if;
    select u.org_id, u.role, u.name, o.name, o.kind, o.idle_minutes::integer, s.expires_at
      into org_id, role, name, org_name, org_kind, idle_minutes, expires_at
      from public.sessions s join public.users u on u.id = s.user_id join public.organisations o on o.id = u.org_id where s.id = p_session;
    return next;
end $$;
-- +goose StatementEnd

revoke execute on function app_half_taken(uuid, boolean), app_factors_reset(uuid, uuid, timestamptz), factors_settle() from public;
grant execute on function app_half_taken(uuid, boolean), app_factors_reset(uuid, uuid, timestamptz) to throughline_app;
