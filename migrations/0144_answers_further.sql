-- +goose Up
-- An answer to a request is made of all there is about somebody (0039): what a
-- service planned and rated with them, who held the case and what was handed
-- over, why it was closed, and what police and courts did. What another
-- organisation wrote of its own work is its own to answer for, as with notes;
-- what was handed over is both sides', as far as each may read it.
-- +goose StatementBegin
create or replace function app_subject_record(p_request uuid) returns jsonb language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  q public.data_requests; c public.cases; r public.referrals; me uuid := app_org_id(); whole boolean; referrals uuid[];
begin
  select * into q from public.data_requests x where x.id = p_request and x.org_id = me and app_keeps_rights();
  if q.id is null or q.case_id is null or q.relation = 'suspect' or q.kind <> 'information' and q.identity_on is null then return null; end if;
  select * into c from public.cases x where x.id = q.case_id;
  select * into r from public.referrals x where x.id = q.referral_id;
  whole := q.referral_id is null;
  if c.id is null or whole and not public.rights_over(c) or not whole and not coalesce(public.rights_over(r), false) then return null; end if;
  referrals := case when whole then array(select x.id from public.referrals x where x.case_id = c.id and x.submitted_at is not null) else array[r.id] end;
  return jsonb_build_object(
    'victims', case when whole then (select jsonb_agg(to_jsonb(v)) from public.victims v where v.id = c.victim_id) end,
    'cases', case when whole then jsonb_build_array(to_jsonb(c)) end,
    'incidents', case when whole then (select jsonb_agg(to_jsonb(x) order by x.position) from public.incidents x where x.case_id = c.id) end,
    'related_people', case when whole then (select jsonb_agg(to_jsonb(x) order by x.id) from public.related_people x where x.case_id = c.id) end,
    'contact_channels', case when whole then (select jsonb_agg(to_jsonb(x) order by x.position) from public.contact_channels x where x.case_id = c.id) end,
    'contact_details', case when whole then (select jsonb_agg(to_jsonb(x) order by x.channel_id) from public.contact_details x where x.case_id = c.id) end,
    'code_words', case when whole then (select jsonb_agg(to_jsonb(x)) from public.code_words x where x.case_id = c.id) end,
    'sharing_decisions', case when whole then (select jsonb_agg(to_jsonb(x) order by x.recorded_at) from public.sharing_decisions x where x.case_id = c.id) end,
    'referrals', (select jsonb_agg(to_jsonb(x) order by x.created_at) from public.referrals x where x.id = any (referrals)),
    'referral_history', (select jsonb_agg(to_jsonb(x) order by x.at) from public.referral_history x where x.referral_id = any (referrals) and (whole or x.by_org_id = me)),
    'referral_questions', (select jsonb_agg(to_jsonb(x) order by x.asked_at, x.position) from public.referral_questions x where x.referral_id = any (referrals)),
    'referral_shares', case when not whole then (select jsonb_agg(to_jsonb(x) order by x.stage) from public.referral_shares x where x.referral_id = r.id
      and (x.stage = 'sending' or r.accepted_at is not null)) end,
    'contact_attempts', (select jsonb_agg(to_jsonb(x) order by x.at) from public.contact_attempts x where (whole and x.case_id = c.id or x.referral_id = any (referrals)) and (whole or x.by_org_id = me)),
    'notes', (select jsonb_agg(to_jsonb(x) order by x.at) from public.notes x where x.case_id = c.id and x.by_org_id = me and (whole or x.referral_id = r.id)))
    || jsonb_build_object(
    'need_ratings', (select jsonb_agg(to_jsonb(x) order by x.at, x.id) from public.need_ratings x where x.referral_id = any (referrals) and x.by_org_id = me),
    'support_goals', (select jsonb_agg(to_jsonb(x) order by x.at, x.id) from public.support_goals x where x.referral_id = any (referrals) and x.by_org_id = me),
    'goal_reviews', (select jsonb_agg(to_jsonb(x) order by x.at, x.id) from public.goal_reviews x where x.referral_id = any (referrals) and x.by_org_id = me),
    'appointments', (select jsonb_agg(to_jsonb(x) order by x.starts_at, x.id) from public.appointments x where x.referral_id = any (referrals) and x.by_org_id = me),
    'appointment_outcomes', (select jsonb_agg(to_jsonb(x) order by x.at, x.id) from public.appointment_outcomes x where x.referral_id = any (referrals) and x.by_org_id = me),
    'handoffs', case when whole then (select jsonb_agg(to_jsonb(x) order by x.sent_at, x.id) from public.handoffs x where x.case_id = c.id) end,
    'handoff_contents', case when whole then (select jsonb_agg(to_jsonb(x) order by h.sent_at, h.id, x.stage desc) from public.handoff_contents x join public.handoffs h on h.id = x.id
      where h.case_id = c.id and (h.from_org_id = me or h.to_org_id = me and (h.status = 'accepted' or h.status = 'offered' and x.stage = 'sending'))) end,
    'case_duties', case when whole then (select jsonb_agg(to_jsonb(x) order by x.from_at, x.id) from public.case_duties x where x.case_id = c.id) end,
    'case_closings', case when whole then (select jsonb_agg(to_jsonb(x) order by x.closed_at, x.id) from public.case_closings x where x.case_id = c.id) end,
    'case_events', case when whole then (select jsonb_agg(to_jsonb(x) order by x.occurred_at, x.id) from public.case_events x where x.case_id = c.id) end);
end $$;
-- +goose StatementEnd
