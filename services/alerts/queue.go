package alerts

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Query says which alerts to list.
type Query struct {
	Closed bool // those with an outcome, the latest first; otherwise those without, the most urgent first
	Limit  int
	Cursor string
}

// List shows the alerts on the actor's desk, and the cursor of the page after.
func (s *Service) List(ctx context.Context, q Query) (items []models.Alert, next string, err error) {
	if _, err := may(ctx); err != nil {
		return nil, "", err
	}
	after, err := models.ReadCursorAfter(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	if q.Limit < 1 || q.Limit > 100 {
		q.Limit = 50
	}
	const open = `a.outcome is null and (?::uuid is null or (a.due_at, a.id) > (select p.due_at, p.id from alerts p where p.id = ?)) order by a.due_at, a.id limit ?`
	const closed = `a.outcome is not null and (?::uuid is null or (a.closed_at, a.id) < (select p.closed_at, p.id from alerts p where p.id = ?))
		order by a.closed_at desc, a.id desc limit ?`
	which := open
	if q.Closed {
		which = closed
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var rows []row
		if err := tx.Scan(ctx, &rows, "select "+columns+" where a.org_id = (select app_org_id()) and "+which, after, after, q.Limit+1); err != nil {
			return err
		}
		if len(rows) > q.Limit {
			rows = rows[:q.Limit]
			last := rows[q.Limit-1].ID
			next = models.CursorAfter(last)
		}
		for _, r := range rows {
			a, err := r.alert()
			if err != nil {
				return err
			}
			items = append(items, a)
		}
		return tx.Record(ctx, models.Event{Action: "alert.listed", SubjectType: "alert", Detail: map[string]any{"shown": len(items)}})
	})
	return items, next, err
}

// Get shows one alert, and records that it was seen. One that lies on another
// desk, and one about the actor, are not there.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (models.Alert, error) {
	var out models.Alert
	if _, err := may(ctx); err != nil {
		return out, err
	}
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = find(ctx, tx, id); err != nil {
			return err
		}
		return tx.Record(ctx, event("alert.opened", out))
	})
	return out, err
}

func find(ctx context.Context, tx *pg.Tx, id uuid.UUID) (models.Alert, error) {
	var r row
	if err := tx.Scan(ctx, &r, "select "+columns+" where a.id = ?", id); err != nil {
		return models.Alert{}, err
	}
	if r.ID == uuid.Nil {
		return models.Alert{}, models.NotFound("alert")
	}
	return r.alert()
}

// Take says that the actor looks at an alert. One that a colleague has taken is
// a conflict, until it is late: then it is anybody's again.
func (s *Service) Take(ctx context.Context, id uuid.UUID) (models.Alert, error) {
	return s.change(ctx, id, func(ctx context.Context, tx *pg.Tx, a *models.Alert) error {
		if a.TakenBy != uuid.Nil && a.TakenBy != tx.Actor.UserID && a.Escalated == nil {
			return models.Conflict(a.TakenName + " has taken this. Nothing you did was saved.")
		}
		if unread := models.RequestFrom(ctx).Invalid; len(unread) > 0 {
			return models.Invalid(unread...)
		}
		a.TakenBy, a.TakenName, a.TakenAt = tx.Actor.UserID, tx.Actor.Name, &tx.Now
		return write(ctx, tx, a, "alert.taken", "taken_by = ?, taken_at = ?", a.TakenBy, a.TakenAt)
	})
}

// Outcome is what whoever looked at an alert says it was.
type Outcome struct {
	Outcome models.AlertOutcome
	Text    string // what was found and done, up to 4,000 characters
}

// Close ends an alert with its outcome. It needs words: what was found, and what
// was done.
func (s *Service) Close(ctx context.Context, id uuid.UUID, in Outcome) (models.Alert, error) {
	in.Text = strings.TrimSpace(in.Text)
	return s.change(ctx, id, func(ctx context.Context, tx *pg.Tx, a *models.Alert) error {
		if a.TakenBy != uuid.Nil && a.TakenBy != tx.Actor.UserID && a.Escalated == nil {
			return models.Conflict(a.TakenName + " has taken this. Nothing you did was saved.")
		}
		f := &models.Faults{}
		f.Join(models.RequestFrom(ctx).Invalid...)
		models.CheckOutcome(f, in.Outcome, in.Text)
		if faults := f.List(); len(faults) > 0 {
			return models.Invalid(faults...)
		}
		a.Outcome, a.Text, a.ClosedName, a.ClosedAt = in.Outcome, in.Text, tx.Actor.Name, &tx.Now
		return write(ctx, tx, a, "alert.closed", "outcome = ?, outcome_text = ?, closed_by = ?, closed_at = ?", string(a.Outcome), a.Text, tx.Actor.UserID, a.ClosedAt)
	})
}

// change does one act with an open alert, in the order of answers of
// decisions.md 18.
func (s *Service) change(ctx context.Context, id uuid.UUID, do func(context.Context, *pg.Tx, *models.Alert) error) (models.Alert, error) {
	var out models.Alert
	if _, err := may(ctx); err != nil {
		return out, err
	}
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			a, err := find(ctx, tx, id)
			if err != nil {
				return err
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if a.Outcome != "" {
				return models.Conflict("This was closed already, by " + a.ClosedName + ". Nothing you did was saved.")
			}
			if err := do(ctx, tx, &a); err != nil {
				return err
			}
			out = a
			return tx.Keep(ctx, a)
		})
	})
	return out, err
}

// write changes the row that was read; of two at once the second is told.
func write(ctx context.Context, tx *pg.Tx, a *models.Alert, action, set string, args ...any) error {
	before := a.Version
	a.Version++
	n, err := tx.Exec(ctx, "update alerts set "+set+", version = ? where id = ? and version = ? and outcome is null", append(args, a.Version, a.ID, before)...)
	if err != nil {
		return err
	}
	if n == 0 {
		return models.Conflict("Somebody else has just changed this. Nothing you did was saved.")
	}
	return tx.Record(ctx, event(action, *a))
}
