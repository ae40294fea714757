-- +goose Up
-- A referral holds no personal data: what the receiver may see is frozen in
-- referral_shares when it is sent.
create table referrals (
  id uuid primary key,
  reference text not null unique check (reference ~ '^R-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]$'),
  case_id uuid not null references cases (id),
  journey_id uuid not null,
  parent_id uuid references referrals (id),
  relation text check (relation in ('onward', 'reroute', 'cascade', 're_refer', 'strand')),
  service_id uuid not null references services (id),
  pathway text not null,
  pathway_version smallint not null default 1,
  from_org_id uuid not null references organisations (id),
  to_org_id uuid not null references organisations (id),
  sharing_decision_id uuid not null references sharing_decisions (id),
  status text not null default 'draft' check (status in ('draft', 'submitted', 'acknowledged', 'info_requested',
    'waitlisted', 'decline_proposed', 'accepted', 'in_progress', 'on_hold', 'completed', 'ended_early', 'not_engaged',
    'declined', 'withdrawn', 'rerouted', 'lapsed', 'entered_in_error')),
  held_from text,
  priority text not null check (priority in ('standard', 'medium', 'high')),
  answers jsonb not null default '{}',              -- the pathway's questions; frozen into the share at sending
  shared_fields text[] not null default '{}',
  shared_after_acceptance text[] not null default '{}',
  version integer not null default 1,
  created_by uuid not null,
  created_at timestamptz not null,
  submitted_by uuid,
  submitted_at timestamptz,
  first_read_at timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by uuid,
  accepted_at timestamptz,
  accepted_by uuid,
  worker_id uuid,
  team text check (length(team) <= 80),
  ended_at timestamptz,
  reason text check (length(reason) <= 60),
  decided_by text check (decided_by in ('provider', 'victim', 'referrer', 'system', 'other')),
  review_on date,
  withdrawal_acknowledged_at timestamptz,
  status_since timestamptz not null,
  status_by uuid,
  status_by_org_id uuid,
  due_at timestamptz,
  -- lists are ordered and paged by it: what is due never comes last
  due_key timestamptz not null generated always as (coalesce(due_at, timestamptz 'infinity')) stored,
  over_limit boolean not null default false,
  recorded_at timestamptz not null default clock_timestamp(),
  -- what the receiver shares in now, and what it can still open (decisions.md 2)
  live boolean not null generated always as (submitted_at is not null and ended_at is null) stored,
  receiver_sees boolean not null generated always as (submitted_at is not null and
    (ended_at is null or accepted_at is not null or (status = 'withdrawn' and withdrawal_acknowledged_at is null))) stored,
  changed_in xid8 not null default pg_current_xact_id(),
  constraint referrals_ended check ((ended_at is not null) = (status in ('completed', 'ended_early', 'not_engaged', 'declined',
    'withdrawn', 'rerouted', 'lapsed', 'entered_in_error'))),
  constraint referrals_sent check ((status = 'draft') = (submitted_at is null)),
  constraint referrals_ending_has_reason check (status not in ('declined', 'withdrawn', 'ended_early', 'not_engaged', 'entered_in_error', 'on_hold')
    or reason is not null),
  constraint referrals_accepted check (status not in ('accepted', 'in_progress', 'on_hold', 'completed') or accepted_at is not null)
);
-- Each box has two indexes: one for a list by state, one for the whole box.
create index referrals_inbox on referrals (to_org_id, status, due_key, id);
create index referrals_sent_box on referrals (from_org_id, status, due_key, id);
create index referrals_inbox_all on referrals (to_org_id, due_key, id) where receiver_sees;
create index referrals_sent_all on referrals (from_org_id, due_key, id);
-- Endings that ask the referrer for the next step.
create index referrals_next_step on referrals (from_org_id, ended_at) where status in ('declined', 'not_engaged', 'lapsed');
-- Drafts that may be past keeping.
create index referrals_drafts on referrals (created_at) where status = 'draft';
create index referrals_parent on referrals (parent_id) where parent_id is not null;
-- With the receiver: the gate asks whether an organisation works on a case.
create index referrals_case on referrals (case_id, to_org_id);
create index referrals_worker on referrals (worker_id, status) where worker_id is not null;
create index referrals_coordinator on referrals (pathway, status) where status in ('decline_proposed', 'lapsed') or over_limit;
-- No live referral for the same victim's case and service twice (409 names it).
create unique index referrals_one_live on referrals (case_id, service_id)
  where submitted_at is not null and ended_at is null;

