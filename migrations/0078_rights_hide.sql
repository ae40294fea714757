-- +goose Up
-- What is owed to people of their data hides with the record it is about
-- (docs/adr/0013): whoever a case bars, or is restricted or sealed to others,
-- finds no request, hold, deletion, approval or breach of it either, set before
-- or after. Certificates and tasks name nobody and stay.

-- Safety incidents on records that hide from who asks. Definer: a privacy
-- officer reads no attempt to reach anybody.
create function app_hidden_attempts() returns uuid[] language sql stable security definer as $$
  select coalesce(array_agg(a.id), '{}') from public.contact_attempts a where a.case_id = any (public.app_hidden())
$$;
revoke execute on function app_hidden_attempts() from public;
grant execute on function app_hidden_attempts() to throughline_app;

alter policy own on data_requests using ((select app_keeps_rights()) and org_id = (select app_org_id())
  and coalesce(case_id <> all ((select app_hidden())::uuid[]), true) and coalesce(referral_id <> all ((select app_hidden())::uuid[]), true));
alter policy change_own on data_requests using ((select app_keeps_rights()) and org_id = (select app_org_id())
  and coalesce(case_id <> all ((select app_hidden())::uuid[]), true) and coalesce(referral_id <> all ((select app_hidden())::uuid[]), true));
alter policy own on retention_holds using ((select app_keeps_rights()) and org_id = (select app_org_id())
  and coalesce(case_id <> all ((select app_hidden())::uuid[]), true));
alter policy change_own on retention_holds using ((select app_keeps_rights()) and org_id = (select app_org_id())
  and coalesce(case_id <> all ((select app_hidden())::uuid[]), true));
alter policy own on retention_items using ((select app_keeps_rights()) and org_id = (select app_org_id())
  and subject_id <> all ((select app_hidden())::uuid[]));
alter policy change_own on retention_items using ((select app_keeps_rights()) and org_id = (select app_org_id())
  and subject_id <> all ((select app_hidden())::uuid[]));
alter policy own on breaches using ((select app_keeps_rights()) and org_id = (select app_org_id())
  and (attempt_id is null or attempt_id <> all ((select app_hidden_attempts())::uuid[])));
alter policy change_own on breaches using ((select app_keeps_rights()) and org_id = (select app_org_id())
  and (attempt_id is null or attempt_id <> all ((select app_hidden_attempts())::uuid[])));
-- What waits for a second person about a request is there for whoever has the request.
alter policy read_own on approvals using (
  org_id = (select app_org_id()) and (requested_by = (select app_user_id()) or (select app_role()) = any (decide_roles))
  and not coalesce((select app_user_id()) = any (hidden_from), false)
  and coalesce(case_id <> all ((select app_hidden())::uuid[]), true) and coalesce(subject_id <> all ((select app_hidden())::uuid[]), true)
  and (subject_type <> 'data_request' or coalesce((select true from data_requests r where r.id = approvals.subject_id limit 1), false)));
alter policy decide on approvals
  using (decision is null and org_id = (select app_org_id()) and not coalesce((select app_user_id()) = any (hidden_from), false)
    and (requested_by = (select app_user_id()) or (select app_role()) = any (decide_roles))
    and coalesce(case_id <> all ((select app_hidden())::uuid[]), true) and coalesce(subject_id <> all ((select app_hidden())::uuid[]), true)
    and (subject_type <> 'data_request' or coalesce((select true from data_requests r where r.id = approvals.subject_id limit 1), false)));
