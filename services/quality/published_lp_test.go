package quality

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"throughline/models"
)

// equations are everything that somebody with all published tables knows: every
// number is a name, and what adds up to what is an equation between names. The
// same total in two tables is the same name. Nothing of how the product hides is
// used here, and no mark is believed.
type equations struct {
	truth map[string]float64
	known map[string]bool
	most  map[string]float64 // of a part whose share is told
	least map[string]float64
	sums  [][]string // the first is the sum of the others
	must  map[string]string
}

// equationsOf reads the tables as an attacker does, and says of every number that
// the rules protect why it must not be known within five.
func equationsOf(all []PublishedFigures) *equations {
	e := &equations{truth: map[string]float64{}, known: map[string]bool{}, most: map[string]float64{}, least: map[string]float64{}, must: map[string]string{}}
	for i := range all {
		f := &all[i]
		of := "referrals"
		if f.Share != "" {
			of = f.Share
		}
		name := func(line, head int) string {
			out := of
			if line >= 0 {
				out += "|" + string(f.Rows) + "=" + f.Lines[line].Key
			}
			if head >= 0 && f.Heads[head].Key != "" {
				out += "|" + map[bool]string{true: "result", false: string(f.Columns)}[f.Results] + "=" + f.Heads[head].Key
			}
			return out
		}
		all, within := []string{name(-1, -1)}, map[string][]string{}
		columns := make([][]string, len(f.Heads))
		total := 0
		for l, counts := range f.counts {
			row, sum := []string{name(l, -1)}, 0
			for h, n := range counts {
				sum += n
				if len(f.Heads) > 1 {
					e.cell(name(l, h), n, f.Cells[l][h])
					row, columns[h] = append(row, name(l, h)), append(columns[h], name(l, h))
				}
			}
			total += sum
			e.cell(name(l, -1), sum, f.LineTotals[l])
			if len(row) > 1 {
				e.sums = append(e.sums, row)
			}
			all = append(all, name(l, -1))
			if f.Within != "" {
				part := of + "|" + string(f.Within) + "=" + partOf(f.Lines[l].Key)
				within[part] = append(within[part], name(l, -1))
			}
			if f.Share != "" {
				e.share(name(l, -1), sum, f.parts[l], f.Shares[l])
			}
		}
		for h, names := range columns {
			if len(names) > 0 {
				sum := 0
				for l := range f.counts {
					sum += f.counts[l][h]
				}
				e.cell(name(-1, h), sum, f.HeadTotals[h])
				e.sums = append(e.sums, append([]string{name(-1, h)}, names...))
			}
		}
		for part, names := range within {
			e.sums = append(e.sums, append([]string{part}, names...))
		}
		e.cell(name(-1, -1), total, f.Total)
		e.sums = append(e.sums, all)
	}
	return e
}

func (e *equations) cell(name string, n int, c PublishedCell) {
	e.truth[name] = float64(n)
	if c.Mark == Shown {
		e.known[name] = true
	}
	switch {
	case n > 0 && n < 5:
		e.must[name] = "it is under five"
	case c.Mark != Shown:
		e.must[name] = "it is hidden"
	}
}

// share adds what a share in whole per cent tells of its part.
func (e *equations) share(base string, n, part int, told *int) {
	in, out := base+"|in", base+"|out"
	e.truth[in], e.truth[out] = float64(part), float64(n-part)
	e.sums = append(e.sums, []string{base, in, out})
	if told != nil {
		e.least[in], e.most[in] = max(0, (float64(*told)-0.5)/100*float64(n)), (float64(*told)+0.5)/100*float64(n)
	}
	switch {
	case n > 0 && n < 20:
		e.must[in] = "its base is under twenty"
	case part > 0 && part < 5, n-part > 0 && n-part < 5:
		e.must[in] = "it or the rest is under five"
	}
}