create table referral_shares (
  referral_id uuid not null references referrals (id),
  stage text not null check (stage in ('sending', 'acceptance')),
  content jsonb not null,
  primary key (referral_id, stage)
);
create table referral_history (
  id uuid primary key,
  referral_id uuid not null references referrals (id) on delete cascade, -- of a draft: nothing else can be deleted
  version integer not null,
  action text not null,
  from_status text,
  to_status text not null,
  at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  by_user_id uuid,
  by_org_id uuid,
  by_role text not null,
  seconds_in_previous bigint,
  reason text check (length(reason) <= 60),
  decided_by text,
  note text check (length(note) <= 4000),
  detail jsonb not null default '{}',
  constraint referral_history_one_per_version unique (referral_id, version)
);
create table referral_questions (
  id uuid primary key,
  referral_id uuid not null references referrals (id),
  position smallint not null,
  asked_at timestamptz not null,
  asked_by uuid not null,
  question text not null check (length(question) <= 1000),
  answer text check (length(answer) <= 4000),
  answered_at timestamptz,
  answered_by uuid
);
create index referral_questions_referral on referral_questions (referral_id, asked_at, position);
create table referral_assignments (
  id uuid primary key,
  referral_id uuid not null references referrals (id),
  worker_id uuid,
  team text check (length(team) <= 80),
  from_at timestamptz not null,
  until_at timestamptz,
  by_user_id uuid not null,
  constraint referral_assignments_someone check (worker_id is not null or team is not null)
);
create unique index referral_assignments_one_open on referral_assignments (referral_id) where until_at is null;
create table contact_attempts (
  id uuid primary key,
  case_id uuid not null references cases (id),
  referral_id uuid references referrals (id),
  channel_id uuid references contact_channels (id),
  channel text not null check (channel in ('phone', 'text', 'email', 'post', 'in_person')),
  direction text not null check (direction in ('out', 'in')),
  person text check (length(person) <= 60),
  outcome text not null check (outcome in ('reached', 'no_answer', 'voicemail', 'other_adult', 'child', 'wrong_number', 'returned')),
  said text check (length(said) <= 4000),
  counted boolean not null,
  safety_incident boolean not null,
  permission jsonb not null,      -- the safe-contact answer it relied on, as it stood
  at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  by_user_id uuid not null,
  by_org_id uuid not null
);
create index contact_attempts_referral on contact_attempts (referral_id, at);
create index contact_attempts_case on contact_attempts (case_id, at);
create table contact_plans (
  id uuid primary key,
  case_id uuid not null references cases (id),
  channel_id uuid not null references contact_channels (id),
  at timestamptz not null,
  planned_at timestamptz not null,
  by_user_id uuid not null,
  by_org_id uuid not null
);
create index contact_plans_case on contact_plans (case_id, at);

-- The state table once more, where nothing can go round it. A test holds this
-- list against models.Transitions.
-- +goose StatementBegin
create function referrals_guard() returns trigger language plpgsql as $$
begin
  if new.version <> old.version + 1 and (new.version <> old.version or new.status <> old.status) then
    raise exception using errcode = 'TL409', message = 'version must rise by one';
  end if;
  if new.status <> old.status and not (old.status || '>' || new.status) = any (array[
    'draft>submitted',
    'submitted>acknowledged', 'submitted>info_requested', 'submitted>accepted', 'submitted>waitlisted',
    'submitted>decline_proposed', 'submitted>declined', 'submitted>withdrawn', 'submitted>rerouted', 'submitted>lapsed',
    'acknowledged>info_requested', 'acknowledged>accepted', 'acknowledged>waitlisted', 'acknowledged>decline_proposed',
    'acknowledged>declined', 'acknowledged>withdrawn', 'acknowledged>rerouted', 'acknowledged>lapsed',
    'info_requested>submitted', 'info_requested>acknowledged', 'info_requested>waitlisted', 'info_requested>accepted',
    'info_requested>decline_proposed', 'info_requested>declined', 'info_requested>withdrawn', 'info_requested>rerouted',
    'info_requested>lapsed',
    'waitlisted>info_requested', 'waitlisted>accepted', 'waitlisted>decline_proposed', 'waitlisted>declined',
    'waitlisted>withdrawn', 'waitlisted>rerouted', 'waitlisted>lapsed',
    'decline_proposed>declined', 'decline_proposed>submitted', 'decline_proposed>acknowledged',
    'decline_proposed>waitlisted', 'decline_proposed>info_requested', 'decline_proposed>withdrawn',
    'decline_proposed>rerouted', 'decline_proposed>lapsed',
    'accepted>in_progress', 'accepted>not_engaged', 'accepted>on_hold', 'accepted>withdrawn', 'accepted>rerouted',
    'accepted>ended_early', 'accepted>acknowledged',
    'in_progress>on_hold', 'in_progress>completed', 'in_progress>ended_early', 'in_progress>withdrawn',
    'on_hold>accepted', 'on_hold>in_progress', 'on_hold>ended_early', 'on_hold>withdrawn',
    'completed>in_progress', 'ended_early>in_progress'])
    and not (new.status = 'entered_in_error' and old.status <> 'draft') then
    raise exception using errcode = 'TL409', message = 'no such change of state';
  end if;
  if new.status = 'entered_in_error' then
    new.answers := '{}';
  end if;
  new.changed_in := pg_current_xact_id();
  return new;
