-- +goose Up
-- Files that people attach. What a file is called and where it belongs stands
-- here; its content is kept outside the database, sealed with a key of its own
-- that stands in blobs, sealed too (docs/adr/0019).
create table documents (
  id uuid primary key,
  case_id uuid not null references cases (id),
  referral_id uuid references referrals (id), -- null: about the case itself
  kind text not null check (kind in ('internal', 'shared', 'counselling')),
  name bytea not null check (octet_length(name) <= 1000), -- sealed: names of files name people
  type text not null check (length(type) <= 100),
  size bigint not null check (size > 0),
  at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  by_user_id uuid not null,
  by_org_id uuid not null,
  withdrawn_at timestamptz,
  withdrawn_by uuid,
  withdrawn_reason bytea check (octet_length(withdrawn_reason) <= 2000), -- sealed
  constraint documents_shared_on_a_referral check (kind = 'internal' or referral_id is not null),
  constraint documents_withdrawn check ((withdrawn_at is null) = (withdrawn_by is null) and (withdrawn_at is null) = (withdrawn_reason is null))
);
create index documents_case on documents (case_id, at desc, id desc);
create index documents_referral on documents (referral_id, at desc, id desc) where referral_id is not null;
create index documents_org on documents (by_org_id, at);

-- Where the content is, by a random name. Nothing here says of whom.
create table blobs (
  document_id uuid primary key references documents (id),
  name text not null unique check (name ~ '^[0-9a-f]{40}$'),
  key bytea not null check (octet_length(key) <= 200), -- sealed; opens the content
  sha256 bytea not null check (octet_length(sha256) = 32),      -- of what is kept
  sent_sha256 bytea not null check (octet_length(sent_sha256) = 32), -- of what was sent; pictures are drawn again
  scan text not null default 'waiting' check (scan in ('waiting', 'clean', 'found')),
  found text check (length(found) <= 200), -- what the scanner calls it
  scanned_at timestamptz, -- or tried in vain
  unwanted_at timestamptz, -- withdrawn or entered in error: the content goes
  removed_at timestamptz,
  constraint blobs_found check ((scan = 'found') = (found is not null))
);
create index blobs_waiting on blobs (document_id) where scan = 'waiting' and unwanted_at is null;
create index blobs_unwanted on blobs (document_id) where unwanted_at is not null and removed_at is null;

-- +goose StatementBegin
create function documents_guard() returns trigger language plpgsql as $$
begin
  if tg_op <> 'UPDATE' or old.withdrawn_at is not null and (new.withdrawn_at, new.withdrawn_by) is distinct from (old.withdrawn_at, old.withdrawn_by)
    or (new.id, new.case_id, new.kind, new.type, new.size, new.at, new.recorded_at, new.by_user_id, new.by_org_id)
      is distinct from (old.id, old.case_id, old.kind, old.type, old.size, old.at, old.recorded_at, old.by_user_id, old.by_org_id)
    or new.referral_id is distinct from old.referral_id then
    raise exception 'a document is attached once, and withdrawn once';
  end if;
  return new;
end $$;
create function documents_withdrawn() returns trigger language plpgsql security definer as $$
begin
  update public.blobs set unwanted_at = new.withdrawn_at where document_id = new.id and unwanted_at is null;
  return null;
end $$;
create function documents_mask() returns trigger language plpgsql security definer as $$
begin
  update public.blobs set unwanted_at = clock_timestamp() where unwanted_at is null
    and document_id in (select d.id from public.documents d where d.referral_id = new.id);
  update public.documents set name = '' where referral_id = new.id;
  return null;
end $$;
-- What was found harmful is never called clean, and only the jobs say either.
create function blobs_guard() returns trigger language plpgsql as $$
begin
  if tg_op <> 'UPDATE' or (new.document_id, new.name, new.sha256, new.sent_sha256) is distinct from (old.document_id, old.name, old.sha256, old.sent_sha256)
    or (old.scan = 'found' and new.scan <> 'found') or (old.unwanted_at is not null and new.unwanted_at is null) then
    raise exception 'content is kept as it came, or removed';
  end if;
  return new;
