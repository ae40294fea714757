package handoffs

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
)

// BulkOffer is many cases about to be handed to one organisation as one act.
type BulkOffer struct {
	ToOrgID    uuid.UUID
	Reason     string
	Summary    string
	CaseIDs    []uuid.UUID // with References; both empty: every open case the organisation holds and the actor sees
	References []string
}

// BulkAnswer is what comes with an act upon all of it.
type BulkAnswer struct {
	ReceiverReference string // accept: each case gets it with a number after it
	Reason            string // refuse: a code of GroupHandoffRefused
	Note              string
}

// BulkView is a bulk hand-over as one of its sides reads it.
type BulkView struct {
	models.BulkHandoff
	From, To models.Organisation
	Reason   string
	Summary  string
	Allowed  []models.BulkAct
	Receiver bool // the reader's organisation is the receiver
}

// atOnce is how many cases the request that begins something does itself; the
// job does the rest.
const atOnce = 25

// BeginBulk hands over many cases as one act. Each is offered as a hand-off of
// its own, under the rules of Offer, and what cannot be offered is kept with why:
// the act goes on without it, and can be gone on with later. Errors: forbidden, a
// models.Replay, a conflict where there is no case to hand over, and invalid.
func (s *Service) BeginBulk(ctx context.Context, in BulkOffer) (BulkView, error) {
	if _, err := models.May(ctx, models.HandoffBulk); err != nil {
		return BulkView{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return BulkView{}, err
	}
	in.Reason, in.Summary = strings.TrimSpace(in.Reason), strings.TrimSpace(in.Summary)
	var out BulkView
	err = pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			ids, err := s.checkBulk(ctx, tx, dir, &in)
			if err != nil {
				return err
			}
			if out, err = s.keepBulk(ctx, tx, dir, &in, ids); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	if err != nil {
		return BulkView{}, err
	}
	return out, s.first(ctx, out.ID)
}

// checkBulk holds what was sent against the receiver and the cases, and returns
// which cases those are.
func (s *Service) checkBulk(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, in *BulkOffer) ([]uuid.UUID, error) {
	g := &ground{}
	g.receiver, g.known = dir.Organisation(in.ToOrgID)
	if err := tx.Scan(ctx, &g.signsIn, "select org_signs_in(?)", in.ToOrgID); err != nil {
		return nil, err
	}
	f := &models.Faults{}
	g.checkReceiver(f, &Offer{ToOrgID: in.ToOrgID, Duty: models.DutyCase}, tx.Actor)
	f.Join(models.CheckHandoffWords(in.Reason, in.Summary)...)
	chosen := len(in.CaseIDs) + len(in.References)
	var ids []uuid.UUID
	query, args := "select id from cases where accountable_org_id = ? and status = 'open'", []any{tx.Actor.OrgID}
	if chosen > 0 {
		query += " and (id in ? or reference in ?)"
		args = append(args, append(in.CaseIDs, uuid.Nil), append(in.References, ""))
	}
	if err := tx.Scan(ctx, &ids, query+" order by id limit ?", append(args, models.BulkMost+1)...); err != nil {
		return nil, err
	}
	switch {
	case chosen > 0 && len(ids) < chosen:
		f.Add("case_ids", models.FieldNotOpen, "Only open cases that your organisation holds can be handed over, each once")
	case len(ids) > models.BulkMost:
		f.Add("case_ids", models.FieldTooLong, "Choose at most 10,000 cases at once")
	}
	if err := models.Refusal(ctx, f.List()); err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, models.Conflict("Your organisation holds no open case that you can see. There is nothing to hand over.")
	}
	return ids, nil
}

func (s *Service) keepBulk(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, in *BulkOffer, ids []uuid.UUID) (BulkView, error) {
	b := models.BulkHandoff{
		ID: models.NewID(), Reference: models.NewReference(models.BulkReference), FromOrgID: tx.Actor.OrgID, ToOrgID: in.ToOrgID, At: tx.Now, ByUserID: tx.Actor.UserID,
		Doing: models.BulkOffer, Run: 1, Version: 1, BulkCount: models.BulkCount{Waiting: len(ids)},
	}
	_, err := tx.Exec(ctx, `insert into bulk_handoffs (id, reference, from_org_id, to_org_id, words, at, by_user_id, doing, run, run_by, run_org_id, run_role)
		values (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)`, b.ID, b.Reference, b.FromOrgID, b.ToOrgID,
		tx.Vault.SealJSON(vault.BulkWords, b.ID, map[string]string{keyReason: in.Reason, keySummary: in.Summary}), b.At, b.ByUserID, b.Doing,
		tx.Actor.UserID, tx.Actor.OrgID, string(tx.Actor.Role))
	if err != nil {
		return BulkView{}, err
	}
	if _, err := tx.Exec(ctx, `insert into bulk_handoff_cases (bulk_id, n, case_id, from_org_id, to_org_id)
		select ?, row_number() over (order by c.id), c.id, ?, ? from cases c where c.id in ?`, b.ID, b.FromOrgID, b.ToOrgID, ids); err != nil {
		return BulkView{}, err
	}
	v := BulkView{BulkHandoff: b, From: organisation(dir, b.FromOrgID), To: organisation(dir, b.ToOrgID), Reason: in.Reason, Summary: in.Summary}
	return v, tx.Record(ctx, bulkEvent("begun", &b, map[string]any{"cases": len(ids)}))
}

