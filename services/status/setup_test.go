package status_test

import (
	"context"
	"testing"

	"throughline/internal/pg"
	"throughline/models"
)

// count runs a query as whoever ctx carries.
func count(ctx context.Context, t *testing.T, s *stage, query string) int {
	t.Helper()
	n := 0
	if err := s.DB.Read(ctx, func(ctx context.Context, tx *pg.Tx) error { return tx.Scan(ctx, &n, query) }); err != nil {
		t.Errorf("%s: %v", query, err)
	}
	return n
}

// changed tells how many rows a statement changed, 0 where it was refused.
func changed(ctx context.Context, s *stage, statement string) int64 {
	var n int64
	_ = s.DB.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var err error
		if n, err = tx.Exec(ctx, statement); err != nil {
			n = 0
			return err
		}
		return tx.Record(ctx, models.Event{Action: "status.tried", SubjectType: "status_page"})
	})
	return n
}
