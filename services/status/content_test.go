package status_test

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/status"
)

var places = regexp.MustCompile(`\{[a-z]+\}`)

// TestEveryLanguageSaysEverything holds each language to the same texts, with the
// same places for dates and numbers, each with who reviewed it and when.
func TestEveryLanguageSaysEverything(t *testing.T) {
	t.Parallel()
	all := status.All()
	english := map[string]string{}
	for _, text := range all[0].Texts {
		english[text.Key] = text.Text
	}
	for _, l := range all {
		if l.Name == "" || l.HTML == "" || l.Dir != "ltr" && l.Dir != "rtl" || len(l.Weekdays) != 7 || len(l.Months) != 12 || strings.Join(places.FindAllString(l.Date, -1), "") == "" {
			t.Errorf("%s is not described whole", l.Key)
		}
		seen := map[string]bool{}
		for _, text := range l.Texts {
			if seen[text.Key] || english[text.Key] == "" {
				t.Errorf("%s: %q stands there twice, or is no text of the page", l.Key, text.Key)
			}
			seen[text.Key] = true
			if _, err := time.Parse(time.DateOnly, text.On); err != nil || text.Text == "" || text.Reviewer == "" {
				t.Errorf("%s: %q lacks its words, its reviewer or its day", l.Key, text.Key)
			}
			if got, want := places.FindAllString(text.Text, -1), places.FindAllString(english[text.Key], -1); strings.Join(got, "") != strings.Join(want, "") {
				t.Errorf("%s: %q names %v, in English %v", l.Key, text.Key, got, want)
			}
		}
		if len(seen) != len(english) {
			t.Errorf("%s has %d texts, want %d", l.Key, len(seen), len(english))
		}
		if !l.Reviewed() && l.Key == "en" {
			t.Error("the first language is not reviewed")
		}
	}
}

// TestWhatNobodyReviewedIsOfferedOnlyWhereItWasAskedFor is about the operator.
func TestWhatNobodyReviewedIsOfferedOnlyWhereItWasAskedFor(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, l := range s.s.Languages() {
		if !l.Reviewed() {
			t.Errorf("%s is offered, and nobody has reviewed it", l.Key)
		}
	}
	asked := status.New(s.DB, models.MustCalendar(), accounts.New(s.DB), status.Options{Unreviewed: []string{"ar", "ur"}})
	for key, want := range map[string]string{"ar": "rtl", "ur": "rtl", "pl": "ltr", "en": "ltr"} {
		l := asked.Language(key)
		if l.Dir != want || (l.Key == key) != (key != "pl") || l.Reviewed() == (want == "rtl") {
			t.Errorf("asked for %s: got %s, read %s, reviewed: %v", key, l.Key, l.Dir, l.Reviewed())
		}
	}
}

// TestTheTextsAreReadAtNine measures English and Easy Read as a whole by the
// formula of Flesch and Kincaid, whose grade is the age less five, and each
// sentence by its words.
func TestTheTextsAreReadAtNine(t *testing.T) {
	t.Parallel()
	for key, longest := range map[string]int{"en": 18, "easy": 10} {
		var words, sentences, syllables int
		for _, l := range status.All() {
			if l.Key != key {
				continue
			}
			for _, text := range l.Texts {
				for sentence := range strings.FieldsFuncSeq(text.Text, func(r rune) bool { return strings.ContainsRune(".?!\n", r) }) {
					list := strings.FieldsFunc(sentence, func(r rune) bool {
						return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' && r != '{' && r != '}'
					})
					if len(list) == 0 {
						continue
					}
					if len(list) > longest {
						t.Errorf("%s: %q has %d words in a sentence, want %d or fewer", key, text.Key, len(list), longest)
					}
					sentences++
					words += len(list)
					for _, w := range list {
						syllables += spoken(w)
					}
				}
			}
		}
		grade := 0.39*float64(words)/float64(sentences) + 11.8*float64(syllables)/float64(words) - 15.59
		t.Logf("%s: %d words, %.1f to a sentence, %.2f syllables to a word, reading age %.1f", key, words, float64(words)/float64(sentences), float64(syllables)/float64(words), grade+5)
		if grade+5 > 9 {
			t.Errorf("%s is read at %.1f, want 9 or younger", key, grade+5)
		}
	}
}

// spoken counts the syllables of a word as the formula's tools do: groups of
// vowels, less a silent e.
func spoken(word string) int {
	word, n, vowel := strings.ToLower(word), 0, false
	for _, r := range word {
		is := strings.ContainsRune("aeiouy", r)
		if is && !vowel {
			n++
		}
		vowel = is
	}
	if n > 1 && strings.HasSuffix(word, "e") && !strings.HasSuffix(word, "le") {
		n--
	}
	return max(1, n)
}
