package quality

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// attack is somebody with a table, its totals and its marks, who tries to work
// out what is hidden. It knows nothing of how the product chose: it tries
// values one by one.
type attack struct {
	rows, columns int
	n             []int // counts, then row totals, column totals, the total
	marks         []Mark
	large         []bool // counts it would believe to be 5 or more
	labelled      bool   // it knows what the marks mean
	most          int
	dead          map[[8]int]bool // sums from which no table was found
}

func newAttack(t Table) *attack {
	a := &attack{rows: len(t.Counts), columns: len(t.Counts[0])}
	a.most = hiddenWidth // to move one cell by five, no other has to move more
	rows, columns := t.sums()
	marks := t.Protect()
	total := 0
	for r, row := range t.Counts {
		a.n, a.marks = append(a.n, row...), append(a.marks, marks.Counts[r]...)
		total += rows[r]
	}
	a.n = append(slices.Concat(a.n, rows, columns), total)
	a.marks = append(slices.Concat(a.marks, marks.Rows, marks.Columns), marks.Total)
	for i := range a.marks {
		a.large = append(a.large, a.givenAway(i))
	}
	return a
}

// givenAway reports whether a large cell that is not shown would be believed to
// be large: it stands in a row, a column or a list of totals with one told to be
// small, and with none that is small and not told to be.
func (a *attack) givenAway(i int) bool {
	few, untold := false, false
	for j, m := range a.marks {
		if a.beside(i, j) {
			few = few || m == Few
			untold = untold || m == NotShown && a.n[j] > 0 && a.n[j] < 5
		}
	}
	return a.marks[i] == NotShown && a.n[i] >= 5 && few && !untold
}

func (a *attack) beside(i, j int) bool {
	counts := a.rows * a.columns
	switch {
	case i < counts && j < counts:
		return j/a.columns == i/a.columns || j%a.columns == i%a.columns
	case i < counts || j < counts || i == len(a.n)-1 || j == len(a.n)-1:
		return false
	}
	return (i < counts+a.rows) == (j < counts+a.rows)
}

// fits reports whether a cell could have a value as far as its own mark tells.
func (a *attack) fits(i, v int) bool {
	switch {
	case v < 0:
		return false
	case a.marks[i] == Shown:
		return v == a.n[i]
	case a.labelled && a.marks[i] == Few:
		return v >= 1 && v <= 4
	case a.labelled && a.large[i]:
		return v >= 5
	}
	return true
}

// possible reports whether cell want can be v in some table that agrees with
// everything shown.
func (a *attack) possible(want, v int) bool {
	a.dead = map[[8]int]bool{}
	return a.fits(want, v) && a.fill(0, 0, 0, make([]int, a.columns), want, v)
}

// fill tries values for the counts from cell i on, given the sums so far.
func (a *attack) fill(i, rowSum, total int, columnSums []int, want, v int) bool {
	counts := a.rows * a.columns
	ok := func(cell, sum int) bool { return a.fits(cell, sum) && (cell != want || sum == v) }
	if i == counts {
		for c, sum := range columnSums {
			if !ok(counts+a.rows+c, sum) {
				return false
			}
		}
		return ok(len(a.n)-1, total)
	}
	r, c := i/a.columns, i%a.columns
	state := [8]int{i, rowSum, total}
	copy(state[3:], columnSums)
	if a.dead[state] {
		return false
	}
	for _, try := range a.values(i, want, v) {
		if !a.fits(i, try) || a.tooMuch(counts+r, rowSum+try) || a.tooMuch(counts+a.rows+c, columnSums[c]+try) || a.tooMuch(len(a.n)-1, total+try) {
			continue
		}
		sum := rowSum + try
		if c == a.columns-1 {
			if !ok(counts+r, sum) {
				continue
			}
			sum = 0
		}
		columnSums[c] += try
		found := (r < a.rows-1 || ok(counts+a.rows+c, columnSums[c])) && a.fill(i+1, sum, total+try, columnSums, want, v)
		columnSums[c] -= try
		if found {
			return true
		}
	}
	a.dead[state] = true
	return false
}

// values are what a count could be, the nearest to what it is first.
func (a *attack) values(i, want, v int) []int {
	if i == want {
		return []int{v}
	}
	if a.marks[i] == Shown {
		return []int{a.n[i]}
	}
	out := []int{a.n[i]}
	for d := 1; d <= a.most; d++ {
		out = append(out, a.n[i]+d)
		if d <= a.n[i] {
			out = append(out, a.n[i]-d)
		}
	}
	return out
}

