// Package quality answers how well victims are served, in figures that anyone
// may reproduce and nobody can find a person in. It reads quality_facts only:
// rows without a person or a reference, kept by the database in the transaction
// of every change (decisions.md 5).
package quality

import (
	"context"
	"slices"
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
	Groups  []Group
	N       int
	Value   *float64 // count, or share between 0 and 1
	Median  *float64 // in the unit of the measure
	P90     *float64 // the same
	Longest *float64 // hours, in whole weeks begun
	InTime  *float64 // share between 0 and 1, on a base of twenty or more
	Wide    *Wide    // where the measure has a wider base
	Hidden  bool
	Few     bool // hidden because it is 1 to 4; else to protect another

	part, wide int
}

// Wide holds a share against a wider base too: those that should have been
// there, recorded or not. It is nil where what is not recorded is hidden.
type Wide struct {
	N        int
	Recorded *float64 // of the wider base, how many are in the narrower
	Value    *float64 // the part as a share of the wider base
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
	out, err := s.raw(ctx, q)
	if err != nil {
		return Result{}, err
	}
	protect(out.Rows)
	return out, nil
}

// raw is a measure before anything is hidden. It does not leave this package.
func (s *Service) raw(ctx context.Context, q Query) (Result, error) {
	m, err := s.check(&q)
	if err != nil {
		return Result{}, err
	}
	out := Result{Measure: m, By: q.By, From: q.From, To: q.To}
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		out.AsOf = tx.Now
		if m.counted {
			var at []time.Time
			if err := tx.Scan(ctx, &at, "select counted_at from quality_facts where kind = 'case' and month <= ? order by month desc limit 1", q.To); err != nil {
				return err
			}
			if len(at) > 0 {
				out.AsOf = at[0]
			}
		}
		out.Rows, err = rows(ctx, tx, m, q)
		return err
	})
	return out, err
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
			faults = append(faults, models.Field("by", models.FieldInvalid, "Group by the dimensions of the description, each once"))
			break
		}
	}
	if len(q.By) == 2 && !q.By[0].mayStand(q.By[1]) {
		faults = append(faults, models.Field("by", models.FieldInvalid, "Group by who somebody is alone, or beside organisation, pathway, month or quarter"))
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
