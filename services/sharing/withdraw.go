package sharing

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/referrals"
)

// WithdrawInput says why a decision is withdrawn.
type WithdrawInput struct {
	Reason string // code of GroupSharingWithdrawn; empty: the usual one of the basis
	Note   string
}

// Withdraw ends a decision, and every live referral that was sent on it, in one
// transaction: the receiver sees what it was shared no longer from the moment
// this returns (referrals.md section 3, row 19). An agreement is withdrawn with
// every agreement to the same receiver for the same purpose, so that one
// recorded twice does not go on.
func (s *Service) Withdraw(ctx context.Context, id uuid.UUID, in WithdrawInput) (Decision, error) {
	if _, err := may(ctx); err != nil {
		return Decision{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return Decision{}, err
	}
	var out Decision
	err = pg.Once(func() error {
		out = Decision{}
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			d, err := locked(ctx, tx, id)
			if err != nil {
				return err
			}
			out.SharingDecision = *d
			out.Receiver, _ = dir.Organisation(d.ReceiverOrgID)
			return s.withdraw(ctx, tx, &out, in)
		})
	})
	return out, err
}

// withdraw does it, in the order of answers of decisions.md 18.
func (s *Service) withdraw(ctx context.Context, tx *pg.Tx, d *Decision, in WithdrawInput) error {
	if err := tx.FindReplay(ctx); err != nil {
		return err
	}
	req := models.RequestFrom(ctx)
	switch {
	case d.WithdrawnAt != nil:
		return models.Conflict("Sharing was withdrawn already, on " + models.DateTime(*d.WithdrawnAt) + ". Nothing you did was saved.")
	case req.IfMatch != nil && *req.IfMatch != d.Version:
		return models.Stale("This decision has changed since you read it. Read it again, then decide.")
	}
	if in.Reason == "" {
		in.Reason = usualReason(d.Basis)
	}
	if faults := in.check(ctx); len(faults) > 0 {
		return models.Invalid(faults...)
	}
	d.WithdrawnAt, d.WithdrawnBy, d.WithdrawnReason, d.WithdrawnNote = &tx.Now, &tx.Actor.UserID, in.Reason, in.Note
	d.Version++
	ids, err := markWithdrawn(ctx, tx, &d.SharingDecision)
	if err != nil {
		return err
	}
	if d.Ended, err = s.referrals.EndShared(ctx, tx, referrals.NoLongerShared{CaseID: d.CaseID, Decision: d.ID, Decisions: ids, Reason: d.WithdrawnReason}); err != nil {
		return err
	}
	if err := tx.Enqueue(ctx, "sharing.withdrawn", uuid.Nil, d.CaseID); err != nil {
		return err
	}
	err = tx.Record(ctx, models.Event{Action: "sharing.withdrawn", SubjectType: "sharing_decision", SubjectID: d.ID, CaseID: d.CaseID, Detail: map[string]any{
		"receiver": d.ReceiverOrgID, "reason": d.WithdrawnReason, "decisions": ids, "referrals_ended": len(d.Ended),
	}})
	if err != nil {
		return err
	}
	return tx.Keep(ctx, *d)
}

// usualReason is why a decision is withdrawn where a system does not say: an
// agreement is the victim's to withdraw, another basis is no longer there.
func usualReason(basis string) string {
	if basis == models.BasisAgreement {
		return "victim_withdrew"
	}
	return "no_longer_needed"
}

func (in *WithdrawInput) check(ctx context.Context) []models.FieldError {
	in.Note = strings.TrimSpace(in.Note)
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	f.Join(models.CheckCoded(models.GroupSharingWithdrawn, "reason", in.Reason, "note", in.Note, 2000)...)
	return f.List()
}

// locked reads a decision for change. GORM has no words for arrays: the fields
// come joined.
func locked(ctx context.Context, tx *pg.Tx, id uuid.UUID) (*models.SharingDecision, error) {
	var row struct {
		ID, CaseID, ReceiverOrgID, RecordedBy, RecordedByOrgID uuid.UUID
		Purpose, Basis, Method, Fields                         string
		Reason                                                 []byte
		RecordedAt                                             time.Time
		ExpiresOn, WithdrawnAt                                 *time.Time
		Version                                                int
	}
	err := tx.Scan(ctx, &row, `select id, case_id, receiver_org_id, recorded_by, recorded_by_org_id, purpose, basis, method,
		array_to_string(fields, ',') as fields, reason, recorded_at, expires_on, withdrawn_at, version
		from sharing_decisions where id = ? for update`, id)
	if err != nil {
		return nil, err
	}
	if row.ID == uuid.Nil {
		return nil, models.NotFound("sharing decision")
	}
	reason, err := tx.Vault.Open(vault.DecisionReason, row.ID, row.Reason)
	if err != nil {
		return nil, err
	}
	return &models.SharingDecision{
		ID: row.ID, CaseID: row.CaseID, ReceiverOrgID: row.ReceiverOrgID, RecordedBy: row.RecordedBy, RecordedByOrgID: row.RecordedByOrgID,
		Purpose: row.Purpose, Basis: row.Basis, Method: row.Method, Fields: strings.Split(row.Fields, ","), Reason: string(reason),
		RecordedAt: row.RecordedAt, ExpiresOn: row.ExpiresOn, WithdrawnAt: row.WithdrawnAt, Version: row.Version,
	}, nil
}

// markWithdrawn withdraws the decision, and an agreement's doubles, and returns
// the ids of all.
func markWithdrawn(ctx context.Context, tx *pg.Tx, d *models.SharingDecision) ([]uuid.UUID, error) {
	var rows []struct{ ID uuid.UUID }
	err := tx.Scan(ctx, &rows, `update sharing_decisions set withdrawn_at = ?, withdrawn_by = ?, withdrawn_reason = ?,
		version = version + 1
		where withdrawn_at is null and case_id = ? and (id = ? or (receiver_org_id = ? and purpose = ? and basis = ? and basis = 'agreement')) returning id`,
		tx.Now, tx.Actor.UserID, d.WithdrawnReason, d.CaseID, d.ID, d.ReceiverOrgID, d.Purpose, d.Basis)
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
		if err == nil && d.WithdrawnNote != "" { // sealed for each row by itself
			_, err = tx.Exec(ctx, "update sharing_decisions set withdrawn_note = ? where id = ?", tx.Vault.Seal(vault.DecisionNote, r.ID, d.WithdrawnNote), r.ID)
		}
	}
	return ids, err
}
