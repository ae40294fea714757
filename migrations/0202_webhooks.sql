-- +goose Up
-- What an organisation's own systems are told of, as it happens (docs/adr/0045).
-- A message says what kind of thing happened, when, and the id of the record: who
-- is told of it is who gets the notice of it, and what it is about is read with
-- the rights of whoever asks.
create table webhook_endpoints (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  url text not null check (length(url) between 10 and 500 and url ~ '^https?://'),
  topics text[] not null check (cardinality(topics) between 1 and 100),
  sealed bytea not null, -- what messages are signed with, bound to the endpoint
  sealed_before bytea,
  before_until timestamptz,
  made_at timestamptz not null,
  made_by uuid not null references users (id),
  off_at timestamptz,
  off_why text check (off_why in ('by_hand', 'failing', 'gone')),
  failures integer not null default 0, -- in a row
  failing_since timestamptz,
  retry_at timestamptz,
  version integer not null default 1,
  constraint webhook_endpoints_off_whole check ((off_at is null) = (off_why is null)),
  constraint webhook_endpoints_before_whole check ((sealed_before is null) = (before_until is null)),
  constraint webhook_endpoints_failing_whole check ((failures = 0) = (failing_since is null) and (failures = 0) = (retry_at is null))
);
create index webhook_endpoints_of_organisation on webhook_endpoints (org_id, made_at desc, id desc);
create index webhook_endpoints_made_by on webhook_endpoints (made_by);

