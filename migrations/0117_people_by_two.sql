-- +goose Up
-- What two system administrators gave, one person neither takes from somebody
-- nor gives back: an access that was ended comes back by a new invitation, which
-- a second has approved, and a link that one administrator made before does
-- nothing to an account that holds such a role by now.
-- +goose StatementBegin
create or replace function users_change() returns trigger language plpgsql as $$
begin
  if public.app_role() = 'system_admin' and new.role <> old.role then
    raise exception 'one system administrator gives no role' using errcode = 'check_violation', constraint = 'users_role_takes_two';
  end if;
  if public.app_role() in ('organisation_admin', 'system_admin') and public.app_crosses(new.role) and old.disabled_at is not null and new.disabled_at is null then
    raise exception 'one administrator gives no such role back' using errcode = 'check_violation', constraint = 'users_return_takes_two';
  end if;
  return new;
end $$;

-- As in 0034, but for the links of one administrator and who holds a role by two.
create or replace function app_invitation_use(p_hash bytea, p_user uuid, p_name text, p_password text)
returns table (outcome text, user_id uuid, org_id uuid, invitation_id uuid) language plpgsql volatile security definer as $$
declare
  v public.invitations;
  v_now timestamptz := pg_catalog.clock_timestamp();
  v_known public.users;
begin
  select * into v from public.invitations i where i.token_hash = p_hash for update;
  org_id := v.org_id;
  invitation_id := v.id;
  user_id := v.user_id;
  outcome := case when v.id is null then 'unknown' when v.used_at is not null then 'used'
    when v.ended_at is not null or not exists (select from public.organisations o where o.id = v.org_id and o.active) then 'ended'
    when v.expires_at <= v_now then 'expired' end;
  if v.org_id is not null then
    perform pg_catalog.set_config('app.org_id', v.org_id::text, true);
  end if;
  if outcome is not null then
    return next;
    return;
  end if;
  if v.kind = 'reset' then
    update public.users u set password_hash = p_password, version = u.version + 1 where u.id = v.user_id and u.disabled_at is null
      and (u.role = v.role or not public.app_crosses(u.role));
    outcome := case when found then 'reset' else 'ended' end;
  else
    select * into v_known from public.users u where u.email = v.email for update;
    if v_known.id is null and p_password <> '' then
      insert into public.users (id, org_id, email, name, role, password_hash) values (p_user, v.org_id, v.email, p_name, v.role, p_password);
      user_id := p_user;
      outcome := 'joined';
    elsif v_known.id is null then
      outcome := 'ended';
    elsif v_known.org_id <> v.org_id or v_known.disabled_at is not null then
      outcome := 'taken';
    elsif public.app_crosses(v_known.role) and not public.app_crosses(v.role) then
      outcome := 'ended';
    else
      update public.users u set role = v.role, version = u.version + 1 where u.id = v_known.id;
      user_id := v_known.id;
      outcome := 'changed';
    end if;
  end if;
  if outcome in ('joined', 'changed', 'reset') then
    update public.invitations i set used_at = v_now, used_by = app_invitation_use.user_id, version = i.version + 1 where i.id = v.id;
  end if;
  return next;
end $$;
-- +goose StatementEnd
drop trigger users_change on users;
create trigger users_change before update of role, disabled_at on users for each row execute function users_change();
