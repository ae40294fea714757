package models

import (
	"slices"
	"sync"
	"time"
)

// The keys of the pathways: stored on every referral and published.
const (
	PathwayChildHouse  = "child_house"
	PathwayHateCrime   = "hate_crime"
	PathwayVAWG        = "vawg"
	PathwayRestorative = "restorative"
	PathwayGeneral     = "general"
)

// Pathway is one kind of referral, defined in one place. The form, the checks,
// who can be referred, why something may be shared, the first limits, the
// records a service keeps and the API's description all follow from it.
// Pathways are code, so that a new one gets review, history and tests
// (docs/adr/0004, docs/adr/0036).
type Pathway struct {
	Key       string
	Name      string // as headings say it
	Summary   string // one sentence for a person choosing
	Version   int    // raised when Questions or Guards change; a referral keeps its own
	Questions []Question
	// Guards are held at sending: what would be a mistake to send, given the
	// answers and the case.
	Guards []Guard
	// Advice is said beside the answers, before sending and to who receives them.
	Advice []Advice
	// Eligible is who the pathway is for at all; each service has rules of its
	// own beside it.
	Eligible Eligibility
	// Bases are why something may be shared on this pathway, of SharingBases.
	Bases  []string
	Limits Limits
	// AttemptsAtMost says that a service's number of attempts is a most and not a
	// least: one that was not answered is enough, and nobody is pressed
	// (referrals.md 6).
	AttemptsAtMost bool
	// DeclineReview says that a coordinator looks at a decline before it
	// stands. It is off for all to begin with (decisions.md 25).
	DeclineReview bool
	// Strands are the parts of the work that different organisations can do.
	// The one that leads cannot complete while another goes on (referrals.md 1).
	Strands []Choice
	// Outcomes are what the work is for.
	Outcomes []Choice
	// Measures are the figures that say how the pathway does, by their keys.
	Measures []string
	// RequiredFields must be shared before a referral can be sent. None is
	// required to begin with: the victim decides, and a service that needs more
	// asks. SuggestedFields are ticked to begin with on the page that asks.
	RequiredFields  []string
	SuggestedFields []string
}

// Eligibility is who a pathway is for. Nil and empty do not narrow it.
type Eligibility struct {
	MaxAge *int // in years, inclusive
	// Groups are the groups of crime it helps after, of OffenceGroups.
	Groups []string
	Words  string // who it is for, in a sentence
}

// Excludes returns why the pathway is not for somebody. What is not known of
// them never excludes.
func (e Eligibility) Excludes(age *int, offences, strands []string) (tooOld, otherCrime bool) {
	tooOld = e.MaxAge != nil && age != nil && *age > *e.MaxAge
	known := len(offences) > 0
	fits := len(e.Groups) == 0 || slices.ContainsFunc(offences, func(o string) bool { return slices.Contains(e.Groups, OffenceGroup(o)) }) ||
		slices.Contains(e.Groups, CrimeHate) && len(strands) > 0
	return tooOld, known && !fits
}

// QuestionKind says which form control asks a question, and what an answer is.
type QuestionKind string

// The kinds of question.
const (
	AskRadios     QuestionKind = "radios"
	AskCheckboxes QuestionKind = "checkboxes"
	AskText       QuestionKind = "text"
	AskTextarea   QuestionKind = "textarea"
	AskYesNo      QuestionKind = "yes_no"
	AskNumber     QuestionKind = "number" // a whole number, from 0 to Most
	AskDate       QuestionKind = "date"   // a day, as 2026-04-02
)

// Question is one thing the referrer is asked for a pathway.
type Question struct {
	Key       string // of the answer; never changes meaning
	Label     string
	Hint      string
	Kind      QuestionKind
	Options   []Choice // of radios and checkboxes alone
	Required  bool     // the pages ask until it is answered
	MaxLength int      // in characters, of text and textarea alone
	Most      int      // of a number alone
	// When says that the pages ask until it is answered where another question
	// has one of these answers.
	When When
	// Field is the sharable field this answer is part of. It is shown to the
	// receiver where that field is ticked, from the same moment, and not at all
	// where it is not. Empty: asked for the receiver, and shown from sending.
	Field string
	// Ahead says that a date may lie in the future.
	Ahead bool
}

// When is that a question has one of some answers, or a number from AtLeast on.
type When struct {
	Key     string
	Is      []string
	AtLeast int
}

// Holds reports whether the answers are so.
func (w When) Holds(answers map[string]any) bool {
	if w.Key == "" {
		return false
	}
	if n, ok := wholeNumber(answers[w.Key]); ok && w.AtLeast > 0 {
		return n >= w.AtLeast
	}
	list, ok := stringsOf(answers[w.Key])
	if s, one := answers[w.Key].(string); one {
		list, ok = []string{s}, true
	}
	return ok && slices.ContainsFunc(list, func(s string) bool { return slices.Contains(w.Is, s) })
}

