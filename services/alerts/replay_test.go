package alerts_test

import (
	"context"
	"testing"
	"time"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/alerts"
	"throughline/services/demo"
)

// TestNormalUseRaisesLessThanOneFalseAlarmInAThousandDaysOfWork replays the
// trail of two months of made-up work, hour by hour, and counts what is raised
// about people: nobody in it does anything wrong (security.md section 7).
func TestNormalUseRaisesLessThanOneFalseAlarmInAThousandDaysOfWork(t *testing.T) {
	t.Parallel()
	d := testkit.Postgres(t)
	until, err := demo.ParseUntil("2026-11-20")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Seed(t.Context(), d.OwnerDSN, demo.Options{Cases: 3500, Seed: 5, Until: until, Vault: testkit.Vault()}); err != nil {
		t.Fatal(err)
	}
	now := until.AddDate(0, 0, -60)
	db, err := pg.Open(t.Context(), pg.Options{DSN: d.AppDSN, Now: func() time.Time { return now }, MaxConns: 2, Vault: testkit.Vault()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	watcher, ctx := alerts.New(db, models.MustCalendar()), models.WithActor(context.Background(), models.System())
	since := now
	for ; now.Before(until); now = now.Add(time.Hour) {
		// What is done at night and at weekends is judged the next morning.
		if now.Hour() < 8 || now.Hour() > 18 || now.Weekday() == time.Saturday || now.Weekday() == time.Sunday {
			continue
		}
		if _, err := watcher.Watch(ctx, now.Sub(since)); err != nil {
			t.Fatal(err)
		}
		since = now
	}
	count := func(query string, args ...any) (n int) {
		t.Helper()
		b, err := db.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var found bool
		b.Query(pg.One(&found, &n), query, args...)
		if err := b.Send(pg.BatchRead); err != nil {
			t.Fatal(err)
		}
		return n
	}
	days := count("select count(*) from (select distinct actor_user_id, at::date from audit_events where at > $1 and actor_user_id is not null) d", until.AddDate(0, 0, -60))
	alarms := count("select count(*) from alerts where desk = 'data'")
	t.Logf("%d alarms in %d days of somebody's work", alarms, days)
	if days < 1000 {
		t.Errorf("the trail holds %d days of work, want more to judge by", days)
	}
	if 1000*alarms >= days {
		t.Errorf("%d alarms in %d days of work, want fewer than one in a thousand", alarms, days)
	}
}
