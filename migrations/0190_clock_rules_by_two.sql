-- +goose Up
-- A new version of a clock rule is asked for by one person of the operator and
-- agreed by another (docs/adr/0042). It holds from a day that has not come yet:
-- nothing that ran is written anew.
alter table clock_rules add column approval_id uuid references approvals (id); -- null: shipped with the product
create unique index clock_rules_approved_once on clock_rules (approval_id) where approval_id is not null;

-- +goose StatementBegin
-- The one way to write a version but a migration: what a second person approved,
-- as it was asked for. Definer: the application may only read the rules.
create function app_clock_rule_set(p_approval uuid, p_now timestamptz) returns smallint
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  a public.approvals; v_last public.clock_rules; v_from date; v_version smallint;
begin
  select * into a from public.approvals x where x.id = p_approval and x.kind = 'clocks.rule' and x.decision = 'approved'
    and x.decided_by = app_user_id() and x.requested_by <> x.decided_by and x.org_id = app_org_id();
  if a.id is null or app_role() is distinct from 'system_admin' then
    raise insufficient_privilege using message = 'a second person agrees to a rule';
  end if;
  v_from := (a.payload ->> 'effective_from')::date;
  select * into v_last from public.clock_rules r where r.rule = a.payload ->> 'rule' and r.effective_to is null for update;
  v_version := (select max(r.version) from public.clock_rules r where r.rule = v_last.rule);
  if v_last.rule is null or v_last.version <> v_version or (a.payload ->> 'version')::int <> v_version + 1
    or v_from <= v_last.effective_from or v_from <= (p_now at time zone 'Europe/London')::date then
    raise exception using errcode = 'TL409', message = 'this rule was changed meanwhile, or its day has come';
  end if;
  update public.clock_rules set effective_to = v_from where rule = v_last.rule and version = v_last.version;
  insert into public.clock_rules (rule, version, owner, standard, enhanced, unit, soft, source, effective_from, approval_id)
    values (v_last.rule, v_version + 1, v_last.owner, (a.payload ->> 'standard')::smallint, (a.payload ->> 'enhanced')::smallint, a.payload ->> 'unit', v_last.soft,
      a.payload ->> 'source', v_from, a.id);
  return v_version + 1;
end $$;

-- How many clocks of a rule run, and how long those took that ended: dates and
-- counts, of no case and no organisation. Definer: whoever runs the installation
-- sees no clock.
create function app_clock_rule_lengths(p_rule text, p_since timestamptz) returns table (started date, ended date, enhanced boolean, n bigint)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select (k.started_at at time zone 'Europe/London')::date, (k.stopped_at at time zone 'Europe/London')::date, coalesce(x.enhanced, false), count(*)
  from public.clocks k left join public.case_clocks x on x.clock_id = k.id
  where k.rule = p_rule and public.app_role() = 'system_admin' and (k.stopped_at is null and k.state in ('running', 'due_soon', 'breached')
    or k.stopped_at is not null and k.state in ('met', 'breached') and k.started_at >= p_since and k.paused_seconds = 0)
  group by 1, 2, 3
$$;
-- +goose StatementEnd
revoke execute on function app_clock_rule_set(uuid, timestamptz), app_clock_rule_lengths(text, timestamptz) from public;
grant execute on function app_clock_rule_set(uuid, timestamptz), app_clock_rule_lengths(text, timestamptz) to throughline_app;
