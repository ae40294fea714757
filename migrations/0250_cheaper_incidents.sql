-- +goose Up
-- Nearly every incident is logged with its case, and hardly any case was ever at a
-- MARAC: whether this one was is asked first, by index (0231).

-- +goose StatementBegin
create or replace function marac_new_incident() returns trigger language plpgsql security definer as $$
begin
  if exists (select from public.marac_cases x where x.case_id = new.case_id) then
    perform public.marac_again(new.case_id, 'incident', coalesce((select c.updated_at from public.cases c where c.id = new.case_id), now()));
  end if;
  return null;
end $$;
-- +goose StatementEnd
