-- +goose Up
-- What people write down as they work. A note is never changed: a correction is
-- another note, which names the one it corrects and stands beside it.
create table notes (
  id uuid primary key,
  case_id uuid not null references cases (id),
  referral_id uuid references referrals (id), -- null: about the case itself
  kind text not null check (kind in ('internal', 'shared', 'counselling')),
  corrects uuid,
  text bytea not null check (octet_length(text) <= 41000), -- sealed; empty where it is no longer kept
  at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  by_user_id uuid not null,
  by_org_id uuid not null,
  constraint notes_shared_on_a_referral check (kind = 'internal' or referral_id is not null),
  constraint notes_as_corrected unique (id, case_id, kind, by_org_id),
  -- Of the same case, of the same kind, by the same organisation: a correction
  -- is read by exactly those who read what it corrects.
  constraint notes_correct foreign key (corrects, case_id, kind, by_org_id) references notes (id, case_id, kind, by_org_id)
);
create index notes_case on notes (case_id, at desc, id desc) where corrects is null;
create index notes_referral on notes (referral_id, at desc, id desc) where referral_id is not null and corrects is null;
create index notes_corrects on notes (corrects, at) where corrects is not null;

-- +goose StatementBegin
-- No role may change or remove a note, its owner neither. All that is left is
-- to empty one, when what it was about should not exist or must not be kept,
-- and to seal the same words under another key (its id is bytes 2 to 5).
create function notes_frozen() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if (new.text = '' or (get_byte(new.text, 0) = 1 and substring(new.text from 2 for 4) <> substring(old.text from 2 for 4)))
        and (new.id, new.case_id, new.kind, new.at, new.recorded_at, new.by_user_id, new.by_org_id)
        = (old.id, old.case_id, old.kind, old.at, old.recorded_at, old.by_user_id, old.by_org_id)
        and new.referral_id is not distinct from old.referral_id and new.corrects is not distinct from old.corrects then
      return new;
    end if;
  end if;
  raise exception 'notes are append only';
end $$;
create function notes_mask() returns trigger language plpgsql security definer as $$
begin
  update public.notes set text = '' where referral_id = new.id;
  return null;
end $$;
-- +goose StatementEnd
create trigger notes_no_change before update or delete on notes for each row execute function notes_frozen();
create trigger notes_no_truncate before truncate on notes for each statement execute function notes_frozen();
create trigger notes_masked after update on referrals
  for each row when (new.status = 'entered_in_error' and old.status <> 'entered_in_error') execute function notes_mask();
revoke execute on function notes_frozen(), notes_mask() from public;

alter table notes enable row level security;
alter table notes force row level security;
create policy owner_all on notes to throughline_owner using (true) with check (true);

-- An internal note is its organisation's. A shared one is also the other
-- side's: the referrer's at once, the receiver's once it has accepted and while
-- the referral lives (decisions.md 1). A counselling note is its author's, and
-- of whoever the referral is given to. After an ending the receiver keeps what
-- it wrote, for its managers and the worker it was given to (decisions.md 2).
create policy readers on notes for select to throughline_app using ((select app_handles_cases()) and (
  (referral_id is null and by_org_id = (select app_org_id())
    and coalesce((select true from cases c where c.id = notes.case_id limit 1), false))
  or (referral_id is not null and coalesce((select true from referrals r where r.id = notes.referral_id and r.status <> 'entered_in_error' and (
    (notes.by_org_id = (select app_org_id())
      and (r.from_org_id = (select app_org_id()) or r.live or (select app_role()) in ('manager', 'provider_manager') or r.worker_id = (select app_user_id()))
      and (notes.kind <> 'counselling' or notes.by_user_id = (select app_user_id()) or r.worker_id = (select app_user_id())))
    or (notes.kind = 'shared' and (r.from_org_id = (select app_org_id())
      or (r.to_org_id = (select app_org_id()) and r.live and r.accepted_at is not null))))
    limit 1), false))));
create policy authors on notes for insert to throughline_app with check ((select app_handles_cases())
  and by_user_id = (select app_user_id()) and by_org_id = (select app_org_id()) and (
  (referral_id is null and coalesce((select true from cases c where c.id = notes.case_id limit 1), false))
  or (referral_id is not null and coalesce((select true from referrals r where r.id = notes.referral_id and r.case_id = notes.case_id
    and r.submitted_at is not null and r.status <> 'entered_in_error'
    and (notes.kind <> 'shared' or r.live or notes.corrects is not null)
    and (notes.kind <> 'counselling' or r.to_org_id = (select app_org_id()))
    and (r.from_org_id = (select app_org_id()) or (r.to_org_id = (select app_org_id())
      and (r.live or (select app_role()) in ('manager', 'provider_manager') or r.worker_id = (select app_user_id()))))
    limit 1), false))));
grant select, insert (id, case_id, referral_id, kind, corrects, text, at, by_user_id, by_org_id) on notes to throughline_app;
