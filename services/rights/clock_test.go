package rights_test

import (
	"context"
	"testing"
	"time"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/clocks"
	"throughline/services/rights"
)

// stored is the clock of a request as the database has it.
func (b *bench) stored(q *models.DataRequest) models.Clock {
	b.t.Helper()
	var k models.Clock
	if err := b.Owner.QueryRow(context.Background(), `select state, rule, rule_version, limit_days, started_at, due_at, first_due_at, stopped_at, holder_org_id from clocks
		where request_id = $1 and case_id is null and referral_id is null`, q.ID).Scan(&k.State, &k.Rule, &k.RuleVersion, &k.LimitDays, &k.StartedAt, &k.DueAt, &k.FirstDueAt, &k.StoppedAt, &k.HolderOrgID); err != nil {
		b.t.Fatal(err)
	}
	return k
}

func day(at time.Time) string { return at.In(models.London()).Format("2006-01-02 15:04") }

// TestARequestAboutOnesDataIsAClockLikeEveryOther follows one from its receipt
// to its answer: later where it is known who asks later, extended once, late
// where it is late, and one row all the while that no case sees.
func TestARequestAboutOnesDataIsAClockLikeEveryOther(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.Case(t, b.As("police"))
	received := models.Today(b.Clock.Now()).AddDate(0, 0, -6)
	q := b.received(rights.RequestInput{Kind: models.RequestAccess, Requester: "Z Q", Relation: models.RelationVictim, ReceivedOn: received}, rights.IdentityInput{Record: c.Reference})
	k := b.stored(&q)
	if k.Rule != models.RuleDataRequest || k.RuleVersion != 1 || k.LimitDays != 1 || k.State != models.ClockRunning || k.HolderOrgID != b.Person("police").Org.ID ||
		day(k.StartedAt) != "2026-11-10 00:00" || day(k.FirstDueAt) != "2026-12-10 23:59" || day(k.DueAt) != "2026-12-16 23:59" {
		t.Fatalf("got %+v, want a month of the receipt first, and of knowing who asks", k)
	}
	q, err := b.s.Extend(b.As("police.manager"), q.ID, "There are four files.")
	if err != nil {
		t.Fatal(err)
	}
	if k = b.stored(&q); day(k.DueAt) != "2027-02-16 23:59" || day(k.FirstDueAt) != "2026-12-10 23:59" {
		t.Errorf("got %+v, want two months more and the first deadline beside it", k)
	}
	// Time passes over it as over every clock, and nobody is told but the list.
	told := b.Count(t, "select count(*) from outbox")
	b.Clock.Set(k.DueAt.Add(30 * 24 * time.Hour))
	if _, err := clocks.New(b.DB, models.MustCalendar()).Tick(context.Background()); err != nil {
		t.Fatal(err)
	}
	if k = b.stored(&q); k.State != models.ClockBreached {
		t.Errorf("a month after its day it is %s, want late and not without a record", k.State)
	}
	if n := b.Count(t, "select count(*) from outbox") - told; n != 0 {
		t.Errorf("%d people were told that somebody asked about their data", n)
	}
	for who, want := range map[string]int{"police.manager": 1, "police": 0, "refuge.manager": 0, "caseworker.manager": 0} {
		var n int
		if err := b.DB.Read(b.As(who), func(ctx context.Context, tx *pg.Tx) error {
			return tx.Scan(ctx, &n, "select count(*) from clocks where request_id = ?", q.ID)
		}); err != nil || n != want {
			t.Errorf("%s sees %d clocks of the request, %v, want %d", who, n, err, want)
		}
	}
	if _, err = b.s.Propose(b.As("police.manager"), q.ID, rights.Proposal{Outcome: models.OutcomeRefuse, Ground: "excessive", Why: "It was asked five times."}); err != nil {
		t.Fatal(err, models.FieldsOf(err))
	}
	if k = b.stored(&q); k.StoppedAt != nil {
		t.Error("it stopped before a second person agreed")
	}
	if err := b.approve(b.second(), q.ID); err != nil {
		t.Fatal(err)
	}
	if k = b.stored(&q); k.StoppedAt == nil || !k.StoppedAt.Equal(b.Clock.Now()) || k.State != models.ClockBreached {
		t.Errorf("answered late: got %+v, want it stopped and late", k)
	}
	police := b.received(rights.RequestInput{Kind: models.RequestInformation, Relation: "police", Basis: "statutory", Requester: "DC Hale"}, rights.IdentityInput{})
	if n := b.Count(t, "select count(*) from clocks where request_id = $1", police.ID); n != 0 {
		t.Error("what the police ask has the clock of a person's right")
	}
}

// TestARequestKeepsTheLimitOfTheDayItWasReceived has the limit changed between
// two requests.
func TestARequestKeepsTheLimitOfTheDayItWasReceived(t *testing.T) {
	t.Parallel()
	b := setup(t)
	today := models.Today(b.Clock.Now())
	b.Do(t, "update clock_rules set effective_to = $1 where rule = 'K29'", today)
	b.Do(t, "insert into clock_rules (rule, version, owner, standard, enhanced, unit, source, effective_from) values ('K29', 2, 'controller', 2, 2, 'months', 'A new Act', $1)", today)
	receive := func(on time.Time) models.DataRequest {
		q, err := b.s.Receive(b.As("police.manager"), rights.RequestInput{Kind: models.RequestErasure, Relation: models.RelationVictim, Requester: "Z Q", Asks: "All of it gone.", ReceivedOn: on})
		if err != nil {
			t.Fatal(err, models.FieldsOf(err))
		}
		return q
	}
	before, after := receive(today.AddDate(0, 0, -1)), receive(today)
	if one, two := b.stored(&before), b.stored(&after); one.RuleVersion != 1 || two.RuleVersion != 2 || day(one.DueAt) != "2026-12-15 23:59" || day(two.DueAt) != "2027-01-18 23:59" {
		t.Errorf("got %d due %s and %d due %s, want each by the version of its day", one.RuleVersion, day(one.DueAt), two.RuleVersion, day(two.DueAt))
	}
}
