-- +goose Up
-- Records that are likely of one person (docs/adr/0025): what waits to be
-- compared, the pairs somebody has to look at, and what they say of them.

-- Cases that were logged, or whose person was corrected, since they were compared.
create table linkage_waiting (
  case_id uuid primary key references cases (id) on delete cascade,
  since timestamptz not null default clock_timestamp()
);

-- Two cases that are likely of one person: how they agree, never what they say.
-- A pair is linked when each organisation that is asked says so.
create table linkage_pairs (
  id uuid primary key,
  one_case_id uuid not null references cases (id) on delete cascade,
  other_case_id uuid not null references cases (id) on delete cascade,
  score numeric(5, 1) not null,
  findings jsonb not null check (jsonb_typeof(findings) = 'array' and octet_length(findings::text) <= 2000),
  raised_at timestamptz not null,
  state text not null default 'waiting' check (state in ('waiting', 'linked', 'different')),
  decided_at timestamptz,
  version integer not null default 1,
  constraint linkage_pairs_once unique (one_case_id, other_case_id),
  constraint linkage_pairs_in_order check (one_case_id < other_case_id),
  constraint linkage_pairs_decided check ((state = 'waiting') = (decided_at is null))
);
create index linkage_pairs_other on linkage_pairs (other_case_id);
create index linkage_pairs_queue on linkage_pairs (raised_at desc, id) where state = 'waiting';

-- What an organisation says of a pair: the latest counts, and none is taken away.
create table linkage_answers (
  id uuid primary key,
  pair_id uuid not null references linkage_pairs (id) on delete cascade,
  org_id uuid not null references organisations (id),
  answer text not null check (answer in ('same', 'different', 'more')),
  reason text not null check (length(reason) <= 60),
  note text check (length(note) <= 2000),
  by_user_id uuid not null references users (id),
  at timestamptz not null,
  recorded_at timestamptz not null default clock_timestamp()
);
create index linkage_answers_pair on linkage_answers (pair_id, recorded_at desc);

-- A bar that follows from a link goes with it.
alter table bars add column link_id uuid references linkage_pairs (id) on delete set null;
create index bars_linked on bars (link_id) where link_id is not null;

-- People of whom a case is hidden from somebody: what a new case is compared
-- with before anybody can see it. Set by trigger, for nearly nobody.
alter table victims add column shielded boolean not null default false;
update victims v set shielded = true where exists (select from cases c where c.victim_id = v.id and (c.restricted_to is not null or c.barred is not null));
create index victims_shielded_born on victims (date_of_birth) where shielded;
create index victims_shielded_family on victims (family_key) where shielded;
create index victims_shielded_given on victims (given_key) where shielded;
create index victims_shielded_home on victims (postcode_key) where shielded;

-- +goose StatementBegin
-- Whether a name is another as slips make it: a quarter of its letters may be
-- wrong, one half of a double name may be missing.
create function names_alike(a text, b text) returns boolean language plpgsql immutable parallel safe as $$
declare
  above int[]; before int[]; here int[]; cost int;
begin
  if a is null or b is null then return false; end if;
  a := replace(a, ' ', ''); b := replace(b, ' ', '');
  if a = b or position(a in b) = 1 and length(a) > 2 or position(b in a) = 1 and length(b) > 2
    or right(b, length(a)) = a and length(a) > 2 or right(a, length(b)) = b and length(b) > 2 then
    return true;
  end if;
  a := left(a, 40); b := left(b, 40);
  if abs(length(a) - length(b)) > (greatest(length(a), length(b)) + 1) / 4 then return false; end if;
  -- the same letters in another order, but for one
  if least(length(a), length(b)) > 2 and (select coalesce(sum(greatest(n, 0)), 0) <= (least(length(a), length(b)) > 4)::int
      and coalesce(sum(greatest(-n, 0)), 0) <= (least(length(a), length(b)) > 4)::int
      from (select sum(w) as n from (select regexp_split_to_table(a, '') as l, 1 as w union all select regexp_split_to_table(b, ''), -1) x group by l) y) then
    return true;
  end if;
  above := array(select generate_series(0, length(b)));
  for i in 1..length(a) loop
    here := array[i];
    for j in 1..length(b) loop
      cost := (substr(a, i, 1) <> substr(b, j, 1))::int;
      here := here || least(above[j + 1] + 1, here[j] + 1, above[j] + cost,
        case when i > 1 and j > 1 and substr(a, i, 1) = substr(b, j - 1, 1) and substr(a, i - 1, 1) = substr(b, j, 1) then before[j - 1] + 1 end);
    end loop;
    before := above; above := here;
  end loop;
  return above[length(b) + 1] <= (greatest(length(a), length(b)) + 1) / 4;
