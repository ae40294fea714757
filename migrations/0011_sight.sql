-- +goose Up
-- What row security costs, made less without letting anybody see more
-- (docs/adr/0001; measured on a case page with 100 events).

-- Who asks, said once: the keys that open an access list, and the organisation
-- in whose name records are handled. A role that handles no records has
-- neither. Each is one sub-select of a policy instead of three.
create function app_keys() returns uuid[] language sql stable parallel safe as
  $$ select case when app_handles_cases() then array[app_org_id(), app_user_id()] end $$;
create function app_record_org() returns uuid language sql stable parallel safe as
  $$ select case when app_handles_cases() then app_org_id() end $$;

drop policy read_access on cases;
create policy read_access on cases for select to throughline_app using (access && (select app_keys()));
drop policy change_access on cases;
create policy change_access on cases for update to throughline_app
  using (access && (select app_keys())) with check (access && (select app_keys()));
drop policy read_access on victims;
create policy read_access on victims for select to throughline_app using (access && (select app_keys()));
drop policy change_access on victims;
create policy change_access on victims for update to throughline_app
  using (access && (select app_keys())) with check (access && (select app_keys()));

drop policy parties on referrals;
create policy parties on referrals for select to throughline_app using (
  from_org_id = (select app_record_org()) or (to_org_id = (select app_record_org()) and receiver_sees)
  or ((select app_role()) = 'coordinator' and (status in ('decline_proposed', 'lapsed') or over_limit)
      and submitted_at is not null and pathway = any ((select app_pathways())::text[]))
  or (select app_is_system())
  or changed_in = pg_current_xact_id_if_assigned());
drop policy parties_change on referrals;
create policy parties_change on referrals for update to throughline_app using (
  from_org_id = (select app_record_org()) or (to_org_id = (select app_record_org()) and receiver_sees)
  or ((select app_role()) = 'coordinator' and (status in ('decline_proposed', 'lapsed') or over_limit)
      and submitted_at is not null and pathway = any ((select app_pathways())::text[]))
  or (select app_is_system()))
  with check (true);

-- A coordinator's sight of a clock is a function's to say: a sub-select there
-- is set up for everybody else too, in every statement that touches a clock.
drop policy parties on clocks;
create policy parties on clocks for select to throughline_app using (
  access && (select app_keys()) or (select app_is_system())
  or ((select app_role()) = 'coordinator' and app_coordinates(referral_id)));
drop policy parties_start on clocks;
create policy parties_start on clocks for insert to throughline_app with check (
  access && (select app_keys()) or (select app_is_system())
  or ((select app_role()) = 'coordinator' and app_coordinates(referral_id)));
drop policy parties_change on clocks;
create policy parties_change on clocks for update to throughline_app using (
  access && (select app_keys()) or (select app_is_system())
  or ((select app_role()) = 'coordinator' and app_coordinates(referral_id)))
  with check (true);

-- A record that is opened is checked once. app_open_case says whether the actor
-- sees the case; where they do, the rest of the transaction knows so, and that
-- they see these referrals of it, and what belongs to them is not asked about row
-- by row. The note is the transaction's own and the actor's own: it ends with
-- the one, and is nothing to another. Whatever it does not name is asked about.
-- +goose StatementBegin
create function app_open_case(p_case uuid) returns boolean language plpgsql as $$
begin
  perform from public.cases c where c.id = p_case; -- under row security
  if not found then
    return false;
  end if;
  perform set_config('app.opened_by', public.app_user_id()::text, true), set_config('app.opened_case', p_case::text, true),
    set_config('app.opened_referrals', coalesce((select array_agg(r.id)::text from public.referrals r where r.case_id = p_case), ''), true);
  return true;
end $$;
create function app_open_referral(p_referral uuid) returns boolean language plpgsql as $$
begin
  perform from public.referrals r where r.id = p_referral;
  if not found then
    return false;
  end if;
  perform set_config('app.opened_by', public.app_user_id()::text, true), set_config('app.opened_case', '', true),
    set_config('app.opened_referrals', array[p_referral]::text, true);
  return true;
end $$;
-- +goose StatementEnd
create function app_opened_case() returns uuid language sql stable parallel safe as $$
  select case when current_setting('app.opened_by', true) = current_setting('app.user_id', true)
    then nullif(current_setting('app.opened_case', true), '')::uuid end $$;
