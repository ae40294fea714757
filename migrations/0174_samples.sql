-- +goose Up
-- The Commissioner's case audit (docs/adr/0039). A sample is drawn by the
-- database, from organisations that agreed to be audited and from nobody who
-- asked to be left out; what its readers see is a copy without names, words or
-- dates. No role of the office has a policy on a case.

-- An agreement to be audited is recorded as every other one, by the
-- organisation that gives it, with the office that audits.
alter table data_sharing_agreements
  add column purpose text not null default 'sharing',
  add constraint agreements_purpose_known check (purpose in ('sharing', 'audit')),
  add constraint agreements_audit_with_an_office check (purpose = 'sharing' or with_org_id is not null);
create index agreements_audit on data_sharing_agreements (with_org_id, expires_on) where purpose = 'audit';
create policy audited on data_sharing_agreements for select to throughline_app using (
  (select app_role()) = 'commissioner_auditor' and purpose = 'audit' and with_org_id = (select app_org_id()));

-- Whoever asked that none of their cases is read in an audit.
create table quality_opt_outs (
  case_id uuid primary key references cases (id) on delete cascade,
  org_id uuid not null references organisations (id),
  at timestamptz not null,
  by_user_id uuid not null,
  recorded_at timestamptz not null default clock_timestamp()
);

create table quality_samples (
  id uuid primary key,
  org_id uuid not null references organisations (id), -- the office
  name text not null check (length(name) between 1 and 120),
  pathway text not null check (pathway ~ '^[a-z_]{1,40}$'),
  standard_version smallint not null,
  service_id uuid references services (id),
  of_org_id uuid references organisations (id), -- who receives; null: all who agreed
  from_month date not null check (date_trunc('month', from_month) = from_month),
  to_month date not null check (date_trunc('month', to_month) = to_month),
  size smallint not null check (size between 1 and 200),
  strata text not null check (strata in ('none', 'service', 'borough', 'month')),
  seed bigint not null check (seed >= 0),
  second_share smallint not null check (second_share between 0 and 100), -- per cent
  in_reach integer, -- referrals that answer to the rule, of organisations that agreed
  left_out uuid[] not null default '{}', -- organisations that did not
  fingerprint text check (fingerprint ~ '^[0-9a-f]{64}$'),
  drawn_at timestamptz not null,
  drawn_by uuid not null,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint quality_samples_months check (to_month >= from_month)
);
create index quality_samples_latest on quality_samples (org_id, drawn_at desc, id desc);

create table quality_sample_items (
  id uuid primary key,
  sample_id uuid not null references quality_samples (id) on delete cascade,
  org_id uuid not null references organisations (id),
  n smallint not null,
  person text not null check (person ~ '^P-[0-9A-F]{5}$'),
  case_id uuid not null references cases (id) on delete cascade,
  referral_id uuid not null,
  service_id uuid not null,
  from_org_id uuid not null,
  to_org_id uuid not null,
  second boolean not null, -- read twice
  readings smallint not null default 0,
  moderated boolean not null default false,
  copy bytea, -- sealed
  constraint quality_sample_items_copy_sealed check (is_sealed(copy)),
  constraint quality_sample_items_once unique (sample_id, n)
);
create index quality_sample_items_case on quality_sample_items (case_id);
create index quality_sample_items_referral on quality_sample_items (referral_id);

create table quality_reviews (
  id uuid primary key,
  item_id uuid not null references quality_sample_items (id) on delete cascade,
  sample_id uuid not null references quality_samples (id) on delete cascade,
  org_id uuid not null references organisations (id),
  kind text not null check (kind in ('first', 'second', 'moderation')),
  grades jsonb not null check (jsonb_typeof(grades) = 'object' and octet_length(grades::text) <= 4000), -- criterion -> grade
  words bytea not null, -- sealed: what shows it
  at timestamptz not null,
  by_user_id uuid not null,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint quality_reviews_words_sealed check (is_sealed(words)),
  constraint quality_reviews_once unique (item_id, kind)
);
create index quality_reviews_sample on quality_reviews (sample_id);
-- Nobody reads an item twice.
create unique index quality_reviews_by_another on quality_reviews (item_id, by_user_id) where kind <> 'moderation';

create table quality_findings (
  id uuid primary key,
  sample_id uuid not null references quality_samples (id) on delete cascade,
  org_id uuid not null references organisations (id),
  theme text not null check (theme ~ '^[a-z_]{1,40}$'),
  finding text not null check (length(finding) between 1 and 4000),
  items smallint[] not null default '{}' check (cardinality(items) <= 200),
  at timestamptz not null,
  by_user_id uuid not null,
  recorded_at timestamptz not null default clock_timestamp()
);
create index quality_findings_sample on quality_findings (sample_id, at);

