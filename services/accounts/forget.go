package accounts

import (
	"context"

	"github.com/google/uuid"

	"throughline/internal/pg"
)

// forget takes back a guess that proved right and opened nothing.
func (s *Service) forget(ctx context.Context, f found) error {
	return s.db.Housekeeping(asSystem(ctx, uuid.Nil), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, "delete from sign_in_attempts where id = $1 and ok is null", f.attempt)
		return err
	})
}
