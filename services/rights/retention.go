package rights

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// stopDays is how long an approved deletion can still be stopped: the two
// working days a second person has for every other act that cannot be undone
// (decisions.md 22).
const stopDays = 2

// Item is a record that is past keeping, or was.
type Item struct {
	ID          uuid.UUID
	Kind        string // case, contact_details, referral_record
	SubjectID   uuid.UUID
	Reference   string
	Class       string // the kind of schedule
	Source      string
	Since       time.Time
	DueOn       time.Time
	FoundAt     time.Time
	Status      string
	ApprovedBy  *uuid.UUID
	ApprovedAt  *time.Time
	DeleteAfter *time.Time
	Version     int
}

const itemColumns = "id, kind, subject_id, reference, class, source, since, due_on, found_at, status, approved_by, approved_at, delete_after, version"

// caseOf is the case an item's event belongs to.
func (i *Item) caseOf() uuid.UUID {
	if i.Kind == "referral_record" {
		return uuid.Nil
	}
	return i.SubjectID
}

// Review lists what waits for somebody's decision or for its time, the longest
// overdue first: all of it, for a list never grows past what a person can read
// (migrations/0019).
func (s *Service) Review(ctx context.Context) ([]Item, error) {
	if _, err := may(ctx); err != nil {
		return nil, err
	}
	var out []Item
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		err := tx.Scan(ctx, &out, "select "+itemColumns+" from retention_items where status in ('waiting', 'approved') order by status desc, due_on, id limit 500")
		if err != nil {
			return err
		}
		return record(ctx, tx, "retention.reviewed", "retention_item", uuid.Nil, uuid.Nil, map[string]any{"shown": len(out)})
	})
	return out, err
}

// One returns an item. One of another organisation is not found.
func (s *Service) One(ctx context.Context, id uuid.UUID) (Item, error) {
	if _, err := may(ctx); err != nil {
		return Item{}, err
	}
	var out Item
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out, err = item(ctx, tx, id); err != nil {
			return err
		}
		return record(ctx, tx, "retention.item_viewed", "retention_item", id, out.caseOf(), nil)
	})
	return out, err
}

func item(ctx context.Context, tx *pg.Tx, id uuid.UUID) (Item, error) {
	var i Item
	if err := tx.Scan(ctx, &i, "select "+itemColumns+" from retention_items where id = ? for update", id); err != nil {
		return i, err
	}
	if i.ID == uuid.Nil {
		return i, models.NotFound("item of the review list")
	}
	return i, nil
}

const decidedAlready = "This was decided already. Nothing you did was saved."

// Approve agrees that a record goes. It goes at the end of the second working
// day after, and can be stopped until then.
func (s *Service) Approve(ctx context.Context, id uuid.UUID) (Item, error) {
	var out Item
	err := s.write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		i, err := item(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := step(ctx, tx, i.Status == models.ItemWaiting, decidedAlready, i.Version, nil); err != nil {
			return err
		}
		after, err := s.calendar.Due(tx.Now, stopDays)
		if err != nil {
			return models.Internal("counting working days", err)
		}
		i.Status, i.ApprovedBy, i.ApprovedAt, i.DeleteAfter, i.Version = models.ItemApproved, &tx.Actor.UserID, &tx.Now, &after, i.Version+1
		_, err = tx.Exec(ctx, "update retention_items set status = 'approved', approved_by = ?, approved_at = ?, delete_after = ?, decided_by = null, version = version + 1 where id = ?",
			tx.Actor.UserID, tx.Now, after, id)
		if err != nil {
			return err
		}
		out = i
		err = record(ctx, tx, "retention.approved", "retention_item", id, i.caseOf(), map[string]any{"kind": i.Kind, "class": i.Class, "delete_after": after})
		if err != nil {
			return err
		}
		return tx.Keep(ctx, out)
	})
	return out, err
}

// KeepInput is why a record that is past keeping is kept.
type KeepInput struct {
	Reason string // of models.HoldReasons
	Note   string
	Until  *time.Time
}

// KeepOn keeps a record that is past keeping, by a hold with its reason. An
// approval that has not been carried out is taken back by it.
func (s *Service) KeepOn(ctx context.Context, id uuid.UUID, in KeepInput) (Item, error) {
	var out Item
	err := s.write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		i, err := item(ctx, tx, id)
		if err != nil {
			return err
		}
		h := models.Hold{ID: models.NewID(), Reference: i.Reference, Reason: in.Reason, Note: in.Note, Until: in.Until, PlacedBy: tx.Actor.UserID, PlacedAt: tx.Now, Version: 1}
		open := i.Status == models.ItemWaiting || i.Status == models.ItemApproved
		if err := step(ctx, tx, open, decidedAlready, i.Version, h.Check(models.Today(tx.Now))); err != nil {
			return err
		}
		var fault []models.FieldError
		if h.CaseID, _, fault, err = named(ctx, tx, "reason", i.Reference); err != nil {
			return err
		}
		if len(fault) > 0 {
			return models.Conflict("This record is your organisation's no longer. Nothing you did was saved.")
		}
		_, err = tx.Exec(ctx, "update retention_items set status = 'kept', decided_by = ?, version = version + 1 where id = ?", tx.Actor.UserID, id)
		if err != nil {
			return err
		}
		i.Status, i.Version = models.ItemKept, i.Version+1
		out = i
		if _, err := tx.Exec(ctx, `insert into retention_holds (id, org_id, case_id, reference, reason, note, placed_by, placed_at, until)
			values (?, ?, ?, ?, ?, nullif(?, ''), ?, ?, ?)`, h.ID, tx.Actor.OrgID, h.CaseID, h.Reference, h.Reason, h.Note, h.PlacedBy, h.PlacedAt, h.Until); err != nil {
			return err
		}
		err = record(ctx, tx, "retention.kept", "retention_item", id, h.CaseID, map[string]any{"kind": i.Kind, "reason": h.Reason, "hold": h.ID})
		if err != nil {
			return err
		}
		return tx.Keep(ctx, out)
	})
	return out, err
}

// Waiting counts what waits for a decision.
func (s *Service) Waiting(ctx context.Context) (int, error) {
	var n int
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &n, "select count(*) from retention_items where status = 'waiting'")
	})
	return n, err
}
