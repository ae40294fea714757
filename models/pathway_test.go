package models_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"throughline/models"
)

// Every pathway is held to the same rules, so a new one needs no test of its own.
func TestDefinitions(t *testing.T) {
	t.Parallel()
	key := regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	want := map[string]bool{"child_house": true, "hate_crime": true, "vawg": true, "restorative": true, "general": true}
	versions := map[string]int{}
	for _, p := range models.PathwayVersions() {
		versions[p.Key]++
	}
	for i, p := range models.PathwayVersions() {
		if current := i < len(models.Pathways()); current {
			if !want[p.Key] {
				t.Errorf("%q is unknown or stands twice", p.Key)
			}
			delete(want, p.Key)
			if p.Version != versions[p.Key] {
				t.Errorf("%s is at version %d, and %d are kept: a referral keeps the one it began under", p.Key, p.Version, versions[p.Key])
			}
			checkWhole(t, p)
		}
		if p.Name == "" || p.Summary == "" || p.Version < 1 || p.DeclineReview || len(p.SuggestedFields) == 0 || !slices.Contains(p.Bases, models.BasisAgreement) {
			t.Errorf("%s is incomplete: %+v", p.Key, p)
		}
		if n := len(p.Questions); n < 4 || n > 9 {
			t.Errorf("%s asks %d questions, want 4 to 9: few, and only what the receiver needs to decide", p.Key, n)
		}
		seen := map[string]bool{}
		for _, q := range p.Questions {
			if !key.MatchString(q.Key) || seen[q.Key] || q.Label == "" {
				t.Errorf("%s: question %q is malformed or stands twice", p.Key, q.Key)
			}
			seen[q.Key] = true
			checkQuestion(t, p.Key+"."+q.Key, q)
			checkWhen(t, p.Key+"."+q.Key, q.When, p.Questions)
		}
		for _, f := range append(p.RequiredFields, p.SuggestedFields...) {
			if !key.MatchString(f) || f == "address" {
				t.Errorf("%s shares %q to begin with", p.Key, f)
			}
		}
		if models.CheckAnswers(p.Key, p.Version, nil) == nil {
			t.Errorf("%s: an empty form was accepted", p.Key)
		}
		if got := models.CheckAnswersGiven(p.Key, p.Version, nil); got != nil {
			t.Errorf("%s: a draft without answers was refused: %v", p.Key, got)
		}
		if got, ok := models.FindPathwayVersion(p.Key, p.Version); !ok || got.Key != p.Key {
			t.Errorf("%s is not found by its version", p.Key)
		}
	}
	if len(want) > 0 {
		t.Errorf("no pathway for %v", want)
	}
}

// checkWhole asks of a current definition what retired ones were not asked for.
func checkWhole(t *testing.T, p models.Pathway) {
	t.Helper()
	if p.Eligible.Words == "" || len(p.Strands) < 2 || len(p.Outcomes) < 3 || len(p.Measures) == 0 {
		t.Errorf("%s does not say who it is for, its strands, outcomes and measures", p.Key)
	}
	for _, b := range p.Bases {
		if !models.HasChoice(models.SharingBases(), b) {
			t.Errorf("%s shares by %q, which is no basis", p.Key, b)
		}
	}
	for _, g := range p.Eligible.Groups {
		if !models.HasChoice(models.OffenceGroups(), g) {
			t.Errorf("%s is for %q, which is no group of crime", p.Key, g)
		}
	}
	for _, a := range p.Advice {
		if a.Words == "" || a.When.Key == "" {
			t.Errorf("%s: advice without words or without when: %+v", p.Key, a)
		}
		checkWhen(t, p.Key+", advice", a.When, p.Questions)
	}
	for i, g := range p.Guards {
		f, _ := g(models.Sending{})
		key := strings.TrimPrefix(f.Field, "answers.")
		if !slices.ContainsFunc(p.Questions, func(q models.Question) bool { return q.Key == key }) || f.Message == "" {
			t.Errorf("%s: guard %d names %q, which nobody is asked", p.Key, i, f.Field)
		}
	}
}

// checkWhen asks that a condition is on a question, and on answers it offers.
func checkWhen(t *testing.T, name string, w models.When, list []models.Question) {
	t.Helper()
	if w.Key == "" {
		return
	}
	i := slices.IndexFunc(list, func(q models.Question) bool { return q.Key == w.Key })
	if i < 0 {
		t.Errorf("%s depends on %q, which nobody is asked", name, w.Key)
		return
	}
	for _, key := range w.Is {
		if !models.HasChoice(list[i].Options, key) {
			t.Errorf("%s depends on %q of %s, which is no answer", name, key, w.Key)
		}
	}
	if (w.AtLeast > 0) != (list[i].Kind == models.AskNumber) || w.AtLeast == 0 && len(w.Is) == 0 {
		t.Errorf("%s: %+v can never hold", name, w)
	}
}

func checkQuestion(t *testing.T, name string, q models.Question) {
	t.Helper()
	chosen := q.Kind == models.AskRadios || q.Kind == models.AskCheckboxes
	written := q.Kind == models.AskText || q.Kind == models.AskTextarea
	if q.Field != "" && !models.HasChoice(models.SharableFields(), q.Field) || q.Field == "safe_contact" {
		t.Errorf("%s is shown with %q, which nobody can tick", name, q.Field)
	}
	if (q.Kind == models.AskNumber) != (q.Most > 0) {
		t.Errorf("%s: got a most of %d for %s", name, q.Most, q.Kind)
	}
	if !chosen && !written && !slices.Contains([]models.QuestionKind{models.AskYesNo, models.AskNumber, models.AskDate}, q.Kind) {
		t.Errorf("%s: unknown kind %q", name, q.Kind)
	}
	if chosen != (len(q.Options) > 1) || written != (q.MaxLength > 0) {
		t.Errorf("%s: got %d options and length %d for %s", name, len(q.Options), q.MaxLength, q.Kind)
	}
	seen := map[string]bool{}
	for _, o := range q.Options {
		if o.Key == "" || o.Words == "" || seen[o.Key] || seen[o.Words] {
			t.Errorf("%s: option %q is incomplete or stands twice", name, o.Key)
		}
		seen[o.Key], seen[o.Words] = true, true
	}
}