// ActBulk begins something with every case of a bulk hand-over that it can still
// be done to: offering again what could not be, taking back, accepting, refusing.
// Errors: not found, forbidden where it is the other side's, a models.Replay, a
// conflict while something goes on or where nothing is left to do, and invalid.
func (s *Service) ActBulk(ctx context.Context, id uuid.UUID, act models.BulkAct, in BulkAnswer) (BulkView, error) {
	if _, err := models.May(ctx, models.HandoffBulk); err != nil {
		return BulkView{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return BulkView{}, err
	}
	in.ReceiverReference, in.Note = strings.TrimSpace(in.ReceiverReference), strings.TrimSpace(in.Note)
	var out BulkView
	err = pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			r, err := findBulk(ctx, tx, id, "for no key update of b")
			if err != nil {
				return err
			}
			if r.receiver(tx.Actor) != act.Receivers() {
				other := r.FromOrgID
				if act.Receivers() {
					other = r.ToOrgID
				}
				return models.Forbidden("This is " + dir.Name(other) + "'s to do.")
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if out, err = s.actBulk(ctx, tx, dir, r, act, &in); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	if err != nil {
		return BulkView{}, err
	}
	return out, s.first(ctx, out.ID)
}

func (s *Service) actBulk(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, r *bulkRow, act models.BulkAct, in *BulkAnswer) (BulkView, error) {
	v, err := s.showBulk(ctx, tx, dir, r)
	if err != nil {
		return v, err
	}
	switch {
	case r.Doing != "":
		return v, models.Conflict("Something is being done with these cases. Wait until it is over. Nothing you did was saved.")
	case !v.Allows(act):
		return v, models.Conflict("There is no case left that this can be done to. Nothing you did was saved.")
	}
	var wrong []models.FieldError
	words := map[string]string{}
	switch act {
	case models.BulkAccept:
		wrong, words["receiver_reference"] = models.CheckBulkReference(in.ReceiverReference), in.ReceiverReference
	case models.BulkRefuse:
		wrong = models.CheckCoded(models.GroupHandoffRefused, "reason", in.Reason, "note", in.Note, models.HandoffNoteLongest)
		words["reason"], words["note"] = in.Reason, in.Note
	case models.BulkRecall:
		wrong, words["note"] = models.CheckHandoffNote(in.Note), in.Note
	case models.BulkOffer:
	}
	if err := models.Refusal(ctx, wrong); err != nil {
		return v, err
	}
	if _, err := tx.Exec(ctx, `update bulk_handoffs set doing = ?, run = run + 1, run_by = ?, run_org_id = ?, run_role = ?, run_words = ?, version = version + 1 where id = ?`,
		act, tx.Actor.UserID, tx.Actor.OrgID, string(tx.Actor.Role), tx.Vault.SealJSON(vault.BulkRunWords, r.ID, words), r.ID); err != nil {
		return v, err
	}
	v.Doing, v.Run, v.Version, v.Allowed = act, r.Run+1, r.Version+1, nil
	return v, tx.Record(ctx, bulkEvent(string(act), &v.BulkHandoff, map[string]any{"cases": v.Total()}))
}

func bulkEvent(action string, b *models.BulkHandoff, detail map[string]any) models.Event {
	if detail == nil {
		detail = map[string]any{}
	}
	detail["from"], detail["to"], detail["run"] = b.FromOrgID, b.ToOrgID, b.Run
	return models.Event{Action: "bulk_handoff." + action, SubjectType: "bulk_handoff", SubjectID: b.ID, Detail: detail}
}

// bulkWords reads what was sealed of a bulk hand-over.
func bulkWords(v *vault.Vault, c vault.Column, id uuid.UUID, sealed []byte) (map[string]string, error) {
	out := map[string]string{}
	if sealed == nil {
		return out, nil
	}
	plain, err := v.Open(c, id, sealed)
	if err != nil || len(plain) == 0 {
		return out, err
	}
	if err := json.Unmarshal(plain, &out); err != nil {
		return nil, models.Internal("reading what was said of a bulk hand-over", err)
	}
	return out, nil
}

// numbered is the receiver's own reference of one case of many.
func numbered(reference string, n int) string { return reference + "/" + strconv.Itoa(n) }
