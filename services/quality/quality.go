// Package quality answers how well victims are served, in figures that anyone
// may reproduce and nobody can find a person in. It reads quality_facts only:
// rows without a person or a reference, kept by the database in the transaction
// of every change (decisions.md 5).
package quality

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"throughline/internal/pg"
	"throughline/models"
)

// Service computes the measures.
type Service struct{ db *pg.DB }

// New returns the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Query asks for one measure.
type Query struct {
	Measure string
	By      []Dimension // none, one or two
	From    time.Time   // first month, inclusive; zero: twelve months back
	To      time.Time   // last month, inclusive; zero: the month of today
	Pathway string      // one pathway only; empty: all
}

// Group is one value of a dimension.
type Group struct {
	Key   string
	Words string
}

// Row is one line of figures. Where Hidden is set the figures are not there at
// all: they never leave this package.
type Row struct {
	Groups []Group
	N      int
	Value  *float64 // count, or share between 0 and 1
	Median *float64 // hours
	P90    *float64 // hours
	InTime *float64 // share between 0 and 1, on a base of twenty or more
	Hidden bool
	Few    bool // hidden because it is 1 to 4; else to protect another
}

// Result is a measure's rows with the words to read them by.
type Result struct {
	Measure Measure
	By      []Dimension
	From    time.Time
	To      time.Time
	AsOf    time.Time
	Rows    []Row
}

// Measure computes a measure. The months asked for must be whole and at most
// thirty-six; an unknown measure or grouping is an invalid error.
func (s *Service) Measure(ctx context.Context, q Query) (Result, error) {
	m, err := s.check(&q)
	if err != nil {
		return Result{}, err
	}
	out := Result{Measure: m, By: q.By, From: q.From, To: q.To}
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		out.AsOf = tx.Now
		out.Rows, err = rows(ctx, tx, m, q)
		return err
	})
	if err != nil {
		return Result{}, err
	}
	protect(out.Rows)
	return out, nil
}

func (s *Service) check(q *Query) (Measure, error) {
	var faults []models.FieldError
	m, ok := FindMeasure(q.Measure)
	if !ok {
		faults = append(faults, models.Field("measure", models.FieldInvalid, "Choose one of the measures in the description"))
	}
	if len(q.By) > 2 {
		faults = append(faults, models.Field("by", models.FieldInvalid, "Group by two at most"))
	}
	for i, d := range q.By {
		if !slices.Contains(Dimensions(), d) || slices.Contains(q.By[:i], d) {
			faults = append(faults, models.Field("by", models.FieldInvalid, "Group by organisation, service, borough, pathway or month, each once"))
			break
		}
	}
	now := s.db.Now()
	if q.To.IsZero() {
		q.To = now
	}
	if q.From.IsZero() {
		q.From = q.To.AddDate(0, -11, 0)
	}
	q.From, q.To = monthOf(q.From), monthOf(q.To)
	if q.To.Before(q.From) || q.To.After(q.From.AddDate(3, 0, 0)) {
		faults = append(faults, models.Field("from", models.FieldInvalid, "Ask for up to 36 months, the earlier first"))
	}
	if len(faults) > 0 {
		return m, models.Invalid(faults...)
	}
	return m, nil
}

func monthOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// fact is one grouped line as the database gives it.
type fact struct {
	K1, W1, K2, W2, Reason string
	N, Part                int
	Median, P90            *float64
}

func rows(ctx context.Context, tx *pg.Tx, m Measure, q Query) ([]Row, error) {
	sql, args := statement(m, q)
	var facts []fact
	if err := tx.Scan(ctx, &facts, sql, args...); err != nil {
		return nil, err
	}
	out := make([]Row, 0, len(facts))
	for _, f := range facts {
		out = append(out, f.row(m, q))
	}
	return out, nil
}

func (f fact) row(m Measure, q Query) Row {
	r := Row{N: f.N}
	for i, g := range []Group{{f.K1, f.W1}, {f.K2, f.W2}} {
		if i < len(q.By) {
			r.Groups = append(r.Groups, g)
		}
	}
	switch m.Kind {
	case KindTime:
		r.Median, r.P90 = f.Median, f.P90
		r.InTime = share(f.Part, f.N)
	case KindShare:
		r.Value = share(f.Part, f.N)
	case KindReasons:
		words := f.Reason
		if reason, ok := models.FindReason(models.ReasonGroup("decline"), f.Reason); ok {
			words = reason.Words
		}
		r.Groups = append(r.Groups, Group{Key: f.Reason, Words: words})
		fallthrough
	default:
		n := float64(f.N)
		r.Value = &n
	}
	return r
}

// share is a part of a base, and nothing on a base under twenty (domain.md 5.4).
func share(part, base int) *float64 {
	if base < percentageBase {
		return nil
	}
	v := float64(part) / float64(base)
	return &v
}

// statement builds the one query of every measure from words of our own: no
// value of a caller is ever in the text.
func statement(m Measure, q Query) (string, []any) {
	sel := []string{"''", "''", "''", "''", "''"}
	var group, joins []string
	for i, d := range q.By {
		key, words, join := d.column()
		sel[2*i], sel[2*i+1] = key, words
		group = append(group, fmt.Sprint(2*i+1), fmt.Sprint(2*i+2))
		if join != "" {
			joins = append(joins, join)
		}
	}
	if m.Kind == KindReasons {
		sel[4] = "coalesce(f.reason, 'other')"
		group = append(group, "5")
	}
	part := m.part
	if part == "" {
		part = "true"
	}
	where := []string{m.where, "f.month between $1 and $2", "($3 = '' or f.pathway = $3)"}
	args := []any{q.From, q.To, q.Pathway}
	if m.rule != "" {
		where = append(where, "f.rule = $4")
		args = append(args, m.rule)
	}
	hours := func(p string) string {
		return "percentile_cont(" + p + ") within group (order by f.elapsed_seconds) filter (where f.stopped_at is not null) / 3600.0"
	}
	sql := "select " + sel[0] + " as k1, " + sel[1] + " as w1, " + sel[2] + " as k2, " + sel[3] + " as w2, " + sel[4] + " as reason, " +
		"count(*) as n, count(*) filter (where " + part + ") as part, " + hours("0.5") + " as median, " + hours("0.9") + " as p90 " +
		"from quality_facts f " + strings.Join(joins, " ") + " where " + strings.Join(where, " and ")
	if len(group) > 0 {
		sql += " group by " + strings.Join(group, ", ") + " order by " + strings.Join(order(q, m), ", ")
	}
	return sql, args
}

// order puts months in order and everything else by name.
func order(q Query, m Measure) []string {
	var out []string
	for i := range q.By {
		out = append(out, fmt.Sprint(2*i+2))
	}
	if m.Kind == KindReasons {
		out = append(out, "6 desc", "5")
	}
	return out
}
