-- Signing in with more than a password: passkeys, codes of an authenticator
-- app, recovery codes; sessions that wait for the second of two factors; the
-- moment somebody last proved who they are; what was typed into a form whose
-- session had ended; and what a person has to know of their own account.
--
-- Whatever happens before a second factor was given is the system's act, as in
-- 0002: it names the person, whose session says no more than that their
-- password was right. app_enter refuses such a session, so nothing of anybody's
-- record can be read or written with one.

-- +goose Up

alter table sessions
    add column factor        text not null default 'password',
    add column pending       boolean not null default false,
    add column stepped_up_at timestamptz,
    add column network       inet,
    add column new_device    boolean not null default false,
    add constraint sessions_factor_known check (factor in ('password', 'passkey', 'app', 'recovery_code', 'single_sign_on')),
    add constraint sessions_pending_is_a_page check (not pending or kind = 'page' and factor = 'password'),
    add constraint sessions_pending_proved_nothing check (not pending or stepped_up_at is null),
    drop constraint sessions_reason_known,
    add constraint sessions_reason_form check (revoked_why ~ '^[a-z_]{1,40}$');
grant select (factor, pending, stepped_up_at, network) on sessions to throughline_app;

-- A passkey: the public half of a key that a person's device holds. record is
-- the credential as the WebAuthn library keeps it; sign_count stands beside it
-- so that two uses at once cannot both go forward from one count.
create table passkeys (
    id            uuid primary key,
    user_id       uuid not null references users (id),
    credential_id bytea not null,
    record        jsonb not null,
    sign_count    bigint not null default 0,
    name          text not null,
    created_at    timestamptz not null default clock_timestamp(),
    last_used_at  timestamptz,
    constraint passkeys_credential_once unique (credential_id),
    constraint passkeys_credential_form check (length(credential_id) between 1 and 1023),
    constraint passkeys_name_form check (length(name) between 1 and 60)
);
create index passkeys_of_user on passkeys (user_id, created_at);

-- The key an authenticator app shares with us, sealed and bound to its person.
-- last_step is the 30-second step of the last code that was taken: no code of
-- that step or an earlier one is taken again (ASVS 5.0.0, 6.5.1).
create table app_keys (
    id           uuid primary key,
    user_id      uuid not null references users (id),
    sealed       bytea not null,
    last_step    bigint not null default 0,
    name         text not null,
    created_at   timestamptz not null default clock_timestamp(),
    last_used_at timestamptz,
    constraint app_keys_name_form check (length(name) between 1 and 60)
);
create index app_keys_of_user on app_keys (user_id, created_at);

-- Recovery codes are 128 random bits each, so a plain hash is enough.
create table recovery_codes (
    id         uuid primary key,
    user_id    uuid not null references users (id),
    code_hash  bytea not null,
    created_at timestamptz not null default clock_timestamp(),
    used_at    timestamptz,
    constraint recovery_codes_once unique (user_id, code_hash),
    constraint recovery_codes_hash_form check (length(code_hash) = 32)
);

-- What a passkey has to sign: once, within five minutes.
create table challenges (
    id         uuid primary key,
    asked_hash bytea not null,
    purpose    text not null,
    user_id    uuid references users (id),
    data       jsonb not null,
    expires_at timestamptz not null,
    constraint challenges_asked_once unique (asked_hash),
    constraint challenges_purpose_known check (purpose in ('add', 'sign_in', 'confirm')),
    constraint challenges_short check (expires_at <= clock_timestamp() + interval '6 minutes')
);
create index challenges_by_end on challenges (expires_at);
create index challenges_of_user on challenges (user_id) where user_id is not null;

-- Guesses at codes, counted for a person over all their sessions.
create table code_attempts (
    id          uuid primary key,
    user_id     uuid not null references users (id),
    session_id  uuid,
    bucket      bytea not null,
    device_hash bytea,
    at          timestamptz not null default clock_timestamp(),
    ok          boolean not null default false,
    constraint code_attempts_hash_form check (length(bucket) = 32 and length(device_hash) = 32)
);
create index code_attempts_of_user on code_attempts (user_id, at);
create index code_attempts_of_session on code_attempts (session_id) where session_id is not null;
create index code_attempts_by_time on code_attempts (at);

