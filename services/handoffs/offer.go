package handoffs

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/referrals"
	"throughline/services/sharing"
)

// Offer is a duty about to be offered.
type Offer struct {
	ToOrgID           uuid.UUID
	Duty              models.Duty
	Reason            string
	Summary           string
	SharingDecisionID uuid.UUID             // the latest that holds for the receiver, where none is named
	OffSystem         *models.OffSystemWord // of a partner that never signs in

	bulk *bulkItem // one of many
}

// The stages of what is frozen for the receiver.
const (
	stageSending    = referrals.StageSending
	stageAcceptance = referrals.StageAcceptance
)

// identifying are the fields that open once an offer is accepted: who somebody
// is and how they are found. The others let the receiver decide.
func identifying() []string {
	return []string{"given_name", "family_name", "known_as", "date_of_birth", "postcode", "address", "safe_contact", "children", "perpetrator"}
}

// opened reads sealed content.
func opened(v *vault.Vault, c vault.Column, id uuid.UUID, sealed []byte) (map[string]any, error) {
	plain, err := v.Open(c, id, sealed)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	if err := json.Unmarshal(plain, &out); err != nil {
		return nil, models.Internal("reading what was frozen of a hand-off", err)
	}
	return out, nil
}

// ground is what an offer rests on.
type ground struct {
	duties   []Held
	frozen   *referrals.Freezing
	decision *models.SharingDecision // the one named, or the latest that holds
	status   string
	hidden   bool // restricted to named people
	logger   uuid.UUID
	signsIn  bool
	inTheAir []models.Handoff
	receiver models.Organisation
	known    bool
}

// Offer offers a duty of a case to another organisation. The sender is
// responsible until it accepts. Errors, in this order: not found for a case that
// is neither the actor's to see nor theirs to owe something of; a models.Replay;
// forbidden where another organisation holds the duty; a conflict where it
// cannot be offered now; and invalid with every field to correct.
func (s *Service) Offer(ctx context.Context, caseID uuid.UUID, in Offer) (View, error) {
	if _, err := models.May(ctx, models.HandoffSend); err != nil {
		return View{}, err
	}
	dir, err := s.directory.Snapshot(ctx)
	if err != nil {
		return View{}, err
	}
	in.tidy()
	var out View
	err = pg.Once(func() error {
		g, err := s.ground(ctx, dir, caseID, &in)
		if err != nil {
			return err
		}
		out, err = s.offer(ctx, dir, caseID, &in, g)
		return err
	})
	if errors.Is(err, pg.ErrLostRace) || pg.Constraint(err) == "handoffs_one_open" {
		return View{}, models.Conflict("Somebody else is handing this over, or it was closed a moment ago. Nothing you did was saved.")
	}
	return out, err
}

func (in *Offer) tidy() {
	in.Reason, in.Summary = strings.TrimSpace(in.Reason), strings.TrimSpace(in.Summary)
	if w := in.OffSystem; w != nil {
		w.PartnerReference, w.Proof = strings.TrimSpace(w.PartnerReference), strings.TrimSpace(w.Proof)
	}
}

