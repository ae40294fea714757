package models

import (
	"time"

	"github.com/google/uuid"
)

// Sample is a set of referrals that the Commissioner's office reads: by which
// rule it was drawn, and what that took.
type Sample struct {
	ID              uuid.UUID
	OrgID           uuid.UUID
	Name            string
	Pathway         string
	StandardVersion int
	ServiceID       uuid.UUID // uuid.Nil: every service
	OfOrgID         uuid.UUID // who receives; uuid.Nil: all who agreed
	FromMonth       time.Time // the first day of the first month
	ToMonth         time.Time // of the last
	Size            int       // asked for
	Method          string    // a key of SampleMethods as it was sent; empty: as Strata says
	Strata          string    // a key of SampleStrata
	Seed            int64
	SecondShare     int // per cent of the items that two people read
	InReach         int // referrals that answer to the rule, of organisations that agreed
	Drawn           int
	LeftOut         []uuid.UUID // organisations that have not agreed to be audited
	Fingerprint     string      // of what was drawn, in its order
	DrawnAt         time.Time
	DrawnBy         uuid.UUID
}

// The bounds of a sample. MostOfReach and LeastInReach keep it from telling how
// many referrals may not be read: there is always another in their place
// (docs/adr/0039).
const (
	LargestSample = 200
	LeastInReach  = 10
	MostOfReach   = 80 // per cent
	LongestSample = 36 // months
)

// SampleStrata lists what a sample can be spread over, so that each has its share.
func SampleStrata() []Choice {
	return []Choice{
		{"none", "Nothing: every referral has the same chance"},
		{"service", "The services, each in its share"},
		{"borough", "The boroughs, each in its share"},
		{"month", "The months, each in its share"},
	}
}

// SampleMethods lists how a sample can be drawn, for who says it apart from what
// it is spread over.
func SampleMethods() []Choice { return []Choice{{"random", "Random"}, {"stratified", "Stratified"}} }

// Check finds what is wrong with a rule about to be drawn by.
func (s *Sample) Check(today time.Time) []FieldError {
	f := &Faults{}
	f.line("name", "Name", s.Name, 120)
	if s.Name == "" {
		f.Add("name", FieldRequired, "Enter a name for the sample")
	}
	if _, ok := FindStandard(s.Pathway, 0); !ok {
		f.Add("pathway", FieldRequired, "Select a kind of support")
	}
	switch month := today.AddDate(0, 0, 1-today.Day()); {
	case s.FromMonth.IsZero():
		f.Add("from", FieldRequired, "Select the first month")
	case s.FromMonth.After(month) || s.FromMonth.Before(today.AddDate(-10, 0, 0)):
		f.Add("from", FieldInvalid, "The first month must be within the last ten years")
	case s.ToMonth.IsZero():
		f.Add("to", FieldRequired, "Select the last month")
	case s.ToMonth.Before(s.FromMonth):
		f.Add("to", FieldInvalid, "The last month must not be before the first")
	case s.ToMonth.After(month) || s.ToMonth.After(s.FromMonth.AddDate(0, LongestSample-1, 0)):
		f.Add("to", FieldInvalid, "The last month must be within "+Count(LongestSample)+" months, and not to come")
	}
	if s.Size < 1 || s.Size > LargestSample {
		f.Add("size", FieldInvalid, "Enter how many referrals to draw, from 1 to "+Count(LargestSample))
	}
	if s.Method != "" {
		f.oneOf("method", "Say random or stratified", s.Method, SampleMethods())
	}
	f.oneOf("by", "Select what the sample is spread over", s.Strata, SampleStrata())
	if s.Seed < 0 {
		f.Add("seed", FieldInvalid, "Enter a whole number of 0 or more as the seed")
	}
	if s.SecondShare < 0 || s.SecondShare > 100 {
		f.Add("second_share", FieldInvalid, "Enter how many in a hundred two people read, from 0 to 100")
	}
	return f.List()
}

// FindingThemes lists what findings are about, so that they can be compared over
// rounds.
func FindingThemes() []Choice {
	return []Choice{
		{"safe_contact", "Safe contact"},
		{"timeliness", "Timeliness"},
		{"hand_offs", "Hand-offs"},
		{"recording", "Recording"},
		{"risk", "Risk and safety"},
		{"needs", "Needs and support"},
		{"fairness", "Fair service"},
		{"other", "Something else"},
	}
}

// Finding is what a sample showed, with the items that show it.
type Finding struct {
	ID       uuid.UUID
	SampleID uuid.UUID
	Theme    string
	Finding  string
	Items    []int
	At       time.Time
}

// Check finds what is wrong with a finding of a sample of so many items.
func (f *Finding) Check(drawn int) []FieldError {
	out := &Faults{}
	out.oneOf("theme", "Select what the finding is about", f.Theme, FindingThemes())
	out.text("finding", "The finding", f.Finding, 4000, true)
	if f.Finding == "" {
		out.Add("finding", FieldRequired, "Enter what you found")
	}
	if len(f.Items) > LargestSample {
		out.Add("items", FieldTooLong, "Name each item once")
	}
	for _, n := range f.Items {
		if n < 1 || n > drawn {
			out.Add("items", FieldUnknown, "Name items of this sample, by their numbers")
		}
	}
	return out.List()
}

// The states of an action.
const (
	ActionOpen     = "open"     // asked for, or sent back
	ActionAnswered = "answered" // the organisation says what it did
	ActionClosed   = "closed"   // the office agrees that it is done
)

// Improvement is what a named organisation is asked to do because of a finding.
type Improvement struct {
	ID             uuid.UUID
	FindingID      uuid.UUID
	SampleID       uuid.UUID
	OrgID          uuid.UUID // the office that asks
	ToOrgID        uuid.UUID
	Recommendation string
	Owner          string // a post of the organisation
	DueOn          time.Time
	State          string
	At             time.Time
	ClosedAt       *time.Time
	Version        int
}

// Late reports whether it is past its day and not closed.
func (i *Improvement) Late(today time.Time) bool {
	return i.State != ActionClosed && i.DueOn.Before(today)
}

// Check finds what is wrong with an action about to be asked for.
func (i *Improvement) Check(today time.Time) []FieldError {
	f := &Faults{}
	f.text("recommendation", "The recommendation", i.Recommendation, 4000, true)
	if i.Recommendation == "" {
		f.Add("recommendation", FieldRequired, "Enter what the organisation is asked to do")
	}
	f.line("owner", "The owner", i.Owner, 120)
	if i.Owner == "" {
		f.Add("owner", FieldRequired, "Enter who owns it, such as “Service manager”")
	}
	switch {
	case i.DueOn.IsZero():
		f.Add("due_on", FieldRequired, "Enter the day it is due")
	case i.DueOn.Before(today) || i.DueOn.After(today.AddDate(3, 0, 0)):
		f.Add("due_on", FieldInvalid, "The day it is due must be within the next three years")
	}
	return f.List()
}

// CheckActionSaid finds what is wrong with an answer to an action, or with what
// the office says of the answer.
func CheckActionSaid(said, evidence string, proof bool) []FieldError {
	f := &Faults{}
	f.text("said", "What you say", said, 4000, true)
	if said == "" {
		f.Add("said", FieldRequired, "Say what was done, or why")
	}
	f.text("evidence", "The evidence", evidence, 1000, true)
	if proof && evidence == "" {
		f.Add("evidence", FieldRequired, "Say where the evidence is found")
	}
	return f.List()
}
