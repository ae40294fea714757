-- +goose Up
-- The trail: inserted in the transaction of the act it tells of, and never
-- changed. The database says who, when and with which salt. The leaf of the
-- later log is (id, at, recorded_at, actor, action, subject, refused, detail_hmac):
-- detail and salt can be erased and the leaf still stands.
create table audit_events (
  id uuid not null,
  at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  actor_user_id uuid,
  actor_org_id uuid,
  actor_role text,
  session_id uuid,
  request_id text check (length(request_id) <= 64),
  action text not null check (length(action) <= 60),
  subject_type text not null check (length(subject_type) <= 40),
  subject_id uuid,
  case_id uuid,
  refused boolean not null default false,
  detail jsonb not null default '{}',
  salt bytea,
  detail_hmac bytea,
  primary key (at, id)
) partition by range (at);
create index audit_events_case on audit_events (case_id, at desc) where case_id is not null;
create index audit_events_subject on audit_events (subject_id, at desc) where subject_id is not null;
create index audit_events_actor on audit_events (actor_user_id, at desc);
create index audit_events_org on audit_events (actor_org_id, at desc);
create table audit_events_other partition of audit_events default;
-- +goose StatementBegin
create function audit_events_frozen() returns trigger language plpgsql as $$
begin
  raise exception 'the audit trail is append only';
end $$;
-- A month's part of the trail. What stops a change follows from the whole;
-- what stops a truncation does not.
create function audit_partition(p_month date) returns void language plpgsql as $$
declare name text := 'audit_events_' || to_char(p_month, 'YYYYMM');
begin
  execute format('create table if not exists %I partition of audit_events for values from (%L) to (%L)',
    name, date_trunc('month', p_month)::date, (date_trunc('month', p_month) + interval '1 month')::date);
  execute format('alter table %I enable row level security', name);
  execute format('alter table %I force row level security', name);
  execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', name);
  execute format('create trigger audit_events_no_truncate before truncate on %I for each statement execute function audit_events_frozen()', name);
end $$;
do $$
begin
  for m in 0..72 loop
    perform audit_partition((date '2023-01-01' + make_interval(months => m))::date);
  end loop;
end $$;

create function audit_events_seal() returns trigger language plpgsql as $$
begin
  new.actor_user_id := coalesce(new.actor_user_id, public.app_user_id());
  new.actor_org_id := coalesce(new.actor_org_id, public.app_org_id());
  new.actor_role := coalesce(new.actor_role, public.app_role());
  new.salt := public.gen_random_bytes(16);
  new.detail_hmac := public.hmac(convert_to(new.detail::text, 'UTF8'), new.salt, 'sha256');
  return new;
end $$;
-- +goose StatementEnd
create trigger audit_events_sealed before insert on audit_events for each row execute function audit_events_seal();
create trigger audit_events_no_change before update or delete on audit_events for each row execute function audit_events_frozen();
create trigger audit_events_no_truncate before truncate on audit_events_other for each statement execute function audit_events_frozen();
create trigger audit_events_no_truncate before truncate on audit_events for each statement execute function audit_events_frozen();

alter table audit_events enable row level security;
alter table audit_events force row level security;
alter table audit_events_other enable row level security;
alter table audit_events_other force row level security;
create policy owner_all on audit_events to throughline_owner using (true) with check (true);
create policy owner_all on audit_events_other to throughline_owner using (true) with check (true);
create policy own_acts on audit_events for insert to throughline_app with check (
  actor_user_id is not distinct from (select app_user_id())
  and actor_org_id is not distinct from (select app_org_id())
  and actor_role is not distinct from (select app_role()));
-- Who holds audit:own reads what the own organisation did, and what anyone did
-- to a case the organisation can see.
create policy read_own on audit_events for select to throughline_app using (
  (select app_role()) in ('manager', 'provider_manager', 'privacy_officer')
  and (actor_org_id = (select app_org_id())
    or coalesce((select true from cases c where c.id = audit_events.case_id limit 1), false)));
revoke execute on function audit_events_frozen(), audit_partition(date), audit_events_seal() from public;
-- When it was recorded, the salt and the seal are the database's to say.
grant select, insert (id, at, actor_user_id, actor_org_id, actor_role, session_id, request_id, action, subject_type, subject_id, case_id,
  refused, detail) on audit_events to throughline_app;
