-- +goose Up
-- Scorecards (docs/adr/0049): what each organisation did under the measures of a
-- scorecard, month by month, as numbers alone. A job counts them with the
-- measures' own query, so that a page of many organisations reads hundreds of
-- lines and not hundreds of thousands, and nothing a person does takes longer.
create table scorecards (
  measure text not null check (measure ~ '^[a-z_]{1,40}$'),
  org_id uuid not null references organisations (id),
  month date not null check (date_trunc('month', month) = month),
  pathway text not null check (pathway ~ '^[a-z_]{0,40}$'), -- empty: of no pathway
  n integer not null,    -- the base
  part integer not null, -- what of the base the share is
  wide integer not null, -- the wider base: those that should have been there
  counted_at timestamptz not null,
  primary key (measure, org_id, month, pathway),
  constraint scorecards_counted check (part >= 0 and n >= part and wide >= n)
);
create index scorecards_of_pathway on scorecards (pathway, month);
alter table scorecards enable row level security;
alter table scorecards force row level security;
create policy owner_all on scorecards to throughline_owner using (true) with check (true);
create policy commissioner on scorecards for select to throughline_app using ((select app_role()) in ('commissioner_auditor', 'commissioner_analyst'));
create policy own on scorecards for select to throughline_app using (
  (select app_role()) in ('manager', 'provider_manager') and org_id = (select app_org_id()));
create policy counting on scorecards to throughline_app using ((select app_is_system())) with check ((select app_is_system()));
grant select, insert, delete on scorecards to throughline_app;
-- The job reads the lines that the Commissioner's office reads.
create policy counting on quality_facts for select to throughline_app using ((select app_is_system()));

-- How the others do, to whoever may not see them: nobody's name, no count, and
-- nothing at all where fewer than five of them have twenty or more.
create function scorecard_spread(p_pathway text, p_from date, p_to date)
returns table (measure text, organisations integer, lowest numeric, quarter numeric, middle numeric, three_quarters numeric, highest numeric, whole numeric)
language sql stable security definer as $$
  select s.measure, count(*)::integer, min(s.share), percentile_cont(0.25) within group (order by s.share)::numeric, percentile_cont(0.5) within group (order by s.share)::numeric,
    percentile_cont(0.75) within group (order by s.share)::numeric, max(s.share), sum(s.part) / sum(s.n)
  from (select c.measure, c.org_id, sum(c.part)::numeric as part, sum(c.n)::numeric as n, sum(c.part)::numeric / sum(c.n) as share
    from public.scorecards c
    where c.pathway = p_pathway and c.month between p_from and p_to and c.org_id <> (select public.app_org_id())
    group by 1, 2 having sum(c.n) >= 20) s
  group by 1 having count(*) >= 5
$$;
revoke execute on function scorecard_spread(text, date, date) from public;
grant execute on function scorecard_spread(text, date, date) to throughline_app;
