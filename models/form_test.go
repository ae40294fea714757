package models

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// TestEveryVersionOfAFormIsWhole holds every definition to the same rules.
func TestEveryVersionOfAFormIsWhole(t *testing.T) {
	t.Parallel()
	key, seen := regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`), map[string][]int{}
	for _, d := range FormVersions() {
		seen[d.Key] = append(seen[d.Key], d.Version)
		if !key.MatchString(d.Key) || d.Name == "" || d.Summary == "" || d.Source == "" || d.Version < 1 {
			t.Errorf("%s %d is not named as a form is", d.Key, d.Version)
		}
		asked, labels := map[string]bool{}, map[string]bool{}
		for _, s := range d.Sections {
			if s.Title == "" || len(s.Questions) == 0 {
				t.Errorf("%s %d has a section without a title or a question", d.Key, d.Version)
			}
			for _, q := range s.Questions {
				if !key.MatchString(q.Key) || asked[q.Key] || labels[q.Label] || q.Label == "" {
					t.Errorf("%s %d: %q is asked twice, or has no key or words", d.Key, d.Version, q.Key)
				}
				asked[q.Key], labels[q.Label] = true, true
				if s.Counts && !HasChoice(q.Options, d.Score.Answer) {
					t.Errorf("%s %d: %q counts and can never be answered so", d.Key, d.Version, q.Key)
				}
			}
		}
		if d.Score.MARAC > d.Counted() {
			t.Errorf("%s %d suggests a MARAC from a score nobody can have", d.Key, d.Version)
		}
	}
	for k, versions := range seen {
		now, _ := FindForm(FormVersions(), k)
		if now.Version != slices.Max(versions) || len(versions) != now.Version {
			t.Errorf("%s is at version %d and its versions are %v: every one is kept", k, now.Version, versions)
		}
	}
	dash, ok := FindForm(Forms(), "dash")
	if !ok || dash.Counted() != 24 || len(dash.Questions()) != 27 || dash.Score.MARAC != 14 {
		t.Errorf("DASH counts %d of %d questions and suggests a MARAC from %d, want 24, 27, 14", dash.Counted(), len(dash.Questions()), dash.Score.MARAC)
	}
}

// answered are so many of the counted questions as yes, the others so.
func answered(d FormDefinition, yes int, others string) map[string]any {
	out := map[string]any{}
	for _, s := range d.Sections {
		for _, q := range s.Questions {
			out[q.Key] = others
			if s.Counts && yes > 0 {
				out[q.Key], yes = FormYes, yes-1
			}
		}
	}
	return out
}

func TestAScoreCountsWhatWasAnsweredYesAndNothingElse(t *testing.T) {
	t.Parallel()
	d := dash()
	for _, c := range []struct {
		what    string
		answers map[string]any
		want    int
	}{
		{"nothing was asked", nil, 0},
		{"all no", answered(d, 0, FormNo), 0},
		{"nobody knows", answered(d, 0, FormDontKnow), 0},
		{"13 and the rest not known", answered(d, 13, FormDontKnow), 13},
		{"14 and the rest not asked", answered(d, 14, FormNotAsked), 14},
		{"all that count", answered(d, 24, FormNo), 24},
		{"all, and what does not count", answered(d, 24, FormYes), 24},
		{"only what does not count", map[string]any{"means": FormYes, "children_at_risk": FormYes, "harder_to_tell": FormYes}, 0},
	} {
		e := FormEntry{FormContent: FormContent{Answers: c.answers, Judgement: "not_made"}, FilledOn: ymd(2026, 11, 20)}
		e.Complete(d)
		if e.Score != c.want {
			t.Errorf("%s: got %d, want %d", c.what, e.Score, c.want)
		}
		if len(e.Answers) != 27 {
			t.Errorf("%s: %d answers are kept, want all 27, what was left out as not asked", c.what, len(e.Answers))
		}
		if faults := e.Check(d, ymd(2026, 11, 22)); len(faults) > 0 {
			t.Errorf("%s: got %v", c.what, faults)
		}
	}
}

func TestAFormThatDoesNotFitIsNamedFieldByField(t *testing.T) {
	t.Parallel()
	d := dash()
	for field, e := range map[string]FormEntry{
		"filled_on":       {FormContent: FormContent{Judgement: "high"}},
		"judgement":       {FilledOn: ymd(2026, 11, 20)},
		"answers.injured": {FilledOn: ymd(2026, 11, 20), FormContent: FormContent{Judgement: "high", Answers: map[string]any{"injured": "perhaps"}}},
		"answers":         {FilledOn: ymd(2026, 11, 20), FormContent: FormContent{Judgement: "high", Answers: map[string]any{"shoe_size": "yes"}}},
	} {
		e.Complete(d)
		var got []string
		for _, f := range e.Check(d, ymd(2026, 11, 22)) {
			got = append(got, f.Field)
		}
		if diff := cmp.Diff([]string{field}, got); diff != "" {
			t.Errorf("%s: %s", field, diff)
		}
	}
	late := FormEntry{FilledOn: ymd(2026, 11, 23), FormContent: FormContent{Judgement: "high"}}
	late.Complete(d)
	if faults := late.Check(d, ymd(2026, 11, 22)); len(faults) != 1 || faults[0].Field != "filled_on" {
		t.Errorf("a form of tomorrow: got %v", faults)
	}
}

func TestAMARACIsSuggestedByScoreJudgementOrEscalation(t *testing.T) {
	t.Parallel()
	d, on, never := dash(), ymd(2026, 11, 20), time.Time{}
	earlier := func(form string, score int, filled time.Time) FormEntry {
		return FormEntry{ID: uuid.New(), Form: form, FilledOn: filled, At: filled, FormContent: FormContent{Score: score}}
	}
	for _, c := range []struct {
		what      string
		score     int
		judgement string
		earlier   []FormEntry
		incidents []time.Time
		want      []string
		heard     time.Time
	}{
		{"13 and medium", 13, "medium", nil, nil, nil, never},
		{"14", 14, "standard", nil, nil, []string{MARACByScore}, never},
		{"24, not judged", 24, "not_made", nil, nil, []string{MARACByScore}, never},
		{"2 and judged high", 2, "high", nil, nil, []string{MARACByJudgement}, never},
		{"16 and high", 16, "high", nil, nil, []string{MARACByScore, MARACByJudgement}, never},
		{"higher than 11 months ago", 8, "medium", []FormEntry{earlier("dash", 7, on.AddDate(0, -11, 0))}, nil, []string{MARACByEscalation}, never},
		{"higher than a year ago to the day", 8, "medium", []FormEntry{earlier("dash", 7, on.AddDate(-1, 0, 0))}, nil, []string{MARACByEscalation}, never},
		{"higher than a year and a day ago", 8, "medium", []FormEntry{earlier("dash", 7, on.AddDate(-1, 0, -1))}, nil, nil, never},
		{"the same as before", 8, "medium", []FormEntry{earlier("dash", 8, on.AddDate(0, -1, 0))}, nil, nil, never},
		{"lower than before", 8, "medium", []FormEntry{earlier("dash", 9, on.AddDate(0, -1, 0))}, nil, nil, never},
		{"higher on another form", 8, "medium", []FormEntry{earlier("other", 1, on.AddDate(0, -1, 0))}, nil, nil, never},
		{"lower on a later form", 8, "medium", []FormEntry{earlier("dash", 1, on.AddDate(0, 0, 1))}, nil, nil, never},
		{"two incidents", 8, "medium", nil, []time.Time{on, on.AddDate(0, -1, 0)}, nil, never},
		{"three incidents", 8, "medium", nil, []time.Time{on, on.AddDate(0, -1, 0), on.AddDate(-1, 0, 0)}, []string{MARACByEscalation}, never},
		{"three of one day", 8, "medium", nil, []time.Time{on, on, on}, nil, never},
		{"three, one of them long ago", 8, "medium", nil, []time.Time{on, on.AddDate(0, -1, 0), on.AddDate(-1, 0, -1)}, nil, never},
		{"three, one of them later", 8, "medium", nil, []time.Time{on, on.AddDate(0, -1, 0), on.AddDate(0, 0, 1)}, nil, never},
		{"heard 11 months ago", 2, "standard", nil, nil, []string{MARACByRepeat}, on.AddDate(0, -11, 0)},
		{"heard a year ago", 2, "standard", nil, nil, nil, on.AddDate(-1, 0, 0)},
		{"heard afterwards", 2, "standard", nil, nil, nil, on.AddDate(0, 0, 1)},
	} {
		e := FormEntry{ID: uuid.New(), Form: "dash", FilledOn: on, At: on.Add(time.Hour), FormContent: FormContent{Score: c.score, Judgement: c.judgement}}
		if diff := cmp.Diff(c.want, SuggestMARAC(d, &e, append(c.earlier, e), c.incidents, []time.Time{c.heard})); diff != "" {
			t.Errorf("%s: want -, got +\n%s", c.what, diff)
		}
	}
}

func ymd(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
