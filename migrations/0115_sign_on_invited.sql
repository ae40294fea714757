-- Single sign-on from the invitation on, and by whoever runs the installation
-- (docs/adr/0021).

-- +goose Up

-- Null: set by whoever runs the installation, from the command line.
alter table sign_ons alter column set_by drop not null;

-- app_sign_on_domain is the domain that an organisation signs in for, '' where it
-- has no sign-in of its own in use. Definer: who invites reads nothing of the
-- provider. The domain itself is no secret: the sign-in page answers for it.
-- +goose StatementBegin
create function app_sign_on_domain(p_org uuid) returns text language sql stable security definer as $$
  select coalesce((select g.domain from public.sign_ons g where g.org_id = p_org and g.active
    and (public.app_role() = 'system_admin' or public.app_role() = 'organisation_admin' and g.org_id = public.app_org_id())), '')
$$;
-- +goose StatementEnd

-- app_invitation_find, as in 0034, and whether whoever joins signs in with their
-- organisation's own sign-in and sets no password: where the invitation says so, or
-- the organisation has no other way in.
drop function app_invitation_find(bytea);
-- +goose StatementBegin
create function app_invitation_find(p_hash bytea) returns table (kind text, role text, email text, org_name text, name text, state text, sso boolean)
language sql volatile security definer as $$
  select case when i.kind = 'joining' and exists (select from public.users k where k.email = i.email and k.org_id = i.org_id and k.disabled_at is null)
      then 'changing' else i.kind end, i.role, i.email, o.name, coalesce(u.name, ''),
    case when i.used_at is not null then 'used' when i.ended_at is not null or not o.active then 'ended'
         when i.expires_at <= pg_catalog.clock_timestamp() then 'expired' else 'open' end,
    i.kind = 'joining' and exists (select from public.sign_ons g where g.org_id = i.org_id and g.active and (i.sso or g.only_way))
  from public.invitations i join public.organisations o on o.id = i.org_id left join public.users u on u.id = i.user_id
  where i.token_hash = p_hash
$$;
-- +goose StatementEnd
revoke execute on function app_sign_on_domain(uuid), app_invitation_find(bytea) from public;
grant execute on function app_sign_on_domain(uuid), app_invitation_find(bytea) to throughline_app;
