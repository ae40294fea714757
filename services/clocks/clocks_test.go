package clocks_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/clocks"
	"throughline/services/directory"
	"throughline/services/referrals"
)

// planted puts a clock on a referral, as it may stand.
func planted(t *testing.T, w *testkit.Stage, change string) (uuid.UUID, testkit.PlantedReferral) {
	t.Helper()
	r := w.Referral(t, w.Case(t, w.As("police")), testkit.ServiceIDVA, models.StatusSubmitted)
	if change != "" {
		w.Do(t, "update clocks set "+change+" where referral_id = $1", r.ID)
	}
	var id uuid.UUID
	if err := w.Owner.QueryRow(t.Context(), "select id from clocks where referral_id = $1", r.ID).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id, r
}

func tick(t *testing.T, w *testkit.Stage, at time.Time) int64 {
	t.Helper()
	w.Clock.Set(at)
	n, err := clocks.New(w.DB, models.MustCalendar()).Tick(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func november(day, hour, minute int) time.Time {
	return time.Date(2026, 11, day, hour, minute, 0, 0, models.London())
}

func TestAClockMovesWhenItsTimeComesAndOnlyOnce(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	id, r := planted(t, w, "") // due at the end of Wednesday 18 November
	state := func() (s string, rung int) {
		if err := w.Owner.QueryRow(t.Context(), "select state, rung from clocks where id = $1", id).Scan(&s, &rung); err != nil {
			t.Fatal(err)
		}
		return s, rung
	}
	for _, c := range []struct {
		at    time.Time
		moved int64
		state string
		rung  int
	}{
		{november(17, 23, 59), 0, "running", 0},
		{november(18, 0, 0), 1, "due_soon", 0},
		{november(18, 23, 59), 0, "due_soon", 0},
		{november(19, 0, 0), 1, "breached", 1},
		{november(19, 18, 0), 0, "breached", 1},
		{november(20, 0, 1), 1, "breached", 2},
		{november(22, 12, 0), 0, "breached", 2}, // a weekend
		{november(23, 0, 1), 1, "breached", 3},
		{november(27, 0, 1), 0, "breached", 3},
	} {
		if got := tick(t, w, c.at); got != c.moved {
			t.Errorf("at %s: got %d moved, want %d", models.DateTime(c.at), got, c.moved)
		}
		if got := tick(t, w, c.at); got != 0 {
			t.Errorf("at %s, once more: got %d moved, want none", models.DateTime(c.at), got)
		}
		if s, rung := state(); s != c.state || rung != c.rung {
			t.Errorf("at %s: got %s at rung %d, want %s at %d", models.DateTime(c.at), s, rung, c.state, c.rung)
		}
	}
	if got := w.Count(t, "select count(*) from outbox where referral_id = $1 and topic like 'clock.%'", r.ID); got != 4 {
		t.Errorf("got %d notices, want one for each move", got)
	}
	if got := w.Count(t, "select count(*) from referrals where id = $1 and over_limit and version = 2", r.ID); got != 1 {
		t.Error("the referral is not its coordinator's to see, or a tick counted as an act")
	}
	if got := w.Count(t, "select count(*) from quality_facts where id = $1 and clock_state = 'breached'", id); got != 1 {
		t.Error("the figures do not know that it is late")
	}
}

func TestAClockThatStandsStillOrIsStoppedDoesNotMove(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	planted(t, w, "paused_since = started_at, pause_reason = 'health'")
	planted(t, w, "state = 'met', stopped_at = started_at")
	planted(t, w, "state = 'not_applicable', why = 'Withdrawn', stopped_at = started_at")
	planted(t, w, "state = 'waived', why = 'She chose not to'")
	planted(t, w, "state = 'not_evidenced'")
	if got := tick(t, w, november(30, 9, 0)); got != 0 {
		t.Errorf("got %d moved, want none", got)
	}
}

func TestATickAndAnActNeverStopEachOther(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	s := referrals.New(w.DB, models.MustCalendar(), directory.New(w.DB))
	c := clocks.New(w.DB, models.MustCalendar())
	var ids []uuid.UUID
	for range 20 {
		_, r := planted(t, w, "")
		ids = append(ids, r.ID)
	}
	w.Clock.Set(november(19, 9, 0))
	var done sync.WaitGroup
	for _, id := range ids {
		done.Go(func() {
			if _, err := s.Do(w.As("vawg"), id, models.ActAccept, referrals.ActionInput{WorkerID: w.Person("vawg").ID}); err != nil {
				t.Errorf("accepting while the clocks tick: %v", err)
			}
		})
	}
	for range 10 {
		done.Go(func() {
			if _, err := c.Tick(context.Background()); err != nil {
				t.Errorf("ticking while somebody accepts: %v", err)
			}
		})
	}
	done.Wait()
	if got := w.Count(t, "select count(*) from clocks where rule = 'K23' and state = 'breached' and stopped_at is not null"); got != 20 {
		t.Errorf("got %d late decisions, want 20", got)
	}
}

func TestWhatFollowsATickRunsAsTheSystem(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	ran := 0
	after := func(ctx context.Context) error {
		if a, err := models.ActorFrom(ctx); err == nil && a.Role == models.RoleSystem {
			ran++
		}
		return nil
	}
	if _, err := clocks.New(w.DB, models.MustCalendar(), after).Tick(t.Context()); err != nil || ran != 1 {
		t.Errorf("got it run %d times, %v, want once", ran, err)
	}
}
