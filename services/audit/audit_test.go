package audit_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/audit"
)

// act has somebody do n things to a case, a second apart.
func act(t *testing.T, w *testkit.Stage, who string, caseID uuid.UUID, n int) {
	t.Helper()
	for i := range n {
		err := w.DB.Write(w.As(who), func(ctx context.Context, tx *pg.Tx) error {
			return tx.Record(ctx, models.Event{
				Action: "case.viewed", SubjectType: "case", SubjectID: caseID, CaseID: caseID, Detail: map[string]any{"turn": i},
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Advance(time.Second)
	}
}

func TestTheTrailIsReadByThoseWhoAnswerForIt(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	s := audit.New(w.DB)
	c := w.Case(t, w.As("caseworker"))
	act(t, w, "caseworker", c.ID, 3)
	act(t, w, "police", c.ID, 1)

	t.Run("page by page, the latest first, each once", func(t *testing.T) {
		t.Parallel()
		var turns []string
		var cursor string
		for range 5 {
			items, next, err := s.Events(w.As("caseworker.manager"), audit.Filter{CaseID: c.ID, Action: "case.viewed", Limit: 2, Cursor: cursor})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range items {
				name := "of another organisation"
				if e.ActorName != nil {
					name = *e.ActorName
				}
				turns = append(turns, fmt.Sprint(name, " ", *e.OrgName, " ", string(e.Detail)))
			}
			if cursor = next; next == "" {
				break
			}
		}
		want := []string{
			`of another organisation Metropolitan Police Service, victim care {"turn": 0}`,
			`Dominik Wrona London Victim Service {"turn": 2}`,
			`Dominik Wrona London Victim Service {"turn": 1}`,
			`Dominik Wrona London Victim Service {"turn": 0}`,
		}
		if !slices.Equal(turns, want) {
			t.Errorf("got %q, want %q", turns, want)
		}
	})

	t.Run("without a case, one's own organisation alone", func(t *testing.T) {
		t.Parallel()
		items, _, err := s.Events(w.As("privacy"), audit.Filter{Action: "case.viewed"})
		if err != nil || len(items) != 3 {
			t.Errorf("got %d events, %v, want the 3 of the own organisation", len(items), err)
		}
		items, _, err = s.Events(w.As("refuge.manager"), audit.Filter{Action: "case.viewed"})
		if err != nil || len(items) != 0 {
			t.Errorf("got %d events, %v, want none of other organisations", len(items), err)
		}
	})

	t.Run("another organisation's case is as one that is not there", func(t *testing.T) {
		t.Parallel()
		for _, id := range []uuid.UUID{c.ID, models.NewID()} {
			if _, _, err := s.OfCase(w.As("refuge.manager"), id); models.CodeOf(err) != models.CodeNotFound {
				t.Errorf("got %v, want not found", err)
			}
		}
		if items, _, err := s.OfCase(w.As("caseworker.manager"), c.ID); err != nil || len(items) < 4 {
			t.Errorf("got %d events, %v, want those of the case", len(items), err)
		}
	})

	t.Run("a role without audit:own reads none of it", func(t *testing.T) {
		t.Parallel()
		for _, who := range []string{"caseworker", "support", "witnesscare", "orgadmin"} {
			if _, _, err := s.Events(w.As(who), audit.Filter{}); models.CodeOf(err) != models.CodeForbidden {
				t.Errorf("%s: got %v, want forbidden", who, err)
			}
		}
		if _, _, err := s.Events(context.Background(), audit.Filter{}); models.CodeOf(err) != models.CodeUnauthenticated {
			t.Errorf("nobody: got %v, want unauthenticated", err)
		}
	})

	t.Run("a cursor that is none of ours is malformed", func(t *testing.T) {
		t.Parallel()
		for _, cursor := range []string{"x", "////", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "f_______AAAAAAAAAAAAAAAAAAAAAAAA", "' or 1=1"} {
			if _, _, err := s.Events(w.As("privacy"), audit.Filter{Cursor: cursor}); models.CodeOf(err) != models.CodeMalformed {
				t.Errorf("%q: got %v, want malformed", cursor, err)
			}
		}
	})

	t.Run("every narrowing narrows", func(t *testing.T) {
		t.Parallel()
		no, yes := false, true
		start, me := testkit.StageStart(), w.Actor("caseworker").UserID
		for name, c := range map[string]struct {
			f    audit.Filter
			want int
		}{
			"who":       {audit.Filter{ActorUserID: me, Action: "case.viewed"}, 3},
			"who else":  {audit.Filter{ActorUserID: models.NewID()}, 0},
			"subject":   {audit.Filter{SubjectType: "case", SubjectID: c.ID, Action: "case.viewed"}, 3},
			"kind":      {audit.Filter{SubjectType: "referral"}, 0},
			"refused":   {audit.Filter{Refused: &yes, Action: "case.viewed"}, 0},
			"done":      {audit.Filter{Refused: &no, Action: "case.viewed"}, 3},
			"from":      {audit.Filter{From: start.Add(time.Second), Action: "case.viewed"}, 2},
			"to":        {audit.Filter{To: start.Add(time.Second), Action: "case.viewed"}, 1},
			"an action": {audit.Filter{Action: "case.logged"}, 0},
		} {
			if items, _, err := s.Events(w.As("privacy"), c.f); err != nil || len(items) != c.want {
				t.Errorf("%s: got %d events, %v, want %d", name, len(items), err, c.want)
			}
		}
	})
}

func TestReadingTheTrailIsItselfOnIt(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	s := audit.New(w.DB)
	if _, _, err := s.Events(w.As("privacy"), audit.Filter{}); err != nil {
		t.Fatal(err)
	}
	if got := w.Count(t, "select count(*) from audit_events where action = 'audit.viewed' and actor_user_id = $1", w.Actor("privacy").UserID); got != 1 {
		t.Errorf("got %d events, want 1", got)
	}
}

func TestARefusalIsReadByBothSides(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	s := audit.New(w.DB)
	c := w.Case(t, w.As("caseworker"))
	gone := models.NewID()
	for _, id := range []uuid.UUID{c.ID, gone} {
		if err := s.Refused(w.As("refuge"), "GET /api/v1/cases/{id}", "case", id, models.CodeNotFound); err != nil {
			t.Fatal(err)
		}
	}
	yes := true
	for who, want := range map[string]int{"refuge.manager": 2, "caseworker.manager": 0, "vawg.manager": 0} {
		items, _, err := s.Events(w.As(who), audit.Filter{Refused: &yes})
		if err != nil || len(items) != want {
			t.Errorf("%s: got %d refusals, %v, want %d", who, len(items), err, want)
		}
	}
	items, _, err := s.OfCase(w.As("caseworker.manager"), c.ID)
	if err != nil || len(items) != 1 || items[0].Action != "case.refused" || !items[0].Refused {
		t.Errorf("got %+v, %v, want the refusal of the other organisation", items, err)
	}
	if err := s.Refused(context.Background(), "x", "case", c.ID, models.CodeNotFound); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("nobody: got %v, want unauthenticated", err)
	}
}
