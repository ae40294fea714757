-- +goose Up
-- The service's own record of its work on one referral: how each need stands,
-- what is worked towards, and when somebody meets. Every row is a fact with who
-- and when, and none is ever changed: the latest of a need, a goal or an
-- appointment is what holds (docs/adr/0024). The shape of each: of one
-- referral and its case, by one organisation, so that what deletes a service's
-- record of a referral finds them.
create table need_ratings (
  id uuid primary key,
  case_id uuid not null references cases (id),
  referral_id uuid not null references referrals (id),
  need text not null check (need in ('health', 'accommodation', 'family', 'education_employment', 'drugs_alcohol', 'finance', 'outlook', 'social')),
  point text not null check (point in ('start', 'review', 'end')),
  score smallint check (score between 1 and 5), -- from 1, very hard, to 5, going well
  unrated text check (unrated in ('not_asked', 'declined', 'unsafe_to_ask')),
  at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  by_user_id uuid not null,
  by_org_id uuid not null,
  constraint need_ratings_one_or_other check ((score is null) <> (unrated is null))
);
create table support_goals (
  id uuid primary key,
  case_id uuid not null references cases (id),
  referral_id uuid not null references referrals (id),
  need text not null check (need in ('health', 'accommodation', 'family', 'education_employment', 'drugs_alcohol', 'finance', 'outlook', 'social')),
  goal bytea not null check (octet_length(goal) <= 2100), -- sealed
  review_on date not null,
  at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  by_user_id uuid not null,
  by_org_id uuid not null,
  constraint support_goals_goal_sealed check (is_sealed(goal)),
  constraint support_goals_of unique (id, referral_id, by_org_id)
);
create table goal_reviews (
  id uuid primary key,
  case_id uuid not null references cases (id),
  referral_id uuid not null references referrals (id),
  goal_id uuid not null,
  state text not null check (state in ('open', 'reached', 'partly', 'dropped')),
  review_on date,
  at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  by_user_id uuid not null,
  by_org_id uuid not null,
  constraint goal_reviews_of foreign key (goal_id, referral_id, by_org_id) references support_goals (id, referral_id, by_org_id),
  constraint goal_reviews_looked_at_again check ((state = 'open') = (review_on is not null))
);
create table appointments (
  id uuid primary key,
  case_id uuid not null references cases (id),
  referral_id uuid not null references referrals (id),
  starts_at timestamptz not null,
  place text not null check (place in ('office', 'partner', 'home', 'court', 'police', 'health', 'elsewhere', 'phone')),
  channel text not null check (channel in ('phone', 'text', 'email', 'post', 'in_person')), -- how the person is told of it
  instead_of uuid,
  at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  by_user_id uuid not null,
  by_org_id uuid not null,
  constraint appointments_of unique (id, referral_id, by_org_id),
  constraint appointments_once_instead unique (instead_of),
  constraint appointments_instead_of foreign key (instead_of, referral_id, by_org_id) references appointments (id, referral_id, by_org_id)
);
-- Whether it happened, and whether the person came, are two answers: a worker
-- who was ill is not a person who stayed away.
create table appointment_outcomes (
  id uuid primary key,
  case_id uuid not null references cases (id),
  referral_id uuid not null references referrals (id),
  appointment_id uuid not null,
  happened boolean not null,
  attendance text check (attendance in ('attended', 'part', 'absent')),
  why text check (why in ('moved', 'service_cancelled', 'person_cancelled', 'unsafe', 'not_needed')),
  at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp(),
  by_user_id uuid not null,
  by_org_id uuid not null,
  constraint appointment_outcomes_of foreign key (appointment_id, referral_id, by_org_id) references appointments (id, referral_id, by_org_id),
  constraint appointment_outcomes_apart check (happened = (attendance is not null) and happened = (why is null))
);
create index need_ratings_referral on need_ratings (referral_id, at);
create index support_goals_referral on support_goals (referral_id, at);
create index goal_reviews_referral on goal_reviews (referral_id, at);
create index goal_reviews_goal on goal_reviews (goal_id);
create index appointments_referral on appointments (referral_id, starts_at);
create index appointment_outcomes_referral on appointment_outcomes (referral_id, at);
create index appointment_outcomes_appointment on appointment_outcomes (appointment_id);
create index need_ratings_case on need_ratings (case_id);
create index support_goals_case on support_goals (case_id);
create index goal_reviews_case on goal_reviews (case_id);
create index appointments_case on appointments (case_id);
create index appointment_outcomes_case on appointment_outcomes (case_id);

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['need_ratings', 'support_goals', 'goal_reviews', 'appointments', 'appointment_outcomes'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
    -- The organisation's that wrote it, while the referral lives; once it has
    -- ended its managers' and the worker's it was given to (decisions.md 2).
    -- Never the referrer's, and no longer anybody's where the referral should
    -- not have been. Whether the reader may see the referral is its own policy.
    execute format($policy$create policy readers on %1$I for select to throughline_app using (by_org_id = (select app_org_id()) and (select app_handles_cases())
      and coalesce((select true from referrals r where r.id = %1$I.referral_id and r.to_org_id = (select app_org_id()) and r.status <> 'entered_in_error'
        and (r.live or r.worker_id = (select app_user_id()) or (select app_role()) in ('manager', 'provider_manager')
          or r.changed_in = pg_current_xact_id_if_assigned()) limit 1), false))$policy$, t);
    -- Written in one's own name, by the service that was asked, from acceptance
    -- until the act that ends the work, that act included.
    execute format($policy$create policy authors on %1$I for insert to throughline_app with check ((select app_handles_cases())
      and by_user_id = (select app_user_id()) and by_org_id = (select app_org_id())
      and coalesce((select true from referrals r where r.id = %1$I.referral_id and r.case_id = %1$I.case_id and r.to_org_id = (select app_org_id())
        and r.accepted_at is not null and (r.live or r.changed_in = pg_current_xact_id_if_assigned()) limit 1), false))$policy$, t);
  end loop;
end $$;

-- What should not exist loses its content (referrals.md row 25). Definer: no
-- role may delete any of it.
create function support_mask() returns trigger language plpgsql security definer as $$
begin
  delete from public.goal_reviews where referral_id = new.id;
  delete from public.support_goals where referral_id = new.id;
  delete from public.appointment_outcomes where referral_id = new.id;
  delete from public.appointments where referral_id = new.id;
  delete from public.need_ratings where referral_id = new.id;
  return null;
end $$;
-- +goose StatementEnd
create trigger support_masked after update on referrals
  for each row when (new.status = 'entered_in_error' and old.status <> 'entered_in_error') execute function support_mask();
revoke execute on function support_mask() from public;

grant select, insert (id, case_id, referral_id, need, point, score, unrated, at, by_user_id, by_org_id) on need_ratings to throughline_app;
grant select, insert (id, case_id, referral_id, need, goal, review_on, at, by_user_id, by_org_id) on support_goals to throughline_app;
grant select, insert (id, case_id, referral_id, goal_id, state, review_on, at, by_user_id, by_org_id) on goal_reviews to throughline_app;
grant select, insert (id, case_id, referral_id, starts_at, place, channel, instead_of, at, by_user_id, by_org_id) on appointments to throughline_app;
grant select, insert (id, case_id, referral_id, appointment_id, happened, attendance, why, at, by_user_id, by_org_id) on appointment_outcomes to throughline_app;
