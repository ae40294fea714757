-- +goose Up
-- Credentials of an organisation's own systems (docs/adr/0044). A system is a
-- row of users that is marked as one: it reads and changes under the row security
-- of its organisation and a worker's role, and the trail names it. It has no
-- password, no second factor and no proof, whoever tries to give it one.
alter table users add column machine boolean not null default false;
alter table users add constraint users_machine_signs_in_nowhere check (
  not machine or password_hash = '' and role in ('caseworker', 'provider_worker', 'court_officer') and email = id::text || '@clients.invalid');
grant select (machine) on users to throughline_app;

-- What a session of a system may do, beside what its role may. People's have none.
alter table sessions add column scopes text[];
alter table sessions drop constraint sessions_factor_known;
alter table sessions add constraint sessions_factor_known check (factor in ('password', 'passkey', 'app', 'recovery_code', 'single_sign_on', 'client'));
alter table sessions add constraint sessions_of_a_machine check ((factor = 'client') = (scopes is not null)
  and (factor <> 'client' or kind = 'api' and stepped_up_at is null and expires_at <= created_at + interval '15 minutes'));

create table machine_clients (
  id uuid primary key references users (id),
  org_id uuid not null references organisations (id),
  scopes text[] not null,
  made_at timestamptz not null,
  made_by uuid not null references users (id),
  last_used_at timestamptz,
  revoked_at timestamptz,
  revoked_by uuid references users (id),
  version integer not null default 1,
  constraint machine_clients_scopes_few check (cardinality(scopes) between 1 and 40),
  constraint machine_clients_revoked_whole check ((revoked_at is null) = (revoked_by is null))
);
create index machine_clients_of_organisation on machine_clients (org_id, made_at desc, id desc);
create index machine_clients_made_by on machine_clients (made_by);
create index machine_clients_revoked_by on machine_clients (revoked_by) where revoked_by is not null;

