-- +goose Up
-- Forms that are filled in on a day, such as a risk form (docs/adr/0037). An
-- entry keeps the version of its form for life and is never changed: what was
-- wrong is put right by another entry that names it. What it says, its score and
-- the judgement included, is sealed.
create table form_entries (
  id uuid primary key,
  case_id uuid not null references cases (id),
  referral_id uuid references referrals (id), -- null: about the case itself
  form text not null check (form ~ '^[a-z][a-z0-9_]{0,39}$'),
  version smallint not null check (version > 0),
  filled_on date not null,
  corrects uuid,
  content bytea not null check (octet_length(content) <= 60000), -- sealed; empty where it is no longer kept
  at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  by_user_id uuid not null,
  by_org_id uuid not null,
  constraint form_entries_content_sealed check (is_sealed(content)),
  constraint form_entries_as_corrected unique (id, case_id, form, by_org_id),
  constraint form_entries_corrected_once unique (corrects),
  -- Of the same case, the same form, by the same organisation.
  constraint form_entries_correct foreign key (corrects, case_id, form, by_org_id) references form_entries (id, case_id, form, by_org_id)
);
create index form_entries_case on form_entries (case_id, at desc, id desc);
create index form_entries_referral on form_entries (referral_id, at desc, id desc) where referral_id is not null;

-- +goose StatementBegin
-- No role may change or remove an entry, its owner neither. All that is left is
-- to empty one, to seal the same under another key, and to erase it with its
-- case: as with notes (0018, 0019).
create function form_entries_frozen() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_setting('throughline.erasing', true) = old.case_id::text and current_user <> 'throughline_app' then
    return old;
  end if;
  if tg_op = 'UPDATE' then
    if (new.content = '' or (get_byte(new.content, 0) = 1 and substring(new.content from 2 for 4) <> substring(old.content from 2 for 4)))
        and (new.id, new.case_id, new.form, new.version, new.filled_on, new.at, new.recorded_at, new.by_user_id, new.by_org_id)
        = (old.id, old.case_id, old.form, old.version, old.filled_on, old.at, old.recorded_at, old.by_user_id, old.by_org_id)
        and new.referral_id is not distinct from old.referral_id and new.corrects is not distinct from old.corrects then
      return new;
    end if;
  end if;
  raise exception 'forms are append only';
end $$;
create function form_entries_mask() returns trigger language plpgsql security definer as $$
begin
  update public.form_entries set content = '' where referral_id = new.id;
  return null;
end $$;
-- +goose StatementEnd
create trigger form_entries_no_change before update or delete on form_entries for each row execute function form_entries_frozen();
create trigger form_entries_no_truncate before truncate on form_entries for each statement execute function form_entries_frozen();
create trigger form_entries_masked after update on referrals
  for each row when (new.status = 'entered_in_error' and old.status <> 'entered_in_error') execute function form_entries_mask();
revoke execute on function form_entries_frozen(), form_entries_mask() from public;

alter table form_entries enable row level security;
alter table form_entries force row level security;
create policy owner_all on form_entries to throughline_owner using (true) with check (true);
-- Of a case: whoever sees the case. Of a referral: the service's that was asked,
-- while the referral lives; once it has ended its managers' and the worker's it
-- was given to (decisions.md 2). Never the referrer's.
create policy readers on form_entries for select to throughline_app using ((select app_handles_cases()) and (
  (referral_id is null and app_sees_case(case_id))
  or (referral_id is not null and by_org_id = (select app_org_id()) and coalesce((select true from referrals r where r.id = form_entries.referral_id
    and r.to_org_id = (select app_org_id()) and r.status <> 'entered_in_error'
    and (r.live or r.worker_id = (select app_user_id()) or (select app_role()) in ('manager', 'provider_manager')) limit 1), false))));
create policy authors on form_entries for insert to throughline_app with check ((select app_handles_cases())
  and by_user_id = (select app_user_id()) and by_org_id = (select app_org_id()) and (
  (referral_id is null and app_sees_case(case_id))
  or (referral_id is not null and coalesce((select true from referrals r where r.id = form_entries.referral_id and r.case_id = form_entries.case_id
    and r.to_org_id = (select app_org_id()) and r.accepted_at is not null and r.live limit 1), false))));
grant select, insert (id, case_id, referral_id, form, version, filled_on, corrects, content, at, by_user_id, by_org_id) on form_entries to throughline_app;

-- An answer to a request holds the forms that the organisation filled in, as it
-- holds its notes. Whether there is an answer at all is said by the record.
-- +goose StatementBegin
create function app_subject_forms(p_request uuid) returns jsonb language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if public.app_subject_record(p_request) is null then return null; end if;
  return (select jsonb_build_object('form_entries', jsonb_agg(to_jsonb(x) order by x.at, x.id)) from public.data_requests q
    join public.form_entries x on x.case_id = q.case_id and x.by_org_id = q.org_id and (q.referral_id is null or x.referral_id = q.referral_id)
    where q.id = p_request);
end $$;
-- +goose StatementEnd
revoke execute on function app_subject_forms(uuid) from public;
grant execute on function app_subject_forms(uuid) to throughline_app;