// Advice is something worth saying where one of some answers was given. It
// decides nothing.
type Advice struct {
	When  When
	Words string
}

// Advise returns what is worth saying about some answers, in order.
func Advise(list []Advice, answers map[string]any) []string {
	var out []string
	for _, a := range list {
		if a.When.Holds(answers) {
			out = append(out, a.Words)
		}
	}
	return out
}

// Sending is what a guard is held against: the answers, and what the case says.
type Sending struct {
	Answers  map[string]any
	Age      *int     // in years; nil where it is not known
	Offences []string // of Offences
	Suspects []string // how the people who are marked as responsible are related
}

// Guard returns what would be a mistake to send, if anything.
type Guard func(Sending) (FieldError, bool)

// Limit is one number a clock or a rule starts from. Every one is a setting
// with where it comes from and since when; none is confirmed for London
// (decisions.md 24).
type Limit struct {
	Key    string
	Words  string
	N      int
	Unit   string // "working days" or "attempts"
	Source string
	Since  time.Time
}

// Limits are the numbers a pathway starts from. A service may have its own.
type Limits struct {
	Acknowledge      Limit // sent to picked up
	Decide           Limit // sent to decided
	FirstAttempt     Limit // accepted to the first counted attempt
	FirstAttemptHigh Limit // the same where the risk is high
	FirstContact     Limit // accepted to speaking to the right person
	Attempts         Limit // before "not reached" may be recorded
	Answer           Limit // a question asked to its answer
	Lapse            Limit // the last step of the ladder to lapsing
}

// All lists the limits in the order pages show them.
func (l Limits) All() []Limit {
	return []Limit{l.Acknowledge, l.Decide, l.FirstAttempt, l.FirstAttemptHigh, l.FirstContact, l.Attempts, l.Answer, l.Lapse}
}

// StartingLimits returns the numbers of decisions.md 24.
func StartingLimits() Limits {
	const unconfirmed = "Starting value of this product; no London contract value is confirmed"
	since := time.Date(2023, time.January, 1, 0, 0, 0, 0, London())
	days := func(key, words string, n int, seen string) Limit {
		return Limit{Key: key, Words: words, N: n, Unit: "working days", Source: unconfirmed + seen, Since: since}
	}
	attempts := days("attempts", "Attempts before “not reached”", 3,
		". Three on different days for high risk at one service outside London")
	attempts.Unit = "attempts"
	return Limits{
		Acknowledge:      days("acknowledge", "Pick up the referral", 1, ""),
		Decide:           days("decide", "Decide", 2, ". A review within 48 hours is used at one service outside London"),
		FirstAttempt:     days("first_attempt", "First contact attempt", 2, ". 2 working days is used by one IDVA service outside London"),
		FirstAttemptHigh: days("first_attempt_high", "First contact attempt, high risk", 1, ". 24 hours is common for high risk"),
		FirstContact:     days("first_contact", "First contact", 5, ""),
		Attempts:         attempts,
		Answer:           days("answer", "Answer a question", 2, ""),
		Lapse:            days("lapse", "Lapse after the last reminder", 5, ""),
	}
}

// Pathways returns the current version of every pathway, in the order people
// choose from.
func Pathways() []Pathway { return slices.Clone(currentPathways()) }

// currentPathways are made once: they are asked for in every request.
var currentPathways = sync.OnceValue(func() []Pathway {
	return []Pathway{general(), vawg(), childHouse(), hateCrime(), restorative()}
})

// everyVersion are the current pathways and the retired versions of them, so
// that an old referral is always shown with the questions it was asked.
var everyVersion = sync.OnceValue(func() []Pathway { return append(Pathways(), retiredPathways()...) })

// PathwayVersions returns every version of every pathway, the current ones first.
func PathwayVersions() []Pathway { return slices.Clone(everyVersion()) }

// FindPathway returns the current version of a pathway.
func FindPathway(key string) (Pathway, bool) {
	all := currentPathways()
	i := slices.IndexFunc(all, func(p Pathway) bool { return p.Key == key })
	if i < 0 {
		return Pathway{}, false
	}
	return all[i], true
}

// FindPathwayVersion returns one version of a pathway.
func FindPathwayVersion(key string, version int) (Pathway, bool) {
	all := everyVersion()
	i := slices.IndexFunc(all, func(p Pathway) bool { return p.Key == key && p.Version == version })
	if i < 0 {
		return Pathway{}, false
	}
	return all[i], true
}
