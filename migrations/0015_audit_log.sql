-- +goose Up
-- The trail becomes a log that can be proved (docs/adr/0016-a-log-that-can-be-proved.md).
-- Adding an event costs what adding a row costs: who acts is a default, the sizes
-- are types, and the seal of the detail is made by whoever gives the event its
-- number, a moment later. Until it has one, nothing is proved of it either way.
drop trigger audit_events_sealed on audit_events;
drop function audit_events_seal();
drop policy own_acts on audit_events;
alter table audit_events
  drop column salt,
  drop column detail_hmac,
  drop constraint audit_events_request_id_check,
  drop constraint audit_events_action_check,
  drop constraint audit_events_subject_type_check,
  alter column request_id type varchar(64),
  alter column action type varchar(60),
  alter column subject_type type varchar(40),
  alter column actor_user_id set default app_user_id(),
  alter column actor_org_id set default app_org_id(),
  alter column actor_role set default app_role(),
  add column xact xid8 not null default pg_current_xact_id();
create index audit_events_xact on audit_events (xact);
-- The application cannot say who acted: those columns are no longer its to write.
revoke insert (actor_user_id, actor_org_id, actor_role) on audit_events from throughline_app;
create policy own_acts on audit_events for insert to throughline_app with check (jsonb_typeof(detail) = 'object');
-- Who gives numbers reads what has none.
create policy numbered on audit_events for select to throughline_app using ((select app_role()) = 'system');

-- Which event has which number, and what keeps its detail sealed:
-- seal = HMAC-SHA-256(salt, detail). Detail and salt can be erased; the seal, which
-- the proof stands on, stays.
create table audit_leaves (
  leaf bigint primary key check (leaf >= 0),
  event_id uuid not null,
  event_at timestamptz not null,
  salt bytea check (length(salt) = 32),
  seal bytea not null check (length(seal) = 32),
  constraint audit_leaves_once unique (event_id, event_at)
);
-- The hashes of the tree (RFC 6962), 256 to a row: level 0 holds those of the
-- leaves, level 1 those of whole rows of level 0, and so on.
create table audit_tiles (
  level smallint not null check (level between 0 and 7),
  n bigint not null check (n >= 0),
  hashes bytea not null check (length(hashes) between 32 and 8192 and length(hashes) % 32 = 0),
  primary key (level, n)
);
alter table audit_tiles alter column hashes set storage external;
-- What was signed, in order.
create table audit_checkpoints (
  n bigint primary key check (n > 0),
  size bigint not null constraint audit_checkpoints_size_once unique check (size > 0),
  note text not null check (length(note) between 1 and 100000)
);
-- Where a checkpoint was delivered outside, or why not yet. place says which of
-- several, never an address.
create table audit_receipts (
  n bigint not null references audit_checkpoints (n),
  way text not null check (way in ('file', 'email', 'store')),
  place text not null check (length(place) between 1 and 60),
  tried_at timestamptz not null,
  tries integer not null check (tries > 0),
  sent_at timestamptz,
  failure text check (length(failure) between 1 and 200),
  primary key (n, way, place),
  constraint audit_receipts_sent_or_why check ((sent_at is null) = (failure is not null))
);
create index audit_receipts_latest on audit_receipts (way, place, n desc);

-- +goose StatementBegin
-- An event is never changed, with one exception: its detail can be emptied where
-- the trail says that it was erased, and why.
create or replace function audit_events_frozen() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and tg_level = 'ROW' then
    if new.detail = '{}' and to_jsonb(new) - 'detail' = to_jsonb(old) - 'detail'
      and exists (select from public.audit_events e where e.action = 'audit.detail_erased' and e.subject_id = old.id) then
      return new;
    end if;
  end if;
  raise exception 'the audit trail is append only';
