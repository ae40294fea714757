package models_test

import (
	"testing"

	"throughline/models"
)

func TestEveryEqualityQuestionMayBeLeftUnanswered(t *testing.T) {
	t.Parallel()
	for _, q := range models.EqualityQuestions() {
		checkChoices(t, q.Key, q.Options)
		if last := q.Options[len(q.Options)-1]; last.Key != models.PreferNotToSay {
			t.Errorf("%s: the last answer is %s", q.Key, last.Key)
		}
		if q.Label == "" || (q.After == "") != (q.Is == "") {
			t.Errorf("%s is incomplete: %+v", q.Key, q)
		}
	}
	if models.EqualityKnown("") || models.EqualityKnown(models.PreferNotToSay) || models.EqualityKnown(models.EqualityUnsafe) || !models.EqualityKnown("white_irish") {
		t.Error("no answer counts as known, or an answer does not")
	}
}

func TestTheEighteenBackgroundsMapToTheirGroupAndPoliceCode(t *testing.T) {
	t.Parallel()
	police, perGroup := map[string]bool{}, map[string]int{}
	for _, e := range models.Ethnicities() {
		if police[e.Police] || !models.HasChoice(models.EthnicGroups(), e.Group) {
			t.Errorf("%+v: the code is taken or the group is not one of five", e)
		}
		police[e.Police] = true
		perGroup[e.Group]++
		if got, ok := models.FindEthnicity(e.Police); !ok || got.Key != e.Key {
			t.Errorf("%s: got %v", e.Police, got)
		}
		if got := models.EqualityWords(models.EqualityEthnicBackground, e.Key); got != e.Words {
			t.Errorf("%s: got %q", e.Key, got)
		}
	}
	if len(police) != 18 || perGroup["white"] != 4 || perGroup["asian"] != 5 || perGroup["other"] != 2 {
		t.Errorf("got %d backgrounds, %v", len(police), perGroup)
	}
	if got, ok := models.FindEthnicity("O1"); !ok || got.Key != "asian_chinese" {
		t.Errorf("the old code of Chinese: got %v", got)
	}
	for _, s := range []string{"", "NS", "W", "white"} {
		if got, ok := models.FindEthnicity(s); ok {
			t.Errorf("%q: got %v, want none", s, got)
		}
	}
	if got := models.EqualityWords("sex", "gone"); got != "gone" {
		t.Errorf("got %q for an answer no question offers", got)
	}
}

func TestEqualityAnswersAreOfTheListAndFollowFromOneAnother(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answers map[string]string
		wrong   string
	}{
		"nothing asked":                           {map[string]string{}, ""},
		"not asked, said by name":                 {map[string]string{"religion": ""}, ""},
		"not safe to ask":                         {map[string]string{"religion": models.EqualityUnsafe}, ""},
		"prefers not to say":                      {map[string]string{"religion": models.PreferNotToSay}, ""},
		"a background of its group":               {map[string]string{"ethnic_group": "asian", "ethnic_background": "asian_chinese"}, ""},
		"a background of another group":           {map[string]string{"ethnic_group": "asian", "ethnic_background": "white_irish"}, "answers.ethnic_background"},
		"a background of no group":                {map[string]string{"ethnic_background": "white_irish"}, "answers.ethnic_background"},
		"an effect of no condition":               {map[string]string{"disability": "no", "disability_effect": "a_lot"}, "answers.disability_effect"},
		"an answer of another question":           {map[string]string{"religion": "a_lot"}, "answers.religion"},
		"a question that nobody asks":             {map[string]string{"shoe_size": "9"}, "answers"},
		"not safe to ask what does not follow on": {map[string]string{"disability_effect": models.EqualityUnsafe}, "answers.disability_effect"},
	} {
		got := ""
		if faults := models.CheckEquality(c.answers); len(faults) > 0 {
			got = faults[0].Field
		}
		if got != c.wrong {
			t.Errorf("%s: got a fault in %q, want %q", name, got, c.wrong)
		}
	}
}
