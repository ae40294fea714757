package rights

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

const (
	lookAt   = 1000             // cases in one statement
	lookFor  = 20 * time.Second // in one run of the job; the next goes on from there
	deleteAt = 100              // records in one run
)

// Night is what a job does each night, as the system: it deletes what was
// approved and whose time has come, then looks for what is past keeping. It
// says how many of each. Done twice it does no more.
func (s *Service) Night(ctx context.Context) (deleted, found int, err error) {
	if deleted, err = s.carryOut(ctx); err != nil {
		return deleted, 0, err
	}
	found, err = s.look(ctx)
	return deleted, found, err
}

// carryOut deletes approved records, each in a transaction of its own, so that
// one that has come to be held does not keep the others.
func (s *Service) carryOut(ctx context.Context) (int, error) {
	var ids []uuid.UUID
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &ids, "select id from retention_items where status = 'approved' and delete_after <= ? order by delete_after, id limit ?", tx.Now, deleteAt)
	})
	n := 0
	for _, id := range ids {
		err := s.remove(ctx, id)
		switch {
		case errors.Is(err, pg.ErrLostRace):
			if err := s.release(ctx, id); err != nil {
				return n, err
			}
		case err != nil:
			return n, err
		default:
			n++
		}
	}
	return n, err
}

// remove deletes one record and leaves its certificate. What the database finds
// held, live or not due ends in pg.ErrLostRace.
func (s *Service) remove(ctx context.Context, id uuid.UUID) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var stone struct{ ID uuid.UUID }
		reference := models.NewReference(models.CertificateReference)
		if err := tx.Scan(ctx, &stone, "select app_retention_delete(?, ?, ?) as id", id, reference, tx.Now); err != nil {
			return err
		}
		return record(ctx, tx, "retention.deleted", "certificate", stone.ID, uuid.Nil, map[string]any{"item": id, "certificate": reference})
	})
}

// release takes an item off the list that can no longer go.
func (s *Service) release(ctx context.Context, id uuid.UUID) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var done bool
		if err := tx.Scan(ctx, &done, "select app_retention_release(?, ?)", id, tx.Now); err != nil {
			return err
		}
		return record(ctx, tx, "retention.not_deleted", "retention_item", id, uuid.Nil, map[string]any{"released": done})
	})
}

// look goes through the cases, some at a time, until it has seen all or its
// time is up.
func (s *Service) look(ctx context.Context) (int, error) {
	total := 0
	for begun := s.db.Now(); ; {
		var out struct {
			Listed   int
			Finished bool
		}
		err := s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			if err := tx.Scan(ctx, &out, "select listed, finished from app_retention_find(?, ?)", lookAt, tx.Now); err != nil {
				return err
			}
			return record(ctx, tx, "retention.looked", "retention_item", uuid.Nil, uuid.Nil, map[string]any{"found": out.Listed})
		})
		total += out.Listed
		if err != nil || out.Finished || s.db.Now().Sub(begun) > lookFor {
			return total, err
		}
	}
}