func TestStartingLimitsSayWhereTheyComeFrom(t *testing.T) {
	t.Parallel()
	got := map[string]int{}
	for _, l := range models.StartingLimits().All() {
		got[l.Key] = l.N
		if l.Words == "" || l.Source == "" || l.Since.IsZero() || l.Unit == "" {
			t.Errorf("%s is incomplete: %+v", l.Key, l)
		}
	}
	want := map[string]int{"acknowledge": 1, "decide": 2, "first_attempt": 2, "first_attempt_high": 1, "first_contact": 5, "attempts": 3, "answer": 2, "lapse": 5}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-decisions.md 24 +code):\n%s", diff)
	}
}

func TestAPathwayOrVersionThatDoesNotExistIsAFault(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		key     string
		version int
	}{{"counselling", 1}, {"vawg", 0}, {"vawg", 99}, {"", 1}} {
		if got := models.CheckAnswers(v.key, v.version, nil); len(got) != 1 || got[0].Field != "pathway" {
			t.Errorf("%v: got %v, want one fault in pathway", v, got)
		}
	}
	if _, ok := models.FindPathway("counselling"); ok {
		t.Error("found a pathway that does not exist")
	}
}

// sound answers every question of a pathway in the way JSON arrives.
func sound(p models.Pathway) map[string]any {
	out := map[string]any{}
	for _, q := range p.Questions {
		switch q.Kind {
		case models.AskRadios:
			out[q.Key] = q.Options[len(q.Options)-1].Key
		case models.AskCheckboxes:
			out[q.Key] = []any{q.Options[0].Key, q.Options[1].Key}
		case models.AskYesNo:
			out[q.Key] = true
		case models.AskNumber:
			out[q.Key] = float64(q.Most)
		case models.AskDate:
			out[q.Key] = "2026-11-20"
		default:
			out[q.Key] = strings.Repeat("é", q.MaxLength)
		}
	}
	return out
}

func TestSoundAnswersAreAcceptedAndShownInOrder(t *testing.T) {
	t.Parallel()
	for _, p := range models.PathwayVersions() {
		answers := sound(p)
		if got := models.CheckAnswers(p.Key, p.Version, answers); got != nil {
			t.Errorf("%s: got %v", p.Key, got)
		}
		shown := p.Show(answers)
		if len(shown) != len(p.Questions) {
			t.Fatalf("%s: got %d answers shown, want %d", p.Key, len(shown), len(p.Questions))
		}
		for i, q := range p.Questions {
			if shown[i].Key != q.Key || shown[i].Label != q.Label || shown[i].Words == "" {
				t.Errorf("%s: got %+v for %s", p.Key, shown[i], q.Key)
			}
			if q.Kind == models.AskRadios && shown[i].Words != q.Options[len(q.Options)-1].Words {
				t.Errorf("%s: got %q, want the words of the option", q.Key, shown[i].Words)
			}
		}
		if got := p.Show(nil); len(got) != 0 {
			t.Errorf("%s: got %v shown of nothing", p.Key, got)
		}
	}
}

func TestEveryAnswerThatDoesNotFitIsNamedAndNotRepeated(t *testing.T) {
	t.Parallel()
	const secret = "zzcanary"
	for _, p := range models.PathwayVersions() {
		for _, q := range p.Questions {
			for _, bad := range []any{
				secret, []any{secret}, []string{secret, secret}, []any{1.0}, 5.5, -1.0, 1e18, map[string]any{"a": secret}, strings.Repeat("x", 5000), "\xff", "a\x00b", []any{[]any{secret}},
			} {
				if s, ok := bad.(string); ok && q.MaxLength >= len(s) && s == secret {
					continue // a word is a sound answer to a written question
				}
				answers := sound(p)
				answers[q.Key] = bad
				for _, check := range []func(string, int, map[string]any) []models.FieldError{models.CheckAnswers, models.CheckAnswersGiven} {
					got := check(p.Key, p.Version, answers)
					if len(got) != 1 || got[0].Field != "answers."+q.Key {
						t.Errorf("%s.%s as %.20v: got %v", p.Key, q.Key, bad, got)
					}
					if strings.Contains(fmt.Sprint(got), secret) {
						t.Errorf("%s.%s: the fault repeats what was sent", p.Key, q.Key)
					}
				}
			}
		}
		answers := sound(p)
		answers[secret] = "x"
		if got := models.CheckAnswers(p.Key, p.Version, answers); len(got) != 1 || got[0].Field != "answers" {
			t.Errorf("%s with an unknown key: got %v", p.Key, got)
		}
	}
}

func TestABlankAnswerIsNoAnswer(t *testing.T) {
	t.Parallel()
	for _, p := range models.PathwayVersions() {
		for _, q := range p.Questions {
			for _, blank := range []any{nil, "", "  \n", []any{}, []string{}} {
				answers := sound(p)
				answers[q.Key] = blank
				got := models.CheckAnswers(p.Key, p.Version, answers)
				if (q.Required || q.When.Holds(answers)) != (len(got) == 1 && got[0].Code == models.FieldRequired) {
					t.Errorf("%s.%s as %#v: got %v", p.Key, q.Key, blank, got)
				}
			}
		}
	}
}
