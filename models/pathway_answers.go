package models

import (
	"slices"
	"strings"
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

func checkAnswers(pathway string, version int, answers map[string]any, whole bool) []FieldError {
	p, ok := FindPathwayVersion(pathway, version)
	if !ok {
		return []FieldError{Field("pathway", FieldUnknown, "Select a kind of support from the list")}
	}
	var faults []FieldError
	for _, q := range p.Questions {
		if f, bad := q.check(answers[q.Key], whole); bad {
			faults = append(faults, f)
		}
	}
	for key := range answers {
		if !slices.ContainsFunc(p.Questions, func(q Question) bool { return q.Key == key }) {
			return append(faults, Field("answers", FieldUnknown, "Send answers to the questions of this pathway only"))
		}
	}
	return faults
}

// check returns what is wrong with one answer, if anything.
func (q Question) check(answer any, whole bool) (FieldError, bool) {
	fault := func(code, message string) (FieldError, bool) {
		return Field("answers."+q.Key, code, message), true
	}
	if empty(answer) {
		if q.Required && whole {
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
	case AskText, AskTextarea:
		s, ok := answer.(string)
		if !ok {
			return fault(FieldInvalid, "Enter words: "+q.Label)
		}
		if utf8.RuneCountInString(s) > q.MaxLength {
			return fault(FieldTooLong, "Use "+Plural(q.MaxLength, "character", "characters")+" or fewer: "+q.Label)
		}
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return fault(FieldInvalid, "Use letters, numbers and punctuation only: "+q.Label)
		}
	}
	return FieldError{}, false
}

// missing is what a page says when the answer is not there or does not fit.
func (q Question) missing() string {
	switch q.Kind {
	case AskText, AskTextarea:
		return "Enter an answer: " + q.Label
	case AskCheckboxes:
		return "Select at least one: " + q.Label
	}
	return "Select one: " + q.Label
}

// Show returns the answered questions in the order they are asked, in words.
func (p Pathway) Show(answers map[string]any) []Answer {
	var out []Answer
	for _, q := range p.Questions {
		if words := q.words(answers[q.Key]); words != "" {
			out = append(out, Answer{Key: q.Key, Label: q.Label, Words: words})
		}
	}
	return out
}

func (q Question) words(answer any) string {
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
