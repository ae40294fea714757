package alerts_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/alerts"
)

// raise puts an alert on a desk as the job does.
func (s *stage) raise(t *testing.T, kind models.AlertKind, org, about string, caseID *uuid.UUID) uuid.UUID {
	t.Helper()
	var person *uuid.UUID
	if about != "" {
		id := s.Actor(about).UserID
		person = &id
	}
	key := models.NewID()
	s.Do(t, "select set_config('app.role', 'system', false), app_raise_alert($1, $2, $3, $4, $5, '{}', $6, $7, $8)", string(kind), string(kind.Desk()),
		s.Org(org).ID, person, caseID, key.String(), s.Clock.Now(), s.Clock.Now().Add(48*time.Hour))
	var id uuid.UUID
	if err := s.Owner.QueryRow(t.Context(), "select id from alerts where dedupe = $1", key.String()).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

func (s *stage) sees(t *testing.T, who string) int {
	t.Helper()
	items, _, err := s.alerts.List(s.As(who), alerts.Query{})
	if err != nil {
		t.Fatalf("%s: %v", who, err)
	}
	return len(items)
}

func TestAnAlertLiesOnItsOwnDeskAndNeverBeforeWhomItConcerns(t *testing.T) {
	t.Parallel()
	s := newStage(t, pg.Caps{})
	about := s.raise(t, models.AlertTrawl, testkit.OrgVictims, "caseworker", nil)
	s.raise(t, models.AlertSafety, testkit.OrgVictims, "", nil)
	for who, want := range map[string]int{"privacy": 1, "safeguarding": 1, "police.privacy": 0, "operator.privacy": 0} {
		if got := s.sees(t, who); got != want {
			t.Errorf("%s sees %d, want %d", who, got, want)
		}
	}
	for _, who := range []string{"caseworker", "caseworker.manager", "orgadmin", "admin", "commissioner"} {
		if _, _, err := s.alerts.List(s.As(who), alerts.Query{}); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("%s: got %v, want forbidden", who, err)
		}
	}
	for _, who := range []string{"police.privacy", "safeguarding"} {
		if _, err := s.alerts.Get(s.As(who), about); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("%s: got %v, want not found", who, err)
		}
	}
	// The only privacy officer is concerned: the operator's looks at it.
	own := s.raise(t, models.AlertTrawl, testkit.OrgVictims, "privacy", nil)
	if s.sees(t, "privacy") != 1 || s.sees(t, "operator.privacy") != 1 {
		t.Error("an alert about the privacy officer is not on the operator's desk alone")
	}
	s.Do(t, "update alerts set org_id = $2 where id = $1", own, s.Org(testkit.OrgVictims).ID)
	if _, err := s.alerts.Take(s.As("privacy"), own); models.CodeOf(err) != models.CodeNotFound || s.sees(t, "privacy") != 1 {
		t.Errorf("got %v, want an alert about oneself hidden even on the own desk", err)
	}
	if _, err := s.Owner.Exec(t.Context(), "update alerts set taken_by = about_user_id, taken_at = now() where id = $1", own); pg.Constraint(err) != "alerts_by_another" {
		t.Errorf("got %v, want the table to refuse it too", err)
	}
	if n := s.Count(t, "select count(*) from audit_events where subject_type = 'alert' and (case_id is not null or detail ? 'about')"); n != 0 {
		t.Errorf("%d lines of the trail say whom or what an alert concerns, want none", n)
	}
}

