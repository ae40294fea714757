package models

import (
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// FormDefinition is one version of a form that is filled in on a day and never
// changed afterwards. A form is data: its questions, what can be answered, and
// how it is counted. Another tool is another definition (docs/adr/0037).
type FormDefinition struct {
	Key     string // stored on every entry; never changes meaning
	Name    string // as headings say it
	Version int    // raised when a question changes; an entry keeps its own
	Summary string // one sentence for a person choosing
	Source  string // whose tool it is
	// Sections are its questions, in the order they are asked.
	Sections []FormSection
	Score    ScoreRule
}

// FormSection is some questions under one heading.
type FormSection struct {
	Title     string
	Hint      string
	Counts    bool // its answers are part of the score
	Questions []Question
}

// ScoreRule says how a form is counted, and from what number on it suggests a
// MARAC.
type ScoreRule struct {
	Answer string // the answer that counts one
	MARAC  int    // 0: the score alone suggests nothing
}

// The answers of a question that somebody may not know, or was not asked.
// Neither counts as a no.
const (
	FormYes      = "yes"
	FormNo       = "no"
	FormDontKnow = "dont_know"
	FormNotAsked = "not_asked"
)

// FormAnswers lists those answers in the order forms ask.
func FormAnswers() []Choice {
	return []Choice{{FormYes, "Yes"}, {FormNo, "No"}, {FormDontKnow, "Do not know"}, {FormNotAsked, "Not asked"}}
}

// Judgements are what a professional thinks of the risk, whatever a score says.
func Judgements() []Choice {
	return []Choice{{"high", "High risk of serious harm"}, {"medium", "Medium"}, {"standard", "Standard"}, {"not_made", "I have not made one"}}
}

// JudgedHigh is the judgement that alone suggests a MARAC.
const JudgedHigh = "high"

// FormWordsLongest is the most characters of why a risk is judged as it is.
const FormWordsLongest = 4000

// Forms are the current version of every form, in the order people choose from.
func Forms() []FormDefinition { return []FormDefinition{dash()} }

// FormVersions are all versions of every form, the current ones first, so that
// an old entry is always shown with the questions that were asked. A version
// that was released is never changed: it moves behind the one that replaces it.
func FormVersions() []FormDefinition { return Forms() }

// RiskForms are the keys of the forms whose score speaks of danger.
func RiskForms() []string {
	var out []string
	for _, d := range Forms() {
		if d.Score.MARAC > 0 {
			out = append(out, d.Key)
		}
	}
	return out
}

// FindForm returns the current version of a form among some, the first of its key.
func FindForm(list []FormDefinition, key string) (FormDefinition, bool) {
	return oneOf(list, func(d FormDefinition) bool { return d.Key == key })
}

// FindFormVersion returns one version of a form among some.
func FindFormVersion(list []FormDefinition, key string, version int) (FormDefinition, bool) {
	return oneOf(list, func(d FormDefinition) bool { return d.Key == key && d.Version == version })
}

func oneOf(list []FormDefinition, is func(FormDefinition) bool) (FormDefinition, bool) {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return list[i], true
	}
	return FormDefinition{}, false
}

// Questions are those of all sections, in order.
func (d FormDefinition) Questions() []Question {
	var out []Question
	for _, s := range d.Sections {
		out = append(out, s.Questions...)
	}
	return out
}

// Counted is how many questions count.
func (d FormDefinition) Counted() int {
	n := 0
	for _, s := range d.Sections {
		if s.Counts {
			n += len(s.Questions)
		}
	}
	return n
}

// Count is the score of some answers.
func (d FormDefinition) Count(answers map[string]any) int {
	n := 0
	for _, s := range d.Sections {
		for _, q := range s.Questions {
			if s.Counts && answers[q.Key] == d.Score.Answer {
				n++
			}
		}
	}
	return n
}

// FormEntry is a form that somebody filled in on a day: about a case, or on a
// service's own record of one referral. It is never changed: what was wrong is
// put right by another entry that names it.
type FormEntry struct {
	ID         uuid.UUID
	CaseID     uuid.UUID
	ReferralID *uuid.UUID // nil: about the case itself
	Form       string
	Version    int
	FilledOn   time.Time // a date
	Corrects   *uuid.UUID
	FormContent
	At       time.Time
	ByUserID uuid.UUID
	ByOrgID  uuid.UUID
}

// FormContent is what an entry says, and what is sealed of it. The score is
// kept as it was counted that day; the judgement stands apart from it.
type FormContent struct {
	Answers   map[string]any `json:"answers"`
	Score     int            `json:"score"`
	Judgement string         `json:"judgement"`
	Words     string         `json:"words,omitempty"` // why it is judged so
}

// Complete fills in "not asked" where nothing was answered, and counts.
func (e *FormEntry) Complete(d FormDefinition) {
	if e.Answers == nil {
		e.Answers = map[string]any{}
	}
	for _, q := range d.Questions() {
		if empty(e.Answers[q.Key]) && HasChoice(q.Options, FormNotAsked) {
			e.Answers[q.Key] = FormNotAsked
		}
	}
	e.Score = d.Count(e.Answers)
}

// Check says what is wrong with an entry that is about to be kept, on a day.
func (e *FormEntry) Check(d FormDefinition, today time.Time) []FieldError {
	f := &Faults{}
	switch {
	case e.FilledOn.IsZero():
		f.Add("filled_on", FieldRequired, "Enter the day it was filled in")
	case e.FilledOn.After(today):
		f.Add("filled_on", FieldInvalid, "The day it was filled in must be today or earlier")
	case e.FilledOn.Before(today.AddDate(-10, 0, 0)):
		f.Add("filled_on", FieldInvalid, "The day it was filled in must be within the last 10 years")
	}
	f.oneOf("judgement", "Select your own judgement", e.Judgement, Judgements())
	f.text("words", "What your judgement rests on", e.Words, FormWordsLongest, true)
	f.Join(CheckQuestions(d.Questions(), e.Answers, true, "Answer the questions of this form only")...)
	return f.List()
}

// Summary is what is told of an entry where not every answer is: which form,
// when, how many counted, and the judgement.
func (e *FormEntry) Summary(d FormDefinition) string {
	words := d.Name + " of " + Date(e.FilledOn) + ": " + strconv.Itoa(e.Score) + " of " + strconv.Itoa(d.Counted()) + " answered yes."
	if e.Judgement != "not_made" {
		words += " Professional judgement: " + LowerFirst(ChoiceWords(Judgements(), e.Judgement)) + "."
	}
	return words
}
