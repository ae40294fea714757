-- +goose Up
-- What is sent to victims (docs/adr/0046): one sentence that says nothing, on a
-- way that the gate opens when it is asked for and again when it is sent. A row
-- is claimed, and that is committed, before anything leaves, so that a worker
-- who dies half-way sends nothing twice. No number and no address stands here.
create table messages (
  id uuid primary key, -- what it is known by outside, too: it says nothing
  case_id uuid not null references cases (id) on delete cascade,
  channel_id uuid references contact_channels (id) on delete set null,
  channel text not null check (channel in ('text', 'email')),
  org_id uuid not null,
  by_user_id uuid not null,
  at timestamptz not null,
  state text not null check (state in ('waiting', 'sending', 'sent', 'delivered', 'failed', 'unsure', 'refused')),
  why text check (length(why) <= 40),
  way text check (way in ('smtp', 'notify')),
  tries integer not null default 0,
  next_at timestamptz not null,
  claimed_at timestamptz,
  sent_at timestamptz,
  done_at timestamptz, -- when it was known what became of it
  seen_at timestamptz,
  seen_by uuid,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint messages_why check ((why is not null) = (state in ('failed', 'unsure', 'refused'))),
  constraint messages_claimed check (claimed_at is not null or state in ('waiting', 'refused')),
  constraint messages_sent check (sent_at is not null or state not in ('sent', 'delivered')),
  constraint messages_done check ((done_at is not null) = (state in ('delivered', 'failed', 'unsure', 'refused'))),
  constraint messages_seen check ((seen_at is null) = (seen_by is null) and (seen_at is null or state in ('failed', 'unsure')))
);
-- Asked twice at once, it is one message.
create unique index messages_one_waiting on messages (channel_id) where state in ('waiting', 'sending');
create index messages_due on messages (next_at, id) where state = 'waiting';
create index messages_in_hand on messages (claimed_at) where state = 'sending';
create index messages_case on messages (case_id, at desc, id desc);
create index messages_org on messages (org_id, at desc, id desc);
create index messages_channel on messages (channel_id) where channel_id is not null;
create index messages_unseen on messages (case_id, done_at) where state in ('failed', 'unsure') and seen_at is null;

-- +goose StatementBegin
-- What was sent stays as it was sent; whoever works on the case says that they
-- have seen to what did not arrive, and nothing else.
create function messages_guard() returns trigger language plpgsql as $$
begin
  if current_user <> 'throughline_app' then
    return new;
  end if;
  if app_is_system() then
    if not (old.state = 'sending' and new.state in ('waiting', 'sent', 'failed', 'unsure', 'refused')
        or old.state in ('sent', 'unsure') and new.state in ('sent', 'delivered', 'failed')) then
      raise exception using errcode = 'TL409', message = 'the message moved on before this';
    end if;
  elsif old.seen_at is not null or (to_jsonb(new) - 'seen_at' - 'seen_by') <> (to_jsonb(old) - 'seen_at' - 'seen_by') then
    raise exception using errcode = 'TL409', message = 'somebody has seen to this already';
  end if;
  return new;
end $$;

-- Takes a message in hand, and gives where it goes and what the gate needs to
-- know, to a job alone and once: the sealed number or address of a way leaves no
-- other door without somebody of the staff.
create function app_message_claim(p_message uuid, p_at timestamptz) returns table (case_id uuid, org_id uuid, channel_id uuid, channel text, person text, safe text,
  windows jsonb, confirmed_on date, stopped_at timestamptz, value bytea, has_page boolean, tries integer)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare m public.messages;
begin
  if not public.app_is_system() then
    return;
  end if;
  update public.messages x set state = 'sending', claimed_at = p_at, tries = x.tries + 1 where x.id = p_message and x.state = 'waiting' and x.next_at <= p_at returning * into m;
  if m.id is null then
    return;
  end if;
  return query select m.case_id, m.org_id, m.channel_id, m.channel, coalesce(ch.person, ''), coalesce(ch.safe, 'unknown'), coalesce(ch.windows, '[]'), ch.confirmed_on,
    (select min(st.at) from public.contact_stops st where st.channel_id = ch.id and st.cleared_at is null), d.value,
    exists (select from public.status_doors o where o.case_id = m.case_id and public.status_door_open(o) and o.expires_at > clock_timestamp()), m.tries
  from (select) one left join public.contact_channels ch on ch.id = m.channel_id and ch.case_id = m.case_id left join public.contact_details d on d.channel_id = ch.id;
end $$;

-- How many, by organisation, way and what became of them: to whoever runs the
-- installation, who sees no case.
create function app_message_counts(p_since timestamptz) returns table (org_id uuid, channel text, state text, n bigint)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if public.app_role() is distinct from 'system_admin' then
    return;
  end if;
  return query select m.org_id, m.channel, m.state, count(*) from public.messages m where m.at >= p_since group by 1, 2, 3 order by 1, 2, 3;
end $$;
-- +goose StatementEnd
create trigger messages_guard before update on messages for each row execute function messages_guard();
revoke execute on function messages_guard(), app_message_claim(uuid, timestamptz), app_message_counts(timestamptz) from public;
grant execute on function app_message_claim(uuid, timestamptz), app_message_counts(timestamptz) to throughline_app;

alter table messages enable row level security;
alter table messages force row level security;
revoke all on messages from public;
create policy owner_all on messages to throughline_owner using (true) with check (true);
create policy with_case on messages for select to throughline_app using ((select app_handles_cases()) and app_sees_case(case_id));
create policy asked on messages for insert to throughline_app with check ((select app_handles_cases()) and org_id = (select app_org_id())
  and by_user_id = (select app_user_id()) and state in ('waiting', 'refused') and app_sees_case(case_id));
create policy seen on messages for update to throughline_app using ((select app_handles_cases()) and state in ('failed', 'unsure') and app_sees_case(case_id))
  with check (seen_by = (select app_user_id()));
create policy work on messages for select to throughline_app using ((select app_is_system()));
create policy result on messages for update to throughline_app using ((select app_is_system())) with check ((select app_is_system()));
grant select on messages to throughline_app;
grant insert (id, case_id, channel_id, channel, org_id, by_user_id, at, state, why, next_at, done_at) on messages to throughline_app;
grant update (state, why, way, next_at, sent_at, done_at, seen_at, seen_by) on messages to throughline_app;
