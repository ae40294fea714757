-- +goose Up
-- What is owed of hand-offs, in the order it is due (docs/adr/0032): an answer
-- by whom it was offered to, or of a partner that never signs in by the sender,
-- who asks it; and the telling by the same once it was accepted. An offer that
-- nobody answers climbs the ladder of the clocks: both sides, a working day
-- later their managers, another later a coordinator.
alter table handoffs add column rung smallint not null default 0 check (rung between 0 and 3);
create index handoffs_answer_owed on handoffs ((case when off_system then from_org_id else to_org_id end), due_at, id) where status = 'offered';
create index handoffs_telling_owed on handoffs ((case when off_system then from_org_id else to_org_id end), decided_at, id)
  where status = 'accepted' and told_at is null;
create index handoffs_ladder on handoffs (due_at) where status = 'offered' and rung < 3;
create index handoffs_unanswered on handoffs (due_at, id) where status = 'offered' and rung = 3;

-- The clock alone climbs it.
create policy ladder on handoffs for update to throughline_app using ((select app_is_system())) with check ((select app_is_system()));
grant update (rung) on handoffs to throughline_app;
-- +goose StatementBegin
create function handoffs_climb() returns trigger language plpgsql as $$
begin
  if new.rung is distinct from old.rung and current_user = 'throughline_app' and not public.app_is_system() then
    raise exception using errcode = '42501', message = 'time alone climbs the ladder';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger handoffs_climbed before update of rung on handoffs for each row execute function handoffs_climb();
revoke execute on function handoffs_climb() from public;

-- At the ladder's end it is a coordinator's: that there is an offer nobody
-- answers, of what duty and between whom; its contents stay the two sides'.
create policy coordinators on handoffs for select to throughline_app using (status = 'offered' and rung = 3
  and (select app_role()) = 'coordinator' and cardinality((select app_pathways())) > 0 and coalesce(case_id <> all ((select app_hidden())::uuid[]), true));