end $$;

-- What should not exist loses its content and keeps its shell (row 25): no
-- role may empty a share, so the table's owner does, when the state says so.
create function referrals_mask() returns trigger language plpgsql security definer as $$
begin
  update public.referral_shares set content = '{}' where referral_id = new.id;
  update public.referral_questions set question = '', answer = case when answer is null then null else '' end where referral_id = new.id;
  update public.referral_history set note = null, detail = '{}' where referral_id = new.id;
  return null;
end $$;
-- +goose StatementEnd
create trigger referrals_masked after update on referrals
  for each row when (new.status = 'entered_in_error' and old.status <> 'entered_in_error') execute function referrals_mask();
create trigger referrals_guarded before update on referrals for each row execute function referrals_guard();

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['referrals', 'referral_shares', 'referral_history', 'referral_questions', 'referral_assignments',
    'contact_attempts', 'contact_plans'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
  end loop;
end $$;
-- +goose StatementEnd

-- The last line lets a transaction finish with a row it has itself just
-- closed to its own organisation (a decline): the next one no longer sees it.
create policy parties on referrals for select to throughline_app using (
  ((select app_handles_cases()) and (from_org_id = (select app_org_id()) or (to_org_id = (select app_org_id()) and receiver_sees)))
  or ((select app_role()) = 'coordinator' and (status in ('decline_proposed', 'lapsed') or over_limit)
      and submitted_at is not null and pathway = any ((select app_pathways())::text[]))
  or (select app_is_system())
  or changed_in = pg_current_xact_id_if_assigned());
-- A referral begins as a draft, but for the one that takes another's place.
create policy write_own on referrals for insert to throughline_app
  with check ((select app_handles_cases()) and from_org_id = (select app_org_id()) and created_by = (select app_user_id())
    and (status = 'draft' or (status = 'submitted' and relation = 'reroute'))
    and coalesce((select true from cases c where c.id = referrals.case_id limit 1), false));
create policy parties_change on referrals for update to throughline_app using (
  ((select app_handles_cases()) and (from_org_id = (select app_org_id()) or (to_org_id = (select app_org_id()) and receiver_sees)))
  or ((select app_role()) = 'coordinator' and (status in ('decline_proposed', 'lapsed') or over_limit)
      and submitted_at is not null and pathway = any ((select app_pathways())::text[]))
  or (select app_is_system()))
  with check (true);
create policy discard_draft on referrals for delete to throughline_app
  using ((select app_handles_cases()) and from_org_id = (select app_org_id()) and status = 'draft');
-- Drafts nobody touched for 90 days go by themselves (row 0).
create policy swept on referrals for delete to throughline_app using ((select app_is_system()) and status = 'draft');

create policy parties on referral_shares for select to throughline_app using (coalesce((
  select true from referrals r where r.id = referral_shares.referral_id and (
    r.from_org_id = (select app_org_id())
    or (r.to_org_id = (select app_org_id()) and r.live and (referral_shares.stage = 'sending' or r.accepted_at is not null))
    or ((select app_role()) = 'coordinator' and referral_shares.stage = 'sending'))
  limit 1), false));
create policy referrer_freezes on referral_shares for insert to throughline_app with check (coalesce((
  select true from referrals r where r.id = referral_shares.referral_id and r.from_org_id = (select app_org_id()) limit 1), false));

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['referral_history', 'referral_questions', 'referral_assignments'] loop
    execute format('create policy with_referral on %1$I for select to throughline_app using (coalesce((select true from referrals r where r.id = %1$I.referral_id limit 1), false))', t);
  end loop;
  foreach t in array array['referral_questions', 'referral_assignments'] loop
    execute format('create policy change_with_referral on %1$I for update to throughline_app using (coalesce((select true from referrals r where r.id = %1$I.referral_id limit 1), false))', t);
  end loop;
end $$;
-- +goose StatementEnd

-- What says who did it says so truly: nobody writes in another's name.
create policy add_to_referral on referral_history for insert to throughline_app with check (
  by_user_id is not distinct from (select app_user_id()) and by_org_id is not distinct from (select app_org_id()) and by_role = (select app_role())
  and coalesce((select true from referrals r where r.id = referral_history.referral_id limit 1), false));
create policy add_to_referral on referral_questions for insert to throughline_app with check (
  asked_by = (select app_user_id()) and coalesce((select true from referrals r where r.id = referral_questions.referral_id limit 1), false));
create policy add_to_referral on referral_assignments for insert to throughline_app with check (
  by_user_id = (select app_user_id()) and coalesce((select true from referrals r where r.id = referral_assignments.referral_id limit 1), false));

-- A coordinator who confirms a move to another service makes the new referral
-- in the referrer's name, though it sees neither the case nor the decision to
-- share (row 20). These say as much as that takes, to a coordinator of
-- the pathway and about a referral it can see; definer: it sees no more.
create function app_coordinates(p_referral uuid) returns boolean language sql stable security definer as $$
  select coalesce((select true from public.referrals r where r.id = p_referral and public.app_role() = 'coordinator'
    and r.submitted_at is not null and r.pathway = any (public.app_pathways())
    and (r.status in ('decline_proposed', 'lapsed') or r.over_limit or r.changed_in = pg_current_xact_id_if_assigned())), false)
$$;
create function app_reroute_terms(p_referral uuid, p_decision uuid)
returns table (receiver_org_id uuid, fields text[], expires_on date, withdrawn_at timestamptz) language sql stable security definer as $$
  select d.receiver_org_id, d.fields, d.expires_on, d.withdrawn_at
  from public.referrals r join public.sharing_decisions d on d.case_id = r.case_id
  where r.id = p_referral and d.id = p_decision and public.app_coordinates(p_referral)
$$;
create function app_reroute_shares(p_from uuid, p_to uuid, p_fields text[]) returns void language sql security definer as $$
  insert into public.referral_shares (referral_id, stage, content)
  select p_to, s.stage, coalesce((select jsonb_object_agg(key, value) from jsonb_each(s.content) where key = any (p_fields || '{answers}')), '{}')
  from public.referral_shares s join public.referrals n on n.id = p_to and n.parent_id = p_from and n.changed_in = pg_current_xact_id_if_assigned()
  where s.referral_id = p_from and public.app_coordinates(p_from)
$$;
create function app_moves(p_parent uuid, p_from uuid, p_case uuid) returns boolean language sql stable security definer as $$
  select coalesce((select public.app_coordinates(r.id) from public.referrals r
    where r.id = p_parent and r.from_org_id = p_from and r.case_id = p_case), false)
$$;
create policy coordinator_moves on referrals for insert to throughline_app
  with check ((select app_role()) = 'coordinator' and relation = 'reroute' and status = 'submitted' and created_by = (select app_user_id())
    and app_moves(parent_id, from_org_id, case_id));

-- The directory is loaded by the system: a clock of a review names who owes it.
create policy directory on pathway_coordinators for select to throughline_app using ((select app_is_system()));

-- An attempt or a plan belongs to the organisation that made it; the holder
-- of the case sees them too.
create policy own_or_case on contact_attempts for select to throughline_app using (
  (select app_handles_cases()) and (by_org_id = (select app_org_id()) or coalesce((select true from cases c where c.id = contact_attempts.case_id limit 1), false)));
create policy own_or_case on contact_plans for select to throughline_app using (
  (select app_handles_cases()) and (by_org_id = (select app_org_id()) or coalesce((select true from cases c where c.id = contact_plans.case_id limit 1), false)));

-- Whose work is accepted and live for a case: the receiver's way through the
-- safe-contact gate. The function is for a single question; in the policies it
-- is written out, because a function of SQL is planned anew in every statement,
-- which was measured to be the dearest part of reading a referral.
create function app_receives(p_case uuid, p_accepted boolean) returns boolean language sql stable as $$
  select coalesce((select true from public.referrals r where r.case_id = p_case and r.to_org_id = (select public.app_org_id()) and r.live
    and (not p_accepted or r.accepted_at is not null) limit 1), false)
$$;
create policy holder_or_receiver on contact_channels for select to throughline_app using (
  coalesce((select true from cases c where c.id = contact_channels.case_id limit 1), false) or coalesce((select true from referrals r where r.case_id = contact_channels.case_id
    and r.to_org_id = (select app_org_id()) and r.live limit 1), false));
create policy holder_or_receiver on contact_stops for select to throughline_app using (
  coalesce((select true from cases c where c.id = contact_stops.case_id limit 1), false) or coalesce((select true from referrals r where r.case_id = contact_stops.case_id
    and r.to_org_id = (select app_org_id()) and r.live limit 1), false));
create policy holder_or_accepted on contact_details for select to throughline_app using (
  coalesce((select true from cases c where c.id = contact_details.case_id limit 1), false) or coalesce((select true from referrals r where r.case_id = contact_details.case_id
    and r.to_org_id = (select app_org_id()) and r.live and r.accepted_at is not null limit 1), false));
create policy holder_or_accepted on code_words for select to throughline_app using (
  coalesce((select true from cases c where c.id = code_words.case_id limit 1), false) or coalesce((select true from referrals r where r.case_id = code_words.case_id
    and r.to_org_id = (select app_org_id()) and r.live and r.accepted_at is not null limit 1), false));
-- A stop closes its channel for everyone, so it names one of its own case.
create policy stop on contact_stops for insert to throughline_app with check (by_org_id = (select app_org_id())
  and by_user_id = (select app_user_id())
  and coalesce((select true from contact_channels ch where ch.id = contact_stops.channel_id and ch.case_id = contact_stops.case_id limit 1), false) and (
  coalesce((select true from cases c where c.id = contact_stops.case_id limit 1), false) or coalesce((select true from referrals r where r.case_id = contact_stops.case_id
    and r.to_org_id = (select app_org_id()) and r.live limit 1), false)));
create policy clear on contact_stops for update to throughline_app using (
  coalesce((select true from cases c where c.id = contact_stops.case_id limit 1), false));
create policy record on contact_attempts for insert to throughline_app with check (by_org_id = (select app_org_id())
  and by_user_id = (select app_user_id()) and (referral_id is null or coalesce((select true from referrals r
    where r.id = contact_attempts.referral_id and r.case_id = contact_attempts.case_id limit 1), false)) and (
  coalesce((select true from cases c where c.id = contact_attempts.case_id limit 1), false) or coalesce((select true from referrals r where r.case_id = contact_attempts.case_id
    and r.to_org_id = (select app_org_id()) and r.live and r.accepted_at is not null limit 1), false)));
create policy plan on contact_plans for insert to throughline_app with check (by_org_id = (select app_org_id())
  and by_user_id = (select app_user_id()) and (
  coalesce((select true from cases c where c.id = contact_plans.case_id limit 1), false) or coalesce((select true from referrals r where r.case_id = contact_plans.case_id
    and r.to_org_id = (select app_org_id()) and r.live and r.accepted_at is not null limit 1), false)));

revoke execute on function referrals_guard(), referrals_mask(), app_coordinates(uuid), app_reroute_terms(uuid, uuid),
  app_reroute_shares(uuid, uuid, text[]), app_moves(uuid, uuid, uuid), app_receives(uuid, boolean) from public;
grant execute on function app_coordinates(uuid), app_reroute_terms(uuid, uuid), app_reroute_shares(uuid, uuid, text[]),
  app_moves(uuid, uuid, uuid), app_receives(uuid, boolean) to throughline_app;
grant select, insert on referrals, referral_shares, referral_history, referral_questions, referral_assignments,
  contact_attempts, contact_plans to throughline_app;
grant delete on referrals to throughline_app;
grant update (status, held_from, priority, answers, shared_fields, shared_after_acceptance, sharing_decision_id, version,
  submitted_by, submitted_at, first_read_at, acknowledged_at, acknowledged_by, accepted_at, accepted_by, worker_id, team,
  ended_at, reason, decided_by, review_on, withdrawal_acknowledged_at, status_since, status_by, status_by_org_id, due_at,
  over_limit) on referrals to throughline_app;
grant update (answer, answered_at, answered_by) on referral_questions to throughline_app;
grant update (until_at) on referral_assignments to throughline_app;
