package migrations_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/internal/testkit"
	"throughline/models"
)

// derived are the things the database keeps as data though they follow from
// others: each rule finds the rows that are not what a computation from
// scratch, from live relations alone, says they are.
func derived() [][2]string {
	return [][2]string{
		{
			"a case is seen by who holds it and who logged it, or by the people it is restricted to",
			`select c.id, c.access::text, w.access::text from cases c, lateral (select case when c.restricted_to is not null then c.restricted_to
				else (select array_agg(distinct o order by o) from (values (c.accountable_org_id), (c.logged_by_org_id)) x (o)) end as access) w
			where c.access is distinct from w.access`,
		},
		{
			"a victim is seen by whoever sees a case of theirs",
			`select v.id, v.access::text, w.access::text from victims v, lateral (select array_agg(distinct a order by a) as access
				from cases c, unnest(c.access) a where c.victim_id = v.id) w where v.access is distinct from w.access`,
		},
		{
			"a referral's clock is seen by its sender and, while it can open the referral, its receiver",
			`select k.id, k.access::text, w.access::text from clocks k join referrals r on r.id = k.referral_id join cases c on c.id = r.case_id, lateral (
				select case when c.restricted_to is not null then c.restricted_to else array[r.from_org_id] end || case when c.sealed then '{}'
					when r.from_org_id = r.to_org_id or r.submitted_at is not null and (r.ended_at is null or r.accepted_at is not null
						or r.status = 'withdrawn' and r.withdrawal_acknowledged_at is null) then coalesce(r.to_people, array[r.to_org_id])
					else '{}' end as access) w
			where k.access is distinct from w.access or k.case_id <> r.case_id`,
		},
		{
			"a bar keeps its person from everything about the victim",
			`select x.id, x.barred::text, w.barred::text from (select id, id as victim_id, barred from victims
				union all select id, victim_id, barred from cases
				union all select r.id, c.victim_id, r.barred from referrals r join cases c on c.id = r.case_id
				union all select k.id, c.victim_id, k.barred from clocks k join cases c on c.id = k.case_id
				union all select f.id, c.victim_id, f.barred from quality_facts f join referrals r on r.id = f.referral_id join cases c on c.id = r.case_id) x,
				lateral (select array_agg(distinct b.person_id order by b.person_id) as barred from bars b
					where b.victim_id = x.victim_id and b.person_id is not null and b.lifted_at is null and not b.suspended) w
			where x.barred is distinct from w.barred`,
		},
		{
			"a referral is its referring side's as its case is",
			`select r.id, r.from_people::text || r.sealed, c.restricted_to::text || c.sealed from referrals r join cases c on c.id = r.case_id
			where (r.from_people, r.sealed) is distinct from (c.restricted_to, c.sealed)`,
		},
		{
			"a case's clock is seen by who sees the case",
			`select k.id, k.access::text, c.access::text from clocks k join cases c on c.id = k.case_id
			where k.referral_id is null and k.access is distinct from c.access`,
		},
		{
			"a case has exactly one holder, the accountable organisation",
			`select c.id, c.accountable_org_id::text, string_agg(h.org_id::text, ' ') from cases c left join case_holders h on h.case_id = c.id and h.until_at is null
			group by c.id having count(h.id) <> 1 or min(h.org_id::text) <> c.accountable_org_id::text`,
		},
		{
			"the line of holders begins with the case and is unbroken",
			`select case_id, from_at::text, coalesce(until_at::text, 'open') from (select h.*, c.logged_at,
				lag(until_at) over line as before, row_number() over line as n, lead(from_at) over line as after
				from case_holders h join cases c on c.id = h.case_id window line as (partition by h.case_id order by h.id)) h
			where case when n = 1 then from_at <> logged_at else before is distinct from from_at end or (after is null) <> (until_at is null)`,
		},
		{
			"the figures hold each referral that was sent, as it stands",
			`select r.id, f::text, '' from referrals r full join quality_facts f on f.kind = 'referral' and f.id = r.id
			where (f.kind is null or f.kind = 'referral') and (r.id is null or (r.submitted_at is not null) <> (f.id is not null) or f.id is not null and
				(f.referral_id, f.journey_id, f.service_id, f.from_org_id, f.to_org_id, f.pathway, f.priority, f.submitted_at, f.status, f.reason, f.decided_by,
					f.ended_at, f.accepted_at, f.month) is distinct from
				(r.id, r.journey_id, r.service_id, r.from_org_id, r.to_org_id, r.pathway, r.priority, r.submitted_at, r.status, r.reason, r.decided_by,
					r.ended_at, r.accepted_at, (date_trunc('month', r.submitted_at at time zone 'Europe/London'))::date))`,
		},
		{
			"the figures hold each clock of a referral, as it stands",
			`select k.id, f::text, '' from (select * from clocks where referral_id is not null) k full join quality_facts f on f.kind = 'clock' and f.id = k.id
			where (f.kind is null or f.kind = 'clock') and (k.id is null or f.id is null or
				(f.referral_id, f.rule, f.clock_state, f.started_at, f.due_at, f.stopped_at, f.elapsed_seconds) is distinct from
				(k.referral_id, k.rule, k.state, k.started_at, k.due_at, k.stopped_at, extract(epoch from k.stopped_at - k.started_at)::bigint - k.paused_seconds))`,
		},
		{
			"the figures hold each clock of a case, as it stands, against whoever owes it",
			`select k.id, f::text, '' from (select * from clocks where referral_id is null) k full join (select * from quality_facts where kind = 'case_clock') f on f.id = k.id
			where k.id is null or f.id is null or (f.rule, f.clock_state, f.to_org_id, f.started_at, f.due_at, f.stopped_at, f.elapsed_seconds) is distinct from
				(k.rule, k.state, k.holder_org_id, k.started_at, k.due_at, k.stopped_at, extract(epoch from k.stopped_at - k.started_at)::bigint - k.paused_seconds)`,
		},
		{
			"the figures of a clock are grouped as those of its referral",
			`select f.id, f.pathway, g.pathway from quality_facts f join quality_facts g on g.kind = 'referral' and g.id = f.referral_id where f.kind in ('clock', 'need') and
				(f.journey_id, f.service_id, f.from_org_id, f.to_org_id, f.pathway, f.borough, f.offence_group, f.age_band, f.month, f.ethnic_group, f.sex, f.disability) is distinct from
				(g.journey_id, g.service_id, g.from_org_id, g.to_org_id, g.pathway, g.borough, g.offence_group, g.age_band, g.month, g.ethnic_group, g.sex, g.disability)`,
		},
	}
}

