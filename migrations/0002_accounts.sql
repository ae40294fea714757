-- People, their sessions and what guessing has cost so far.
--
-- Who reads what (decisions.md 5 and 7): the app sees the people of the
-- actor's own organisation, never a password hash or a token hash, and the
-- actor's own sessions. Whatever happens before anybody is signed in goes
-- through the SECURITY DEFINER functions at the end of this file: five, each
-- with its reason beside it. They name every object with its schema and carry
-- no SET clause, because app_enter runs at the start of every transaction.

-- +goose Up

create table users (
    id            uuid primary key,
    org_id        uuid not null references organisations (id),
    email         text not null,
    name          text not null,
    role          text not null,
    password_hash text not null,
    created_at    timestamptz not null default now(),
    disabled_at   timestamptz,
    version       integer not null default 1,
    constraint users_email_once unique (email),
    constraint users_email_form check (email = lower(email) and email like '%_@_%' and length(email) <= 254),
    constraint users_name_form check (length(name) between 1 and 200),
    constraint users_role_known check (role in (
        'caseworker', 'manager', 'provider_worker', 'provider_manager', 'court_officer', 'coordinator',
        'commissioner_auditor', 'commissioner_analyst', 'privacy_officer', 'organisation_admin', 'system_admin'))
);
create index users_by_organisation on users (org_id, name, id);

comment on table users is 'Everyone who can sign in. One person, one organisation, one role.';

-- A session is what the database believes about who is asking. Organisation
-- and role are copied from the user at its start so that app_enter is one
-- primary-key look-up; a change of either ends the session (users_end_sessions).
-- Idle time moves forward with use, the absolute end never does.
create table sessions (
    id               uuid primary key,
    user_id          uuid not null references users (id),
    org_id           uuid not null references organisations (id),
    role             text not null,
    kind             text not null,
    token_hash       bytea,
    created_at       timestamptz not null default now(),
    last_seen_at     timestamptz not null default now(),
    idle_expires_at  timestamptz not null,
    expires_at       timestamptz not null,
    revoked_at       timestamptz,
    revoked_why      text,
    user_agent_short text not null default '',
    constraint sessions_token_once unique (token_hash),
    constraint sessions_kind_known check (kind in ('page', 'api')),
    constraint sessions_page_has_token check ((kind = 'page') = (token_hash is not null)),
    constraint sessions_token_form check (length(token_hash) = 32),
    constraint sessions_ends_within_12_hours check (expires_at <= created_at + interval '12 hours'),
    constraint sessions_idle_before_end check (idle_expires_at <= expires_at),
    constraint sessions_revoked_with_reason check ((revoked_at is null) = (revoked_why is null)),
    constraint sessions_reason_known check (revoked_why in (
        'signed_out', 'replaced', 'disabled', 'role_changed', 'organisation_changed', 'organisation_closed',
        'password_changed', 'token_reused')),
    constraint sessions_user_agent_short check (length(user_agent_short) <= 80)
) with (fillfactor = 70);
create index sessions_of_user on sessions (user_id, created_at);
create index sessions_by_end on sessions (expires_at);
create index sessions_of_organisation on sessions (org_id) where revoked_at is null;

-- One family of refresh tokens per API session: each is used once and names
-- the one that replaced it (security.md T18).
create table refresh_tokens (
    id          uuid primary key,
    session_id  uuid not null references sessions (id) on delete cascade,
    token_hash  bytea not null,
    issued_at   timestamptz not null default now(),
    expires_at  timestamptz not null,
    used_at     timestamptz,
    replaced_by uuid references refresh_tokens (id) on delete set null,
    constraint refresh_tokens_hash_once unique (token_hash),
    constraint refresh_tokens_hash_form check (length(token_hash) = 32)
);
create index refresh_tokens_of_session on refresh_tokens (session_id);
create index refresh_tokens_replaced_by on refresh_tokens (replaced_by) where replaced_by is not null;