// narrow lists the numbers that can be known within less than five.
func (e *equations) narrow(t *testing.T) (out []string, asked int) {
	t.Helper()
	group := map[string]string{}
	var root func(string) string
	root = func(n string) string {
		if group[n] == "" || group[n] == n {
			return n
		}
		return root(group[n])
	}
	for _, s := range e.sums {
		first := ""
		for _, n := range s {
			if e.known[n] {
				continue
			}
			if first == "" {
				first = root(n)
			}
			group[root(n)] = first
		}
	}
	systems := map[string]*system{}
	in := func(n string) *system {
		r := root(n)
		if systems[r] == nil {
			systems[r] = &system{at: map[string]int{}}
		}
		return systems[r]
	}
	for _, s := range e.sums {
		var of *system
		for _, n := range s {
			if !e.known[n] {
				of = in(n)
				break
			}
		}
		if of != nil {
			of.equal(e, s)
		}
	}
	for n, least := range e.least {
		in(n).bound(n, least, e.most[n])
	}
	for n, why := range e.must {
		if e.known[n] {
			out = append(out, n+" is shown, and "+why)
			continue
		}
		asked++
		s := in(n)
		if low, high := s.extreme(t, n, -1), s.extreme(t, n, 1); high-low < 5-1e-6 {
			out = append(out, fmt.Sprintf("%s, which is %v, lies between %.2f and %.2f, and %s", n, e.truth[n], low, high, why))
		}
	}
	return out, asked
}

// system is a linear program: rows of equations over numbers of nought or more.
type system struct {
	at   map[string]int
	rows []map[int]float64
	sums []float64
}

func (s *system) variable(n string) int {
	if _, ok := s.at[n]; !ok {
		s.at[n] = len(s.at)
	}
	return s.at[n]
}

func (s *system) equal(e *equations, names []string) {
	row, sum := map[int]float64{}, 0.0
	for i, n := range names {
		sign := 1.0
		if i == 0 {
			sign = -1
		}
		if e.known[n] {
			sum -= sign * e.truth[n]
			continue
		}
		row[s.variable(n)] += sign
	}
	s.rows, s.sums = append(s.rows, row), append(s.sums, sum)
}

func (s *system) bound(n string, least, most float64) {
	v := s.variable(n)
	s.rows = append(s.rows, map[int]float64{v: 1, s.variable(n + " over"): -1}, map[int]float64{v: 1, s.variable(n + " under"): 1})
	s.sums = append(s.sums, least, most)
}

// extreme is the least (direction -1) or the most (1) that a number can be, by
// the simplex method in two phases, Bland's rule against going round.
func (s *system) extreme(t *testing.T, name string, direction float64) float64 {
	t.Helper()
	n, m := len(s.at), len(s.rows)
	tab := make([][]float64, m)
	basis := make([]int, m)
	for i, row := range s.rows {
		tab[i] = make([]float64, n+m+1)
		sign := 1.0
		if s.sums[i] < 0 {
			sign = -1
		}
		for v, c := range row {
			tab[i][v] = sign * c
		}
		tab[i][n+i], tab[i][n+m], basis[i] = 1, sign*s.sums[i], n+i
	}
	start := make([]float64, n+m+1)
	for j := n; j < n+m; j++ {
		start[j] = -1
	}
	if v, ok := climb(tab, basis, start, n+m); !ok || v < -1e-6 {
		t.Fatalf("the published tables contradict each other: %v", v)
	}
	for i, b := range basis { // what is left of the first phase goes, or is a row too many
		if b < n {
			continue
		}
		for j := range n {
			if math.Abs(tab[i][j]) > 1e-9 {
				pivot(tab, basis, i, j)
				break
			}
		}
	}
	goal := make([]float64, n+m+1)
	goal[s.at[name]] = direction
	v, ok := climb(tab, basis, goal, n)
	if !ok {
		return direction * math.Inf(1)
	}
	return direction * v
}

// climb maximises a goal over the first columns; not ok: there is no end to it.
func climb(tab [][]float64, basis []int, goal []float64, columns int) (float64, bool) {
	last := len(goal) - 1
	for {
		enter := -1
		for j := 0; j < columns && enter < 0; j++ {
			gain := goal[j]
			for i := range tab {
				gain -= goal[basis[i]] * tab[i][j]
			}
			if gain > 1e-9 {
				enter = j
			}
		}
		if enter < 0 {
			v := 0.0
			for i := range tab {
				v += goal[basis[i]] * tab[i][last]
			}
			return v, true
		}
		leave, best := -1, math.Inf(1)
		for i := range tab {
			if tab[i][enter] > 1e-9 {
				r := tab[i][last] / tab[i][enter]
				if r < best-1e-12 || r < best+1e-12 && (leave < 0 || basis[i] < basis[leave]) {
					leave, best = i, r
				}
			}
		}
		if leave < 0 {
			return 0, false
		}
		pivot(tab, basis, leave, enter)
	}
}

