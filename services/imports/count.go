package imports

import (
	"context"

	"throughline/internal/pg"
	"throughline/models"
)

// countedMonths is how far back what feeds leave out is counted again: a case may
// come back as not safe long after it was sent.
const countedMonths = 13

// Count counts again what the feeds of each force leave out. It acts for the
// system, and sees nothing of a case.
func (s *Service) Count(ctx context.Context) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var n int
		if err := tx.Scan(ctx, &n, "select count_feed(?, array(select jsonb_array_elements_text(?::jsonb)), ?)", tx.Now.AddDate(0, -countedMonths, 0), written(models.UnsafeReasons()), tx.Now); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "feed.counted", SubjectType: "import", Detail: map[string]any{"lines": n}})
	})
}
