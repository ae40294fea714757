-- +goose Up
-- The question of 0077 stood in the function that counts openings, which 0079
-- made anew without it. It stands there again, before anything is counted.
-- +goose StatementBegin
create or replace function audit_events_counted() returns trigger language plpgsql as $$
begin
  if new.refused or new.action = 'case.logged' or (new.actor_user_id = public.app_user_id()) is not true then
    return new;
  end if;
  if new.action in ('case.listed', 'case.searched') then
    perform public.count_listed(array(select jsonb_array_elements_text(new.detail -> 'cases')::uuid));
  elsif new.case_id is not null then
    if new.action not like 'conflict.%'
      and (exists (select from public.conflict_questions q where q.user_id = new.actor_user_id and q.case_id = new.case_id and q.answered_at is null)
        or exists (select from public.conflicts d where d.user_id = new.actor_user_id and d.employer_org_id is not null and d.ended_at is null)
          and public.app_conflict(new.case_id) is not null) then
      raise exception using errcode = 'TL403', message = 'do you know this person', detail = new.case_id::text;
    end if;
    perform public.count_opened(new.case_id);
  end if;
  return new;
end $$;
-- +goose StatementEnd
