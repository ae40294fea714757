// Package protection keeps what hides a record from people whose organisation
// could otherwise see it: a restriction to named people, a seal, and bars on
// single people (docs/adr/0013). The rows themselves are hidden by row
// security; this package says who may decide, and takes the decisions.
package protection

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Service reads and decides what hides records.
type Service struct {
	db       *pg.DB
	calendar *models.Calendar
}

// New returns the service over a database and the calendar that reviews end by.
func New(db *pg.DB, calendar *models.Calendar) *Service { return &Service{db: db, calendar: calendar} }

// The states of a case, as its protection page says them.
const (
	Open       = "open"
	Restricted = "restricted"
	Sealed     = "sealed"
)

// View is what hides one case, for whoever may know.
type View struct {
	CaseID    uuid.UUID
	Reference string
	State     string
	People    []Person // named people, or custodians
	Bars      []Bar
	Decisions []Decision // waiting first, then the latest
	Own       bool       // the reader's organisation answers for the case
	Held      bool       // a privacy officer has yet to look whether it is the same person's as another
}

// Person is somebody of the reader's own organisation; the name is empty for
// anybody else.
type Person struct {
	ID   uuid.UUID
	Name string
	Role models.Role
}

// Bar keeps one person from a case. Who says by whom it was set.
type Bar struct {
	ID     uuid.UUID
	Who    string // the colleague's name or the address as it was typed; empty where it is not for the reader
	Source string // named, declared, inherited
	Reason string
	Note   string
	SetAt  time.Time
	SetBy  string
	Lifted bool
}

// Decision is one decision, or a request that waits for a second person.
type Decision struct {
	ID        uuid.UUID
	CaseID    uuid.UUID
	Reference string
	Action    models.ProtectionAction
	State     string // pending, done, refused
	BarID     *uuid.UUID
	Reason    string
	Note      string
	AskedBy   string // empty: by the product
	AskedAt   time.Time
	DecidedBy string
	DecidedAt *time.Time
	MayDecide bool
}

// record is a case as app_case_protection tells it.
type record struct {
	ID               uuid.UUID
	Reference        string
	AccountableOrgID uuid.UUID
	People           string
	Sealed, Held     bool
}

func (r *record) state() string {
	switch {
	case r.Sealed:
		return Sealed
	case r.People != "":
		return Restricted
	}
	return Open
}

// find returns what protects a case, by id or by reference; a case the actor
// may not know of is not found.
func find(ctx context.Context, tx *pg.Tx, id uuid.UUID, reference string) (*record, error) {
	var r record
	err := tx.Scan(ctx, &r, `select id, reference, accountable_org_id, coalesce(array_to_string(people, ','), '') as people, sealed, held
		from app_case_protection(?, ?)`, id, reference)
	if err != nil {
		return nil, err
	}
	if r.ID == uuid.Nil {
		return nil, models.NotFound("case")
	}
	// Whoever logged a record under review sees it as they wrote it.
	if r.Held && tx.Actor.Role != models.RolePrivacyOfficer {
		r.Held, r.People = false, ""
	}
	return &r, nil
}

// own refuses whoever does not decide for the case's organisation.
func (r *record) own(a models.Actor) error {
	if r.AccountableOrgID != a.OrgID {
		return models.Forbidden("The organisation that holds the case decides this.")
	}
	return nil
}
