-- +goose Up
-- A provider publishes whether its services are taking people, with the day it
-- said so, which goes stale after a week. The table stands open to be read
-- (0001), so nobody writes it; this checks who asks: somebody who answers
-- referrals, for a service of their own organisation that has not been closed.
-- The version keeps two people from publishing over one another.
alter table services add column capacity_version integer not null default 1,
  add constraint services_places_fit check (places_open is null or places_total is null or places_open <= places_total) not valid;
-- +goose StatementBegin
create function app_service_capacity(p_id uuid, p_version integer, p_capacity text, p_open integer, p_total integer, p_wait integer, p_on date)
returns integer language plpgsql volatile security definer as $$
declare
  v_version integer;
begin
  if coalesce(public.app_role() not in ('caseworker', 'manager', 'provider_worker', 'provider_manager'), true) or p_capacity not in ('open', 'limited', 'paused') then
    return null;
  end if;
  update public.services s set capacity = p_capacity, places_open = p_open, places_total = p_total, wait_days = p_wait,
    capacity_confirmed_on = p_on, capacity_version = s.capacity_version + 1
   where s.id = p_id and s.org_id = public.app_org_id() and s.active and s.capacity <> 'closed' and s.capacity_version = p_version
   returning s.capacity_version into v_version;
  return v_version;
end $$;
-- +goose StatementEnd
revoke execute on function app_service_capacity(uuid, integer, text, integer, integer, integer, date) from public;
grant execute on function app_service_capacity(uuid, integer, text, integer, integer, integer, date) to throughline_app;
