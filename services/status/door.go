package status

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/subject"
)

// Seen is what a worker sees of a case's page: whether there is a code, and what
// was asked with it.
type Seen struct {
	CaseID    uuid.UUID
	Reference string
	Door      *models.StatusDoor // the last that was given; nil: none ever
	Requests  []Request          // what waits first, then the latest
	At        time.Time
}

// State says how the page stands: none, open, frozen, ended or expired.
func (s *Seen) State() string {
	if s.Door == nil {
		return "none"
	}
	return s.Door.State()
}

// Request finds one by its id, nil where there is none.
func (s *Seen) Request(id uuid.UUID) *Request {
	for i := range s.Requests {
		if s.Requests[i].ID == id {
			return &s.Requests[i]
		}
	}
	return nil
}

// See shows how the page of a case stands. Not found where the case is not the
// actor's to see.
func (s *Service) See(ctx context.Context, caseID uuid.UUID) (Seen, error) {
	if err := may(ctx); err != nil {
		return Seen{}, err
	}
	var out Seen
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		about, err := subject.Case(ctx, tx, caseID)
		if err != nil {
			return err
		}
		if out, err = see(ctx, tx, &about); err != nil {
			return err
		}
		return tx.Record(ctx, about.Event("status.seen", map[string]any{"requests": len(out.Requests)}))
	})
	return out, err
}

const doorColumns = "language, agreed_how, agreed_on, given_at, expires_at, expires_at <= clock_timestamp() as expired, frozen_at, ended_at, coalesce(ended_why, '') as ended_why, version"

func see(ctx context.Context, tx *pg.Tx, about *subject.Subject) (Seen, error) {
	out := Seen{CaseID: about.CaseID, Reference: about.CaseReference, At: tx.Now}
	var doors []models.StatusDoor
	if err := tx.Scan(ctx, &doors, "select "+doorColumns+" from status_doors where case_id = ? order by given_at desc, id desc limit 1", about.CaseID); err != nil {
		return out, err
	}
	if len(doors) == 1 {
		out.Door = &doors[0]
	}
	var err error
	out.Requests, err = requestsOf(ctx, tx, about.CaseID)
	return out, err
}

// Freeze shuts the page at once, for everybody who is on it. Errors: not found,
// a replay, a conflict where there is no code or it is frozen already, stale.
func (s *Service) Freeze(ctx context.Context, caseID uuid.UUID) (Seen, error) {
	return s.turn(ctx, caseID, "status.frozen", func(d *models.StatusDoor) error {
		if d.State() == "frozen" {
			return models.Conflict("The page is frozen already.")
		}
		return nil
	}, "frozen_at = ?, frozen_by = ?")
}

// Unfreeze lets the same code and word open the page again. Errors as Freeze.
func (s *Service) Unfreeze(ctx context.Context, caseID uuid.UUID) (Seen, error) {
	return s.turn(ctx, caseID, "status.unfrozen", func(d *models.StatusDoor) error {
		if d.State() != "frozen" {
			return models.Conflict("The page is not frozen.")
		}
		return nil
	}, "frozen_at = null, frozen_by = null")
}

// Withdraw takes the code back for good. Errors as Freeze.
func (s *Service) Withdraw(ctx context.Context, caseID uuid.UUID) (Seen, error) {
	return s.turn(ctx, caseID, "status.withdrawn", func(*models.StatusDoor) error { return nil }, "ended_at = ?, ended_by = ?, ended_why = 'withdrawn'")
}

func (s *Service) turn(ctx context.Context, caseID uuid.UUID, action string, fits func(*models.StatusDoor) error, set string) (Seen, error) {
	if err := may(ctx); err != nil {
		return Seen{}, err
	}
	var out Seen
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			about, err := subject.Case(ctx, tx, caseID)
			if err != nil {
				return err
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			var d []models.StatusDoor
			if err := tx.Scan(ctx, &d, "select "+doorColumns+" from status_doors where case_id = ? and ended_at is null for update", caseID); err != nil {
				return err
			}
			if len(d) == 0 {
				return models.Conflict("There is no code for this case.")
			}
			if err := fits(&d[0]); err != nil {
				return err
			}
			if err := models.Refusal(ctx); err != nil {
				return err
			}
			if err := setDoor(ctx, tx, caseID, set); err != nil {
				return err
			}
			if out, err = see(ctx, tx, &about); err != nil {
				return err
			}
			if err := tx.Record(ctx, about.Event(action, nil)); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

// setDoor changes the one code of a case that was not taken back. Where it ends
// or is frozen, the database ends its sessions with it.
func setDoor(ctx context.Context, tx *pg.Tx, caseID uuid.UUID, set string) error {
	args := []any{caseID}
	if set != "frozen_at = null, frozen_by = null" {
		args = []any{tx.Now, tx.Actor.UserID, caseID}
	}
	_, err := tx.Exec(ctx, "update status_doors set "+set+", version = version + 1 where case_id = ? and ended_at is null", args...)
	return err
}