-- Guesses, counted where every process sees them. Addresses are kept as a
-- hash so that a wrong address leaves nothing readable behind. ok is null
-- while the password is being checked.
create table sign_in_attempts (
    id          uuid primary key,
    bucket      bytea not null,
    email_hash  bytea not null,
    ip_prefix   inet not null,
    device_hash bytea,
    at          timestamptz not null default clock_timestamp(),
    ok          boolean,
    constraint sign_in_attempts_hash_form check (length(bucket) = 32 and length(email_hash) = 32 and length(device_hash) = 32)
);
create index sign_in_attempts_by_bucket on sign_in_attempts (bucket, at);
create index sign_in_attempts_by_address on sign_in_attempts (ip_prefix, at);
create index sign_in_attempts_known on sign_in_attempts (email_hash, ip_prefix, at) where ok;
create index sign_in_attempts_devices on sign_in_attempts (email_hash, device_hash, at) where ok;
create index sign_in_attempts_by_time on sign_in_attempts (at);

-- Row security ---------------------------------------------------------------

alter table users enable row level security;
alter table users force row level security;
alter table sessions enable row level security;
alter table sessions force row level security;
alter table refresh_tokens enable row level security;
alter table refresh_tokens force row level security;
alter table sign_in_attempts enable row level security;
alter table sign_in_attempts force row level security;

create policy owner_all on users to throughline_owner using (true) with check (true);
create policy owner_all on sessions to throughline_owner using (true) with check (true);
create policy owner_all on refresh_tokens to throughline_owner using (true) with check (true);
create policy owner_all on sign_in_attempts to throughline_owner using (true) with check (true);

-- The people of one's own organisation, so that work can be given to somebody
-- by name. Never a row of another organisation, whatever the role.
create policy own_organisation on users for select to throughline_app
    using (org_id = (select app_org_id()));

-- One's own sessions: to list them and to end them.
create policy own_sessions_read on sessions for select to throughline_app
    using (user_id = (select app_user_id()));
create policy own_sessions_end on sessions for update to throughline_app
    using (user_id = (select app_user_id())) with check (user_id = (select app_user_id()));

-- Housekeeping removes what is past keeping; it reads nothing but times.
create policy system_old_sessions_read on sessions for select to throughline_app
    using ((select app_role()) = 'system' and expires_at < now() - interval '30 days');
create policy system_old_sessions on sessions for delete to throughline_app
    using ((select app_role()) = 'system' and expires_at < now() - interval '30 days');
create policy system_attempts on sign_in_attempts to throughline_app
    using ((select app_role()) = 'system') with check ((select app_role()) = 'system');

revoke all on users, sessions, refresh_tokens, sign_in_attempts from public, throughline_app;
grant select (id, org_id, email, name, role, created_at, disabled_at, version) on users to throughline_app;
grant select (id, user_id, org_id, role, kind, created_at, last_seen_at, idle_expires_at, expires_at,
              revoked_at, revoked_why, user_agent_short) on sessions to throughline_app;
grant update (revoked_at, revoked_why) on sessions to throughline_app;
grant delete on sessions to throughline_app;
grant select, update (ok), delete on sign_in_attempts to throughline_app;

-- Revocation -----------------------------------------------------------------

-- Whatever changes who a person is, or how they prove it, ends their sessions
-- in the same transaction: their next statement finds no live row (T6).
-- +goose StatementBegin
create function users_end_sessions() returns trigger language plpgsql security definer as $$
declare
    why text := case
        when new.disabled_at is not null and old.disabled_at is null then 'disabled'
        when new.role <> old.role then 'role_changed'
        when new.org_id <> old.org_id then 'organisation_changed'
        when new.password_hash <> old.password_hash then 'password_changed'
    end;
begin
    if why is not null then
        update public.sessions s set revoked_at = pg_catalog.clock_timestamp(), revoked_why = why
        where s.user_id = new.id and s.revoked_at is null;
    end if;
    return null;
