-- +goose Up
-- The victim's own door (docs/adr/0040): a code that a worker gave them and a
-- word they chose, no account. Who comes in by it is nobody of the staff: the
-- role "victim" has no policy that shows a row, adds a request and nothing else,
-- and reads what has been told to them through one function.
create table status_doors (
  id uuid primary key,
  case_id uuid not null references cases (id) on delete cascade,
  code_key bytea not null, -- by which a code is found; the key of it is not in the database
  word_hash text not null check (word_hash like '$argon2id$%' and length(word_hash) <= 200), -- of code and word together
  language text not null check (language ~ '^[a-z]{2,4}$'),
  agreed_how text not null check (length(agreed_how) <= 40), -- how they said that they want it, and that they have a device nobody else sees
  agreed_on date not null,
  given_at timestamptz not null,
  given_by uuid not null,
  given_by_org_id uuid not null,
  expires_at timestamptz not null,
  frozen_at timestamptz,
  frozen_by uuid,
  ended_at timestamptz,
  ended_by uuid,
  ended_why text check (ended_why in ('replaced', 'withdrawn')),
  version integer not null default 1,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint status_doors_code_key_sealed check (is_look_up(code_key)),
  -- It ends in real time, as sessions do.
  constraint status_doors_expires check (expires_at <= recorded_at + interval '366 days'),
  constraint status_doors_frozen check ((frozen_at is null) = (frozen_by is null)),
  constraint status_doors_ended check ((ended_at is null) = (ended_why is null) and (ended_at is null) = (ended_by is null))
);
create unique index status_doors_one on status_doors (case_id) where ended_at is null;
create unique index status_doors_code on status_doors (code_key);
create index status_doors_case on status_doors (case_id, given_at desc);

create table status_sessions (
  id uuid primary key,
  door_id uuid not null references status_doors (id) on delete cascade,
  case_id uuid not null references cases (id) on delete cascade,
  token_hash bytea not null unique check (length(token_hash) = 32),
  created_at timestamptz not null default clock_timestamp(),
  idle_expires_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_why text check (ended_why in ('left', 'frozen', 'ended', 'replaced')),
  constraint status_sessions_short check (expires_at <= created_at + interval '1 hour' and idle_expires_at <= expires_at),
  constraint status_sessions_ended check ((ended_at is null) = (ended_why is null))
);
create index status_sessions_door on status_sessions (door_id) where ended_at is null;
create index status_sessions_case on status_sessions (case_id);
create index status_sessions_old on status_sessions (expires_at);

-- Guesses. Neither the code nor the network stands here, only what they are
-- known again by.
create table status_attempts (
  id uuid primary key,
  code_key bytea not null,
  network_key bytea not null,
  ok boolean not null default false,
  at timestamptz not null default clock_timestamp(),
  constraint status_attempts_code_key_sealed check (is_look_up(code_key)),
  constraint status_attempts_network_key_sealed check (is_look_up(network_key))
);
create index status_attempts_code on status_attempts (code_key, at desc);
create index status_attempts_network on status_attempts (network_key, at desc);
create index status_attempts_old on status_attempts (at);

-- What was asked on the page. It changes nothing: a worker speaks to the person
-- first, on a channel that was safe before.
create table status_requests (
  id uuid primary key,
  case_id uuid not null references cases (id) on delete cascade,
  door_id uuid not null references status_doors (id) on delete cascade,
  kind text not null check (kind in ('contact', 'call', 'sharing', 'stop')),
  said bytea check (octet_length(said) <= 2100),
  at timestamptz not null,
  due_at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  done_at timestamptz,
  done_by uuid,
  done_by_org_id uuid,
  outcome text check (outcome in ('meant', 'not_meant', 'not_theirs', 'unreached')),
  channel_id uuid references contact_channels (id) on delete set null,
  channel text check (channel in ('phone', 'text', 'email', 'post', 'in_person')),
  pressure text check (pressure in ('no', 'yes', 'unsure', 'not_asked')),
  risk text check (risk in ('same', 'higher', 'lower', 'not_known')),
  note bytea check (octet_length(note) <= 4100),
  version integer not null default 1,
  constraint status_requests_said_sealed check (is_sealed(said)),
  constraint status_requests_note_sealed check (is_sealed(note)),
  constraint status_requests_done check ((done_at is null) = (outcome is null) and (done_at is null) = (done_by is null) and (done_at is null) = (done_by_org_id is null)
    and (done_at is null) = (pressure is null) and (done_at is null) = (risk is null)),
  -- Nothing is taken as meant that was not said on a safe channel, with pressure asked about and risk looked at.
  constraint status_requests_meant check (outcome <> 'meant' or channel is not null and pressure = 'no' and risk <> 'not_known')
);
-- Asked twice, it is one task.
create unique index status_requests_once on status_requests (case_id, kind) where done_at is null;
create index status_requests_open on status_requests (due_at, id) where done_at is null;
create index status_requests_case on status_requests (case_id, at desc);
create index status_requests_door on status_requests (door_id);
create index status_requests_channel on status_requests (channel_id) where channel_id is not null;

