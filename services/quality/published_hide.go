package quality

import (
	"slices"

	"throughline/models"
)

// hidePublished hides what has to be hidden of all tables of the set together.
// Each table is hidden as a table is, with its totals; a table that is nested in
// another is hidden part by part, because whoever has both can take the ones that
// are shown from the whole; and the whole of a part that is hidden hides all of
// it. A list of totals is marked the same wherever it stands, since it is the
// same list.
func hidePublished(all []PublishedFigures, on rules) {
	for i := range all {
		f := &all[i]
		switch {
		case f.Within != "" && on.parts:
			f.hideNested(partsOf(all, f.Within), on)
		default:
			f.hideFlat(on)
		}
		if f.Share != "" {
			f.hideShares(on)
		}
	}
}

// partsOf are the totals of the table whose lines a nested table's are parts of.
func partsOf(all []PublishedFigures, of Dimension) *PublishedFigures {
	i := slices.IndexFunc(all, func(f PublishedFigures) bool { return f.Rows == of && f.Share == "" })
	return &all[i]
}

// fill sets the cells from the counts and some marks.
func (f *PublishedFigures) fill(m Marks) {
	rows, columns := Table{f.counts}.sums()
	total := 0
	f.Cells, f.LineTotals, f.HeadTotals = make([][]PublishedCell, len(rows)), nil, nil
	for i, line := range f.counts {
		for j, n := range line {
			f.Cells[i] = append(f.Cells[i], publishedCell(n, m.Counts[i][j]))
		}
		f.LineTotals = append(f.LineTotals, publishedCell(rows[i], m.Rows[i]))
		total += rows[i]
	}
	for j, n := range columns {
		f.HeadTotals = append(f.HeadTotals, publishedCell(n, m.Columns[j]))
	}
	f.Total = publishedCell(total, m.Total)
}

func publishedCell(n int, m Mark) PublishedCell {
	if m != Shown {
		return PublishedCell{Mark: m}
	}
	return PublishedCell{N: n}
}

func (f *PublishedFigures) hideFlat(on rules) {
	t := Table{f.counts}
	m := unmarked(t)
	switch {
	case on.few && on.further:
		m = t.Protect()
	case on.few:
		m = onlyFew(t)
	}
	f.fill(m)
}

// unmarked hides nothing, and onlyFew only what is small itself: neither is ever
// published.
func unmarked(t Table) Marks {
	m := t.Protect()
	for i := range m.Counts {
		m.Counts[i] = make([]Mark, len(m.Counts[i]))
	}
	m.Rows, m.Columns, m.Total = make([]Mark, len(m.Rows)), make([]Mark, len(m.Columns)), Shown
	return m
}

func onlyFew(t Table) Marks {
	m := unmarked(t)
	mark := func(n int) Mark {
		if n > 0 && n < fewest {
			return Few
		}
		return Shown
	}
	rows, columns := t.sums()
	for i, line := range t.Counts {
		for j, n := range line {
			m.Counts[i][j] = mark(n)
		}
		m.Rows[i] = mark(rows[i])
	}
	for j, n := range columns {
		m.Columns[j] = mark(n)
	}
	return m
}

// hideNested hides the lines of each part by themselves.
func (f *PublishedFigures) hideNested(whole *PublishedFigures, on rules) {
	f.hideFlat(rules{few: on.few})
	if !on.few || !on.further || len(f.Lines) == 0 {
		return
	}
	marks := onlyFew(Table{f.counts})
	for p, part := range whole.Lines {
		var at, counts []int
		for i, line := range f.Lines {
			if partOf(line.Key) == part.Key {
				at, counts = append(at, i), append(counts, f.counts[i][0])
			}
		}
		own, _ := ProtectList(counts)
		for i, n := range at {
			m := own[i]
			if m == Shown && whole.LineTotals[p].Mark != Shown {
				m = NotShown
			}
			marks.Counts[n][0], marks.Rows[n] = m, m
		}
	}
	marks.Total, marks.Columns[0] = whole.Total.Mark, whole.Total.Mark
	f.fill(marks)
}

// partOf is the part of London of a borough.
func partOf(borough string) string {
	if a, ok := models.FindAuthority(borough); ok {
		return string(a.Sector)
	}
	return unknown
}

// hideShares gives a share in whole per cent on a base of twenty, where neither
// the part nor the rest of it is a few people. The share of all together is not
// given, so nothing can be taken from it.
func (f *PublishedFigures) hideShares(on rules) {
	n := make([]int, len(f.Lines))
	shown := make([]bool, len(f.Lines))
	for i := range f.Lines {
		n[i] = f.counts[i][0]
		shown[i] = f.Cells[i][0].Mark == Shown && n[i] > 0
		if on.base && n[i] < percentageBase {
			shown[i] = false
		}
		if rest := n[i] - f.parts[i]; on.veil && (f.parts[i] > 0 && f.parts[i] < fewest || rest > 0 && rest < fewest) {
			shown[i] = false
		}
	}
	f.Shares = make([]*int, len(f.Lines))
	for i := range f.Lines {
		if shown[i] {
			v := (200*f.parts[i] + n[i]) / (2 * n[i])
			f.Shares[i] = &v
		}
	}
}
