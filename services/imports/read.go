package imports

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

const rowColumns = `id, org_id, kind, format, status, array_to_json(columns)::text as columns, mapping::text as mapping, total, done, accepted, changed, duplicate, refused,
	at, finished_at, coalesce(stopped_in, '') as stopped_in, content_gone_at, by_user_id, version`

// row is a file as it is stored.
type row struct {
	ID, OrgID                                          uuid.UUID
	Kind                                               models.ImportKind
	Format                                             models.ImportFormat
	Status, StoppedIn                                  models.ImportStatus
	Columns, Mapping                                   string
	Total, Done, Accepted, Changed, Duplicate, Refused int
	At                                                 time.Time
	FinishedAt, ContentGoneAt                          *time.Time
	ByUserID                                           uuid.UUID
	Version                                            int

	// The job alone asks for these.
	Key         []byte
	StartedBy   uuid.UUID
	StartedRole models.Role
}

func (r *row) open() (models.Import, error) {
	out := models.Import{
		ID: r.ID, OrgID: r.OrgID, Kind: r.Kind, Format: r.Format, Status: r.Status, Total: r.Total, Done: r.Done, Accepted: r.Accepted, Changed: r.Changed,
		Duplicate: r.Duplicate, Refused: r.Refused, At: r.At, FinishedAt: r.FinishedAt, StoppedIn: r.StoppedIn, ContentAt: r.ContentGoneAt, ByUserID: r.ByUserID, Version: r.Version,
	}
	if err := json.Unmarshal([]byte(r.Columns), &out.Columns); err != nil {
		return out, models.Internal("reading the columns of a file", err)
	}
	var err error
	out.Mapping, err = readMapping(r.Mapping)
	return out, err
}

// Query says which part of a list is wanted.
type Query struct {
	Outcome models.ImportOutcome // of rows; empty: all
	Limit   int
	Cursor  string
}

// limit is how many of a list are shown, 25 where it is not said.
func (q *Query) limit() int {
	if q.Limit < 1 || q.Limit > 100 {
		return 25
	}
	return q.Limit
}

// List shows the files of the actor's organisation, the latest first, and the
// cursor of the page after. They hold no person's data.
func (s *Service) List(ctx context.Context, q Query) (items []models.Import, next string, err error) {
	if _, err := may(ctx); err != nil {
		return nil, "", err
	}
	after, err := models.ReadCursorAfter(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	err = s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var rows []row
		if err := tx.Scan(ctx, &rows, "select "+rowColumns+` from imports where ?::uuid is null or (at, id) < (select x.at, x.id from imports x where x.id = ?)
			order by at desc, id desc limit ?`, after, after, q.limit()+1); err != nil {
			return err
		}
		if len(rows) > q.limit() {
			rows = rows[:q.limit()]
			next = models.CursorAfter(rows[len(rows)-1].ID)
		}
		for i := range rows {
			item, err := rows[i].open()
			if err != nil {
				return err
			}
			items = append(items, item)
		}
		return nil
	})
	return items, next, err
}

// Get shows one file, and how far it is, and records that. Another organisation's
// is not there.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (models.Import, error) {
	if _, err := may(ctx); err != nil {
		return models.Import{}, err
	}
	var out models.Import
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = find(ctx, tx, id, ""); err != nil {
			return err
		}
		return tx.Record(ctx, event("import.viewed", &out, nil))
	})
	return out, err
}

// Progress is Get for who watches a file go on: it holds nobody's data, and that
// it was looked at is on record from Get, Take and Start.
func (s *Service) Progress(ctx context.Context, id uuid.UUID) (models.Import, error) {
	if _, err := may(ctx); err != nil {
		return models.Import{}, err
	}
	var out models.Import
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		out, err = find(ctx, tx, id, "")
		return err
	})
	return out, err
}

func find(ctx context.Context, tx *pg.Tx, id uuid.UUID, lock string) (models.Import, error) {
	var r row
	if err := tx.Scan(ctx, &r, "select "+rowColumns+" from imports where id = ? "+lock, id); err != nil {
		return models.Import{}, err
	}
	if r.ID == uuid.Nil {
		return models.Import{}, models.NotFound("import")
	}
	return r.open()
}

