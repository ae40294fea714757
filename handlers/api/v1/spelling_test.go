package v1

import (
	"testing"

	"throughline/models"
)

func TestEveryWordThatIsTakenStandsForOneOfOurs(t *testing.T) {
	t.Parallel()
	known := func(list []models.Choice, more ...string) func(string) bool {
		for _, key := range more {
			list = append(list, models.Choice{Key: key})
		}
		return func(key string) bool { return models.HasChoice(list, key) }
	}
	for name, kind := range map[string]struct {
		words map[string]string
		ours  func(string) bool
	}{
		"methods": {methods(), known(models.SharingMethods(), models.MethodNone)},
		"bases":   {bases(), known(models.SharingBases())},
		"needs":   {needs(), known(models.Needs())},
		"missing": {unknowns(), func(code string) bool {
			_, ok := models.FindReason(models.GroupMissingField, code)
			return ok
		}},
	} {
		if len(kind.words) == 0 {
			t.Errorf("%s: got no words", name)
		}
		for word, ours := range kind.words {
			if !kind.ours(ours) {
				t.Errorf("%s: %s stands for %s, which is none of ours", name, word, ours)
			}
			if kind.ours(word) {
				t.Errorf("%s: %s is one of ours already", name, word)
			}
			if got := spelled(Key(word), kind.words); got != ours {
				t.Errorf("%s: got %s for %s, want %s", name, got, word, ours)
			}
		}
	}
	for sent, want := range map[Key]string{" Face-to-face ": "spoken", "BSL": "bsl", "": "", "by pigeon": "by_pigeon"} {
		if got := spelled(sent, methods()); got != want {
			t.Errorf("got %q for %q, want %q", got, sent, want)
		}
	}
}
