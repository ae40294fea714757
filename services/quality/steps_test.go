package quality

import (
	"math/rand/v2"
	"testing"
)

// Whoever sees the steps that are shown, and knows that each is of the one
// before, cannot tell a hidden one within five, nor how many were lost between
// two within five where they were few.
func TestNoStepOfTheWayGivesAFewPeopleAway(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(21, 22)) //nolint:gosec // a test that repeats
	hiddenOnes := 0
	for range 5000 {
		var all []Step
		n := rng.IntN(60)
		for range 6 {
			all = append(all, Step{N: n})
			n -= min(n, rng.IntN(9))
		}
		truth := make([]int, len(all))
		for i := range all {
			truth[i] = all[i].N
		}
		protectSteps(all)
		for i := range all {
			if !all[i].Hidden {
				if truth[i] > 0 && truth[i] < 5 {
					t.Fatalf("%v: %d is shown", truth, truth[i])
				}
				for j := i - 1; j >= 0; j-- {
					if !all[j].Hidden {
						if lost := truth[j] - truth[i]; lost > 0 && lost < 5 {
							t.Fatalf("%v: %d and %d are shown, and %d were lost", truth, truth[j], truth[i], lost)
						}
						break
					}
				}
				continue
			}
			hiddenOnes++
			high, low := 1<<20, 0
			for j := range all {
				if all[j].Hidden {
					continue
				}
				if j < i {
					high = truth[j]
				} else if j > i {
					low = truth[j]
					break
				}
			}
			if all[i].N != 0 || high-low < 5 {
				t.Fatalf("%v: step %d lies between %d and %d", truth, i, low, high)
			}
		}
	}
	if hiddenOnes < 1000 {
		t.Errorf("%d were hidden: the test tries too little", hiddenOnes)
	}
}
