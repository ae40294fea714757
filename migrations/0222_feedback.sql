-- +goose Up
-- Feedback (docs/adr/0048): three questions and a text, on the victim's own page
-- alone, at set points. Nobody is invited who is not reached: an invitation is
-- made when the page that asks is opened. No answer is a provider's to see; the
-- text is the auditor's alone.
create table feedback_invitations (
  id uuid primary key,
  case_id uuid references cases (id) on delete cascade, -- none: the office asked
  referral_id uuid references referrals (id) on delete cascade,
  service_id uuid references services (id),
  org_id uuid not null references organisations (id), -- whom it asks about
  point text not null check (point in ('working', 'ended', 'trial', 'office')),
  made_at timestamptz not null,
  expires_at timestamptz not null,
  answered_at timestamptz,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint feedback_invitations_office check ((point = 'office') = (case_id is null) and (case_id is not null or referral_id is null)),
  constraint feedback_invitations_order check (expires_at > made_at and answered_at >= made_at)
);
-- Each point asks once.
create unique index feedback_invitations_once on feedback_invitations (case_id, point, coalesce(referral_id, case_id)) where case_id is not null;
create index feedback_invitations_referral on feedback_invitations (referral_id) where referral_id is not null;
create index feedback_invitations_service on feedback_invitations (service_id) where service_id is not null;
create index feedback_invitations_org on feedback_invitations (org_id, made_at);

-- An answer names its service and month, and nobody. "not_now" is what somebody
-- chose; nothing is what they left out.
create table feedback_answers (
  id uuid primary key references feedback_invitations (id) on delete cascade,
  service_id uuid,
  org_id uuid not null references organisations (id),
  point text not null check (point in ('working', 'ended', 'trial', 'office')),
  month date not null check (extract(day from month) = 1),
  heard text check (heard in ('yes', 'partly', 'no', 'not_now')),
  safer text check (safer in ('yes', 'partly', 'no', 'not_now')),
  again text check (again in ('yes', 'partly', 'no', 'not_now'))
);
create index feedback_answers_month on feedback_answers (month desc, id);
create table feedback_words (
  id uuid primary key references feedback_answers (id) on delete cascade,
  words bytea not null check (octet_length(words) <= 8200),
  constraint feedback_words_words_sealed check (is_sealed(words))
);

-- +goose StatementBegin
-- Makes the invitation that is due to whoever is on the page, at most one, and
-- says whether there is one to answer: 42 days into support, 14 after it ended,
-- 28 after they were told how a trial ended (models.FeedbackPoints). Definer: the
-- victim's role reads no table.
create function app_feedback_due(p_now timestamptz, p_id uuid) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v_case uuid := app_status_case();
  v_open uuid;
begin
  if v_case is null then
    return null;
  end if;
  select i.id into v_open from public.feedback_invitations i where i.case_id = v_case and i.answered_at is null and i.expires_at > p_now order by i.made_at, i.id limit 1;
  if v_open is not null then
    return v_open;
  end if;
  insert into public.feedback_invitations (id, case_id, referral_id, service_id, org_id, point, made_at, expires_at)
  select p_id, v_case, d.referral_id, d.service_id, d.org_id, d.point, p_now, p_now + interval '28 days' from (
    select r.id as referral_id, r.service_id, r.to_org_id as org_id, 'ended' as point, r.ended_at as since from public.referrals r
      where r.case_id = v_case and r.accepted_at is not null and r.status in ('completed', 'ended_early') and r.ended_at between p_now - interval '120 days' and p_now - interval '14 days'
        and not r.sealed and r.from_people is null and r.to_people is null
    union all
    select r.id, r.service_id, r.to_org_id, 'working', r.accepted_at from public.referrals r
      where r.case_id = v_case and r.status = 'in_progress' and r.accepted_at <= p_now - interval '42 days' and not r.sealed and r.from_people is null and r.to_people is null
    union all
    select null, null, c.accountable_org_id, 'trial', max(e.told_at) from public.case_events e join public.cases c on c.id = e.case_id
      where e.case_id = v_case and e.type = 'E17' group by c.accountable_org_id having max(e.told_at) between p_now - interval '120 days' and p_now - interval '28 days') d
  where not exists (select from public.feedback_invitations i where i.case_id = v_case and i.point = d.point and i.referral_id is not distinct from d.referral_id)
    and not exists (select from public.feedback_invitations i where i.case_id = v_case and i.made_at > p_now - interval '28 days')
  order by d.since, d.referral_id limit 1
  on conflict do nothing returning id into v_open;
  return v_open;
