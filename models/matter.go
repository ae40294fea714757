package models

import (
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Matter is court work under one URN (unique reference number), as one
// organisation keeps it: the cases of its victims, witnesses who are not
// victims, and defendants (referrals.md section 4).
type Matter struct {
	ID       uuid.UUID
	OrgID    uuid.UUID
	URN      string
	At       time.Time
	ByUserID uuid.UUID
}

var urnShape = regexp.MustCompile(`^[0-9A-Z]{6,20}$`)

// ParseURN reads a URN as it is typed or printed: capitals, without spaces,
// slashes and dashes. Courts print it in parts, and forces number differently,
// so that nothing more is asked of it.
func ParseURN(text string) (string, bool) {
	urn := strings.NewReplacer(" ", "", "/", "", "-", "").Replace(strings.ToUpper(strings.TrimSpace(text)))
	return urn, urnShape.MatchString(urn)
}

// CheckURN returns what is wrong with one.
func CheckURN(text string) []FieldError {
	f := &Faults{}
	switch _, ok := ParseURN(text); {
	case strings.TrimSpace(text) == "":
		f.Add("urn", FieldRequired, "Enter the URN of the court case")
	case !ok:
		f.Add("urn", FieldInvalid, "A URN is 6 to 20 letters and numbers, like 01YA2231526")
	}
	return f.List()
}

// MatterPersonKind is what somebody is in a matter.
type MatterPersonKind string

// The kinds. A victim is no such person: they are a case.
const (
	MatterWitness   MatterPersonKind = "witness"
	MatterDefendant MatterPersonKind = "defendant"
)

// Plural names several of a kind, as documents do.
func (k MatterPersonKind) Plural() string {
	if k == MatterWitness {
		return "witnesses"
	}
	return string(k) + "s"
}

// MatterPersonKinds lists them with their words.
func MatterPersonKinds() []Choice {
	return []Choice{{string(MatterWitness), "A witness who is not a victim"}, {string(MatterDefendant), "A defendant"}}
}

// MatterPerson is a witness who is not a victim, or a defendant.
type MatterPerson struct {
	ID       uuid.UUID
	Kind     MatterPersonKind
	Name     string
	Note     string
	Needs    []string          // keys of WitnessNeeds
	Measures map[string]string // key of SpecialMeasures -> key of MeasureStates
}

// WitnessNeeds are what a witness needs to give evidence (domain.md 1.1 and E15).
func WitnessNeeds() []Choice {
	return []Choice{
		{"under_18", "Under 18"},
		{"mental_health", "Mental health"},
		{"disability", "A disability"},
		{"intimidated", "Fear of giving evidence"},
		{"interpreter", "An interpreter"},
		{"communication", "Help to understand and be understood"},
		{"travel", "Travel"},
		{"care", "Care for children or others"},
		{"safe_waiting", "A safe place to wait"},
		{"media", "Interest of the press"},
	}
}

// SpecialMeasures are what a court may allow a witness.
func SpecialMeasures() []Choice {
	return []Choice{
		{"screens", "A screen"},
		{"live_link", "A live link"},
		{"in_private", "Evidence in private"},
		{"no_wigs", "Wigs and gowns taken off"},
		{"video_interview", "A video-recorded interview as evidence"},
		{"video_cross", "Cross-examination recorded before the trial"},
		{"intermediary", "An intermediary"},
		{"aids", "Aids to communication"},
	}
}

// MeasureStates are how far a special measure is.
func MeasureStates() []Choice {
	return []Choice{{"asked", "Asked for"}, {"granted", "Granted"}, {"refused", "Refused"}}
}

// The most characters of what is written of somebody in a matter.
const (
	MatterNameLongest = 200
	MatterNoteLongest = 2000
)

// Check returns what is wrong with it.
func (p *MatterPerson) Check() []FieldError {
	f := &Faults{}
	p.Name, p.Note = strings.TrimSpace(p.Name), strings.TrimSpace(p.Note)
	if !HasChoice(MatterPersonKinds(), string(p.Kind)) {
		f.Add("kind", presence(string(p.Kind)), "Select who they are")
	}
	if p.Name == "" {
		f.Add("name", FieldRequired, "Enter their name, or how they are known")
	}
	f.line("name", "The name", p.Name, MatterNameLongest)
	f.text("note", "The note", p.Note, MatterNoteLongest, true)
	for _, need := range p.Needs {
		if !HasChoice(WitnessNeeds(), need) {
			f.Add("needs", FieldUnknown, "Select needs from the list")
		}
	}
	for measure, state := range p.Measures {
		if !HasChoice(SpecialMeasures(), measure) || !HasChoice(MeasureStates(), state) {
			f.Add("special_measures", FieldUnknown, "Select special measures from the list, and how far each is")
		}
	}
	if p.Kind == MatterDefendant && len(p.Needs)+len(p.Measures) > 0 {
		f.Add("needs", FieldNotOpen, "Needs and special measures are kept of witnesses")
	}
	return f.List()
}

// WitnessRules are the clocks of witness care that a witness is told by as a
// victim is: the hearing, that they are needed, the outcome.
func WitnessRules() []Rule { return []Rule{RuleToldHearing, RuleToldWitness, RuleToldOutcome} }