-- What a named organisation is asked to do. It reads this and nothing else of a
-- sample.
create table quality_actions (
  id uuid primary key,
  finding_id uuid not null references quality_findings (id) on delete cascade,
  sample_id uuid not null references quality_samples (id) on delete cascade,
  org_id uuid not null references organisations (id), -- the office that asks
  to_org_id uuid not null references organisations (id),
  recommendation text not null check (length(recommendation) between 1 and 4000),
  owner text not null check (length(owner) between 1 and 120), -- a post of the organisation
  due_on date not null,
  state text not null default 'open' check (state in ('open', 'answered', 'closed')),
  at timestamptz not null,
  by_user_id uuid not null,
  closed_at timestamptz,
  version integer not null default 1,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint quality_actions_to_another check (to_org_id <> org_id),
  constraint quality_actions_closed check ((state = 'closed') = (closed_at is not null))
);
create index quality_actions_office on quality_actions (org_id, due_on, id);
create index quality_actions_theirs on quality_actions (to_org_id, due_on, id);
create index quality_actions_sample on quality_actions (sample_id);

create table quality_action_entries (
  id uuid primary key,
  action_id uuid not null references quality_actions (id) on delete cascade,
  kind text not null check (kind in ('reply', 'returned', 'closed')),
  said text not null check (length(said) between 1 and 4000),
  evidence text check (length(evidence) between 1 and 1000), -- where the proof is found
  at timestamptz not null,
  by_user_id uuid not null,
  by_org_id uuid not null,
  recorded_at timestamptz not null default clock_timestamp()
);
create index quality_action_entries_action on quality_action_entries (action_id, at, id);

-- +goose StatementBegin
create or replace function app_agreements() returns table (id uuid, org_id uuid, with_org_id uuid, pathways text[], signed_on date, expires_on date)
language sql stable security definer as $$
    select a.id, a.org_id, a.with_org_id, a.pathways, a.signed_on, a.expires_on
    from public.data_sharing_agreements a where a.ended_at is null and a.purpose = 'sharing'
$$;
-- Who agreed to be audited by an office, for a kind of support, on a day.
create function audit_agreed(p_office uuid, p_pathway text, p_today date) returns uuid[] language sql stable as $$
  select coalesce(array_agg(distinct a.org_id), '{}') from public.data_sharing_agreements a
  where a.purpose = 'audit' and a.with_org_id = p_office and a.ended_at is null and p_today between a.signed_on and a.expires_on
    and (cardinality(a.pathways) = 0 or p_pathway = any (a.pathways))
$$;
-- Whether a referral may be read in an audit: nothing hides it from anybody, and
-- nobody whose it is asked to be left out.
create function audit_open(r referrals, c cases) returns boolean language sql stable as $$
  select not c.sealed and not c.held and c.restricted_to is null and c.barred is null
    and not r.sealed and r.barred is null and r.from_people is null and r.to_people is null and r.status <> 'entered_in_error'
    and not exists (select from public.quality_opt_outs o join public.cases k on k.id = o.case_id where k.victim_id = c.victim_id)