end $$;

-- Keeps an answer of whoever is on the page, once. Words are sealed already.
create function app_feedback_answer(p_id uuid, p_now timestamptz, p_heard text, p_safer text, p_again text, p_words bytea) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  update public.feedback_invitations i set answered_at = p_now where i.id = p_id and i.case_id = app_status_case() and i.answered_at is null and i.expires_at > p_now;
  if not found then
    return false;
  end if;
  perform public.feedback_keep(p_id, p_now, p_heard, p_safer, p_again, p_words);
  return true;
end $$;
create function feedback_keep(p_id uuid, p_now timestamptz, p_heard text, p_safer text, p_again text, p_words bytea) returns void
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into public.feedback_answers (id, service_id, org_id, point, month, heard, safer, again)
  select i.id, i.service_id, i.org_id, i.point, date_trunc('month', p_now at time zone 'Europe/London')::date, p_heard, p_safer, p_again from public.feedback_invitations i where i.id = p_id;
  if p_words is not null then
    insert into public.feedback_words (id, words) values (p_id, p_words);
  end if;
end $$;
-- What the office was told by somebody who rang it, of no case.
create function app_feedback_enter(p_id uuid, p_now timestamptz, p_org uuid, p_service uuid, p_heard text, p_safer text, p_again text, p_words bytea) returns void
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app_role() is distinct from 'commissioner_auditor' then
    raise exception using errcode = '42501', message = 'the office alone enters an answer';
  end if;
  insert into public.feedback_invitations (id, service_id, org_id, point, made_at, expires_at, answered_at) values (p_id, p_service, p_org, 'office', p_now, p_now + interval '1 day', p_now);
  perform public.feedback_keep(p_id, p_now, p_heard, p_safer, p_again, p_words);
end $$;

-- What the managers of an organisation learn of what was said of it: whole quarters
-- that are over, and whose last invitation is over too, so that no day adds an answer to
-- a figure; on a base of twenty; no share that one to four people stand behind, or
-- are left of. The raw counts never leave this function.
create function app_feedback_figures(p_now timestamptz) returns table (quarter date, few boolean, response integer, heard integer, safer integer, again integer)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if coalesce(app_role() not in ('manager', 'provider_manager'), true) then
    raise exception using errcode = '42501', message = 'not this reader''s to see';
  end if;
  return query
  with counted as (
    select date_trunc('quarter', f.month)::date as q, count(*)::integer as asked, count(*) filter (where f.status = 'answered')::integer as answered,
      count(*) filter (where f.marks && '{heard:yes,heard:partly,heard:no}')::integer as h, count(*) filter (where 'heard:yes' = any (f.marks))::integer as hy,
      count(*) filter (where f.marks && '{safer:yes,safer:partly,safer:no}')::integer as s, count(*) filter (where 'safer:yes' = any (f.marks))::integer as sy,
      count(*) filter (where f.marks && '{again:yes,again:partly,again:no}')::integer as g, count(*) filter (where 'again:yes' = any (f.marks))::integer as gy
    from public.quality_facts f where f.kind = 'feedback' and f.to_org_id = app_org_id() and f.reason <> 'office' and f.month >= (p_now - interval '3 years')::date
      and date_trunc('quarter', f.month) + interval '3 months 28 days' <= p_now at time zone 'Europe/London'
    group by 1)
  select c.q, c.asked < 20 or c.answered < 20, public.feedback_share(c.answered, c.asked), public.feedback_share(c.hy, c.h), public.feedback_share(c.sy, c.s), public.feedback_share(c.gy, c.g)
  from counted c order by c.q desc;