end $$;
create function audit_log_frozen() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and tg_level = 'ROW' then
    if tg_table_name = 'audit_leaves' then
      if new.salt is null and to_jsonb(new) - 'salt' = to_jsonb(old) - 'salt'
        and exists (select from public.audit_events e where e.action = 'audit.detail_erased' and e.subject_id = old.event_id) then
        return new;
      end if;
    elsif tg_table_name = 'audit_tiles' then
      if new.level = old.level and new.n = old.n and length(new.hashes) > length(old.hashes)
        and substr(new.hashes, 1, length(old.hashes)) = old.hashes then
        return new;
      end if;
    end if;
  end if;
  raise exception 'the audit log is append only';
end $$;
-- Empties the detail of events for good, and says in the trail that it did. Two
-- people answer for it: the request that one of them made and another of the
-- same organisation approved names the events, all of them acts of its own
-- people that have a number in the log. Asked again it does nothing.
create function audit_erase_detail(p_approval uuid) returns integer language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  asked public.approvals;
  wanted uuid[];
  done integer;
begin
  select * into asked from public.approvals where id = p_approval and kind = 'audit.erase_detail' and decision = 'approved'
    and decided_by <> requested_by;
  if not found or asked.decided_by is distinct from public.app_user_id() then
    raise exception 'no such approval' using errcode = 'insufficient_privilege';
  end if;
  wanted := array(select jsonb_array_elements_text(asked.payload->'events')::uuid);
  if exists (select from unnest(wanted) w where not exists (
      select from public.audit_leaves l join public.audit_events e on e.at = l.event_at and e.id = l.event_id
      where l.event_id = w and e.actor_org_id = asked.org_id and e.action <> 'audit.detail_erased')) then
    raise exception 'an event cannot be erased' using errcode = 'insufficient_privilege';
  end if;
  insert into public.audit_events (id, at, action, subject_type, subject_id, case_id, detail)
  select gen_random_uuid(), asked.decided_at, 'audit.detail_erased', 'audit_event', e.id, e.case_id,
    jsonb_build_object('approval', asked.id, 'asked_by', asked.requested_by)
  from public.audit_leaves l join public.audit_events e on e.at = l.event_at and e.id = l.event_id
  where l.event_id = any (wanted) and l.salt is not null;
  update public.audit_events e set detail = '{}' from public.audit_leaves l
  where l.event_id = any (wanted) and e.at = l.event_at and e.id = l.event_id and e.detail <> '{}';
  update public.audit_leaves set salt = null where event_id = any (wanted) and salt is not null;
  get diagnostics done = row_count;
  return done;
end $$;

do $$
declare t text;
begin
  foreach t in array array['audit_leaves', 'audit_tiles', 'audit_checkpoints'] loop
    execute format('create trigger audit_log_no_change before update or delete on %I for each row execute function audit_log_frozen()', t);
    execute format('create trigger audit_log_no_truncate before truncate on %I for each statement execute function audit_log_frozen()', t);
  end loop;
  foreach t in array array['audit_leaves', 'audit_tiles', 'audit_checkpoints', 'audit_receipts'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
    execute format('create policy numbering on %I to throughline_app using ((select app_role()) = ''system'') with check ((select app_role()) = ''system'')', t);
  end loop;
end $$;
-- +goose StatementEnd
-- Hashes and checkpoints are for everybody who is signed in; a number for whoever
-- may read its event.
create policy proving on audit_tiles for select to throughline_app using ((select app_role()) is not null);
create policy proving on audit_checkpoints for select to throughline_app using ((select app_role()) is not null);
create policy proving on audit_leaves for select to throughline_app using (
  exists (select from audit_events e where e.at = event_at and e.id = event_id));
revoke execute on function audit_log_frozen(), audit_erase_detail(uuid) from public;
grant execute on function audit_erase_detail(uuid) to throughline_app;
grant select, insert on audit_leaves, audit_checkpoints to throughline_app;
grant select, insert, update on audit_tiles, audit_receipts to throughline_app;