end $$;
-- What a quota counts its asker may not see: the documents of an ended referral
-- among them. Two who attach at once wait for each other here.
create function app_documents_used(p_since timestamptz) returns table (by_user bigint, by_org bigint) language plpgsql security definer as $$
begin
  perform pg_advisory_xact_lock(7105, hashtext(public.app_org_id()::text));
  return query select
    coalesce(sum(d.size) filter (where d.by_user_id = public.app_user_id() and d.recorded_at >= p_since), 0)::bigint,
    coalesce(sum(d.size) filter (where b.removed_at is null), 0)::bigint
    from public.documents d join public.blobs b on b.document_id = d.id where d.by_org_id = public.app_org_id();
end $$;
-- +goose StatementEnd
create trigger documents_guarded before update or delete on documents for each row execute function documents_guard();
create trigger documents_no_truncate before truncate on documents for each statement execute function documents_guard();
create trigger documents_gone after update of withdrawn_at on documents
  for each row when (new.withdrawn_at is not null and old.withdrawn_at is null) execute function documents_withdrawn();
create trigger documents_masked after update on referrals
  for each row when (new.status = 'entered_in_error' and old.status <> 'entered_in_error') execute function documents_mask();
create trigger blobs_guarded before update on blobs for each row execute function blobs_guard();
revoke execute on function documents_guard(), documents_withdrawn(), documents_mask(), blobs_guard(), app_documents_used(timestamptz) from public;
grant execute on function app_documents_used(timestamptz) to throughline_app;

alter table documents enable row level security;
alter table documents force row level security;
alter table blobs enable row level security;
alter table blobs force row level security;
create policy owner_all on documents to throughline_owner using (true) with check (true);
create policy owner_all on blobs to throughline_owner using (true) with check (true);

-- The rule is that of notes, word for word.
create policy readers on documents for select to throughline_app using ((select app_handles_cases()) and (
  (referral_id is null and by_org_id = (select app_org_id())
    and coalesce((select true from cases c where c.id = documents.case_id limit 1), false))
  or (referral_id is not null and coalesce((select true from referrals r where r.id = documents.referral_id and r.status <> 'entered_in_error' and (
    (documents.by_org_id = (select app_org_id())
      and (r.from_org_id = (select app_org_id()) or r.live or (select app_role()) in ('manager', 'provider_manager') or r.worker_id = (select app_user_id()))
      and (documents.kind <> 'counselling' or documents.by_user_id = (select app_user_id()) or r.worker_id = (select app_user_id())))
    or (documents.kind = 'shared' and (r.from_org_id = (select app_org_id())
      or (r.to_org_id = (select app_org_id()) and r.live and r.accepted_at is not null))))
    limit 1), false))));
create policy authors on documents for insert to throughline_app with check ((select app_handles_cases())
  and by_user_id = (select app_user_id()) and by_org_id = (select app_org_id()) and withdrawn_at is null and (
  (referral_id is null and coalesce((select true from cases c where c.id = documents.case_id limit 1), false))
  or (referral_id is not null and coalesce((select true from referrals r where r.id = documents.referral_id and r.case_id = documents.case_id
    and r.submitted_at is not null and r.status <> 'entered_in_error'
    and (documents.kind <> 'shared' or r.live)
    and (documents.kind <> 'counselling' or r.to_org_id = (select app_org_id()))
    and (r.from_org_id = (select app_org_id()) or (r.to_org_id = (select app_org_id())
      and (r.live or (select app_role()) in ('manager', 'provider_manager') or r.worker_id = (select app_user_id()))))
    limit 1), false))));
create policy withdraw on documents for update to throughline_app
  using (by_org_id = (select app_org_id()) and (select app_role()) in ('manager', 'provider_manager'))
  with check (by_org_id = (select app_org_id()) and withdrawn_by = (select app_user_id()));
grant select, insert (id, case_id, referral_id, kind, name, type, size, at, by_user_id, by_org_id),
  update (withdrawn_at, withdrawn_by, withdrawn_reason) on documents to throughline_app;

create policy with_document on blobs for select to throughline_app
  using (coalesce((select true from documents d where d.id = blobs.document_id limit 1), false));
create policy add_to_document on blobs for insert to throughline_app with check (scan = 'waiting'
  and coalesce((select true from documents d where d.id = blobs.document_id and d.by_user_id = (select app_user_id()) limit 1), false));
create policy system_reads on blobs for select to throughline_app using ((select app_is_system()));
create policy system_scans on blobs for update to throughline_app using ((select app_is_system())) with check ((select app_is_system()));
grant select, insert (document_id, name, key, sha256, sent_sha256), update (scan, found, scanned_at, unwanted_at, removed_at) on blobs to throughline_app;
