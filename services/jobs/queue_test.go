package jobs_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/clocks"
	"throughline/services/directory"
	"throughline/services/jobs"
	"throughline/services/referrals"
)

// ears hear what a queue complains of.
type ears struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (e *ears) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.all.Write(p)
}

func (e *ears) heard() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.all.String()
}

func TestTheQueueRunsItsThreeJobsAsTheApplication(t *testing.T) {
	t.Parallel()
	b := setup(t)
	// Something for each of the three to do.
	b.happened(testkit.OrgPolice, "test.topic", b.sent.ID)
	old := b.Referral(t, b.c, testkit.ServiceISVA, models.StatusDraft)
	b.Do(t, "update referrals set created_at = $2 where id = $1", old.ID, b.Clock.Now().AddDate(0, 0, -91))
	b.Do(t, "update clocks set due_at = $1, due_soon_at = $1", b.Clock.Now().AddDate(0, 0, -1))
	calendar := models.MustCalendar()
	tick := clocks.New(b.DB, calendar, referrals.New(b.DB, calendar, directory.New(b.DB)).Lapse)
	complaints := &ears{}
	log := slog.New(slog.NewTextHandler(complaints, &slog.HandlerOptions{Level: slog.LevelWarn}))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	for range 2 { // two processes side by side, as a site of two servers has
		r, err := jobs.New(b.DB, tick, log)
		if err != nil {
			t.Fatal(err)
		}
		go func() { ended <- r.Run(ctx) }()
	}
	b.until(`select (select count(*) from notices where topic = 'test.topic') = 1 and not exists (select from referrals where id = $1)
		and exists (select from clocks where state = 'breached')`, old.ID)
	b.until("select count(distinct kind) = 3 from river_job where kind in ('outbox_drain', 'clocks_tick', 'old_rows_sweep') and state = 'completed'")
	// What the tick wrote in the outbox is told by a later drain.
	b.until("select exists (select from notices where topic = 'clock.late')")
	stop()
	for range 2 {
		if err := <-ended; err != nil {
			t.Errorf("a queue that was stopped: %v", err)
		}
	}
	if n := b.Count(t, "select count(*) from notices where topic = 'test.topic'"); n != 1 {
		t.Errorf("told %d times, want once", n)
	}
	if n := b.Count(t, "select count(*) from audit_events where action = 'referral.discarded'"); n != 1 {
		t.Errorf("got %d events of the draft that went, want 1", n)
	}
	if heard := complaints.heard(); heard != "" {
		t.Errorf("the queue complained:\n%s", heard)
	}
	// A job carries nothing of anybody.
	if n := b.Count(t, "select count(*) from river_job where args <> '{}'"); n != 0 {
		t.Errorf("got %d jobs with something in them, want none", n)
	}
}

func TestATickDoneTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Do(t, "update clocks set due_at = $1, due_soon_at = $1", b.Clock.Now().AddDate(0, 0, -1))
	tick := clocks.New(b.DB, models.MustCalendar())
	snapshot := func() (sum string) {
		t.Helper()
		err := b.Owner.QueryRow(t.Context(), `select concat((select md5(string_agg(c::text, '|' order by c::text)) from clocks c), (select md5(string_agg(r::text, '|')) from referrals r),
			(select count(*) from outbox), (select count(*) from notices))`).Scan(&sum)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	moved, err := tick.Tick(b.System())
	if err != nil || moved == 0 {
		t.Fatalf("the first tick moved %d clocks, %v", moved, err)
	}
	after := snapshot()
	for range 3 {
		if moved, err := tick.Tick(b.System()); err != nil || moved != 0 || snapshot() != after {
			t.Errorf("another tick moved %d clocks, %v", moved, err)
		}
	}
	b.drain()
	if got := b.told("clock.late"); got != "vawg" {
		t.Errorf("told %q that it is late, want whoever owes it", got)
	}
}
