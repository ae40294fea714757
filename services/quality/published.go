package quality

import (
	"context"
	"io"
	"slices"
	"strconv"
	"time"

	"throughline/internal/pg"
	"throughline/models"
)

// What may be published: a fixed set of tables over four whole quarters, hidden
// together so that nobody can work a hidden number out from all of them at once
// (ADR 0050). Whoever wants another table gets it inside the office, never here:
// each table added is one more equation for whoever looks.

// PublishedTable is one table of the set: what its lines and columns are, and
// what it is nested in. It is data: the page, the file, the API and the test that
// attacks it read it here.
type PublishedTable struct {
	Key, Name, Text string
	Rows            Dimension
	Columns         Dimension // of counts; empty where its columns are results
	Results         bool      // its columns are what came of the referrals
	Share           string    // a measure: number and share by line
	Within          Dimension // each line is part of a line of this, whose totals are published too
}

// PublishedTables lists the set.
func PublishedTables() []PublishedTable {
	return []PublishedTable{
		{Key: "pathway_quarter", Name: "Referrals by kind of support and quarter", Text: "Every referral that was sent to a service, in the quarter it was sent.", Rows: ByPathway, Columns: ByQuarter},
		{Key: "sector_quarter", Name: "Referrals by part of London and quarter", Text: "By where the victim lives.", Rows: BySector, Columns: ByQuarter},
		{Key: "borough", Name: "Referrals by borough", Text: "By where the victim lives, over the year. The boroughs of a part of London add up to it.", Rows: ByBorough, Within: BySector},
		{Key: "pathway_result", Name: "What became of referrals, by kind of support", Text: "As they stand now. Those of the last quarter are partly still on their way.", Rows: ByPathway, Results: true},
		{Key: "accepted_offence", Name: "Accepted by services, by kind of crime", Text: "Valid referrals, and the share that a service accepted.", Rows: ByOffence, Share: "accepted"},
		{Key: "decided_pathway", Name: "Decided in time, by kind of support", Text: "Referrals on which a service had to decide, and the share in time.", Rows: ByPathway, Share: "time_to_decide"},
		{Key: "clocks_quarter", Name: "Clocks met, by quarter", Text: "Timed duties with a record, and the share done inside their limit.", Rows: ByQuarter, Share: "clocks_met"},
	}
}

// publishedResult is what came of a referral, in five kinds that make a whole.
const publishedResult = `case when f.accepted_at is not null then 'accepted' when f.status = 'declined' and f.decided_by = 'provider' then 'declined'
	when f.ended_at is null then 'open' when f.decided_by = 'victim' then 'victim' else 'other' end`

func publishedResults() []models.Choice {
	return []models.Choice{
		{Key: "accepted", Words: "Accepted"},
		{Key: "declined", Words: "Declined by the service"},
		{Key: "victim", Words: "The victim's choice"},
		{Key: "other", Words: "Ended another way"},
		{Key: "open", Words: "Not decided yet"},
	}
}

// PublishedCell is a number that may be shown, or is hidden.
type PublishedCell struct {
	N    int
	Mark Mark
}

// PublishedFigures are the figures of one table, hidden as they have to be. A table of
// counts has its totals; one with shares has a number and a share by line.
type PublishedFigures struct {
	PublishedTable
	Lines, Heads []Group
	Cells        [][]PublishedCell
	LineTotals   []PublishedCell
	HeadTotals   []PublishedCell
	Total        PublishedCell
	Shares       []*int // in whole per cent; nil: too few, or hidden

	counts [][]int // before anything was hidden
	parts  []int   // of a share
}

// Published is the set over one period.
type Published struct {
	Period Period
	AsOf   time.Time
	Tables []PublishedFigures
}

// rules are what hides; a test takes each out to see that it is needed.
type rules struct{ few, further, parts, base, veil bool }

func everyRule() rules { return rules{few: true, further: true, parts: true, base: true, veil: true} }

// Published gives the set of tables that may be published. Errors: forbidden.
func (s *Service) Published(ctx context.Context) (Published, error) {
	if _, err := models.May(ctx, models.QualityRead); err != nil {
		return Published{}, err
	}
	out, err := s.rawPublished(ctx)
	hidePublished(out.Tables, everyRule())
	return out, err
}

