-- +goose Up
-- The question of 0077 stood in the function that counts openings, which 0079
-- made anew without it. It stands there again, before anything is counted and
-- in the owner's name; what a new case meets is looked for only where somebody
-- has declared anything.
drop function count_opened(uuid);
-- +goose StatementBegin
create function count_opened(p_record uuid, p_asks boolean) returns void language plpgsql security definer set enable_seqscan = off as $$
declare
  v_user uuid := public.app_user_id();
  v_now timestamptz := clock_timestamp();
  v_since timestamptz := v_now - interval '1 hour';
  v_most integer;
  v_last bigint;
  v_at timestamptz;
begin
  -- A record that may be of somebody they know is first asked about (0077), of
  -- nearly nobody: two looks by key.
  if p_asks and (exists (select from public.conflict_questions q where q.case_id = p_record and q.user_id = v_user and q.answered_at is null)
      or exists (select from public.conflicts d where d.user_id = v_user and d.employer_org_id is not null and d.ended_at is null)
        and public.app_conflict(p_record) is not null) then
    raise exception using errcode = 'TL403', message = 'do you know this person', detail = p_record::text;
  end if;
  for turn in 1..2 loop
    -- in these words the key answers, and not the order
    select o.at into v_at from public.record_openings o where o.record_id = p_record and o.user_id = v_user and o.kind || '' = 'opened';
    if v_at > v_since then
      return;
    end if;
    v_most := public.record_cap('opened');
    exit when turn = 2 or v_most > 1000;
    perform pg_advisory_xact_lock(hashtextextended('opened' || v_user::text, 16));
  end loop;
  v_last := coalesce((select o.nth from public.record_openings o where o.user_id = v_user and o.kind = 'opened' order by o.nth desc limit 1), 0);
  -- Were this opened too, the one so many places back would have to be older
  -- than an hour.
  if v_last >= v_most then
    select o.at into v_at from public.record_openings o
    where o.user_id = v_user and o.kind = 'opened' and o.nth <= v_last + 1 - v_most order by o.nth desc limit 1;
    if v_at > v_since then
      raise exception using errcode = 'TL429', message = 'too many records in an hour',
        detail = greatest(1, ceil(extract(epoch from v_at - v_since)))::text;
    end if;
  end if;
  insert into public.record_openings as o (user_id, kind, record_id, nth, at) values (v_user, 'opened', p_record, v_last + 1, v_now)
  on conflict (record_id, user_id, kind) do update set nth = excluded.nth, at = excluded.at;
end $$;
create or replace function audit_events_counted() returns trigger language plpgsql as $$
begin
  if new.refused or new.action = 'case.logged' or (new.actor_user_id = public.app_user_id()) is not true then
    return new;
  end if;
  if new.action in ('case.listed', 'case.searched') then
    perform public.count_listed(array(select jsonb_array_elements_text(new.detail -> 'cases')::uuid));
  elsif new.case_id is not null then
    perform public.count_opened(new.case_id, new.action not like 'conflict.%');
  end if;
  return new;
end $$;
create or replace function cases_meet_conflicts() returns trigger language plpgsql security definer as $$
begin
  if exists (select from public.conflicts) or exists (select from public.staff_households) or exists (
      select from public.victims v join public.users u on lower(u.name) = v.given_key || ' ' || v.family_key where v.id = new.victim_id) then
    perform public.conflicts_of_case(new.id);
  end if;
  return null;
end $$;
create or replace function contact_meets_conflicts() returns trigger language plpgsql security definer as $$
begin
  if new.value_key is not null then
    perform public.conflict_found(d.user_id, new.case_id, true, 'declared', public.conflict_reason(d.kind))
    from public.conflicts d where d.value_key = new.value_key and d.ended_at is null;
  end if;
  return null;
end $$;
-- +goose StatementEnd
drop trigger contact_meets_conflicts on contact_details;
create trigger contact_meets_conflicts after insert or update of value_key on contact_details for each row execute function contact_meets_conflicts();
revoke execute on function count_opened(uuid, boolean) from public;
grant execute on function count_opened(uuid, boolean) to throughline_app;
