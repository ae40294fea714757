-- +goose Up
-- Whoever runs the product, oversees it or counts is never answerable for a case
-- (models.OrganisationKind.HoldsDuties): no hand-off leads to them.
-- +goose StatementBegin
create function handoffs_to_a_holder() returns trigger language plpgsql as $$
begin
  if exists (select from public.organisations o where o.id = new.to_org_id and o.kind in ('commissioner', 'city_hall', 'operator')) then
    raise exception using errcode = 'TL409', message = 'this organisation holds no duty';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger handoffs_to_a_holder before insert on handoffs for each row execute function handoffs_to_a_holder();
revoke execute on function handoffs_to_a_holder() from public;
