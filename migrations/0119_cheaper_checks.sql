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

-- Whoever sees a case sees its victim.
create function victims_spread_access(p_victim uuid) returns void language plpgsql as $$
declare
  wanted uuid[];
begin
  select coalesce(array_agg(distinct a order by a), '{}') into wanted from public.cases c, unnest(c.access) a where c.victim_id = p_victim;
  update public.victims set access = wanted where id = p_victim and access is distinct from wanted;
end $$;
create or replace function cases_spread_access() returns trigger language plpgsql security definer as $$
begin
  perform public.victims_spread_access(new.victim_id);
  update public.clocks set access = new.access where case_id = new.id and referral_id is null and access is distinct from new.access;
  return null;
end $$;
create or replace function cases_hold() returns trigger language plpgsql security definer as $$
begin
  update public.case_holders set until_at = new.updated_at where case_id = new.id and until_at is null;
  insert into public.case_holders (case_id, org_id, from_at) values (new.id, new.accountable_org_id, new.updated_at);
  return null;
end $$;

-- A new case has a holder from its first moment. Whoever logs it has opened it,
-- where they see it (0079): what they write down with it is not asked about row
-- by row. Nearly always its victim is as new and is seen by the same: nothing is
-- then left to spread.
create function cases_begin() returns trigger language plpgsql security definer as $$
begin
  insert into public.case_holders (case_id, org_id, from_at) values (new.id, new.accountable_org_id, new.logged_at);
  if new.access && public.app_keys() then
    perform set_config('app.opened_by', public.app_user_id()::text, true), set_config('app.opened_case', new.id::text, true),
      set_config('app.opened_referrals', '', true), set_config('app.opened_channels', new.id::text, true),
      set_config('app.opened_contact', new.id::text, true), set_config('app.opened_stages', '', true);
  end if;
  if not exists (select from public.victims v where v.id = new.victim_id and v.access = new.access) then
    perform public.victims_spread_access(new.victim_id);
  end if;
  return null;
end $$;

-- As in 0011 for what else belongs to the case, and in 0004 for attempts.
create function app_sees_attempt(p_case uuid, p_org uuid) returns boolean language plpgsql stable as $$
begin
  return exists (select from public.cases c where c.id = p_case)
    or (p_org = public.app_org_id() and exists (select from public.referrals r where r.case_id = p_case and r.to_org_id = public.app_org_id()));
end $$;

-- As in 0079. Whoever has just changed a referral was let see it: the statement
-- that changed it says so, and its step is not asked about again.
create or replace function app_takes_step(p_referral uuid, p_case uuid, p_user uuid, p_org uuid, p_role text) returns boolean language plpgsql stable as $$
begin
  return p_user is not distinct from public.app_user_id() and p_org is not distinct from public.app_org_id() and p_role = public.app_role()
    and (current_setting('app.stepped', true) = p_referral::text || p_case::text
      or exists (select from public.referrals r where r.id = p_referral and r.case_id = p_case));
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
drop trigger cases_access_spread on cases;
drop trigger cases_holder_first on cases;
create trigger cases_access_spread after update of accountable_org_id, logged_by_org_id, restricted_to on cases
  for each row execute function cases_spread_access();
create trigger cases_begun after insert on cases for each row execute function cases_begin();
alter policy add_to_case on contact_channels with check ((confirmed_by is null or confirmed_by = (select app_user_id()))
  and (confirmed_by_org_id is null or confirmed_by_org_id = (select app_org_id())) and (case_id = (select app_opened_case()) or app_sees_case(case_id)));
alter policy change_with_case on contact_channels using (case_id = (select app_opened_case()) or app_sees_case(case_id));
alter policy own_or_case on contact_attempts using ((select app_handles_cases()) and (case_id = (select app_opened_case())
  or (case_id = (select app_opened_contact()) and by_org_id = (select app_org_id())) or app_sees_attempt(case_id, by_org_id)));
revoke execute on function cases_begin(), victims_spread_access(uuid), app_sees_attempt(uuid, uuid) from public;
grant execute on function app_sees_attempt(uuid, uuid) to throughline_app;

-- A detail is of a channel of the same case: one key says so, where two said
-- less.
drop index contact_channels_case;
alter table contact_channels add constraint contact_channels_of_case unique (case_id, id);
alter table contact_details drop constraint contact_details_case_id_fkey, drop constraint contact_details_channel_id_fkey,
  add constraint contact_details_of_channel foreign key (case_id, channel_id) references contact_channels (case_id, id);
