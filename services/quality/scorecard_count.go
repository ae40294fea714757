package quality

import (
	"context"
	"time"

	"throughline/internal/pg"
	"throughline/models"
)

// countScorecards counts the scorecards of some months again, one measure a
// transaction, with the measure's own query: what a scorecard says and what the
// measure says cannot differ.
func (s *Service) countScorecards(ctx context.Context, from, to time.Time) error {
	for _, m := range ScorecardMeasures() {
		if err := s.countScorecard(ctx, m, from, to); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) countScorecard(ctx context.Context, m Measure, from, to time.Time) error {
	// By pathway is one thing more than can be asked for: it takes the place of a code.
	m.Code, m.code, m.amount = "pathway", "coalesce(f.pathway, '')", ""
	sql, args := statement(m, Query{By: []Dimension{ByOrganisation, ByMonth}, From: from, To: to})
	return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, "delete from scorecards where measure = ? and month between ? and ?", m.Key, from, to); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, "insert into scorecards (measure, org_id, month, pathway, n, part, wide, counted_at) "+
			"select $5::text, x.k1::uuid, to_date(x.k2, 'YYYY-MM'), x.code, x.n, x.part, x.wide, $4 from ("+sql+") x", append(args, tx.Now, m.Key)...)
		if err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "scorecard.counted", SubjectType: "figures", Detail: map[string]any{"measure": m.Key, "month": from.Format("2006-01"), "lines": n}})
	})
}
