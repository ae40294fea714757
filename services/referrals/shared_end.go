package referrals

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
)

// NoLongerShared is a decision to share that was withdrawn, and every other
// that goes with it.
type NoLongerShared struct {
	CaseID    uuid.UUID
	Decision  uuid.UUID   // the one that was withdrawn
	Decisions []uuid.UUID // it, and those that end with it
	Reason    string      // code of GroupSharingWithdrawn
}

// unshared is a referral that ends because what it was sent on was withdrawn.
type unshared struct {
	ID          uuid.UUID
	Reference   string
	Status      models.ReferralStatus
	StatusSince time.Time
	Version     int
}

// endReason gives the coded reason and whose decision it was, as a withdrawal of
// the referral by hand would (referrals.md section 6).
func endReason(withdrawn string) (string, models.DecidedBy) {
	switch withdrawn {
	case "victim_withdrew":
		return "consent_withdrawn", models.DecidedByVictim
	case "not_safe":
		return "unsafe_to_proceed", models.DecidedByReferrer
	case "recorded_in_error":
		return "sent_in_error", models.DecidedByReferrer
	}
	return "other", models.DecidedByReferrer
}

// EndShared withdraws, in the transaction of the withdrawal of a decision to
// share, every live referral that relies on it, and returns their references:
// rows 18 and 19 of the state table, with history, clocks, trail and outbox, as a
// withdrawal by hand leaves them. Each is locked first, so that a service that
// accepts at the same moment is either before or after, never between.
func (s *Service) EndShared(ctx context.Context, tx *pg.Tx, d NoLongerShared) ([]string, error) {
	var rows []unshared
	err := tx.Scan(ctx, &rows, `select id, reference, status, status_since, version from referrals
		where case_id = ? and live and sharing_decision_id in ? order by id for update`, d.CaseID, d.Decisions)
	if err != nil {
		return nil, err
	}
	ended := make([]string, 0, len(rows))
	for i := range rows {
		r := &rows[i]
		if len(models.FindTransitions(models.ActWithdraw, r.Status)) == 0 {
			continue
		}
		if err := s.endShared(ctx, tx, d, r); err != nil {
			return nil, err
		}
		ended = append(ended, r.Reference)
	}
	return ended, nil
}

func (s *Service) endShared(ctx context.Context, tx *pg.Tx, d NoLongerShared, r *unshared) error {
	reason, by := endReason(d.Reason)
	const to = models.StatusWithdrawn
	_, err := tx.Exec(ctx, `update referrals set status = ?, held_from = null, version = version + 1, ended_at = ?, reason = ?, decided_by = ?,
		review_on = null, status_since = ?, status_by = ?, status_by_org_id = ?, due_at = null, over_limit = false where id = ?`,
		to, tx.Now, reason, by, tx.Now, tx.Actor.UserID, tx.Actor.OrgID, r.ID)
	if err != nil {
		return err
	}
	id := models.NewID()
	_, err = tx.Exec(ctx, `insert into referral_history (id, referral_id, version, action, from_status, to_status, at, by_user_id, by_org_id, by_role,
		seconds_in_previous, reason, decided_by, detail)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, r.ID, r.Version+1, models.ActWithdraw, r.Status, to, tx.Now, tx.Actor.UserID, tx.Actor.OrgID, tx.Actor.Role,
		int64(tx.Now.Sub(r.StatusSince)/time.Second), reason, by, tx.Vault.SealJSON(vault.StepDetail, id, map[string]any{"sharing_decision": d.Decision}))
	if err != nil {
		return err
	}
	if err := s.excuseClocks(ctx, tx, r.ID); err != nil {
		return err
	}
	if err := tx.Enqueue(ctx, "referral.withdrawn", r.ID, d.CaseID); err != nil {
		return err
	}
	return tx.Record(ctx, models.Event{
		Action: "referral.withdrawn", SubjectType: "referral", SubjectID: r.ID, CaseID: d.CaseID,
		Detail: map[string]any{"from": r.Status, "to": to, "version": r.Version + 1, "reason": reason, "sharing_decision": d.Decision},
	})
}

// excuseClocks excuses every duty that is still owed on a referral.
func (s *Service) excuseClocks(ctx context.Context, tx *pg.Tx, referral uuid.UUID) error {
	var clocks []models.Clock
	err := tx.Scan(ctx, &clocks, `select * from clocks where referral_id = ? and stopped_at is null and state in ('running', 'due_soon', 'breached')
		order by id for update`, referral)
	if err != nil {
		return err
	}
	for i := range clocks {
		k := &clocks[i]
		if err := s.calendar.ExcuseClock(k, tx.Now, "The referral was withdrawn"); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update clocks set state = ?, stopped_at = ?, due_at = ?, due_soon_at = ?, paused_since = ?, pause_reason = ?,
			paused_seconds = ?, pauses = ?, why = ? where id = ?`, k.State, k.StoppedAt, k.DueAt, k.DueSoonAt, k.PausedSince, k.PauseReason,
			k.PausedSeconds, k.Pauses, k.Why, k.ID)
		if err != nil {
			return err
		}
	}
	return nil
}
