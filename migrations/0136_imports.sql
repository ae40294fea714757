-- +goose Up
-- Files that partners send (docs/adr/0031): a police feed, whose rows become
-- cases, and lists of a court or of probation, whose rows become events of cases.

-- One file, and how far it is. The content lies outside the database, sealed, in
-- pieces of whole rows, and goes when the run is over.
create table imports (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  kind text not null check (kind in ('police_feed', 'court_results', 'probation_list')),
  format text not null check (format in ('csv', 'jsonl')),
  status text not null check (status in ('mapping', 'checking', 'checked', 'running', 'done', 'stopped', 'discarded')),
  columns text[] not null check (cardinality(columns) between 1 and 100), -- the names in its first line
  mapping jsonb not null default '{}' check (jsonb_typeof(mapping) = 'object' and octet_length(mapping::text) <= 20000), -- what we call them
  key bytea not null check (octet_length(key) <= 200), -- sealed; opens the pieces
  total integer not null check (total > 0),
  done integer not null default 0, -- rows of the check, or of the run: where it goes on from
  accepted integer not null default 0,
  changed integer not null default 0,
  duplicate integer not null default 0,
  refused integer not null default 0,
  by_user_id uuid not null,
  at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  started_by uuid, -- for whom the rows are written
  started_role text,
  started_at timestamptz,
  finished_at timestamptz,
  stopped_in text check (stopped_in in ('checking', 'running')), -- where a stopped one goes on
  content_gone_at timestamptz,
  version integer not null default 1,
  constraint imports_key_sealed check (is_sealed(key)),
  constraint imports_counted check (done = accepted + changed + duplicate + refused and done <= total),
  constraint imports_started check ((started_by is null) = (started_role is null)),
  constraint imports_stopped check ((status = 'stopped') = (stopped_in is not null))
);
create index imports_of_org on imports (org_id, at desc, id);
create index imports_at_work on imports (started_at) where status in ('checking', 'running');
create index imports_content on imports (at) where content_gone_at is null;

-- The pieces of a file, by the random names of the store.
create table import_chunks (
  import_id uuid not null references imports (id),
  first_row integer not null check (first_row > 0),
  rows integer not null check (rows > 0),
  name text not null unique check (name ~ '^[0-9a-f]{40}$'),
  primary key (import_id, first_row)
);

-- What came of each row: by number and code, with nothing of what was in it.
create table import_rows (
  id uuid primary key,
  import_id uuid not null references imports (id),
  n integer not null check (n > 0),
  org_id uuid not null references organisations (id),
  kind text not null,
  applied boolean not null, -- of the run; otherwise of the check before it
  outcome text not null check (outcome in ('accepted', 'changed', 'duplicate', 'refused')),
  field text check (length(field) <= 60), -- of the layout
  code text check (length(code) <= 40),
  says text check (length(says) <= 300), -- our words for it, which repeat nothing
  case_id uuid references cases (id) on delete cascade,
  flags text[] not null default '{}' check (cardinality(flags) <= 20), -- what to see to first
  force text check (length(force) <= 40),
  reference_key bytea, -- the same reference gives the same key, and nothing else is learnt
  content_key bytea,   -- the same of the whole row
  at timestamptz not null,
  constraint import_rows_reference_key_sealed check (is_look_up(reference_key)),
  constraint import_rows_content_key_sealed check (is_look_up(content_key)),
  constraint import_rows_refused check ((outcome = 'refused') = (code is not null)),
  constraint import_rows_number unique (import_id, n)
);
-- Delivered twice, it is one.
create unique index import_rows_once on import_rows (org_id, kind, reference_key) where applied and outcome = 'accepted' and reference_key is not null;
create index import_rows_checked on import_rows (import_id, reference_key) where not applied and reference_key is not null;
create index import_rows_case on import_rows (case_id) where case_id is not null;

-- How an organisation's own list names what we ask for.
create table import_mappings (
  org_id uuid not null references organisations (id),
  kind text not null check (kind in ('police_feed', 'court_results', 'probation_list')),
  mapping jsonb not null check (jsonb_typeof(mapping) = 'object' and octet_length(mapping::text) <= 20000),
  by_user_id uuid not null,
  at timestamptz not null,
  primary key (org_id, kind)
);

-- +goose StatementBegin
-- Like app_enter, for the job that writes an import's rows: in the name of who
-- started it, while that runs, they and their organisation may sign in and their
-- work is the same.
create function app_enter_import(p_import uuid) returns void language plpgsql volatile security definer as $$
begin
  perform pg_catalog.set_config('app.user_id', u.id::text, true), pg_catalog.set_config('app.org_id', u.org_id::text, true), pg_catalog.set_config('app.role', u.role, true)
  from public.imports i join public.users u on u.id = i.started_by and u.org_id = i.org_id and u.role = i.started_role join public.organisations o on o.id = u.org_id
  where i.id = p_import and i.status in ('checking', 'running') and u.disabled_at is null and o.active;
  if not found then
    raise exception 'nobody may go on with this import' using errcode = 'TL401';
  end if;
end $$;
-- Who is erased is erased from what waits to be run as well: the file goes.
create function import_rows_erased() returns trigger language plpgsql security definer as $$
begin
  if nullif(pg_catalog.current_setting('throughline.erasing', true), '') is not null then
    update public.imports set status = 'discarded', stopped_in = null, version = version + 1 where id = old.import_id and content_gone_at is null and status <> 'discarded';
  end if;
  return null;
