-- +goose Up
-- Feeds of other directories of services (docs/adr/0041): what a file held, and
-- what came or would come of each row. All of it is published, or about to be.
create table listing_imports (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  source text not null check (length(source) between 1 and 100),
  format text not null check (format in ('json', 'csv', 'zip')),
  status text not null check (status in ('checked', 'done')),
  total integer not null check (total > 0),
  accepted integer not null default 0 check (accepted >= 0),
  changed integer not null default 0 check (changed >= 0),
  duplicate integer not null default 0 check (duplicate >= 0),
  refused integer not null default 0 check (refused >= 0),
  at timestamptz not null,
  done_at timestamptz,
  by_user_id uuid not null,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint listing_imports_counts check (accepted + changed + duplicate + refused = total),
  constraint listing_imports_done check ((status = 'done') = (done_at is not null))
);
create index listing_imports_latest on listing_imports (org_id, at desc, id desc);
create table listing_import_rows (
  import_id uuid not null references listing_imports (id) on delete cascade,
  n integer not null check (n > 0),
  org_id uuid not null references organisations (id),
  outcome text not null check (outcome in ('accepted', 'changed', 'duplicate', 'refused')),
  field text not null default '' check (length(field) <= 40),
  code text not null default '' check (length(code) <= 40),
  says text not null default '' check (length(says) <= 300),
  name text not null default '' check (length(name) <= 200),
  listing_id uuid,
  content jsonb not null default '{}', -- the service as it is to be published
  primary key (import_id, n)
);
alter table listing_imports enable row level security;
alter table listing_imports force row level security;
alter table listing_import_rows enable row level security;
alter table listing_import_rows force row level security;
create policy owner_all on listing_imports to throughline_owner using (true) with check (true);
create policy owner_all on listing_import_rows to throughline_owner using (true) with check (true);
create policy read_own on listing_imports for select to throughline_app using (org_id = (select app_org_id()) and (select app_role()) = 'system_admin');
create policy write_own on listing_imports for insert to throughline_app
  with check (org_id = (select app_org_id()) and by_user_id = (select app_user_id()) and (select app_role()) = 'system_admin');
create policy change_own on listing_imports for update to throughline_app using (org_id = (select app_org_id()) and (select app_role()) = 'system_admin');
create policy read_own on listing_import_rows for select to throughline_app using (org_id = (select app_org_id()) and (select app_role()) = 'system_admin');
create policy write_own on listing_import_rows for insert to throughline_app with check (org_id = (select app_org_id()) and (select app_role()) = 'system_admin');
create policy change_own on listing_import_rows for update to throughline_app using (org_id = (select app_org_id()) and (select app_role()) = 'system_admin');
grant select, insert on listing_imports, listing_import_rows to throughline_app;
grant update (status, accepted, changed, duplicate, refused, done_at) on listing_imports to throughline_app;
grant update (outcome, field, code, says, listing_id) on listing_import_rows to throughline_app;

-- A listing is no organisation's of its own: it is written by whoever runs the
-- installation, through this, and by nobody else.
-- +goose StatementBegin
create function app_listings_put(p_rows jsonb, p_at timestamptz) returns integer language plpgsql volatile security definer as $$
declare
  n integer;
begin
  if public.app_role() is distinct from 'system_admin' then
    raise exception 'only whoever runs the installation changes what is listed' using errcode = '42501';
  end if;
  insert into public.listings as l (id, service_id, source, source_id, organisation, name, description, status, url, email, phone, fees, accreditations, alert,
    assured_on, min_age, max_age, languages, areas, terms, hours, places, withheld, content_hash, changed_at)
  select r.id, r.service_id, r.source, r.source_id, r.organisation, r.name, r.description, r.status, r.url, r.email, r.phone, r.fees, r.accreditations, r.alert,
    r.assured_on, r.min_age, r.max_age, r.languages, r.areas, r.terms, r.hours, r.places, r.withheld, pg_catalog.decode(r.content_hash, 'hex'), p_at
  from pg_catalog.jsonb_to_recordset(p_rows) as r (id uuid, service_id uuid, source text, source_id text, organisation text, name text, description text, status text,
    url text, email text, phone text, fees text, accreditations text, alert text, assured_on date, min_age smallint, max_age smallint, languages text[], areas text[],
    terms text[], hours jsonb, places jsonb, withheld boolean, content_hash text)
  on conflict (id) do update set source = excluded.source, source_id = excluded.source_id, organisation = excluded.organisation, name = excluded.name,
    description = excluded.description, status = excluded.status, url = excluded.url, email = excluded.email, phone = excluded.phone, fees = excluded.fees,
    accreditations = excluded.accreditations, alert = excluded.alert, assured_on = excluded.assured_on, min_age = excluded.min_age, max_age = excluded.max_age,
    languages = excluded.languages, areas = excluded.areas, terms = excluded.terms, hours = excluded.hours, places = excluded.places,
    withheld = l.withheld or excluded.withheld, content_hash = excluded.content_hash, changed_at = excluded.changed_at;
  get diagnostics n = row_count;
  return n;
end $$;
-- +goose StatementEnd
revoke execute on function app_listings_put(jsonb, timestamptz) from public;
grant execute on function app_listings_put(jsonb, timestamptz) to throughline_app;
