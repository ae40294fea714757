-- +goose Up
-- Many cases handed to one organisation as one act, as when a contract ends
-- (docs/adr/0034). Each case is a hand-off of its own: what is here is which
-- cases the act is about, and how far it is.
create table bulk_handoffs (
  id uuid primary key,
  reference text not null unique check (reference ~ '^G-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]$'),
  from_org_id uuid not null references organisations (id),
  to_org_id uuid not null references organisations (id),
  words bytea not null, -- sealed: why, and what the receiver needs to know
  at timestamptz not null,
  by_user_id uuid not null,
  recorded_at timestamptz not null default clock_timestamp(),
  -- What is being done to each case now, in whose name; none: nothing is.
  doing text check (doing in ('offer', 'accept', 'refuse', 'recall')),
  run integer not null default 0 check (run >= 0), -- how often something was begun
  run_by uuid,
  run_org_id uuid references organisations (id),
  run_role text,
  run_words bytea, -- sealed: the receiver's own reference, or why it refuses
  version integer not null default 1,
  constraint bulk_handoffs_to_another check (from_org_id <> to_org_id),
  constraint bulk_handoffs_words_sealed check (is_sealed(words)),
  constraint bulk_handoffs_run_words_sealed check (is_sealed(run_words)),
  constraint bulk_handoffs_run_whole check ((run_by is null) = (run_org_id is null) and (run_by is null) = (run_role is null)
    and (doing is null or run_by is not null))
);
create index bulk_handoffs_from on bulk_handoffs (from_org_id, at desc, id desc);
create index bulk_handoffs_to on bulk_handoffs (to_org_id, at desc, id desc);
create index bulk_handoffs_at_work on bulk_handoffs (id) where doing is not null;

create table bulk_handoff_cases (
  bulk_id uuid not null references bulk_handoffs (id),
  n integer not null check (n > 0),
  case_id uuid not null references cases (id) on delete cascade,
  from_org_id uuid not null references organisations (id),
  to_org_id uuid not null references organisations (id),
  handoff_id uuid references handoffs (id) on delete cascade, -- none: it is not offered
  tried integer not null default 0, -- the run in which it could not be done
  code text check (length(code) <= 40),
  says text check (length(says) <= 300), -- our words for why, which repeat nothing
  primary key (bulk_id, n),
  constraint bulk_handoff_cases_once unique (bulk_id, case_id)
);
create index bulk_handoff_cases_case on bulk_handoff_cases (case_id);
create index bulk_handoff_cases_handoff on bulk_handoff_cases (handoff_id) where handoff_id is not null;

-- +goose StatementBegin
-- Like app_enter_import, for the job that goes on with what somebody began.
create function app_enter_bulk(p_bulk uuid) returns void language plpgsql volatile security definer as $$
begin
  perform pg_catalog.set_config('app.user_id', u.id::text, true), pg_catalog.set_config('app.org_id', u.org_id::text, true), pg_catalog.set_config('app.role', u.role, true)
  from public.bulk_handoffs b join public.users u on u.id = b.run_by and u.org_id = b.run_org_id and u.role = b.run_role join public.organisations o on o.id = u.org_id
  where b.id = p_bulk and b.doing is not null and u.disabled_at is null and o.active;
  if not found then
    raise exception 'nobody may go on with this' using errcode = 'TL401';
  end if;