// ground reads it and refuses in the order of answers of decisions.md 18.
func (s *Service) ground(ctx context.Context, dir *directory.Snapshot, caseID uuid.UUID, in *Offer) (*ground, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	g := &ground{}
	queueDuties(b, dir, caseID, &g.duties)
	g.frozen = referrals.QueueFreezing(b, dir, caseID)
	b.Query(pg.One(new(bool), &g.status, &g.hidden, &g.logger), "select status, restricted_to is not null, logged_by_org_id from cases where id = $1", caseID)
	b.Query(pg.One(new(bool), &g.signsIn), "select org_signs_in($1)", in.ToOrgID)
	b.Query(pg.Each(func(r pg.Row) error {
		var h models.Handoff
		err := r.Scan(&h.Reference, &h.Duty, &h.FromOrgID, &h.ToOrgID)
		g.inTheAir = append(g.inTheAir, h)
		return err
	}), "select reference, duty, from_org_id, to_org_id from handoffs where case_id = $1 and status = 'offered'", caseID)
	b.Query(pg.Each(func(r pg.Row) error {
		d := models.SharingDecision{CaseID: caseID}
		err := r.Scan(&d.ID, &d.ReceiverOrgID, &d.Fields, &d.ExpiresOn, &d.WithdrawnAt)
		if g.decision == nil && (in.SharingDecisionID != uuid.Nil || d.Live(b.Now)) {
			g.decision = &d
		}
		return err
	}), `select id, receiver_org_id, fields, expires_on, withdrawn_at from sharing_decisions
		where case_id = $1 and case when $2::uuid is null then receiver_org_id = $3 else id = $2 end order by recorded_at desc, id desc`,
		caseID, pg.OrNull(in.SharingDecisionID), in.ToOrgID)
	kept := b.FindReplay()
	if err := b.Send(pg.BatchRead); err != nil {
		return nil, err
	}
	if len(g.duties) == 0 {
		return nil, models.NotFound("case")
	}
	if err := g.mayHandOn(in.Duty); err != nil {
		return nil, err
	}
	if err := kept.Check(); err != nil {
		return nil, err
	}
	g.receiver, g.known = dir.Organisation(in.ToOrgID)
	return g, g.fits(in, b.Actor)
}

// held finds who owes a duty.
func (g *ground) held(d models.Duty) (Held, bool) {
	i := slices.IndexFunc(g.duties, func(h Held) bool { return h.Duty == d })
	if i < 0 {
		return Held{}, false
	}
	return g.duties[i], true
}

// mayHandOn refuses whoever sees the case and does not hold the duty. One that
// is not known is told as a field, later.
func (g *ground) mayHandOn(d models.Duty) error {
	h, known := g.held(d)
	if !known && slices.ContainsFunc(g.duties, func(h Held) bool { return h.Sends }) || h.Sends {
		return nil
	}
	if !known {
		h = g.duties[0]
	}
	return models.Forbidden("This is " + h.Holder.Name + "'s to hand over.")
}

// fits refuses what the state of the case does not allow.
func (g *ground) fits(in *Offer, a models.Actor) error {
	if g.status == string(models.CaseClosed) {
		return models.Conflict("This case is closed. Nothing of it can be handed over.")
	}
	for _, h := range g.inTheAir {
		switch {
		case h.Duty == in.Duty:
			return models.Conflict("Hand-off " + h.Reference + " of this has not been answered yet. Nothing you did was saved.")
		case h.FromOrgID == a.OrgID && (h.Duty == models.DutyCase) != (in.Duty == models.DutyCase):
			return models.Conflict("Hand-off " + h.Reference + " has not been answered yet. One has to end before the other begins.")
		}
	}
	if in.Duty == models.DutyCase && g.hidden {
		return models.Conflict("This case is restricted to named people. A manager opens it again before it is handed over.")
	}
	return nil
}

// back reports whether a duty goes back to whoever holds the case.
func (g *ground) back(in *Offer) bool {
	h, ok := g.held(models.DutyCase)
	return ok && in.Duty != models.DutyCase && h.Holder.ID == in.ToOrgID
}

// lawful reports whether the Victims' Code itself places what is handed over on
// the receiver: between bodies of criminal justice, no agreement is asked for
// (domain.md 1.2 and 5.2), and the basis is recorded all the same.
func (g *ground) lawful(a models.Actor) bool {
	return a.OrgKind.LawEnforcement() && g.receiver.Kind.LawEnforcement()
}

// check holds everything that was sent against the case and the receiver.
func (g *ground) check(ctx context.Context, in *Offer, a models.Actor, now time.Time) error {
	f := &models.Faults{}
	if !models.HasChoice(models.Duties(), string(in.Duty)) {
		f.Add("duty", presence(string(in.Duty)), "Select what you are handing over")
	}
	g.checkReceiver(f, in, a)
	f.Join(models.CheckHandoffWords(in.Reason, in.Summary)...)
	if in.OffSystem != nil {
		f.Join(in.OffSystem.CheckOffSystem(now)...)
	}
	if g.known && !f.At("to_organisation_id") {
		g.checkSharing(f, in, a, now)
	}
	return models.Refusal(ctx, f.List())
}

