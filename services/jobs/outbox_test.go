package jobs_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/jobs"
)

func TestTheOtherPartyIsToldAndNobodyOfTheirOwnAct(t *testing.T) {
	t.Parallel()
	b := setup(t)
	draft := b.Referral(t, b.c, testkit.ServiceISVA, models.StatusDraft)
	own := b.Referral(t, b.Case(t, b.As("caseworker")), testkit.ServiceAdult, models.StatusSubmitted)
	for _, c := range []struct {
		name, by string
		referral uuid.UUID
		want     string
	}{
		{"the referrer acts", testkit.OrgPolice, b.sent.ID, "vawg"},
		{"the receiver acts", testkit.OrgVAWG, b.sent.ID, "police"},
		{"the clock acts", "", b.sent.ID, "police vawg"},
		{"a coordinator acts", testkit.OrgCoordination, b.sent.ID, "police vawg"},
		{"a draft is only its author's", testkit.OrgPolice, draft.ID, ""},
		{"who refers to themselves hears nothing of it", testkit.OrgVictims, own.ID, ""},
		{"but of what the clock does, once", "", own.ID, "lvs"},
		{"of a case alone there is nobody to tell", testkit.OrgPolice, uuid.Nil, ""},
		{"nor of what is gone", testkit.OrgPolice, models.NewID(), ""},
	} {
		b.happened(c.by, "test.topic", c.referral)
		b.drain()
		if got := b.told("test.topic"); got != c.want {
			t.Errorf("%s: told %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWhatACoordinatorHasToSeeIsToldToThoseOfThePathway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for topic, want := range map[string]string{
		"referral.decline_proposed": "coordination police", "referral.lapsed": "coordination police", "referral.accepted": "police",
	} {
		b.happened(testkit.OrgVAWG, topic, b.sent.ID)
		b.drain()
		if got := b.told(topic); got != want {
			t.Errorf("%s: told %q, want %q", topic, got, want)
		}
	}
	b.Do(t, "delete from pathway_coordinators where pathway = 'vawg'")
	b.happened(testkit.OrgVAWG, "referral.lapsed", b.sent.ID)
	b.drain()
	if got := b.told("referral.lapsed"); got != "police" {
		t.Errorf("with no coordinator of the pathway: told %q, want the police alone", got)
	}
}

func TestALateDutyIsToldToWhoeverOwesItAndAtTheLastStepToTheReferrer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	late := func(topic string) {
		b.Do(t, `insert into outbox (topic, referral_id, case_id, payload, at) select $2, referral_id, case_id, jsonb_build_object('clock', id), $3 from clocks where referral_id = $1`,
			b.sent.ID, topic, b.Clock.Now())
		b.drain()
	}
	for topic, want := range map[string]string{"clock.due_soon": "vawg", "clock.late": "vawg", "clock.late_manager": "vawg", "clock.late_coordinator": "coordination police vawg"} {
		late(topic)
		if got := b.told(topic); got != want {
			t.Errorf("%s: told %q, want %q", topic, got, want)
		}
	}
}

func TestACaseIsComparedWhenItIsLoggedAndWhenMoreIsKnown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for topic, want := range map[string]int{"case.logged": 1, "case.more_known": 1, "case.opened": 0} {
		b.Do(t, "delete from linkage_waiting")
		b.happened(testkit.OrgPolice, topic, uuid.Nil)
		b.drain()
		if n := b.Count(t, "select count(*) from linkage_waiting"); n != want {
			t.Errorf("%s: %d cases wait to be compared, want %d", topic, n, want)
		}
	}
}

func TestAReceiverIsNotToldOfWhatItCanNoLongerOpen(t *testing.T) {
	t.Parallel()
	end := func(status string) string {
		return "update referrals set status = '" + status + "', ended_at = now(), reason = 'other', version = version + 1 where id = $1"
	}
	for _, c := range []struct{ name, change, want string }{
		{"declined", end("declined"), ""},
		{"lapsed", end("lapsed"), ""},
		{"rerouted", end("rerouted"), ""},
		{"withdrawn, to be acknowledged", end("withdrawn"), "vawg"},
		{"withdrawn and acknowledged", "update referrals set status = 'withdrawn', ended_at = now(), withdrawal_acknowledged_at = now(), reason = 'other', version = version + 1 where id = $1", ""},
	} {
		b := setup(t)
		// Told of in the moment before the end, drained after it.
		b.happened(testkit.OrgPolice, "test.before", b.sent.ID)
		b.Do(t, `insert into outbox (topic, referral_id, case_id, payload, at) select 'clock.late', referral_id, case_id, jsonb_build_object('clock', id), now() from clocks where referral_id = $1`, b.sent.ID)
		b.Do(t, c.change, b.sent.ID)
		b.happened(testkit.OrgPolice, "test.after", b.sent.ID)
		b.drain()
		for _, topic := range []string{"test.before", "test.after", "clock.late"} {
			if got := b.told(topic); got != c.want {
				t.Errorf("%s, %s: told %q, want %q", c.name, topic, got, c.want)
			}
		}
	}
}

func TestDrainedTwiceOrByManyItTellsOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const many = 1300 // more than two helpings
	b.Do(t, "insert into outbox (topic, referral_id, case_id, by_org_id, at) select 'test.' || i, $1, $2, $3, now() from generate_series(1, $4::int) i",
		b.sent.ID, b.c.ID, b.Org(testkit.OrgPolice).ID, many)
	var all sync.WaitGroup
	drained := make([]int64, 4)
	for i := range drained {
		all.Go(func() {
			var err error
			if drained[i], err = jobs.Drain(b.System(), b.DB); err != nil {
				t.Errorf("worker %d: %v", i, err)
			}
		})
	}
	all.Wait()
	var total int64
	for _, n := range drained {
		total += n
	}
	once := func(when string) {
		t.Helper()
		if n := b.Count(t, "select count(*) from notices"); n != many {
			t.Errorf("%s: got %d notices, want %d", when, n, many)
		}
		if n := b.Count(t, "select count(distinct topic) from notices where org_id = $1", b.Org(testkit.OrgVAWG).ID); n != many {
			t.Errorf("%s: got %d different notices for the receiver, want %d", when, n, many)
		}
	}
	// Workers pass over what another has in hand, so what one left behind the
	// next takes: together they took each row once.
	b.drain()
	if total > many {
		t.Errorf("the workers say they took %d rows of %d", total, many)
	}
	once("after four workers")
	b.drain()
	once("drained again")
	b.Do(t, "update outbox set drained_at = null")
	b.drain()
	once("delivered again")
}

func TestAWorkerThatDiesMidwayTellsNothingAndTheNextTellsAll(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 20 {
		b.happened(testkit.OrgPolice, "test.topic", b.sent.ID)
	}
	// It stops where it writes the notices, its rows in hand.
	hold, err := b.Owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hold.Rollback(context.Background()) }()
	if _, err := hold.Exec(t.Context(), "lock table notices in exclusive mode"); err != nil {
		t.Fatal(err)
	}
	died := make(chan error, 1)
	go func() {
		_, err := jobs.Drain(b.System(), b.DB)
		died <- err
	}()
	const stopped = "from pg_stat_activity where datname = current_database() and usename = 'throughline_app' and wait_event_type = 'Lock'"
	b.until("select count(*) = 1 " + stopped)
	b.until("select bool_and(pg_terminate_backend(pid)) " + stopped)
	if err := <-died; models.CodeOf(err) != models.CodeUnavailable {
		t.Errorf("the worker that died: got %v, want unavailable", err)
	}
	if err := hold.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := b.Count(t, "select count(*) from notices"); n != 0 {
		t.Errorf("it told of %d before it died", n)
	}
	if n := b.Count(t, "select count(*) from outbox where drained_at is null"); n != 20 {
		t.Errorf("it left %d rows, want all 20", n)
	}
	b.drain()
	if n := b.Count(t, "select count(*) from notices"); n != 20 {
		t.Errorf("the next told of %d, want 20", n)
	}
}

// A change that is undone takes its message with it.
func TestAMessageIsThereIfAndOnlyIfTheChangeIs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, fails := range []bool{true, false} {
		batch, err := b.DB.Begin(b.As("police"))
		if err != nil {
			t.Fatal(err)
		}
		batch.Enqueue("referral.tested", b.sent.ID, b.c.ID)
		batch.Record(models.Event{Action: "referral.tested", SubjectType: "referral", SubjectID: b.sent.ID})
		if fails {
			batch.Exec("select app_lost_race()")
		}
		if err := batch.Send(1); (err != nil) != fails {
			t.Fatalf("got %v, want a failure: %v", err, fails)
		}
		b.drain()
		want := map[bool]string{true: "", false: "vawg"}[fails]
		if got := b.told("referral.tested"); got != want {
			t.Errorf("failed %v: told %q, want %q", fails, got, want)
		}
	}
}
