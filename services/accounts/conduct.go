package accounts

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Conduct is the code of conduct as one person meets it.
type Conduct struct {
	models.Conduct

	Asked      bool      // nobody sees a record here before they have accepted it
	AcceptedAt time.Time // zero: they have not
}

// inForce is the version that is shown: the one that is asked for, or the
// newest where none is.
func (s *Service) inForce() models.Conduct {
	if s.conduct.Version == "" {
		return models.CurrentConduct()
	}
	return s.conduct
}

// Conduct shows the actor the code of conduct, and whether they have accepted it.
func (s *Service) Conduct(ctx context.Context) (Conduct, error) {
	out := Conduct{Conduct: s.inForce(), Asked: s.conduct.Version != ""}
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		out.AcceptedAt, err = acceptedAt(ctx, tx, out.Version)
		return err
	})
	return out, err
}

func acceptedAt(ctx context.Context, tx *pg.Tx, version string) (time.Time, error) {
	var row struct{ At *time.Time }
	err := tx.Scan(ctx, &row, "select at from conduct_acceptances where user_id = $1 and version = $2", tx.Actor.UserID, version)
	return moment(row.At), err
}

// AcceptConduct puts on record that the actor accepts a version, read being
// whether they say that they have read it. Accepting what was accepted before
// keeps the day it was. It returns a field error where they do not say so, and
// a conflict where the version they were shown is no longer the one in force.
func (s *Service) AcceptConduct(ctx context.Context, version string, read bool) (Conduct, error) {
	out := Conduct{Conduct: s.inForce(), Asked: s.conduct.Version != ""}
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if version != "" && version != out.Version {
				return models.Conflict("The code of conduct has another version now. Read it again, then accept it.")
			}
			f := &models.Faults{}
			f.Join(models.RequestFrom(ctx).Invalid...)
			if !read {
				f.Add("accepted", models.FieldRequired, "Select that you have read the code of conduct and will keep to it")
			}
			if len(f.List()) > 0 {
				return models.Invalid(f.List()...)
			}
			return s.accept(ctx, tx, &out)
		})
	})
	return out, err
}

func (s *Service) accept(ctx context.Context, tx *pg.Tx, out *Conduct) (err error) {
	if err = WriteConduct(ctx, tx, tx.Actor.UserID, tx.Actor.OrgID, out.Conduct); err != nil {
		return err
	}
	if out.AcceptedAt, err = acceptedAt(ctx, tx, out.Version); err != nil {
		return err
	}
	return tx.Keep(ctx, *out)
}

// WriteConduct puts an acceptance on record in the transaction it belongs to,
// with its event. It changes nothing where that version was accepted before.
func WriteConduct(ctx context.Context, tx *pg.Tx, user, org uuid.UUID, c models.Conduct) error {
	n, err := tx.Exec(ctx, "insert into conduct_acceptances (user_id, org_id, version, text_hash, at) values ($1, $2, $3, $4, $5) on conflict do nothing",
		user, org, c.Version, c.Hash(), tx.Now)
	if err != nil {
		return err
	}
	return tx.Record(ctx, models.Event{Action: "conduct.accepted", SubjectType: "user", SubjectID: user, Detail: map[string]any{"version": c.Version, "again": n == 0}})
}
