package owed_test

import (
	"context"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

func november(day, hour, minute int) time.Time {
	return time.Date(2026, 11, day, hour, minute, 0, 0, models.London())
}

// equateEmpty takes no list and an empty one for the same.
func equateEmpty() cmp.Option {
	return cmp.Transformer("none", func(in []string) []string {
		if len(in) == 0 {
			return nil
		}
		return append([]string{}, in...)
	})
}

// holder is who is accountable for the case that was offered.
func (s *stage) holder() (id uuid.UUID) {
	s.t.Helper()
	if err := s.Owner.QueryRow(context.Background(), "select accountable_org_id from cases where id = $1", s.offered.ID).Scan(&id); err != nil {
		s.t.Fatal(err)
	}
	return id
}

// climbs tries to take an offer down the ladder in somebody's own name.
func (s *stage) climbs(who string) error {
	return s.DB.Housekeeping(s.As(who), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, "update handoffs set rung = 0 where id = ?", s.offer.ID)
		return err
	})
}
