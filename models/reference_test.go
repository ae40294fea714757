package models_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"throughline/models"
)

const symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

func TestReferencesHaveTheirShapeAndDoNotRepeat(t *testing.T) {
	t.Parallel()
	shape := regexp.MustCompile(`^[CR](-[0-9A-HJKMNP-TV-Z]{4}){2}-[0-9A-HJKMNP-TV-Z]$`)
	seen := map[string]bool{}
	for range 5000 {
		for kind, ref := range map[string]string{"C": models.NewCaseReference(), "R": models.NewReferralReference()} {
			if !shape.MatchString(ref) || ref[:1] != kind || seen[ref] {
				t.Fatalf("got %q, want a new %s reference", ref, kind)
			}
			seen[ref] = true
			if got, err := models.ParseReference(ref); err != nil || got != ref {
				t.Fatalf("got %q, %v, want %q back", got, err, ref)
			}
		}
	}
}

func TestAReferenceIsReadAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	ref := models.MakeReference(models.CaseReference, [8]byte{1, 0, 12, 23, 1, 0, 31, 9})
	plain := strings.ReplaceAll(ref, "-", "")
	oldHands := strings.NewReplacer("1", "l", "0", "o").Replace(plain[1:])
	for _, typed := range []string{
		ref, plain, strings.ToLower(ref), strings.ToLower(plain), " " + ref + " ",
		strings.ReplaceAll(ref, "-", " "), strings.ReplaceAll(ref, "-", "–"), strings.ReplaceAll(ref, "-", "\u2011"),
		"C" + oldHands, "c-" + strings.ToUpper(oldHands), "C" + strings.ReplaceAll(plain[1:], "1", "I"),
	} {
		if got, err := models.ParseReference(typed); err != nil || got != ref {
			t.Errorf("got %q, %v, want %q", got, err, ref)
		}
	}
}

func TestWhatIsNotAReferenceIsRefusedWithoutRepeatingIt(t *testing.T) {
	t.Parallel()
	ref := models.MakeReference(models.CaseReference, [8]byte{1, 2, 3, 4, 5, 6, 7, 8})
	for _, typed := range []string{
		"", "C", ref[1:], "X" + ref[1:], ref + "0", ref[:len(ref)-1], strings.Replace(ref, "1", "U", 1),
		"C-\x00\x00\x00\x00-0000-0", "C-ÀÀÀÀ-0000-0", "C-0000-0000-０", strings.Repeat("C", 10_000), strings.Repeat("-", 80) + ref, "\xff\xfe",
	} {
		got, err := models.ParseReference(typed)
		if !errors.Is(err, models.ErrReference) || got != "" {
			t.Errorf("got %q, %v, want a refusal", got, err)
		}
		if err != nil && len(typed) > 1 && strings.Contains(err.Error(), typed) {
			t.Error("the refusal repeats what was typed")
		}
	}
}

func TestEverySingleWrongSymbolIsCaught(t *testing.T) {
	t.Parallel()
	for range 300 {
		ref := []byte(strings.ReplaceAll(models.NewCaseReference(), "-", ""))
		for i := 1; i < len(ref); i++ {
			right := ref[i]
			for _, wrong := range []byte(symbols) {
				ref[i] = wrong
				_, err := models.ParseReference(string(ref))
				if (err == nil) != (wrong == right) {
					t.Fatalf("%s with symbol %d as %c: got %v", ref, i, wrong, err)
				}
			}
			ref[i] = right
		}
	}
}

// Of the 992 ordered pairs of different neighbours, a swap goes unseen for two
// alone: 0Z and Z0. That is 99.8 in 100 caught, in every place.
func TestSwappedNeighboursAreCaughtButForZeroAndZ(t *testing.T) {
	t.Parallel()
	for place := range 7 {
		caught, all := 0, 0
		for a := range byte(32) {
			for b := range byte(32) {
				if a == b {
					continue
				}
				var v [8]byte
				v[place], v[place+1] = a, b
				ref := []byte(strings.ReplaceAll(models.MakeReference(models.ReferralReference, v), "-", ""))
				ref[place+1], ref[place+2] = ref[place+2], ref[place+1]
				_, err := models.ParseReference(string(ref))
				unseen := (a == 0 && b == 31) || (a == 31 && b == 0)
				if (err == nil) != unseen {
					t.Errorf("%c%c in place %d: got %v", symbols[a], symbols[b], place, err)
				}
				all++
				if err != nil {
					caught++
				}
			}
		}
		if caught != 990 || all != 992 {
			t.Errorf("place %d: caught %d of %d, want 990 of 992", place, caught, all)
		}
	}
}

func TestSwappingTheCheckSymbolWithItsNeighbourIsCaughtTheSameWay(t *testing.T) {
	t.Parallel()
	for range 5000 {
		ref := []byte(strings.ReplaceAll(models.NewCaseReference(), "-", ""))
		a, b := ref[8], ref[9]
		ref[8], ref[9] = b, a
		_, err := models.ParseReference(string(ref))
		unseen := a == b || (a == '0' && b == 'Z') || (a == 'Z' && b == '0')
		if (err == nil) != unseen {
			t.Fatalf("%s: got %v", ref, err)
		}
	}
}

func TestIdsAreVersionSevenAndInOrderOfTime(t *testing.T) {
	t.Parallel()
	if id := models.NewID(); id.Version() != 7 || id.Variant() != uuid.RFC4122 {
		t.Errorf("got version %d, variant %v, want 7 and RFC 4122", id.Version(), id.Variant())
	}
	at := time.Date(2026, 4, 2, 9, 40, 0, 0, time.UTC)
	first := models.IDAt(at, [10]byte{0xff, 1, 0xff, 3, 4, 5, 6, 7, 8, 9})
	later := models.IDAt(at.Add(time.Millisecond), [10]byte{})
	if first.Version() != 7 || first.Variant() != uuid.RFC4122 || first.String() >= later.String() {
		t.Errorf("got %v then %v, want two of version 7 in order", first, later)
	}
	sec, nsec := first.Time().UnixTime()
	if got := time.Unix(sec, nsec); !got.Equal(at) {
		t.Errorf("got the time %v back, want %v", got, at)
	}
	again := models.IDAt(at, [10]byte{1})
	if again != models.IDAt(at, [10]byte{1}) {
		t.Error("the same seed made two ids")
	}
}

func FuzzParseReference(f *testing.F) {
	for _, s := range []string{"C-7KQ4-M2XA-A", "r0000000000", "", "\xff", "C–0000–0000–0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := models.ParseReference(s)
		if err != nil {
			return
		}
		if again, err := models.ParseReference(got); err != nil || again != got {
			t.Errorf("got %q, %v from a reference it gave", again, err)
		}
	})
}

// Check symbols worked out by another program.
func TestCheckSymbolsAgreeWithWorkedExamples(t *testing.T) {
	t.Parallel()
	for _, ref := range []string{"C-7KQ4-M2XA-A", "R-8M2Q-T6HW-E", "C-0000-0000-0", "R-ZZZZ-ZZZZ-8", "C-0123-ABCD-G"} {
		if got, err := models.ParseReference(ref); err != nil || got != ref {
			t.Errorf("got %q, %v, want %q", got, err, ref)
		}
	}
	if _, err := models.ParseReference("C-7KQ4-M2XA-B"); err == nil || !strings.Contains(err.Error(), "C-7KQ4-M2XA-A") {
		t.Errorf("got %v, want a refusal with a sound example", err)
	}
}