// holdDerived fails with each row that is not what it should be.
func holdDerived(t *testing.T, w *testkit.Stage, when string) {
	t.Helper()
	for _, rule := range derived() {
		rows, err := w.Owner.Query(context.Background(), rule[1])
		if err != nil {
			t.Fatalf("checking that %s: %v", rule[0], err)
		}
		wrong, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
			var id uuid.UUID
			var got, want *string
			err := row.Scan(&id, &got, &want)
			return fmt.Sprintf("%s: got %s, want %s", id, or(got), or(want)), err
		})
		if err != nil {
			t.Fatalf("checking that %s: %v", rule[0], err)
		}
		if len(wrong) > 0 {
			t.Fatalf("%s, it is not so that %s (%d rows):\n%s", when, rule[0], len(wrong), strings.Join(wrong[:min(3, len(wrong))], "\n"))
		}
	}
}

func or(s *string) string {
	if s == nil {
		return "nothing"
	}
	return *s
}

// life is a random life of cases, written as the owner past every service: what
// the triggers keep has to be right whatever comes.
type life struct {
	*testkit.Stage
	t     *testing.T
	rnd   *rand.Rand
	cases []testkit.CaseFacts
	orgs  []uuid.UUID
}

func pick[T any](l *life, of []T) T { return of[l.rnd.IntN(len(of))] }

