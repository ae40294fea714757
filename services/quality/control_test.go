package quality

import (
	"math"
	"math/rand/v2"
	"testing"
)

// binomial is the chance of r or fewer of n, counted up from nothing: row by row,
// with none of the product's way of doing it.
func binomial(n int, p float64) []float64 {
	row := []float64{1}
	for range n {
		next := make([]float64, len(row)+1)
		for i, c := range row {
			next[i] += c * (1 - p)
			next[i+1] += c * p
		}
		row = next
	}
	for i := 1; i < len(row); i++ {
		row[i] += row[i-1]
	}
	return row
}

// A limit lies between the count that is too unlikely and the next one.
func TestLimitsAreThoseOfABinomialCount(t *testing.T) {
	t.Parallel()
	for _, n := range []int{20, 21, 57, 400} {
		for _, p := range []float64{0.003, 0.05, 0.4, 0.83, 0.99} {
			chance := binomial(n, p)
			for _, q := range []float64{0.001, 0.025, 0.975, 0.999} {
				got, r := chanceLimit(p, n, q)*float64(n), 0
				var low, high int
				switch {
				case q < 0.5: // fewer than the limit happens with q at most
					for chance[r] < q {
						r++
					}
					low, high = max(r-1, 0), r
				default: // more than the limit with what is left
					for chance[r] < q {
						r++
					}
					low, high = r, min(r+1, n)
				}
				if got < float64(low)-1e-6 || got > float64(high)+1e-6 {
					t.Errorf("of %d at %v, %v: the limit is %v, want it between %d and %d", n, p, q, got, low, high)
				}
			}
		}
	}
	// Where there are many the short way gives what the long one would.
	chance := binomial(4000, 0.3)
	for _, q := range []float64{0.001, 0.025, 0.975, 0.999} {
		r := 0
		for chance[r] < q {
			r++
		}
		if got := chanceLimit(0.3, 4000, q); math.Abs(got-float64(r)/4000) > 0.001 {
			t.Errorf("%v of 4000: got %v, want about %v", q, got, float64(r)/4000)
		}
	}
	for _, p := range []float64{0, 1} {
		if l := LimitsOf(p, 50); l != (Limits{p, p, p, p}) || l.Verdict(p) != AsUsual {
			t.Errorf("where all are %v there are no limits but that: %+v", p, l)
		}
	}
}

// series is quarters of n each, whose true share changes after the eighth.
func series(rng *rand.Rand, n int, before, after float64) ([]Row, []string) {
	var rows []Row
	quarters := PeriodAt(aDay).quarters()
	for i, q := range quarters {
		p, part := before, 0
		if i >= 8 {
			p = after
		}
		for range n {
			if rng.Float64() < p {
				part++
			}
		}
		rows = append(rows, Row{Groups: []Group{{Key: "o"}, {Key: q}}, N: n, Value: share(part, n)})
	}
	return rows, quarters
}

func TestNoiseIsNotCalledATrendAndAChangeIs(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(11, 12)) //nolint:gosec // a test that repeats
	for _, n := range []int{20, 80, 900} {
		called, found := 0, 0
		for range 1000 {
			if _, _, is := trend(series(rng, n, 0.85, 0.85)); is != TrendSteady {
				called++
			}
			if _, _, is := trend(series(rng, n, 0.85, 0.5)); is != TrendSteady {
				found++
			}
		}
		if called > 80 {
			t.Errorf("of %d: %d of 1000 series in which nothing changes are called a change, want under 80", n, called)
		}
		if n >= 80 && found < 990 {
			t.Errorf("of %d: %d of 1000 falls from 85%% to 50%% are seen, want nearly all", n, found)
		}
	}
}

func TestOneOrganisationInTwentyIsPerhapsDifferentAndHardlyAnyIsSaidToBe(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(13, 14)) //nolint:gosec // a test that repeats
	const all = 20_000
	perhaps, said := 0, 0
	for range all {
		n, part := 20+rng.IntN(300), 0
		for range n {
			if rng.Float64() < 0.7 {
				part++
			}
		}
		switch LimitsOf(0.7, n).Verdict(float64(part) / float64(n)) {
		case High, Low:
			said++
		case PerhapsHigh, PerhapsLow:
			perhaps++
		case AsUsual, TooFewToSay:
		}
	}
	if said > all*4/1000 || said < all/2000 || perhaps > all*65/1000 || perhaps < all*25/1000 {
		t.Errorf("of %d that are all the same, %d are said to differ and %d perhaps; want about 40 and 960", all, said, perhaps)
	}
}

func TestATrendNeedsQuartersAndLeavesOutThoseWithTooFew(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(15, 16)) //nolint:gosec // a test that repeats
	rows, quarters := series(rng, 40, 0.6, 0.6)
	for i := range rows {
		if i > 2 {
			rows[i].Value = nil
		}
	}
	if points, middle, is := trend(rows, quarters); is != TrendNone || middle != nil || len(points) != 12 || points[0].Limits != nil {
		t.Errorf("three quarters give %v about %v, want nothing said", is, middle)
	}
	eight := make([]Row, 12)
	for i := range eight {
		v := 0.72
		if i >= 8 {
			v = 0.55
		}
		eight[i] = Row{Groups: []Group{{Key: quarters[i]}}, N: 40, Value: &v}
	}
	if points, _, is := trend(eight, quarters); is != TrendRun || !points[7].Run || points[6].Run || points[8].Run {
		t.Errorf("eight quarters on one side: got %v", is)
	}
	eight[3].Value = nil
	if _, _, is := trend(eight, quarters); is != TrendSteady {
		t.Errorf("a quarter that is not told breaks a run: got %v", is)
	}
}
