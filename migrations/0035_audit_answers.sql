-- +goose Up
-- An event fires triggers of other areas, which name what they call without its
-- schema.
alter function audit_erase_detail(uuid) set search_path = pg_catalog, public, pg_temp;
-- Who opened a record is a question its privacy officer answers, for the victim
-- too, without seeing the record: so they read the lines of the trail about a
-- case their organisation holds or logged. Whom a case hides from finds nothing.
create function app_answers_for(p_case uuid) returns boolean language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp as
  $$ select exists (select from public.cases c where c.id = p_case and public.app_org_id() in (c.accountable_org_id, c.logged_by_org_id)) $$;
-- The case of a reference, for whoever answers for it.
create function app_case_answered(p_reference text) returns uuid language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp as
  $$ select c.id from public.cases c where c.reference = p_reference and public.app_org_id() in (c.accountable_org_id, c.logged_by_org_id)
    and public.app_role() in ('manager', 'provider_manager', 'privacy_officer') and coalesce(c.id <> all (public.app_hidden()), true) $$;
create policy read_answered on audit_events for select to throughline_app using (
  (select app_role()) = 'privacy_officer' and coalesce(case_id <> all ((select app_hidden())::uuid[]), true) and app_answers_for(case_id));
revoke execute on function app_answers_for(uuid), app_case_answered(text) from public;
grant execute on function app_answers_for(uuid), app_case_answered(text) to throughline_app;
