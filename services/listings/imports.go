package listings

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

const importColumns = "id, source, format, status, total, accepted, changed, duplicate, refused, at, done_at"

// Query says which part of a list is wanted.
type Query struct {
	Outcome models.ImportOutcome // of rows; empty: all
	Limit   int                  // 25 where it is not said
	Cursor  string
}

func (q *Query) limit() int {
	if q.Limit < 1 || q.Limit > 100 {
		return 25
	}
	return q.Limit
}

// Imports lists the feeds that were sent, the latest first.
func (s *Service) Imports(ctx context.Context, q Query) (items []Import, next string, err error) {
	if err := may(ctx); err != nil {
		return nil, "", err
	}
	after, err := models.ReadCursorAfter(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &items, "select "+importColumns+` from listing_imports where ?::uuid is null or (at, id) < (select x.at, x.id from listing_imports x where x.id = ?)
			order by at desc, id desc limit ?`, after, after, q.limit()+1)
	})
	if len(items) > q.limit() {
		items = items[:q.limit()]
		next = models.CursorAfter(items[len(items)-1].ID)
	}
	return items, next, err
}

// Import shows one feed, or returns a not-found error.
func (s *Service) Import(ctx context.Context, id uuid.UUID) (Import, error) {
	if err := may(ctx); err != nil {
		return Import{}, err
	}
	var out Import
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = find(ctx, tx, id, ""); err != nil {
			return err
		}
		return tx.Record(ctx, event("directory.feed_read", &out))
	})
	return out, err
}

func find(ctx context.Context, tx *pg.Tx, id uuid.UUID, lock string) (Import, error) {
	var out Import
	if err := tx.Scan(ctx, &out, "select "+importColumns+" from listing_imports where id = ?"+lock, id); err != nil {
		return out, err
	}
	if out.ID == uuid.Nil {
		return out, models.NotFound("feed")
	}
	return out, nil
}

// Rows shows what came or would come of each service of a feed, in their order.
func (s *Service) Rows(ctx context.Context, id uuid.UUID, q Query) (items []Row, next string, err error) {
	if err := may(ctx); err != nil {
		return nil, "", err
	}
	after := 0
	if q.Cursor != "" {
		if after, err = strconv.Atoi(q.Cursor); err != nil || after < 0 || strconv.Itoa(after) != q.Cursor {
			return nil, "", models.BadCursor()
		}
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		feed, err := find(ctx, tx, id, "")
		if err != nil {
			return err
		}
		if err := tx.Scan(ctx, &items, `select n, outcome, field, code, says, name, listing_id from listing_import_rows
			where import_id = ? and n > ? and (? = '' or outcome = ?) order by n limit ?`, id, after, string(q.Outcome), string(q.Outcome), q.limit()+1); err != nil {
			return err
		}
		return tx.Record(ctx, event("directory.feed_read", &feed))
	})
	if len(items) > q.limit() {
		items = items[:q.limit()]
		next = strconv.Itoa(items[len(items)-1].N)
	}
	return items, next, err
}
