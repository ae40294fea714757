-- +goose Up
-- What an insider alarm found, or a safety matter that cannot wait: somebody
-- has to look at it. It holds ids, a reference and numbers, never a name and
-- nothing of what a record says (security.md T2).
create table alerts (
  id uuid primary key,
  desk text not null,
  kind text not null,
  org_id uuid not null references organisations (id), -- whose desk it lies on
  of_org_id uuid not null references organisations (id), -- where it arose
  about_user_id uuid references users (id),
  case_id uuid,
  reference text,
  figures jsonb not null default '{}',
  dedupe text not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  due_at timestamptz not null,
  escalated_at timestamptz,
  taken_by uuid references users (id),
  taken_at timestamptz,
  outcome text,
  outcome_text text,
  closed_by uuid references users (id),
  closed_at timestamptz,
  version integer not null default 1,
  constraint alerts_once unique (dedupe, org_id),
  constraint alerts_desk_known check (desk in ('data', 'safety')),
  constraint alerts_kind_form check (kind ~ '^[a-z_]{1,40}$' and length(dedupe) <= 200 and octet_length(figures::text) <= 2000),
  constraint alerts_outcome_known check (outcome in ('explained', 'misuse', 'referred', 'acted', 'false_alarm')),
  constraint alerts_text_form check (length(outcome_text) between 1 and 4000),
  constraint alerts_closed_whole check (num_nulls(outcome, outcome_text, closed_by, closed_at) in (0, 4)),
  constraint alerts_taken_whole check ((taken_by is null) = (taken_at is null)),
  -- The rule of the table: nobody looks at what concerns themselves.
  constraint alerts_by_another check (about_user_id is null or
    (taken_by is distinct from about_user_id and closed_by is distinct from about_user_id))
);
create index alerts_open on alerts (org_id, desk, due_at, id) where outcome is null;
create index alerts_closed on alerts (org_id, desk, closed_at desc, id desc) where outcome is not null;
create index alerts_late on alerts (due_at) where outcome is null;

-- What an organisation has set for itself, and why.
create table alert_settings (
  org_id uuid not null references organisations (id),
  key text not null check (key ~ '^[a-z_]{1,40}$'),
  value integer not null check (value between 0 and 100000),
  reason text not null check (length(reason) between 1 and 1000),
  changed_by uuid not null references users (id),
  changed_at timestamptz not null,
  primary key (org_id, key)
);

