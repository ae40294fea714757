-- +goose Up
-- A safeguarding lead looks after the alerts about safety, as a privacy officer
-- looks after those about data.
alter table users drop constraint users_role_known;
alter table users add constraint users_role_known check (role in (
  'caseworker', 'manager', 'provider_worker', 'provider_manager', 'court_officer', 'coordinator', 'commissioner_auditor',
  'commissioner_analyst', 'privacy_officer', 'safeguarding_lead', 'organisation_admin', 'system_admin'));

-- How many people's records one person opened in the last hour. A record is a
-- case with all that hangs on it; what is opened again within the hour is free.
-- It is counted by the insertion into the trail, in the same transaction, so
-- that nothing can be shown and not counted, and so that the number is one for
-- any number of servers and outlives each.
create table record_openings (
  user_id uuid not null,
  kind text not null check (kind in ('opened', 'listed')),
  record_id uuid not null,
  nth bigint not null, -- grows by one with every record this person opens
  at timestamptz not null default clock_timestamp(),
  primary key (user_id, kind, record_id)
);
create index record_openings_order on record_openings (user_id, kind, nth desc) include (at);
create index record_openings_old on record_openings (at);
alter table record_openings enable row level security;
alter table record_openings force row level security;
create policy owner_all on record_openings to throughline_owner using (true) with check (true);
create policy own on record_openings for select to throughline_app using (user_id = (select app_user_id()));
create policy counted on record_openings for insert to throughline_app with check (user_id = (select app_user_id()));
create policy again on record_openings for update to throughline_app
  using (user_id = (select app_user_id())) with check (user_id = (select app_user_id()));
create policy old on record_openings for select to throughline_app
  using ((select app_is_system()) and at < now() - interval '1 day');
create policy swept on record_openings for delete to throughline_app
  using ((select app_is_system()) and at < now() - interval '1 day');
grant select, insert, delete on record_openings to throughline_app;
grant update (nth, at) on record_openings to throughline_app;

-- The cap is a setting of the server (RECORDS_PER_HOUR, LISTED_PER_HOUR), told
-- with every connection: app.records_opened, and app.records_opened_manager
-- where a role differs. Without one it is what the threat model says.
-- +goose StatementBegin
create function record_cap(p_kind text) returns integer language sql stable as $$
  select coalesce(
    nullif(current_setting('app.records_' || p_kind || '_' || public.app_role(), true), ''),
    nullif(current_setting('app.records_' || p_kind, true), ''),
    case p_kind when 'opened' then '50' else '500' end)::integer
$$;

-- Counts records and ends the transaction with TL429 where they are too many.
-- The cap is exact: a person's new records wait for one another. Beyond a
-- thousand they do not, because only a machine that measures gets there: what
-- is on its way at that moment is then not counted yet.
create function count_records(p_kind text, p_records uuid[]) returns void language plpgsql volatile as $$
declare
  v_user uuid := app_user_id();
  v_now timestamptz := clock_timestamp();
  v_since timestamptz := v_now - interval '1 hour';
  v_most integer;
  v_new uuid[];
  v_last bigint;
  v_at timestamptz;
begin
  for turn in 1..2 loop
    select array_agg(distinct i) into v_new from unnest(p_records) i where not exists (
      select from record_openings o where o.user_id = v_user and o.kind = p_kind and o.record_id = i and o.at > v_since);
    if v_new is null then
      return;
    end if;
    v_most := record_cap(p_kind);
    exit when turn = 2 or v_most > 1000;
    perform pg_advisory_xact_lock(hashtextextended(p_kind || v_user::text, 16));
  end loop;
  select coalesce((select o.nth from record_openings o where o.user_id = v_user and o.kind = p_kind order by o.nth desc limit 1), 0) into v_last;
  -- Were these opened too, the one so many places back would have to be older
  -- than an hour.
  select o.at into v_at from record_openings o
  where o.user_id = v_user and o.kind = p_kind and o.nth <= v_last + cardinality(v_new) - v_most order by o.nth desc limit 1;
  if v_at > v_since or cardinality(v_new) > v_most then
    raise exception using errcode = 'TL429', message = 'too many records in an hour',
      detail = greatest(1, ceil(extract(epoch from coalesce(v_at, v_now) - v_since)))::text;
  end if;
  insert into record_openings as o (user_id, kind, record_id, nth, at)
  select v_user, p_kind, n.id, v_last + n.place, v_now from unnest(v_new) with ordinality as n (id, place)
  on conflict (user_id, kind, record_id) do update set nth = excluded.nth, at = excluded.at;
end $$;

-- Whatever a person does with a case opens it, but for logging it. A list and a
-- search show the names of the cases their event holds.
create function audit_events_counted() returns trigger language plpgsql as $$
begin
  if new.action in ('case.listed', 'case.searched') then
    perform public.count_records('listed', array(select jsonb_array_elements_text(new.detail -> 'cases')::uuid));
  elsif new.case_id is not null then
    perform public.count_records('opened', array[new.case_id]);
  end if;
  return null;
end $$;
-- +goose StatementEnd
create trigger audit_events_counted after insert on audit_events for each row
  when (new.actor_user_id = app_user_id() and not new.refused and new.action <> 'case.logged'
    and (new.case_id is not null or new.action in ('case.listed', 'case.searched')))
  execute function audit_events_counted();
revoke execute on function record_cap(text), count_records(text, uuid[]), audit_events_counted() from public;
grant execute on function record_cap(text), count_records(text, uuid[]) to throughline_app;