func (g *ground) checkReceiver(f *models.Faults, in *Offer, a models.Actor) {
	h, _ := g.held(in.Duty)
	const field = "to_organisation_id"
	switch {
	case in.ToOrgID == uuid.Nil:
		f.Add(field, models.FieldRequired, "Select an organisation from the directory")
	case !g.known || !g.receiver.Active:
		f.Add(field, models.FieldUnknown, "Select an organisation from the directory")
	case !g.receiver.Kind.HoldsDuties():
		f.Add(field, models.FieldNotOpen, "This organisation never holds a case. Select another organisation")
	case in.ToOrgID == a.OrgID || in.ToOrgID == h.Holder.ID:
		f.Add(field, models.FieldNotOpen, "They hold this already. Select another organisation")
	case in.OffSystem == nil && !g.signsIn:
		f.Add(field, models.FieldNotOpen, "Nobody of this organisation signs in. Record what they told you instead")
	case in.OffSystem != nil && g.signsIn:
		f.Add("off_system", models.FieldNotOpen, "People of this organisation sign in. They accept for themselves")
	case in.OffSystem != nil && in.Duty == models.DutyCase && g.logger != a.OrgID:
		f.Add("off_system", models.FieldNotOpen, "Only the organisation that logged a case can record that a partner holds it")
	}
}

func presence(value string) string {
	if value == "" {
		return models.FieldRequired
	}
	return models.FieldUnknown
}

// checkSharing asks for a decision to share with this receiver, as a referral
// does. A duty that goes back to the holder of the case needs none.
func (g *ground) checkSharing(f *models.Faults, in *Offer, a models.Actor, now time.Time) {
	const field = "sharing_decision_id"
	d := g.decision
	switch {
	case g.back(in):
	case !g.frozen.Found():
		f.Add("to_organisation_id", models.FieldNotOpen, "Hand this back to the organisation that holds the case")
	case d == nil && (in.SharingDecisionID != uuid.Nil || !g.lawful(a)):
		f.Add(field, models.FieldRequired, "Record a decision to share with this organisation first")
	case d == nil:
	case d.ReceiverOrgID != in.ToOrgID:
		f.Add(field, models.FieldNotOpen, "This decision to share is for another organisation. Record one for this receiver")
	case !d.Live(now):
		f.Add(field, models.FieldNotOpen, "This decision to share was withdrawn or has ended. Record a new one")
	}
}

// offer writes what was decided.
func (s *Service) offer(ctx context.Context, dir *directory.Snapshot, caseID uuid.UUID, in *Offer, g *ground) (View, error) {
	var out View
	err := s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		now := tx.Now.Truncate(time.Microsecond)
		if err := g.check(ctx, in, tx.Actor, now); err != nil {
			return err
		}
		due, err := s.calendar.Due(now, models.HandoffAnswerDays)
		if err != nil {
			return err
		}
		h := models.Handoff{
			ID: models.NewID(), Reference: models.NewReference(models.HandoffReference), CaseID: caseID, Duty: in.Duty, FromOrgID: tx.Actor.OrgID,
			ToOrgID: in.ToOrgID, Status: models.HandoffOffered, OffSystem: in.OffSystem != nil, SentAt: now, SentBy: tx.Actor.UserID, DueAt: due, Version: 1,
		}
		if err := g.share(ctx, tx, in, &h); err != nil {
			return err
		}
		if err := s.put(ctx, tx, in, g, &h); err != nil {
			return err
		}
		r, err := find(ctx, tx, h.ID)
		if err != nil {
			return err
		}
		if out, err = s.show(ctx, tx, dir, &r); err != nil {
			return err
		}
		return tx.Keep(ctx, out)
	})
	return out, err
}