end $$;
-- What it is about stays what it was; what is offered stays offered; and nobody
-- begins something in another's name, or what is the other side's to begin.
create function bulk_handoffs_guard() returns trigger language plpgsql as $$
begin
  if current_user <> 'throughline_app' then
    return new;
  end if;
  if (new.id, new.reference, new.from_org_id, new.to_org_id, new.words, new.at, new.by_user_id) is distinct from (old.id, old.reference, old.from_org_id, old.to_org_id, old.words, old.at, old.by_user_id) then
    raise exception using errcode = 'TL409', message = 'what is handed over stays what it was';
  end if;
  if new.run <> old.run and (new.run_by is distinct from public.app_user_id() or new.run_org_id is distinct from public.app_org_id()
    or new.run_role is distinct from public.app_role() or new.doing is null
    or public.app_org_id() <> case when new.doing in ('accept', 'refuse') then old.to_org_id else old.from_org_id end) then
    raise exception using errcode = '42501', message = 'this is the other side''s to do';
  end if;
  if new.run = old.run and (new.run_by, new.run_org_id, new.run_role) is distinct from (old.run_by, old.run_org_id, old.run_role)
    or new.run = old.run and new.doing is not null and new.doing is distinct from old.doing then
    raise exception using errcode = '42501', message = 'nobody goes on in another''s name';
  end if;
  return new;
end $$;
create function bulk_handoff_cases_guard() returns trigger language plpgsql as $$
begin
  if old.handoff_id is not null and new.handoff_id is distinct from old.handoff_id then
    raise exception using errcode = 'TL409', message = 'it is offered already';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger bulk_handoffs_guarded before update on bulk_handoffs for each row execute function bulk_handoffs_guard();
create trigger bulk_handoff_cases_guarded before update on bulk_handoff_cases for each row execute function bulk_handoff_cases_guard();
revoke execute on function app_enter_bulk(uuid), bulk_handoffs_guard(), bulk_handoff_cases_guard() from public;
grant execute on function app_enter_bulk(uuid) to throughline_app;

alter table bulk_handoffs enable row level security;
alter table bulk_handoffs force row level security;
create policy owner_all on bulk_handoffs to throughline_owner using (true) with check (true);
create policy sides on bulk_handoffs for select to throughline_app using (
  from_org_id = (select app_record_org()) or to_org_id = (select app_record_org()) or (select app_is_system()));
create policy begun on bulk_handoffs for insert to throughline_app with check (
  from_org_id = (select app_record_org()) and by_user_id = (select app_user_id()) and run_by = (select app_user_id()) and run_org_id = (select app_org_id())
  and run_role = (select app_role()) and doing = 'offer');
create policy moved on bulk_handoffs for update to throughline_app
  using (from_org_id = (select app_record_org()) or to_org_id = (select app_record_org()) or (select app_is_system()))
  with check (from_org_id = (select app_record_org()) or to_org_id = (select app_record_org()) or (select app_is_system()));
grant select, insert on bulk_handoffs to throughline_app;
grant update (doing, run, run_by, run_org_id, run_role, run_words, version) on bulk_handoffs to throughline_app;

-- The sender sees every case of it, the receiver those that were offered: by
-- the hand-off alone. What hides a case from somebody hides it here.
alter table bulk_handoff_cases enable row level security;
alter table bulk_handoff_cases force row level security;
create policy owner_all on bulk_handoff_cases to throughline_owner using (true) with check (true);
create policy sides on bulk_handoff_cases for select to throughline_app using (
  (from_org_id = (select app_record_org()) or (to_org_id = (select app_record_org()) and handoff_id is not null))
  and coalesce(case_id <> all ((select app_hidden())::uuid[]), true));
create policy named on bulk_handoff_cases for insert to throughline_app with check (
  from_org_id = (select app_record_org()) and handoff_id is null and app_sees_case(case_id)
  and coalesce((select true from bulk_handoffs b where b.id = bulk_handoff_cases.bulk_id and b.by_user_id = (select app_user_id())
    and b.from_org_id = bulk_handoff_cases.from_org_id and b.to_org_id = bulk_handoff_cases.to_org_id limit 1), false));
create policy tried on bulk_handoff_cases for update to throughline_app
  using (from_org_id = (select app_record_org()) or (to_org_id = (select app_record_org()) and handoff_id is not null))
  with check (from_org_id = (select app_record_org()) or (to_org_id = (select app_record_org()) and handoff_id is not null));
grant select, insert on bulk_handoff_cases to throughline_app;
grant update (handoff_id, tried, code, says) on bulk_handoff_cases to throughline_app;
