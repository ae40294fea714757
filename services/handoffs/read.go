package handoffs

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
)

// row is a hand-off as the database gives it.
type row struct {
	models.Handoff
	SealedReference, SealedNote, SealedProof []byte
	DecidedBy, ToldBy                        *uuid.UUID
	CaseReference, Victim                    string
	SentByName, DecidedByName, ToldByName    string
}

const columns = `h.id, h.reference, h.case_id, h.duty, h.from_org_id, h.to_org_id, h.sharing_decision_id, h.status, h.off_system, h.sent_at, h.sent_by,
	h.due_at, h.received_at, h.accepted_at, h.decided_at, h.decided_by_org_id, coalesce(h.refusal_reason, '') as refusal_reason, h.told_at,
	h.told_by_org_id, coalesce(h.told_channel, '') as told_channel, coalesce(h.told_understood, '') as told_understood,
	coalesce(h.told_help, '') as told_help, h.version`

const selectOne = "select " + columns + `, h.receiver_reference as sealed_reference, h.note as sealed_note, h.proof as sealed_proof, h.decided_by, h.told_by,
	coalesce(c.reference, '') as case_reference, coalesce(nullif(concat_ws(' ', v.given_name, v.family_name), ''), v.known_as, '') as victim,
	coalesce(s.name, '') as sent_by_name, coalesce(d.name, '') as decided_by_name, coalesce(t.name, '') as told_by_name
	from handoffs h left join cases c on c.id = h.case_id left join victims v on v.id = c.victim_id
	left join users s on s.id = h.sent_by and s.org_id = ? left join users d on d.id = h.decided_by and d.org_id = ?
	left join users t on t.id = h.told_by and t.org_id = ? where h.id = ?`

// find reads one hand-off of which the actor's organisation is a side, or a
// not-found error. Whoever merely sees the case reads it there.
func find(ctx context.Context, tx *pg.Tx, id uuid.UUID) (row, error) {
	var r row
	org := tx.Actor.OrgID
	if err := tx.Scan(ctx, &r, selectOne, org, org, org, id); err != nil {
		return r, err
	}
	if r.ID == uuid.Nil || len(r.Handoff.Sides(org)) == 0 {
		return r, models.NotFound("hand-off")
	}
	return r, nil
}

// Find returns the id of a hand-off by its reference. It shows nothing of it.
func (s *Service) Find(ctx context.Context, reference string) (uuid.UUID, error) {
	a, err := models.May(ctx, models.HandoffAnswer)
	if err != nil {
		return uuid.Nil, err
	}
	written, err := models.ParseReference(reference)
	if err != nil {
		return uuid.Nil, models.NotFound("hand-off")
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	var found bool
	var id uuid.UUID
	b.Query(pg.One(&found, &id), "select id from handoffs where reference = $1 and (from_org_id = $2 or to_org_id = $2)", written, a.OrgID)
	if err := b.Send(pg.BatchRead); err != nil {
		return uuid.Nil, err
	}
	if !found {
		return uuid.Nil, models.NotFound("hand-off")
	}
	return id, nil
}

// Get shows a hand-off to one of its sides and records that it was read. The
// first reading by the receiver is when it was received; it changes no state.
// One that is not there and one that is not the actor's are one answer.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (View, error) {
	if _, err := models.May(ctx, models.HandoffAnswer); err != nil {
		return View{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return View{}, err
	}
	var out View
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		r, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		if r.InTheAir() && r.ReceivedAt == nil && r.ToOrgID == tx.Actor.OrgID {
			at := later(r.SentAt, tx.Now)
			if _, err := tx.Exec(ctx, "update handoffs set received_at = ?, received_by = ? where id = ? and received_at is null", at, tx.Actor.UserID, id); err != nil {
				return err
			}
			r.ReceivedAt = &at
		}
		if out, err = s.show(ctx, tx, dir, &r); err != nil {
			return err
		}
		return tx.Record(ctx, event("read", &r.Handoff, nil))
	})
	return out, err
}

// later keeps a moment from lying before another, where two clocks differ.
func later(first, at time.Time) time.Time {
	if at.Before(first) {
		return first
	}
	return at
}

// show makes what a side reads of a row.
func (s *Service) show(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, r *row) (View, error) {
	org := tx.Actor.OrgID
	v := View{
		Handoff: r.Handoff, From: organisation(dir, r.FromOrgID), To: organisation(dir, r.ToOrgID), CaseReference: r.CaseReference, Victim: r.Victim,
		SentByName: r.SentByName, DecidedBy: r.DecidedByName, ToldBy: r.ToldByName, Sides: r.Handoff.Sides(org),
		AllowedActions: r.AllowedActions(org), At: tx.Now, Shared: map[string]any{},
	}
	for _, c := range []struct {
		column vault.Column
		sealed []byte
		into   *string
	}{
		{vault.HandoffPartnerReference, r.SealedReference, &v.ReceiverReference},
		{vault.HandoffNote, r.SealedNote, &v.Note},
		{vault.HandoffProof, r.SealedProof, &v.Proof},
	} {
		if c.sealed == nil {
			continue
		}
		text, err := tx.Vault.Open(c.column, r.ID, c.sealed)
		if err != nil {
			return v, err
		}
		*c.into = string(text)
	}
	if err := s.contents(ctx, tx, &v); err != nil {
		return v, err
	}
	if r.Status == models.HandoffAccepted && r.Duty != models.DutyCase && r.ToOrgID == org {
		err := tx.Scan(ctx, &v.Contact, "select exists (select from case_duties where case_id = ? and duty = ? and org_id = ? and until_at is null)", r.CaseID, r.Duty, org)
		return v, err
	}
	return v, nil
}

// Keys of the contents that are no field of the case.
const (
	keyReason  = "reason"
	keySummary = "summary"
	keyWaits   = "waits"
)

// contents adds what was frozen, as far as the database gives it to the reader.
func (s *Service) contents(ctx context.Context, tx *pg.Tx, v *View) error {
	var stages []struct {
		Stage   string
		Content []byte
	}
	if err := tx.Scan(ctx, &stages, "select stage, content from handoff_contents where id = ? order by stage desc", v.ID); err != nil {
		return err
	}
	for _, st := range stages {
		column := vault.HandoffSending
		if st.Stage == stageAcceptance {
			column = vault.HandoffAcceptance
		}
		content, err := opened(tx.Vault, column, v.ID, st.Content)
		if err != nil {
			return err
		}
		for key, value := range content {
			v.Shared[key] = value
		}
	}
	v.Reason, _ = v.Shared[keyReason].(string)
	v.Summary, _ = v.Shared[keySummary].(string)
	waits, _ := v.Shared[keyWaits].([]any)
	for _, w := range waits {
		if key, ok := w.(string); ok {
			v.Waits = append(v.Waits, key)
		}
	}
	delete(v.Shared, keyReason)
	delete(v.Shared, keySummary)
	delete(v.Shared, keyWaits)
	return nil
}
