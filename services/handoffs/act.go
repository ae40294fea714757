package handoffs

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
)

// Act is what comes with an action: what each asks for, and nothing of the
// others.
type Act struct {
	ReceiverReference string     // accept: the receiver's own reference
	AcceptedAt        *time.Time // accept, of a partner that never signs in: its word; nil: now
	Reason            string     // refuse: a code of GroupHandoffRefused
	Note              string
	Told              models.Telling // victim-told

	bulk *bulkItem // one of many
}

// Do takes an action on a hand-off and returns it as the actor reads it then. It
// returns, in this order: not found for one that is not the actor's; forbidden
// where it is the other side's to do; a models.Replay where the request's key
// was answered before; a precondition error; a conflict that says who did what
// and when; stale; and invalid with every field to correct.
func (s *Service) Do(ctx context.Context, id uuid.UUID, action models.HandoffAction, in Act) (View, error) {
	need := models.HandoffAnswer
	if action == models.HandoffRecall || action == models.HandoffVictimTold {
		need = models.HandoffSend
	}
	if _, err := models.May(ctx, need); err != nil {
		return View{}, err
	}
	if !slices.Contains(models.HandoffActions(), action) {
		return View{}, models.NotFound("action")
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return View{}, err
	}
	in.ReceiverReference, in.Note = strings.TrimSpace(in.ReceiverReference), strings.TrimSpace(in.Note)
	if action == models.HandoffVictimTold {
		if err := s.askGate(ctx, dir, id, &in.Told); err != nil {
			return View{}, err
		}
	}
	var out View
	err = pg.Once(func() error {
		out, err = s.do(ctx, dir, id, action, in)
		return err
	})
	if errors.Is(err, pg.ErrLostRace) {
		return View{}, models.Conflict("This cannot move now: it was answered a moment ago, or its case is closed or restricted. Nothing you did was saved.")
	}
	return out, err
}

func (s *Service) do(ctx context.Context, dir *directory.Snapshot, id uuid.UUID, action models.HandoffAction, in Act) (View, error) {
	var out View
	err := s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, "select id from handoffs where id = ? for no key update", id); err != nil {
			return err
		}
		r, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := admit(ctx, tx, dir, &r, action); err != nil {
			return err
		}
		if err := s.apply(ctx, tx, &r.Handoff, action, in); err != nil {
			return err
		}
		if r, err = find(ctx, tx, id); err != nil {
			return err
		}
		if out, err = s.show(ctx, tx, dir, &r); err != nil {
			return err
		}
		return tx.Keep(ctx, out)
	})
	return out, err
}

// admit refuses an action in the order of answers of decisions.md 18.
func admit(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, r *row, action models.HandoffAction) error {
	sides := r.Handoff.Sides(tx.Actor.OrgID)
	if !slices.ContainsFunc(models.HandoffTransitions(), func(t models.HandoffTransition) bool {
		return t.Action == action && slices.ContainsFunc(t.By, func(s models.HandoffSide) bool { return slices.Contains(sides, s) })
	}) {
		other := r.ToOrgID
		if action == models.HandoffRecall {
			other = r.FromOrgID
		}
		return models.Forbidden("This is " + dir.Name(other) + "'s to do.")
	}
	if err := tx.FindReplay(ctx); err != nil {
		return err
	}
	req := models.RequestFrom(ctx)
	if req.MatchRequired && req.IfMatch == nil {
		return models.PreconditionRequired("Send If-Match with the ETag of the hand-off you read.")
	}
	if _, ok := models.FindHandoffTransition(action, r.Status); !ok || action == models.HandoffVictimTold && r.ToldAt != nil {
		return movedOn(dir, r, tx.Now)
	}
	if req.IfMatch != nil && *req.IfMatch != r.Version {
		return models.Stale("This hand-off has changed since you read it. Read it again, then decide.")
	}
	return nil
}

// movedOn says who did what and when.
func movedOn(dir *directory.Snapshot, r *row, now time.Time) error {
	if r.InTheAir() {
		return models.Conflict("Nobody has answered this yet. Nothing you did was saved.")
	}
	who, what, at := r.DecidedByName, "accepted this", r.DecidedAt
	org := r.DecidedByOrgID
	switch {
	case r.ToldAt != nil:
		who, what, at, org = r.ToldByName, "recorded that the victim was told", r.ToldAt, r.ToldByOrgID
	case r.Status == models.HandoffRefused:
		what = "refused this"
	case r.Status == models.HandoffRecalled:
		what = "took this back"
	}
	if who == "" && org != nil {
		who = dir.Name(*org)
	}
	return models.Conflict(who + " " + what + " " + models.DateTimeIn(*at, now) + ". Nothing you did was saved.")
}

func (s *Service) apply(ctx context.Context, tx *pg.Tx, h *models.Handoff, action models.HandoffAction, in Act) error {
	switch action {
	case models.HandoffAccept:
		own := !h.OffSystem
		f := &models.Faults{}
		f.Join(models.CheckReceiverReference(in.ReceiverReference, own)...)
		f.Join(models.CheckHandoffNote(in.Note)...)
		if h.OffSystem {
			w := models.OffSystemWord{SentAt: h.SentAt, ReceivedAt: h.ReceivedAt, AcceptedAt: in.AcceptedAt, PartnerReference: in.ReceiverReference, Proof: in.Note}
			f.Join(unprefixed(w.CheckOffSystem(tx.Now))...)
		} else if in.AcceptedAt != nil {
			f.Add("accepted_at", models.FieldNotOpen, "An acceptance counts from the moment it is made")
		}
		if err := models.Refusal(ctx, f.List()); err != nil {
			return err
		}
		return s.accept(ctx, tx, h, in)
	case models.HandoffRefuse:
		if err := models.Refusal(ctx, models.CheckCoded(models.GroupHandoffRefused, "reason", in.Reason, "note", in.Note, models.HandoffNoteLongest)); err != nil {
			return err
		}
		return s.end(ctx, tx, h, models.HandoffRefused, in)
	case models.HandoffRecall:
		in.Reason = ""
		if err := models.Refusal(ctx, models.CheckHandoffNote(in.Note)); err != nil {
			return err
		}
		return s.end(ctx, tx, h, models.HandoffRecalled, in)
	}
	return s.told(ctx, tx, h, in.Told)
}