-- Which page a victim's session is of, in this transaction.
create function app_status_case() returns uuid language sql stable parallel safe as $$
  select case when current_setting('app.role', true) = 'victim' then nullif(current_setting('app.status_case', true), '')::uuid end $$;
create function app_status_door() returns uuid language sql stable parallel safe as $$
  select case when current_setting('app.role', true) = 'victim' then nullif(current_setting('app.status_door', true), '')::uuid end $$;

-- +goose StatementBegin
-- Whether a door leads anywhere now: it was neither frozen nor taken back, and
-- its case is open and not protected. Protected cases have no door at all.
create function status_door_open(d public.status_doors) returns boolean language sql stable as $$
  select d.ended_at is null and d.frozen_at is null and d.expires_at > pg_catalog.clock_timestamp()
    and exists (select from public.cases c where c.id = d.case_id and c.status = 'open' and not c.sealed and not c.held and c.restricted_to is null)
$$;

-- One guess, counted as wrong until it proves right. Five from one network at
-- one code in a quarter of an hour, thirty from one network at any, and twenty
-- in an hour at one code from networks from which it was never opened: a
-- stranger anywhere cannot keep out who comes from where they came before.
create function app_status_lookup(p_attempt uuid, p_code bytea, p_attempted bytea, p_network bytea)
returns table (paused boolean, door_id uuid, case_id uuid, org_id uuid, word_hash text, opens boolean)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_now timestamptz := clock_timestamp();
  d public.status_doors;
begin
  if app_role() is distinct from 'system' then
    raise exception using errcode = 'TL403', message = 'nobody signed in looks for a code';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('status ' || encode(p_attempted, 'hex'), 0));
  delete from public.status_attempts a where a.at < v_now - interval '90 days';
  paused := (select count(*) from public.status_attempts a where a.code_key = p_attempted and a.network_key = p_network and not a.ok and a.at > v_now - interval '15 minutes') >= 5
    or (select count(*) from public.status_attempts a where a.network_key = p_network and not a.ok and a.at > v_now - interval '15 minutes') >= 30
    or (select count(*) from public.status_attempts a where a.code_key = p_attempted and not a.ok and a.at > v_now - interval '1 hour') >= 20
      and not exists (select from public.status_attempts a where a.code_key = p_attempted and a.network_key = p_network and a.ok);
  if not paused then
    insert into public.status_attempts (id, code_key, network_key, at) values (p_attempt, p_attempted, p_network, v_now);
  end if;
  select * into d from public.status_doors x where x.code_key = p_code;
  door_id := d.id;
  case_id := d.case_id;
  org_id := (select c.accountable_org_id from public.cases c where c.id = d.case_id);
  word_hash := d.word_hash;
  opens := coalesce(status_door_open(d), false);
  return next;
end $$;

-- A session of ten minutes, an hour at most, for whoever had code and word.
create function app_status_open(p_attempt uuid, p_door uuid, p_hash text, p_session uuid, p_token_hash bytea)
returns table (case_id uuid, org_id uuid, language text)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_now timestamptz := clock_timestamp();
  d public.status_doors;
begin
  select * into d from public.status_doors x where x.id = p_door and x.word_hash = p_hash for share;
  if app_role() is distinct from 'system' or not coalesce(status_door_open(d), false) then
    return;
  end if;
  delete from public.status_sessions s where s.expires_at < v_now - interval '30 days';
  update public.status_attempts a set ok = true where a.id = p_attempt;
  insert into public.status_sessions (id, door_id, case_id, token_hash, created_at, idle_expires_at, expires_at)
  values (p_session, d.id, d.case_id, p_token_hash, v_now, v_now + interval '10 minutes', v_now + interval '1 hour');
  return query select d.case_id, c.accountable_org_id, d.language from public.cases c where c.id = d.case_id;
end $$;

