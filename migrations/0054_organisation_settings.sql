-- +goose Up
-- What whoever runs the installation sets of an organisation: its name, how
-- long a session may stand idle, whether its people can sign in, and which of
-- its services are offered. The tables stand open to be read (0001), so nobody
-- may write them but by these.
alter table organisations add column version integer not null default 1;

-- Definer: a table without row security is written by nobody; these check who
-- asks themselves. Closing an organisation ends the sessions of its people, by
-- trigger. The operator's own stays open: nobody could open it again.
-- +goose StatementBegin
create function app_organisation_set(p_id uuid, p_version integer, p_name text, p_idle integer, p_active boolean)
returns integer language plpgsql volatile security definer as $$
declare
  v_version integer;
begin
  if public.app_role() is distinct from 'system_admin' then
    return null;
  end if;
  update public.organisations o set name = p_name, idle_minutes = p_idle, active = p_active, version = o.version + 1
   where o.id = p_id and o.version = p_version and (p_active or o.kind <> 'operator') returning o.version into v_version;
  return v_version;
end $$;

create function app_service_offer(p_id uuid, p_active boolean) returns uuid language plpgsql volatile security definer as $$
declare
  v_org uuid;
begin
  if public.app_role() is distinct from 'system_admin' then
    return null;
  end if;
  update public.services s set active = p_active where s.id = p_id returning s.org_id into v_org;
  return v_org;
end $$;
-- +goose StatementEnd
revoke execute on function app_organisation_set(uuid, integer, text, integer, boolean), app_service_offer(uuid, boolean) from public;
grant execute on function app_organisation_set(uuid, integer, text, integer, boolean), app_service_offer(uuid, boolean) to throughline_app;