end $$;
-- +goose StatementEnd
revoke execute on function users_end_sessions() from public;

create trigger users_end_sessions after update of disabled_at, role, org_id, password_hash on users
    for each row execute function users_end_sessions();

-- So does the closing of their organisation.
-- +goose StatementBegin
create function organisations_end_sessions() returns trigger language plpgsql security definer as $$
begin
    update public.sessions s set revoked_at = pg_catalog.clock_timestamp(), revoked_why = 'organisation_closed'
    where s.org_id = new.id and s.revoked_at is null;
    return null;
end $$;
-- +goose StatementEnd
revoke execute on function organisations_end_sessions() from public;

create trigger organisations_end_sessions after update of active on organisations
    for each row when (old.active and not new.active) execute function organisations_end_sessions();

-- An ended session stays ended, and a session never changes hands.
-- +goose StatementBegin
create function sessions_stay_ended() returns trigger language plpgsql as $$
begin
    if old.revoked_at is not null and new.revoked_at is null
        or new.user_id <> old.user_id or new.org_id <> old.org_id or new.role <> old.role
        or new.expires_at > old.expires_at then
        raise exception 'a session cannot be revived, moved or prolonged' using errcode = 'check_violation', constraint = 'sessions_stay_ended';
    end if;
    return new;
end $$;
-- +goose StatementEnd

create trigger sessions_stay_ended before update on sessions
    for each row execute function sessions_stay_ended();
revoke execute on function sessions_stay_ended() from public;

-- The five definer functions ---------------------------------------------------

-- 1. app_enter tells the rest of the transaction who asks. It believes the
-- session row, never the caller: no live row, or another role than the caller
-- thinks, and the transaction ends with TL401 before it reads anything
-- (decisions.md 16). Definer: the row is not visible until the actor is set.
-- +goose StatementBegin
create function app_enter(p_session uuid, p_role text) returns void
language plpgsql volatile parallel unsafe security definer cost 10 as $$
begin
    perform pg_catalog.set_config('app.user_id', s.user_id::text, true),
            pg_catalog.set_config('app.org_id', s.org_id::text, true),
            pg_catalog.set_config('app.role', s.role, true)
    from public.sessions s
    where s.id = p_session
      and s.role = p_role
      and s.revoked_at is null
      and s.idle_expires_at > pg_catalog.clock_timestamp()
      and s.expires_at > pg_catalog.clock_timestamp();
    if not found then
        raise exception 'the session is not live' using errcode = 'TL401';
    end if;
end $$;
-- +goose StatementEnd

-- 2. app_sign_in_lookup counts a guess and, where it may be tried, finds the
-- person. Definer: nobody is signed in, and the app cannot read a hash by any
-- other way.
--
-- Guesses are counted in buckets: one for each device that has signed in to
-- this account before, one for each network that has, and one for all
-- strangers together. So strangers can slow only strangers: a device the
-- account knows always has its own tries (T44). In a bucket four failures are
-- free, then each costs a longer wait, and ten in five minutes is the end
-- until the oldest is five minutes old. A network that fails across many
-- accounts is slowed too; a known device is exempt from that. Tries in flight
-- count towards the ten, so that a volley gains nothing; `busy` says that
-- only they are in the way. An address nobody has is counted exactly alike.
-- +goose StatementBegin
create function app_sign_in_lookup(p_attempt uuid, p_email text, p_ip inet, p_device bytea)
returns table (wait_ms integer, busy boolean, user_id uuid, org_id uuid, role text, name text, password_hash text, disabled boolean)
language plpgsql volatile security definer as $$
declare
    v_email  text := pg_catalog.lower(p_email);
    v_hash   bytea := pg_catalog.sha256(pg_catalog.convert_to(v_email, 'UTF8'));
    v_ip     inet := pg_catalog.network(pg_catalog.set_masklen(p_ip, case when pg_catalog.family(p_ip) = 4 then 32 else 64 end));
    v_known  boolean := false;
    v_bucket bytea;
    v_failed integer;
    v_open   integer;
    v_last   timestamptz;
    v_oldest timestamptz;
    v_near   integer;
    v_near_last timestamptz;
    v_now    timestamptz;
    v_until  timestamptz;