func TestWhatIsKeptAsDataEqualsWhatIsComputedAnew(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	for seed := range uint64(3) {
		l := &life{Stage: w, t: t, rnd: rand.New(rand.NewPCG(seed, 3))}
		for _, key := range []string{testkit.OrgPolice, testkit.OrgVictims, testkit.OrgVAWG, testkit.OrgRefuge} {
			l.orgs = append(l.orgs, w.Org(key).ID)
		}
		for step := range 130 {
			l.Clock.Advance(time.Duration(l.rnd.IntN(400)) * time.Minute)
			what := l.step()
			if step%6 == 5 {
				holdDerived(t, w, fmt.Sprintf("seed %d, after step %d (%s)", seed, step, what))
			}
		}
		holdDerived(t, w, fmt.Sprintf("seed %d, at the end", seed))
	}
	for table, least := range map[string]int{"cases": 10, "case_holders": 20, "referrals": 20, "clocks": 30, "quality_facts": 40} {
		if n := w.Count(t, "select count(*) from "+table); n < least {
			t.Errorf("the lives left %d rows in %s, want at least %d: they prove too little", n, table, least)
		}
	}
}

// step does one thing at random and says what.
func (l *life) step() string {
	if len(l.cases) == 0 {
		return l.log()
	}
	acts := []func() string{l.log, l.move, l.restrict, l.seal, l.bar, l.bar, l.lift, l.narrow, l.send, l.send, l.act, l.act, l.act, l.act, l.act, l.clock, l.clock, l.ticks, l.again, l.discard}
	return pick(l, acts)()
}

func (l *life) log() string {
	who := pick(l, []string{"police", "caseworker", "vawg", "refuge"})
	c := l.Case(l.t, l.As(who), func(f *testkit.CaseFacts) {
		f.Borough = pick(l, []string{"", "E09000012", "E09000033"})
		f.OffenceTypes = pick(l, [][]string{{"rape"}, {"domestic_abuse", "stalking"}, {}})
		if l.rnd.IntN(2) == 0 {
			f.DateOfBirth = nil
		}
	})
	l.cases = append(l.cases, c)
	return "a case is logged"
}

// again logs a further case of somebody who is known already.
func (l *life) again() string {
	first, org := pick(l, l.cases), pick(l, l.orgs)
	id := models.NewID()
	l.Do(l.t, `insert into cases (id, reference, victim_id, source, accountable_org_id, logged_by_org_id, logged_by, risk_level, enhanced, logged_at, updated_at)
		values ($1, $2, $3, 'self', $4, $5, $6, 'standard', false, $7, $7)`, id, models.NewCaseReference(), first.VictimID, org, pick(l, l.orgs), first.UserID, l.Clock.Now())
	l.cases = append(l.cases, testkit.CaseFacts{ID: id, VictimID: first.VictimID, OrgID: org, UserID: first.UserID, Risk: models.PriorityStandard})
	return "a further case of a victim"
}

func (l *life) move() string {
	l.Do(l.t, "update cases set accountable_org_id = $2, updated_at = $3, version = version + 1 where id = $1", pick(l, l.cases).ID, pick(l, l.orgs), l.Clock.Now())
	return "a case moves to another holder"
}

func (l *life) restrict() string {
	var people []uuid.UUID
	if l.rnd.IntN(2) == 0 {
		people = []uuid.UUID{l.Person("police").ID, l.Person("vawg.manager").ID}
	}
	l.Do(l.t, "update cases set restricted_to = $2, sealed = false, version = version + 1 where id = $1", pick(l, l.cases).ID, people)
	return "a case is restricted, or no longer"
}

func (l *life) seal() string {
	l.Do(l.t, "update cases set restricted_to = $2, sealed = true where id = $1", pick(l, l.cases).ID, []uuid.UUID{l.Person("privacy").ID, l.Person("caseworker.manager").ID})
	return "a case is sealed"
}

// bar names somebody by an address: of somebody, of nobody, or of one to come.
func (l *life) bar() string {
	email := pick(l, []string{"police.second@demo.test", "vawg@demo.test", "nobody@elsewhere.test", fmt.Sprintf("later%d@demo.test", l.rnd.IntN(4))})
	l.Do(l.t, "insert into bars (id, case_id, email, reason, set_at) values ($1, $2, $3, 'knows_victim', $4)", models.NewID(), pick(l, l.cases).ID, email, l.Clock.Now())
	l.Do(l.t, `insert into users (id, org_id, email, name, role, password_hash) values ($1, $2, $3, 'Somebody New', 'caseworker', 'x') on conflict do nothing`,
		models.NewID(), pick(l, l.orgs), fmt.Sprintf("later%d@demo.test", l.rnd.IntN(4)))
	return "somebody is barred"
}

