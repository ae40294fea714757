-- +goose Up
-- What documents hold sealed is sealed anew under a newer key like all else: it
-- has the constraint that says so, and its table's key is known. What is asked
-- for wrongly fails: a rotation that saw no rows would take them for done.
alter table documents add constraint documents_name_sealed check (is_sealed(name));
alter table documents add constraint documents_withdrawn_reason_sealed check (is_sealed(withdrawn_reason));
alter table blobs add constraint blobs_key_sealed check (is_sealed(key));
-- +goose StatementBegin
create or replace function app_sealed_columns(p_table text, p_key text, p_columns text[]) returns boolean language plpgsql stable as $$
begin
  if not public.app_is_system() then
    return false;
  end if;
  if p_key not in ('id', 'case_id', 'channel_id', 'referral_id', 'document_id') or exists (
    select from unnest(p_columns) c where not exists (select from pg_catalog.pg_constraint k
      where k.conrelid = to_regclass('public.' || quote_ident(p_table)) and k.conname = p_table || '_' || c || '_sealed')) then
    raise exception 'not every one of these columns is sealed';
  end if;
  return true;
end $$;
-- +goose StatementEnd
