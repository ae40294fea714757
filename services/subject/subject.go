// Package subject says what a note or a document is about: a case, or one
// referral of it. Who may read and add there follows from how they stand to it
// (decisions.md 1 and 2); the policies of the tables hold the same rules.
package subject

import (
	"context"
	"unicode/utf8"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// reasonLongest is the most characters of why an ended record is opened.
const reasonLongest = 400

// Subject is a case, or a referral where ReferralID is set, as the actor stands
// to it.
type Subject struct {
	CaseID        uuid.UUID
	CaseReference string // to those who can see the case
	ReferralID    uuid.UUID
	Reference     string // of the referral
	FromOrgID     uuid.UUID
	ToOrgID       uuid.UUID
	Status        models.ReferralStatus
	Live          bool // sent, and not ended
	Accepted      bool
	Worker        bool // the referral was given to the actor

	actor models.Actor
}

// Case finds a case that the actor can see, or a not-found error.
func Case(ctx context.Context, tx *pg.Tx, id uuid.UUID) (Subject, error) {
	return find(ctx, tx, "case", "select id as case_id, reference as case_reference from cases where id = ?", id)
}

// Referral finds a referral that the actor can see, or a not-found error.
func Referral(ctx context.Context, tx *pg.Tx, id uuid.UUID) (Subject, error) {
	return find(ctx, tx, "referral", `select r.id as referral_id, r.case_id, r.reference, r.from_org_id, r.to_org_id, r.status, r.live,
		coalesce((select c.reference from cases c where c.id = r.case_id), '') as case_reference,
		r.accepted_at is not null as accepted, coalesce(r.worker_id = (select app_user_id()), false) as worker
		from referrals r where r.id = ?`, id)
}

func find(ctx context.Context, tx *pg.Tx, what, q string, id uuid.UUID) (Subject, error) {
	var s Subject
	if err := tx.Scan(ctx, &s, q, id); err != nil {
		return s, err
	}
	s.actor = tx.Actor
	if s.CaseID == uuid.Nil {
		return s, models.NotFound(what)
	}
	return s, nil
}

// OfReferral reports whether this is about one referral, and not the case.
func (s *Subject) OfReferral() bool { return s.ReferralID != uuid.Nil }

// Referrer reports whether the actor's organisation sent the referral.
func (s *Subject) Referrer() bool { return s.OfReferral() && s.FromOrgID == s.actor.OrgID }

// Receiver reports whether the actor's organisation was asked.
func (s *Subject) Receiver() bool { return s.OfReferral() && s.ToOrgID == s.actor.OrgID }

// Kept reports whether all that is left of the referral for the actor is what
// their own organisation wrote: it ended, and they were the receiver.
func (s *Subject) Kept() bool { return s.OfReferral() && !s.Referrer() && !s.Live }

// MayRead returns nil where the actor may read what was kept here. A record
// that ended is opened with a reason, by a manager or the worker it was given
// to: without a reason the answer is a conflict that asks for one. Faults found
// at the edge come after whether the record may be opened at all.
func (s *Subject) MayRead(ctx context.Context, reason string) error {
	if err := s.MayOpen(); err != nil {
		return err
	}
	faults := models.RequestFrom(ctx).Invalid
	switch {
	case len(faults) > 0:
		return models.Invalid(faults...)
	case !s.Kept():
		return nil
	case reason == "":
		return models.Conflict("This referral has ended. Say why you need to open its record.")
	case utf8.RuneCountInString(reason) > reasonLongest:
		return models.Invalid(models.Field("reason", models.FieldTooLong, "The reason must be "+models.Count(reasonLongest)+" characters or fewer"))
	}
	return nil
}

// MayOpen returns nil where the actor may open what is kept here at all, given
// a reason where one is needed, and forbidden where not.
func (s *Subject) MayOpen() error {
	if !s.Kept() {
		return nil
	}
	if !s.Accepted {
		return models.Forbidden("This referral ended before it was accepted. There is no record to open.")
	}
	if !s.Worker && !s.actor.Can(models.ReferralManage) {
		return models.Forbidden("A manager, or the worker this was given to, can open this record.")
	}
	return nil
}

// MayAdd returns nil where something may be added for readers of a kind, and a
// conflict where the state of the referral no longer, or not yet, allows it.
func (s *Subject) MayAdd(kind models.NoteKind, correction bool) error {
	switch {
	case !s.OfReferral():
		return nil
	case s.Status == models.StatusDraft:
		return models.Conflict("This referral has not been sent yet. Until it is, write on the case.")
	case s.Status == models.StatusEnteredInError:
		return models.Conflict("This referral was entered in error. Nothing can be added to it.")
	case kind == models.NoteShared && !s.Live && !correction:
		return models.Conflict("This referral has ended. Nothing more can be shared on it.")
	}
	return nil
}

// Kinds are who can be let read something that is added here.
func (s *Subject) Kinds() []models.NoteKind {
	out := []models.NoteKind{models.NoteInternal}
	if s.OfReferral() && s.Live {
		out = append(out, models.NoteShared)
	}
	if s.Receiver() {
		out = append(out, models.NoteCounselling)
	}
	return out
}

// Event is an event about this subject: the referral where there is one.
func (s *Subject) Event(action string, detail map[string]any) models.Event {
	e := models.Event{Action: action, SubjectType: "case", SubjectID: s.CaseID, CaseID: s.CaseID, Detail: detail}
	if s.OfReferral() {
		e.SubjectType, e.SubjectID = "referral", s.ReferralID
	}
	return e
}

// Referenced is the id of the referral as a column holds it: nil for a case.
func (s *Subject) Referenced() *uuid.UUID {
	if !s.OfReferral() {
		return nil
	}
	return &s.ReferralID
}
