-- Requests about somebody's data: to see it, to have it erased, and those of
-- the police and the Crown Prosecution Service for a victim's information
-- (domain.md 5.3). What leaves, and what goes, takes two people; the second is
-- an approval (0014), and the database asks for it.

-- +goose Up

create table data_requests (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  reference text not null unique check (reference ~ '^Q-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]$'),
  kind text not null check (kind in ('access', 'erasure', 'information')),
  requester text not null check (length(requester) between 1 and 200),
  relation text not null check (relation in ('victim', 'on_behalf', 'suspect', 'police', 'prosecution')),
  authority text not null default 'none' check (authority in ('none', 'parental_responsibility', 'power_of_attorney', 'written_authority', 'court_order')),
  asks text not null check (length(asks) between 1 and 4000),
  received_on date not null,
  identity_how text check (length(identity_how) <= 400),
  identity_on date,
  -- The record it is about. Bare ids: the request outlives it.
  case_id uuid,
  referral_id uuid,
  record_reference text,
  due_on date not null,
  first_due_on date not null,
  extended_why text check (length(extended_why) <= 1000),
  extended_by uuid,
  extended_at timestamptz,
  basis text check (length(basis) <= 60),        -- of an information request
  tests jsonb not null default '{}',              -- test: {answer, why}
  notice text check (notice in ('given', 'withheld')),
  notice_on date,
  notice_why text check (length(notice_why) <= 1000),
  victim_view text check (victim_view in ('agrees', 'objects', 'no_view', 'not_asked')),
  victim_said text check (length(victim_said) <= 2000),
  fields text[] not null default '{}',
  outcome text check (outcome in ('release', 'refuse', 'neither', 'erase')),
  ground text check (length(ground) <= 60),       -- the exemption, of a refusal
  outcome_why text check (length(outcome_why) <= 4000),
  proposed_by uuid,
  proposed_at timestamptz,
  second_by uuid,
  answered_at timestamptz,
  expires_at timestamptz,                          -- of what may be seen
  status text not null default 'open' check (status in ('open', 'proposed', 'answered')),
  created_by uuid not null,
  created_at timestamptz not null,
  version integer not null default 1,
  constraint data_requests_whose check ((kind = 'information') = (relation in ('police', 'prosecution'))),
  -- Nothing ties somebody who may be the perpetrator to a case.
  constraint data_requests_suspect_names_no_case check (relation <> 'suspect' or case_id is null and referral_id is null and record_reference is null),
  constraint data_requests_authority check ((relation = 'on_behalf') or authority = 'none'),
  constraint data_requests_extended_once check ((extended_why is null) = (extended_at is null)),
  constraint data_requests_answered check (status <> 'answered' or outcome is not null and proposed_by is not null and answered_at is not null),
  constraint data_requests_second_person check (second_by is null or second_by <> proposed_by),
  -- What leaves and what goes takes two; a refusal to the police is one
  -- person's, and so is what is disclosed to them short of counselling notes.
  constraint data_requests_takes_two check (status <> 'answered' or second_by is not null
    or kind = 'information' and not ('counselling_notes' = any (fields) and outcome = 'release')),
  constraint data_requests_identity check (outcome is distinct from 'release' or kind = 'information' or identity_on is not null),
  constraint data_requests_authority_shown check (outcome is distinct from 'release' or relation <> 'on_behalf' or authority <> 'none'),
  -- The presumption against counselling notes: only with substantial probative
  -- value, and why.
  constraint data_requests_counselling check (outcome is distinct from 'release' or not ('counselling_notes' = any (fields))
    or tests -> 'probative' ->> 'answer' = 'yes' and length(tests -> 'probative' ->> 'why') > 0),
  constraint data_requests_tests check (outcome is distinct from 'release' or kind <> 'information'
    or (tests -> 'held' ->> 'answer' = 'yes' and tests -> 'relevant' ->> 'answer' = 'yes' and tests -> 'necessary' ->> 'answer' = 'yes' and notice is not null)),
  constraint data_requests_erases check ((outcome = 'erase') <= (kind = 'erasure'))
);
create index data_requests_org on data_requests (org_id, status, due_on, id);
create index data_requests_case on data_requests (case_id) where case_id is not null and status <> 'answered';