// tooMuch reports whether a sum is past what its total allows.
func (a *attack) tooMuch(i, sum int) bool {
	return a.marks[i] == Shown && sum > a.n[i] || a.labelled && a.marks[i] == Few && sum > 4
}

// span returns how far apart the possible values of a cell near its own lie,
// looking no further than it has to.
func (a *attack) span(i, enough int) int {
	low, high := a.n[i], a.n[i]
	for high-low < enough && a.possible(i, high+1) {
		high++
	}
	for low > 0 && high-low < enough && a.possible(i, low-1) {
		low--
	}
	return high - low
}

// broken says what an attacker can tell from a table, or nothing.
func broken(t Table) string {
	a := newAttack(t)
	for i, n := range a.n {
		if a.marks[i] == Shown {
			if n > 0 && n < 5 {
				return fmt.Sprintf("cell %d (%d) is shown", i, n)
			}
			continue
		}
		a.labelled = false
		if got := a.span(i, 5); got < 5 {
			return fmt.Sprintf("cell %d (%d) is known within %d without the marks", i, n, got)
		}
		a.labelled = true
		need := 3 // all four of a small count, and as much of a large one that protects it
		if a.marks[i] == NotShown && n < 5 {
			need = 4
		}
		if got := a.span(i, need); got < need {
			return fmt.Sprintf("cell %d (%d) is known within %d by the marks", i, n, got)
		}
	}
	return ""
}

func TestNothingHiddenCanBeWorkedOutFromAnySmallTable(t *testing.T) {
	t.Parallel()
	values := []int{0, 1, 2, 4, 5, 6, 12}
	for _, w := range values {
		for _, x := range values {
			for _, y := range values {
				for _, z := range values {
					table := Table{[][]int{{w, x}, {y, z}}}
					if why := broken(table); why != "" {
						t.Fatalf("%v: %s; marked %+v", table.Counts, why, table.Protect())
					}
				}
			}
		}
	}
}

func TestNothingHiddenCanBeWorkedOutFromLargerTables(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test that repeats
	sizes := [][2]int{{1, 3}, {1, 5}, {3, 1}, {2, 3}, {3, 2}, {3, 3}, {2, 4}}
	for n := range 700 {
		size := sizes[n%len(sizes)]
		most := []int{3, 6, 9, 14}[rng.IntN(4)]
		table := Table{make([][]int, size[0])}
		for r := range table.Counts {
			for range size[1] {
				v := rng.IntN(most + 1)
				if rng.IntN(4) == 0 {
					v = 0
				}
				table.Counts[r] = append(table.Counts[r], v)
			}
		}
		if why := broken(table); why != "" {
			t.Fatalf("%v: %s; marked %+v", table.Counts, why, table.Protect())
		}
	}
}

func TestNothingHiddenCanBeWorkedOutFromAList(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // a test that repeats
	for range 3000 {
		counts := make([]int, 1+rng.IntN(6))
		for i := range counts {
			counts[i] = max(0, rng.IntN(12)-2)
		}
		marks, total := ProtectList(counts)
		sum, hidden, labelled := 0, 0, []int{}
		for i, n := range counts {
			sum += n
			if n > 0 && n < 5 && marks[i] == Shown {
				t.Fatalf("%v: %d is shown", counts, n)
			}
			if marks[i] != Shown {
				hidden += n
			}
			if marks[i] == Few {
				labelled = append(labelled, n)
			}
		}
		if total == Shown && hidden > 0 && hidden < 5 {
			t.Errorf("%v: the hidden ones add up to %d", counts, hidden)
		}
		if (total == Few) != (sum > 0 && sum < 5) || total == NotShown {
			t.Errorf("%v: got total %v", counts, total)
		}
		if total == Shown && len(labelled) > 0 && len(labelled) == len(slices.DeleteFunc(slices.Clone(marks), func(m Mark) bool { return m == Shown })) && slices.Max(labelled) == 4 && len(labelled) == 2 && hidden == 8 {
			t.Errorf("%v: two that add up to 8 are both told to be under 5", counts)
		}
	}
}

