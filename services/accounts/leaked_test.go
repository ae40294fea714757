package accounts

import (
	"slices"
	"strings"
	"testing"
)

// TestEveryWordOfTheListIsFound: the list is searched by halves, and is in order
// for that.
func TestEveryWordOfTheListIsFound(t *testing.T) {
	t.Parallel()
	words := strings.Fields(leaked)
	if !slices.IsSorted(words) || len(words) < 30000 {
		t.Fatalf("%d words, in order: %v", len(words), slices.IsSorted(words))
	}
	for _, w := range words {
		if !tried(w) {
			t.Fatalf("%q is not found", w)
		}
		if other := w + "~"; tried(other) {
			t.Fatalf("%q is found, and is not there", other)
		}
	}
	for _, w := range []string{"", "~", "\x00", "zzzzzzzzzz"} {
		if tried(w) {
			t.Errorf("%q is found, and is not there", w)
		}
	}
}