begin
    if p_device is not null then
        v_known := exists (select 1 from public.sign_in_attempts a
            where a.email_hash = v_hash and a.device_hash = p_device and a.ok and a.at > pg_catalog.now() - interval '90 days');
    end if;
    if v_known then
        v_bucket := pg_catalog.sha256(v_hash || 'd'::bytea || p_device);
    elsif exists (select 1 from public.sign_in_attempts a
            where a.email_hash = v_hash and a.ip_prefix = v_ip and a.ok and a.at > pg_catalog.now() - interval '30 days') then
        v_bucket := pg_catalog.sha256(v_hash || 'n'::bytea || pg_catalog.convert_to(v_ip::text, 'UTF8'));
    else
        v_bucket := pg_catalog.sha256(v_hash || 's'::bytea);
    end if;

    perform pg_catalog.pg_advisory_xact_lock(('x' || pg_catalog.encode(pg_catalog.substr(v_bucket, 1, 8), 'hex'))::bit(64)::bigint);
    v_now := pg_catalog.clock_timestamp();

    select count(*) filter (where a.ok is false or a.at < v_now - interval '30 seconds'),
           count(*) filter (where a.ok is null and a.at >= v_now - interval '30 seconds'),
           max(a.at) filter (where a.ok is false or a.at < v_now - interval '30 seconds'),
           min(a.at)
      into v_failed, v_open, v_last, v_oldest
      from public.sign_in_attempts a
     where a.bucket = v_bucket and a.at > v_now - interval '5 minutes' and a.ok is not true;

    busy := false;
    if v_failed >= 10 then
        v_until := v_oldest + interval '5 minutes';
    elsif v_failed >= 4 then
        v_until := v_last + (v_failed - 3) * interval '5 seconds';
    end if;
    if not v_known then
        select count(*), max(a.at) into v_near, v_near_last
          from public.sign_in_attempts a
         where a.ip_prefix = v_ip and a.at > v_now - interval '5 minutes' and a.ok is false;
        if v_near >= 200 then
            v_until := greatest(v_until, v_near_last + interval '10 seconds');
        elsif v_near >= 50 then
            v_until := greatest(v_until, v_near_last + interval '2 seconds');
        end if;
    end if;
    if v_until is null or v_until <= v_now then
        if v_failed + v_open >= 10 then
            busy := true;
            v_until := v_now + interval '1 second';
        elsif v_failed >= 4 and v_open > 0 then
            busy := true;
            v_until := v_now + interval '1 second';
        else
            v_until := null;
        end if;
    end if;
    if v_until is not null then
        wait_ms := greatest(1, pg_catalog.ceil(extract(epoch from v_until - v_now) * 1000)::integer);
        return next;
        return;
    end if;

    insert into public.sign_in_attempts (id, bucket, email_hash, ip_prefix, device_hash, at)
    values (p_attempt, v_bucket, v_hash, v_ip, p_device, v_now);
    wait_ms := 0;
    select u.id, u.org_id, u.role, u.name, u.password_hash, u.disabled_at is not null
      into user_id, org_id, role, name, password_hash, disabled
      from public.users u where u.email = v_email;
    return next;
end $$;
-- +goose StatementEnd

-- 3. app_session_start opens a session for a person whose password was right,
-- and closes the attempt that proved it. Definer: nobody is signed in yet.
-- Organisation, role and idle time are taken from the tables, never from the
-- caller; a person disabled meanwhile gets no row. The rest of the transaction
-- is the person's own, so that the trail says who signed in. A page session the
-- browser already held ends here: signing in never keeps an id.
-- +goose StatementBegin
create function app_session_start(p_attempt uuid, p_user uuid, p_session uuid, p_kind text, p_token_hash bytea,
                                  p_refresh uuid, p_refresh_hash bytea, p_agent text, p_device bytea, p_replaces bytea)
