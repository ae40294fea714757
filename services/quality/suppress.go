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

// Protect marks a table's counts and totals. Its totals are marked as the two
// lists of totals would be by themselves, so that lists and table may stand side
// by side. Somebody who has both, and knows how they are made, can still think
// any value from 1 to 4 of a count marked Few, and of one marked NotShown values
// at least five apart (nought to 4, where the total of its row or column is
// itself told to be fewer than 5).
func (t Table) Protect() Marks {
	rows, columns := len(t.Counts), 0
	if rows > 0 {
		columns = len(t.Counts[0])
	}
	g := newGrid(rows+1, columns+1)
	rowTotals, columnTotals, total := make([]int, rows), make([]int, columns), 0
	for r, row := range t.Counts {
		for c, n := range row {
			g.add(cell{row: r, column: c, n: n, sign: 1})
			rowTotals[r] += n
			columnTotals[c] += n
			total += n
		}
	}
	for r, c := range protectList(rowTotals).cells[:rows] {
		g.add(cell{row: r, column: columns, n: c.n, sign: -1, total: true, mark: c.mark, plain: c.plain})
	}
	for i, c := range protectList(columnTotals).cells[:columns] {
		g.add(cell{row: rows, column: i, n: c.n, sign: -1, total: true, mark: c.mark, plain: c.plain})
	}
	g.add(cell{row: rows, column: columns, n: total, sign: 1, total: true})
	g.protect()

	marks := g.marks()
	out := Marks{Counts: make([][]Mark, rows), Total: marks[len(marks)-1]}
	for r := range rows {
		out.Counts[r] = slices.Clone(marks[r*columns : (r+1)*columns])
	}
	out.Rows = slices.Clone(marks[rows*columns : rows*columns+rows])
	out.Columns = slices.Clone(marks[rows*columns+rows : len(marks)-1])
	return out
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
	var marks Marks
	if len(columns) == 1 || len(rows) == 1 {
		marks = t.asList()
	} else {
		marks = t.Protect()
	}
	out := make([]Mark, len(entries))
	for i, e := range entries {
		r, c := place(e)
		out[i] = marks.Counts[r][c]
	}
	return out
}

// asList protects a table of one row or one column, whose totals say no more
// than its counts.
func (t Table) asList() Marks {
	var counts []int
	for _, row := range t.Counts {
		counts = append(counts, row...)
	}
	marks, total := ProtectList(counts)
	out := Marks{Counts: make([][]Mark, len(t.Counts)), Total: total}
	for r, row := range t.Counts {
		out.Counts[r], marks = marks[:len(row)], marks[len(row):]
	}
	return out
}

// RateShown reports whether a rate may be given on a base.
func RateShown(base int) bool { return base >= percentageBase }