func TestListsAreMarkedAsTheStyleSays(t *testing.T) {
	t.Parallel()
	const s, f, n = Shown, Few, NotShown
	for _, tc := range []struct {
		counts []int
		want   []Mark
		total  Mark
	}{
		{nil, []Mark{}, s},
		{[]int{0, 0}, []Mark{s, s}, s},
		{[]int{12, 30, 0}, []Mark{s, s, s}, s},
		{[]int{3, 40, 60}, []Mark{f, n, s}, s},       // the smallest that will do
		{[]int{3, 2, 60}, []Mark{f, f, s}, s},        // 5 between them: 1 to 4 each
		{[]int{1, 1, 60, 80}, []Mark{f, f, n, s}, s}, // 2 between them would tell both
		{[]int{4, 4, 60, 80}, []Mark{f, f, n, s}, s}, // 8 between them too
		{[]int{3, 6, 60}, []Mark{f, n, s}, s},
		{[]int{3, 5, 60}, []Mark{f, s, n}, s}, // a 5 cannot stand for a 4 more
		{[]int{3}, []Mark{f}, f},
		{[]int{3, 5}, []Mark{n, n}, s}, // which of the two is small is not told
		{[]int{4, 4}, []Mark{n, n}, s},
		{[]int{0, 3, 0}, []Mark{s, f, s}, f},
	} {
		got, total := ProtectList(tc.counts)
		if !slices.Equal(got, tc.want) || total != tc.total {
			t.Errorf("%v: got %v, %v, want %v, %v", tc.counts, got, total, tc.want, tc.total)
		}
	}
}

func TestATableHidesASecondRowAndColumnForOneSmallCount(t *testing.T) {
	t.Parallel()
	got := Table{[][]int{{3, 50, 60}, {40, 70, 80}, {90, 95, 99}}}.Protect()
	want := [][]Mark{{Few, NotShown, Shown}, {NotShown, NotShown, Shown}, {Shown, Shown, Shown}}
	for r := range want {
		if !slices.Equal(got.Counts[r], want[r]) {
			t.Errorf("row %d: got %v, want %v", r, got.Counts[r], want[r])
		}
	}
	if got.Total != Shown || slices.Contains(got.Rows, NotShown) || slices.Contains(got.Columns, Few) {
		t.Errorf("got totals %v, %v, %v, want all shown", got.Rows, got.Columns, got.Total)
	}
}

func TestTotalsOfATableAreMarkedAsTheirListIs(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6)) //nolint:gosec // a test that repeats
	for range 500 {
		table := Table{make([][]int, 3)}
		sums := make([]int, 3)
		for r := range table.Counts {
			for range 4 {
				v := rng.IntN(5)
				table.Counts[r] = append(table.Counts[r], v)
				sums[r] += v
			}
		}
		list, total := ProtectList(sums)
		if got := table.Protect(); !slices.Equal(got.Rows, list) || got.Total != total {
			t.Fatalf("%v: got %v, %v, want %v, %v", table.Counts, got.Rows, got.Total, list, total)
		}
	}
}

func TestALargeTableLosesLittle(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 8)) //nolint:gosec // a test that repeats
	table := Table{make([][]int, 33)}
	small := 0
	for r := range table.Counts {
		for range 36 {
			v := 6 + rng.IntN(60)
			if rng.IntN(25) == 0 {
				v = 1 + rng.IntN(4)
				small++
			}
			table.Counts[r] = append(table.Counts[r], v)
		}
	}
	got := table.Protect()
	few, notShown := 0, 0
	for r := range got.Counts {
		for c, m := range got.Counts[r] {
			if n := table.Counts[r][c]; n < 5 && m == Shown {
				t.Errorf("%d is shown", n)
			}
			switch m {
			case Few:
				few++
			case NotShown:
				notShown++
			case Shown:
			}
		}
	}
	if few != small || notShown > 2*small {
		t.Errorf("hid %d of %d small counts and %d more", few, small, notShown)
	}
}

func TestLinesOfFiguresAreMarkedInTheirOrder(t *testing.T) {
	t.Parallel()
	got := ProtectEntries([]Entry{
		{"Camden", "May", 50}, {"Camden", "April", 3}, {"Barnet", "April", 40}, {"Barnet", "May", 70}, {"Brent", "April", 90}, {"Brent", "May", 95},
	})
	if want := []Mark{NotShown, Few, NotShown, NotShown, Shown, Shown}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	list := ProtectEntries([]Entry{{"Camden", "", 3}, {"Barnet", "", 40}, {"Brent", "", 90}})
	if want := []Mark{Few, NotShown, Shown}; !slices.Equal(list, want) {
		t.Errorf("a list: got %v, want %v", list, want)
	}
	if got := ProtectEntries(nil); len(got) != 0 {
		t.Errorf("got %v of nothing", got)
	}
}

func TestARateNeedsABaseOfTwenty(t *testing.T) {
	t.Parallel()
	if RateShown(19) || !RateShown(20) || RateShown(0) {
		t.Error("a rate is shown on a base under 20, or not on 20")
	}
	if Few.Words() != "Fewer than 5" || NotShown.Words() != "Not shown" || Shown.Words() != "" {
		t.Error("the words are not those of the style")
	}
}
