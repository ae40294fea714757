-- +goose Up
-- What a person is owed who asks about their own data (K29) is a row of clocks
-- like every other duty (docs/adr/0042). It is of no case: that somebody asked is
-- known to those who answer for data, and to nobody who works on a case.
alter table clocks alter column case_id drop not null,
  add column request_id uuid references data_requests (id),
  add constraint clocks_of_a_request check (request_id is null or num_nonnulls(case_id, referral_id) = 0);
create unique index clocks_of_request on clocks (request_id, rule) where request_id is not null;

-- +goose StatementBegin
create or replace function clocks_set_access() returns trigger language plpgsql security definer as $$
begin
  if new.referral_id is not null then
    select coalesce(r.from_people, array[r.from_org_id]) || case when not r.sealed and (r.receiver_sees or r.from_org_id = r.to_org_id)
        then coalesce(r.to_people, array[r.to_org_id]) else '{}' end, r.case_id, r.barred
      into new.access, new.case_id, new.barred from public.referrals r where r.id = new.referral_id;
  elsif new.request_id is not null then
    new.access := '{}';
  else
    select c.access, c.barred into new.access, new.barred from public.cases c where c.id = new.case_id;
  end if;
  return new;
end $$;
-- +goose StatementEnd

-- It is seen, begun and moved by whoever the request is seen by, and is held by
-- the organisation that was asked.
create policy of_request on clocks for select to throughline_app using (request_id is not null and (select app_keeps_rights())
  and coalesce((select true from data_requests r where r.id = clocks.request_id limit 1), false));
create policy of_request_start on clocks for insert to throughline_app with check (request_id is not null and referral_id is null and holder_org_id = (select app_org_id())
  and (select app_keeps_rights()) and coalesce((select true from data_requests r where r.id = clocks.request_id limit 1), false));
create policy of_request_change on clocks for update to throughline_app using (request_id is not null and (select app_keeps_rights())
  and coalesce((select true from data_requests r where r.id = clocks.request_id limit 1), false));

-- Those that were received before this release.
insert into clocks (id, request_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at, stopped_at)
  select gen_random_uuid(), q.id, 'K29', q.org_id, case when coalesce(q.answered_at, now()) > (q.due_on + time '23:59:59') at time zone 'Europe/London' then 'breached'
      when q.answered_at is not null then 'met' when now() >= q.due_on::timestamp at time zone 'Europe/London' then 'due_soon' else 'running' end, 1,
    q.received_on::timestamp at time zone 'Europe/London', (q.due_on + time '23:59:59') at time zone 'Europe/London', (q.first_due_on + time '23:59:59') at time zone 'Europe/London',
    q.due_on::timestamp at time zone 'Europe/London', q.answered_at
  from data_requests q where q.kind in ('access', 'erasure');