end $$;
-- A share in whole per cent; nothing on a base under twenty, and nothing where one
-- to four stand behind it, or are left.
create function feedback_share(p_part integer, p_base integer) returns integer language sql immutable as $$
  select case when p_base >= 20 and p_part not between 1 and 4 and p_base - p_part not between 1 and 4 then round(100.0 * p_part / p_base)::integer end
$$;

-- Figures: one line for each who was asked. No person, no word.
create function quality_of_feedback() returns trigger language plpgsql security definer as $$
begin
  insert into public.quality_facts (kind, id, service_id, from_org_id, to_org_id, pathway, priority, month, submitted_at, status, reason, marks)
  select 'feedback', new.id, new.service_id, new.org_id, new.org_id, (select s.pathway from public.services s where s.id = new.service_id), '',
    pg_catalog.date_trunc('month', new.made_at at time zone 'Europe/London')::date, pg_catalog.date_trunc('month', new.made_at), 'open', new.point, '{}';
  return null;
end $$;
create function quality_of_feedback_answer() returns trigger language plpgsql security definer as $$
begin
  update public.quality_facts f set marks = array_remove(array['heard:' || new.heard, 'safer:' || new.safer, 'again:' || new.again], null),
    status = case when coalesce(new.heard <> 'not_now', false) or coalesce(new.safer <> 'not_now', false) or coalesce(new.again <> 'not_now', false) then 'answered' else 'not_now' end
    where f.id = new.id;
  return null;
end $$;
-- Whoever said something in words has answered, whatever they ticked.
create function quality_of_feedback_words() returns trigger language plpgsql security definer as $$
begin
  update public.quality_facts f set status = 'answered' where f.id = new.id;
  return null;
end $$;
-- +goose StatementEnd
alter table quality_facts drop constraint quality_facts_kind_check,
  add constraint quality_facts_kind_check check (kind in ('referral', 'clock', 'case', 'case_clock', 'handoff', 'need', 'incident', 'complaint', 'compliment', 'complaint_clock', 'feedback'));
create index quality_facts_feedback on quality_facts (to_org_id, month) where kind = 'feedback';
create trigger quality_begun after insert on feedback_invitations for each row execute function quality_of_feedback();
create trigger quality_kept after insert on feedback_answers for each row execute function quality_of_feedback_answer();
create trigger quality_kept after insert on feedback_words for each row execute function quality_of_feedback_words();
revoke execute on function app_feedback_due(timestamptz, uuid), app_feedback_answer(uuid, timestamptz, text, text, text, bytea), feedback_keep(uuid, timestamptz, text, text, text, bytea),
  app_feedback_enter(uuid, timestamptz, uuid, uuid, text, text, text, bytea), app_feedback_figures(timestamptz), feedback_share(integer, integer), quality_of_feedback(), quality_of_feedback_answer(), quality_of_feedback_words() from public;
grant execute on function app_feedback_due(timestamptz, uuid), app_feedback_answer(uuid, timestamptz, text, text, text, bytea),
  app_feedback_enter(uuid, timestamptz, uuid, uuid, text, text, text, bytea), app_feedback_figures(timestamptz) to throughline_app;

-- Who was asked is nobody's to read. Answers are the office's, their words the auditor's.
-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['feedback_invitations', 'feedback_answers', 'feedback_words'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
    execute format('revoke all on %I from public', t);
  end loop;
end $$;
-- +goose StatementEnd
create policy office on feedback_answers for select to throughline_app using ((select app_role()) in ('commissioner_auditor', 'commissioner_analyst'));
grant select on feedback_answers to throughline_app;
create policy auditor on feedback_words for select to throughline_app using ((select app_role()) = 'commissioner_auditor');
grant select on feedback_words to throughline_app;
