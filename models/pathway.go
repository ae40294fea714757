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

// Pathway is one kind of referral. The form, the checks, the first limits and
// the API's description of the answers all follow from it. Pathways are code,
// so that a new one gets review, history and tests.
type Pathway struct {
	Key       string
	Name      string // as headings say it
	Summary   string // one sentence for a person choosing
	Version   int    // raised when Questions change; a referral keeps its own
	Questions []Question
	Limits    Limits
	// DeclineReview says that a coordinator looks at a decline before it
	// stands. It is off for all to begin with (decisions.md 25).
	DeclineReview bool
	// RequiredFields must be shared before a referral can be sent. None is
	// required to begin with: the victim decides, and a service that needs more
	// asks. SuggestedFields are ticked to begin with on the page that asks.
	RequiredFields  []string
	SuggestedFields []string
}

// QuestionKind says which form control asks a question.
type QuestionKind string

// The kinds of question.
const (
	AskRadios     QuestionKind = "radios"
	AskCheckboxes QuestionKind = "checkboxes"
	AskText       QuestionKind = "text"
	AskTextarea   QuestionKind = "textarea"
	AskYesNo      QuestionKind = "yes_no"
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
}

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
	return []Pathway{generalV1(), vawgV1(), childHouseV1(), hateCrimeV1(), restorativeV1()}
})

// everyVersion are the current pathways and the retired versions of them, so
// that an old referral is always shown with the questions it was asked.
func everyVersion() []Pathway { return currentPathways() }

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