returns table (org_id uuid, role text, name text, org_name text, org_kind text, idle_minutes integer, expires_at timestamptz)
language plpgsql volatile security definer as $$
declare
    v_now timestamptz := pg_catalog.clock_timestamp();
begin
    update public.sign_in_attempts a set ok = true, device_hash = p_device
    where a.id = p_attempt and a.ok is null
      and a.email_hash = (select pg_catalog.sha256(pg_catalog.convert_to(u.email, 'UTF8')) from public.users u where u.id = p_user);
    if not found then
        return;
    end if;
    insert into public.sessions as s (id, user_id, org_id, role, kind, token_hash, created_at, last_seen_at, idle_expires_at, expires_at, user_agent_short)
    select p_session, u.id, u.org_id, u.role, p_kind, p_token_hash, v_now, v_now,
           v_now + pg_catalog.make_interval(mins => o.idle_minutes), v_now + interval '12 hours', pg_catalog.left(p_agent, 80)
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
    perform public.app_enter(s.id, s.role) from public.sessions s where s.id = p_session;
    return query
    select u.org_id, u.role, u.name, o.name, o.kind, o.idle_minutes::integer, v_now + interval '12 hours'
      from public.users u join public.organisations o on o.id = u.org_id where u.id = p_user;
end $$;
-- +goose StatementEnd

-- 4. app_session_lookup answers who holds a page's cookie (by hash) or an API
-- session (by id), and moves the idle time on, at most twice a minute. Definer:
-- the actor is not known until it answers. `ended` is null for a live session;
-- otherwise it says why there is none, and nothing is moved.
-- +goose StatementBegin
create function app_session_lookup(p_token_hash bytea, p_session uuid)
returns table (session_id uuid, user_id uuid, org_id uuid, role text, name text, org_name text, org_kind text,
               idle_minutes integer, idle_expires_at timestamptz, expires_at timestamptz, ended text)
language plpgsql volatile security definer as $$
declare
    v_now timestamptz := pg_catalog.clock_timestamp();
    v_seen timestamptz;
begin
    select s.id, s.user_id, s.org_id, s.role, u.name, o.name, o.kind, o.idle_minutes::integer, s.idle_expires_at, s.expires_at, s.last_seen_at,
           case when s.revoked_at is not null then s.revoked_why
                when s.expires_at <= v_now then 'expired'
                when s.idle_expires_at <= v_now then 'idle' end
      into session_id, user_id, org_id, role, name, org_name, org_kind, idle_minutes, idle_expires_at, expires_at, v_seen, ended
      from public.sessions s
      join public.users u on u.id = s.user_id
      join public.organisations o on o.id = s.org_id
     where s.id = coalesce(p_session, (select t.id from public.sessions t where t.token_hash = p_token_hash));
    if not found then
        return;
    end if;
    if ended is null and v_seen < v_now - interval '30 seconds' then
        update public.sessions s
           set last_seen_at = v_now,
               idle_expires_at = least(s.expires_at, v_now + pg_catalog.make_interval(mins => app_session_lookup.idle_minutes))
         where s.id = app_session_lookup.session_id and s.revoked_at is null
        returning s.idle_expires_at into app_session_lookup.idle_expires_at;
    end if;
    return next;
end $$;
-- +goose StatementEnd