func pivot(tab [][]float64, basis []int, row, column int) {
	by := tab[row][column]
	for j := range tab[row] {
		tab[row][j] /= by
	}
	for i := range tab {
		if f := tab[i][column]; i != row && f != 0 {
			for j := range tab[i] {
				tab[i][j] -= f * tab[row][j]
			}
		}
	}
	basis[row] = column
}

// made is the set over referrals that a generator makes up, at the rates of a
// quiet year: child houses and restorative justice have few, as in London.
func made(rng *rand.Rand, referrals int) []PublishedFigures {
	pathways, quarters := []string{"general", "general", "general", "vawg", "vawg", "hate_crime", "restorative", "child_house"}, PeriodAt(aDay).quarters()[8:]
	offences, results := models.OffenceGroups(), publishedResults()
	at := map[string]map[[2]string][2]int{}
	for range referrals {
		pathway, quarter := pathways[rng.IntN(len(pathways))], quarters[rng.IntN(4)]
		if (pathway == "restorative" || pathway == "child_house") && rng.IntN(4) > 0 {
			pathway = "general"
		}
		borough, result := models.Authorities()[int(math.Abs(rng.NormFloat64())*11)%33].Code, results[min(rng.IntN(9), 4)].Key
		if rng.IntN(40) == 0 {
			borough = unknown
		}
		offence := offences[int(math.Abs(rng.NormFloat64())*4)%len(offences)].Key
		for key, cell := range map[string][2]string{
			"pathway_quarter": {pathway, quarter}, "sector_quarter": {partOf(borough), quarter}, "borough": {borough, ""}, "pathway_result": {pathway, result},
			"accepted_offence": {offence, ""}, "decided_pathway": {pathway, ""}, "clocks_quarter": {quarter, ""},
		} {
			if at[key] == nil {
				at[key] = map[[2]string][2]int{}
			}
			n := at[key][cell]
			n[0]++
			if rng.IntN(10) < 8 {
				n[1]++
			}
			at[key][cell] = n
		}
	}
	var out []PublishedFigures
	for _, t := range PublishedTables() {
		f := PublishedFigures{PublishedTable: t}
		for cell := range at[t.Key] {
			f.Lines = withGroup(f.Lines, Group{cell[0], cell[0]})
			f.Heads = withGroup(f.Heads, Group{cell[1], cell[1]})
		}
		f.counts, f.parts = make([][]int, len(f.Lines)), make([]int, len(f.Lines))
		for i, l := range f.Lines {
			for _, h := range f.Heads {
				n := at[t.Key][[2]string{l.Key, h.Key}]
				f.counts[i] = append(f.counts[i], n[0])
				f.parts[i] += n[1]
			}
		}
		out = append(out, f)
	}
	return out
}

// TestNobodyCanWorkOutAHiddenNumberFromAllPublishedTablesTogether solves, for
// every number that is hidden or must be, what it could be at the least and at
// the most by everything that is published at once; and with any one rule taken
// out finds one that is known.
func TestNobodyCanWorkOutAHiddenNumberFromAllPublishedTablesTogether(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		on   rules
		safe bool
	}{
		{"with every rule nothing is known within five", everyRule(), true},
		{"with counts under five shown they are known", rules{further: true, parts: true, base: true, veil: true}, false},
		{"without further counts hidden they are worked out", rules{few: true, parts: true, base: true, veil: true}, false},
		{"with boroughs hidden without a thought for their part of London they are worked out", rules{few: true, further: true, base: true, veil: true}, false},
		{"with a share on a base under twenty its part is known", rules{few: true, further: true, parts: true, veil: true}, false},
		{"with the share of a few people they are known", rules{few: true, further: true, parts: true, base: true}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			found, asked := 0, 0
			for seed := range uint64(12) {
				all := made(rand.New(rand.NewPCG(31, seed)), []int{120, 400, 1500, 6000}[seed%4]) //nolint:gosec // a test that repeats
				hidePublished(all, tc.on)
				narrow, of := equationsOf(all).narrow(t)
				found, asked = found+len(narrow), asked+of
				if tc.safe && len(narrow) > 0 {
					t.Errorf("seed %d: %s", seed, strings.Join(narrow, "; "))
				}
			}
			if !tc.safe && found == 0 {
				t.Error("the rule can be taken out and nothing is known: it is not needed, or the attack is too weak")
			}
			if tc.safe && asked < 300 {
				t.Errorf("%d hidden numbers were attacked: the data hides too little", asked)
			}
		})
	}
}
