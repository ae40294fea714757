-- +goose Up
-- MARAC: agencies look together at somebody in high danger (docs/adr/0037). It
-- rests on a referral to the organisation that runs it: who may see that, and
-- what of it, is decided there. What is kept here is what a MARAC does besides.
create table marac_partners (
  org_id uuid not null references organisations (id), -- the MARAC
  partner_org_id uuid not null references organisations (id),
  at timestamptz not null,
  by_user_id uuid not null,
  primary key (org_id, partner_org_id),
  constraint marac_partners_other check (org_id <> partner_org_id)
);
create index marac_partners_partner on marac_partners (partner_org_id);
create table marac_meetings (
  id uuid primary key,
  org_id uuid not null references organisations (id),
  meets_on date not null,
  at timestamptz not null,
  by_user_id uuid not null,
  constraint marac_meetings_once unique (org_id, meets_on),
  constraint marac_meetings_of unique (id, org_id)
);
create table marac_cases (
  referral_id uuid primary key references referrals (id),
  case_id uuid not null references cases (id),
  org_id uuid not null references organisations (id), -- the MARAC
  reference text not null, -- of the referral
  criteria text[] not null check (cardinality(criteria) between 1 and 4 and criteria <@ '{score,judgement,escalation,repeat}'),
  meeting_id uuid,
  listed int not null default 0, -- how often: more than once, and it was put off
  heard_at timestamptz,
  watched_until timestamptz, -- a year from when it was heard
  again_at timestamptz, -- something new within that year
  again_why text check (again_why in ('incident', 'form')),
  at timestamptz not null,
  by_user_id uuid not null,
  version int not null default 1,
  constraint marac_cases_meeting foreign key (meeting_id, org_id) references marac_meetings (id, org_id),
  constraint marac_cases_heard_listed check (heard_at is null or meeting_id is not null),
  constraint marac_cases_watched check ((heard_at is null) = (watched_until is null) and (again_at is null) = (again_why is null))
);
create index marac_cases_case on marac_cases (case_id);
create index marac_cases_meeting on marac_cases (meeting_id) where meeting_id is not null;
create index marac_cases_org on marac_cases (org_id, at);
create table marac_research (
  id uuid primary key,
  referral_id uuid not null references marac_cases (referral_id),
  case_id uuid not null references cases (id),
  words bytea not null check (octet_length(words) <= 41000), -- sealed
  at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  by_user_id uuid not null,
  by_org_id uuid not null,
  constraint marac_research_words_sealed check (is_sealed(words))
);
create table marac_minutes (
  id uuid primary key,
  referral_id uuid not null references marac_cases (referral_id),
  case_id uuid not null references cases (id),
  words bytea not null check (octet_length(words) <= 41000), -- sealed
  at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  by_user_id uuid not null,
  by_org_id uuid not null,
  constraint marac_minutes_words_sealed check (is_sealed(words))
);
create table marac_actions (
  id uuid primary key,
  referral_id uuid not null references marac_cases (referral_id),
  case_id uuid not null references cases (id),
  owner_org_id uuid not null references organisations (id),
  what bytea not null check (octet_length(what) <= 4100), -- sealed
  due_on date not null,
  clock_id uuid not null references clocks (id),
  at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  by_user_id uuid not null,
  by_org_id uuid not null,
  done_at timestamptz,
  done_by uuid,
  constraint marac_actions_what_sealed check (is_sealed(what)),
  constraint marac_actions_done check ((done_at is null) = (done_by is null))
);
create index marac_research_referral on marac_research (referral_id, at);
create index marac_research_case on marac_research (case_id);
create index marac_minutes_referral on marac_minutes (referral_id, at);
create index marac_minutes_case on marac_minutes (case_id);
create index marac_actions_referral on marac_actions (referral_id, due_on);
create index marac_actions_case on marac_actions (case_id);
create index marac_actions_owner on marac_actions (owner_org_id, due_on) where done_at is null;
create index marac_actions_clock on marac_actions (clock_id);

-- +goose StatementBegin
-- Whether the actor's organisation takes part in what a MARAC hears: listed, alive,
-- not restricted, and nothing that hides the case from the actor. Definer: a
-- partner sees neither the case nor the referral.
create function app_marac_partner(p_referral uuid) returns boolean language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select public.app_handles_cases() and exists (
    select from public.marac_cases m join public.referrals r on r.id = m.referral_id join public.marac_partners p on p.org_id = m.org_id
    where m.referral_id = p_referral and p.partner_org_id = public.app_org_id() and m.meeting_id is not null and r.live and not r.sealed
      and r.to_people is null and r.from_people is null and coalesce(m.case_id <> all (public.app_hidden()), true)) $$;