-- What a person has to know of their own account. detail names a factor or a
-- browser, never a case.
create table account_notices (
    id      uuid primary key,
    user_id uuid not null references users (id),
    kind    text not null,
    detail  jsonb not null default '{}',
    at      timestamptz not null default clock_timestamp(),
    read_at timestamptz,
    constraint account_notices_kind_form check (kind ~ '^[a-z_]{1,40}$')
);
create index account_notices_of_user on account_notices (user_id, at desc);
create index account_notices_unread on account_notices (user_id) where read_at is null;
create index account_notices_by_time on account_notices (at);

-- A form that was sent by a session that had ended, or before its sender had
-- proved who they are: sealed for that person, for a day.
create table kept_forms (
    id      uuid primary key,
    user_id uuid not null references users (id),
    path    text not null,
    sealed  bytea not null,
    at      timestamptz not null default clock_timestamp(),
    constraint kept_forms_path_form check (path like '/%' and length(path) <= 500),
    constraint kept_forms_size check (length(sealed) <= 400000)
);
create index kept_forms_of_user on kept_forms (user_id, at desc);
create index kept_forms_by_time on kept_forms (at);

-- Row security ---------------------------------------------------------------

-- app_signing_in is whom the system is letting in: one person in a transaction,
-- whom it names itself. Jobs name nobody and see nobody's factors.
-- +goose StatementBegin
create function app_signing_in() returns uuid language sql stable parallel safe as
$$ select case when public.app_is_system() then nullif(pg_catalog.current_setting('app.signing_in', true), '')::uuid end $$;
revoke execute on function app_signing_in() from public;
grant execute on function app_signing_in() to throughline_app;
-- +goose StatementEnd

-- +goose StatementBegin
do $$
declare t text;
begin
    foreach t in array array['passkeys', 'app_keys', 'recovery_codes', 'challenges', 'code_attempts', 'account_notices', 'kept_forms'] loop
        execute format('alter table %I enable row level security', t);
        execute format('alter table %I force row level security', t);
        execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
    end loop;
    foreach t in array array['passkeys', 'app_keys', 'recovery_codes', 'account_notices', 'kept_forms'] loop
        execute format('create policy own on %I to throughline_app using (user_id = (select app_user_id())) with check (user_id = (select app_user_id()))', t);
    end loop;
    -- Before anybody is signed in, and before a second factor was given.
    foreach t in array array['passkeys', 'app_keys', 'recovery_codes', 'code_attempts'] loop
        execute format('create policy signing_in on %I to throughline_app using (user_id = (select app_signing_in())) with check (user_id = (select app_signing_in()))', t);
    end loop;
end $$;
-- +goose StatementEnd
-- A session that waits is ended by the system after too many wrong codes.
create policy system_pending_read on sessions for select to throughline_app using ((select app_is_system()) and pending);
create policy system_pending_end on sessions for update to throughline_app using ((select app_is_system()) and pending)
    with check ((select app_is_system()) and pending);
create policy signing_in on challenges to throughline_app using ((select app_is_system())) with check ((select app_is_system()));
create policy told on account_notices for insert to throughline_app with check ((select app_is_system()));
create policy swept on account_notices for delete to throughline_app using ((select app_is_system()) and at < now() - interval '1 year');
create policy old on account_notices for select to throughline_app using ((select app_is_system()) and at < now() - interval '1 year');
create policy kept on kept_forms for insert to throughline_app with check ((select app_is_system()));
create policy swept on kept_forms for delete to throughline_app using ((select app_is_system()) and at < now() - interval '1 day');
create policy old on kept_forms for select to throughline_app using ((select app_is_system()) and at < now() - interval '1 day');

revoke all on passkeys, app_keys, recovery_codes, challenges, code_attempts, account_notices, kept_forms from public, throughline_app;
grant select, insert, delete on passkeys, app_keys, recovery_codes, challenges, account_notices, kept_forms to throughline_app;
grant select, insert, update (ok), delete on code_attempts to throughline_app;
grant update (record, sign_count, last_used_at, name) on passkeys to throughline_app;
grant update (last_step, last_used_at, name) on app_keys to throughline_app;
grant update (used_at) on recovery_codes to throughline_app;
grant update (read_at) on account_notices to throughline_app;