end $$;

-- The dates a slip makes of a date of birth: each part one off, the year ten off
-- as well, day and month the other way round, figures that changed places.
create function born_slips(d date) returns date[] language plpgsql immutable parallel safe as $$
begin
  return array(select distinct s from (
    select (make_date(extract(year from d)::int, 1, 1) + make_interval(years => y, months => extract(month from d)::int - 1 + m, days => extract(day from d)::int - 1 + n))::date as s
    from unnest(array[0, -1, 1, -10, 10]) y, generate_series(-1, 1) m, generate_series(-1, 1) n
    union all select case when extract(day from d) <= 12 then make_date(extract(year from d)::int, extract(day from d)::int, extract(month from d)::int) end
  ) x where s is not null);
end $$;

-- The dates of birth that share two of day, month and year with one, or are as above.
create function born_alike(d date) returns date[] language plpgsql immutable parallel safe as $$
begin
  return array(select distinct s from (
    select unnest(public.born_slips(d)) as s
    union all select (date_trunc('month', d) + make_interval(days => n))::date from generate_series(0, 30) n
    union all select (d + make_interval(months => n))::date from generate_series(-11, 11) n
    union all select (d + make_interval(years => n))::date from generate_series(-40, 40) n
  ) x);
end $$;

-- Whether two given names are ways to write one: the lines of
-- internal/linkage/short.go.
create function short_form(a text, b text) returns boolean language sql immutable parallel safe as $$
  select exists (select from unnest(string_to_array('alexander alex sasha sandy xander
alexandra alex sasha sandra lexi
abigail abby abi gail
amelia millie amy
andrew andy drew
anthony tony antony
benjamin ben benny
catherine katherine kathryn cathy kathy kate katie cath
charles charlie chuck
charlotte charlie lottie
christine christina chris tina chrissy
christopher chris kit
daniel dan danny
david dave
deborah debbie deb
edward ed eddie ted ned
eleanor ellie nell nora
elizabeth liz lizzie beth eliza betty lisa
emily em emmy
frederick fred freddie
gabriel gabe
george georgie
grace gracie
harold harry
henry harry hal
isabella isabel isobel bella izzy
jacob jake
james jim jimmy jamie
jennifer jen jenny
jessica jess jessie
john jack johnny jon
jonathan jon jonny
joseph joe joey yusuf youssef yousef
joshua josh
katarzyna kasia
kenneth ken kenny
lawrence laurence larry
lily lilian lillian
madeleine madeline maddie
margaret maggie meg peggy
matilda tilly
matthew matt
michael mike mick mickey
mohammed muhammad mohamed mohammad mohamad muhammed mohd md mo
ahmed ahmad
ali aly
fatima fatma fatimah
hussein husain hussain hossein
hassan hasan
ibrahim ebrahim abraham
khadija khadijah khadeeja
layla leila laila leyla
maryam mariam miriam meryem
nicholas nick nicky
nicola nicky
oliver ollie
olivia liv livvy
omar umar
patricia pat trish
patrick pat paddy
peter pete
philip phil phillip
rebecca becky becca
richard rick dick richie
robert rob bob bobby robbie bert
ronald ron ronnie
samantha sam
samuel sam sammy
said saeed saeid sayeed
sara sarah sally
stephen steven steve
susan sue susie
theodore theo ted
thomas tom tommy
timothy tim
victoria vicky tori
william will bill billy liam
yousuf yusuf youssef yousef
zachary zack zac
zainab zaynab zeynep', E'\n')) l where position(' ' || a || ' ' in ' ' || l || ' ') > 0 and position(' ' || b || ' ' in ' ' || l || ' ') > 0)
$$;

-- Whether two people may be one, wide enough that nobody whom the score of
-- internal/linkage puts forward is left out (a test holds them together), but for
-- those whose given names are plainly others: twins and families share the rest,
-- and their new cases are not to be closed to those who work on them.
create function may_be_one(g1 text, f1 text, b1 date, p1 bytea, a1 text, g2 text, f2 text, b2 date, p2 bytea, a2 text) returns boolean
language plpgsql immutable parallel safe as $$
declare
  v_place boolean := coalesce(a1 = a2, false);
  v_home boolean := coalesce(p1 = p2, false);
  v_given boolean; v_family boolean; v_crossed boolean;
begin
  v_given := public.names_alike(g1, g2) or public.short_form(g1, g2);
  v_family := public.names_alike(f1, f2);
  v_crossed := (public.names_alike(g1, f2) or g1 is null or f2 is null) and (public.names_alike(f1, g2) or f1 is null or g2 is null)
    and (public.names_alike(g1, f2) or public.names_alike(f1, g2));
  if not v_given and not v_crossed and g1 is not null and g2 is not null then
    return false;
  elsif b1 is null or b2 is null then
    return v_given and v_family or v_crossed or v_home and (v_given or v_family);
  elsif b1 = b2 or extract(year from b1) = extract(year from b2) and extract(month from b1) = extract(day from b2) and extract(day from b1) = extract(month from b2) then
    return v_crossed or v_family and (v_given or v_home or g1 is null or g2 is null)
      or v_home and (v_given or (g1 is null or g2 is null) and (f1 is null or f2 is null)) or v_given and (v_place or f1 is null or f2 is null)
      or (v_place and (g1 is null or g2 is null) and (f1 is null or f2 is null));
  end if;
  return (v_given and (v_family or v_home) or v_crossed or v_home and v_family)
    or v_place and (v_given and (f1 is null or f2 is null) or v_family and (g1 is null or g2 is null));
end $$;

-- Who of those that are hidden from somebody may be the person of a case: four
-- looks by index among nearly nobody.
create function shielded_alike(p_case uuid) returns setof uuid language plpgsql stable set enable_seqscan = off as $$
declare
  v public.victims;
begin
  select x.* into v from public.victims x join public.cases c on c.victim_id = x.id where c.id = p_case;
  return query
    select t.id from public.victims t where t.id in (
      select x.id from public.victims x where x.shielded and x.date_of_birth = any (public.born_alike(v.date_of_birth))
      union select x.id from public.victims x where x.shielded and x.family_key in (v.family_key, v.given_key)
      union select x.id from public.victims x where x.shielded and x.given_key in (v.family_key, v.given_key)
      union select x.id from public.victims x where x.shielded and x.postcode_key = v.postcode_key)
    and t.id <> v.id and public.may_be_one(v.given_key, v.family_key, v.date_of_birth, v.postcode_key, v.borough, t.given_key, t.family_key, t.date_of_birth, t.postcode_key, t.borough);
end $$;

-- As in 0012, of whoever may be the same person, looked for once: the same by
-- name and date of birth, number or crime; and of those hidden from somebody,
-- whoever may be them.
create or replace function cases_inherit() returns trigger language plpgsql security definer set enable_seqscan = off as $$
declare
  same uuid[]; shut boolean; people uuid[];
begin
  if not exists (select from public.protections) and not exists (select from public.bars) then return null; end if;
  same := array(select public.same_person(new.id) union select public.shielded_alike(new.id));
  insert into public.bars (id, victim_id, case_id, person_id, email, source, reason, suspended, inherited_from, set_at)
  select public.gen_random_uuid(), new.victim_id, new.id, b.person_id, case when b.person_id is null then b.email end, 'inherited', b.reason,
    coalesce(b.person_id = new.logged_by, false), b.id, new.logged_at
  from public.bars b where b.victim_id = any (same) and b.lifted_at is null and b.source <> 'inherited' and b.victim_id <> new.victim_id;
  perform public.spread_bars(new.victim_id);
  select coalesce(bool_or(c.restricted_to is not null), false), array_agg(distinct u.id) into shut, people
  from public.cases c left join public.users u on u.id = any (c.restricted_to) and not c.sealed and u.org_id = new.accountable_org_id
  where c.victim_id = any (same) and c.id <> new.id and c.restricted_to is not null;
  shut := shut or exists (select from public.bars b where b.case_id = new.id and b.suspended);
  if shut then
    update public.cases c set held = true,
      restricted_to = array(select distinct x from unnest(people || new.logged_by) x where x is not null order by x) where c.id = new.id and c.restricted_to is null;
  end if;
  if shut or exists (select from public.bars b where b.case_id = new.id and b.source = 'inherited') then
    insert into public.protections (id, case_id, org_id, action, reason, state, asked_at)
    values (public.gen_random_uuid(), new.id, new.accountable_org_id, 'review', 'same_person', 'pending', new.logged_at);
  end if;
  return null;
end $$;

-- As in 0012, and the person is marked as long as one of their cases hides.
create or replace function cases_spread_protection() returns trigger language plpgsql security definer as $$
begin
  update public.referrals r set barred = new.barred, from_people = new.restricted_to, sealed = new.sealed
    where r.case_id = new.id and (r.barred, r.from_people, r.sealed) is distinct from (new.barred, new.restricted_to, new.sealed);
  update public.clocks k set barred = new.barred where k.case_id = new.id and k.barred is distinct from new.barred;
  update public.quality_facts f set barred = new.barred
    where f.referral_id in (select r.id from public.referrals r where r.case_id = new.id) and f.barred is distinct from new.barred;
  update public.victims v set shielded = not v.shielded where v.id = new.victim_id
    and v.shielded <> exists (select from public.cases c where c.victim_id = v.id and (c.restricted_to is not null or c.barred is not null));
  return null;
end $$;

-- A person whose name, date of birth or borough is corrected is compared anew.
create or replace function victims_meet_conflicts() returns trigger language plpgsql security definer as $$
begin
  perform public.conflicts_of_case(c.id) from public.cases c where c.victim_id = new.id;
  insert into public.linkage_waiting (case_id) select c.id from public.cases c where c.victim_id = new.id on conflict do nothing;
  return null;
end $$;
-- +goose StatementEnd
revoke execute on function names_alike(text, text), born_slips(date), born_alike(date), short_form(text, text), may_be_one(text, text, date, bytea, text, text, text, date, bytea, text), shielded_alike(uuid) from public;

-- What was logged before this release is compared too, when the queue gets to it.
insert into linkage_waiting (case_id, since) select id, logged_at from cases;

-- +goose StatementBegin
-- Which sides of a pair the actor answers for: bit 1 the one case, bit 2 the
-- other; 0: the pair is not for them to know of. A reviewer is a privacy officer
-- of an organisation that holds one of the two. Nobody learns of a case that
-- bars them or is sealed to others, and nobody of another organisation's that is
-- restricted, unless that follows from a likely match alone. Definer: a privacy
-- officer reads no case.
create function app_link_sides(p_one uuid, p_other uuid) returns integer language plpgsql stable security definer as $$
declare
  a public.cases; b public.cases;
  v_org uuid := public.app_org_id();
  v_user uuid := public.app_user_id();
begin
  if public.app_role() is distinct from 'privacy_officer' then return 0; end if;
  select * into a from public.cases c where c.id = p_one;
  select * into b from public.cases c where c.id = p_other;
  if v_user = any (coalesce(a.barred, '{}') || coalesce(b.barred, '{}'))
    or a.sealed and v_user <> all (a.restricted_to) or b.sealed and v_user <> all (b.restricted_to)
    or a.accountable_org_id <> v_org and a.restricted_to is not null and not a.held
    or b.accountable_org_id <> v_org and b.restricted_to is not null and not b.held then
    return 0;
  end if;
  return (a.accountable_org_id = v_org)::int + 2 * (b.accountable_org_id = v_org)::int;
end $$;

-- Whether an organisation is asked about a pair: it holds one of the cases, has a
-- privacy officer who may know of both, and is not left out as above.
create function link_asks(p_org uuid, p_one uuid, p_other uuid) returns boolean language sql stable as $$
  select p_org in (a.accountable_org_id, b.accountable_org_id)
    and (a.accountable_org_id = p_org or a.restricted_to is null or a.held) and (b.accountable_org_id = p_org or b.restricted_to is null or b.held)
    and exists (select from public.users u where u.org_id = p_org and u.role = 'privacy_officer' and u.disabled_at is null
      and u.id <> all (coalesce(a.barred, '{}') || coalesce(b.barred, '{}'))
      and (not a.sealed or u.id = any (a.restricted_to)) and (not b.sealed or u.id = any (b.restricted_to)))
  from public.cases a, public.cases b where a.id = p_one and b.id = p_other
$$;

-- What the reviewer may know of a pair: of their own organisation's case who it
-- is about, of another's no more than whose it is.
create function app_link_shown(p_pair uuid) returns table (case_id uuid, reference text, org_id uuid, own boolean, held boolean,
    given_name text, family_name text, known_as text, date_of_birth date, borough text, logged_at timestamptz) language sql stable security definer as $$
  select c.id, c.reference, c.accountable_org_id, s.own, c.held and s.own,
    case when s.own then v.given_name end, case when s.own then v.family_name end, case when s.own then v.known_as end,
    case when s.own then v.date_of_birth end, case when s.own then v.borough end, case when s.own then c.logged_at end
  from public.linkage_pairs p cross join lateral (select public.app_link_sides(p.one_case_id, p.other_case_id) as bits) m
    cross join lateral (values (1, p.one_case_id, m.bits & 1 > 0), (2, p.other_case_id, m.bits & 2 > 0)) as s (place, id, own)
    join public.cases c on c.id = s.id join public.victims v on v.id = c.victim_id
  where p.id = p_pair and m.bits > 0 order by s.place
$$;

-- The pair follows what is said of it. Linked: every organisation that is asked
-- says it is one person; then the bars of each cover the other. Said to be two
-- people by any: they are not, and what came with the link goes.
create function linkage_decide() returns trigger language plpgsql security definer as $$
declare
  p public.linkage_pairs;
  v_state text;
begin
  select * into p from public.linkage_pairs x where x.id = new.pair_id for update;
  with said as (select distinct on (a.org_id) a.org_id, a.answer from public.linkage_answers a where a.pair_id = p.id order by a.org_id, a.recorded_at desc, a.id desc)
  select case when exists (select from said where answer = 'different') then 'different'
    when not exists (select from public.cases c where c.id in (p.one_case_id, p.other_case_id) and public.link_asks(c.accountable_org_id, p.one_case_id, p.other_case_id)
      and not exists (select from said s where s.org_id = c.accountable_org_id and s.answer = 'same')) then 'linked'
    else 'waiting' end into v_state;
  update public.linkage_pairs x set state = v_state, decided_at = case when v_state <> 'waiting' then new.at end, version = x.version + 1 where x.id = p.id;
  if v_state = 'linked' and p.state <> 'linked' then
    insert into public.bars (id, victim_id, case_id, person_id, email, source, reason, inherited_from, link_id, set_at)
    select public.gen_random_uuid(), t.victim_id, t.id, b.person_id, case when b.person_id is null then b.email end, 'inherited', b.reason, b.id, p.id, new.at
    from public.cases f join public.cases t on f.id in (p.one_case_id, p.other_case_id) and t.id in (p.one_case_id, p.other_case_id) and f.id <> t.id
      join public.bars b on b.victim_id = f.victim_id
    where b.lifted_at is null and not b.suspended and b.link_id is null and f.victim_id <> t.victim_id
      and not exists (select from public.bars o where o.victim_id = t.victim_id and o.lifted_at is null and (o.person_id = b.person_id or o.email = b.email));
  elsif v_state <> 'linked' and p.state = 'linked' then
    update public.bars b set lifted_at = new.at where b.link_id = p.id and b.lifted_at is null;
  end if;
  return null;
end $$;

-- A case and those that it may be taken for, as keys and dates: the first row is
-- the case itself. Each look is by an index and brings at most 300. Definer, for
-- the jobs alone: they see no person.
create function app_link_candidates(p_case uuid) returns table (case_id uuid, victim_id uuid, given_key text, family_key text, known_key text,
    date_of_birth date, postcode_key bytea, borough text, contacts bytea[], crimes bytea[]) language plpgsql stable security definer set enable_seqscan = off as $$
declare
  v public.victims;
  y date; z date; slips date[];
begin
  if not public.app_is_system() then return; end if;
  select x.* into v from public.victims x join public.cases c on c.victim_id = x.id where c.id = p_case;
  if not found then return; end if;
  slips := public.born_slips(v.date_of_birth);
  y := date_trunc('year', v.date_of_birth)::date; z := (y + interval '1 year')::date;
  return query
    with near as (
      (select t.id from public.victims t where t.date_of_birth = v.date_of_birth limit 300)
      union (select t.id from public.victims t where t.date_of_birth = any (slips)
        and (left(t.given_key, 1) in (left(v.given_key, 1), left(v.family_key, 1)) or left(t.family_key, 1) in (left(v.given_key, 1), left(v.family_key, 1))) limit 300)
      union (select t.id from public.victims t where t.family_key = v.family_key and t.given_key = v.given_key limit 300)
      union (select t.id from public.victims t where t.family_key = v.given_key and t.given_key = v.family_key limit 300)
      union (select t.id from public.victims t where t.family_key = v.family_key and t.given_key >= left(v.given_key, 1) and t.given_key < left(v.given_key, 1) || U&'\+10FFFF'
        and (t.date_of_birth between y and z or t.borough = v.borough) limit 300)
      union (select t.id from public.victims t where t.given_key = v.given_key and t.family_key >= left(v.family_key, 1) and t.family_key < left(v.family_key, 1) || U&'\+10FFFF'
        and (t.date_of_birth between y and z or t.borough = v.borough) limit 300)
      union (select t.id from public.victims t where t.postcode_key = v.postcode_key limit 300)
      union (select c.victim_id from public.contact_details d join public.contact_details e on e.value_key = d.value_key join public.cases c on c.id = e.case_id where d.case_id = p_case limit 300)
      union (select c.victim_id from public.incidents d join public.incidents e on e.crime_key = d.crime_key join public.cases c on c.id = e.case_id where d.case_id = p_case limit 300)
    ), found as (
      select 0 as place, v.id as person, p_case as record
      union all select 1, n.id, (select c.id from public.cases c where c.victim_id = n.id order by c.logged_at, c.id limit 1) from near n where n.id <> v.id
    )
    select f.record, t.id, t.given_key, t.family_key, t.known_key, t.date_of_birth, t.postcode_key, t.borough,
      array(select d.value_key from public.contact_details d where d.case_id = f.record and d.value_key is not null),
      array(select i.crime_key from public.incidents i where i.case_id = f.record and i.crime_key is not null)
    from found f join public.victims t on t.id = f.person where f.record is not null order by f.place, f.record;
end $$;
-- +goose StatementEnd
create trigger linkage_decided after insert on linkage_answers for each row execute function linkage_decide();

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['linkage_waiting', 'linkage_pairs', 'linkage_answers'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to throughline_owner using (true) with check (true)', t);
    execute format('revoke all on %I from public', t);
  end loop;
end $$;
-- +goose StatementEnd
create policy queued on linkage_waiting for select to throughline_app using ((select app_is_system()));
create policy queue on linkage_waiting for insert to throughline_app with check ((select app_is_system()));
create policy compared on linkage_waiting for delete to throughline_app using ((select app_is_system()));
create policy requeue on linkage_waiting for update to throughline_app using ((select app_is_system()));
-- Whoever may open both cases is shown that they are linked; until then a pair is
-- for those who decide about it.
create policy reviewed on linkage_pairs for select to throughline_app using (
  case when (select app_role()) = 'privacy_officer' then app_link_sides(one_case_id, other_case_id) > 0
    when (select app_is_system()) then true
    else state = 'linked' and exists (select from cases c where c.id = one_case_id) and exists (select from cases c where c.id = other_case_id) end);
create policy raise on linkage_pairs for insert to throughline_app with check ((select app_is_system()) and state = 'waiting');
create policy own on linkage_answers for select to throughline_app using (org_id = (select app_org_id()) and (select app_role()) = 'privacy_officer'
  and exists (select from linkage_pairs p where p.id = pair_id));
create policy say on linkage_answers for insert to throughline_app with check (
  org_id = (select app_org_id()) and by_user_id = (select app_user_id()) and (select app_role()) = 'privacy_officer'
  and exists (select from linkage_pairs p where p.id = pair_id));
grant select, insert (case_id), delete, update (since) on linkage_waiting to throughline_app;
grant select, insert (id, one_case_id, other_case_id, score, findings, raised_at) on linkage_pairs to throughline_app;
grant select, insert (id, pair_id, org_id, answer, reason, note, by_user_id, at) on linkage_answers to throughline_app;

-- What the others who are asked have said, without who or why.
-- +goose StatementBegin
create function app_link_said(p_pair uuid) returns table (org_id uuid, answer text, at timestamptz) language sql stable security definer as $$
  select distinct on (o.org_id) o.org_id, a.answer, a.at
  from public.linkage_pairs p cross join lateral (select c.accountable_org_id as org_id from public.cases c where c.id in (p.one_case_id, p.other_case_id)) o
    left join public.linkage_answers a on a.pair_id = p.id and a.org_id = o.org_id
  where p.id = p_pair and public.app_link_sides(p.one_case_id, p.other_case_id) > 0 and public.link_asks(o.org_id, p.one_case_id, p.other_case_id)
  order by o.org_id, a.recorded_at desc, a.id desc
$$;
-- +goose StatementEnd
revoke execute on function app_link_sides(uuid, uuid), link_asks(uuid, uuid, uuid), app_link_shown(uuid), linkage_decide(), app_link_candidates(uuid), app_link_said(uuid) from public;
grant execute on function app_link_sides(uuid, uuid), app_link_shown(uuid), app_link_candidates(uuid), app_link_said(uuid) to throughline_app;