-- Whose cookie it is; a live session's idle time moves on.
create function app_status_find(p_token_hash bytea) returns table (session_id uuid)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  return query update public.status_sessions s set idle_expires_at = least(s.expires_at, clock_timestamp() + interval '10 minutes')
    from public.status_doors d
    where s.token_hash = p_token_hash and d.id = s.door_id and s.ended_at is null and s.idle_expires_at > clock_timestamp() and s.expires_at > clock_timestamp()
      and status_door_open(d)
    returning s.id;
end $$;

-- The first statement of a victim's transaction: the session row is believed,
-- and asked again whether its door still leads anywhere.
create function app_enter_status(p_session uuid) returns void
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform set_config('app.user_id', '', true), set_config('app.org_id', '', true), set_config('app.role', 'victim', true),
    set_config('app.status_door', d.id::text, true), set_config('app.status_case', d.case_id::text, true)
  from public.status_sessions s join public.status_doors d on d.id = s.door_id
  where s.id = p_session and s.ended_at is null and s.idle_expires_at > clock_timestamp() and s.expires_at > clock_timestamp() and status_door_open(d);
  if not found then
    raise exception using errcode = 'TL401', message = 'the session is not live';
  end if;
end $$;

-- Leaving: the session of the transaction ends with it.
create function app_status_leave(p_session uuid) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  update public.status_sessions s set ended_at = clock_timestamp(), ended_why = 'left' where s.id = p_session and s.door_id = app_status_door() and s.ended_at is null;
  return found;
end $$;

-- All that the page is made of: when, and of which kind; no name, no place, no
-- service, no words. A referral that only named people may know of is not in it;
-- of an event, that they were told and when; of a clock that hangs on an event
-- they were not told of, that news is owed and by when.
create function app_status_read() returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_case uuid := app_status_case();
begin
  if v_case is null then
    return null;
  end if;
  return jsonb_build_object(
    'begun_at', (select c.logged_at from public.cases c where c.id = v_case),
    'language', (select d.language from public.status_doors d where d.id = app_status_door()),
    'referrals', coalesce((select jsonb_agg(jsonb_build_object('status', r.status, 'sent_at', r.submitted_at, 'read_at', r.acknowledged_at, 'accepted_at', r.accepted_at,
        'ended_at', r.ended_at, 'since', r.status_since, 'review_on', r.review_on,
        'reached_at', (select min(a.at) from public.contact_attempts a where a.referral_id = r.id and a.outcome = 'reached' and a.counted),
        'answer_by', (select k.due_at from public.clocks k where k.referral_id = r.id and k.rule = 'K23' and k.stopped_at is null and k.paused_since is null order by k.due_at limit 1),
        'contact_by', (select k.due_at from public.clocks k where k.referral_id = r.id and k.rule = 'K25' and k.stopped_at is null and k.paused_since is null order by k.due_at limit 1))
        order by r.submitted_at, r.id)
      from public.referrals r where r.case_id = v_case and r.submitted_at is not null and r.status <> 'entered_in_error'
        and not r.sealed and r.from_people is null and r.to_people is null), '[]'),
    'moved', coalesce((select jsonb_agg(h.told_at order by h.told_at) from public.handoffs h where h.case_id = v_case and h.told_at is not null), '[]'),
    'told', coalesce((select jsonb_agg(e.told_at order by e.told_at) from public.case_events e where e.case_id = v_case and e.told_at is not null), '[]'),
    'clocks', coalesce((select jsonb_agg(jsonb_build_object('rule', k.rule, 'state', k.state, 'due_at', k.due_at, 'stopped_at', k.stopped_at, 'paused', k.paused_since is not null,
        'told', coalesce(e.told_at is not null, false), 'who', o.kind) order by k.due_at, k.id)
      from public.clocks k join public.organisations o on o.id = k.holder_org_id
        left join public.case_clocks x on x.clock_id = k.id left join public.case_events e on e.id = x.event_id
      where k.case_id = v_case and k.referral_id is null and k.state not in ('not_applicable', 'waived')), '[]'));
end $$;

-- A door that is frozen, ended or replaced takes its sessions with it, so that
-- none comes back to life when it is opened again. Definer: who freezes it
-- neither reads nor writes a session.
create function status_doors_shut() returns trigger language plpgsql security definer as $$
begin
  if new.frozen_at is not null or new.ended_at is not null then
    update public.status_sessions s set ended_at = pg_catalog.clock_timestamp(),
      ended_why = case when new.ended_why = 'replaced' then 'replaced' when new.ended_at is not null then 'ended' else 'frozen' end
    where s.door_id = new.id and s.ended_at is null;
  end if;
  return null;