-- 5. app_session_refresh trades a refresh token for the next one. Definer: the
-- token is all the caller has. Outcomes:
--   rotated  the token was unused; the next one is stored;
--   raced    it was used by a request that had not finished when this one
--            began (two tabs): this one gets a token of its own;
--   late     it was used less than ten seconds ago and its successor is
--            unused: refused, and the session lives;
--   reused   it was used before: somebody holds a copy, so the session and
--            every token of it end here (T18);
--   ended, unknown   nothing to trade for.
-- After rotated and raced the rest of the transaction is the person's own;
-- after reused it is the system's in the person's organisation, so that its
-- privacy officer finds it in the trail.
-- +goose StatementBegin
create function app_session_refresh(p_hash bytea, p_next uuid, p_next_hash bytea)
returns table (outcome text, session_id uuid, user_id uuid, org_id uuid, role text, name text, org_name text, org_kind text)
language plpgsql volatile security definer as $$
declare
    v_token    uuid;
    v_used     timestamptz;
    v_expires  timestamptz;
    v_next     uuid;
    v_now      timestamptz;
    v_idle     integer;
    v_live     boolean;
    v_consumed boolean;
begin
    select t.id, t.session_id into v_token, session_id from public.refresh_tokens t where t.token_hash = p_hash;
    if not found then
        outcome := 'unknown';
        return next;
        return;
    end if;
    -- The session row is the lock of the whole family.
    perform 1 from public.sessions s where s.id = app_session_refresh.session_id for update;
    v_now := pg_catalog.clock_timestamp();
    select t.used_at, t.expires_at, t.replaced_by into v_used, v_expires, v_next from public.refresh_tokens t where t.id = v_token;
    select s.user_id, s.org_id, s.role, u.name, o.name, o.kind, o.idle_minutes,
           s.revoked_at is null and s.idle_expires_at > v_now and s.expires_at > v_now and o.active
      into user_id, org_id, role, name, org_name, org_kind, v_idle, v_live
      from public.sessions s join public.users u on u.id = s.user_id join public.organisations o on o.id = s.org_id
     where s.id = app_session_refresh.session_id;
    if not v_live or v_expires <= v_now then
        outcome := 'ended';
        return next;
        return;
    end if;
    outcome := 'rotated';
    if v_used is not null then
        select exists (select 1 from public.refresh_tokens t where t.id = v_next and t.used_at is not null) into v_consumed;
        if v_used > pg_catalog.transaction_timestamp() and not v_consumed then
            outcome := 'raced';
        elsif v_used > v_now - interval '10 seconds' and not v_consumed then
            outcome := 'late';
            return next;
            return;
        else
            outcome := 'reused';
            update public.sessions s set revoked_at = v_now, revoked_why = 'token_reused' where s.id = app_session_refresh.session_id;
            perform pg_catalog.set_config('app.org_id', org_id::text, true);
            return next;
            return;
        end if;
    end if;
    insert into public.refresh_tokens (id, session_id, token_hash, issued_at, expires_at)
    select p_next, s.id, p_next_hash, v_now, s.expires_at from public.sessions s where s.id = app_session_refresh.session_id;
    if outcome = 'rotated' then
        update public.refresh_tokens t set used_at = v_now, replaced_by = p_next where t.id = v_token;
    end if;
    update public.sessions s
       set last_seen_at = v_now, idle_expires_at = least(s.expires_at, v_now + pg_catalog.make_interval(mins => v_idle))
     where s.id = app_session_refresh.session_id;
    perform public.app_enter(session_id, role);
    return next;
end $$;
-- +goose StatementEnd

revoke execute on function app_enter(uuid, text) from public;
revoke execute on function app_sign_in_lookup(uuid, text, inet, bytea) from public;
revoke execute on function app_session_start(uuid, uuid, uuid, text, bytea, uuid, bytea, text, bytea, bytea) from public;
revoke execute on function app_session_lookup(bytea, uuid) from public;
revoke execute on function app_session_refresh(bytea, uuid, bytea) from public;
grant execute on function app_enter(uuid, text) to throughline_app;
grant execute on function app_sign_in_lookup(uuid, text, inet, bytea) to throughline_app;
grant execute on function app_session_start(uuid, uuid, uuid, text, bytea, uuid, bytea, text, bytea, bytea) to throughline_app;
grant execute on function app_session_lookup(bytea, uuid) to throughline_app;
grant execute on function app_session_refresh(bytea, uuid, bytea) to throughline_app;