create function app_opened_referrals() returns uuid[] language sql stable parallel safe as $$
  select case when current_setting('app.opened_by', true) = current_setting('app.user_id', true)
    then nullif(current_setting('app.opened_referrals', true), '')::uuid[] end $$;

-- The same questions for a record that was not opened. In PL/pgSQL the plan is
-- kept from one statement to the next, and who never gets this far pays nothing.
-- +goose StatementBegin
create function app_sees_case(p_case uuid) returns boolean language plpgsql stable as $$
begin
  return exists (select from public.cases c where c.id = p_case);
end $$;
create function app_sees_referral(p_referral uuid) returns boolean language plpgsql stable as $$
begin
  return exists (select from public.referrals r where r.id = p_referral);
end $$;
-- +goose StatementEnd

-- Whose work is live for a case: the receiver's way through the safe-contact
-- gate, for who sees that referral.
drop function app_receives(uuid, boolean);
-- +goose StatementBegin
create function app_receives(p_case uuid, p_accepted boolean) returns boolean language plpgsql stable as $$
begin
  return exists (select from public.referrals r where r.case_id = p_case and r.to_org_id = public.app_record_org() and r.live
    and (not p_accepted or r.accepted_at is not null));
end $$;
do $$
declare t text;
begin
  foreach t in array array['case_holders', 'incidents', 'related_people', 'sharing_decisions'] loop
    execute format('drop policy with_case on %I', t);
    execute format('create policy with_case on %I for select to throughline_app using (case_id = (select app_opened_case()) or app_sees_case(case_id))', t);
  end loop;
  foreach t in array array['referral_history', 'referral_questions', 'referral_assignments'] loop
    execute format('drop policy with_referral on %I', t);
    execute format('create policy with_referral on %I for select to throughline_app using (referral_id = any ((select app_opened_referrals())::uuid[]) or app_sees_referral(referral_id))', t);
  end loop;
  foreach t in array array['contact_channels', 'contact_stops'] loop
    execute format('drop policy holder_or_receiver on %I', t);
    execute format('create policy holder_or_receiver on %I for select to throughline_app using (case_id = (select app_opened_case()) or app_sees_case(case_id) or app_receives(case_id, false))', t);
  end loop;
  foreach t in array array['contact_details', 'code_words'] loop
    execute format('drop policy holder_or_accepted on %I', t);
    execute format('create policy holder_or_accepted on %I for select to throughline_app using (case_id = (select app_opened_case()) or app_sees_case(case_id) or app_receives(case_id, true))', t);
  end loop;
end $$;
-- +goose StatementEnd

-- A case's history is read newest first and a page at a time, so that row
-- security is asked about the lines shown and not about all there ever were.
alter table referral_history add column case_id uuid references cases (id);
update referral_history h set case_id = r.case_id from referrals r where r.id = h.referral_id;
alter table referral_history alter column case_id set not null;
create index referral_history_case on referral_history (case_id, at desc, id desc);
-- +goose StatementBegin
create function referral_history_of_case() returns trigger language plpgsql as $$
begin
  select r.case_id into new.case_id from public.referrals r where r.id = new.referral_id;
  return new;
end $$;
-- +goose StatementEnd
create trigger referral_history_of_case before insert on referral_history
  for each row when (new.case_id is null) execute function referral_history_of_case();
drop policy add_to_referral on referral_history;
create policy add_to_referral on referral_history for insert to throughline_app with check (
  by_user_id is not distinct from (select app_user_id()) and by_org_id is not distinct from (select app_org_id()) and by_role = (select app_role())
  and coalesce((select true from referrals r where r.id = referral_history.referral_id and r.case_id = referral_history.case_id limit 1), false));

revoke execute on function app_keys(), app_record_org(), app_open_case(uuid), app_open_referral(uuid), app_opened_case(), app_opened_referrals(),
  app_sees_case(uuid), app_sees_referral(uuid), app_receives(uuid, boolean), referral_history_of_case() from public;
grant execute on function app_keys(), app_record_org(), app_open_case(uuid), app_open_referral(uuid), app_opened_case(), app_opened_referrals(),
  app_sees_case(uuid), app_sees_referral(uuid), app_receives(uuid, boolean) to throughline_app;