create table webhook_deliveries (
  id uuid primary key, -- the webhook-id, the same each time it is sent
  endpoint_id uuid not null references webhook_endpoints (id),
  org_id uuid not null references organisations (id),
  outbox_id bigint not null,
  topic text not null check (length(topic) <= 60),
  referral_id uuid references referrals (id) on delete cascade,
  handoff_id uuid references handoffs (id) on delete cascade,
  at timestamptz not null,
  status text not null default 'waiting' check (status in ('waiting', 'delivered', 'dead')),
  attempts integer not null default 0,
  next_at timestamptz not null default clock_timestamp(), -- real time, as the queue's
  claimed_until timestamptz,
  tried_at timestamptz,
  answer smallint,
  fault text check (fault in ('refused_address', 'no_answer', 'too_slow', 'redirect', 'status')),
  done_at timestamptz,
  -- One message of one thing to one endpoint, however often the outbox is drained.
  constraint webhook_deliveries_once unique (endpoint_id, outbox_id),
  constraint webhook_deliveries_done check ((status = 'waiting') = (done_at is null))
);
create index webhook_deliveries_due on webhook_deliveries (endpoint_id, next_at, id) where status = 'waiting';
create index webhook_deliveries_of_endpoint on webhook_deliveries (endpoint_id, at desc, id desc);
create index webhook_deliveries_dead on webhook_deliveries (endpoint_id, at desc, id desc) where status = 'dead';
create index webhook_deliveries_referral on webhook_deliveries (referral_id) where referral_id is not null;
create index webhook_deliveries_handoff on webhook_deliveries (handoff_id) where handoff_id is not null;
create index webhook_deliveries_of_organisation on webhook_deliveries (org_id);
create index webhook_deliveries_old on webhook_deliveries (done_at) where status <> 'waiting';

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['webhook_endpoints', 'webhook_deliveries'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
    execute format('revoke all on %I from public', t);
  end loop;
end $$;
-- +goose StatementEnd
create policy read_own on webhook_endpoints for select to throughline_app
  using ((select app_role()) = 'organisation_admin' and org_id = (select app_org_id()));
create policy make_own on webhook_endpoints for insert to throughline_app with check ((select app_role()) = 'organisation_admin'
  and org_id = (select app_org_id()) and made_by = (select app_user_id()));
create policy change_own on webhook_endpoints for update to throughline_app
  using ((select app_role()) = 'organisation_admin' and org_id = (select app_org_id()))
  with check ((select app_role()) = 'organisation_admin' and org_id = (select app_org_id()));
create policy send on webhook_endpoints for select to throughline_app using ((select app_is_system()));
create policy sent on webhook_endpoints for update to throughline_app using ((select app_is_system())) with check ((select app_is_system()));
grant select on webhook_endpoints to throughline_app;
grant insert (id, org_id, url, topics, sealed, made_at, made_by) on webhook_endpoints to throughline_app;
grant update (topics, sealed, sealed_before, before_until, off_at, off_why, failures, failing_since, retry_at, version) on webhook_endpoints to throughline_app;

create policy read_own on webhook_deliveries for select to throughline_app
  using ((select app_role()) = 'organisation_admin' and org_id = (select app_org_id()));
-- An administrator sends again what was given up, and nothing that was not to be sent.
create policy replay_own on webhook_deliveries for update to throughline_app
  using ((select app_role()) = 'organisation_admin' and org_id = (select app_org_id()) and status = 'dead')
  with check ((select app_role()) = 'organisation_admin' and org_id = (select app_org_id()) and status = 'waiting');
create policy send on webhook_deliveries to throughline_app using ((select app_is_system())) with check ((select app_is_system()));
grant select, delete on webhook_deliveries to throughline_app;
grant insert (id, endpoint_id, org_id, outbox_id, topic, referral_id, handoff_id, at) on webhook_deliveries to throughline_app;
grant update (status, attempts, next_at, claimed_until, tried_at, answer, fault, done_at) on webhook_deliveries to throughline_app;

-- +goose StatementBegin
-- app_webhook_claim takes what is due, for half a minute: who is killed half-way
-- leaves it to be taken again, under the same id. Of an endpoint that works, four
-- at once; of one that fails, one at a time, when it is to be tried again. So a
-- receiver that hangs holds up itself.
create function app_webhook_claim(p_most integer) returns setof webhook_deliveries
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
begin
  -- One at a time, each seeing what the one before took.
  perform pg_advisory_xact_lock(hashtextextended('webhooks are claimed', 0));
  return query
  with due as (
    select d.id from webhook_endpoints e cross join lateral (
      select w.id, w.next_at from webhook_deliveries w
      where w.endpoint_id = e.id and w.status = 'waiting' and w.next_at <= clock_timestamp() and coalesce(w.claimed_until <= clock_timestamp(), true)
      order by w.next_at, w.id
      limit greatest(0, case when e.failures = 0 then 4 else 1 end
        - (select count(*) from webhook_deliveries b where b.endpoint_id = e.id and b.status = 'waiting' and b.claimed_until > clock_timestamp()))) d
    where e.off_at is null and coalesce(e.retry_at <= clock_timestamp(), true)
    order by e.failures > 0, d.next_at, d.id limit p_most)
  update webhook_deliveries w set claimed_until = clock_timestamp() + interval '30 seconds', attempts = w.attempts + 1, tried_at = clock_timestamp()
  from due where w.id = due.id returning w.*;
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
-- app_webhook_off tells the administrators of an organisation that an endpoint of
-- theirs was switched off. Definer: the system reads nobody's role.
create function app_webhook_off(p_endpoint uuid) returns void
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app_role() is distinct from 'system' then
    raise exception using errcode = 'TL403', message = 'a job switches off what fails';
  end if;
  insert into public.account_notices (id, user_id, kind, at)
  select gen_random_uuid(), u.id, 'webhook_off', clock_timestamp() from public.webhook_endpoints e
    join public.users u on u.org_id = e.org_id and u.role = 'organisation_admin' and u.disabled_at is null where e.id = p_endpoint and e.off_at is not null;
end $$;
-- +goose StatementEnd
revoke execute on function app_webhook_claim(integer), app_webhook_off(uuid) from public;
grant execute on function app_webhook_claim(integer), app_webhook_off(uuid) to throughline_app;