// share names the decision it rests on, and records one where the law itself is
// the basis.
func (g *ground) share(ctx context.Context, tx *pg.Tx, in *Offer, h *models.Handoff) error {
	switch {
	case g.back(in) && g.decision == nil:
		return nil
	case g.decision == nil:
		d := models.SharingDecision{
			ID: models.NewID(), CaseID: h.CaseID, ReceiverOrgID: h.ToOrgID, Purpose: "Handing over: " + strings.ToLower(in.Duty.Words()),
			Basis: "legal_obligation", Method: models.MethodNone, Reason: "The Victims' Code places this duty on the organisation it is handed to.",
			Fields:     lawfulFields(),
			RecordedAt: h.SentAt, RecordedBy: tx.Actor.UserID, RecordedByOrgID: tx.Actor.OrgID, Version: 1,
		}
		g.decision = &d
		if err := sharing.Keep(ctx, tx, &d); err != nil {
			return err
		}
	}
	h.SharingDecisionID = &g.decision.ID
	return nil
}

// put adds the row, what is frozen, and what follows.
func (s *Service) put(ctx context.Context, tx *pg.Tx, in *Offer, g *ground, h *models.Handoff) error {
	if w := in.OffSystem; w != nil {
		h.SentAt, h.ReceivedAt = w.SentAt.UTC(), w.ReceivedAt
		if due, err := s.calendar.Due(h.SentAt, models.HandoffAnswerDays); err == nil {
			h.DueAt = due
		}
	}
	proof := ""
	if in.OffSystem != nil {
		proof = in.OffSystem.Proof
	}
	_, err := tx.Exec(ctx, `insert into handoffs (id, reference, case_id, duty, from_org_id, to_org_id, sharing_decision_id, off_system, sent_at, sent_by,
		due_at, received_at, proof) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, h.ID, h.Reference, h.CaseID, h.Duty, h.FromOrgID, h.ToOrgID,
		h.SharingDecisionID, h.OffSystem, h.SentAt, h.SentBy, h.DueAt, h.ReceivedAt, tx.Vault.Seal(vault.HandoffProof, h.ID, proof))
	if err != nil {
		return err
	}
	if err := g.freeze(ctx, tx, in, h); err != nil {
		return err
	}
	if err := in.bulk.mark(ctx, tx, h); err != nil {
		return err
	}
	if err := tx.Record(ctx, event("offered", h, in.bulk.detail(map[string]any{"off_system": h.OffSystem}))); err != nil {
		return err
	}
	if w := in.OffSystem; w != nil && w.AcceptedAt != nil {
		return s.accept(ctx, tx, h, Act{ReceiverReference: w.PartnerReference, AcceptedAt: w.AcceptedAt})
	}
	return in.bulk.tell(ctx, tx, "offered", h)
}

// freeze keeps what the receiver may read, in two stages.
func (g *ground) freeze(ctx context.Context, tx *pg.Tx, in *Offer, h *models.Handoff) error {
	var first, second []string
	if g.decision != nil && g.frozen.Found() {
		first, second = stages(g.decision.Fields)
	}
	content := map[string]map[string]any{stageSending: {}, stageAcceptance: {}}
	if len(first)+len(second) > 0 {
		content = g.frozen.Content(first, second)
	}
	content[stageSending][keyReason], content[stageSending][keySummary], content[stageSending][keyWaits] = in.Reason, in.Summary, second
	for stage, column := range map[string]vault.Column{stageSending: vault.HandoffSending, stageAcceptance: vault.HandoffAcceptance} {
		if len(content[stage]) == 0 {
			continue
		}
		if _, err := tx.Exec(ctx, "insert into handoff_contents (id, stage, content) values (?, ?, ?)", h.ID, stage, tx.Vault.SealJSON(column, h.ID, content[stage])); err != nil {
			return err
		}
	}
	return nil
}