-- What is decided of one value of a pack. The hash is of the value that was
-- looked at: one that has changed since is held back.
create table data_request_marks (
  request_id uuid not null references data_requests (id) on delete cascade,
  key text not null check (length(key) <= 120),
  decision text not null check (decision in ('release', 'withhold', 'redact')),
  redacted text check (length(redacted) <= 10000),
  value_hash bytea not null,
  marked_by uuid not null,
  marked_at timestamptz not null,
  primary key (request_id, key),
  constraint data_request_marks_redacted check ((decision = 'redact') = (redacted is not null))
);

-- What a receiver has to do about its own copies, once a record was erased.
create table erasure_tasks (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  reference text not null,       -- of the referral that was sent to it
  certificate text not null,
  told_at timestamptz not null,
  done_at timestamptz,
  done_by uuid,
  outcome text check (outcome in ('deleted', 'kept', 'none_held')),
  note text check (length(note) <= 1000),
  version integer not null default 1,
  constraint erasure_tasks_done check (num_nulls(done_at, done_by, outcome) in (0, 3)),
  constraint erasure_tasks_kept_why check (outcome is distinct from 'kept' or note is not null)
);
create index erasure_tasks_org on erasure_tasks (org_id, done_at, told_at desc);

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['data_requests', 'data_request_marks', 'erasure_tasks'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
  end loop;
  foreach t in array array['data_requests', 'erasure_tasks'] loop
    execute format('create policy own on %I for select to throughline_app using ((select app_keeps_rights()) and org_id = (select app_org_id()))', t);
    execute format('create policy change_own on %1$I for update to throughline_app using ((select app_keeps_rights()) and org_id = (select app_org_id()))', t);
  end loop;
end $$;
-- +goose StatementEnd
create policy receive on data_requests for insert to throughline_app
  with check ((select app_keeps_rights()) and org_id = (select app_org_id()) and created_by = (select app_user_id()));
create policy of_request on data_request_marks for select to throughline_app
  using (coalesce((select true from data_requests r where r.id = data_request_marks.request_id limit 1), false));
create policy mark on data_request_marks for insert to throughline_app
  with check (marked_by = (select app_user_id()) and coalesce((select true from data_requests r where r.id = data_request_marks.request_id and r.status = 'open' limit 1), false));
create policy mark_again on data_request_marks for update to throughline_app
  using (coalesce((select true from data_requests r where r.id = data_request_marks.request_id and r.status = 'open' limit 1), false))
  with check (marked_by = (select app_user_id()));

-- +goose StatementBegin
-- A request is answered once. Whoever carries out an approval is its second.
create function data_requests_guard() returns trigger language plpgsql as $$
begin
  if old.status = 'answered' and (new.status, new.outcome, new.fields, new.second_by) is distinct from (old.status, old.outcome, old.fields, old.second_by) then
    raise exception using errcode = 'TL409', message = 'this request was answered';
  end if;
  if current_user = 'throughline_app' and (new.proposed_by is distinct from old.proposed_by and new.proposed_by is distinct from public.app_user_id() and (new.proposed_by is not null or new.status <> 'open')
      or new.second_by is distinct from old.second_by and new.second_by is distinct from public.app_user_id()
      or new.extended_by is distinct from old.extended_by and new.extended_by is distinct from public.app_user_id()) then
    raise insufficient_privilege using message = 'nobody decides in another''s name';
  end if;
  if old.extended_at is not null and new.due_on <> old.due_on then
    raise exception using errcode = 'TL409', message = 'a request is extended once';
  end if;
  return new;
end $$;

-- The record a request is about, for whoever answers it: a privacy officer
-- reads no case but the one a request names, once it is known who asks. Of a
-- referral that was sent here, the receiver's own part. Definer: nothing else
-- lets them, and records that hide stay hidden.
create function app_subject_record(p_request uuid) returns jsonb language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  q public.data_requests; c public.cases; r public.referrals; me uuid := app_org_id(); whole boolean; referrals uuid[];
begin
  select * into q from public.data_requests x where x.id = p_request and x.org_id = me and app_keeps_rights();
  if q.id is null or q.case_id is null or q.relation = 'suspect' or q.kind <> 'information' and q.identity_on is null then return null; end if;
  select * into c from public.cases x where x.id = q.case_id;
  select * into r from public.referrals x where x.id = q.referral_id;
  whole := q.referral_id is null;
  if c.id is null or whole and not public.rights_over(c) or not whole and not coalesce(public.rights_over(r), false) then return null; end if;
  referrals := case when whole then array(select x.id from public.referrals x where x.case_id = c.id and x.submitted_at is not null) else array[r.id] end;
  return jsonb_build_object(
    'victims', case when whole then (select jsonb_agg(to_jsonb(v)) from public.victims v where v.id = c.victim_id) end,
    'cases', case when whole then jsonb_build_array(to_jsonb(c)) end,
    'incidents', case when whole then (select jsonb_agg(to_jsonb(x) order by x.position) from public.incidents x where x.case_id = c.id) end,
    'related_people', case when whole then (select jsonb_agg(to_jsonb(x) order by x.id) from public.related_people x where x.case_id = c.id) end,
    'contact_channels', case when whole then (select jsonb_agg(to_jsonb(x) order by x.position) from public.contact_channels x where x.case_id = c.id) end,
    'contact_details', case when whole then (select jsonb_agg(to_jsonb(x) order by x.channel_id) from public.contact_details x where x.case_id = c.id) end,
    'code_words', case when whole then (select jsonb_agg(to_jsonb(x)) from public.code_words x where x.case_id = c.id) end,
    'sharing_decisions', case when whole then (select jsonb_agg(to_jsonb(x) order by x.recorded_at) from public.sharing_decisions x where x.case_id = c.id) end,
    'referrals', (select jsonb_agg(to_jsonb(x) order by x.created_at) from public.referrals x where x.id = any (referrals)),
    'referral_history', (select jsonb_agg(to_jsonb(x) order by x.at) from public.referral_history x where x.referral_id = any (referrals) and (whole or x.by_org_id = me)),
    'referral_questions', (select jsonb_agg(to_jsonb(x) order by x.asked_at, x.position) from public.referral_questions x where x.referral_id = any (referrals)),
    'referral_shares', case when not whole then (select jsonb_agg(to_jsonb(x) order by x.stage) from public.referral_shares x where x.referral_id = r.id
      and (x.stage = 'sending' or r.accepted_at is not null)) end,
    'contact_attempts', (select jsonb_agg(to_jsonb(x) order by x.at) from public.contact_attempts x where (whole and x.case_id = c.id or x.referral_id = any (referrals)) and (whole or x.by_org_id = me)),
    'notes', (select jsonb_agg(to_jsonb(x) order by x.at) from public.notes x where x.case_id = c.id and x.by_org_id = me and (whole or x.referral_id = r.id)));
end $$;

-- Who is on record as a suspect in the cases the organisation holds: ids and
-- names, to look whether one of them is who asks. Nothing of any case.
create function app_suspects(p_request uuid) returns table (id uuid, person jsonb) language sql stable security definer as $$
  select p.id, jsonb_build_object('id', p.id, 'name', to_jsonb(p) -> 'name') from public.related_people p join public.cases c on c.id = p.case_id
  where p.suspect and public.rights_over(c) and exists (select from public.data_requests q where q.id = p_request and q.org_id = public.app_org_id()
    and q.relation = 'suspect' and q.kind = 'access' and q.identity_on is not null and public.app_keeps_rights())
  order by p.id limit 50000
$$;

-- Erases what a request names, at once, when a second person has approved it:
-- the approval is asked for here. Not where somebody holds it or work is live.
-- Each receiver is told what to look for among its own copies.
create function app_erase(p_request uuid, p_reference text, p_now timestamptz) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  q public.data_requests; i public.retention_items; a public.approvals; d record; counts jsonb; told jsonb;
begin
  select * into q from public.data_requests x where x.id = p_request and x.org_id = app_org_id() and app_keeps_rights() for update;
  select * into a from public.approvals x where x.kind = 'rights.answer' and x.subject_id = p_request and x.decision = 'approved' and x.decided_by = app_user_id()
    and x.requested_by = q.proposed_by order by x.decided_at desc limit 1;
  if q.id is null or a.id is null or q.kind <> 'erasure' or q.status <> 'proposed' or q.outcome <> 'erase' or q.case_id is null then
    raise exception using errcode = 'TL409', message = 'nobody approved this';
  end if;
  perform from public.cases c where c.id = q.case_id and (public.rights_over(c)
    or exists (select from public.referrals r where r.id = q.referral_id and public.rights_over(r))) for update;
  if not found or public.retention_held(q.case_id, p_now) then
    raise exception using errcode = 'TL409', message = 'it is held, or gone already';
  end if;
  select * into d from public.retention_of_case(q.case_id);
  if d.live then
    raise exception using errcode = 'TL409', message = 'work on it is live';
  end if;
  i.id := gen_random_uuid(); i.org_id := q.org_id; i.kind := case when q.referral_id is null then 'case' else 'referral_record' end;
  i.subject_id := coalesce(q.referral_id, q.case_id); i.reference := q.record_reference; i.class := 'erasure';
  i.source := 'UK GDPR article 17'; i.approved_by := q.proposed_by; i.approved_at := q.proposed_at;
  select jsonb_agg(jsonb_build_object('org', r.to_org_id, 'reference', r.reference)) into told from public.referrals r
    where r.case_id = q.case_id and r.submitted_at is not null and r.to_org_id <> q.org_id and q.referral_id is null;
  counts := case when q.referral_id is null then public.retention_erase_case(q.case_id) else public.retention_erase_record(q.referral_id) end;
  insert into public.erasure_tasks (id, org_id, reference, certificate, told_at)
    select gen_random_uuid(), (t ->> 'org')::uuid, t ->> 'reference', p_reference, p_now from jsonb_array_elements(coalesce(told, '[]')) t;
  return public.retention_certify(i, 'erasure', p_reference, app_user_id(), p_now, counts);
end $$;

-- Requests that wait keep what they are about (otherwise as in 0019), and so
-- does what a request has to be shown to have been.
create or replace function retention_held(p_case uuid, p_now timestamptz) returns boolean language sql stable as $$
  select exists (select from public.retention_holds h where h.case_id = p_case and h.lifted_at is null and (h.until is null or h.until >= p_now::date))
    or exists (select from public.data_requests q where q.case_id = p_case and q.status <> 'answered' and q.kind <> 'erasure')
$$;
create or replace function retention_keeps() returns text[] language sql immutable as
  $$ select array['audit_events', 'quality_facts', 'retention_items', 'tombstones', 'breaches', 'data_requests', 'erasure_tasks'] $$;
-- +goose StatementEnd
create trigger data_requests_guarded before update on data_requests for each row execute function data_requests_guard();

revoke execute on function data_requests_guard(), app_subject_record(uuid), app_suspects(uuid), app_erase(uuid, text, timestamptz) from public;
grant execute on function app_subject_record(uuid), app_suspects(uuid), app_erase(uuid, text, timestamptz) to throughline_app;
grant select on data_requests, data_request_marks, erasure_tasks to throughline_app;
grant insert (id, org_id, reference, kind, requester, relation, authority, asks, received_on, due_on, first_due_on, case_id, referral_id, record_reference, basis, created_by, created_at)
  on data_requests to throughline_app;
grant update (authority, identity_how, identity_on, case_id, referral_id, record_reference, due_on, extended_why, extended_by, extended_at, tests, notice, notice_on,
  notice_why, victim_view, victim_said, fields, outcome, ground, outcome_why, proposed_by, proposed_at, second_by, answered_at, expires_at, status, version)
  on data_requests to throughline_app;
grant insert on data_request_marks to throughline_app;
grant update (decision, redacted, value_hash, marked_by, marked_at) on data_request_marks to throughline_app;
grant update (done_at, done_by, outcome, note, version) on erasure_tasks to throughline_app;