func TestAnAlertAboutAHiddenRecordSaysNothingOfIt(t *testing.T) {
	t.Parallel()
	s := newStage(t, pg.Caps{})
	sealed := s.Case(t, s.As("caseworker"))
	s.Do(t, "update cases set sealed = true, restricted_to = $2 where id = $1", sealed.ID, []uuid.UUID{s.Actor("caseworker.manager").UserID, s.Actor("caseworker").UserID})
	s.raise(t, models.AlertManyReaders, testkit.OrgVictims, "", &sealed.ID)
	items, _, err := s.alerts.List(s.As("privacy"), alerts.Query{})
	if err != nil || len(items) != 1 || items[0].Reference != "" || items[0].CaseID != uuid.Nil {
		t.Errorf("got %+v, %v, want the alert without the case that is sealed", items, err)
	}
	barred := s.Case(t, s.As("caseworker"))
	earlier := s.raise(t, models.AlertManyReaders, testkit.OrgVictims, "", &barred.ID)
	s.Do(t, "insert into bars (id, case_id, email, reason, set_at) values ($1, $2, 'privacy@demo.test', 'knows_victim', $3)", models.NewID(), barred.ID, s.Clock.Now())
	s.raise(t, models.AlertManyReaders, testkit.OrgVictims, "", &barred.ID)
	if _, err := s.alerts.Get(s.As("privacy"), earlier); models.CodeOf(err) != models.CodeNotFound || s.sees(t, "privacy") != 1 {
		t.Errorf("got %v, want nothing of a record that bars the reader", err)
	}
	if s.sees(t, "operator.privacy") != 1 {
		t.Error("nobody looks at the record that bars the only privacy officer")
	}
}

func TestAnAlertIsTakenAndClosedOnceWithWords(t *testing.T) {
	t.Parallel()
	s := newStage(t, pg.Caps{})
	id := s.raise(t, models.AlertTrawl, testkit.OrgVictims, "caseworker", nil)
	second := s.Actor("privacy")
	second.UserID = models.NewID()
	s.Do(t, `insert into users (id, org_id, email, name, role, password_hash) values ($1, $2, 'privacy.second@demo.test', 'Second Officer', 'privacy_officer', 'x')`, second.UserID, second.OrgID)
	s.Do(t, "update alerts set taken_by = $2, taken_at = now() where id = $1", id, second.UserID)
	end := alerts.Outcome{Outcome: "explained", Text: "They covered for two colleagues."}
	if _, err := s.alerts.Close(s.As("privacy"), id, end); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("got %v, want a conflict: a colleague has taken it", err)
	}
	if _, err := s.alerts.Take(s.As("privacy"), id); models.CodeOf(err) != models.CodeConflict || !strings.Contains(err.Error(), "Second Officer") {
		t.Errorf("got %v, want a conflict that names who has taken it", err)
	}
	for after, want := range map[time.Duration]int{0: 0, time.Second: 1} { // two days are not late, and a second more is
		s.Clock.Set(s.Clock.Now().Add(48*time.Hour + after))
		if n, err := s.alerts.Late(s.System()); err != nil || n != want {
			t.Errorf("the operator counts %d late %s after it was due, %v, want %d", n, after, err, want)
		}
		s.Clock.Set(s.Clock.Now().Add(-48*time.Hour - after))
	}
	s.Clock.Advance(72 * time.Hour)
	s.watch(t)
	if n := s.Count(t, "select count(*) from alerts where escalated_at is not null"); n != 1 {
		t.Fatalf("%d alerts are late after three days, want 1", n)
	}
	if n, err := s.alerts.Late(s.System()); err != nil || n != 1 {
		t.Errorf("the operator counts %d late, %v, want 1", n, err)
	}
	for name, in := range map[string]alerts.Outcome{
		"no outcome": {Text: "x"}, "no words": {Outcome: "explained"}, "no such outcome": {Outcome: "x", Text: "x"}, "too long": {Outcome: "explained", Text: strings.Repeat("x", 4001)},
	} {
		if _, err := s.alerts.Close(s.As("privacy"), id, in); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%s: got %v, want invalid", name, err)
		}
	}
	if a, err := s.alerts.Take(s.As("privacy"), id); err != nil || a.TakenBy != s.Actor("privacy").UserID {
		t.Fatalf("got %v, want a late alert to be anybody's again", err)
	}
	var group sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		group.Go(func() { _, results[i] = s.alerts.Close(s.As("privacy"), id, end) })
	}
	group.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
		} else if models.CodeOf(err) != models.CodeConflict {
			t.Errorf("got %v, want a conflict", err)
		}
	}
	if won != 1 {
		t.Errorf("%d of eight closed it, want one", won)
	}
	if _, err := s.alerts.Close(s.As("privacy"), id, end); models.CodeOf(err) != models.CodeConflict || !strings.Contains(err.Error(), "closed already, by "+s.Person("privacy").Name) {
		t.Errorf("closed twice: got %v, want to be told by whom it was", err)
	}
	if _, err := s.alerts.Take(s.As("privacy"), id); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("taken after it was closed: got %v, want a conflict", err)
	}
	// Nor by the statement alone.
	err := s.DB.Write(s.As("privacy"), func(ctx context.Context, tx *pg.Tx) error {
		n, err := tx.Exec(ctx, "update alerts set outcome_text = 'Something else.' where id = ?", id)
		if err != nil || n != 0 {
			t.Errorf("the database changed %d closed alerts, %v", n, err)
		}
		return tx.Record(ctx, models.Event{Action: "test.tried", SubjectType: "alert"})
	})
	if err != nil {
		t.Fatal(err)
	}
	old := s.raise(t, models.AlertTrawl, testkit.OrgVictims, "caseworker", nil)
	s.Do(t, "update alerts set first_at = first_at - interval '91 days' where id = $1", old)
	figures, err := s.alerts.Figures(s.As("privacy"))
	if err != nil || len(figures) != 1 || figures[0].Raised != 1 || figures[0].Closed != 1 || figures[0].InTime != 0 || figures[0].Outcomes["explained"] != 1 {
		t.Errorf("got %+v, %v, want one closed, explained, and not in time", figures, err)
	}
}

