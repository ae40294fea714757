package quality

import (
	"context"
	"time"

	"throughline/internal/pg"
	"throughline/models"
)

// FeedFault is something that a police feed leaves out, or that its rows came
// back for (issue 5).
type FeedFault struct {
	Key, Name, Definition string
}

// FeedFaults lists them.
func FeedFaults() []FeedFault {
	return []FeedFault{
		{"no_safe_way", "No safe way", "No number or address that is known to be safe was sent."},
		{"no_ethnicity", "No ethnicity", "The ethnic group was not sent."},
		{"no_needs_check", "No needs check", "Their needs were not checked, or it was not said."},
		{"returned_unsafe", "Returned unsafe", "It came back: a contact was stopped, or a referral ended, because it was not safe."},
	}
}

// FeedCell is a count of rows, and its share of all rows on a base of twenty or
// more. Where Hidden is not empty the figures are not there at all.
type FeedCell struct {
	N      int
	Share  *float64
	Hidden string // in words; empty: it is shown
}

// FeedRow is one force, as one organisation sends it.
type FeedRow struct {
	Org    string
	Force  string
	Rows   FeedCell
	Faults map[string]FeedCell // by the key of the fault
}

// FeedQuality is what feeds left out in some months.
type FeedQuality struct {
	From, To time.Time // first days of months
	AsOf     *time.Time
	Rows     []FeedRow
}

// Feed shows how good the police feeds of the last months are, force by force:
// of every force to the Commissioner's office, of its own to an organisation that
// sends one. It holds no person. Errors: forbidden, and invalid where months is
// not 1 to 36.
func (s *Service) Feed(ctx context.Context, months int) (FeedQuality, error) {
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return FeedQuality{}, err
	}
	if !a.Can(models.QualityRead) && !a.Can(models.ImportRun) {
		return FeedQuality{}, models.RoleForbidden()
	}
	if months < 1 || months > 36 {
		return FeedQuality{}, models.Invalid(models.Field("months", models.FieldInvalid, "Ask for 1 to 36 months"))
	}
	to := monthOf(s.db.Now().In(models.London()))
	out := FeedQuality{From: to.AddDate(0, 1-months, 0), To: to}
	var facts []feedFact
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &facts, `select o.name as org, q.force, sum(q.rows) as rows, sum(q.no_safe_way) as no_safe_way, sum(q.no_ethnicity) as no_ethnicity,
			sum(q.no_needs_check) as no_needs_check, sum(q.returned_unsafe) as returned_unsafe, max(q.counted_at) as counted_at
			from feed_quality q join organisations o on o.id = q.org_id where q.month between ? and ? group by 1, 2 order by 1, 2`, out.From, out.To)
	})
	if err != nil {
		return FeedQuality{}, err
	}
	out.Rows = hideFeed(facts)
	for i := range facts {
		if at := facts[i].CountedAt; out.AsOf == nil || at.After(*out.AsOf) {
			out.AsOf = &at
		}
	}
	return out, nil
}

// feedFact is one force as the database has it.
type feedFact struct {
	Org, Force                                                 string
	Rows, NoSafeWay, NoEthnicity, NoNeedsCheck, ReturnedUnsafe int
	CountedAt                                                  time.Time
}

func (f *feedFact) of(key string) int {
	return map[string]int{"no_safe_way": f.NoSafeWay, "no_ethnicity": f.NoEthnicity, "no_needs_check": f.NoNeedsCheck, "returned_unsafe": f.ReturnedUnsafe}[key]
}

// hideFeed hides what could tell of one person: of each fault the rows that have
// it and those that have it not are one table, whose totals are known.
func hideFeed(facts []feedFact) []FeedRow {
	out := make([]FeedRow, len(facts))
	for i, f := range facts {
		out[i] = FeedRow{Org: f.Org, Force: f.Force, Faults: map[string]FeedCell{}}
	}
	if len(facts) == 0 {
		return out
	}
	for _, fault := range FeedFaults() {
		var t Table
		for i := range facts {
			n := facts[i].of(fault.Key)
			t.Counts = append(t.Counts, []int{n, facts[i].Rows - n})
		}
		marks := t.Protect()
		for i := range facts {
			n := facts[i].of(fault.Key)
			cell := FeedCell{N: n, Share: share(n, facts[i].Rows)}
			if m := marks.Counts[i][0]; m != Shown {
				cell = FeedCell{Hidden: m.Words()}
			}
			out[i].Faults[fault.Key] = cell
			out[i].Rows = FeedCell{N: facts[i].Rows}
			if m := marks.Rows[i]; m != Shown {
				out[i].Rows = FeedCell{Hidden: m.Words()}
			}
		}
	}
	return out
}
