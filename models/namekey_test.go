package models

import (
	"strings"
	"testing"
)

func TestANameIsFoldedTheWayPeopleSearchForIt(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"":                    "",
		"  Zoë   O’Brien ":    "zoe obrien",
		"Anne-Marie":          "anne marie",
		"ŁUKASZ Żółw":         "lukasz zolw",
		"Søren Ægir":          "soren aegir",
		"STRAßE":              "strasse",
		"İbrahim Yıldız":      "ibrahim yildiz",
		"Nguyễn Thị Hồng":     "nguyen thi hong",
		"Мария Йовчева":       "мария иовчева",
		"محمد الأمين":         "محمد الأمين",
		"李小龍":                 "李小龍",
		"김민준":                 "김민준",
		"नेहा शर्मा":          "नेहा शर्मा",
		"J.R. Smith, Jr.":     "jr smith jr",
		"ＡＢＣ":                 "abc",
		"zero\u200bwidth":     "zerowidth",
		"\u202eright to left": "right to left",
	} {
		if got := NameKey(name); got != want {
			t.Errorf("NameKey(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestFoldingTwiceIsFoldingOnce(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Zoë O’Brien", "محمد", "ÅNGSTRÖM", "한글", "नेहा"} {
		once := NameKey(name)
		if got := NameKey(once); got != once {
			t.Errorf("got %q the second time, want %q", got, once)
		}
	}
}

func TestAPrefixRangeHoldsEveryKeyThatBeginsWithIt(t *testing.T) {
	t.Parallel()
	from, to := PrefixRange("sa")
	for key, want := range map[string]bool{"sa": true, "sara": true, "sa\U0001F600": true, "s": false, "sb": false, "r": false} {
		if got := strings.Compare(key, from) >= 0 && strings.Compare(key, to) < 0; got != want {
			t.Errorf("%q in the range of %q: got %v, want %v", key, "sa", got, want)
		}
	}
}

func TestACrimeReferenceIsFoldedToLettersAndDigits(t *testing.T) {
	t.Parallel()
	if got, want := CrimeKey(" cad 123/4-a "), "CAD1234A"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
