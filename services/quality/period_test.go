package quality

import (
	"testing"
	"time"
)

var aDay = time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)

func TestAScorecardIsOfWholeQuarters(t *testing.T) {
	t.Parallel()
	month := func(p time.Time) string { return p.Format("2006-01") }
	for _, tc := range []struct {
		now             time.Time
		since, from, to string
	}{
		{aDay, "2023-10", "2025-10", "2026-09"},
		{time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC), "2023-10", "2025-10", "2026-09"},
		{time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), "2024-01", "2026-01", "2026-12"},
		{time.Date(2026, 6, 30, 23, 30, 0, 0, time.UTC), "2023-07", "2025-07", "2026-06"}, // July in London
	} {
		p := PeriodAt(tc.now)
		if month(p.Since) != tc.since || month(p.From) != tc.from || month(p.To) != tc.to {
			t.Errorf("at %v: %s, %s to %s; want %s, %s to %s", tc.now, month(p.Since), month(p.From), month(p.To), tc.since, tc.from, tc.to)
		}
		if q := p.quarters(); len(q) != 12 {
			t.Errorf("at %v: %d quarters %v", tc.now, len(q), q)
		}
	}
	if q := PeriodAt(aDay).quarters(); q[0] != "2023-Q4" || q[11] != "2026-Q3" {
		t.Errorf("got %v", q)
	}
}