func (l *life) lift() string {
	l.Do(l.t, "update bars set lifted_at = $1 where id = (select id from bars where lifted_at is null order by id limit 1)", l.Clock.Now())
	return "a bar is lifted"
}

func (l *life) narrow() string {
	l.Do(l.t, "update referrals set to_people = case when to_people is null then array[$1::uuid] end where id = (select id from referrals order by changed_in::text limit 1)", l.Person("vawg").ID)
	return "a service narrows a referral"
}

func (l *life) send() string {
	c := pick(l, l.cases)
	service := pick(l, []string{testkit.ServiceIDVA, testkit.ServiceISVA, testkit.ServiceLantern, testkit.ServiceRefuge, testkit.ServiceAdult})
	if l.Count(l.t, "select count(*) from referrals where case_id = $1 and service_id = $2 and live", c.ID, l.Service(service).ID) > 0 {
		return "nothing"
	}
	state := pick(l, []models.ReferralStatus{models.StatusDraft, models.StatusSubmitted, models.StatusSubmitted, models.StatusAccepted})
	l.Referral(l.t, c, service, state)
	return "a referral is written, " + string(state)
}

func (l *life) discard() string {
	l.Do(l.t, "delete from referrals where id = (select id from referrals where status = 'draft' order by md5(id::text) limit 1)")
	return "a draft is discarded"
}

// act moves a referral along a random row of the state table, or changes it
// without moving it, and starts and stops clocks in the same statement as the
// product does.
func (l *life) act() string {
	var id uuid.UUID
	var status models.ReferralStatus
	var held *models.ReferralStatus
	err := l.Owner.QueryRow(context.Background(), "select id, status, held_from from referrals where status <> 'entered_in_error' order by md5(id::text || $1) limit 1",
		fmt.Sprint(l.rnd.IntN(1000))).Scan(&id, &status, &held)
	if err != nil {
		return "nothing"
	}
	var to []models.Transition
	for _, row := range models.Transitions() {
		if slices.Contains(row.From, status) && (row.Target == models.ToState || row.Target == models.ToSame || held != nil && row.Target == models.ToHeldFrom) {
			to = append(to, row)
		}
	}
	if len(to) == 0 {
		return "nothing"
	}
	row := pick(l, to)
	next := row.To
	switch row.Target {
	case models.ToSame:
		next = status
	case models.ToHeldFrom:
		next = *held
	case models.ToState, models.ToDeleted:
	}
	accepted := slices.Contains([]models.ReferralStatus{models.StatusAccepted, models.StatusInProgress, models.StatusOnHold, models.StatusCompleted}, next)
	_, err = l.Owner.Exec(context.Background(), `with changed as (
			update referrals set status = $2, version = version + 1, submitted_at = coalesce(submitted_at, $3),
				held_from = case when $4 then status end, accepted_at = case when $5 then coalesce(accepted_at, $3) when $2 = 'acknowledged' then null else accepted_at end,
				ended_at = case when $6 then coalesce(ended_at, $3) end, reason = case when $6 or $2 = 'on_hold' then 'other' end, decided_by = case when $6 then 'provider' end,
				withdrawal_acknowledged_at = case when $7 then $3 end, status_since = $3
			where id = $1 returning id, case_id, to_org_id
		), stopped as (
			update clocks k set state = case when k.due_at < $3 then 'breached' else 'met' end, stopped_at = $3, paused_since = null,
				paused_seconds = paused_seconds + coalesce(extract(epoch from $3 - paused_since)::bigint, 0) from changed
			where k.referral_id = changed.id and k.stopped_at is null returning 1
		)
		insert into clocks (id, case_id, referral_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at)
		select gen_random_uuid(), case_id, id, $8, to_org_id, 'running', 2, $3, $3 + interval '2 days', $3 + interval '2 days', $3 + interval '1 day' from changed
		where (select count(*) from stopped) >= 0`, // the old clocks stop first
		id, next, l.Clock.Now(), row.Pauses, accepted, next.Ended(), row.Action == models.ActAcknowledgeWithdrawal, "K"+fmt.Sprint(22+l.rnd.IntN(4)))
	if err != nil && !strings.Contains(err.Error(), "referrals_one_live") { // reopened beside a newer one
		l.t.Fatalf("%s from %s to %s: %v", row.Action, status, next, err)
	}
	return fmt.Sprintf("%s from %s to %s", row.Action, status, next)
}

