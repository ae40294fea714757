// Package alerts finds in the trail what an insider would rather not have seen,
// and keeps the queue of what somebody has to look at: a privacy officer, what
// concerns data; a safeguarding lead, what concerns safety. Nobody sees an
// alert about themselves.
package alerts

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// WorkingDays is how long an alert may wait before it is late (decisions.md 22).
const WorkingDays = 2

// Service watches the trail and keeps the queue.
type Service struct {
	db       *pg.DB
	calendar *models.Calendar
}

// New returns the service.
func New(db *pg.DB, calendar *models.Calendar) *Service { return &Service{db: db, calendar: calendar} }

// columns are read with the names of colleagues of the reader; the name of
// somebody of another organisation is not theirs to know.
const columns = `a.id, a.kind, a.org_id, a.of_org_id, a.about_user_id, coalesce(u.name, '') as about_name, a.case_id, coalesce(a.reference, '') as reference,
	a.figures::text as figures, a.first_at, a.last_at, a.due_at, a.escalated_at, a.taken_by, coalesce(t.name, '') as taken_name, a.taken_at,
	coalesce(a.outcome, '') as outcome, coalesce(a.outcome_text, '') as outcome_text, coalesce(c.name, '') as closed_name, a.closed_at, a.version
	from alerts a left join users u on u.id = a.about_user_id left join users t on t.id = a.taken_by left join users c on c.id = a.closed_by`

type row struct {
	ID, OrgID, OfOrgID                          uuid.UUID
	AboutUserID, CaseID, TakenBy                *uuid.UUID
	Kind, AboutName, Reference, Figures         string
	TakenName, Outcome, OutcomeText, ClosedName string
	FirstAt, LastAt, DueAt                      time.Time
	EscalatedAt, TakenAt, ClosedAt              *time.Time
	Version                                     int
}

func (r row) alert() (models.Alert, error) {
	a := models.Alert{
		ID: r.ID, Kind: models.AlertKind(r.Kind), OrgID: r.OrgID, OfOrgID: r.OfOrgID, AboutID: orNil(r.AboutUserID), AboutName: r.AboutName,
		CaseID: orNil(r.CaseID), Reference: r.Reference, FirstAt: r.FirstAt, LastAt: r.LastAt, DueAt: r.DueAt, Escalated: r.EscalatedAt,
		TakenBy: orNil(r.TakenBy), TakenName: r.TakenName, TakenAt: r.TakenAt, Outcome: models.AlertOutcome(r.Outcome), Text: r.OutcomeText,
		ClosedName: r.ClosedName, ClosedAt: r.ClosedAt, Version: r.Version,
	}
	if err := json.Unmarshal([]byte(r.Figures), &a.Figures); err != nil {
		return a, models.Internal("reading the figures of an alert", err)
	}
	return a, nil
}

func orNil(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

func may(ctx context.Context) (models.Actor, error) {
	return models.May(ctx, models.AlertReview)
}

// event is a line of the trail about an alert. It names the alert alone: whom
// it concerns reads the trail too, perhaps.
func event(action string, a models.Alert) models.Event {
	return models.Event{Action: action, SubjectType: "alert", SubjectID: a.ID, Detail: map[string]any{"kind": string(a.Kind)}}
}
