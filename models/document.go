package models

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// Scan is what is known of whether the content of a document is harmful.
type Scan string

// The answers of a scanner. Waiting is also where there is none.
const (
	ScanWaiting Scan = "waiting"
	ScanClean   Scan = "clean"
	ScanFound   Scan = "found"
)

// Document is a file that somebody attached to a case or one referral of it.
// Who reads it follows the rule of notes.
type Document struct {
	ID              uuid.UUID
	CaseID          uuid.UUID
	ReferralID      *uuid.UUID // nil: about the case itself
	Kind            NoteKind
	Name            string // as it is shown and downloaded; never where it is kept
	Type            string // media type, found in the content
	Size            int64  // bytes of what is kept
	At              time.Time
	ByUserID        uuid.UUID
	ByOrgID         uuid.UUID
	WithdrawnAt     *time.Time
	WithdrawnReason string
	Scan            Scan
	Found           string // what the scanner calls it
}

// withdrawLongest is the most characters of why a document is withdrawn.
const withdrawLongest = 400

// CheckWithdrawal says what is wrong with the reason a document is withdrawn for.
func CheckWithdrawal(reason string) []FieldError {
	f := &Faults{}
	if strings.TrimSpace(reason) == "" {
		f.Add("reason", FieldRequired, "Say why this document is withdrawn")
	}
	f.text("reason", "The reason", reason, withdrawLongest, true)
	return f.List()
}

// CheckDocumentKind says what is wrong with who a document about a subject is
// meant for.
func CheckDocumentKind(kind NoteKind, ofReferral bool) []FieldError {
	f := &Faults{}
	f.oneOf("kind", "Select who can read this document", string(kind), NoteKinds())
	if !ofReferral && kind != NoteInternal && HasChoice(NoteKinds(), string(kind)) {
		f.Add("kind", FieldNotOpen, "Attach this on the referral it belongs to")
	}
	return f.List()
}
