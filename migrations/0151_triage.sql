-- +goose Up
-- Triage: what the rows of a feed leave to see to. A row that made a case and
-- has flags waits until somebody of its organisation says what is done about
-- them. Whoever is shown one holds it for three minutes, so that people who
-- work side by side are shown others.
alter table import_rows
  add column pressing smallint generated always as (case
    when 'unsafe' = any (flags) or 'consent_refused' = any (flags) then 1
    when 'consent_needed' = any (flags) or 'no_safe_way' = any (flags) or 'sent_differently' = any (flags) then 2
    when 'child' = any (flags) or 'interpreter' = any (flags) then 3
    else 4 end) stored,
  add column held_by uuid,
  add column held_at timestamptz,
  add column later_at timestamptz,
  add column seen_by uuid,
  add column seen_at timestamptz,
  add column seen_as text check (seen_as in ('fine', 'follow_up')),
  add constraint import_rows_seen check ((seen_at is null) = (seen_as is null) and (seen_at is null) = (seen_by is null)),
  add constraint import_rows_held check ((held_at is null) = (held_by is null));
create index import_rows_to_see on import_rows (org_id, pressing, at, n) where applied and case_id is not null and flags <> '{}' and seen_at is null;
create index import_rows_followed on import_rows (seen_by, seen_at) where seen_as = 'follow_up';
grant update (held_by, held_at, later_at, seen_by, seen_at, seen_as) on import_rows to throughline_app;

-- +goose StatementBegin
create or replace function import_rows_kept() returns trigger language plpgsql as $$
begin
  if (new.import_id, new.n, new.org_id, new.kind, new.applied, new.outcome, new.case_id) is distinct from (old.import_id, old.n, old.org_id, old.kind, old.applied, old.outcome, old.case_id) then
    raise exception 'what came of a row is written once';
  end if;
  -- Nobody holds or answers a row in another's name.
  if new.seen_by is distinct from old.seen_by and new.seen_by is distinct from public.app_user_id()
    or new.held_by is not null and new.held_by is distinct from old.held_by and new.held_by is distinct from public.app_user_id() then
    raise exception 'a row is seen to in one''s own name';
  end if;
  return new;
end $$;
-- What is said of a row in triage shows nothing of its record: that it was
-- listed was counted before.
create or replace function audit_events_counted() returns trigger language plpgsql as $$
begin
  if new.refused or new.action in ('case.logged', 'case.triaged') or new.session_id is null or (new.actor_user_id = public.app_user_id()) is not true then
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
alter policy written on import_rows with check ((select app_handles_cases()) and org_id = (select app_org_id()) and seen_by is null and held_by is null);
