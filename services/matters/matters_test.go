package matters_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/events"
	"throughline/services/matters"
	"throughline/services/referrals"
)

type stage struct {
	*testkit.Stage
	t *testing.T
	m *matters.Service
}

func newStage(t *testing.T) *stage {
	t.Helper()
	w := testkit.World(t)
	dir, cal := directory.New(w.DB), models.MustCalendar()
	return &stage{w, t, matters.New(w.DB, cal, dir, events.New(w.DB, cal, dir, referrals.New(w.DB, cal, dir)))}
}

func (s *stage) must(v matters.View, err error) matters.View {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return v
}

func (s *stage) want(err error, code models.Code, field string) {
	s.t.Helper()
	if err == nil || models.CodeOf(err) != code {
		s.t.Errorf("got %v %v, want an error of code %s", err, models.FieldsOf(err), code)
		return
	}
	if list := models.FieldsOf(err); field != "" && (len(list) == 0 || list[0].Field != field) {
		s.t.Errorf("got %v, want a fault of %s", list, field)
	}
}

// listing is a hearing of two days ago, of which witness care heard an hour ago:
// by when people are to be told counts from then.
func (s *stage) listing(reference string) events.Input {
	at := s.Clock.Now().Add(-time.Hour)
	return events.Input{NewCaseEvent: models.NewCaseEvent{
		Type: "E12", OccurredAt: at.Add(-48 * time.Hour), KnownAt: &at, Reference: reference,
		Details: map[string]any{"what": "listed", "court": "Snaresbrook", "hearing_at": s.Clock.Now().Add(30 * 24 * time.Hour).UTC().Format(time.RFC3339)},
	}}
}

// TestAMatterShowsTheCasesItsReaderSeesAndNoOther enters one event for an open, a
// closed, a restricted and a later case: each gets what it can, and whoever does
// not see a case learns of it neither by the matter nor by its events.
func TestAMatterShowsTheCasesItsReaderSeesAndNoOther(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	open, closed, hidden, later := s.Case(t, s.As("police")), s.Case(t, s.As("police")), s.Case(t, s.As("police")), s.Case(t, s.As("police"))
	foreign := s.Case(t, s.As("caseworker"))
	s.Do(t, "update cases set status = 'closed' where id = $1", closed.ID)

	_, err := s.m.Open(s.As("police"), matters.NewMatter{URN: "01YA2231526", CaseIDs: []uuid.UUID{open.ID, foreign.ID}})
	s.want(err, models.CodeInvalid, "case_ids")
	_, err = s.m.Open(s.As("police"), matters.NewMatter{URN: "?"})
	s.want(err, models.CodeInvalid, "urn")
	_, err = s.m.Open(s.As("caseworker"), matters.NewMatter{URN: "01YA2231526"})
	s.want(err, models.CodeInvalid, "urn")
	s.must(s.m.Open(s.As("police"), matters.NewMatter{
		URN: "01YA2231526", CaseIDs: []uuid.UUID{open.ID, closed.ID, hidden.ID},
		People: []models.MatterPerson{{Kind: models.MatterWitness, Name: "Idris Vane", Needs: []string{"travel"}}, {Kind: models.MatterWitness, Name: "Ada Penhale"}},
	}))
	_, err = s.m.AddPerson(s.As("police"), "01YA2231526", models.MatterPerson{Kind: models.MatterDefendant, Name: "Saul Merrow", Needs: []string{"travel"}})
	s.want(err, models.CodeInvalid, "needs")
	v := s.must(s.m.Record(s.As("police"), "01YA2231526", s.listing("L/1")))
	for _, k := range v.Events[0].Cases {
		if entered := k.EventID != nil; entered != (k.CaseID != closed.ID) || entered != (k.Says == "") {
			t.Errorf("case %s: %+v", k.Reference, k)
		}
	}
	if len(v.Events[0].Cases) != 3 || len(v.Events[0].Witnesses) != 2 || v.Events[0].Witnesses[0].Rule != models.RuleToldHearing {
		t.Fatalf("entered: %+v", v.Events[0])
	}
	due, err := models.MustCalendar().Due(s.Clock.Now().Add(-time.Hour), 1)
	if err != nil || !v.Events[0].Witnesses[0].DueAt.Equal(due) {
		t.Errorf("a witness is to be told by %v, want %v: a working day from when witness care knew", v.Events[0].Witnesses[0].DueAt, due)
	}

	v = s.must(s.m.AddCase(s.As("police"), "01YA2231526", later.ID, ""))
	if n := s.Count(t, "select count(*) from case_events where case_id = $1 and type = 'E12'", later.ID); n != 1 || len(v.Events[0].Cases) != 4 {
		t.Errorf("a case that joins later has %d hearings and the event %d cases", n, len(v.Events[0].Cases))
	}
	_, err = s.m.AddCase(s.As("police"), "01YA2231526", later.ID, "")
	s.want(err, models.CodeConflict, "")
	_, err = s.m.AddCase(s.As("police"), "01YA2231526", foreign.ID, "")
	s.want(err, models.CodeInvalid, "case_id")

	s.Do(t, "update cases set restricted_to = $2 where id = $1", hidden.ID, []uuid.UUID{s.Person("police.manager").ID})
	v = s.must(s.m.Get(s.As("police"), "01YA2231526"))
	for _, k := range v.Events[0].Cases {
		if k.CaseID == hidden.ID {
			t.Error("an event tells of a case that its reader may not see")
		}
	}
	// The table itself hides it, whatever asks.
	var rows int
	err = s.DB.Read(s.As("police"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &rows, "select count(*) from matter_event_cases where case_id = ?", hidden.ID)
	})
	if err != nil || rows != 0 {
		t.Errorf("got %d rows of events of a case that is hidden, %v, want none", rows, err)
	}
	if len(v.Cases) != 3 || len(v.Events[0].Cases) != 3 {
		t.Errorf("got %d cases, and %d of the event, want 3", len(v.Cases), len(v.Events[0].Cases))
	}
	s.must(s.m.Record(s.As("police"), "01YA2231526", s.listing("L/2")))
	s.must(s.m.Record(s.As("police"), "01YA2231526", s.listing("L/2"))) // delivered twice, it is one
	if n := s.Count(t, "select count(*) from case_events where case_id = $1", hidden.ID); n != 1 {
		t.Errorf("somebody enters an event in a case that they may not see")
	}
	_, err = s.m.Get(s.As("witnesscare"), "01YA2231526")
	s.want(err, models.CodeNotFound, "")
	if v := s.must(s.m.Open(s.As("witnesscare"), matters.NewMatter{URN: "01YA2231526"})); len(v.Cases)+len(v.People)+len(v.Events) != 0 {
		t.Errorf("another organisation keeps its own under the same number, and reads %+v", v)
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'case_event.recorded' and case_id = $1", open.ID); n != 2 {
		t.Errorf("%d lines of the trail say what was entered in a case, want 2", n)
	}
}
