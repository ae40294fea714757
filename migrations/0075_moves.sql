-- +goose Up
-- A coordinator moves a referral to a service that the referrer has recorded a
-- decision to share with (referrals.md row 20). It sees neither the case nor its
-- sharing: this names, for a referral it has before it, the latest live decision
-- for each organisation that offers help of the same kind, and nothing else.
-- +goose StatementBegin
create function app_reroute_agreed(p_referral uuid, p_today date) returns table (decision_id uuid, receiver_org_id uuid)
language sql stable security definer as $$
  select distinct on (d.receiver_org_id) d.id, d.receiver_org_id
    from public.referrals r join public.sharing_decisions d on d.case_id = r.case_id
   where r.id = p_referral and public.app_coordinates(p_referral) and d.withdrawn_at is null and coalesce(d.expires_on >= p_today, true)
     and exists (select from public.services s where s.org_id = d.receiver_org_id and s.pathway = r.pathway and s.active)
   order by d.receiver_org_id, d.recorded_at desc, d.id desc
$$;
-- +goose StatementEnd
revoke execute on function app_reroute_agreed(uuid, date) from public;
grant execute on function app_reroute_agreed(uuid, date) to throughline_app;
