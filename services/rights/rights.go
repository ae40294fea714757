// Package rights keeps what people are owed of their data: how long it is kept
// and how it goes, what is held back from going, and what went wrong with it.
// The database decides what may be deleted; this package asks it
// (docs/adr/0020).
package rights

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/approvals"
)

// Service answers for people's data in one organisation.
type Service struct {
	db        *pg.DB
	calendar  *models.Calendar
	approvals *approvals.Service
}

// New returns the service over a database, the calendar its time limits are
// counted by, and what keeps acts that take two: answers to requests are one
// kind of them. Only where no request is answered, as in a job, is that nil.
func New(db *pg.DB, calendar *models.Calendar, two *approvals.Service) *Service {
	s := &Service{db: db, calendar: calendar, approvals: two}
	if two != nil {
		two.Add(s.answers())
	}
	return s
}

// may refuses an actor whose role does not answer for people's data.
func may(ctx context.Context) (models.Actor, error) {
	return models.May(ctx, models.RightsManage)
}

// write runs fn for somebody who answers for data, again where a twin of the
// request was faster.
func (s *Service) write(ctx context.Context, fn func(context.Context, *pg.Tx) error) error {
	if _, err := may(ctx); err != nil {
		return err
	}
	err := pg.Once(func() error { return s.db.Write(ctx, fn) })
	if errors.Is(err, pg.ErrLostRace) {
		return models.Conflict("Somebody else was faster. Nothing you did was saved. See it as it is now.")
	}
	return err
}

// step is the part of a change that comes after its record was found: what was
// answered before, then whether the state and the version fit, then the faults
// (decisions.md 18).
func step(ctx context.Context, tx *pg.Tx, open bool, conflict string, version int, faults []models.FieldError) error {
	if err := tx.FindReplay(ctx); err != nil {
		return err
	}
	req := models.RequestFrom(ctx)
	switch {
	case req.MatchRequired && req.IfMatch == nil:
		return models.PreconditionRequired("Send If-Match with the ETag of what you read.")
	case !open:
		return models.Conflict(conflict)
	case req.IfMatch != nil && *req.IfMatch != version:
		return models.Stale("This has changed since you read it. Read it again, then decide.")
	}
	f := &models.Faults{}
	f.Join(req.Invalid...)
	f.Join(faults...)
	if l := f.List(); len(l) > 0 {
		return models.Invalid(l...)
	}
	return nil
}

// record appends to the trail what was done to something of this area.
func record(ctx context.Context, tx *pg.Tx, action, subject string, id, caseID uuid.UUID, detail map[string]any) error {
	return tx.Record(ctx, models.Event{Action: action, SubjectType: subject, SubjectID: id, CaseID: caseID, Detail: detail})
}

// named is what a reference of a case or referral names, or a field error that
// says only that it is none the actor's organisation has to do with.
func named(ctx context.Context, tx *pg.Tx, field, reference string) (caseID, referral uuid.UUID, fault []models.FieldError, err error) {
	ref, wrong := models.ParseReference(reference)
	if wrong != nil {
		fault = []models.FieldError{models.Field(field, models.FieldInvalid, models.ErrReference.Error())}
		return uuid.Nil, uuid.Nil, fault, nil //nolint:nilerr // what was typed is wrong, not the asking
	}
	var row struct {
		CaseID     uuid.UUID
		ReferralID *uuid.UUID
	}
	if err := tx.Scan(ctx, &row, "select case_id, referral_id from app_rights_record(?)", ref); err != nil {
		return uuid.Nil, uuid.Nil, nil, err
	}
	if row.CaseID == uuid.Nil {
		return uuid.Nil, uuid.Nil, []models.FieldError{models.Field(field, models.FieldUnknown, "Your organisation holds no record with this reference")}, nil
	}
	if row.ReferralID != nil {
		referral = *row.ReferralID
	}
	return row.CaseID, referral, nil, nil
}
