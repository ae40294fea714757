package quality

import (
	"io"
	"strconv"
	"time"

	"throughline/models"
)

// What a scorecard comes to as tables of text: one layer for page and file.

func shareText(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', 3, 64)
}

// limitColumns are the columns of a place beside chance.
func limitColumns() []string {
	return []string{"Share that chance keeps above, 19 in 20", "Share that chance keeps under, 19 in 20", "Share that chance keeps above, 998 in 1,000", "Share that chance keeps under, 998 in 1,000", "Beside chance"}
}

func limitCells(l *Limits, v Verdict) []string {
	if l == nil || v == TooFewToSay {
		return []string{"", "", "", "", ""}
	}
	return []string{shareText(&l.Low95), shareText(&l.High95), shareText(&l.Low998), shareText(&l.High998), v.Words()}
}

// Table is a measure by organisation, with its limits and its place.
func (m *BoardMeasure) Table() ResultTable {
	t := m.Result.Table()
	t.Columns = append(t.Columns, limitColumns()...)
	for i := range t.Rows {
		l, v := m.Place(&m.Rows[i])
		t.Rows[i] = append(t.Rows[i], limitCells(&l, v)...)
	}
	return t
}

// WriteCSV writes a measure by organisation as a file. It returns the fault of
// the writer.
func (m *BoardMeasure) WriteCSV(w io.Writer) error {
	out := models.NewSheet(w)
	writeHead(out, &m.Measure, m.From, m.To, &m.AsOf)
	out.Row("Share of all together", shareText(m.Centre))
	out.Row()
	writeTable(out, m.Table())
	return out.Close()
}

func writeTable(out *models.Sheet, t ResultTable) {
	out.Row(t.Columns...)
	for _, line := range t.Rows {
		out.Row(line...)
	}
}

// Table is a card measure by measure. The columns of the others are there on an
// own card alone.
func (c *Card) Table() ResultTable {
	t := ResultTable{Groups: 1, Columns: []string{"Measure", "Number", "Share", "Owed, recorded or not", "Share of all owed"}}
	if c.Own {
		t.Columns = append(t.Columns, "Other organisations", "Share of the lowest", "Share a quarter of the way", "Share of the middle", "Share three quarters of the way", "Share of the highest", "Share of all others together")
	} else {
		t.Columns = append(t.Columns, "Share of all together")
	}
	t.Columns = append(append(t.Columns, limitColumns()...), "Over twelve quarters")
	for i := range c.Measures {
		m := &c.Measures[i]
		line := append([]string{m.Measure.Name}, figureCells(&m.Row, m.Measure.base != "")...)
		if c.Own {
			line = append(line, m.Spread.cells()...)
		}
		line = append(line, shareText(m.Centre))
		t.Rows = append(t.Rows, append(append(line, limitCells(m.Limits, m.Verdict)...), m.Trend.Words()))
	}
	return t
}

// figureCells are number, share, what was owed and the share of that.
func figureCells(r *Row, wider bool) []string {
	if r.Hidden {
		first := NotShown.Words()
		if r.Few {
			first = Few.Words()
		}
		return []string{first, NotShown.Words(), NotShown.Words(), NotShown.Words()}
	}
	out := []string{strconv.Itoa(r.N), shareText(r.Value)}
	switch {
	case !wider:
		return append(out, "Not measured", "Not measured")
	case r.Wide == nil:
		return append(out, NotShown.Words(), NotShown.Words())
	}
	return append(out, strconv.Itoa(r.Wide.N), shareText(r.Wide.Value))
}

func (s *Spread) cells() []string {
	if s == nil {
		return []string{"Fewer than 5", "", "", "", "", ""}
	}
	return []string{strconv.Itoa(s.Organisations), shareText(&s.Lowest), shareText(&s.Quarter), shareText(&s.Middle), shareText(&s.Upper), shareText(&s.Highest)}
}

// Table is the quarters of a measure.
func (m *CardMeasure) Table() ResultTable {
	t := ResultTable{Groups: 1, Columns: append([]string{"Quarter", "Number", "Share", "Owed, recorded or not", "Share of all owed"}, limitColumns()...)}
	for i := range m.Points {
		p := &m.Points[i]
		line := append([]string{p.Quarter}, figureCells(&p.Row, m.Measure.base != "")...)
		cells := limitCells(p.Limits, p.Verdict)
		if p.Run {
			cells[4] += ", and eight in a row on one side"
		}
		t.Rows = append(t.Rows, append(line, cells...))
	}
	return t
}

// WriteCSV writes a card as a file: the year, and then each measure quarter by
// quarter. It returns the fault of the writer.
func (c *Card) WriteCSV(w io.Writer) error {
	out := models.NewSheet(w)
	out.Row("Organisation", c.Name)
	out.Row("Pathway", models.ChoiceWords(ScorecardPathways(), c.Pathway))
	out.Row("Months", c.Period.From.Format("2006-01")+" to "+c.Period.To.Format("2006-01"))
	if c.AsOf != nil {
		out.Row("As of", c.AsOf.UTC().Format(time.RFC3339))
	}
	out.Row()
	writeTable(out, c.Table())
	for i := range c.Measures {
		out.Row()
		writeHead(out, &c.Measures[i].Measure, c.Period.Since, c.Period.To, c.AsOf)
		writeTable(out, c.Measures[i].Table())
	}
	return out.Close()
}
