package models

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// BreachReportWithin is how long there is to tell the Information
// Commissioner: UK GDPR article 33, whatever the day.
const BreachReportWithin = 72 * time.Hour

// BreachCauses are what went wrong.
func BreachCauses() []Choice {
	return []Choice{
		{"wrong_recipient", "Sent or told to the wrong person"},
		{"unsafe_contact", "A contact on a way that was not safe"},
		{"seen_without_reason", "Seen by staff without a reason"},
		{"lost_or_stolen", "Lost or stolen"},
		{"system", "A fault of a system"},
		{"attack", "An attack"},
		{"other", "Something else"},
	}
}

// BreachData are the sorts of data a breach can be about.
func BreachData() []Choice {
	return []Choice{
		{"identity", "Who somebody is"},
		{"address", "Where somebody is or lives"},
		{"contact", "How somebody is reached"},
		{"narrative", "What happened to somebody"},
		{"special", "Health, ethnicity, religion, orientation"},
		{"suspect", "Data about a suspect"},
	}
}

// BreachRisks are how likely harm is; RiskNotKnown to begin with.
func BreachRisks() []Choice {
	return []Choice{
		{"unlikely", "Harm is unlikely"},
		{"likely", "Harm is likely"},
		{"high", "A high risk of harm"},
	}
}

// BreachTold are whether the people it is about know.
func BreachTold() []Choice {
	return []Choice{
		{"not_yet", "Not yet"},
		{"told", "They were told"},
		{"not_needed", "They need not be told"},
		{"not_safe", "It is not safe to tell them"},
	}
}

// The states of a breach, and the risk nobody has judged yet.
const (
	BreachOpen   = "open"
	BreachClosed = "closed"
	RiskNotKnown = "not_known"
	RiskHigh     = "high"
	ToldNotYet   = "not_yet"
	ToldTold     = "told"
)

// Breach is one breach of personal data, known to one organisation.
type Breach struct {
	ID              uuid.UUID
	Reference       string
	What            string
	Cause           string
	HappenedAt      *time.Time
	AwareAt         time.Time
	ReportBy        time.Time
	People          *int
	DataKinds       []string
	Risk            string
	RiskWhy         string
	Contained       string
	ContainedAt     *time.Time
	ReportedAt      *time.Time
	ReportReference string
	NotReportedWhy  string
	Told            string
	ToldAt          *time.Time
	ToldWhy         string
	AttemptID       *uuid.UUID
	Status          string
	ClosedAt        *time.Time
	CreatedAt       time.Time
	Version         int
}

// Check says what is wrong with what is known of a breach when it is logged.
func (b *Breach) Check(now time.Time) []FieldError {
	b.What = strings.TrimSpace(b.What)
	f := &Faults{}
	if b.What == "" {
		f.Add("what", FieldRequired, "Say what happened")
	}
	f.text("what", "What happened", b.What, 4000, true)
	f.oneOf("cause", "Select what went wrong", b.Cause, BreachCauses())
	switch {
	case b.AwareAt.IsZero():
		f.Add("aware_at", FieldRequired, "Say when your organisation knew")
	case b.AwareAt.After(now):
		f.Add("aware_at", FieldInvalid, "When your organisation knew must be in the past")
	case b.AwareAt.Year() < oldestYear:
		f.Add("aware_at", FieldInvalid, "When your organisation knew is too long ago")
	}
	if b.HappenedAt != nil && b.HappenedAt.After(b.AwareAt) {
		f.Add("happened_at", FieldInvalid, "It must have happened before it was known")
	}
	if b.People != nil && (*b.People < 0 || *b.People > 1_000_000) {
		f.Add("people", FieldInvalid, "Enter how many people, as a number")
	}
	for _, k := range b.DataKinds {
		if !HasChoice(BreachData(), k) {
			f.Add("data_kinds", FieldUnknown, "Select sorts of data from the list")
		}
	}
	return f.List()
}

// CheckProgress says what is wrong with what was done about a breach; to close
// it, everything has to be said.
func (b *Breach) CheckProgress(now time.Time, closing bool) []FieldError {
	for _, s := range []*string{&b.RiskWhy, &b.Contained, &b.ReportReference, &b.NotReportedWhy, &b.ToldWhy} {
		*s = strings.TrimSpace(*s)
	}
	f := &Faults{}
	if b.Risk != RiskNotKnown || closing {
		f.oneOf("risk", "Select how likely harm is", b.Risk, BreachRisks())
	}
	f.oneOf("told", "Select whether the people were told", b.Told, BreachTold())
	f.text("risk_why", "Why", b.RiskWhy, 2000, true)
	f.text("contained", "What was done", b.Contained, 2000, true)
	f.line("report_reference", "Reference", b.ReportReference, 60)
	f.text("not_reported_why", "Why not", b.NotReportedWhy, 2000, true)
	f.text("told_why", "Why", b.ToldWhy, 2000, true)
	if b.ReportedAt != nil && (b.ReportedAt.After(now) || b.ReportedAt.Before(b.AwareAt)) {
		f.Add("reported_at", FieldInvalid, "When the Information Commissioner was told must be between when it was known and now")
	}
	if b.Told != ToldTold && b.Told != ToldNotYet && b.ToldWhy == "" {
		f.Add("told_why", FieldRequired, "Say why they are not told")
	}
	if closing {
		b.checkClosing(f)
	}
	return f.List()
}

func (b *Breach) checkClosing(f *Faults) {
	if b.Contained == "" {
		f.Add("contained", FieldRequired, "Say what was done to contain it")
	}
	if b.RiskWhy == "" {
		f.Add("risk_why", FieldRequired, "Say why harm is as likely as that")
	}
	if b.ReportedAt == nil && b.NotReportedWhy == "" {
		f.Add("not_reported_why", FieldRequired, "Say when the Information Commissioner was told, or why not")
	}
	if b.ReportedAt == nil && b.Risk != "" && b.Risk != "unlikely" {
		f.Add("reported_at", FieldRequired, "Where harm is likely the Information Commissioner has to be told: say when")
	}
	if b.Told == ToldNotYet {
		f.Add("told", FieldRequired, "Say whether the people were told, or why not")
	}
	if b.Risk == RiskHigh && b.Told == "not_needed" {
		f.Add("told", FieldNotOpen, "At a high risk people have to be told, unless that is not safe")
	}
}
