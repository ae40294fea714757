-- +goose Up
-- PostgreSQL prepares every check of a table anew in every statement that writes
-- to it, and a function of SQL in a check is parsed and analysed each time. What
-- is sealed is asked in eleven checks of the tables a case is logged in: that was
-- a fifth of what the database does to log one (adr/0026). A function in PL/pgSQL
-- is kept for the whole session, and is not called for what is not there.

-- +goose StatementBegin
create or replace function is_sealed(p bytea) returns boolean language plpgsql immutable strict parallel safe as $$
begin
  return p in ('', '{}') or (octet_length(p) >= 33 and get_byte(p, 0) = 1);
end $$;
create or replace function is_look_up(p bytea) returns boolean language plpgsql immutable strict parallel safe as $$
begin
  return octet_length(p) = 17 and get_byte(p, 0) = 1;
end $$;

-- As in 0003. Nearly every case is the first of its victim, who is then already
-- seen by whoever sees the case: the others are added up only where not.
create or replace function cases_spread_access() returns trigger language plpgsql security definer as $$
declare
  wanted uuid[];
begin
  if tg_op = 'INSERT' and exists (select from public.victims v where v.id = new.victim_id and v.access @> new.access
      and (v.access = new.access or exists (select from public.cases c where c.victim_id = new.victim_id and c.id <> new.id))) then
    return null;
  end if;
  select coalesce(array_agg(distinct a order by a), '{}') into wanted from public.cases c, unnest(c.access) a where c.victim_id = new.victim_id;
  update public.victims set access = wanted where id = new.victim_id and access is distinct from wanted;
  if tg_op = 'UPDATE' then
    update public.clocks set access = new.access where case_id = new.id and referral_id is null and access is distinct from new.access;
  end if;
  return null;
end $$;

-- Whoever logs a case has opened it, where they see it (0079): what they write
-- down with it is not asked about row by row.
create function cases_open_logged() returns trigger language plpgsql as $$
begin
  if new.access && public.app_keys() then
    perform set_config('app.opened_by', public.app_user_id()::text, true), set_config('app.opened_case', new.id::text, true),
      set_config('app.opened_referrals', '', true), set_config('app.opened_channels', new.id::text, true),
      set_config('app.opened_contact', new.id::text, true), set_config('app.opened_stages', '', true);
  end if;
  return null;
end $$;

-- As in 0011 for what else belongs to the case, and in 0004 for attempts.
create function app_sees_attempt(p_case uuid, p_org uuid) returns boolean language plpgsql stable as $$
begin
  return exists (select from public.cases c where c.id = p_case)
    or (p_org = public.app_org_id() and exists (select from public.referrals r where r.case_id = p_case and r.to_org_id = public.app_org_id()));
end $$;

do $$
declare
  t text;
begin
  foreach t in array array['code_words', 'contact_details', 'incidents', 'related_people'] loop
    execute format('alter policy add_to_case on %I with check (case_id = (select app_opened_case()) or app_sees_case(case_id))', t);
    execute format('alter policy change_with_case on %I using (case_id = (select app_opened_case()) or app_sees_case(case_id))', t);
  end loop;
end $$;
-- +goose StatementEnd
create trigger cases_opened after insert on cases for each row execute function cases_open_logged();
alter policy add_to_case on contact_channels with check ((confirmed_by is null or confirmed_by = (select app_user_id()))
  and (confirmed_by_org_id is null or confirmed_by_org_id = (select app_org_id())) and (case_id = (select app_opened_case()) or app_sees_case(case_id)));
alter policy change_with_case on contact_channels using (case_id = (select app_opened_case()) or app_sees_case(case_id));
alter policy own_or_case on contact_attempts using ((select app_handles_cases()) and (case_id = (select app_opened_case())
  or (case_id = (select app_opened_contact()) and by_org_id = (select app_org_id())) or app_sees_attempt(case_id, by_org_id)));
revoke execute on function cases_open_logged(), app_sees_attempt(uuid, uuid) from public;
grant execute on function cases_open_logged(), app_sees_attempt(uuid, uuid) to throughline_app;