-- How the actor stands to what a MARAC hears.
create function app_marac(p_referral uuid) returns text language plpgsql stable as $$
declare org uuid;
begin
  select case when r.to_org_id = public.app_org_id() then r.to_org_id end into org from public.referrals r where r.id = p_referral;
  if found then
    return case when org is not null then 'marac' when public.app_marac_partner(p_referral) then 'partner' else 'referrer' end;
  end if;
  return case when public.app_marac_partner(p_referral) then 'partner' end;
end $$;
-- What was shared with a MARAC, sealed as it is, for those who take part.
create function app_marac_papers(p_referral uuid) returns table (stage text, content bytea) language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select s.stage, s.content from public.referral_shares s join public.referrals r on r.id = s.referral_id
    where s.referral_id = p_referral and (s.stage = 'sending' or r.accepted_at is not null) and public.app_marac_partner(p_referral) $$;
-- An action that is done stops its clock, whoever owns it.
create function marac_actions_stop() returns trigger language plpgsql security definer as $$
begin
  if old.done_at is not null then
    raise exception using errcode = 'TL409', message = 'this action was done already';
  end if;
  update public.clocks k set stopped_at = new.done_at, state = case when new.done_at > k.due_at then 'breached' else 'met' end
    where k.id = new.clock_id and k.stopped_at is null;
  return new;
end $$;
-- A year long, whatever is new about the same case brings it back to mind: the
-- MARAC and the referrer are told, once for each time that it was heard.
create function marac_again(p_case uuid, p_why text, p_at timestamptz) returns void language plpgsql volatile as $$
declare m record;
begin
  for m in update public.marac_cases x set again_at = p_at, again_why = p_why, version = x.version + 1
    where x.case_id = p_case and x.watched_until > p_at and x.heard_at < p_at and x.again_at is null returning x.referral_id, x.case_id loop
    insert into public.outbox (topic, referral_id, case_id, at) values ('marac.repeat', m.referral_id, m.case_id, p_at);
  end loop;
end $$;
create function marac_new_form() returns trigger language plpgsql security definer as $$
begin
  perform public.marac_again(new.case_id, 'form', new.at);
  return null;
end $$;
create function marac_new_incident() returns trigger language plpgsql security definer as $$
begin
  -- hardly any case was ever at a MARAC, and every case has an incident
  if exists (select from public.marac_cases x where x.case_id = new.case_id) then
    perform public.marac_again(new.case_id, 'incident', coalesce((select c.updated_at from public.cases c where c.id = new.case_id), now()));
  end if;
  return null;
end $$;
-- What should not have been loses its content.
create function marac_mask() returns trigger language plpgsql security definer as $$
begin
  update public.marac_research set words = '' where referral_id = new.id;
  update public.marac_minutes set words = '' where referral_id = new.id;
  update public.marac_actions set what = '' where referral_id = new.id;
  return null;
end $$;
-- A MARAC has no cases of its own: it never answers for one (domain.md 2.3).
create function cases_no_marac() returns trigger language plpgsql security definer as $$
begin
  if exists (select from public.organisations o where o.id = new.accountable_org_id and o.kind = 'marac') then
    raise exception using errcode = 'TL409', message = 'a MARAC never holds a case';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger marac_action_done before update of done_at on marac_actions for each row execute function marac_actions_stop();
create trigger marac_form_again after insert on form_entries for each row execute function marac_new_form();
create trigger marac_incident_again after insert on incidents for each row execute function marac_new_incident();
create trigger marac_masked after update on referrals
  for each row when (new.status = 'entered_in_error' and old.status <> 'entered_in_error') execute function marac_mask();
create trigger cases_never_marac before insert or update of accountable_org_id on cases for each row execute function cases_no_marac();
revoke execute on function app_marac_partner(uuid), app_marac(uuid), app_marac_papers(uuid), marac_actions_stop(), marac_again(uuid, text, timestamptz), marac_new_form(),
  marac_new_incident(), marac_mask(), cases_no_marac() from public;
