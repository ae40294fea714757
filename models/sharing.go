package models

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// The lawful bases of a sharing decision (domain.md 5.2).
const (
	BasisAgreement = "agreement"
)

// SharingBases are why something may be shared with one receiver. Agreement is
// the victim's, in the everyday sense; every other basis takes a reason.
func SharingBases() []Choice {
	return []Choice{
		{BasisAgreement, "They agreed"},
		{"safeguarding", "To keep a child or an adult at risk safe"},
		{"vital_interests", "To protect someone's life"},
		{"legal_obligation", "The law says we must"},
		{"public_task", "It is our public task"},
		{"legitimate_interests", "To prevent or detect a crime, or in an emergency"},
	}
}

// MethodNone is the method of a decision that was not agreed with anybody.
const MethodNone = "none"

// SharingMethods are how an agreement was given.
func SharingMethods() []Choice {
	return []Choice{
		{"spoken", "Spoken"},
		{"interpreter", "Spoken, through an interpreter"},
		{"bsl", "In British Sign Language"},
		{"written", "In writing"},
		{"signed", "On a signed form"},
	}
}

// SharingDecision is one decision to share named fields of one case with one
// receiver for one purpose. It is never changed: a new one is recorded, or it
// is withdrawn and kept.
type SharingDecision struct {
	ID              uuid.UUID
	CaseID          uuid.UUID
	ReceiverOrgID   uuid.UUID
	Purpose         string
	Basis           string
	Method          string
	Fields          []string
	Reason          string
	RecordedAt      time.Time
	RecordedBy      uuid.UUID
	RecordedByOrgID uuid.UUID
	ExpiresOn       *time.Time
	WithdrawnAt     *time.Time
	WithdrawnBy     *uuid.UUID
	WithdrawnReason string // code of GroupSharingWithdrawn
	WithdrawnNote   string
	Version         int
}

// Live reports whether the decision can be relied on at a moment.
func (d *SharingDecision) Live(now time.Time) bool {
	return d.WithdrawnAt == nil && (d.ExpiresOn == nil || !Today(now).After(*d.ExpiresOn))
}

// Tidy trims what was typed. A basis other than agreement needs no method.
func (d *SharingDecision) Tidy() {
	d.Purpose, d.Reason = strings.TrimSpace(d.Purpose), strings.TrimSpace(d.Reason)
	if d.Method == "" && d.Basis != BasisAgreement {
		d.Method = MethodNone
	}
}

// Check returns what is wrong with a decision as sent; today is the London date.
func (d *SharingDecision) Check(today time.Time) []FieldError {
	f := &Faults{}
	if d.ReceiverOrgID == uuid.Nil {
		f.Add("receiver_organisation_id", FieldRequired, "Select who will receive it")
	}
	if d.Purpose == "" {
		f.Add("purpose", FieldRequired, "Say what it is shared for")
	}
	f.line("purpose", "Purpose", d.Purpose, 500)
	f.oneOf("basis", "Select why it can be shared", d.Basis, SharingBases())
	f.text("reason", "Reason", d.Reason, 2000, true)
	switch {
	case d.Basis == BasisAgreement:
		f.oneOf("method", "Select how they agreed", d.Method, SharingMethods())
	case d.Method != MethodNone:
		f.oneOf("method", "Select how it was discussed, or leave it out", d.Method, SharingMethods())
	}
	if d.Basis != BasisAgreement && d.Basis != "" && d.Reason == "" {
		f.Add("reason", FieldRequired, "Say why it is shared without their agreement")
	}
	if len(d.Fields) == 0 {
		f.Add("fields", FieldRequired, "Select at least one thing to share")
	}
	if !subset(d.Fields, SharableFields()) {
		f.Add("fields", FieldUnknown, "Select what to share from the list")
	}
	if d.ExpiresOn != nil && d.ExpiresOn.Before(today) {
		f.Add("expires_on", FieldInvalid, "The last day must be today or later")
	}
	return f.List()
}
