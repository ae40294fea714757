-- +goose Up
-- Hand-offs (referrals.md section 4, docs/adr/0028): who holds a case, or one
-- duty of it apart, moves to another organisation once that accepts, in the same
-- transaction and no sooner. The row holds no word of the person; the four times
-- are its own.
create table handoffs (
  id uuid primary key,
  reference text not null unique check (reference ~ '^H-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]$'),
  case_id uuid not null references cases (id),
  duty text not null check (duty in ('case', 'witness_care', 'victim_contact', 'updates')),
  from_org_id uuid not null references organisations (id),
  to_org_id uuid not null references organisations (id),
  sharing_decision_id uuid references sharing_decisions (id), -- none where the receiver holds the case already
  status text not null default 'offered' check (status in ('offered', 'accepted', 'refused', 'recalled')),
  off_system boolean not null default false, -- a partner that never signs in: its times are the sender's word
  sent_at timestamptz not null,
  sent_by uuid not null,
  due_at timestamptz not null, -- by when it should be answered
  received_at timestamptz,
  received_by uuid,
  accepted_at timestamptz,
  decided_at timestamptz, -- when the answer was recorded here: the moment the duty moves
  decided_by uuid,
  decided_by_org_id uuid,
  receiver_reference bytea,
  refusal_reason text check (refusal_reason in ('wrong_agency', 'wrong_borough', 'missing_consent', 'unsafe_contact', 'duplicate',
    'insufficient_information', 'no_capacity', 'overtaken_by_events')),
  note bytea,
  proof bytea,
  told_at timestamptz,
  told_by uuid,
  told_by_org_id uuid,
  told_channel text check (told_channel in ('phone', 'text', 'email', 'post', 'in_person')),
  told_understood text check (told_understood in ('yes', 'no', 'not_sure')),
  told_help text check (told_help in ('none', 'interpreter', 'easy_read', 'bsl', 'supporter')),
  version integer not null default 1,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint handoffs_receiver_reference_sealed check (is_sealed(receiver_reference)),
  constraint handoffs_note_sealed check (is_sealed(note)),
  constraint handoffs_proof_sealed check (is_sealed(proof)),
  constraint handoffs_to_another check (from_org_id <> to_org_id),
  constraint handoffs_decided check ((status = 'offered') = (decided_at is null) and (decided_at is null) = (decided_by_org_id is null)),
  constraint handoffs_accepted check ((status = 'accepted') = (accepted_at is not null)),
  constraint handoffs_refused check ((status = 'refused') = (refusal_reason is not null)),
  -- Whoever signs in keeps it under a reference of their own.
  constraint handoffs_their_reference check (status <> 'accepted' or off_system or receiver_reference is not null),
  constraint handoffs_in_order check (received_at >= sent_at and accepted_at >= received_at),
  constraint handoffs_told check ((told_at is null) = (told_channel is null) and (told_at is null) = (told_understood is null)
    and (told_at is null) = (told_by_org_id is null) and (told_at is null or status = 'accepted'))
);
-- One duty of a case is offered once at a time.
create unique index handoffs_one_open on handoffs (case_id, duty) where status = 'offered';
create index handoffs_case on handoffs (case_id, sent_at);
create index handoffs_inbox on handoffs (to_org_id, status, sent_at desc, id desc);
create index handoffs_sent on handoffs (from_org_id, status, sent_at desc, id desc);
create index handoffs_decision on handoffs (sharing_decision_id) where status = 'offered';

-- What the receiver may read, frozen at sending: from the offer, and what opens
-- once it has accepted. Why it is handed over and the summary are in the first.
create table handoff_contents (
  id uuid not null references handoffs (id), -- of the hand-off
  stage text not null check (stage in ('sending', 'acceptance')),
  content bytea not null,
  primary key (id, stage),
  constraint handoff_contents_content_sealed check (is_sealed(content))
);

-- Duties that lie apart from the case: one open row each. Where there is none,
-- whoever is accountable for the case owes it.
create table case_duties (
  id bigint generated always as identity primary key,
  case_id uuid not null references cases (id),
  duty text not null check (duty in ('witness_care', 'victim_contact', 'updates')),
  org_id uuid not null references organisations (id),
  from_at timestamptz not null,
  until_at timestamptz,
  constraint case_duties_order check (until_at is null or until_at >= from_at)
);
create unique index case_duties_one_open on case_duties (case_id, duty) where until_at is null;
create index case_duties_held on case_duties (org_id, case_id) where until_at is null;
create index case_duties_case on case_duties (case_id, from_at);

