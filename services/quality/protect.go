package quality

// PercentageBase is the smallest base on which a share is given (domain.md 5.4).
const PercentageBase = percentageBase

// protect hides the rows that could tell of one person, and empties them: what
// is hidden never leaves this package. Medians hide with their counts. Where a
// measure has a wider base, how many it holds besides is a count like any other.
func protect(rows []Row) {
	entries, besides := make([]Entry, len(rows)), make([]Entry, len(rows))
	for i, r := range rows {
		entries[i], besides[i] = r.entry(r.N), r.entry(r.wide-r.N)
	}
	wide := ProtectEntries(besides)
	for i, mark := range ProtectEntries(entries) {
		if mark != Shown {
			rows[i] = Row{Groups: rows[i].Groups, Hidden: true, Few: mark == Few}
			continue
		}
		if wide[i] != Shown {
			rows[i].Wide = nil
		}
		if rows[i].N < percentageBase {
			rows[i].Longest = nil // it is one person's
		}
		rows[i].part, rows[i].wide = 0, 0
	}
}

// entry places a number of a row in its table: the last group is its column, so
// that a measure by service, month and reason has no margin left unguarded.
func (r Row) entry(n int) Entry {
	e := Entry{N: n}
	for i, g := range r.Groups {
		if i == len(r.Groups)-1 && i > 0 {
			e.Column = g.Key
			break
		}
		e.Row += g.Key + "\x00"
	}
	return e
}