$$;
-- What is told of a referral: codes, times and whose they are. Nothing here reads
-- a name, an address, a number, a word anybody wrote, or a note of counselling,
-- and nothing an organisation wrote that did not agree.
create function audit_facts(p_referral uuid, p_agreed uuid[]) returns jsonb language sql stable as $$
  select jsonb_build_object('logged_at', c.logged_at, 'priority', r.priority, 'risk', c.risk_level, 'status', r.status, 'reason', r.reason, 'decided_by', r.decided_by,
    'submitted_at', r.submitted_at, 'accepted_at', r.accepted_at, 'ended_at', r.ended_at, 'from_org', r.from_org_id, 'to_org', r.to_org_id,
    'steps', coalesce((select jsonb_agg(jsonb_build_object('at', h.at, 'action', h.action, 'to', h.to_status, 'org', h.by_org_id, 'reason', h.reason) order by h.version)
      from public.referral_history h where h.referral_id = r.id), '[]'),
    'clocks', coalesce((select jsonb_agg(jsonb_build_object('rule', k.rule, 'state', k.state, 'org', k.holder_org_id, 'from', k.started_at, 'due', k.due_at, 'stopped', k.stopped_at) order by k.started_at, k.rule)
      from public.clocks k where k.referral_id = r.id), '[]'),
    'attempts', coalesce((select jsonb_agg(jsonb_build_object('at', a.at, 'channel', a.channel, 'direction', a.direction, 'outcome', a.outcome, 'counted', a.counted, 'incident', a.safety_incident, 'org', a.by_org_id) order by a.at, a.id)
      from public.contact_attempts a where a.referral_id = r.id), '[]'),
    'holders', coalesce((select jsonb_agg(jsonb_build_object('org', x.org_id, 'from', x.from_at, 'until', x.until_at) order by x.from_at, x.id)
      from public.case_holders x where x.case_id = c.id), '[]'),
    'handoffs', coalesce((select jsonb_agg(jsonb_build_object('duty', x.duty, 'status', x.status, 'from_org', x.from_org_id, 'org', x.to_org_id, 'at', x.sent_at, 'due', x.due_at, 'decided', x.decided_at, 'reason', x.refusal_reason) order by x.sent_at, x.id)
      from public.handoffs x where x.case_id = c.id and x.from_org_id = any (p_agreed) and x.to_org_id = any (p_agreed)), '[]'),
    'events', coalesce((select jsonb_agg(jsonb_build_object('type', e.type, 'at', e.occurred_at, 'told', e.told_at, 'org', e.by_org_id) order by e.occurred_at, e.id)
      from public.case_events e where e.case_id = c.id and e.by_org_id = any (p_agreed)), '[]'),
    'channels', coalesce((select jsonb_agg(jsonb_build_object('channel', x.channel, 'safe', x.safe, 'confirmed', x.confirmed_on) order by x.position)
      from public.contact_channels x where x.case_id = c.id), '[]'),
    'notes', coalesce((select jsonb_agg(jsonb_build_object('at', n.at, 'org', n.by_org_id) order by n.at, n.id)
      from public.notes n where n.referral_id = r.id and n.kind <> 'counselling' and n.corrects is null and n.by_org_id = any (p_agreed)), '[]'),
    'ratings', coalesce((select jsonb_agg(jsonb_build_object('need', g.need, 'point', g.point, 'score', g.score, 'unrated', g.unrated, 'at', g.at) order by g.at, g.need)
      from public.need_ratings g where g.referral_id = r.id and g.by_org_id = any (p_agreed)), '[]'))
  from public.referrals r join public.cases c on c.id = r.case_id where r.id = p_referral
$$;
-- Draws a sample that was described, once, and answers with the facts of which
-- its copies are made. Definer: the office sees no case, no referral and nobody
-- who asked to be left out; who calls learns of those that were drawn alone.
-- The same seed over the same facts takes the same referrals. What may not be
-- read is passed over, and since at most four in five are drawn, of ten or more,
-- the next one stands in its place.
create function app_draw_sample(p_sample uuid, p_today date) returns table (item_id uuid, facts jsonb)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  s public.quality_samples; v_agreed uuid[]; v_reach integer; v_want integer; v_drawn integer;
begin
  select * into s from public.quality_samples x where x.id = p_sample and x.org_id = app_org_id() and app_role() = 'commissioner_auditor' for update;
  if s.id is null or s.in_reach is not null then
    raise exception using errcode = 'TL409', message = 'there is no sample to draw';
  end if;
  v_agreed := audit_agreed(s.org_id, s.pathway, p_today);
  select count(*) into v_reach from public.quality_facts f where f.kind = 'referral' and f.pathway = s.pathway and f.month between s.from_month and s.to_month
    and (s.service_id is null or f.service_id = s.service_id) and (s.of_org_id is null or f.to_org_id = s.of_org_id)
    and f.status <> 'entered_in_error' and f.to_org_id = any (v_agreed) and f.from_org_id = any (v_agreed);
  v_want := case when v_reach < 10 then 0 else least(s.size, floor(v_reach * 0.8)::integer) end;
  insert into public.quality_sample_items (id, sample_id, org_id, n, person, case_id, referral_id, service_id, from_org_id, to_org_id, second)
  select left(encode(sha256(convert_to(s.id || ':' || t.referral_id, 'UTF8')), 'hex'), 32)::uuid, s.id, s.org_id, t.n, t.person, t.case_id, t.referral_id, t.service_id, t.from_org_id, t.to_org_id, t.n <= ceil(v_want * s.second_share / 100.0)
  from (select d.*, row_number() over (order by d.hash, d.referral_id) as n
    from (select o.*, row_number() over (partition by o.stratum order by o.hash, o.referral_id) as place
      from (select f.referral_id, f.service_id, f.from_org_id, f.to_org_id, r.case_id, x.stratum, count(*) over (partition by x.stratum) as of_stratum, audit_open(r, c) as open,
          encode(sha256(convert_to(s.seed || ':' || f.referral_id, 'UTF8')), 'hex') as hash,
          'P-' || upper(left(encode(sha256(convert_to(s.seed || ':person:' || c.victim_id, 'UTF8')), 'hex'), 5)) as person
        from public.quality_facts f left join public.referrals r on r.id = f.referral_id left join public.cases c on c.id = r.case_id,
          lateral (select case s.strata when 'service' then f.service_id::text when 'borough' then coalesce(f.borough, '') when 'month' then f.month::text else '' end as stratum) x
        where f.kind = 'referral' and f.pathway = s.pathway and f.month between s.from_month and s.to_month
          and (s.service_id is null or f.service_id = s.service_id) and (s.of_org_id is null or f.to_org_id = s.of_org_id)
          and f.status <> 'entered_in_error' and f.to_org_id = any (v_agreed) and f.from_org_id = any (v_agreed)) o
      where o.open) d
    order by (d.place - 0.5) / d.of_stratum, d.hash, d.referral_id limit v_want) t;
  get diagnostics v_drawn = row_count;
  if v_drawn < v_want then
    delete from public.quality_sample_items i where i.sample_id = s.id;
    v_drawn := 0;
  end if;
  -- Numbered in the order of the draw, so that those read twice are chance as well.
  update public.quality_samples x set in_reach = v_reach,
    left_out = array(select distinct o from public.quality_facts f, unnest(array[f.from_org_id, f.to_org_id]) o where f.kind = 'referral' and f.pathway = s.pathway
      and f.month between s.from_month and s.to_month and (s.service_id is null or f.service_id = s.service_id) and (s.of_org_id is null or f.to_org_id = s.of_org_id)
      and o <> all (v_agreed) order by o),
    fingerprint = (select encode(sha256(convert_to(coalesce(string_agg(i.referral_id::text, ',' order by i.n), ''), 'UTF8')), 'hex') from public.quality_sample_items i where i.sample_id = s.id)
    where x.id = s.id;
  return query select i.id, audit_facts(i.referral_id, v_agreed) from public.quality_sample_items i where i.sample_id = s.id order by i.n;
