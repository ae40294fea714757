package imports

import (
	"context"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Sweep removes the content of files that are over, or that nobody ran for a
// week, and after 90 days what is left of rows that made nothing. It acts for the
// system, and counts again what feeds leave out. Done twice it does no more.
func (s *Service) Sweep(ctx context.Context) error {
	if err := s.Count(ctx); err != nil {
		return err
	}
	var ids []uuid.UUID
	var old int
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if err := tx.Scan(ctx, &old, "select count(*) from (select from import_rows where "+oldRows+" limit 1) x", tx.Now.Add(-keepReports)); err != nil {
			return err
		}
		return tx.Scan(ctx, &ids, "select id from imports where content_gone_at is null and (status in ('done', 'discarded') or status not in ('running') and at < ?) order by at limit 100",
			tx.Now.Add(-keepContent))
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.drop(ctx, id); err != nil {
			return err
		}
	}
	if old == 0 {
		return nil
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		n, err := tx.Exec(ctx, "delete from import_rows where "+oldRows, tx.Now.Add(-keepReports))
		if err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "import.reports_swept", SubjectType: "import", Detail: map[string]any{"rows": n}})
	})
}

// oldRows are rows that made nothing, so long ago that nobody asks any more.
const oldRows = "(not applied or outcome in ('duplicate', 'refused')) and at < ?"

// drop removes the content of a file: the pieces first, so that what is cut off
// is done again.
func (s *Service) drop(ctx context.Context, id uuid.UUID) error {
	var names []string
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &names, "select name from import_chunks where import_id = ?", id)
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := s.store.Remove(ctx, name); err != nil {
			return models.Unavailable("removing a file", err)
		}
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, "delete from import_chunks where import_id = ?", id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update imports set content_gone_at = ?, status = case when status = 'done' then status else 'discarded' end, stopped_in = null, version = version + 1
			where id = ? and content_gone_at is null`, tx.Now, id); err != nil {
			return err
		}
		return tx.Record(ctx, models.Event{Action: "import.content_removed", SubjectType: "import", SubjectID: id})
	})
}
