package bench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"throughline/internal/linkage"
	"throughline/internal/linkage/sets"
)

// manyPeople is how many people a look-up is timed among: London's victims of
// some years.
const manyPeople = 1_000_000

// linkage measures how well two labelled sets are linked, and how fast one
// record finds its candidates among a million people.
func (r *run) linkage(context.Context) error {
	all, err := sets.Load()
	if err != nil {
		return err
	}
	r.table.say("\nlinkage: pairs put forward that are one person (precision), and pairs of one person that are put forward or joined by others (recall)")
	for _, s := range all {
		for _, h := range []sets.Half{sets.All, sets.Tuned, sets.Unseen} {
			f := s.Measure(h)
			r.table.say("  %s, %s: precision %.4f, recall %.4f (%.4f without joining), of %d", s.Name, h, f.Precision(), f.Recall(), f.Direct(), f.Labelled)
			if h == sets.All {
				r.table.atLeast("4", s.Name+": precision", f.Precision(), f.Precision(), 0.98)
				r.table.atLeast("4", s.Name+": recall", f.Recall(), f.Recall(), 0.95)
			}
		}
		f := s.Sealed().Measure(sets.All)
		r.table.say("  %s, with addresses of email and postcodes as keys alone: precision %.4f, recall %.4f", s.Name, f.Precision(), f.Recall())
	}
	return r.manyPeople()
}

func (r *run) manyPeople() error {
	const lookUps = 1000
	people, again, err := sets.Made(manyPeople, lookUps, 1)
	if err != nil {
		return err
	}
	began := time.Now()
	x := linkage.NewIndex(people)
	built := time.Since(began)
	var took []time.Duration
	var total time.Duration
	f := sets.LookUp(x, again, linkage.London, func(do func()) {
		began := time.Now()
		do()
		took = append(took, time.Since(began))
		total += took[len(took)-1]
	})
	slices.Sort(took)
	r.table.say("  among %d people: indexed in %s; one look-up %s at the median, %s at 95 of 100, of %d candidates; %.0f candidates a second; precision %.4f, recall %.4f",
		manyPeople, built.Round(time.Millisecond), short(took[lookUps/2]), short(took[lookUps*95/100]), f.Compared/lookUps, float64(f.Compared)/total.Seconds(), f.Precision(), f.Recall())
	r.table.atMost("4", fmt.Sprintf("one look-up among %d people, 95 of 100", manyPeople), took[lookUps*95/100].Seconds()*1000, 20, "ms")
	return nil
}