-- Who has given a password alone may add a first factor where they must have
-- one, and never a second: else a password would open what it is not enough for.
-- +goose StatementBegin
create function factors_first_while_pending() returns trigger language plpgsql as $$
begin
    if (select public.app_is_system()) and (exists (select from public.passkeys p where p.user_id = new.user_id)
        or exists (select from public.app_keys a where a.user_id = new.user_id)) then
        raise exception 'a factor cannot be added beside another without having given that one' using errcode = 'check_violation',
            constraint = 'factors_first_while_pending';
    end if;
    return new;
end $$;
-- +goose StatementEnd
revoke execute on function factors_first_while_pending() from public;
create trigger passkeys_first_while_pending before insert on passkeys for each row execute function factors_first_while_pending();
create trigger app_keys_first_while_pending before insert on app_keys for each row execute function factors_first_while_pending();

-- Sessions -------------------------------------------------------------------

-- app_enter, as in 0002: and a session that waits for a second factor is none.
-- +goose StatementBegin
create or replace function app_enter(p_session uuid, p_role text) returns void
language plpgsql volatile parallel unsafe security definer cost 10 as $$
begin
    perform pg_catalog.set_config('app.user_id', s.user_id::text, true),
            pg_catalog.set_config('app.org_id', s.org_id::text, true),
            pg_catalog.set_config('app.role', s.role, true)
    from public.sessions s
    where s.id = p_session
      and s.role = p_role
      and s.revoked_at is null
      and not s.pending
      and s.idle_expires_at > pg_catalog.clock_timestamp()
      and s.expires_at > pg_catalog.clock_timestamp();
    if not found then
        raise exception 'the session is not live' using errcode = 'TL401';
    end if;
end $$;
-- +goose StatementEnd