end $$;
-- Whether the copy of an item may still be read: a seal, an opting out or the end
-- of an agreement closes it. Definer: none of these is the office's to see.
create function app_item_open(p_item uuid, p_today date) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select coalesce((select audit_open(r, c) and i.to_org_id = any (audit_agreed(i.org_id, s.pathway, p_today)) and i.from_org_id = any (audit_agreed(i.org_id, s.pathway, p_today))
    from public.quality_sample_items i join public.quality_samples s on s.id = i.sample_id join public.referrals r on r.id = i.referral_id join public.cases c on c.id = r.case_id
    where i.id = p_item and i.org_id = app_org_id() and app_role() = 'commissioner_auditor'), false)
$$;
-- One reads first, another second where two do, and what they made of it is
-- moderated once. Definer: an item is nobody's to change.
create function quality_reviews_begin() returns trigger language plpgsql security definer as $$
declare
  i public.quality_sample_items;
begin
  -- Whoever may not write one is refused as by the policy, before an item is looked for.
  if session_user = 'throughline_app' and (public.app_role() is distinct from 'commissioner_auditor' or new.org_id is distinct from public.app_org_id()) then
    raise exception using errcode = '42501', message = 'not this reader''s to write';
  end if;
  select * into i from public.quality_sample_items x where x.id = new.item_id and x.sample_id = new.sample_id and x.org_id = new.org_id for update;
  if i.id is null then
    raise exception using errcode = '42501', message = 'no such item';
  end if;
  if new.kind = 'moderation' then
    if not i.second or i.readings < 2 or i.moderated then
      raise exception using errcode = 'TL409', message = 'there is nothing to moderate';
    end if;
    update public.quality_sample_items x set moderated = true where x.id = i.id;
    return new;
  end if;
  if i.readings >= (case when i.second then 2 else 1 end) then
    raise exception using errcode = 'TL409', message = 'it was read';
  end if;
  new.kind := case i.readings when 0 then 'first' else 'second' end;
  update public.quality_sample_items x set readings = i.readings + 1 where x.id = i.id;
  return new;
end $$;
-- A reading is its reader's alone until all have read.
create function app_all_read(p_item uuid) returns boolean language plpgsql stable as $$
begin
  return exists (select from public.quality_sample_items i where i.id = p_item and i.readings >= case when i.second then 2 else 1 end);
end $$;
create function app_sees_action(p_action uuid) returns boolean language plpgsql stable as $$
begin
  return exists (select from public.quality_actions a where a.id = p_action);
