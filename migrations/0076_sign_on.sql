-- Signing in with an organisation's own sign-in: OpenID Connect. The operator
-- says at which provider, for which domain of addresses, and which value of a
-- claim is which role. A subject of the provider is bound to one account of that
-- organisation, once, by an address the provider has verified.

-- +goose Up

create table sign_ons (
    org_id    uuid primary key references organisations (id),
    domain    text not null,
    issuer    text not null,
    client_id text not null,
    sealed    bytea not null, -- the client's secret, bound to its organisation
    claim     text not null default '',
    roles     jsonb not null default '{}',
    only_way  boolean not null default false,
    active    boolean not null default true,
    version   integer not null default 1,
    set_at    timestamptz not null,
    set_by    uuid not null references users (id),
    constraint sign_ons_domain_once unique (domain),
    constraint sign_ons_domain_form check (domain = lower(domain) and domain ~ '^[a-z0-9-]+(\.[a-z0-9-]+)+$' and length(domain) <= 253),
    constraint sign_ons_issuer_form check (issuer ~ '^https?://' and length(issuer) <= 500),
    constraint sign_ons_texts check (length(client_id) between 1 and 255 and length(claim) <= 100 and jsonb_typeof(roles) = 'object' and length(roles::text) <= 10000),
    constraint sign_ons_roles_need_a_claim check (roles = '{}' or claim <> '')
);
create index sign_ons_set_by on sign_ons (set_by);

create table sign_on_subjects (
    user_id  uuid primary key references users (id),
    org_id   uuid not null references organisations (id),
    issuer   text not null,
    subject  text not null,
    bound_at timestamptz not null default clock_timestamp(),
    constraint sign_on_subjects_once unique (org_id, issuer, subject),
    constraint sign_on_subjects_form check (length(subject) between 1 and 255)
);

alter table sign_ons enable row level security;
alter table sign_ons force row level security;
create policy owner_all on sign_ons to throughline_owner using (true) with check (true);
create policy operate on sign_ons to throughline_app using ((select app_role()) = 'system_admin')
    with check ((select app_role()) = 'system_admin' and set_by = (select app_user_id()));
-- Before anybody is signed in, and for who confirms that it is them.
create policy signing_in on sign_ons for select to throughline_app using ((select app_is_system()) and active);
alter table sign_on_subjects enable row level security;
alter table sign_on_subjects force row level security;
create policy owner_all on sign_on_subjects to throughline_owner using (true) with check (true);
create policy own on sign_on_subjects for select to throughline_app using (user_id = (select app_user_id()));
revoke all on sign_ons, sign_on_subjects from public, throughline_app;
grant select, insert (org_id, domain, issuer, client_id, sealed, claim, roles, only_way, active, version, set_at, set_by) on sign_ons to throughline_app;
grant update (domain, issuer, client_id, sealed, claim, roles, only_way, active, version, set_at, set_by) on sign_ons to throughline_app;
grant select on sign_on_subjects to throughline_app;

-- What was asked of a provider waits ten minutes for the answer, as a challenge
-- of a passkey waits five: it is taken once.
alter table challenges
    drop constraint challenges_purpose_known,
    drop constraint challenges_short,
    add constraint challenges_purpose_known check (purpose in ('add', 'sign_in', 'confirm', 'sign_on', 'sign_on_confirm')),
    add constraint challenges_short check (expires_at <= clock_timestamp() + case when purpose like 'sign_on%' then interval '11 minutes' else interval '6 minutes' end);

-- app_sign_on_enter finds whose account a subject is, or binds it to the account
-- with the address the provider has verified (p_email; null where it has not). A
-- subject and an account are bound once and to nobody else. A role that the
-- operator mapped is given where neither it nor the one before takes two people.
-- Definer: nobody is signed in, and no other way binds. Outcomes: known, bound,
-- unknown, left, taken.
-- +goose StatementBegin
create function app_sign_on_enter(p_org uuid, p_issuer text, p_subject text, p_email text, p_role text)
returns table (outcome text, user_id uuid, role_before text, role_now text) language plpgsql volatile security definer as $$
declare
    v public.users;
