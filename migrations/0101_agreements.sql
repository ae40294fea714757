-- Data-sharing agreements of organisations, with the last day they hold. None
-- is changed after it was recorded: one that was wrong is ended, with a reason,
-- and another recorded.

-- +goose Up

create table data_sharing_agreements (
    id               uuid primary key,
    org_id           uuid not null references organisations (id),
    with_org_id      uuid references organisations (id), -- null: all who take part
    pathways         text[] not null default '{}',       -- none: every kind of support
    basis            text not null,
    reference        text not null,
    signed_on        date not null,
    expires_on       date not null,
    recorded_by      uuid not null references users (id),
    recorded_by_role text not null,
    recorded_at      timestamptz not null,
    ended_at         timestamptz,
    ended_by         uuid references users (id),
    ended_reason     text,
    version          integer not null default 1,
    constraint agreements_with_another check (with_org_id <> org_id),
    constraint agreements_basis_form check (basis ~ '^[a-z_]{1,40}$'),
    constraint agreements_reference_form check (length(reference) between 1 and 200),
    constraint agreements_in_order check (expires_on >= signed_on),
    constraint agreements_pathways_few check (cardinality(pathways) <= 20),
    constraint agreements_ended_whole check (num_nulls(ended_at, ended_by, ended_reason) in (0, 3)),
    constraint agreements_reason_form check (length(ended_reason) between 1 and 1000)
);
create index agreements_of_organisation on data_sharing_agreements (org_id, expires_on desc);
create index agreements_with on data_sharing_agreements (with_org_id) where with_org_id is not null;
create index agreements_recorded_by on data_sharing_agreements (recorded_by);
create index agreements_ended_by on data_sharing_agreements (ended_by) where ended_by is not null;

alter table data_sharing_agreements enable row level security;
alter table data_sharing_agreements force row level security;
create policy owner_all on data_sharing_agreements to throughline_owner using (true) with check (true);
create policy read_own on data_sharing_agreements for select to throughline_app using (
    (select app_role()) in ('organisation_admin', 'privacy_officer') and (select app_org_id()) in (org_id, with_org_id));
create policy record on data_sharing_agreements for insert to throughline_app with check (
    (select app_role()) in ('organisation_admin', 'privacy_officer') and org_id = (select app_org_id())
    and recorded_by = (select app_user_id()) and recorded_by_role = (select app_role()) and ended_at is null);
create policy end_own on data_sharing_agreements for update to throughline_app
    using ((select app_role()) in ('organisation_admin', 'privacy_officer') and org_id = (select app_org_id()) and ended_at is null)
    with check ((select app_role()) in ('organisation_admin', 'privacy_officer') and org_id = (select app_org_id()) and ended_by = (select app_user_id()));

revoke all on data_sharing_agreements from public, throughline_app;
grant select, insert on data_sharing_agreements to throughline_app;
grant update (ended_at, ended_by, ended_reason, version) on data_sharing_agreements to throughline_app;

-- app_agreements is what decides whether something may be sent: whose, with
-- whom, for what and until when. Definer: everybody's referral is held to it,
-- and nobody else reads on what an agreement rests, its reference or who
-- recorded it. What was ended says nothing any more.
-- +goose StatementBegin
create function app_agreements() returns table (id uuid, org_id uuid, with_org_id uuid, pathways text[], signed_on date, expires_on date)
language sql stable security definer as $$
    select a.id, a.org_id, a.with_org_id, a.pathways, a.signed_on, a.expires_on
    from public.data_sharing_agreements a where a.ended_at is null
$$;
-- +goose StatementEnd
revoke execute on function app_agreements() from public;
grant execute on function app_agreements() to throughline_app;