// unprefixed names the fields of a partner's word as an acceptance has them.
func unprefixed(list []models.FieldError) []models.FieldError {
	for i := range list {
		list[i].Field = strings.TrimPrefix(list[i].Field, "off_system.")
		switch list[i].Field {
		case "partner_reference":
			list[i].Field = "receiver_reference"
		case "proof":
			list[i].Field = "note"
		}
	}
	return list
}

// accept moves the duty: the database does so in this very transaction, or
// refuses all of it.
func (s *Service) accept(ctx context.Context, tx *pg.Tx, h *models.Handoff, in Act) error {
	at := later(h.SentAt, tx.Now)
	accepted := at
	if in.AcceptedAt != nil {
		accepted = in.AcceptedAt.UTC()
	}
	received := accepted
	if h.ReceivedAt != nil {
		received = *h.ReceivedAt
		if !h.OffSystem {
			accepted = later(received, accepted)
		}
	}
	n, err := tx.Exec(ctx, `update handoffs set status = 'accepted', version = version + 1, received_at = ?, accepted_at = ?, decided_at = ?, decided_by = ?,
		decided_by_org_id = ?, receiver_reference = ?, note = ? where id = ? and status = 'offered'`, received, accepted, at,
		tx.Actor.UserID, tx.Actor.OrgID, tx.Vault.Seal(vault.HandoffPartnerReference, h.ID, in.ReceiverReference), tx.Vault.Seal(vault.HandoffNote, h.ID, in.Note), h.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return pg.ErrLostRace
	}
	if err := in.bulk.tell(ctx, tx, "accepted", h); err != nil {
		return err
	}
	return tx.Record(ctx, event("accepted", h, in.bulk.detail(map[string]any{"off_system": h.OffSystem})))
}

// end ends an offer: the duty stays where it was.
func (s *Service) end(ctx context.Context, tx *pg.Tx, h *models.Handoff, to models.HandoffStatus, in Act) error {
	var reason *string
	detail := map[string]any{}
	if to == models.HandoffRefused {
		reason, detail["reason"] = &in.Reason, in.Reason
	}
	n, err := tx.Exec(ctx, `update handoffs set status = ?, version = version + 1, decided_at = ?, decided_by = ?, decided_by_org_id = ?, refusal_reason = ?,
		note = ? where id = ? and status = 'offered'`, to, later(h.SentAt, tx.Now), tx.Actor.UserID, tx.Actor.OrgID, reason,
		tx.Vault.Seal(vault.HandoffNote, h.ID, in.Note), h.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return pg.ErrLostRace
	}
	if err := in.bulk.tell(ctx, tx, string(to), h); err != nil {
		return err
	}
	return tx.Record(ctx, event(string(to), h, in.bulk.detail(detail)))
}

// askGate holds a telling against the rules and the safe-contact gate, where the
// hand-off is there and was accepted: all other refusals are those of Do.
func (s *Service) askGate(ctx context.Context, dir *directory.Snapshot, id uuid.UUID, t *models.Telling) error {
	var r row
	ready := false
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if r, err = find(ctx, tx, id); err != nil {
			return err
		}
		if t.At.IsZero() {
			t.At = tx.Now
		}
		t.At = t.At.UTC()
		ready = r.Status == models.HandoffAccepted && r.ToldAt == nil && len(t.CheckTelling(*r.DecidedAt, tx.Now)) == 0
		return nil
	})
	if err != nil || !ready || len(models.RequestFrom(ctx).Invalid) > 0 {
		return err
	}
	err = s.referrals.MayTell(ctx, r.CaseID, t.Channel, t.At)
	if models.CodeOf(err) == models.CodeNotFound {
		return models.Forbidden("This is " + dir.Name(r.ToOrgID) + "'s to do: you no longer reach this person through Throughline.")
	}
	return err
}

// told keeps who told the victim, how, and whether it was understood.
func (s *Service) told(ctx context.Context, tx *pg.Tx, h *models.Handoff, t models.Telling) error {
	if err := models.Refusal(ctx, t.CheckTelling(*h.DecidedAt, tx.Now)); err != nil {
		return err
	}
	if t.Help == "" {
		t.Help = "none"
	}
	_, err := tx.Exec(ctx, `update handoffs set told_at = ?, told_by = ?, told_by_org_id = ?, told_channel = ?, told_understood = ?, told_help = ?,
		version = version + 1 where id = ?`, later(*h.DecidedAt, t.At), tx.Actor.UserID, tx.Actor.OrgID, t.Channel, t.Understood, t.Help, h.ID)
	if err != nil {
		return err
	}
	if err := tell(ctx, tx, "victim_told", h); err != nil {
		return err
	}
	return tx.Record(ctx, event("victim_told", h, map[string]any{"channel": t.Channel, "understood": t.Understood}))
}
