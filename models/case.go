package models

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// CaseStatus is whether anything is still owed on a case.
type CaseStatus string

// The states of a case.
const (
	CaseOpen   CaseStatus = "open"
	CaseClosed CaseStatus = "closed"
)

// Sources are where a case can come from: whoever logs it, police, council or
// charity, says how it reached them (referrals.md section 1).
func Sources() []Choice {
	return []Choice{
		{"police", "A report to the police"},
		{"self", "The victim came to us"},
		{"third_party", "Someone else told us"},
		{"agency", "Another organisation passed it on"},
	}
}

// RiskLevels are the levels of decisions.md 29.
func RiskLevels() []Choice {
	return []Choice{{string(PriorityStandard), "Standard"}, {string(PriorityMedium), "Medium"}, {string(PriorityHigh), "High"}}
}

// The answers to "was help offered".
const (
	HelpYes    = "yes"
	HelpNo     = "no"
	HelpNotYet = "not_yet"
)

// HelpAnswers are the answers to "was help offered", which is on every case,
// taken up or not.
func HelpAnswers() []Choice {
	return []Choice{{HelpYes, "Yes"}, {HelpNotYet, "Not yet"}, {HelpNo, "No"}}
}

// Case is all of one victim's matter. Exactly one organisation is accountable
// for it at every instant; only a hand-off moves it.
type Case struct {
	ID                uuid.UUID
	Reference         string
	VictimID          uuid.UUID
	Status            CaseStatus
	Source            string
	AccountableOrgID  uuid.UUID
	LoggedByOrgID     uuid.UUID
	LoggedBy          uuid.UUID
	RiskLevel         Priority
	RiskNote          string
	Enhanced          bool
	EnhancedReasons   []string
	EnhancedOffReason string // code of GroupSwitchOffEnhanced
	EnhancedOffNote   string
	HelpOffered       string
	HelpReason        string // code of GroupHelpNotOffered
	HelpNote          string
	Wants             []string // keys of Needs: what they say they want
	LoggedAt          time.Time
	UpdatedAt         time.Time
	Version           int
}

// Check returns what is wrong with the case's own answers.
func (c *Case) Check() []FieldError {
	f := &Faults{}
	f.oneOf("source", "Select how this reached you", c.Source, Sources())
	f.oneOf("risk_level", "Select a level of risk", string(c.RiskLevel), RiskLevels())
	f.text("risk_note", "What makes the risk", c.RiskNote, 4000, true)
	c.checkHelp(f)
	c.checkEnhancedOff(f)
	if !subset(c.Wants, Needs()) {
		f.Add("wants", FieldUnknown, "Select what they want from the list")
	}
	return f.List()
}

func (c *Case) checkHelp(f *Faults) {
	f.oneOf("help_offered", "Select whether help was offered", c.HelpOffered, HelpAnswers())
	f.text("help_note", "Why not", c.HelpNote, 1000, true)
	switch {
	case c.HelpOffered != HelpNo && c.HelpReason != "":
		f.Add("help_reason", FieldNotOpen, "Give a reason only where help was not offered")
	case c.HelpOffered == HelpNo:
		checkCoded(f, GroupHelpNotOffered, "help_reason", c.HelpReason, "help_note", c.HelpNote)
	}
}

func (c *Case) checkEnhancedOff(f *Faults) {
	f.text("enhanced_off_note", "Why they do not apply", c.EnhancedOffNote, 1000, true)
	if c.EnhancedOffReason != "" {
		checkCoded(f, GroupSwitchOffEnhanced, "enhanced_off_reason", c.EnhancedOffReason, "enhanced_off_note", c.EnhancedOffNote)
	}
}

// CheckCoded returns what is wrong with a coded reason and the words it may
// need, under the field paths given.
func CheckCoded(g ReasonGroup, field, code, noteField, note string, longest int) []FieldError {
	f := &Faults{}
	f.text(noteField, "Your note", note, longest, true)
	checkCoded(f, g, field, code, noteField, note)
	return f.List()
}

// checkCoded checks a coded reason and the words it may need.
func checkCoded(f *Faults, g ReasonGroup, field, code, noteField, note string) {
	r, ok := FindReason(g, code)
	switch {
	case code == "":
		f.Add(field, FieldRequired, "Select a reason")
	case !ok:
		f.Add(field, FieldUnknown, "Select a reason from the list")
	case r.NeedsText && strings.TrimSpace(note) == "":
		f.Add(noteField, FieldRequired, "Say what the reason was")
	}
}
