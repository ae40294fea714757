package events

import (
	"context"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/directory"
)

// RecordIn is Record inside a transaction that is somebody else's, for the rows
// of a file: the case by its public reference, the same rules, the same effects.
// Errors as Record has; what it did before an error is the caller's to take back.
func (s *Service) RecordIn(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, reference string, in Input) (uuid.UUID, Recorded, error) {
	if err := may(ctx, models.EventRecord); err != nil {
		return uuid.Nil, Recorded{}, err
	}
	written, err := models.ParseReference(reference)
	if err != nil {
		return uuid.Nil, Recorded{}, models.NotFound("case")
	}
	var c struct{ ID uuid.UUID }
	if err := tx.Scan(ctx, &c, "select id from cases where reference = ?", written); err != nil {
		return uuid.Nil, Recorded{}, err
	}
	if c.ID == uuid.Nil {
		return uuid.Nil, Recorded{}, models.NotFound("case")
	}
	f, err := find(ctx, tx, c.ID)
	if err != nil {
		return uuid.Nil, Recorded{}, err
	}
	if err := f.mustBeOpen(); err != nil {
		return f.ID, Recorded{}, err
	}
	out, err := s.record(ctx, tx, dir, &f, in)
	return f.ID, out, err
}