-- app_session_open opens a session for a person who gave p_factor. A password
-- needs the attempt that proved it, which is closed here; alone it opens a
-- session that waits for fifteen minutes where the person has a second factor,
-- or must have one (p_required). Nothing but a page can wait. Definer: nobody is
-- signed in yet. Organisation, role and idle time come from the tables. Unless
-- it waits, the rest of the transaction is the person's own.
-- +goose StatementBegin
create function app_session_open(p_attempt uuid, p_user uuid, p_session uuid, p_kind text, p_token_hash bytea,
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

-- app_session_renew gives a session another id and secret at the moment its
-- holder proves who they are: the second factor of one that waits, the proof
-- before an act that needs one, or a change of password. What was known of the
-- old one opens nothing from then on (ASVS 5.0.0, 7.2.4). The absolute end
-- stays where it was, unless the old one only waited. A password proves nothing
-- here for who has, or waits for, another factor. With p_password the person's
-- password becomes that hash, which ends every session they have; the proof was
-- given before, and p_factor may be null. Definer: the app cannot write a
-- session or a password. The rest of the transaction is the
-- person's own.
-- +goose StatementBegin
create function app_session_renew(p_old uuid, p_session uuid, p_token_hash bytea, p_refresh uuid, p_refresh_hash bytea, p_factor text, p_password text)
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
        or p_factor is null and p_password is null or p_factor not in ('password', 'passkey', 'app', 'recovery_code') then
        return;
    end if;
    if p_factor = 'password' and (v_old.pending or exists (select from public.passkeys k where k.user_id = v_old.user_id)
                                  or exists (select from public.app_keys k where k.user_id = v_old.user_id)) then
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

-- app_session_find is app_session_lookup with what 0002 did not know: when the
-- holder last proved who they are, whether the session waits for a second
-- factor, and how much of their account they have not been told.
-- +goose StatementBegin
create function app_session_find(p_token_hash bytea, p_session uuid)
returns table (session_id uuid, user_id uuid, org_id uuid, role text, name text, org_name text, org_kind text,
               idle_minutes integer, idle_expires_at timestamptz, expires_at timestamptz, ended text,
               stepped_up_at timestamptz, pending boolean)
language plpgsql volatile security definer as $$
declare
    v_now timestamptz := pg_catalog.clock_timestamp();
    v_seen timestamptz;
begin
    select s.id, s.user_id, s.org_id, s.role, u.name, o.name, o.kind, o.idle_minutes::integer, s.idle_expires_at, s.expires_at, s.last_seen_at,
           case when s.revoked_at is not null then s.revoked_why
                when s.expires_at <= v_now then 'expired'
                when s.idle_expires_at <= v_now then 'idle' end,
           s.stepped_up_at, s.pending
      into session_id, user_id, org_id, role, name, org_name, org_kind, idle_minutes, idle_expires_at, expires_at, v_seen, ended,
           stepped_up_at, pending
      from public.sessions s
      join public.users u on u.id = s.user_id
      join public.organisations o on o.id = s.org_id
     where s.id = coalesce(p_session, (select t.id from public.sessions t where t.token_hash = p_token_hash));
    if not found then
        return;
    end if;
    if ended is null and not pending and v_seen < v_now - interval '30 seconds' then
        update public.sessions s
           set last_seen_at = v_now,
               idle_expires_at = least(s.expires_at, v_now + pg_catalog.make_interval(mins => app_session_find.idle_minutes))
         where s.id = app_session_find.session_id and s.revoked_at is null
        returning s.idle_expires_at into app_session_find.idle_expires_at;
    end if;
    return next;
end $$;
-- +goose StatementEnd

-- What the release before calls: the same, without what it would not
-- understand. A session that waits is none to it.
-- +goose StatementBegin
create or replace function app_session_lookup(p_token_hash bytea, p_session uuid)
returns table (session_id uuid, user_id uuid, org_id uuid, role text, name text, org_name text, org_kind text,
               idle_minutes integer, idle_expires_at timestamptz, expires_at timestamptz, ended text)
language sql volatile security definer as $$
    select f.session_id, f.user_id, f.org_id, f.role, f.name, f.org_name, f.org_kind, f.idle_minutes, f.idle_expires_at, f.expires_at, f.ended
      from public.app_session_find(p_token_hash, p_session) f where not f.pending
$$;
-- +goose StatementEnd
-- +goose StatementBegin
create or replace function app_session_start(p_attempt uuid, p_user uuid, p_session uuid, p_kind text, p_token_hash bytea,
                                  p_refresh uuid, p_refresh_hash bytea, p_agent text, p_device bytea, p_replaces bytea)
returns table (org_id uuid, role text, name text, org_name text, org_kind text, idle_minutes integer, expires_at timestamptz)
language sql volatile security definer as $$
    select o.org_id, o.role, o.name, o.org_name, o.org_kind, o.idle_minutes, o.expires_at
      from public.app_session_open(p_attempt, p_user, p_session, p_kind, p_token_hash, p_refresh, p_refresh_hash, p_agent, p_device, p_replaces,
                                   'password', false, '0.0.0.0'::inet) o where not o.pending
$$;
-- +goose StatementEnd

-- A session never gains what it was opened without: what is proved later opens
-- another.
-- +goose StatementBegin
create or replace function sessions_stay_ended() returns trigger language plpgsql as $$
begin
    if old.revoked_at is not null and new.revoked_at is null
        or new.user_id <> old.user_id or new.org_id <> old.org_id or new.role <> old.role
        or new.expires_at > old.expires_at
        or new.pending <> old.pending or new.factor <> old.factor or new.stepped_up_at is distinct from old.stepped_up_at then
        raise exception 'a session cannot be revived, moved, prolonged or raised' using errcode = 'check_violation', constraint = 'sessions_stay_ended';
    end if;
    return new;
end $$;
-- +goose StatementEnd

revoke execute on function app_session_open(uuid, uuid, uuid, text, bytea, uuid, bytea, text, bytea, bytea, text, boolean, inet) from public;
revoke execute on function app_session_renew(uuid, uuid, bytea, uuid, bytea, text, text) from public;
revoke execute on function app_session_find(bytea, uuid) from public;
grant execute on function app_session_open(uuid, uuid, uuid, text, bytea, uuid, bytea, text, bytea, bytea, text, boolean, inet) to throughline_app;
grant execute on function app_session_renew(uuid, uuid, bytea, uuid, bytea, text, text) to throughline_app;
grant execute on function app_session_find(bytea, uuid) to throughline_app;
