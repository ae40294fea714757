package models_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"throughline/models"
)

func age(n int) *int { return &n }

func TestTheGuardsOfAPathwayHoldAtSendingAndOnlyUnderTheVersionThatHasThem(t *testing.T) {
	t.Parallel()
	in := func(change ...any) map[string]any {
		out := map[string]any{}
		for i := 0; i < len(change); i += 2 {
			out[change[i].(string)] = change[i+1]
		}
		return out
	}
	abuse := []string{models.OffenceDomesticAbuse}
	for _, c := range []struct {
		why, pathway string
		version      int
		sending      models.Sending
		want         []string
	}{
		{"nothing is known", "child_house", 2, models.Sending{}, nil},
		{"hurt this week, and nothing said of the Havens", "child_house", 2, models.Sending{Answers: in("last_incident", "within_7_days")}, []string{"answers.havens"}},
		{"the Havens come first", "child_house", 2, models.Sending{Answers: in("last_incident", "within_7_days", "havens", "arranged")}, nil},
		{"hurt long ago", "child_house", 2, models.Sending{Answers: in("last_incident", "longer_ago")}, nil},
		{"a stepfather is responsible", "child_house", 2, models.Sending{Answers: in("parent_safe", "yes"), Suspects: []string{"Step-father"}}, []string{"answers.parent_safe"}},
		{"the other parent is safe", "child_house", 2, models.Sending{Answers: in("parent_safe", "one_only"), Suspects: []string{"Step-father"}}, nil},
		{"a neighbour is responsible", "child_house", 2, models.Sending{Answers: in("parent_safe", "yes"), Suspects: []string{"neighbour"}}, nil},
		{"17", "child_house", 2, models.Sending{Age: age(17)}, nil},
		{"18, nothing said", "child_house", 2, models.Sending{Age: age(18)}, []string{"answers.learning_need"}},
		{"18, no such need", "child_house", 2, models.Sending{Age: age(18), Answers: in("learning_need", "no")}, []string{"answers.learning_need"}},
		{"18, with a need", "child_house", 2, models.Sending{Age: age(18), Answers: in("learning_need", true)}, nil},
		{"under the version that did not ask", "child_house", 1, models.Sending{Age: age(18), Answers: in("last_incident", "within_7_days")}, nil},
		{"robbery", "restorative", 2, models.Sending{Offences: []string{"robbery"}, Answers: in("asked_by", "other_side")}, nil},
		{"abuse, and the other side asked", "restorative", 2, models.Sending{Offences: abuse, Answers: in("asked_by", "other_side", "specialist", "yes", "manager_agreed", "A manager")}, []string{"answers.asked_by"}},
		{"abuse, offered", "restorative", 2, models.Sending{Offences: abuse, Answers: in("asked_by", "offered", "specialist", "yes", "manager_agreed", "A manager")}, []string{"answers.asked_by"}},
		{"abuse, no specialist", "restorative", 2, models.Sending{Offences: abuse, Answers: in("asked_by", "victim", "specialist", "no", "manager_agreed", "A manager")}, []string{"answers.specialist"}},
		{"sexual, no manager", "restorative", 2, models.Sending{Offences: []string{"robbery", models.OffenceRape}, Answers: in("asked_by", "victim", "specialist", "yes", "manager_agreed", " ")}, []string{"answers.manager_agreed"}},
		{"abuse, as it should be", "restorative", 2, models.Sending{Offences: abuse, Answers: in("asked_by", "victim", "specialist", "yes", "manager_agreed", "A manager")}, nil},
	} {
		var got []string
		for _, f := range models.CheckSending(c.pathway, c.version, c.sending) {
			got = append(got, f.Field)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: want -, got +\n%s", c.why, diff)
		}
	}
}

func TestAnAnswerThatBelongsToAFieldIsSeenWithItOrNotAtAll(t *testing.T) {
	t.Parallel()
	answers := map[string]any{"risk_tool": "dash", "risk_score": 16, "judgement": "high", "asked_for": "idva", "strange": "x"}
	for _, c := range []struct {
		why           string
		first, second []string
		sent, later   map[string]any
	}{
		{"not shared", []string{"borough"}, []string{"given_name"}, map[string]any{"risk_tool": "dash", "asked_for": "idva"}, map[string]any{}},
		{"from sending", []string{"risk_assessment"}, nil, map[string]any{"risk_tool": "dash", "asked_for": "idva", "risk_score": 16, "judgement": "high"}, map[string]any{}},
		{"once accepted", nil, []string{"risk_assessment"}, map[string]any{"risk_tool": "dash", "asked_for": "idva"}, map[string]any{"risk_score": 16, "judgement": "high"}},
	} {
		first, second := models.Stages("vawg", 2, answers, c.first, c.second)
		if diff := cmp.Diff([]map[string]any{c.sent, c.later}, []map[string]any{first, second}); diff != "" {
			t.Errorf("%s: want -, got +\n%s", c.why, diff)
		}
	}
	if first, _ := models.Stages("vawg", 1, map[string]any{"risk_score": "16"}, nil, nil); first["risk_score"] != "16" {
		t.Errorf("under the version that did not know fields got %v, want it from sending as it was then", first)
	}
}

func TestAdviceIsSaidFromFourteenOnAndOnJudgementAlone(t *testing.T) {
	t.Parallel()
	p, _ := models.FindPathway("vawg")
	for _, c := range []struct {
		answers map[string]any
		want    int
	}{
		{map[string]any{"risk_score": 13}, 0},
		{map[string]any{"risk_score": 14.0}, 1},
		{map[string]any{"risk_score": 2, "judgement": "high"}, 1},
		{map[string]any{"risk_score": 22, "judgement": "high", "marac": "heard"}, 3},
		{nil, 0},
	} {
		if got := models.Advise(p.Advice, c.answers); len(got) != c.want {
			t.Errorf("%v: got %q, want %d", c.answers, got, c.want)
		}
	}
}

func TestWhoAPathwayIsForIsDecidedByWhatIsKnownAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pathway          string
		age              *int
		offences, strand []string
		tooOld, crime    bool
	}{
		{"child_house", age(25), []string{models.OffenceRape}, nil, false, false},
		{"child_house", age(26), []string{"burglary"}, nil, true, true},
		{"child_house", nil, nil, nil, false, false},
		{"hate_crime", age(60), []string{"assault"}, []string{"race"}, false, false},
		{"hate_crime", age(60), []string{"assault"}, nil, false, true},
		{"general", age(90), []string{"fraud"}, nil, false, false},
		{"restorative", age(90), []string{"fraud"}, nil, false, false},
	} {
		p, _ := models.FindPathway(c.pathway)
		if old, crime := p.Eligible.Excludes(c.age, c.offences, c.strand); old != c.tooOld || crime != c.crime {
			t.Errorf("%+v: got %t and %t", c, old, crime)
		}
	}
	p, _ := models.FindPathway("restorative")
	if !slices.Equal(p.Bases, []string{models.BasisAgreement}) || !p.AttemptsAtMost {
		t.Errorf("restorative justice shares by %v, want agreement alone, and presses nobody", p.Bases)
	}
}
