-- +goose Up
-- A document goes with its case and never alone, as a note does (0019): what
-- deletes says for which case, for as long as it does. Until now a case with a
-- document could not be erased at all. What 0038 says of changes stands.
-- +goose StatementBegin
create or replace function documents_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_setting('throughline.erasing', true) = old.case_id::text and current_user <> 'throughline_app' then
    return old;
  end if;
  if tg_op <> 'UPDATE' or old.withdrawn_at is not null and (new.withdrawn_at, new.withdrawn_by) is distinct from (old.withdrawn_at, old.withdrawn_by)
    or (new.id, new.case_id, new.kind, new.type, new.size, new.at, new.recorded_at, new.by_user_id, new.by_org_id)
      is distinct from (old.id, old.case_id, old.kind, old.type, old.size, old.at, old.recorded_at, old.by_user_id, old.by_org_id)
    or new.referral_id is distinct from old.referral_id then
    raise exception 'a document is attached once, and withdrawn once';
  end if;
  return new;
end $$;
-- +goose StatementEnd
