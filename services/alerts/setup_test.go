package alerts_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/alerts"
	"throughline/services/cases"
	"throughline/services/directory"
)

// stage is a world with the alarms, and a service that people open cases by.
type stage struct {
	*testkit.Stage
	alerts *alerts.Service
	cases  *cases.Service
}

func newStage(t *testing.T, caps pg.Caps) *stage {
	t.Helper()
	w := testkit.World(t)
	w.DB = w.Another(t, caps)
	cal := models.MustCalendar()
	return &stage{w, alerts.New(w.DB, cal), cases.New(w.DB, cal, directory.New(w.DB))}
}

// open has somebody open n cases of their own organisation.
func (s *stage) open(t *testing.T, who string, n int) {
	t.Helper()
	for range n {
		c := s.Case(t, s.As(who))
		if _, err := s.cases.Get(s.As(who), c.ID); err != nil && !models.IsRecordCap(err) {
			t.Fatal(err)
		}
	}
}

// watch looks at the trail as the job does.
func (s *stage) watch(t *testing.T) int {
	t.Helper()
	n, err := s.alerts.Watch(s.System(), 2*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// raised counts the alerts of a kind that lie on somebody's desk.
func (s *stage) raised(t *testing.T, kind models.AlertKind, org string) int {
	t.Helper()
	return s.Count(t, "select count(*) from alerts where kind = $1 and org_id = $2", string(kind), s.Org(org).ID)
}

// viewed plants the event of somebody having opened a case at a moment.
func (s *stage) viewed(t *testing.T, who string, caseID uuid.UUID, at time.Time) {
	t.Helper()
	a := s.Actor(who)
	s.Do(t, `insert into audit_events (id, at, actor_user_id, actor_org_id, actor_role, action, subject_type, subject_id, case_id)
		values ($1, $2, $3, $4, $5, 'case.opened', 'case', $6, $6)`, models.NewID(), at, a.UserID, a.OrgID, string(a.Role), caseID)
}