-- What a member of staff says of their own household, to be told apart from
-- whose records they open. Only they read it; it is compared where it lies.
create table staff_households (
  user_id uuid primary key references users (id),
  family_keys text[] not null check (cardinality(family_keys) <= 10 and octet_length(family_keys::text) <= 2000),
  borough text references authorities (code),
  said_at timestamptz not null
);

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['alerts', 'alert_settings', 'staff_households'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
  end loop;
end $$;
-- +goose StatementEnd
create policy desk on alerts for select to throughline_app using (
  org_id = (select app_org_id()) and about_user_id is distinct from (select app_user_id())
  and desk = case (select app_role()) when 'privacy_officer' then 'data' when 'safeguarding_lead' then 'safety' end
  and not coalesce(case_id = any ((select app_hidden())::uuid[]), false));
create policy worked on alerts for update to throughline_app
  using (outcome is null and org_id = (select app_org_id()) and about_user_id is distinct from (select app_user_id())
    and desk = case (select app_role()) when 'privacy_officer' then 'data' when 'safeguarding_lead' then 'safety' end
    and not coalesce(case_id = any ((select app_hidden())::uuid[]), false))
  with check (org_id = (select app_org_id()) and (taken_by is null or taken_by = (select app_user_id()))
    and (closed_by is null or closed_by = (select app_user_id())));
create policy watched on alerts for select to throughline_app using ((select app_is_system()));
create policy escalated on alerts for update to throughline_app
  using ((select app_is_system()) and outcome is null and escalated_at is null)
  with check ((select app_is_system()) and outcome is null);
grant select on alerts to throughline_app;
grant update (taken_by, taken_at, outcome, outcome_text, closed_by, closed_at, escalated_at, version) on alerts to throughline_app;

create policy own on alert_settings for select to throughline_app
  using ((select app_role()) = 'privacy_officer' and org_id = (select app_org_id()) or (select app_is_system()));
create policy set_own on alert_settings for insert to throughline_app with check (
  (select app_role()) = 'privacy_officer' and org_id = (select app_org_id()) and changed_by = (select app_user_id()));
create policy reset_own on alert_settings for update to throughline_app
  using ((select app_role()) = 'privacy_officer' and org_id = (select app_org_id()))
  with check ((select app_role()) = 'privacy_officer' and org_id = (select app_org_id()) and changed_by = (select app_user_id()));
grant select, insert on alert_settings to throughline_app;
grant update (value, reason, changed_by, changed_at) on alert_settings to throughline_app;

create policy own on staff_households for select to throughline_app using (user_id = (select app_user_id()));
create policy said on staff_households for insert to throughline_app with check (user_id = (select app_user_id()));
create policy said_anew on staff_households for update to throughline_app
  using (user_id = (select app_user_id())) with check (user_id = (select app_user_id()));
grant select, insert on staff_households to throughline_app;
grant update (family_keys, borough, said_at) on staff_households to throughline_app;

-- The alarms run as the system, which reads the trail and no record of a
-- person. These three say as much as an alert takes; definer: who works where, and
-- which case has which reference, are not the system's to see.
--
-- 1. Raises an alert on the desk of the organisation where it arose. Where
-- nobody sits there, or only whom it concerns or who is barred, it goes to the operator's. An
-- alert that is open and comes again is the same one, with the newer figures.
-- An alert about a sealed case names none, and to a safeguarding lead no
-- restricted one: who may know of it is the case's own to say. Its event names the alert alone, so that the trail does not tell whom it
-- concerns.
-- +goose StatementBegin
create function app_raise_alert(p_kind text, p_desk text, p_org uuid, p_about uuid, p_case uuid, p_figures jsonb, p_dedupe text,
                                p_at timestamptz, p_due timestamptz) returns uuid language plpgsql volatile security definer as $$
declare
  v_role text := case p_desk when 'safety' then 'safeguarding_lead' else 'privacy_officer' end;
  v_of uuid := p_org;
  v_holder uuid;
  v_victim uuid;
  v_desk uuid;
  v_reference text;
  v_id uuid := pg_catalog.gen_random_uuid();
  v_new boolean;
begin
  if public.app_role() is distinct from 'system' then
    raise exception 'only the system raises alerts' using errcode = '42501';
  end if;
  if p_case is not null then
    select case when c.restricted_to is null or p_desk = 'data' and not c.sealed then c.reference end, c.accountable_org_id, c.victim_id
      into v_reference, v_holder, v_victim from public.cases c where c.id = p_case;
  end if;
  v_of := coalesce(v_of, v_holder);
  if v_of is null then
    return null;
  end if;
  select u.org_id into v_desk from public.users u join public.organisations o on o.id = u.org_id
  where u.role = v_role and u.disabled_at is null and u.id is distinct from p_about
    and not exists (select from public.bars b where b.person_id = u.id and b.victim_id = v_victim and b.lifted_at is null and not b.suspended)
    and (u.org_id = v_of or o.kind = 'operator' or p_desk = 'safety' and u.org_id = v_holder)
  order by u.org_id = v_of desc, u.org_id = v_holder desc, o.id limit 1;
  insert into public.alerts as a (id, desk, kind, org_id, of_org_id, about_user_id, case_id, reference, figures, dedupe, first_at, last_at, due_at)
  values (v_id, p_desk, p_kind, coalesce(v_desk, v_of), v_of, p_about, case when v_reference is not null then p_case end, v_reference, p_figures, p_dedupe, p_at, p_at, p_due)
  on conflict on constraint alerts_once do update set last_at = excluded.last_at, figures = excluded.figures
    where a.outcome is null and a.figures is distinct from excluded.figures
  returning a.id, a.id = v_id into v_id, v_new;
  if v_new then
    insert into public.audit_events (id, at, action, subject_type, subject_id, detail)
    values (pg_catalog.gen_random_uuid(), p_at, 'alert.raised', 'alert', v_id, pg_catalog.jsonb_build_object('kind', p_kind));
    return v_id;
  end if;
  return null;
end $$;

-- 2. Who, in a stretch of time, opened the record of somebody with their own
-- name, or with a surname and the borough of their household.
create function app_close_to_home(p_from timestamptz, p_until timestamptz)
returns table (user_id uuid, org_id uuid, case_id uuid, own_name boolean) language sql stable security definer as $$
  select distinct e.actor_user_id, e.actor_org_id, e.case_id,
    coalesce(v.given_key || ' ' || v.family_key = pg_catalog.lower(u.name), false)
  from public.audit_events e
  join public.users u on u.id = e.actor_user_id
  join public.cases c on c.id = e.case_id
  join public.victims v on v.id = c.victim_id
  left join public.staff_households h on h.user_id = e.actor_user_id
  where public.app_role() = 'system' and e.at > p_from and e.at <= p_until and not e.refused
    and (v.given_key || ' ' || v.family_key = pg_catalog.lower(u.name) or (v.family_key = any (h.family_keys) and v.borough = h.borough))
$$;

-- 3. Who holds a case, whose thresholds are its readers'.
create function app_alarm_holder(p_case uuid) returns uuid language sql stable security definer as $$
  select c.accountable_org_id from public.cases c where c.id = p_case and public.app_role() = 'system'
$$;
-- +goose StatementEnd
revoke execute on function app_raise_alert(text, text, uuid, uuid, uuid, jsonb, text, timestamptz, timestamptz),
  app_close_to_home(timestamptz, timestamptz), app_alarm_holder(uuid) from public;
grant execute on function app_raise_alert(text, text, uuid, uuid, uuid, jsonb, text, timestamptz, timestamptz),
  app_close_to_home(timestamptz, timestamptz), app_alarm_holder(uuid) to throughline_app;
