package models

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Agreement is a data-sharing agreement of an organisation: with one other, or
// with all who take part; for some kinds of support, or for all. Nothing is
// read from one here but who, for what, and from when to when.
type Agreement struct {
	ID          uuid.UUID
	OrgID       uuid.UUID // whose it is
	WithOrgID   uuid.UUID // uuid.Nil: all organisations that take part
	Purpose     string    // a key of AgreementPurposes
	Pathways    []string  // none: every kind of support
	Basis       string    // a key of AgreementBases
	Reference   string    // where the signed agreement is found
	SignedOn    time.Time
	ExpiresOn   time.Time // the last day it holds
	RecordedBy  string    // a name, as far as the reader may know it
	RecordedAt  time.Time
	EndedAt     *time.Time
	EndedReason string
	Version     int
}

// AgreementSoon is how many days before its end an agreement is said to end
// soon, and its organisation's privacy officer is told. A setting to begin
// with: no source names a number.
const AgreementSoon = 30

// What an agreement is for. One to be audited lets the office it names draw
// samples of the organisation's work, and decides nothing about referrals.
const (
	AgreementSharing = "sharing"
	AgreementAudit   = "audit"
)

// AgreementPurposes lists them.
func AgreementPurposes() []Choice {
	return []Choice{
		{AgreementSharing, "Sharing with others who support victims"},
		{AgreementAudit, "To be audited by a Commissioner's office"},
	}
}

// AgreementBases lists on what an agreement rests (UK GDPR article 6, Data
// Protection Act 2018 part 3; domain.md 5.1).
func AgreementBases() []Choice {
	return []Choice{
		{"public_task", "A public task"},
		{"legal_obligation", "A legal obligation"},
		{"legitimate_interests", "Legitimate interests"},
		{"recognised_interest", "A recognised legitimate interest"},
		{"vital_interests", "Vital interests"},
		{"law_enforcement", "Law enforcement (Data Protection Act 2018, part 3)"},
	}
}

// The states of an agreement.
const (
	AgreementEnded   = "ended"   // somebody ended it before its time
	AgreementPast    = "expired" // its last day is over
	AgreementLater   = "later"   // it is not signed yet
	AgreementEnding  = "ending"  // in force, and within AgreementSoon of its end
	AgreementInForce = "in_force"
)

// State is what holds of an agreement on a day.
func (a *Agreement) State(today time.Time) string {
	switch {
	case a.EndedAt != nil:
		return AgreementEnded
	case a.ExpiresOn.Before(today):
		return AgreementPast
	case a.SignedOn.After(today):
		return AgreementLater
	case !a.ExpiresOn.After(today.AddDate(0, 0, AgreementSoon)):
		return AgreementEnding
	}
	return AgreementInForce
}

// Holds reports whether an agreement is in force on a day.
func (a *Agreement) Holds(today time.Time) bool {
	s := a.State(today)
	return s == AgreementInForce || s == AgreementEnding
}

// Covers reports whether an agreement is about sharing between its organisation
// and another for a kind of support, on whatever day.
func (a *Agreement) Covers(other uuid.UUID, pathway string) bool {
	return (a.WithOrgID == uuid.Nil || a.WithOrgID == other) && (len(a.Pathways) == 0 || slices.Contains(a.Pathways, pathway))
}

// Check finds what is wrong with an agreement that is to be recorded: it may
// begin and end on any day of ten years, its end after its beginning.
func (a *Agreement) Check(f *Faults, today time.Time) {
	if a.Purpose == "" { // as before there was another
		a.Purpose = AgreementSharing
	}
	f.oneOf("purpose", "Select what the agreement is for", a.Purpose, AgreementPurposes())
	if a.Purpose == AgreementAudit && a.WithOrgID == uuid.Nil {
		f.Add("with_organisation_id", FieldRequired, "Select the office that audits")
	}
	for _, p := range a.Pathways {
		if _, ok := FindPathway(p); !ok {
			f.Add("pathways", FieldUnknown, "Select kinds of support from the list")
		}
	}
	f.oneOf("basis", "Select what the sharing rests on", a.Basis, AgreementBases())
	f.line("reference", "Reference", a.Reference, 200)
	if a.Reference == "" {
		f.Add("reference", FieldRequired, "Enter where the signed agreement is found, such as its number")
	}
	switch {
	case a.SignedOn.IsZero():
		f.Add("signed_on", FieldRequired, "Enter the day it was signed")
	case a.SignedOn.Before(today.AddDate(-10, 0, 0)) || a.SignedOn.After(today.AddDate(1, 0, 0)):
		f.Add("signed_on", FieldInvalid, "The day it was signed must be within the last ten years, or the next")
	}
	switch {
	case a.ExpiresOn.IsZero():
		f.Add("expires_on", FieldRequired, "Enter the last day it holds")
	case !a.SignedOn.IsZero() && a.ExpiresOn.Before(a.SignedOn):
		f.Add("expires_on", FieldInvalid, "The last day must not be before the day it was signed")
	case a.ExpiresOn.After(today.AddDate(10, 0, 0)):
		f.Add("expires_on", FieldInvalid, "The last day must be within ten years")
	}
}

// CheckAgreementEnd finds what is wrong with ending one before its time.
func CheckAgreementEnd(f *Faults, reason string) {
	f.text("reason", "Reason", reason, 1000, true)
	if reason == "" {
		f.Add("reason", FieldRequired, "Say why it ends")
	}
}
