// Package sharing keeps the decisions to share named fields of a case with one
// receiver: on the victim's agreement, or on a lawful basis with its reason
// (domain.md 5.2). A decision is never changed: another is recorded, or it is
// withdrawn and kept, and with it ends what was sent on it.
package sharing

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/referrals"
)

// Service records, withdraws and lists sharing decisions.
type Service struct {
	db        *pg.DB
	referrals *referrals.Service
	directory *directory.Service
}

// New returns a service over a database, the calendar that clocks end by, and
// the directory that knows the receivers.
func New(db *pg.DB, calendar *models.Calendar, dir *directory.Service) *Service {
	return &Service{db: db, referrals: referrals.New(db, calendar, dir), directory: dir}
}

// Input is what a decision is recorded with.
type Input struct {
	ReceiverOrgID uuid.UUID
	Purpose       string
	Basis         string
	Method        string // of an agreement
	Fields        []string
	Reason        string
	ExpiresOn     *time.Time
}

// Decision is a decision with the name of its receiver.
type Decision struct {
	models.SharingDecision
	Receiver models.Organisation
	Live     bool
	Ended    []string // references of the referrals a withdrawal ended
}

// may refuses an actor whose role hands nothing on: no referral, and no duty.
func may(ctx context.Context) (models.Actor, error) {
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return a, err
	}
	if !a.Can(models.ReferralSend) && !a.Can(models.HandoffSend) {
		return a, models.RoleForbidden()
	}
	return a, nil
}

// Record keeps a decision for one receiver. A case that is not the actor's to
// see is not found; a repeated idempotency key is told what it was told before.
func (s *Service) Record(ctx context.Context, caseID uuid.UUID, in Input) (Decision, error) {
	if _, err := may(ctx); err != nil {
		return Decision{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Decision{}, err
	}
	var out Decision
	err = pg.Once(func() error {
		out, err = s.record(ctx, dir, caseID, in)
		return err
	})
	return out, err
}

func (s *Service) record(ctx context.Context, dir *directory.Snapshot, caseID uuid.UUID, in Input) (Decision, error) {
	var out Decision
	err := s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var n int
		if err := tx.Scan(ctx, &n, "select count(*) from cases where id = ?", caseID); err != nil {
			return err
		}
		if n == 0 {
			return models.NotFound("case")
		}
		if err := tx.FindReplay(ctx); err != nil {
			return err
		}
		d := in.decision(tx, caseID)
		to, faults := checkDecision(ctx, tx, dir, &d)
		if len(faults) > 0 {
			return models.Invalid(faults...)
		}
		out = Decision{SharingDecision: d, Receiver: to, Live: true}
		if err := tx.Keep(ctx, out); err != nil {
			return err
		}
		if err := insert(ctx, tx, &d); err != nil {
			return err
		}
		return tx.Record(ctx, recorded(&d))
	})
	return out, err
}

func (in *Input) decision(tx *pg.Tx, caseID uuid.UUID) models.SharingDecision {
	d := models.SharingDecision{
		ID: models.NewID(), CaseID: caseID, ReceiverOrgID: in.ReceiverOrgID, Purpose: in.Purpose, Basis: in.Basis, Method: in.Method,
		Fields: in.Fields, Reason: in.Reason, ExpiresOn: in.ExpiresOn, RecordedAt: tx.Now, RecordedBy: tx.Actor.UserID,
		RecordedByOrgID: tx.Actor.OrgID, Version: 1,
	}
	d.Tidy()
	return d
}

func checkDecision(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, d *models.SharingDecision) (models.Organisation, []models.FieldError) {
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	f.Join(d.Check(models.Today(tx.Now))...)
	to, ok := dir.Organisation(d.ReceiverOrgID)
	if !ok || !to.Active {
		f.Add("receiver_organisation_id", models.FieldUnknown, "Select an organisation from the directory")
	}
	return to, f.List()
}

// recorded is what the trail says of a decision: never why, in words.
func recorded(d *models.SharingDecision) models.Event {
	return models.Event{Action: "sharing.recorded", SubjectType: "sharing_decision", SubjectID: d.ID, CaseID: d.CaseID, Detail: map[string]any{
		"receiver": d.ReceiverOrgID, "basis": d.Basis, "method": d.Method, "fields": d.Fields,
	}}
}

// Keep adds a decision that follows from another act to that act's transaction,
// with its event. It holds it against the rules as Record does.
func Keep(ctx context.Context, tx *pg.Tx, d *models.SharingDecision) error {
	if faults := d.Check(models.Today(tx.Now)); len(faults) > 0 {
		return models.Invalid(faults...)
	}
	if err := insert(ctx, tx, d); err != nil {
		return err
	}
	return tx.Record(ctx, recorded(d))
}

func insert(ctx context.Context, tx *pg.Tx, d *models.SharingDecision) error {
	_, err := tx.Exec(ctx, `insert into sharing_decisions (id, case_id, receiver_org_id, purpose, basis, method, fields, reason, recorded_at, recorded_by,
		recorded_by_org_id, expires_on) values (?, ?, ?, ?, ?, ?, string_to_array(?, ','), ?, ?, ?, ?, ?)`,
		d.ID, d.CaseID, d.ReceiverOrgID, d.Purpose, d.Basis, d.Method, joined(d.Fields), tx.Vault.Seal(vault.DecisionReason, d.ID, d.Reason), d.RecordedAt, d.RecordedBy, d.RecordedByOrgID, d.ExpiresOn)
	return err
}