// Rows shows what came of the rows of a file, in their order: numbers, codes and
// our words for them, and nothing of what was in a row. Of a case that the actor
// does not see, neither its id nor what to see to. It records that they were shown.
func (s *Service) Rows(ctx context.Context, id uuid.UUID, q Query) (items []models.ImportRow, next string, err error) {
	if _, err := may(ctx); err != nil {
		return nil, "", err
	}
	after := 0
	if q.Cursor != "" {
		if after, err = strconv.Atoi(q.Cursor); err != nil || after < 0 || strconv.Itoa(after) != q.Cursor {
			return nil, "", models.BadCursor()
		}
	}
	if q.Outcome != "" && !models.HasChoice(models.ImportOutcomes(), string(q.Outcome)) {
		return nil, "", models.Invalid(models.Field("outcome", models.FieldUnknown, "Select an outcome from the list"))
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		of, err := find(ctx, tx, id, "")
		if err != nil {
			return err
		}
		items, err = rowsOf(ctx, tx, id, q.Outcome, after, q.limit()+1)
		if err == nil && len(items) > q.limit() {
			items = items[:q.limit()]
			next = strconv.Itoa(items[len(items)-1].N)
		}
		if err != nil {
			return err
		}
		return tx.Record(ctx, event("import.rows_viewed", &of, map[string]any{"outcome": q.Outcome, "after": after, "rows": len(items)}))
	})
	return items, next, err
}

func rowsOf(ctx context.Context, tx *pg.Tx, id uuid.UUID, outcome models.ImportOutcome, after, most int) ([]models.ImportRow, error) {
	var rows []struct {
		N                        int
		Outcome                  models.ImportOutcome
		Field, Code, Says, Flags string
		CaseID                   *uuid.UUID
		Reference                string
	}
	if err := tx.Scan(ctx, &rows, `select n, outcome, coalesce(field, '') as field, coalesce(code, '') as code, coalesce(says, '') as says, 
		array_to_json(case when r.case_id is null or c.id is not null then r.flags else '{}' end)::text as flags, c.id as case_id, coalesce(c.reference, '') as reference
		from import_rows r left join cases c on c.id = r.case_id where r.import_id = ? and n > ? and (? = '' or outcome = ?) order by n limit ?`, id, after, outcome, outcome, most); err != nil {
		return nil, err
	}
	out := make([]models.ImportRow, len(rows))
	for i, r := range rows {
		out[i] = models.ImportRow{N: r.N, Outcome: r.Outcome, Field: r.Field, Code: r.Code, Says: r.Says, CaseID: r.CaseID, Case: r.Reference}
		if err := json.Unmarshal([]byte(r.Flags), &out[i].Flags); err != nil {
			return nil, models.Internal("reading the flags of a row", err)
		}
	}
	return out, nil
}

// EachRefused calls fn with the refused rows of a file, in their order and as
// they are read: they are never all in memory. That they were shown is on record
// before the first of them is. An error of fn ends it.
func (s *Service) EachRefused(ctx context.Context, id uuid.UUID, fn func(models.ImportRow) error) error {
	if _, err := may(ctx); err != nil {
		return err
	}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		of, err := find(ctx, tx, id, "")
		if err != nil {
			return err
		}
		return tx.Record(ctx, event("import.rows_viewed", &of, map[string]any{"outcome": models.RowRefused, "after": 0, "rows": of.Refused}))
	})
	if err != nil {
		return err
	}
	return s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Each(ctx, func(scan func(...any) error) error {
			r := models.ImportRow{Outcome: models.RowRefused}
			if err := scan(&r.N, &r.Field, &r.Code, &r.Says); err != nil {
				return err
			}
			return fn(r)
		}, "select n, coalesce(field, ''), code, says from import_rows where import_id = ? and outcome = 'refused' order by n", id)
	})
}