// clock starts a clock apart from any act: of a case, or of a referral in
// whatever state it is.
func (l *life) clock() string {
	now := l.Clock.Now()
	const start = `insert into clocks (id, case_id, referral_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at)
		select gen_random_uuid(), %s, $3, $4, 'running', 1, $1, $1::timestamptz + interval '1 day', $1::timestamptz + interval '1 day', $1 from %s order by md5(id::text || $2) limit 1
		on conflict do nothing`
	from := pick(l, []string{"id, null::uuid", "case_id, id"})
	table := "cases"
	if from == "case_id, id" {
		table = "referrals where submitted_at is not null"
	}
	l.Do(l.t, fmt.Sprintf(start, from, table), now, fmt.Sprint(l.rnd.IntN(1000)), fmt.Sprint("K", 26+l.rnd.IntN(8)), pick(l, l.orgs))
	return "a clock starts by " + table
}

// ticks pauses, resumes and breaches clocks.
func (l *life) ticks() string {
	l.Do(l.t, pick(l, []string{
		"update clocks set state = 'breached', rung = 1 where due_at < $1 and state in ('running', 'due_soon')",
		"update clocks set paused_since = $1, pause_reason = 'info_requested' where stopped_at is null and paused_since is null and md5(id::text) < '4'",
		`update clocks set pauses = pauses || '[]', paused_seconds = paused_seconds + extract(epoch from $1 - paused_since)::bigint, paused_since = null,
			due_at = due_at + ($1 - paused_since) where paused_since is not null`,
		"update clocks set state = 'not_applicable', why = 'withdrawn', stopped_at = $1 where stopped_at is null and md5(id::text) < '1'",
	}), l.Clock.Now())
	return "the clocks move"
}

// One case is pulled at by many at once: whoever comes last holds it, and there
// was exactly one holder throughout.
func TestACaseHasOneHolderHoweverManyMoveItAtOnce(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	c := w.Case(t, w.As("police"))
	orgs := []uuid.UUID{w.Org(testkit.OrgPolice).ID, w.Org(testkit.OrgVictims).ID, w.Org(testkit.OrgVAWG).ID, w.Org(testkit.OrgRefuge).ID}
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			conn, err := pgx.Connect(context.Background(), w.OwnerDSN)
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = conn.Close(context.Background()) }()
			for n := range 15 {
				if _, err := conn.Exec(context.Background(), "update cases set accountable_org_id = $2, updated_at = clock_timestamp(), version = version + 1 where id = $1", c.ID, orgs[(i+n)%4]); err != nil {
					t.Errorf("moving the case: %v", err)
				}
				var open int
				if err := conn.QueryRow(context.Background(), "select count(*) from case_holders where case_id = $1 and until_at is null", c.ID).Scan(&open); err != nil || open != 1 {
					t.Errorf("got %d holders, %v, want one at every moment", open, err)
				}
			}
		})
	}
	all.Wait()
	holdDerived(t, w, "after the pulling")
	if n := w.Count(t, "select count(*) from case_holders where case_id = $1", c.ID); n < 10 {
		t.Errorf("got %d links in the chain, want one for every move", n)
	}
	for what, statement := range map[string]string{
		"a second holder": "insert into case_holders (case_id, org_id, from_at) values ($1, $2, now())",
		"no holder":       "update cases set accountable_org_id = null where id = $1 and $2::uuid is not null",
	} {
		if _, err := w.Owner.Exec(t.Context(), statement, c.ID, orgs[0]); err == nil {
			t.Errorf("%s: got it, want it refused", what)
		}
	}
}