end $$;
do $$
declare t text;
begin
  foreach t in array array['quality_opt_outs', 'quality_samples', 'quality_sample_items', 'quality_reviews', 'quality_findings', 'quality_actions', 'quality_action_entries'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
  end loop;
end $$;
-- +goose StatementEnd
create trigger quality_reviews_begin before insert on quality_reviews for each row execute function quality_reviews_begin();
revoke execute on function audit_agreed(uuid, text, date), audit_open(referrals, cases), audit_facts(uuid, uuid[]), app_draw_sample(uuid, date), app_item_open(uuid, date),
  quality_reviews_begin(), app_all_read(uuid), app_sees_action(uuid) from public;
grant execute on function app_draw_sample(uuid, date), app_item_open(uuid, date), app_all_read(uuid), app_sees_action(uuid) to throughline_app;

create policy with_case on quality_opt_outs for select to throughline_app using ((select app_handles_cases()) and app_sees_case(case_id));
create policy said on quality_opt_outs for insert to throughline_app with check (
  (select app_handles_cases()) and app_sees_case(case_id) and org_id = (select app_org_id()) and by_user_id = (select app_user_id()));
create policy taken_back on quality_opt_outs for delete to throughline_app using ((select app_handles_cases()) and app_sees_case(case_id));
grant select, insert, delete on quality_opt_outs to throughline_app;

create policy office on quality_samples for select to throughline_app using ((select app_role()) = 'commissioner_auditor' and org_id = (select app_org_id()));
create policy described on quality_samples for insert to throughline_app with check (
  (select app_role()) = 'commissioner_auditor' and org_id = (select app_org_id()) and drawn_by = (select app_user_id()) and in_reach is null and fingerprint is null);
grant select, insert on quality_samples to throughline_app;
create policy office on quality_sample_items for select to throughline_app using ((select app_role()) = 'commissioner_auditor' and org_id = (select app_org_id()));
-- The copy is sealed by the application, once.
create policy copied on quality_sample_items for update to throughline_app
  using ((select app_role()) = 'commissioner_auditor' and org_id = (select app_org_id()) and copy is null)
  with check ((select app_role()) = 'commissioner_auditor' and org_id = (select app_org_id()));
grant select, update (copy) on quality_sample_items to throughline_app;
create policy office on quality_reviews for select to throughline_app using (
  (select app_role()) = 'commissioner_auditor' and org_id = (select app_org_id()) and (by_user_id = (select app_user_id()) or app_all_read(item_id)));
create policy read_it on quality_reviews for insert to throughline_app with check (
  (select app_role()) = 'commissioner_auditor' and org_id = (select app_org_id()) and by_user_id = (select app_user_id()));
grant select, insert on quality_reviews to throughline_app;
create policy office on quality_findings for select to throughline_app using ((select app_role()) = 'commissioner_auditor' and org_id = (select app_org_id()));
create policy made on quality_findings for insert to throughline_app with check (
  (select app_role()) = 'commissioner_auditor' and org_id = (select app_org_id()) and by_user_id = (select app_user_id()));
grant select, insert on quality_findings to throughline_app;
create policy office on quality_actions for select to throughline_app using ((select app_role()) = 'commissioner_auditor' and org_id = (select app_org_id()));
create policy theirs on quality_actions for select to throughline_app using ((select app_role()) in ('manager', 'provider_manager') and to_org_id = (select app_org_id()));
create policy asked on quality_actions for insert to throughline_app with check (
  (select app_role()) = 'commissioner_auditor' and org_id = (select app_org_id()) and by_user_id = (select app_user_id()) and state = 'open');
create policy decided on quality_actions for update to throughline_app
  using ((select app_role()) = 'commissioner_auditor' and org_id = (select app_org_id()) and state <> 'closed')
  with check ((select app_role()) = 'commissioner_auditor' and org_id = (select app_org_id()) and state in ('open', 'closed'));
create policy answered on quality_actions for update to throughline_app
  using ((select app_role()) in ('manager', 'provider_manager') and to_org_id = (select app_org_id()) and state <> 'closed')
  with check ((select app_role()) in ('manager', 'provider_manager') and to_org_id = (select app_org_id()) and state = 'answered');
grant select, insert on quality_actions to throughline_app;
grant update (state, closed_at, version) on quality_actions to throughline_app;
create policy with_action on quality_action_entries for select to throughline_app using (app_sees_action(action_id));
create policy written on quality_action_entries for insert to throughline_app with check (
  by_user_id = (select app_user_id()) and by_org_id = (select app_org_id()) and app_sees_action(action_id)
  and (kind = 'reply') = ((select app_role()) in ('manager', 'provider_manager')));
grant select, insert on quality_action_entries to throughline_app;
