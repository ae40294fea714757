package cases

import (
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

// The short way says of a number what the library says of it.
func TestABritishNumberIsReadAsTheLibraryReadsIt(t *testing.T) {
	t.Parallel()
	short := 0
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.OneOf(rapid.StringMatching(` ?0[0-9]{2} {0,2}[0-9]{4} ?[0-9]{4}`), rapid.StringMatching(`0?[0-9]{1,5} ?[0-9]{0,3}x?[0-9]{0,4}`)).Draw(t, "number")
		key, ok := britishKey(number)
		if !ok {
			return
		}
		short++
		n, err := phonenumbers.Parse(number, "GB")
		if err != nil || !phonenumbers.IsPossibleNumber(n) {
			t.Fatalf("%q: got %s, the library %v", number, key, err)
		}
		if want := strings.TrimPrefix(phonenumbers.Format(n, phonenumbers.E164), "+"); key != want {
			t.Fatalf("%q: got %s, want %s", number, key, want)
		}
	})
	if short == 0 {
		t.Error("no number was short")
	}
}
