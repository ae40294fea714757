package cases_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/cases"
	"throughline/services/directory"
)

// server is the service on a connection of its own.
func (s *stage) server(t *testing.T, caps pg.Caps) *cases.Service {
	t.Helper()
	db := s.Another(t, caps)
	return cases.New(db, models.MustCalendar(), directory.New(db))
}

// planted makes n cases of the person's organisation.
func (s *stage) planted(t *testing.T, who string, n int) []uuid.UUID {
	t.Helper()
	out := make([]uuid.UUID, n)
	for i := range out {
		out[i] = s.Case(t, s.As(who)).ID
	}
	return out
}

// opens reads records until one is refused, and says how many were shown.
func opens(t *testing.T, s *cases.Service, ctx context.Context, ids []uuid.UUID) int {
	t.Helper()
	for i, id := range ids {
		if _, err := s.Get(ctx, id); err != nil {
			if !models.IsRecordCap(err) {
				t.Fatalf("record %d: got %v, want it shown or too many", i+1, err)
			}
			return i
		}
	}
	return len(ids)
}

func TestNobodyOpensMoreRecordsInAnHourThanTheCap(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	caps := pg.Caps{Opened: pg.Cap{"": 6, models.RoleManager: 9}}
	one, ids := s.server(t, caps), s.planted(t, "caseworker", 30)
	me, colleague, manager := s.As("caseworker"), s.As("support"), s.As("caseworker.manager")

	if n := opens(t, one, me, ids); n != 6 {
		t.Fatalf("%d records were shown, want 6", n)
	}
	_, err := one.Get(me, ids[6])
	var refused *models.Error
	if !errors.As(err, &refused) || refused.Code != models.CodeTooMany || refused.RetryAfter < 59*time.Minute || refused.RetryAfter > time.Hour {
		t.Errorf("got %v, want to wait the better part of an hour", err)
	}
	if n := s.Count(t, "select count(*) from audit_events where case_id = $1 and not refused", ids[6]); n != 0 {
		t.Errorf("the trail says %d times that the record was shown, and it was not", n)
	}
	if n := opens(t, one, me, ids[:6]); n != 6 {
		t.Errorf("%d of the six were shown again, want all: opening again is free", n)
	}
	if _, err := one.Journey(me, ids[6]); !models.IsRecordCap(err) {
		t.Errorf("another way to the same record: got %v, want too many", err)
	}
	if n := opens(t, s.server(t, caps), me, ids[6:]); n != 0 {
		t.Errorf("a server started again showed %d more, want none", n)
	}
	if n := opens(t, one, colleague, ids); n != 6 {
		t.Errorf("a colleague was shown %d, want a count of their own", n)
	}
	if n := opens(t, one, manager, ids); n != 9 {
		t.Errorf("a manager was shown %d, want the role's own 9", n)
	}
	// The two opened first are an hour ago: there is room for two.
	s.Do(t, "update record_openings set at = at - interval '61 minutes' where user_id = $1 and record_id = any($2)", s.Actor("caseworker").UserID, ids[:2])
	if n := opens(t, one, me, ids[10:]); n != 2 {
		t.Errorf("%d were shown once two were an hour old, want 2", n)
	}
}

func TestTheCapIsExactOverTwoServersAtOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	caps := pg.Caps{Opened: pg.Cap{"": 12}}
	servers, ids, ctx := []*cases.Service{s.server(t, caps), s.server(t, caps)}, s.planted(t, "caseworker", 40), s.As("caseworker")
	var shown, refused atomic.Int64
	var group sync.WaitGroup
	for i, id := range ids {
		group.Go(func() {
			switch _, err := servers[i%2].Get(ctx, id); {
			case err == nil:
				shown.Add(1)
			case models.IsRecordCap(err):
				refused.Add(1)
			default:
				t.Errorf("got %v, want it shown or too many", err)
			}
		})
	}
	group.Wait()
	if shown.Load() != 12 || refused.Load() != 28 {
		t.Errorf("%d were shown and %d refused, want 12 and 28", shown.Load(), refused.Load())
	}
}

func TestNamesInListsHaveACapOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	one, ctx := s.server(t, pg.Caps{Opened: pg.Cap{"": 2}, Listed: pg.Cap{"": 8}}), s.As("caseworker")
	s.planted(t, "caseworker", 12)
	first, err := one.List(ctx, cases.Filter{Limit: 6})
	if err != nil || len(first.Items) != 6 {
		t.Fatalf("got %d, %v, want 6 names", len(first.Items), err)
	}
	for range 3 {
		if _, err := one.List(ctx, cases.Filter{Limit: 6}); err != nil {
			t.Fatalf("got %v, want the same names again for nothing", err)
		}
	}
	if _, err := one.List(ctx, cases.Filter{Limit: 6, Cursor: first.Next}); !models.IsRecordCap(err) {
		t.Errorf("names 7 to 12: got %v, want too many", err)
	}
	if _, err := one.Search(ctx, cases.Query{Name: "Zephyrine Quillfeather"}); !models.IsRecordCap(err) {
		t.Errorf("twelve by a search: got %v, want too many", err)
	}
	if _, err := one.List(ctx, cases.Filter{Limit: 2, Cursor: first.Next}); err != nil {
		t.Errorf("names 7 and 8: got %v, want them", err)
	}
	if n := s.Count(t, "select count(*) from record_openings where kind = 'opened'"); n != 0 {
		t.Errorf("%d were counted as opened, want none: a list opens nothing", n)
	}
}

func TestWithoutASettingTheDatabaseHoldsToTheThreatModel(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	for kind, want := range map[string]int{"opened": 50, "listed": 500} {
		if got := w.Count(t, "select record_cap($1)", kind); got != want {
			t.Errorf("%s: got %d, want %d", kind, got, want)
		}
	}
}