end $$;
-- A file is what it was when it came; one that is over stays over.
create function imports_guard() returns trigger language plpgsql as $$
begin
  if (new.id, new.org_id, new.kind, new.format, new.columns, new.total, new.by_user_id, new.at) is distinct from (old.id, old.org_id, old.kind, old.format, old.columns, old.total, old.by_user_id, old.at)
    or old.status in ('done', 'discarded') and new.status <> old.status then
    raise exception using errcode = 'TL409', message = 'this import is over';
  end if;
  return new;
end $$;
-- Rows are let go of in the check alone; what was run is on record.
create function import_rows_kept() returns trigger language plpgsql as $$
begin
  if (new.import_id, new.n, new.org_id, new.kind, new.applied, new.outcome, new.case_id) is distinct from (old.import_id, old.n, old.org_id, old.kind, old.applied, old.outcome, old.case_id) then
    raise exception 'what came of a row is written once';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger import_rows_erased after delete on import_rows for each row execute function import_rows_erased();
create trigger imports_guarded before update on imports for each row execute function imports_guard();
create trigger import_rows_kept before update on import_rows for each row execute function import_rows_kept();
revoke execute on function app_enter_import(uuid), import_rows_erased(), imports_guard(), import_rows_kept() from public;
grant execute on function app_enter_import(uuid) to throughline_app;

alter table imports enable row level security;
alter table imports force row level security;
create policy owner_all on imports to throughline_owner using (true) with check (true);
create policy own on imports for select to throughline_app using ((select app_handles_cases()) and org_id = (select app_org_id()) or (select app_is_system()));
create policy sent on imports for insert to throughline_app with check ((select app_handles_cases()) and org_id = (select app_org_id()) and by_user_id = (select app_user_id())
  and started_by = (select app_user_id()) and started_role = (select app_role()));
create policy moved on imports for update to throughline_app using ((select app_handles_cases()) and org_id = (select app_org_id()) or (select app_is_system()))
  with check (started_by = (select app_user_id()) and started_role = (select app_role()) or (select app_is_system()));
grant select, insert on imports to throughline_app;
grant update (status, mapping, done, accepted, changed, duplicate, refused, started_by, started_role, started_at, finished_at, stopped_in, content_gone_at, version) on imports to throughline_app;

alter table import_chunks enable row level security;
alter table import_chunks force row level security;
create policy owner_all on import_chunks to throughline_owner using (true) with check (true);
create policy read_by_jobs on import_chunks for select to throughline_app using ((select app_is_system()));
create policy with_file on import_chunks for insert to throughline_app
  with check (coalesce((select true from imports i where i.id = import_chunks.import_id and i.by_user_id = (select app_user_id()) limit 1), false));
create policy gone on import_chunks for delete to throughline_app using ((select app_is_system()));
grant select, insert, delete on import_chunks to throughline_app;

alter table import_rows enable row level security;
alter table import_rows force row level security;
create policy owner_all on import_rows to throughline_owner using (true) with check (true);
create policy own on import_rows for select to throughline_app using ((select app_handles_cases()) and org_id = (select app_org_id()) or (select app_is_system()));
create policy written on import_rows for insert to throughline_app with check ((select app_handles_cases()) and org_id = (select app_org_id()));
create policy again on import_rows for update to throughline_app using ((select app_handles_cases()) and org_id = (select app_org_id())) with check (org_id = (select app_org_id()));
create policy checked_again on import_rows for delete to throughline_app using ((select app_handles_cases()) and org_id = (select app_org_id()) and not applied);
create policy swept on import_rows for delete to throughline_app using ((select app_is_system()) and (not applied or outcome in ('duplicate', 'refused')));
grant select, insert, delete on import_rows to throughline_app;
grant update (content_key) on import_rows to throughline_app;

alter table import_mappings enable row level security;
alter table import_mappings force row level security;
create policy owner_all on import_mappings to throughline_owner using (true) with check (true);
create policy own on import_mappings for select to throughline_app using ((select app_handles_cases()) and org_id = (select app_org_id()));
create policy saved on import_mappings for insert to throughline_app with check ((select app_handles_cases()) and org_id = (select app_org_id()) and by_user_id = (select app_user_id()));
create policy changed on import_mappings for update to throughline_app using ((select app_handles_cases()) and org_id = (select app_org_id()))
  with check (org_id = (select app_org_id()) and by_user_id = (select app_user_id()));
grant select, insert on import_mappings to throughline_app;
grant update (mapping, by_user_id, at) on import_mappings to throughline_app;

-- +goose StatementBegin
-- A job that writes the rows of a file shows nobody a record: what it did is in
-- the trail without a session, and is not counted against who started it.
create or replace function audit_events_counted() returns trigger language plpgsql as $$
begin
  if new.refused or new.action = 'case.logged' or new.session_id is null or (new.actor_user_id = public.app_user_id()) is not true then
    return new;
  end if;
  if new.action in ('case.listed', 'case.searched') then
    perform public.count_listed(array(select jsonb_array_elements_text(new.detail -> 'cases')::uuid));
  elsif new.case_id is not null then
    perform public.count_opened(new.case_id, new.action not like 'conflict.%');
  end if;
  return new;
end $$;
-- +goose StatementEnd
