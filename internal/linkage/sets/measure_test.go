package sets_test

import (
	"testing"

	"throughline/internal/linkage"
	"throughline/internal/linkage/sets"
)

// TestTheLabelledSetsAreLinkedAsWellAsWasAskedFor holds what issue 4 asks of
// both sets, 0.98 of precision and 0.95 of recall, and beside it the halves that
// the weights were not looked at with, whose figures docs/adr/0025 gives.
func TestTheLabelledSetsAreLinkedAsWellAsWasAskedFor(t *testing.T) {
	t.Parallel()
	all, err := sets.Load()
	if err != nil {
		t.Fatal(err)
	}
	type least struct{ pairs, precision, recall float64 }
	for _, s := range all {
		want := map[sets.Half]least{
			sets.All: {500, 0.98, 0.95}, sets.Tuned: {250, 0.98, 0.95}, sets.Unseen: {250, 0.98, 0.94},
		}
		for h, w := range want {
			f := s.Measure(h)
			if f.Labelled < int(w.pairs) || f.Precision() < w.precision || f.GroupPrecision() < w.precision || f.Recall() < w.recall {
				t.Errorf("%s, %s: precision %.4f (%.4f with those that others join), recall %.4f of %d, want %.2f and %.2f",
					s.Name, h, f.Precision(), f.GroupPrecision(), f.Recall(), f.Labelled, w.precision, w.recall)
			}
		}
	}
}

// TestAnEmailThatIsSealedIsComparedByItsKey measures what the product can do
// with addresses it holds as keys alone: fewer slips are seen, and nothing wrong
// is put forward for it.
func TestAnEmailThatIsSealedIsComparedByItsKey(t *testing.T) {
	t.Parallel()
	all, err := sets.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		f := s.Sealed().Measure(sets.All)
		if f.Precision() < 0.98 || f.Recall() < 0.85 {
			t.Errorf("%s: precision %.4f, recall %.4f", s.Name, f.Precision(), f.Recall())
		}
	}
}

// TestOfManyPeopleTheRightOneIsPutForward writes people down again among fifty
// thousand and asks for them as the product does.
func TestOfManyPeopleTheRightOneIsPutForward(t *testing.T) {
	t.Parallel()
	people, again, err := sets.Made(50_000, 500, 1)
	if err != nil {
		t.Fatal(err)
	}
	f := sets.LookUp(linkage.NewIndex(people), again, linkage.London, nil)
	if f.Precision() < 0.98 || f.Recall() < 0.90 {
		t.Errorf("precision %.4f, recall %.4f of %d", f.Precision(), f.Recall(), f.Labelled)
	}
	if each := f.Compared / len(again); each < 1 || each > 400 {
		t.Errorf("%d were compared for one, want the few that share something", each)
	}
}
