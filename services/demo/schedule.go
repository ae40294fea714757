package demo

import (
	"math"
	"slices"
	"strings"
	"time"

	"throughline/models"
)

// slot is the day and the borough of one case: the index of an authority.
type slot struct {
	day     time.Time
	borough int
}

// schedule gives each of n cases its day and borough so that the shares of
// every borough and every month are those of the counts, to within one case.
func (g *generator) schedule(n int) []slot {
	s := g.stream("schedule")
	months, weights := g.months()
	perMonth := apportion(n, weights)
	owed := make([]float64, len(authorities()))
	slots := make([]slot, 0, n)
	for i, m := range months {
		boroughs := g.boroughs(m, perMonth[i], owed)
		shuffle(s, boroughs)
		days, weights := g.days(m)
		at := 0
		for d, count := range apportion(perMonth[i], weights) {
			for range count {
				slots = append(slots, slot{days[d], boroughs[at]})
				at++
			}
		}
	}
	return slots
}

// months are those the demo covers, weighed by the counts and by how much of
// each it covers.
func (g *generator) months() (months []month, weights []float64) {
	for m := monthOf(g.from); m <= monthOf(g.until); m++ {
		total := 0.0
		for _, v := range g.demand.victims[g.demand.known(m)] {
			total += v
		}
		begin, end := m.begin(), (m + 1).begin()
		whole := end.Sub(begin)
		if begin.Before(g.from) {
			begin = g.from
		}
		if end.After(g.until) {
			end = g.until
		}
		months = append(months, m)
		weights = append(weights, total*float64(end.Sub(begin))/float64(whole))
	}
	return months, weights
}

// days are the days of a month that the demo covers. Fewer cases are logged at
// weekends.
func (g *generator) days(m month) (days []time.Time, weights []float64) {
	for d := m.begin(); d.Before((m + 1).begin()); d = d.AddDate(0, 0, 1) {
		if d.Before(models.Today(g.from)) || !d.AddDate(0, 0, 1).Before(g.until) {
			continue
		}
		w := 1.0
		if !g.calendar.WorkingDay(d) {
			w = 0.45
		}
		days, weights = append(days, d), append(weights, w)
	}
	if len(days) == 0 { // the demo ends on the first of a month
		days, weights = []time.Time{g.until.Add(-24 * time.Hour)}, []float64{1}
	}
	return days, weights
}

// boroughs deals a month's cases to the authorities. What each is owed is
// carried from month to month, so that rounding never adds up.
func (g *generator) boroughs(m month, n int, owed []float64) []int {
	counts := g.demand.victims[g.demand.known(m)]
	total := 0.0
	for _, b := range g.demand.boroughs {
		total += counts[b]
	}
	var out []int
	for i, a := range authorities() {
		part := cityShare
		if a.Name != "City of London" {
			part = (1 - cityShare) * counts[a.Name] / total
		}
		owed[i] += part * float64(n)
		for owed[i] >= 1 && len(out) < n {
			owed[i]--
			out = append(out, i)
		}
	}
	for len(out) < n {
		most := 0
		for i := range owed {
			if owed[i] > owed[most] {
				most = i
			}
		}
		owed[most]--
		out = append(out, most)
	}
	return out
}

// apportion splits n by weights so that every running total is right to within
// one half.
func apportion(n int, weights []float64) []int {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	out := make([]int, len(weights))
	sum, given := 0.0, 0
	for i, w := range weights {
		sum += w
		upTo := int(math.Round(float64(n) * sum / total))
		out[i] = upTo - given
		given = upTo
	}
	return out
}

// authorFor says who logs the case: mostly the police, and at weekends nobody
// else.
func (g *generator) authorFor(s *source, k *kase, borough *authority, day time.Time) *person {
	of := func(key string) *person { return g.world.byKey[key].workerBy(s) }
	if borough.Name == "City of London" && s.chance(0.85) {
		return of(OrgCityPolice)
	}
	if !g.calendar.WorkingDay(day) {
		return of(OrgPolice)
	}
	if s.chance(0.11) {
		return of(OrgVictims)
	}
	first := k.class.types[0][0]
	for _, o := range []struct {
		org    string
		theirs bool
		share  float64
	}{
		{OrgVAWG, first == "domestic_abuse" || first == "stalking", 0.06},
		{OrgYoung, k.class.age == under13 || k.class.age == under16, 0.12},
		{OrgHate, first == "hate_crime", 0.1},
		{OrgHavens, first == "rape" || first == "sexual_assault", 0.06},
		{OrgYouthJustice, k.class.key == "knife" || k.class.key == "robbery", 0.08},
		{OrgBTP, slices.Contains(k.class.place, "transport"), 0.07},
		{OrgProbation, true, 0.008},
	} {
		if o.theirs && s.chance(o.share) {
			return of(o.org)
		}
	}
	return of(OrgPolice)
}

// loggedAt is when in the day: the police work late, the others in the office.
func (g *generator) loggedAt(s *source, k *kase, day time.Time) time.Time {
	y, m, d := day.Date()
	minute := s.between(9*60+5, 16*60+40)
	if k.author.org.kind == models.KindPolice && s.chance(0.3) {
		minute = s.between(7*60, 22*60)
	}
	return time.Date(y, m, d, 0, minute, s.below(60), 0, models.London()).UTC()
}

// sourceOf is how it reached whoever logged it.
func (g *generator) sourceOf(s *source, k *kase) string {
	switch k.author.org.kind {
	case models.KindPolice:
		return "police"
	case models.KindProbation, models.KindYouthJustice:
		return "agency"
	}
	return pick(s, []string{"self", "self", "self", "third_party", "agency"})
}

func splitLine(line string) (group, offence string) {
	group, offence, _ = strings.Cut(line, "|")
	return group, offence
}