-- Why a case was closed, and when it was opened again.
create table case_closings (
  id uuid primary key,
  case_id uuid not null references cases (id),
  reason text not null check (length(reason) <= 60),
  note bytea,
  closed_at timestamptz not null,
  closed_by uuid not null,
  closed_by_org_id uuid not null,
  reopened_at timestamptz,
  reopened_by uuid,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint case_closings_note_sealed check (is_sealed(note)),
  constraint case_closings_order check (reopened_at is null or reopened_at >= closed_at)
);
create unique index case_closings_one_open on case_closings (case_id) where reopened_at is null;
create index case_closings_case on case_closings (case_id, closed_at);

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['handoffs', 'handoff_contents', 'case_duties', 'case_closings'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
  end loop;
end $$;

-- Whoever may hand a duty on: its holder; and for a holder that never signs in,
-- whoever recorded its acceptance. Asked by what acts as the owner alone.
create function handoff_sends(p_case uuid, p_duty text, p_org uuid) returns boolean language plpgsql stable as $$
declare
  v_holder uuid;
  v_duty text := 'case';
begin
  if p_duty <> 'case' then
    select d.org_id, p_duty into v_holder, v_duty from public.case_duties d where d.case_id = p_case and d.duty = p_duty and d.until_at is null;
  end if;
  if v_holder is null then
    v_duty := 'case';
    select c.accountable_org_id into v_holder from public.cases c where c.id = p_case;
  end if;
  return coalesce(v_holder = p_org or (select h.off_system and h.from_org_id = p_org from public.handoffs h
    where h.case_id = p_case and h.duty = v_duty and h.to_org_id = v_holder and h.status = 'accepted' order by h.decided_at desc, h.id desc limit 1), false);
end $$;

-- An offer begins with the case locked: it is open, the duty is the sender's to
-- hand on, and nothing of it is in the air that this would cross. Whoever signs
-- in answers for themselves; nobody is offered what nobody there could answer.
create function handoffs_begin() returns trigger language plpgsql security definer as $$
declare
  c record;
begin
  if public.app_org_id() is not null and new.from_org_id <> public.app_org_id() then
    raise exception using errcode = '42501', message = 'nobody offers in another''s name';
  end if;
  select x.accountable_org_id, x.logged_by_org_id, x.status, x.restricted_to into c from public.cases x where x.id = new.case_id for no key update;
  if c.status is distinct from 'open' or not public.handoff_sends(new.case_id, new.duty, new.from_org_id)
    or new.duty = 'case' and (c.restricted_to is not null or c.accountable_org_id = new.to_org_id)
    or new.duty = 'case' and new.off_system and c.logged_by_org_id <> new.from_org_id
    or (case when new.sharing_decision_id is null then c.accountable_org_id <> new.to_org_id
      else not exists (select from public.sharing_decisions d where d.id = new.sharing_decision_id and d.case_id = new.case_id
        and d.receiver_org_id = new.to_org_id and d.withdrawn_at is null) end)
    or new.status <> 'offered'
    or exists (select from public.handoffs h where h.case_id = new.case_id and h.status = 'offered' and h.from_org_id = new.from_org_id
      and (h.duty = 'case') <> (new.duty = 'case'))
    or public.org_signs_in(new.to_org_id) = new.off_system then
    raise exception using errcode = 'TL409', message = 'this duty cannot be offered now';
  end if;
  return new;
end $$;
create function org_signs_in(p_org uuid) returns boolean language sql stable security definer as
  $$ select exists (select from public.users u where u.org_id = p_org and u.disabled_at is null) $$;

-- The state table once more, where nothing can go round it: an offer is answered
-- once, by the side whose answer it is.
create function handoffs_guard() returns trigger language plpgsql as $$
begin
  if new.status <> old.status then
    if old.status <> 'offered' or new.version <> old.version + 1 then
      raise exception using errcode = 'TL409', message = 'no such change of state';
    end if;
    if current_user = 'throughline_app' and not public.app_is_system() and not coalesce(case new.status
        when 'recalled' then public.app_org_id() = old.from_org_id
        else public.app_org_id() = old.to_org_id or (old.off_system and public.app_org_id() = old.from_org_id) end, false) then
      raise exception using errcode = '42501', message = 'this is the other side''s to answer';
    end if;
  elsif new.version <> old.version and new.version <> old.version + 1 then
    raise exception using errcode = 'TL409', message = 'version must rise by one';
  end if;
  if current_user = 'throughline_app' and not ((new.decided_by is not distinct from old.decided_by or new.decided_by = public.app_user_id())
      and (new.decided_by_org_id is not distinct from old.decided_by_org_id or new.decided_by_org_id = public.app_org_id())
      and (new.received_by is not distinct from old.received_by or new.received_by = public.app_user_id())
      and (new.told_by is not distinct from old.told_by or new.told_by = public.app_user_id())
      and (new.told_by_org_id is not distinct from old.told_by_org_id or new.told_by_org_id = public.app_org_id())) then
    raise exception using errcode = '42501', message = 'nobody writes in another''s name';
  end if;
  if (old.received_at is not null and new.received_at is distinct from old.received_at)
    or (old.told_at is not null and (new.told_at, new.told_channel, new.told_understood, new.told_by_org_id)
      is distinct from (old.told_at, old.told_channel, old.told_understood, old.told_by_org_id)) then
    raise exception using errcode = 'TL409', message = 'it was received once, and told once';
  end if;
  return new;
end $$;

-- Acceptance moves the duty. Definer: no role may change who holds a case, but
-- by this.
create function handoffs_move() returns trigger language plpgsql security definer as $$
declare
  c record;
  v_at timestamptz;
begin
  if new.status <> 'accepted' or old.status <> 'offered' then
    return null;
  end if;
  select x.accountable_org_id, x.status, x.restricted_to into c from public.cases x where x.id = new.case_id for no key update;
  if c.status is distinct from 'open' or not public.handoff_sends(new.case_id, new.duty, new.from_org_id)
    or new.duty = 'case' and c.restricted_to is not null then
    raise exception using errcode = 'TL409', message = 'this duty cannot move now';
  end if;
  if new.duty = 'case' then
    select greatest(new.decided_at, max(h.from_at)) into v_at from public.case_holders h where h.case_id = new.case_id and h.until_at is null;
    update public.cases set accountable_org_id = new.to_org_id, updated_at = v_at, version = version + 1 where id = new.case_id;
    -- what the new holder held apart is one with the case again
    update public.case_duties set until_at = greatest(v_at, from_at) where case_id = new.case_id and org_id = new.to_org_id and until_at is null;
  else
    update public.case_duties set until_at = greatest(new.decided_at, from_at) where case_id = new.case_id and duty = new.duty and until_at is null
      returning until_at into v_at;
    if new.to_org_id <> c.accountable_org_id then
      insert into public.case_duties (case_id, duty, org_id, from_at) values (new.case_id, new.duty, new.to_org_id, coalesce(v_at, new.decided_at));
    end if;
  end if;
  return null;
end $$;

-- A case is not closed while a duty of it is in the air, lies apart, or a
-- service still works on it; and what is said of it agrees with why.
create function cases_close() returns trigger language plpgsql security definer as $$
begin
  if new.status <> old.status and public.app_org_id() is not null and not public.handoff_sends(new.id, 'case', public.app_org_id()) then
    raise exception using errcode = '42501', message = 'whoever holds a case closes it';
  end if;
  if new.status <> old.status and (new.status = 'closed' and (
      exists (select from public.handoffs h where h.case_id = new.id and h.status = 'offered')
      or exists (select from public.case_duties d where d.case_id = new.id and d.until_at is null)
      or exists (select from public.referrals r where r.case_id = new.id and r.live))) then
    raise exception using errcode = 'TL409', message = 'something of this case is still owed';
  end if;
  return new;
end $$;

-- What is owed of a case and by whom, to who sees the case or owes some of it.
create function app_duties(p_case uuid) returns table (duty text, holder_org_id uuid, since timestamptz, sends boolean)
language plpgsql stable security definer as $$
begin
  if public.app_record_org() is null or p_case = any (public.app_hidden())
    or not exists (select from public.cases c where c.id = p_case and c.access && public.app_keys()
        and (c.barred is null or public.app_user_id() <> all (c.barred)))
      and not exists (select from public.case_duties d where d.case_id = p_case and d.org_id = public.app_record_org() and d.until_at is null) then
    return;
  end if;
  return query select k.duty, coalesce(d.org_id, c.accountable_org_id), coalesce(d.from_at, h.from_at),
      public.handoff_sends(p_case, k.duty, public.app_record_org())
    from public.cases c join public.case_holders h on h.case_id = c.id and h.until_at is null
      cross join unnest(array['case', 'witness_care', 'victim_contact', 'updates']) with ordinality k (duty, nth)
      left join public.case_duties d on d.case_id = c.id and d.duty = k.duty and d.until_at is null
    where c.id = p_case order by k.nth;
end $$;

-- Whose work is live for a case, or who owes a duty of it: the way through the
-- safe-contact gate (0011).
create or replace function app_receives(p_case uuid, p_accepted boolean) returns boolean language plpgsql stable as $$
begin
  return exists (select from public.referrals r where r.case_id = p_case and r.to_org_id = public.app_record_org() and r.live
      and (not p_accepted or r.accepted_at is not null))
    or exists (select from public.case_duties d where d.case_id = p_case and d.org_id = public.app_record_org() and d.until_at is null);
end $$;

-- Content is the sender's; the receiver's while the offer stands, and all of it
-- once it has accepted.
create function app_reads_handoff(p_handoff uuid, p_stage text) returns boolean language plpgsql stable as $$
begin
  return exists (select from public.handoffs h where h.id = p_handoff and (h.from_org_id = public.app_record_org()
    or (h.to_org_id = public.app_record_org() and (h.status = 'accepted' or (h.status = 'offered' and p_stage = 'sending')))));
end $$;

-- An offer that rests on a decision to share ends with it: the receiver reads
-- nothing of it from that moment. Definer: whoever withdraws it need not be of
-- the side that sent.
create function sharing_recalls() returns trigger language plpgsql security definer as $$
begin
  if new.withdrawn_at is not null and old.withdrawn_at is null then
    with gone as (
      update public.handoffs set status = 'recalled', version = version + 1, decided_at = new.withdrawn_at, decided_by = new.withdrawn_by,
          decided_by_org_id = from_org_id
        where sharing_decision_id = new.id and status = 'offered' returning id, case_id)
    insert into public.outbox (topic, case_id, payload, by_org_id, at)
      select 'handoff.recalled', g.case_id, jsonb_build_object('handoff', g.id), public.app_org_id(), new.withdrawn_at from gone g;
  end if;
  return null;
end $$;
-- +goose StatementEnd
create trigger sharing_recalls after update of withdrawn_at on sharing_decisions for each row execute function sharing_recalls();
create trigger handoffs_begun before insert on handoffs for each row execute function handoffs_begin();
create trigger handoffs_guarded before update on handoffs for each row execute function handoffs_guard();
create trigger handoffs_moved after update of status on handoffs for each row execute function handoffs_move();
create trigger cases_closed before update of status on cases for each row execute function cases_close();

-- Both sides read it always, and whoever sees the case; what hides the case
-- from somebody hides this. Contents are the sides' alone, and the receiver's
-- while the offer stands and once it is theirs.
create policy sides on handoffs for select to throughline_app using (
  case_id = (select app_opened_case())
  or ((from_org_id = (select app_record_org()) or to_org_id = (select app_record_org())) and coalesce(case_id <> all ((select app_hidden())::uuid[]), true))
  or app_sees_case(case_id) or (select app_is_system()));
create policy offered on handoffs for insert to throughline_app with check (
  from_org_id = (select app_record_org()) and sent_by = (select app_user_id()) and status = 'offered'
  and coalesce(case_id <> all ((select app_hidden())::uuid[]), true));
create policy answered on handoffs for update to throughline_app
  using ((from_org_id = (select app_record_org()) or to_org_id = (select app_record_org())) and coalesce(case_id <> all ((select app_hidden())::uuid[]), true))
  with check (from_org_id = (select app_record_org()) or to_org_id = (select app_record_org()));
create policy sides on handoff_contents for select to throughline_app using (app_reads_handoff(id, stage));
create policy sender_freezes on handoff_contents for insert to throughline_app with check (
  coalesce((select true from handoffs h where h.id = handoff_contents.id and h.from_org_id = (select app_record_org()) and h.status = 'offered' limit 1), false));
create policy holder_or_case on case_duties for select to throughline_app using (
  case_id = (select app_opened_case()) or (org_id = (select app_record_org()) and coalesce(case_id <> all ((select app_hidden())::uuid[]), true))
  or app_sees_case(case_id));
create policy with_case on case_closings for select to throughline_app using (case_id = (select app_opened_case()) or app_sees_case(case_id));
create policy add_to_case on case_closings for insert to throughline_app with check (
  closed_by = (select app_user_id()) and closed_by_org_id = (select app_org_id()) and reopened_at is null and app_sees_case(case_id));
create policy reopen on case_closings for update to throughline_app using (app_sees_case(case_id))
  with check (reopened_by = (select app_user_id()));

grant select, insert (id, reference, case_id, duty, from_org_id, to_org_id, sharing_decision_id, off_system, sent_at, sent_by, due_at, received_at, proof)
  on handoffs to throughline_app;
grant update (status, received_at, received_by, accepted_at, decided_at, decided_by, decided_by_org_id, receiver_reference, refusal_reason, note, proof,
  told_at, told_by, told_by_org_id, told_channel, told_understood, told_help, version) on handoffs to throughline_app;
grant select, insert on handoff_contents to throughline_app;
grant select on case_duties to throughline_app;
grant select, insert (id, case_id, reason, note, closed_at, closed_by, closed_by_org_id) on case_closings to throughline_app;
grant update (reopened_at, reopened_by) on case_closings to throughline_app;

-- Notices of hand-offs name them, as those of referrals do.
alter table notices add column handoff_id uuid;

revoke execute on function handoff_sends(uuid, text, uuid), handoffs_begin(), org_signs_in(uuid), handoffs_guard(), handoffs_move(), cases_close(),
  app_duties(uuid), app_reads_handoff(uuid, text), sharing_recalls() from public;
grant execute on function app_duties(uuid), app_reads_handoff(uuid, text), org_signs_in(uuid) to throughline_app;
