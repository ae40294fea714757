package quality

// PercentageBase is the smallest base on which a share is given (domain.md 5.4).
const PercentageBase = percentageBase

// protect hides the rows that could tell of one person, and empties them: what
// is hidden never leaves this package. Medians hide with their counts.
func protect(rows []Row) {
	entries := make([]Entry, len(rows))
	for i, r := range rows {
		entries[i] = r.entry()
	}
	for i, mark := range ProtectEntries(entries) {
		if mark == Shown {
			continue
		}
		rows[i] = Row{Groups: rows[i].Groups, Hidden: true, Few: mark == Few}
	}
}

// entry places a row in its table: the last group is its column, so that a
// measure by service, month and reason has no margin left unguarded.
func (r Row) entry() Entry {
	e := Entry{N: r.N}
	for i, g := range r.Groups {
		if i == len(r.Groups)-1 && i > 0 {
			e.Column = g.Key
			break
		}
		e.Row += g.Key + "\x00"
	}
	return e
}