func TestOfTwoWhoTakeAnAlertAtOnceOneHasIt(t *testing.T) {
	t.Parallel()
	s := newStage(t, pg.Caps{})
	second := s.Actor("privacy")
	second.UserID, second.SessionID = models.NewID(), models.NewID()
	s.Do(t, `insert into users (id, org_id, email, name, role, password_hash) values ($1, $2, 'privacy.second@demo.test', 'Second Officer', 'privacy_officer', 'x')`, second.UserID, second.OrgID)
	s.Do(t, `insert into sessions (id, user_id, org_id, role, kind, idle_expires_at, expires_at) values ($1, $2, $3, 'privacy_officer', 'api', now() + interval '10 minutes', now() + interval '1 hour')`,
		second.SessionID, second.UserID, second.OrgID)
	for range 4 {
		id := s.raise(t, models.AlertTrawl, testkit.OrgVictims, "caseworker", nil)
		var group sync.WaitGroup
		var won [2]error
		for i, ctx := range []context.Context{s.As("privacy"), models.WithActor(t.Context(), second)} {
			group.Go(func() { _, won[i] = s.alerts.Take(ctx, id) })
		}
		group.Wait()
		if (won[0] == nil) == (won[1] == nil) {
			t.Errorf("got %v and %v, want one of the two to have it", won[0], won[1])
		}
	}
}

func TestTheQueueIsReadPageByPage(t *testing.T) {
	t.Parallel()
	s := newStage(t, pg.Caps{})
	want := map[uuid.UUID]bool{}
	for range 7 {
		want[s.raise(t, models.AlertGuessing, testkit.OrgVictims, "caseworker", nil)] = true
	}
	var cursor string
	for range 4 {
		items, next, err := s.alerts.List(s.As("privacy"), alerts.Query{Limit: 3, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range items {
			if !want[a.ID] {
				t.Errorf("%s came twice", a.ID)
			}
			delete(want, a.ID)
		}
		if cursor = next; next == "" {
			break
		}
	}
	if len(want) != 0 {
		t.Errorf("%d alerts never came", len(want))
	}
}