end $$;
-- What was asked stays as it was asked, and is answered once.
create function status_requests_once() returns trigger language plpgsql as $$
begin
  if old.done_at is not null then
    raise exception using errcode = 'TL409', message = 'this was seen to already';
  end if;
  return new;
end $$;
create function status_doors_guard() returns trigger language plpgsql as $$
begin
  if old.ended_at is not null then
    raise exception using errcode = 'TL409', message = 'this code leads nowhere any more';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger status_doors_shut after update of frozen_at, ended_at on status_doors for each row execute function status_doors_shut();
create trigger status_doors_guard before update on status_doors for each row execute function status_doors_guard();
create trigger status_requests_once before update of done_at, outcome on status_requests for each row execute function status_requests_once();

revoke execute on function app_status_case(), app_status_door(), status_door_open(public.status_doors), app_status_lookup(uuid, bytea, bytea, bytea),
  app_status_open(uuid, uuid, text, uuid, bytea), app_status_find(bytea), app_enter_status(uuid), app_status_leave(uuid), app_status_read(),
  status_doors_shut(), status_requests_once(), status_doors_guard() from public;
grant execute on function app_status_case(), app_status_door(), app_status_lookup(uuid, bytea, bytea, bytea), app_status_open(uuid, uuid, text, uuid, bytea),
  app_status_find(bytea), app_enter_status(uuid), app_status_leave(uuid), app_status_read() to throughline_app;

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['status_doors', 'status_sessions', 'status_attempts', 'status_requests'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
    execute format('revoke all on %I from public', t);
  end loop;
end $$;
-- +goose StatementEnd
create policy with_case on status_doors for select to throughline_app using ((select app_handles_cases()) and app_sees_case(case_id));
create policy given on status_doors for insert to throughline_app with check ((select app_handles_cases()) and given_by = (select app_user_id())
  and given_by_org_id = (select app_org_id()) and frozen_at is null and ended_at is null and app_sees_case(case_id));
create policy change on status_doors for update to throughline_app using ((select app_handles_cases()) and app_sees_case(case_id))
  with check ((frozen_by is null or frozen_by = (select app_user_id()) or ended_by = (select app_user_id())) and (ended_by is null or ended_by = (select app_user_id())));
grant select (id, case_id, language, agreed_how, agreed_on, given_at, given_by, given_by_org_id, expires_at, frozen_at, frozen_by, ended_at, ended_by, ended_why, version, recorded_at)
  on status_doors to throughline_app;
grant insert (id, case_id, code_key, word_hash, language, agreed_how, agreed_on, given_at, given_by, given_by_org_id, expires_at) on status_doors to throughline_app;
grant update (frozen_at, frozen_by, ended_at, ended_by, ended_why, version) on status_doors to throughline_app;

create policy with_case on status_requests for select to throughline_app using ((select app_handles_cases()) and app_sees_case(case_id));
create policy asked on status_requests for insert to throughline_app with check (case_id = (select app_status_case()) and door_id = (select app_status_door()) and done_at is null);
create policy answered on status_requests for update to throughline_app using ((select app_handles_cases()) and app_sees_case(case_id))
  with check (done_by = (select app_user_id()) and done_by_org_id = (select app_org_id()));
grant select on status_requests to throughline_app;
grant insert (id, case_id, door_id, kind, said, at, due_at) on status_requests to throughline_app;
grant update (done_at, done_by, done_by_org_id, outcome, channel_id, channel, pressure, risk, note, version) on status_requests to throughline_app;

-- An answer to a request holds what was asked on the page, too.
-- +goose StatementBegin
create or replace function app_subject_record(p_request uuid) returns jsonb language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  q public.data_requests; c public.cases; r public.referrals; me uuid := app_org_id(); whole boolean; referrals uuid[];
begin
  select * into q from public.data_requests x where x.id = p_request and x.org_id = me and app_keeps_rights();
  if q.id is null or q.case_id is null or q.relation = 'suspect' or q.kind <> 'information' and q.identity_on is null then return null; end if;
  select * into c from public.cases x where x.id = q.case_id;
  select * into r from public.referrals x where x.id = q.referral_id;
  whole := q.referral_id is null;
  if c.id is null or whole and not public.rights_over(c) or not whole and not coalesce(public.rights_over(r), false) then return null; end if;
  referrals := case when whole then array(select x.id from public.referrals x where x.case_id = c.id and x.submitted_at is not null) else array[r.id] end;
  return jsonb_build_object(
    'victims', case when whole then (select jsonb_agg(to_jsonb(v)) from public.victims v where v.id = c.victim_id) end,
    'cases', case when whole then jsonb_build_array(to_jsonb(c)) end,
    'incidents', case when whole then (select jsonb_agg(to_jsonb(x) order by x.position) from public.incidents x where x.case_id = c.id) end,
    'related_people', case when whole then (select jsonb_agg(to_jsonb(x) order by x.id) from public.related_people x where x.case_id = c.id) end,
    'contact_channels', case when whole then (select jsonb_agg(to_jsonb(x) order by x.position) from public.contact_channels x where x.case_id = c.id) end,
    'contact_details', case when whole then (select jsonb_agg(to_jsonb(x) order by x.channel_id) from public.contact_details x where x.case_id = c.id) end,
    'code_words', case when whole then (select jsonb_agg(to_jsonb(x)) from public.code_words x where x.case_id = c.id) end,
    'sharing_decisions', case when whole then (select jsonb_agg(to_jsonb(x) order by x.recorded_at) from public.sharing_decisions x where x.case_id = c.id) end,
    'referrals', (select jsonb_agg(to_jsonb(x) order by x.created_at) from public.referrals x where x.id = any (referrals)),
    'referral_history', (select jsonb_agg(to_jsonb(x) order by x.at) from public.referral_history x where x.referral_id = any (referrals) and (whole or x.by_org_id = me)),
    'referral_questions', (select jsonb_agg(to_jsonb(x) order by x.asked_at, x.position) from public.referral_questions x where x.referral_id = any (referrals)),
    'referral_shares', case when not whole then (select jsonb_agg(to_jsonb(x) order by x.stage) from public.referral_shares x where x.referral_id = r.id
      and (x.stage = 'sending' or r.accepted_at is not null)) end,
    'contact_attempts', (select jsonb_agg(to_jsonb(x) order by x.at) from public.contact_attempts x where (whole and x.case_id = c.id or x.referral_id = any (referrals)) and (whole or x.by_org_id = me)),
    'notes', (select jsonb_agg(to_jsonb(x) order by x.at) from public.notes x where x.case_id = c.id and x.by_org_id = me and (whole or x.referral_id = r.id)))
    || jsonb_build_object(
    'need_ratings', (select jsonb_agg(to_jsonb(x) order by x.at, x.id) from public.need_ratings x where x.referral_id = any (referrals) and x.by_org_id = me),
    'support_goals', (select jsonb_agg(to_jsonb(x) order by x.at, x.id) from public.support_goals x where x.referral_id = any (referrals) and x.by_org_id = me),
    'goal_reviews', (select jsonb_agg(to_jsonb(x) order by x.at, x.id) from public.goal_reviews x where x.referral_id = any (referrals) and x.by_org_id = me),
    'appointments', (select jsonb_agg(to_jsonb(x) order by x.starts_at, x.id) from public.appointments x where x.referral_id = any (referrals) and x.by_org_id = me),
    'appointment_outcomes', (select jsonb_agg(to_jsonb(x) order by x.at, x.id) from public.appointment_outcomes x where x.referral_id = any (referrals) and x.by_org_id = me),
    'handoffs', case when whole then (select jsonb_agg(to_jsonb(x) order by x.sent_at, x.id) from public.handoffs x where x.case_id = c.id) end,
    'handoff_contents', case when whole then (select jsonb_agg(to_jsonb(x) order by h.sent_at, h.id, x.stage desc) from public.handoff_contents x join public.handoffs h on h.id = x.id
      where h.case_id = c.id and (h.from_org_id = me or h.to_org_id = me and (h.status = 'accepted' or h.status = 'offered' and x.stage = 'sending'))) end,
    'case_duties', case when whole then (select jsonb_agg(to_jsonb(x) order by x.from_at, x.id) from public.case_duties x where x.case_id = c.id) end,
    'case_closings', case when whole then (select jsonb_agg(to_jsonb(x) order by x.closed_at, x.id) from public.case_closings x where x.case_id = c.id) end,
    'case_events', case when whole then (select jsonb_agg(to_jsonb(x) order by x.occurred_at, x.id) from public.case_events x where x.case_id = c.id) end,
    'status_requests', case when whole then (select jsonb_agg(to_jsonb(x) order by x.at, x.id) from public.status_requests x where x.case_id = c.id) end);
end $$;
-- +goose StatementEnd
