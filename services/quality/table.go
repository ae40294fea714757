package quality

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"throughline/models"
)

// What a measure comes to as a table of text: one layer for screen and file, so
// that they cannot disagree.

// ResultTable is what a result comes to, with the headings of its columns.
type ResultTable struct {
	Columns []string
	Groups  int // how many of the columns say what a line is about
	Rows    [][]string
}

// Table is the result in words and numbers, as files have it: shares between 0
// and 1, medians in the unit, and a hidden figure in words in place of the first.
func (r *Result) Table() ResultTable {
	var t ResultTable
	for _, d := range r.By {
		t.Columns = append(t.Columns, d.Words())
	}
	if r.Measure.Code != "" {
		t.Columns = append(t.Columns, codeWords(r.Measure.Code))
	}
	t.Groups = len(t.Columns)
	for _, c := range r.figures() {
		t.Columns = append(t.Columns, c.name)
	}
	for i := range r.Rows {
		var line []string
		for _, g := range r.Rows[i].Groups {
			line = append(line, sayGroup(g))
		}
		for n, c := range r.figures() {
			switch {
			case !r.Rows[i].Hidden:
				line = append(line, c.of(&r.Rows[i]))
			case n == 0 && r.Rows[i].Few:
				line = append(line, Few.Words())
			default:
				line = append(line, NotShown.Words())
			}
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

// codeWords name what a measure's lines are split by.
func codeWords(code string) string {
	switch code {
	case "field":
		return "What is asked"
	case "result":
		return "What came of it"
	case "need":
		return "Need"
	}
	return "Reason"
}

func sayGroup(g Group) string {
	if p, ok := models.FindPathway(g.Words); ok {
		return p.Name
	}
	return g.Words
}

// column is one figure of a measure.
type column struct {
	name string
	of   func(*Row) string
}

func (r *Result) figures() []column {
	m := &r.Measure
	number := func(v *float64, digits int) string {
		if v == nil {
			return ""
		}
		return strconv.FormatFloat(*v, 'f', digits, 64)
	}
	out := []column{{"Number", func(x *Row) string { return strconv.Itoa(x.N) }}}
	if m.Kind == KindShare {
		out = append(out, column{"Share", func(x *Row) string { return number(x.Value, 3) }})
	}
	if m.Kind == KindTime && m.part != "" {
		out = append(out, column{"Share in time", func(x *Row) string { return number(x.InTime, 3) }})
	}
	if m.base != "" {
		out = append(out, wideColumns(m, number)...)
	}
	if m.amount != "" {
		out = append(out, column{"Half within, " + m.Unit, func(x *Row) string { return number(x.Median, 1) }},
			column{"9 in 10 within, " + m.Unit, func(x *Row) string { return number(x.P90, 1) }})
	}
	if m.longest {
		out = append(out, column{"Longest, hours in whole weeks", func(x *Row) string { return number(x.Longest, 0) }})
	}
	return out
}

func wideColumns(m *Measure, number func(*float64, int) string) []column {
	of := func(say func(*Wide) string) func(*Row) string {
		return func(x *Row) string {
			if x.Wide == nil {
				return NotShown.Words()
			}
			return say(x.Wide)
		}
	}
	return []column{
		{m.Wider, of(func(w *Wide) string { return strconv.Itoa(w.N) })},
		{"Share of these with a record", of(func(w *Wide) string { return number(w.Recorded, 3) })},
		{"Share of all these", of(func(w *Wide) string { return number(w.Value, 3) })},
	}
}

// Say is a figure's text as a page has it: shares in whole percent, hours as
// people say them. Text that is no number stays.
func (t *ResultTable) Say(column int, text string) string {
	name := t.Columns[column]
	v, err := strconv.ParseFloat(text, 64)
	switch {
	case text == "":
		return "Too few to say"
	case err != nil || column < t.Groups:
		return text
	case strings.HasPrefix(name, "Share"):
		return fmt.Sprintf("%.0f%%", math.Floor(v*100+0.5))
	case name == "Longest, hours in whole weeks":
		return models.Plural(int(v)/(7*24), "week", "weeks")
	case strings.HasSuffix(name, ", "+unitHours):
		return SayHours(v)
	}
	return models.Count(int(v))
}

// SayHours says a length in the words of a reader: whole hours under two days,
// then days.
func SayHours(h float64) string {
	switch {
	case h < 1:
		return "Under 1 hour"
	case h < 48:
		return models.Plural(int(math.Round(h)), "hour", "hours")
	}
	return models.Plural(int(math.Round(h/24)), "day", "days")
}

// WriteCSV writes a measure as a file: what it is, over which months and as of
// when, then its table. No cell is taken for a formula, and what is hidden on a
// page is hidden here. It returns the fault of the writer.
func (r *Result) WriteCSV(w io.Writer) error {
	out := models.NewSheet(w)
	writeHead(out, &r.Measure, r.From, r.To, &r.AsOf)
	out.Row()
	writeTable(out, r.Table())
	return out.Close()
}

// writeHead says what a measure means, over which months, and as of when.
func writeHead(out *models.Sheet, m *Measure, from, to time.Time, asOf *time.Time) {
	at := ""
	if asOf != nil {
		at = asOf.UTC().Format(time.RFC3339)
	}
	for _, line := range [][]string{
		{"Measure", m.Name},
		{"What it counts", m.Definition},
		{"Out of", m.Denominator},
		{"Not counted", m.Exclusions},
		{"Beware", m.Trap},
		{"Months", from.Format("2006-01") + " to " + to.Format("2006-01")},
		{"As of", at},
	} {
		out.Row(line...)
	}
}