grant execute on function app_marac_partner(uuid), app_marac(uuid), app_marac_papers(uuid) to throughline_app;

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['marac_partners', 'marac_meetings', 'marac_cases', 'marac_research', 'marac_minutes', 'marac_actions'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
  end loop;
end $$;
-- +goose StatementEnd
-- What an organisation said at a MARAC is its own to answer for.
-- +goose StatementBegin
create or replace function app_subject_forms(p_request uuid) returns jsonb language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare q public.data_requests;
begin
  if public.app_subject_record(p_request) is null then return null; end if;
  select * into q from public.data_requests x where x.id = p_request;
  return jsonb_build_object(
    'form_entries', (select jsonb_agg(to_jsonb(x) order by x.at, x.id) from public.form_entries x where x.case_id = q.case_id and x.by_org_id = q.org_id and (q.referral_id is null or x.referral_id = q.referral_id)),
    'marac_research', (select jsonb_agg(to_jsonb(x) order by x.at, x.id) from public.marac_research x where x.case_id = q.case_id and x.by_org_id = q.org_id and (q.referral_id is null or x.referral_id = q.referral_id)),
    'marac_minutes', (select jsonb_agg(to_jsonb(x) order by x.at, x.id) from public.marac_minutes x where x.case_id = q.case_id and x.by_org_id = q.org_id and (q.referral_id is null or x.referral_id = q.referral_id)),
    'marac_actions', (select jsonb_agg(to_jsonb(x) order by x.at, x.id) from public.marac_actions x where x.case_id = q.case_id and x.by_org_id = q.org_id and (q.referral_id is null or x.referral_id = q.referral_id)));
end $$;
-- +goose StatementEnd
create policy sides on marac_partners for select to throughline_app using (org_id = (select app_record_org()) or partner_org_id = (select app_record_org()));
create policy asked on marac_partners for insert to throughline_app with check (org_id = (select app_record_org()) and by_user_id = (select app_user_id()));
create policy sides on marac_meetings for select to throughline_app using (org_id = (select app_record_org())
  or coalesce((select true from marac_partners p where p.org_id = marac_meetings.org_id and p.partner_org_id = (select app_record_org())), false));
create policy called on marac_meetings for insert to throughline_app with check (org_id = (select app_record_org()) and by_user_id = (select app_user_id()));
create policy sides on marac_cases for select to throughline_app using ((select app_handles_cases()) and app_marac(referral_id) is not null);
create policy screened on marac_cases for insert to throughline_app with check ((select app_handles_cases()) and org_id = (select app_org_id()) and by_user_id = (select app_user_id())
  and coalesce((select true from referrals r where r.id = marac_cases.referral_id and r.case_id = marac_cases.case_id and r.reference = marac_cases.reference
    and r.to_org_id = (select app_org_id()) and r.accepted_at is not null and r.live limit 1), false));
create policy moved on marac_cases for update to throughline_app using ((select app_handles_cases()) and org_id = (select app_org_id()) and app_marac(referral_id) = 'marac')
  with check (org_id = (select app_org_id()));
create policy sides on marac_research for select to throughline_app using ((select app_handles_cases()) and app_marac(referral_id) in ('marac', 'partner'));
create policy authors on marac_research for insert to throughline_app with check ((select app_handles_cases()) and by_user_id = (select app_user_id()) and by_org_id = (select app_org_id())
  and app_marac(referral_id) in ('marac', 'partner'));
create policy sides on marac_minutes for select to throughline_app using ((select app_handles_cases()) and app_marac(referral_id) in ('marac', 'partner'));
create policy authors on marac_minutes for insert to throughline_app with check ((select app_handles_cases()) and by_user_id = (select app_user_id()) and by_org_id = (select app_org_id())
  and app_marac(referral_id) = 'marac');
create policy sides on marac_actions for select to throughline_app using ((select app_handles_cases()) and (app_marac(referral_id) in ('marac', 'partner')
  or owner_org_id = (select app_org_id()) and app_marac(referral_id) is not null));
create policy authors on marac_actions for insert to throughline_app with check ((select app_handles_cases()) and by_user_id = (select app_user_id()) and by_org_id = (select app_org_id())
  and app_marac(referral_id) = 'marac' and done_at is null);
create policy owners on marac_actions for update to throughline_app using ((select app_handles_cases()) and app_marac(referral_id) is not null
  and (owner_org_id = (select app_org_id()) or app_marac(referral_id) = 'marac')) with check (done_by = (select app_user_id()));
grant select, insert on marac_partners to throughline_app;
grant select, insert on marac_meetings to throughline_app;
grant select, insert (referral_id, case_id, org_id, reference, criteria, at, by_user_id) on marac_cases to throughline_app;
grant update (criteria, meeting_id, listed, heard_at, watched_until, version) on marac_cases to throughline_app;
grant select, insert (id, referral_id, case_id, words, at, by_user_id, by_org_id) on marac_research to throughline_app;
grant select, insert (id, referral_id, case_id, words, at, by_user_id, by_org_id) on marac_minutes to throughline_app;
grant select, insert (id, referral_id, case_id, owner_org_id, what, due_on, clock_id, at, by_user_id, by_org_id) on marac_actions to throughline_app;
grant update (done_at, done_by) on marac_actions to throughline_app;

-- Each action has a clock of the same rule, and several run at once.
drop index clocks_one_open;
create unique index clocks_one_open on clocks (referral_id, rule) where stopped_at is null and state in ('running', 'due_soon', 'breached') and rule <> 'K27';

-- The number a MARAC begins with: each has its own protocol, and says so here.
update clock_rules set standard = 20, enhanced = 20, source = 'Starting number of the product: a MARAC meets every two weeks or every month, by its own protocol' where rule = 'K27' and version = 1;
