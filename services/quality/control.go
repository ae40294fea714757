package quality

import "math"

// Control limits: how far a share may lie from what is usual by chance alone,
// with this many. An organisation is only said to differ, and a trend to be one,
// where chance would hardly do it (ADR 0049). The limits are those of a binomial
// count, smoothed between its steps as funnel plots of health services are
// (Spiegelhalter 2005), so that they are right for small numbers and for shares
// near nought and one, where the usual square root is not.

// Limits are shares that chance alone keeps a group inside: nineteen times in
// twenty, and all but two times in a thousand.
type Limits struct{ Low998, Low95, High95, High998 float64 }

// LimitsOf gives the limits of a group of n about a centre.
func LimitsOf(centre float64, n int) Limits {
	return Limits{
		Low998: chanceLimit(centre, n, 0.001), Low95: chanceLimit(centre, n, 0.025),
		High95: chanceLimit(centre, n, 0.975), High998: chanceLimit(centre, n, 0.999),
	}
}

// manyEnough is from which variance on a count is told from a normal one by
// nobody.
const manyEnough = 400

// chanceLimit is the share that a count of n falls under with this probability;
// one above the middle is that of what was not counted, from the other end, so
// that all of n lies outside only where that is as unlikely.
func chanceLimit(centre float64, n int, probability float64) float64 {
	if probability > 0.5 {
		return 1 - chanceLimit(1-centre, n, 1-probability)
	}
	size := float64(n)
	if n == 0 || centre <= 0 || centre >= 1 {
		return min(max(centre, 0), 1)
	}
	mean, variance := size*centre, size*centre*(1-centre)
	if variance > manyEnough {
		z := math.Sqrt2 * math.Erfinv(2*probability-1)
		return min(max((mean+z*math.Sqrt(variance))/size, 0), 1)
	}
	// What lies more than twelve deviations under the mean adds nothing.
	r := math.Floor(max(0, mean-12*math.Sqrt(variance)-12))
	all, _ := math.Lgamma(size + 1)
	taken, _ := math.Lgamma(r + 1)
	left, _ := math.Lgamma(size - r + 1)
	one := math.Exp(all - taken - left + r*math.Log(centre) + (size-r)*math.Log(1-centre))
	for sum := 0.0; r <= size; r++ {
		sum += one
		if sum >= probability {
			over := (sum - probability) / one
			return min(max((r-over)/size, 0), 1)
		}
		one *= (size - r) / (r + 1) * centre / (1 - centre)
	}
	return 1
}

// Verdict says what a share is beside its limits.
type Verdict string

// The verdicts. Perhaps is between the two limits: one group in twenty is there
// though nothing is different about it.
const (
	TooFewToSay Verdict = ""
	AsUsual     Verdict = "as_usual"
	PerhapsHigh Verdict = "perhaps_high"
	PerhapsLow  Verdict = "perhaps_low"
	High        Verdict = "high"
	Low         Verdict = "low"
)

// Verdicts lists them but for the empty one, for descriptions.
func Verdicts() []Verdict { return []Verdict{AsUsual, PerhapsHigh, PerhapsLow, High, Low} }

// Words say a verdict.
func (v Verdict) Words() string {
	switch v {
	case AsUsual:
		return "As chance would have it"
	case PerhapsHigh:
		return "Perhaps higher"
	case PerhapsLow:
		return "Perhaps lower"
	case High:
		return "Higher than chance"
	case Low:
		return "Lower than chance"
	case TooFewToSay:
	}
	return "Too few to say"
}

// Verdict judges a share by the limits.
func (l Limits) Verdict(share float64) Verdict {
	switch {
	case share < l.Low998:
		return Low
	case share > l.High998:
		return High
	case share < l.Low95:
		return PerhapsLow
	case share > l.High95:
		return PerhapsHigh
	}
	return AsUsual
}

// runLength is how many quarters in a row on one side of the centre are taken for
// no chance. Of twelve quarters in which nothing changes, one series in forty has
// such a run, and one in forty a quarter outside the limits.
const runLength = 8

// Point is one quarter of a trend. A quarter under the base has no share, no
// limits and no verdict.
type Point struct {
	Quarter string // 2026-Q3
	Row     Row
	Limits  *Limits
	Verdict Verdict
	Run     bool // it ends a run on one side of the centre
}

// TrendIs says what a run of quarters shows.
type TrendIs string

// What a trend is.
const (
	TrendNone   TrendIs = ""          // too few quarters to say
	TrendSteady TrendIs = "steady"    // nothing that chance would not do
	TrendChange TrendIs = "change"    // a quarter outside the limits
	TrendRun    TrendIs = "one_sided" // eight quarters in a row on one side
)

// Words say a trend.
func (t TrendIs) Words() string {
	switch t {
	case TrendSteady:
		return "No trend: the ups and downs are what chance would do"
	case TrendChange:
		return "A change: at least one quarter lies outside what chance would do"
	case TrendRun:
		return "A change: eight quarters in a row lie on one side of the middle"
	case TrendNone:
	}
	return "Too few quarters to say"
}

// fewestQuarters is from how many quarters on anything is said of a trend.
const fewestQuarters = 4

// trend puts the limits round the quarters and says what they show. The centre
// is the share over all quarters that have one.
func trend(rows []Row, quarters []string) (points []Point, centre *float64, is TrendIs) {
	points = make([]Point, len(quarters))
	n, part, told := 0, 0.0, 0
	for i, q := range quarters {
		points[i] = Point{Quarter: q, Row: Row{Groups: []Group{{Key: q, Words: q}}}}
		for _, r := range rows {
			if r.Groups[len(r.Groups)-1].Key == q {
				points[i].Row = r
			}
		}
		if v := points[i].Row.Value; v != nil {
			n, part, told = n+points[i].Row.N, part+*v*float64(points[i].Row.N), told+1
		}
	}
	if told < fewestQuarters {
		return points, nil, TrendNone
	}
	middle := part / float64(n)
	is = TrendSteady
	run, above := 0, false
	for i := range points {
		v := points[i].Row.Value
		if v == nil {
			run = 0
			continue
		}
		l := LimitsOf(middle, points[i].Row.N)
		points[i].Limits, points[i].Verdict = &l, l.Verdict(*v)
		switch {
		case *v == middle:
			run = 0
		case run > 0 && above == (*v > middle):
			run++
		default:
			run, above = 1, *v > middle
		}
		points[i].Run = run >= runLength
		switch {
		case points[i].Verdict == High || points[i].Verdict == Low:
			is = TrendChange
		case points[i].Run && is == TrendSteady:
			is = TrendRun
		}
	}
	return points, &middle, is
}
