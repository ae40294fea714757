// Package support keeps a service's own record of its work on one referral: how
// each need stands, the goals of a support plan, and appointments
// (docs/adr/0024). Nothing is changed once it was written: what came last
// holds. The referrer reads none of it.
package support

import (
	"context"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/referrals"
	"throughline/services/subject"
)

// Service keeps support plans.
type Service struct {
	db        *pg.DB
	referrals *referrals.Service
}

// New returns a service over a database, and the referrals whose safe-contact
// gate an appointment goes through.
func New(db *pg.DB, refs *referrals.Service) *Service { return &Service{db: db, referrals: refs} }

// Plan is all of it, as one reader is shown it.
type Plan struct {
	subject.Subject
	Ratings      []models.NeedRating // in the order they were asked
	Goals        []models.SupportGoal
	Appointments []models.Appointment // by when they begin
	Sessions     models.Sessions
	Goes         bool // work goes on, and more can be added
}

// Latest is the last rating of a need at a point, nil where it was not rated.
func (p *Plan) Latest(need string, point models.NeedPoint) *models.NeedRating {
	var out *models.NeedRating
	for i := range p.Ratings {
		if r := &p.Ratings[i]; r.Need == need && r.Point == point {
			out = r
		}
	}
	return out
}

// Goal finds a goal of the plan, nil where there is none of this id.
func (p *Plan) Goal(id uuid.UUID) *models.SupportGoal {
	for i := range p.Goals {
		if p.Goals[i].ID == id {
			return &p.Goals[i]
		}
	}
	return nil
}

// Appointment finds an appointment of the plan, nil where there is none of this id.
func (p *Plan) Appointment(id uuid.UUID) *models.Appointment {
	for i := range p.Appointments {
		if p.Appointments[i].ID == id {
			return &p.Appointments[i]
		}
	}
	return nil
}

// may refuses roles that never work on a referral.
func may(ctx context.Context) error {
	_, err := models.May(ctx, models.ReferralAnswer)
	return err
}

// find returns a referral whose support the actor may keep or read: not found
// where they cannot see it, forbidden to its referrer.
func find(ctx context.Context, tx *pg.Tx, id uuid.UUID) (subject.Subject, error) {
	about, err := subject.Referral(ctx, tx, id)
	if err != nil {
		return about, err
	}
	if !about.Receiver() {
		return about, models.Forbidden("This is the service's own record of its work. You are told the outcome.")
	}
	return about, about.MayOpen()
}

// open says whether work goes on: a conflict where it does not yet, or no more.
func open(about *subject.Subject) error {
	switch {
	case !about.Accepted && about.Live:
		return models.Conflict("This referral has not been accepted yet. Support is planned once it is.")
	case !about.Live:
		return models.Conflict("This referral has ended. Nothing more can be added to the support plan.")
	}
	return nil
}

// Read shows the support of a referral to the service that gives it. One that
// has ended is opened by a manager or the worker it was given to, with a
// reason: a conflict asks for it. Not found where it is not the actor's to see,
// forbidden to the referrer.
func (s *Service) Read(ctx context.Context, id uuid.UUID, reason string) (Plan, error) {
	if err := may(ctx); err != nil {
		return Plan{}, err
	}
	var out Plan
	err := s.db.View(ctx, func(ctx context.Context, tx *pg.Tx) error {
		about, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := about.MayRead(ctx, reason); err != nil {
			return err
		}
		if out, err = read(ctx, tx, &about); err != nil {
			return err
		}
		detail := map[string]any{"ratings": len(out.Ratings), "goals": len(out.Goals), "appointments": len(out.Appointments)}
		if reason != "" {
			detail["why"] = reason
		}
		return tx.Record(ctx, about.Event("support.read", detail))
	})
	return out, err
}

// write runs one addition in the order of answers of decisions.md 18, and gives
// back the plan as it stands then.
func (s *Service) write(ctx context.Context, id uuid.UUID, act func(context.Context, *pg.Tx, *subject.Subject) error) (Plan, error) {
	if err := may(ctx); err != nil {
		return Plan{}, err
	}
	var out Plan
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			about, err := find(ctx, tx, id)
			if err != nil {
				return err
			}
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			if err := open(&about); err != nil {
				return err
			}
			if err := act(ctx, tx, &about); err != nil {
				return err
			}
			if out, err = read(ctx, tx, &about); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}

// day is a date as the database keeps it.
func day(t *time.Time) *string {
	if t == nil {
		return nil
	}
	d := t.Format(time.DateOnly)
	return &d
}
