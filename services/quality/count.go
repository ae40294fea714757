package quality

import (
	"context"
	"time"

	"throughline/internal/pg"
	"throughline/models"
)

// The months that are counted again: those that can be asked for, and each hour
// those in which most still happens.
const (
	everyMonth   = 37
	latestMonths = 3
)

// Count counts again what no trigger can keep: of cases, incidents and those who
// came back, and the scorecards. It acts for the system and sees nothing of a case. all counts every
// month that can be asked for, which the night does; otherwise the latest. Each
// month is a transaction of its own: what was cut off is counted the next time,
// and twice is the same as once.
func (s *Service) Count(ctx context.Context, all bool) error {
	n := latestMonths
	if all {
		n = everyMonth
	}
	this := monthOf(s.db.Now().In(models.London()))
	for i := range n {
		from := this.AddDate(0, -i, 0)
		if err := s.countMonth(ctx, from, from.AddDate(0, 1, 0)); err != nil {
			return err
		}
	}
	return s.countScorecards(ctx, this.AddDate(0, 1-n, 0), this)
}

func (s *Service) countMonth(ctx context.Context, from, to time.Time) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var n int
		if err := tx.Scan(ctx, &n, "select count_figures(?::date, ?::date, ?)", from.Format(time.DateOnly), to.Format(time.DateOnly), tx.Now); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "figures.counted", SubjectType: "figures", Detail: map[string]any{"month": from.Format("2006-01"), "cases": n}})
	})
}
