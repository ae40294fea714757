package models

import "slices"

// Standard is what one referral is graded against when a sample of a kind of
// support is read (docs/adr/0039). It is one definition with a version: a sample
// keeps the version it was drawn for, and rounds compare where it is the same.
type Standard struct {
	Pathway  string
	Version  int
	Criteria []Criterion
}

// Criterion is one question that a reader answers from the record.
type Criterion struct {
	Key      string // never changes meaning
	Question string
	Hint     string // when an answer is in between
	Source   string // who expects it
}

// Grade is the answer to a criterion.
type Grade string

// The grades.
const (
	GradeYes        Grade = "yes"
	GradePartly     Grade = "partly"
	GradeNo         Grade = "no"
	GradeCannotTell Grade = "cannot_tell" // the record does not show it; that is not a fail
)

// Grades lists them, as a form offers them.
func Grades() []Choice {
	return []Choice{
		{string(GradeYes), "Yes"}, {string(GradePartly), "Partly"}, {string(GradeNo), "No"}, {string(GradeCannotTell), "Cannot tell"},
	}
}

// Shown reports whether an answer has to say what in the record shows it.
func (g Grade) Shown() bool { return g == GradePartly || g == GradeNo }

// LongestProof is how long what shows an answer may be, in characters.
const LongestProof = 1000

// Reading is what a reader made of one item, criterion by criterion.
type Reading struct {
	Grades map[string]Grade
	Words  map[string]string // what shows it
}

// Differs lists the criteria that two readings grade differently, in the order of
// the standard.
func (s *Standard) Differs(a, b map[string]Grade) (out []string) {
	for _, c := range s.Criteria {
		if a[c.Key] != b[c.Key] {
			out = append(out, c.Key)
		}
	}
	return out
}

// Check finds what is wrong with a reading: of these criteria each is graded, by
// a grade of the list, and a shortfall says what shows it.
func (s *Standard) Check(r Reading, of []string) []FieldError {
	f := &Faults{}
	for key := range r.Grades {
		if !slices.Contains(of, key) {
			f.Add("answers", FieldUnknown, "Answer the criteria of this standard, and no others")
		}
	}
	for _, c := range s.Criteria {
		if !slices.Contains(of, c.Key) {
			continue
		}
		g := r.Grades[c.Key]
		at := "answers." + c.Key
		f.oneOf(at, "Select an answer: "+c.Question, string(g), Grades())
		if g.Shown() && r.Words[c.Key] == "" {
			f.Add(at+".proof", FieldRequired, "Say what shows this: "+c.Question)
		}
		f.text(at+".proof", "What shows this", r.Words[c.Key], LongestProof, true)
	}
	return f.List()
}

// Keys are the criteria's.
func (s *Standard) Keys() []string {
	out := make([]string, len(s.Criteria))
	for i, c := range s.Criteria {
		out[i] = c.Key
	}
	return out
}

// FindStandard returns the standard of a kind of support in a version; the latest
// where version is 0.
func FindStandard(pathway string, version int) (Standard, bool) {
	for _, s := range slices.Backward(standards()) {
		if s.Pathway == pathway && (version == 0 || s.Version == version) {
			return s, true
		}
	}
	return Standard{}, false
}

// KnownCriterion reports whether any standard asks this.
func KnownCriterion(key string) bool {
	return slices.ContainsFunc(standards(), func(s Standard) bool { return slices.Contains(s.Keys(), key) })
}
