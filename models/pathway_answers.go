package models

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Answer is one answered question, as pages show it.
type Answer struct {
	Key   string
	Label string
	Words string
}

// CheckAnswers holds the answers to a version of a pathway against its
// questions, and names every one to correct as answers.<key>. It never repeats
// what was sent. A pathway or version that does not exist is a fault of its own.
func CheckAnswers(pathway string, version int, answers map[string]any) []FieldError {
	return checkAnswers(pathway, version, answers, true)
}

// CheckAnswersGiven is CheckAnswers for answers that may still be completed: a
// draft, or a system that asks less than our pages do. What is there must fit;
// what is missing is not a fault.
func CheckAnswersGiven(pathway string, version int, answers map[string]any) []FieldError {
	return checkAnswers(pathway, version, answers, false)
}

// CheckSending is CheckAnswersGiven at the moment of sending: the guards of the
// version a referral began under hold, whoever sends it.
func CheckSending(pathway string, version int, s Sending) []FieldError {
	faults := CheckAnswersGiven(pathway, version, s.Answers)
	p, ok := FindPathwayVersion(pathway, version)
	if !ok || len(faults) > 0 {
		return faults
	}
	for _, g := range p.Guards {
		if f, bad := g(s); bad {
			faults = append(faults, f)
		}
	}
	return faults
}

func checkAnswers(pathway string, version int, answers map[string]any, whole bool) []FieldError {
	p, ok := FindPathwayVersion(pathway, version)
	if !ok {
		return []FieldError{Field("pathway", FieldUnknown, "Select a kind of support from the list")}
	}
	return CheckQuestions(p.Questions, answers, whole, "Send answers to the questions of this pathway only")
}

// CheckQuestions holds answers against questions. Whole says that every one that
// has to be answered is; strange is said of an answer to none of them.
func CheckQuestions(list []Question, answers map[string]any, whole bool, strange string) []FieldError {
	var faults []FieldError
	for _, q := range list {
		if f, bad := q.check(answers[q.Key], whole && (q.Required || q.When.Holds(answers))); bad {
			faults = append(faults, f)
		}
	}
	for key := range answers {
		if !slices.ContainsFunc(list, func(q Question) bool { return q.Key == key }) {
			return append(faults, Field("answers", FieldUnknown, strange))
		}
	}
	return faults
}

// check returns what is wrong with one answer, if anything.
func (q Question) check(answer any, needed bool) (FieldError, bool) {
	fault := func(code, message string) (FieldError, bool) {
		return Field("answers."+q.Key, code, message), true
	}
	if empty(answer) {
		if needed {
			return fault(FieldRequired, q.missing())
		}
		return FieldError{}, false
	}
	switch q.Kind {
	case AskRadios:
		if s, ok := answer.(string); !ok || !HasChoice(q.Options, s) {
			return fault(FieldInvalid, q.missing())
		}
	case AskCheckboxes:
		keys, ok := stringsOf(answer)
		if !ok || len(keys) > len(q.Options) || slices.ContainsFunc(keys, func(k string) bool { return !HasChoice(q.Options, k) }) {
			return fault(FieldInvalid, q.missing())
		}
	case AskYesNo:
		if _, ok := yesNo(answer); !ok {
			return fault(FieldInvalid, "Select yes or no: "+q.Label)
		}
	case AskNumber:
		if n, ok := wholeNumber(answer); !ok || n < 0 || n > q.Most {
			return fault(FieldInvalid, "Enter a whole number from 0 to "+strconv.Itoa(q.Most)+": "+q.Label)
		}
	case AskDate:
		if s, ok := answer.(string); !ok || !isDay(s) {
			return fault(FieldInvalid, "Enter a real date: "+q.Label)
		}
	case AskText, AskTextarea:
		return q.checkWritten(answer)
	}
	return FieldError{}, false
}