begin
    outcome := 'unknown';
    if not public.app_is_system() or not exists (select from public.sign_ons g join public.organisations o on o.id = g.org_id
        where g.org_id = p_org and g.issuer = p_issuer and g.active and o.active) then
        return next;
        return;
    end if;
    select u.* into v from public.sign_on_subjects b join public.users u on u.id = b.user_id
     where b.org_id = p_org and b.issuer = p_issuer and b.subject = p_subject for update of u;
    if found then
        outcome := 'known';
    else
        select u.* into v from public.users u where u.email = pg_catalog.lower(p_email) and u.org_id = p_org and u.disabled_at is null for update;
        if not found then
            return next;
            return;
        end if;
        outcome := 'bound';
        insert into public.sign_on_subjects (user_id, org_id, issuer, subject) values (v.id, p_org, p_issuer, p_subject) on conflict do nothing;
        if not found then
            outcome := 'taken';
        end if;
    end if;
    user_id := v.id;
    if v.disabled_at is not null or v.org_id <> p_org then
        outcome := 'left';
    end if;
    role_before := v.role;
    role_now := v.role;
    if outcome in ('known', 'bound') and p_role is not null and p_role <> v.role and not public.app_crosses(p_role) and not public.app_crosses(v.role) then
        update public.users u set role = p_role, version = u.version + 1 where u.id = v.id;
        role_now := p_role;
    end if;
    return next;
end $$;
-- +goose StatementEnd
revoke execute on function app_sign_on_enter(uuid, text, text, text, text) from public;
grant execute on function app_sign_on_enter(uuid, text, text, text, text) to throughline_app;

-- app_session_open and app_session_renew, as in 0013, with this way of signing in.
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
    pending := p_factor = 'password' and (p_required
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
-- +goose StatementBegin
create or replace function app_session_renew(p_old uuid, p_session uuid, p_token_hash bytea, p_refresh uuid, p_refresh_hash bytea, p_factor text, p_password text)
returns table (user_id uuid, org_id uuid, role text, name text, org_name text, org_kind text, idle_minutes integer, expires_at timestamptz,
               stepped_up_at timestamptz, kind text, new_device boolean)
language plpgsql volatile security definer as $$
declare
    v_now timestamptz := pg_catalog.clock_timestamp();
    v_old public.sessions;
begin
    select * into v_old from public.sessions s
     where s.id = p_old and s.revoked_at is null and s.idle_expires_at > v_now and s.expires_at > v_now for update;
    if not found or v_old.pending and p_password is not null
        or p_factor is null and p_password is null or p_factor not in ('password', 'passkey', 'app', 'recovery_code', 'single_sign_on') then
        return;
    end if;
    if p_factor = 'password' and (v_old.pending or exists (select from public.passkeys k where k.user_id = v_old.user_id)
                                  or exists (select from public.app_keys k where k.user_id = v_old.user_id)) then
        return;
    end if;
    if p_factor = 'single_sign_on' and (v_old.pending or not exists (select from public.sign_on_subjects b
        join public.sign_ons g on g.org_id = b.org_id and g.issuer = b.issuer where b.user_id = v_old.user_id and b.org_id = v_old.org_id and g.active)) then
        return;
    end if;
    if p_password is not null then
        update public.users u set password_hash = p_password, version = u.version + 1 where u.id = v_old.user_id;
    end if;
    insert into public.sessions (id, user_id, org_id, role, kind, token_hash, created_at, last_seen_at, idle_expires_at, expires_at, user_agent_short,
                                 factor, stepped_up_at, network, new_device)
    select p_session, v_old.user_id, v_old.org_id, v_old.role, v_old.kind, case when v_old.kind = 'page' then p_token_hash end, v_now, v_now,
           least(v_now + pg_catalog.make_interval(mins => o.idle_minutes), case when v_old.pending then v_now + interval '12 hours' else v_old.expires_at end),
           case when v_old.pending then v_now + interval '12 hours' else v_old.expires_at end, v_old.user_agent_short,
           coalesce(p_factor, v_old.factor), v_now, v_old.network, v_old.new_device
      from public.users u join public.organisations o on o.id = u.org_id
     where u.id = v_old.user_id and u.disabled_at is null and o.active and u.role = v_old.role and u.org_id = v_old.org_id;
    if not found then
        return;
    end if;
    if v_old.kind = 'api' then
        insert into public.refresh_tokens (id, session_id, token_hash, issued_at, expires_at)
        select p_refresh, p_session, p_refresh_hash, v_now, s.expires_at from public.sessions s where s.id = p_session;
    end if;
    update public.sessions s set revoked_at = v_now, revoked_why = 'replaced' where s.id = p_old and s.revoked_at is null;
    perform public.app_enter(p_session, v_old.role);
    return query
    select u.id, u.org_id, u.role, u.name, o.name, o.kind, o.idle_minutes::integer, s.expires_at, s.stepped_up_at, s.kind,
           v_old.pending and v_old.new_device
      from public.sessions s join public.users u on u.id = s.user_id join public.organisations o on o.id = u.org_id where s.id = p_session;
end $$;
-- +goose StatementEnd