-- A secret is 256 random bits, shown once; here is its hash. The one before a
-- rotation ends in real time, as sessions do.
create table machine_secrets (
  id uuid primary key,
  client_id uuid not null references machine_clients (id),
  hash bytea not null,
  made_at timestamptz not null,
  made_by uuid not null references users (id),
  last_used_at timestamptz,
  ends_at timestamptz,
  constraint machine_secrets_once unique (hash),
  constraint machine_secrets_form check (length(hash) = 32)
);
create index machine_secrets_of_client on machine_secrets (client_id, made_at desc);
create index machine_secrets_made_by on machine_secrets (made_by);

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['machine_clients', 'machine_secrets'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
    execute format('revoke all on %I from public', t);
  end loop;
end $$;
-- +goose StatementEnd
create policy read_own on machine_clients for select to throughline_app
  using ((select app_role()) = 'organisation_admin' and org_id = (select app_org_id()));
create policy make_own on machine_clients for insert to throughline_app with check ((select app_role()) = 'organisation_admin'
  and org_id = (select app_org_id()) and made_by = (select app_user_id()) and revoked_at is null);
create policy revoke_own on machine_clients for update to throughline_app
  using ((select app_role()) = 'organisation_admin' and org_id = (select app_org_id()) and revoked_at is null)
  with check ((select app_role()) = 'organisation_admin' and org_id = (select app_org_id()) and (revoked_by is null or revoked_by = (select app_user_id())));
grant select on machine_clients to throughline_app;
grant insert (id, org_id, scopes, made_at, made_by) on machine_clients to throughline_app;
grant update (revoked_at, revoked_by, version) on machine_clients to throughline_app;

create policy read_own on machine_secrets for select to throughline_app using ((select app_role()) = 'organisation_admin'
  and client_id in (select m.id from machine_clients m where m.org_id = (select app_org_id())));
create policy make_own on machine_secrets for insert to throughline_app with check ((select app_role()) = 'organisation_admin'
  and made_by = (select app_user_id()) and client_id in (select m.id from machine_clients m where m.org_id = (select app_org_id()) and m.revoked_at is null));
create policy end_own on machine_secrets for update to throughline_app using ((select app_role()) = 'organisation_admin'
  and client_id in (select m.id from machine_clients m where m.org_id = (select app_org_id())));
grant select (id, client_id, made_at, made_by, last_used_at, ends_at) on machine_secrets to throughline_app;
grant insert (id, client_id, hash, made_at, made_by) on machine_secrets to throughline_app;
grant update (ends_at) on machine_secrets to throughline_app;

-- +goose StatementBegin
-- app_machine_begin writes the row of users that a system acts as. Definer: the
-- application makes nobody; an administrator makes a system of their own
-- organisation, and the constraint on users holds it to be nothing else.
create function app_machine_begin(p_id uuid, p_name text, p_role text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app_role() is distinct from 'organisation_admin' then
    raise exception using errcode = 'TL403', message = 'an administrator makes the credentials of a system';
  end if;
  insert into public.users (id, org_id, email, name, role, password_hash, machine)
  values (p_id, app_org_id(), p_id::text || '@clients.invalid', p_name, p_role, '', true);
end $$;

-- app_machine_open opens a session of a quarter of an hour at most for a system
-- that has its secret. Definer: nobody is signed in. Wrong secrets are counted
-- by network, and a right one is never slowed by them: after twenty in five
-- minutes nothing more is written down. A system gets thirty tokens a minute.
-- Unless it fails, the rest of the transaction is the system's own. Outcomes:
-- opened, refused, slowed, often, scope.
create function app_machine_open(p_client uuid, p_hash bytea, p_scopes text[], p_session uuid, p_agent text, p_ip inet, p_at timestamptz)
returns table (outcome text, wait_s integer, org_id uuid, role text, name text, org_name text, org_kind text, idle_minutes integer,
  expires_at timestamptz, scopes text)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_now timestamptz := clock_timestamp();
  c public.machine_clients;
  u public.users;
  o public.organisations;
  v_secret uuid;
  v_net inet := network(set_masklen(p_ip, case when family(p_ip) = 4 then 24 else 48 end));
  v_bucket bytea := sha256(convert_to('client ' || network(set_masklen(p_ip, case when family(p_ip) = 4 then 24 else 48 end))::text, 'UTF8'));
  v_started bigint;
  v_first timestamptz;
begin
  if app_role() is distinct from 'system' then
    raise exception using errcode = 'TL403', message = 'nobody signed in looks for a secret';
  end if;
  -- One at a time, so that none of them is missed when they are counted.
  select * into c from public.machine_clients m where m.id = p_client and m.revoked_at is null for update;
  select * into u from public.users x where x.id = c.id and x.machine and x.disabled_at is null for share;
  select * into o from public.organisations x where x.id = u.org_id and x.active;
  select s.id into v_secret from public.machine_secrets s where s.client_id = c.id and s.hash = p_hash and (s.ends_at is null or s.ends_at > v_now);
  org_id := c.org_id;
  if v_secret is null or o.id is null then
    perform pg_advisory_xact_lock(hashtextextended('client ' || v_net::text, 0));
    if (select count(*) from public.sign_in_attempts a where a.bucket = v_bucket and a.ok is false and a.at > v_now - interval '5 minutes') >= 20 then
      outcome := 'slowed';
      wait_s := 60;
    else
      -- The network stands with another length than people's, so that a system
      -- that is set up wrongly slows no person.
      insert into public.sign_in_attempts (id, bucket, email_hash, ip_prefix, at, ok)
      values (gen_random_uuid(), v_bucket, sha256(convert_to(p_client::text, 'UTF8')), v_net, v_now, false);
      outcome := 'refused';
    end if;
    return next;
    return;
  end if;
  select count(*), min(s.created_at) into v_started, v_first from public.sessions s where s.user_id = c.id and s.created_at > v_now - interval '1 minute';
  if v_started >= 30 then
    outcome := 'often';
    wait_s := greatest(1, ceil(extract(epoch from v_first + interval '1 minute' - v_now))::integer);
    return next;
    return;
  end if;
  if not coalesce(p_scopes, c.scopes) <@ c.scopes then
    outcome := 'scope';
    return next;
    return;
  end if;
  insert into public.sessions (id, user_id, org_id, role, kind, created_at, last_seen_at, idle_expires_at, expires_at, user_agent_short, factor, network, scopes)
  values (p_session, u.id, u.org_id, u.role, 'api', v_now, v_now, v_now + interval '10 minutes', v_now + interval '10 minutes', left(p_agent, 80), 'client', v_net,
    coalesce(p_scopes, c.scopes));
  update public.machine_secrets s set last_used_at = p_at where s.id = v_secret;
  update public.machine_clients m set last_used_at = p_at where m.id = c.id;
  perform public.app_enter(p_session, u.role);
  outcome := 'opened';
  role := u.role;
  name := u.name;
  org_name := o.name;
  org_kind := o.kind;
  idle_minutes := 10;
  expires_at := v_now + interval '10 minutes';
  scopes := array_to_string(coalesce(p_scopes, c.scopes), ' ');
  return next;
end $$;

-- app_machine_scopes says what the session of a system may do; null: it is a
-- person's. Definer: the system, which looks sessions up, reads none.
create function app_machine_scopes(p_session uuid) returns text
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select array_to_string(s.scopes, ' ') from public.sessions s where s.id = p_session and app_is_system()
$$;

-- Whatever opens sessions: a system's are opened by its secret, and nothing else
-- is. So nobody finds a way to prove that they are one.
create function sessions_of_machines() returns trigger language plpgsql as $$
begin
  if (new.factor = 'client') <> exists (select from public.users u where u.id = new.user_id and u.machine) then
    raise exception 'a system has sessions of its own kind, and people have none of them' using errcode = 'check_violation', constraint = 'sessions_of_machines';
  end if;
  return new;
end $$;

create or replace function sessions_stay_ended() returns trigger language plpgsql as $$
begin
    if old.revoked_at is not null and new.revoked_at is null
        or new.user_id <> old.user_id or new.org_id <> old.org_id or new.role <> old.role
        or new.expires_at > old.expires_at
        or new.pending <> old.pending or new.factor <> old.factor or new.stepped_up_at is distinct from old.stepped_up_at
        or new.scopes is distinct from old.scopes then
        raise exception 'a session cannot be revived, moved, prolonged or raised' using errcode = 'check_violation', constraint = 'sessions_stay_ended';
    end if;
    return new;
end $$;

-- A system accepts no code of conduct: whoever made it answers for it.
create or replace function app_conduct_owed(p_user uuid, p_version text) returns boolean language sql stable security definer as $$
    select p_version <> '' and public.app_is_system()
        and not exists (select from public.conduct_acceptances a where a.user_id = p_user and a.version = p_version)
        and not exists (select from public.users u where u.id = p_user and u.machine)
$$;
-- +goose StatementEnd
create trigger sessions_of_machines before insert on sessions for each row execute function sessions_of_machines();
-- What is revoked stays revoked.
-- +goose StatementBegin
create function users_machine_ends() returns trigger language plpgsql as $$
begin
  if new.machine <> old.machine or old.machine and old.disabled_at is not null and new.disabled_at is null then
    raise exception 'a system that was revoked stays revoked' using errcode = 'check_violation', constraint = 'users_machine_ends';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger users_machine_ends before update of machine, disabled_at on users for each row execute function users_machine_ends();

revoke execute on function app_machine_begin(uuid, text, text), app_machine_open(uuid, bytea, text[], uuid, text, inet, timestamptz),
  app_machine_scopes(uuid), sessions_of_machines(), users_machine_ends() from public;
grant execute on function app_machine_begin(uuid, text, text), app_machine_open(uuid, bytea, text[], uuid, text, inet, timestamptz),
  app_machine_scopes(uuid) to throughline_app;
