package models_test

import (
	"testing"

	"throughline/models"
)

func TestTheOffencesAndStrandsOfTheContractAreThere(t *testing.T) {
	t.Parallel()
	for _, key := range []string{
		"domestic_abuse", "rape", "sexual_assault", "child_sexual_abuse", "stalking", "harassment", "hate_crime", "assault", "robbery",
		"knife_crime", "homicide", "burglary", "fraud", "trafficking",
	} {
		if !models.HasChoice(models.Offences(), key) {
			t.Errorf("no offence %s", key)
		}
	}
	for _, key := range []string{"race", "religion", "sexual_orientation", "disability", "transgender"} {
		if !models.HasChoice(models.HateStrands(), key) {
			t.Errorf("no strand %s", key)
		}
	}
	checkChoices(t, "offences", models.Offences())
	checkChoices(t, "groups of crime", models.OffenceGroups())
	checkChoices(t, "strands", models.HateStrands())
	checkChoices(t, "needs", models.Needs())
	if len(models.Needs()) != 8 {
		t.Errorf("got %d needs, want 8", len(models.Needs()))
	}
}

// checkChoices holds a list to the rules of every list.
func checkChoices(t *testing.T, name string, list []models.Choice) {
	t.Helper()
	seen := map[string]bool{}
	for _, c := range list {
		if c.Key == "" || c.Words == "" || seen[c.Key] || seen[c.Words] {
			t.Errorf("%s: %+v is incomplete or stands twice", name, c)
		}
		seen[c.Key], seen[c.Words] = true, true
		if models.ChoiceWords(list, c.Key) != c.Words {
			t.Errorf("%s: no words for %s", name, c.Key)
		}
	}
	if len(list) == 0 || models.HasChoice(list, "") || models.ChoiceWords(list, "gone") != "gone" {
		t.Errorf("%s is empty, or offers nothing as a choice", name)
	}
}

func TestEveryOffenceCountsInOneGroupAndEveryCaseInOne(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, o := range models.Offences() {
		g := models.OffenceGroup(o.Key)
		used[g] = true
		if !models.HasChoice(models.OffenceGroups(), g) || models.CrimeGroupOf([]string{o.Key}) != g {
			t.Errorf("%s counts in %s", o.Key, g)
		}
	}
	if len(used) != len(models.OffenceGroups()) {
		t.Errorf("got %d groups in use of %d", len(used), len(models.OffenceGroups()))
	}
	for _, tc := range []struct {
		want string
		keys []string
	}{
		{"domestic_abuse", []string{"assault", "domestic_abuse"}},
		{"sexual_offences", []string{"hate_crime", "rape"}},
		{"violence", []string{"burglary", "assault"}},
		{"other", nil},
		{"other", []string{"gone"}},
	} {
		if got := models.CrimeGroupOf(tc.keys); got != tc.want {
			t.Errorf("%v: got %s, want %s", tc.keys, got, tc.want)
		}
	}
}
