// Package events records what police, courts, prosecutors, probation and
// services did in a case (E1 to E30), that the victim was told of it, and moves
// the clocks that hang on it (docs/adr/0029). It is not the audit trail, whose
// events are models.Event.
package events

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/referrals"
)

// Service records case events and keeps the clocks of cases.
type Service struct {
	db        *pg.DB
	calendar  *models.Calendar
	directory *directory.Service
	referrals *referrals.Service
}

// New returns the service over a database, the calendar clocks are told by, the
// directory that names organisations, and the referrals' safe-contact gate.
func New(db *pg.DB, calendar *models.Calendar, dir *directory.Service, refs *referrals.Service) *Service {
	return &Service{db: db, calendar: calendar, directory: dir, referrals: refs}
}

// View is an event as whoever sees its case reads it.
type View struct {
	models.CaseEvent
	Source    models.Organisation
	ToldBy    models.Organisation // of the telling, where there was one
	Replaced  bool                // a date in it was moved or vacated since
	Telling   bool                // the victim is to be told of it
	CaseLabel string              // the case's reference
}

// Recorded is what recording an event did.
type Recorded struct {
	Event    View
	Clocks   []Line // started, stopped or changed by it
	Repeated bool   // it was recorded before: nothing changed
}

// Line is a clock of a case with what started it.
type Line struct {
	models.Clock
	Holder      models.Organisation
	Owner       string // whose duty it is by the rule: a kind of organisation, or the victim
	OffRecord   bool   // whoever owes it does not write here
	EventID     uuid.UUID
	Event       string     // what started it, in words
	Extended    int        // working days that were added; 0: it was not extended
	ExtendedWhy string     // in words
	EndedOn     *time.Time // of one that is not owed: when the victim, or whoever it was, said so; nil where nobody did
	EndedBy     models.Organisation
	Enhanced    bool
	BestBy      *time.Time // of a window: when it is best used by
	Text        models.ClockText
}

// facts are what an event's effects rest on.
type facts struct {
	ID               uuid.UUID
	Reference        string
	Status           models.CaseStatus
	Enhanced         bool
	AccountableOrgID uuid.UUID
	LoggedByOrgID    uuid.UUID
}

// holders are who may owe something here without being asked: who holds the
// case, and who logged it.
func (f *facts) holders() []uuid.UUID { return []uuid.UUID{f.AccountableOrgID, f.LoggedByOrgID} }

func may(ctx context.Context, p models.Permission) error {
	_, err := models.May(ctx, p)
	return err
}

// find takes a case the actor can see, so that what is recorded of it comes one
// after the other; not found otherwise.
func find(ctx context.Context, tx *pg.Tx, id uuid.UUID) (facts, error) {
	list, err := findAll(ctx, tx, "id = ?", id)
	if err != nil {
		return facts{}, err
	}
	if len(list) == 0 {
		return facts{}, models.NotFound("case")
	}
	return *list[0], nil
}

// findAll is find for several cases, those that are not there left out. They are
// taken in one order, so that two who take the same do not wait for each other.
func findAll(ctx context.Context, tx *pg.Tx, which string, args ...any) ([]*facts, error) {
	var list []*facts
	err := tx.Scan(ctx, &list, "select id, reference, status, enhanced, accountable_org_id, logged_by_org_id from cases where "+which+" order by id for no key update", args...)
	return list, err
}

func (f *facts) mustBeOpen() error {
	if f.Status != models.CaseOpen {
		return models.Conflict("This case is closed. Nothing can be added to it.")
	}
	return nil
}

// about is a line of the trail about an event or a clock of a case.
func about(f *facts, action string, detail map[string]any) models.Event {
	return models.Event{Action: action, SubjectType: "case", SubjectID: f.ID, CaseID: f.ID, Detail: detail}
}