func (q Question) checkWritten(answer any) (FieldError, bool) {
	fault := func(code, message string) (FieldError, bool) {
		return Field("answers."+q.Key, code, message+": "+q.Label), true
	}
	s, ok := answer.(string)
	switch {
	case !ok:
		return fault(FieldInvalid, "Enter words")
	case utf8.RuneCountInString(s) > q.MaxLength:
		return fault(FieldTooLong, "Use "+Plural(q.MaxLength, "character", "characters")+" or fewer")
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		return fault(FieldInvalid, "Use letters, numbers and punctuation only")
	}
	return FieldError{}, false
}

// Stages splits answers by when the receiver sees them: those that belong to no
// field from sending, the others with their field, and never where that is not
// shared (referrals.md 1). A version that nobody knows shares nothing.
func Stages(pathway string, version int, answers map[string]any, sending, acceptance []string) (first, second map[string]any) {
	first, second = map[string]any{}, map[string]any{}
	p, _ := FindPathwayVersion(pathway, version)
	for _, q := range p.Questions {
		a, given := answers[q.Key]
		switch {
		case !given:
		case q.Field == "" || slices.Contains(sending, q.Field):
			first[q.Key] = a
		case slices.Contains(acceptance, q.Field):
			second[q.Key] = a
		}
	}
	return first, second
}

// missing is what a page says when the answer is not there or does not fit.
func (q Question) missing() string {
	switch q.Kind {
	case AskText, AskTextarea, AskNumber, AskDate:
		return "Enter an answer: " + q.Label
	case AskCheckboxes:
		return "Select at least one: " + q.Label
	}
	return "Select one: " + q.Label
}

// Show returns the answered questions in the order they are asked, in words.
func (p Pathway) Show(answers map[string]any) []Answer { return ShowAnswers(p.Questions, answers) }

// ShowAnswers returns the answered questions of a list in its order, in words.
func ShowAnswers(list []Question, answers map[string]any) []Answer {
	var out []Answer
	for _, q := range list {
		if words := q.words(answers[q.Key]); words != "" {
			out = append(out, Answer{Key: q.Key, Label: q.Label, Words: words})
		}
	}
	return out
}

func (q Question) words(answer any) string {
	if n, ok := wholeNumber(answer); ok && q.Kind == AskNumber {
		return strconv.Itoa(n)
	}
	if day, ok := answer.(string); ok && q.Kind == AskDate && isDay(day) {
		t, _ := time.Parse(time.DateOnly, day)
		return Date(t)
	}
	if yes, ok := yesNo(answer); ok && q.Kind == AskYesNo {
		if yes {
			return "Yes"
		}
		return "No"
	}
	keys, ok := stringsOf(answer)
	if s, one := answer.(string); one {
		keys, ok = []string{s}, strings.TrimSpace(s) != ""
	}
	if !ok {
		return ""
	}
	words := make([]string, len(keys))
	for i, k := range keys {
		words[i] = ChoiceWords(q.Options, k)
	}
	return strings.Join(words, "; ")
}

func empty(answer any) bool {
	if s, ok := answer.(string); ok {
		return strings.TrimSpace(s) == ""
	}
	if keys, ok := stringsOf(answer); ok {
		return len(keys) == 0
	}
	return answer == nil
}

// isDay reports whether s is a day of this calendar that a record can name.
func isDay(s string) bool {
	t, err := time.Parse(time.DateOnly, s)
	return err == nil && t.Year() >= 1900 && t.Year() < 2200
}

// stringsOf reads a list of strings, as code or as JSON makes one.
func stringsOf(answer any) ([]string, bool) {
	switch list := answer.(type) {
	case []string:
		return list, true
	case []any:
		out := make([]string, 0, len(list))
		for _, v := range list {
			s, ok := v.(string)
			if !ok {
				return nil, false
			}
			out = append(out, s)
		}
		return out, true
	}
	return nil, false
}

func yesNo(answer any) (yes, ok bool) {
	switch v := answer.(type) {
	case bool:
		return v, true
	case string:
		return v == "yes", v == "yes" || v == "no"
	}
	return false, false
}
