-- +goose Up
-- What the feeds of each force leave out, by month: counts of rows that made a
-- case, and nothing else. They are counted again by a job, so that no statement
-- about a case or a referral does any more than before.
create table feed_quality (
  org_id uuid not null references organisations (id),
  force text not null check (length(force) <= 40),
  month date not null check (date_trunc('month', month) = month), -- of the run, London
  rows integer not null,
  no_safe_way integer not null,
  no_ethnicity integer not null,
  no_needs_check integer not null,
  returned_unsafe integer not null, -- came back because it was not safe to reach them
  counted_at timestamptz not null,
  primary key (org_id, force, month),
  constraint feed_quality_counted check (rows >= greatest(no_safe_way, no_ethnicity, no_needs_check, returned_unsafe) and least(no_safe_way, no_ethnicity, no_needs_check, returned_unsafe) >= 0)
);
alter table feed_quality enable row level security;
alter table feed_quality force row level security;
create policy owner_all on feed_quality to throughline_owner using (true) with check (true);
create policy commissioner on feed_quality for select to throughline_app using ((select app_role()) in ('commissioner_auditor', 'commissioner_analyst'));
create policy own on feed_quality for select to throughline_app using ((select app_handles_cases()) and org_id = (select app_org_id()));
grant select on feed_quality to throughline_app;

-- +goose StatementBegin
-- Nobody sees all that is counted here, the job neither: whether a case of a feed
-- came back as not safe stands with whoever it was referred to.
create function count_feed(p_since timestamptz, p_unsafe text[], p_now timestamptz) returns integer language plpgsql volatile security definer as $$
declare
  v_from timestamptz := pg_catalog.date_trunc('month', p_since at time zone 'Europe/London') at time zone 'Europe/London';
  v_n integer;
begin
  if not public.app_is_system() then
    raise exception 'only the job counts' using errcode = 'TL401';
  end if;
  delete from public.feed_quality q where q.month >= (v_from at time zone 'Europe/London')::date;
  insert into public.feed_quality (org_id, force, month, rows, no_safe_way, no_ethnicity, no_needs_check, returned_unsafe, counted_at)
  select r.org_id, r.force, pg_catalog.date_trunc('month', r.at at time zone 'Europe/London')::date, count(*),
    count(*) filter (where 'no_safe_way' = any (r.flags)), count(*) filter (where 'no_ethnicity' = any (r.flags)), count(*) filter (where 'no_needs_check' = any (r.flags)),
    count(*) filter (where exists (select from public.referrals f where f.case_id = r.case_id and f.reason = any (p_unsafe))
      or exists (select from public.contact_stops s where s.case_id = r.case_id)), p_now
  from public.import_rows r
  where r.kind = 'police_feed' and r.applied and r.outcome = 'accepted' and r.case_id is not null and r.force is not null and r.at >= v_from
  group by 1, 2, 3;
  get diagnostics v_n = row_count;
  return v_n;
end $$;
-- +goose StatementEnd
revoke execute on function count_feed(timestamptz, text[], timestamptz) from public;
grant execute on function count_feed(timestamptz, text[], timestamptz) to throughline_app;
