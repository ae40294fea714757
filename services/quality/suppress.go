package quality

import "slices"

// Small numbers (domain.md 5.4, ux.md 6.6). A count of 1 to 4 is hidden, and as
// many further counts as it takes so that nobody can work out a hidden one from
// the counts, row totals, column totals and grand total that are shown. A rate
// is given on a base of twenty or more only.
const (
	fewest         = 5  // the smallest count that may be shown, but for nought
	percentageBase = 20 // the smallest base of a rate
	hiddenWidth    = 5  // how far apart the values a hidden count could have must lie
)

// Mark says how a count may be shown.
type Mark uint8

// The marks. Few tells that the count is 1 to 4; NotShown tells nothing.
const (
	Shown Mark = iota
	Few
	NotShown
)

// Words is the mark for tables and files; empty for a count that is shown.
func (m Mark) Words() string {
	switch m {
	case Few:
		return "Fewer than 5"
	case NotShown:
		return "Not shown"
	case Shown:
	}
	return ""
}

// Table is counts by two things, every row as long as the first. Its totals are
// taken to be known, here or from another answer.
type Table struct{ Counts [][]int }

// Marks say how each count and total of a table may be shown.
type Marks struct {
	Counts  [][]Mark
	Rows    []Mark // row totals
	Columns []Mark // column totals
	Total   Mark
}

// Protect marks a table's counts and totals. The totals are marked as lists of
// them would be by themselves, so that lists and table may stand side by side.
// Somebody who has both can still think any value from 1 to 4 of a count marked
// Few; of a small one marked NotShown, nought to 4 and mostly more; of a large
// one that protects it, at least as many values as of what it protects; and
// values at least five apart of any, if they do not know what the marks mean.
func (t Table) Protect() Marks {
	rows, columns := t.sums()
	out := Marks{Counts: make([][]Mark, len(rows))}
	out.Rows, out.Total = ProtectList(rows)
	out.Columns, _ = ProtectList(columns)
	for r := range out.Counts {
		out.Counts[r] = make([]Mark, len(columns))
	}
	// Rows and columns of nought tell only that they are, and are left out.
	r, c := above(rows), above(columns)
	var inner Table
	for _, i := range r {
		var row []int
		for _, j := range c {
			row = append(row, t.Counts[i][j])
		}
		inner.Counts = append(inner.Counts, row)
	}
	for i, row := range inner.protectCounts(out, r, c) {
		for j, m := range row {
			out.Counts[r[i]][c[j]] = m
		}
	}
	return out
}

// protectCounts marks the counts of a table without rows or columns of nought,
// which stand in these rows and columns of the marks of the totals. Where there
// is one row or column alone, its counts are totals and are marked as they are.
func (t Table) protectCounts(totals Marks, rows, columns []int) [][]Mark {
	if len(rows) > 1 && len(columns) > 1 {
		g := t.grid()
		g.protect()
		return slices.Collect(slices.Chunk(g.marks()[:len(rows)*len(columns)], len(columns)))
	}
	out := make([][]Mark, len(rows))
	for i, r := range rows {
		for _, c := range columns {
			m := totals.Columns[c]
			if len(columns) == 1 {
				m = totals.Rows[r]
			}
			out[i] = append(out[i], m)
		}
	}
	return out
}

// sums returns the totals of the rows and of the columns.
func (t Table) sums() (rows, columns []int) {
	rows = make([]int, len(t.Counts))
	for r, row := range t.Counts {
		if columns == nil {
			columns = make([]int, len(row))
		}
		for c, n := range row {
			rows[r] += n
			columns[c] += n
		}
	}
	return rows, columns
}

// above returns the places of the sums that are not nought.
func above(sums []int) []int {
	var out []int
	for i, n := range sums {
		if n > 0 {
			out = append(out, i)
		}
	}
	return out
}

// grid lays out a table: its counts, its row totals, its column totals and its
// total, the totals marked already.
func (t Table) grid() *grid {
	rows, columns := t.sums()
	g := newGrid(len(rows)+1, len(columns)+1)
	total := 0
	for r, row := range t.Counts {
		for c, n := range row {
			g.add(cell{row: r, column: c, n: n, sign: 1})
			total += n
		}
	}
	for r, c := range protectList(rows).cells[:len(rows)] {
		g.add(cell{row: r, column: len(columns), n: c.n, sign: -1, total: true, mark: c.mark})
	}
	for i, c := range protectList(columns).cells[:len(columns)] {
		g.add(cell{row: len(rows), column: i, n: c.n, sign: -1, total: true, mark: c.mark})
	}
	g.add(cell{row: len(rows), column: len(columns), n: total, sign: 1, total: true})
	return g
}

// ProtectList marks counts by one thing, and their total, on the same terms.
func ProtectList(counts []int) (marks []Mark, total Mark) {
	all := protectList(counts).marks()
	return all[:len(counts)], all[len(counts)]
}

func protectList(counts []int) *grid {
	g := newGrid(1, 1)
	sum := 0
	for _, n := range counts {
		g.add(cell{n: n, sign: 1})
		sum += n
	}
	g.add(cell{n: sum, sign: -1, total: true})
	g.protect()
	return g
}

// Entry is one line of figures by one or two things; a column of "" on every
// line makes a list. A pair that has no line counts as nought.
type Entry struct {
	Row    string
	Column string
	N      int
}

// ProtectEntries marks lines of figures, in their order, on the terms of
// Protect. Two lines for the same pair are counted together.
func ProtectEntries(entries []Entry) []Mark {
	var rows, columns []string
	for _, e := range entries {
		if !slices.Contains(rows, e.Row) {
			rows = append(rows, e.Row)
		}
		if !slices.Contains(columns, e.Column) {
			columns = append(columns, e.Column)
		}
	}
	t := Table{Counts: make([][]int, len(rows))}
	for r := range t.Counts {
		t.Counts[r] = make([]int, len(columns))
	}
	place := func(e Entry) (int, int) { return slices.Index(rows, e.Row), slices.Index(columns, e.Column) }
	for _, e := range entries {
		r, c := place(e)
		t.Counts[r][c] += e.N
	}
	marks := t.Protect()
	out := make([]Mark, len(entries))
	for i, e := range entries {
		r, c := place(e)
		out[i] = marks.Counts[r][c]
	}
	return out
}

// RateShown reports whether a rate may be given on a base.
func RateShown(base int) bool { return base >= percentageBase }