func (s *Service) rawPublished(ctx context.Context) (Published, error) {
	out := Published{Period: PeriodAt(s.db.Now())}
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		out.AsOf = tx.Now
		for _, t := range PublishedTables() {
			f, err := readPublished(ctx, tx, t, out.Period)
			if err != nil {
				return err
			}
			out.Tables = append(out.Tables, f)
		}
		return nil
	})
	return out, err
}

// readPublished counts one table with the measures' own query.
func readPublished(ctx context.Context, tx *pg.Tx, t PublishedTable, p Period) (PublishedFigures, error) {
	key := t.Share
	if key == "" {
		key = "referrals_received"
	}
	m, _ := FindMeasure(key)
	m.amount, m.fold = "", nil
	q := Query{By: []Dimension{t.Rows}, From: p.From, To: p.To}
	switch {
	case t.Columns != "":
		q.By = append(q.By, t.Columns)
	case t.Results:
		m.Code, m.code = "result", publishedResult
		m.words = func(code string) string { return models.ChoiceWords(publishedResults(), code) }
	}
	all, err := rows(ctx, tx, m, q)
	if err != nil {
		return PublishedFigures{}, err
	}
	out := PublishedFigures{PublishedTable: t}
	if t.Results {
		for _, r := range publishedResults() {
			out.Heads = append(out.Heads, Group{r.Key, r.Words})
		}
	}
	for i := range all {
		out.Lines = withGroup(out.Lines, all[i].Groups[0])
		if len(all[i].Groups) > 1 {
			out.Heads = withGroup(out.Heads, all[i].Groups[1])
		}
	}
	if len(out.Heads) == 0 {
		out.Heads = []Group{{"", "Number"}}
	}
	out.counts = make([][]int, len(out.Lines))
	for i := range out.counts {
		out.counts[i] = make([]int, len(out.Heads))
	}
	out.parts = make([]int, len(out.Lines))
	for i := range all {
		line, head := slices.Index(out.Lines, all[i].Groups[0]), 0
		if len(all[i].Groups) > 1 {
			head = slices.Index(out.Heads, all[i].Groups[1])
		}
		out.counts[line][head] += all[i].N
		out.parts[line] += all[i].part
	}
	return out, nil
}

func withGroup(all []Group, g Group) []Group {
	if slices.Contains(all, g) {
		return all
	}
	return append(all, g)
}

// Table is a table of the set as text.
func (f *PublishedFigures) Table() ResultTable {
	t := ResultTable{Groups: 1, Columns: []string{f.Rows.Words()}}
	for _, h := range f.Heads {
		t.Columns = append(t.Columns, h.Words)
	}
	wide := f.Share == "" && len(f.Heads) > 1
	if wide {
		t.Columns = append(t.Columns, "All")
	}
	if f.Share != "" {
		t.Columns = append(t.Columns, "Per cent")
	}
	for i, g := range f.Lines {
		line := []string{sayGroup(g)}
		for _, c := range f.Cells[i] {
			line = append(line, c.text())
		}
		if wide {
			line = append(line, f.LineTotals[i].text())
		}
		if f.Share != "" {
			said := "Not shown"
			if f.Shares[i] != nil {
				said = strconv.Itoa(*f.Shares[i])
			}
			line = append(line, said)
		}
		t.Rows = append(t.Rows, line)
	}
	line := []string{"All"}
	for _, c := range f.HeadTotals {
		line = append(line, c.text())
	}
	if wide {
		line = append(line, f.Total.text())
	}
	if f.Share != "" {
		line = append(line, "")
	}
	t.Rows = append(t.Rows, line)
	return t
}

func (c PublishedCell) text() string {
	if c.Mark != Shown {
		return c.Mark.Words()
	}
	return strconv.Itoa(c.N)
}

// WriteCSV writes the whole set as one file. It returns the fault of the writer.
func (p *Published) WriteCSV(w io.Writer) error {
	out := models.NewSheet(w)
	out.Row("Figures that may be published")
	out.Row("Months", p.Period.From.Format("2006-01")+" to "+p.Period.To.Format("2006-01"))
	out.Row("As of", p.AsOf.UTC().Format(time.RFC3339))
	for i := range p.Tables {
		out.Row()
		out.Row(p.Tables[i].Name)
		out.Row(p.Tables[i].Text)
		writeTable(out, p.Tables[i].Table())
	}
	return out.Close()
}
