package models

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// NoteKind says who reads a note. It never changes: what was written for one
// side is never shown to the other by a later change.
type NoteKind string

// The kinds of note.
const (
	NoteInternal    NoteKind = "internal"    // its own organisation
	NoteShared      NoteKind = "shared"      // both sides of one referral, while it lives
	NoteCounselling NoteKind = "counselling" // its author, and whoever the referral is given to
)

// NoteKinds lists the kinds with the words of a form, the narrowest that most
// people need first.
func NoteKinds() []Choice {
	return []Choice{
		{string(NoteInternal), "Only my organisation"},
		{string(NoteShared), "Both sides of this referral"},
		{string(NoteCounselling), "Counselling note"},
	}
}

// NoteLongest is the most characters a note may have.
const NoteLongest = 10_000

// Note is something a person wrote down about a case or one referral of it. It
// is never changed: a correction is another note that names it.
type Note struct {
	ID         uuid.UUID
	CaseID     uuid.UUID
	ReferralID *uuid.UUID // nil: about the case itself
	Kind       NoteKind
	Corrects   *uuid.UUID
	Text       string
	At         time.Time
	ByUserID   uuid.UUID
	ByOrgID    uuid.UUID
}

// Tidy takes away the space around what was written, and fills in the kind
// that is read by the fewest.
func (n *Note) Tidy() {
	n.Text = strings.TrimSpace(n.Text)
	if n.Kind == "" {
		n.Kind = NoteInternal
	}
}

// Check says what is wrong with a note that is about to be kept.
func (n *Note) Check() []FieldError {
	f := &Faults{}
	if n.Text == "" {
		f.Add("text", FieldRequired, "Write the note")
	}
	f.text("text", "The note", n.Text, NoteLongest, true)
	f.oneOf("kind", "Select who can read this note", string(n.Kind), NoteKinds())
	if n.ReferralID == nil && n.Kind != NoteInternal && HasChoice(NoteKinds(), string(n.Kind)) {
		f.Add("kind", FieldNotOpen, "Write this note on the referral it belongs to")
	}
	return f.List()
}
