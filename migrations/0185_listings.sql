-- +goose Up
-- What anybody may read of the services there are (docs/adr/0041): the public
-- facts of our own, beside what referrals are decided by, and the services of
-- others that a feed told of. Nothing here is about a person who is helped.
create table listings (
  id uuid primary key,
  service_id uuid unique references services (id) on delete cascade, -- none: not a service that takes referrals here
  source text not null default '' check (length(source) <= 100), -- which feed; empty: written here
  source_id text not null default '' check (length(source_id) <= 200), -- what the feed calls it
  organisation text not null check (length(organisation) between 1 and 200),
  name text not null check (length(name) between 1 and 200),
  description text not null default '' check (length(description) <= 4000),
  status text not null default 'active' check (status in ('active', 'inactive', 'defunct', 'temporarily closed')),
  url text not null default '' check (length(url) <= 500),
  email text not null default '' check (length(email) <= 254),
  phone text not null default '' check (length(phone) <= 40),
  fees text not null default '' check (length(fees) <= 1000),
  accreditations text not null default '' check (length(accreditations) <= 1000),
  alert text not null default '' check (length(alert) <= 1000),
  assured_on date,
  min_age smallint check (min_age between 0 and 120),
  max_age smallint check (max_age between 0 and 120),
  languages text[] not null default '{}',
  areas text[] not null default '{}',
  terms text[] not null default '{}', -- of our own taxonomies
  hours jsonb not null default '[]',
  places jsonb not null default '[]',
  withheld boolean not null default false, -- where it is, is told to nobody
  content_hash bytea not null check (octet_length(content_hash) = 32),
  changed_at timestamptz not null,
  constraint listings_age_range check (min_age is null or max_age is null or min_age <= max_age),
  constraint listings_lists check (jsonb_typeof(hours) = 'array' and jsonb_typeof(places) = 'array'),
  -- Whatever a feed says, where a refuge is does not come in.
  constraint listings_withheld check (not withheld or (places = '[]' and hours = '[]' and areas = '{}'
    and concat(email, phone, url, description, alert, fees, accreditations) = ''))
);
create unique index listings_source on listings (source, source_id) where source <> '';

-- A listing of a body whose address is withheld is withheld itself, and no words
-- that somebody else wrote about it come in: any of them may say where it is.
-- +goose StatementBegin
create function listings_withhold() returns trigger language plpgsql as $$
begin
  if exists (select from public.organisations o where o.address_withheld and lower(o.name) = lower(new.organisation))
    or new.service_id is not null and exists (select from public.services s join public.organisations o on o.id = s.org_id
      where s.id = new.service_id and o.address_withheld) then
    new.withheld := true;
  end if;
  if new.withheld then
    new.places := '[]';
    new.hours := '[]';
    new.areas := '{}';
    new.email := '';
    new.phone := '';
    new.url := '';
    new.description := '';
    new.alert := '';
    new.fees := '';
    new.accreditations := '';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger withhold before insert or update on listings for each row execute function listings_withhold();
revoke execute on function listings_withhold() from public;

alter table listings enable row level security;
alter table listings force row level security;
create policy owner_all on listings to throughline_owner using (true) with check (true);
create policy anybody on listings for select to throughline_app using ((select app_role()) in ('visitor', 'system_admin'));
grant select on listings to throughline_app;
