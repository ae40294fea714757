-- The code of conduct, accepted per version. Its words are in the code
-- (models/conduct.go); here is who accepted which of them, and when. What was
-- accepted stays accepted: nothing is changed or taken away.

-- +goose Up

create table conduct_acceptances (
    user_id   uuid not null references users (id),
    org_id    uuid not null references organisations (id),
    version   text not null,
    text_hash bytea not null,
    at        timestamptz not null,
    primary key (user_id, version),
    constraint conduct_version_form check (version ~ '^[0-9]{1,4}(\.[0-9]{1,4})?$'),
    constraint conduct_hash_form check (length(text_hash) = 32)
);
create index conduct_acceptances_of_organisation on conduct_acceptances (org_id);

alter table conduct_acceptances enable row level security;
alter table conduct_acceptances force row level security;
create policy owner_all on conduct_acceptances to throughline_owner using (true) with check (true);
create policy own_read on conduct_acceptances for select to throughline_app using (user_id = (select app_user_id()));
create policy own_accept on conduct_acceptances for insert to throughline_app
    with check (user_id = (select app_user_id()) and org_id = (select app_org_id()));
-- Who manages people sees which of them have accepted: an organisation's
-- administrator and its privacy officer their own, a system administrator those
-- whose roles cross organisations.
create policy managed_read on conduct_acceptances for select to throughline_app using (
    (select app_role()) in ('organisation_admin', 'privacy_officer') and org_id = (select app_org_id())
    or (select app_role()) = 'system_admin' and coalesce((select app_crosses(u.role) from users u where u.id = conduct_acceptances.user_id limit 1), false));
-- Who joins by an invitation accepts as they set their password, before they
-- are signed in.
create policy system_join on conduct_acceptances for insert to throughline_app
    with check ((select app_is_system()) and org_id = (select app_org_id()));

revoke all on conduct_acceptances from public, throughline_app;
grant select, insert on conduct_acceptances to throughline_app;

-- app_conduct_owed says whether somebody has still to accept a version; nobody
-- owes the version ''. Definer: the look-up of a session, which is the system's
-- alone, asks it of one person, and the system reads no acceptance.
-- +goose StatementBegin
create function app_conduct_owed(p_user uuid, p_version text) returns boolean language sql stable security definer as $$
    select p_version <> '' and public.app_is_system()
        and not exists (select from public.conduct_acceptances a where a.user_id = p_user and a.version = p_version)
$$;
-- +goose StatementEnd
revoke execute on function app_conduct_owed(uuid, text) from public;
grant execute on function app_conduct_owed(uuid, text) to throughline_app;
