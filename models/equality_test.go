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
	if models.EqualityKnown("") || models.EqualityKnown(models.PreferNotToSay) || !models.EqualityKnown("white_irish") {
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
