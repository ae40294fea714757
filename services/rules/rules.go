// Package rules keeps the versions of the clock rules. One person of whoever
// runs the installation asks for a new one and sees what it would change;
// another agrees, and it holds from its day (docs/adr/0042). Neither sees a case
// or a clock: counts and dates are all there is.
package rules

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/approvals"
	"throughline/services/events"
)

// Kind is the approval a new version takes.
const Kind = "clocks.rule"

// lasts is how long a version that was asked for waits for a second person.
const lasts = 14 * 24 * time.Hour

// Service keeps the rules.
type Service struct {
	db        *pg.DB
	calendar  *models.Calendar
	approvals *approvals.Service
}

// New returns the service, and makes the act known to what keeps acts that take
// two.
func New(db *pg.DB, calendar *models.Calendar, two *approvals.Service) *Service {
	s := &Service{db: db, calendar: calendar, approvals: two}
	two.Add(approvals.Kind{Name: Kind, Words: "Change a clock rule", Roles: []models.Role{models.RoleSystemAdmin}, Lasts: lasts, Apply: s.apply, Facts: s.facts})
	return s
}

// View is one rule: its versions, the latest first, and what waits.
type View struct {
	Rule     models.Rule
	Versions []models.ClockRule
	Waiting  uuid.UUID // of whoever runs the installation: what waits for a second person; uuid.Nil where nothing does
	Today    time.Time
}

// Now is the version in force; the first of all where none is yet.
func (v *View) Now() *models.ClockRule {
	for i := range v.Versions {
		if !v.Today.Before(v.Versions[i].EffectiveFrom) {
			return &v.Versions[i]
		}
	}
	return &v.Versions[len(v.Versions)-1]
}

// Latest is the version that a new one would follow.
func (v *View) Latest() *models.ClockRule { return &v.Versions[0] }

// List shows every rule in order to anybody who is signed in: what the law says
// is nobody's secret. What waits is told to those who decide on it.
func (s *Service) List(ctx context.Context) ([]View, error) {
	if _, err := models.ActorFrom(ctx); err != nil {
		return nil, err
	}
	var out []View
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		out, err = views(ctx, tx)
		return err
	})
	return out, err
}

// One shows a rule to whoever runs the installation; not found for a number no
// rule has.
func (s *Service) One(ctx context.Context, rule models.Rule) (View, error) {
	if _, err := models.May(ctx, models.SystemOperate); err != nil {
		return View{}, err
	}
	var out View
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		out, err = find(ctx, tx, rule)
		return err
	})
	return out, err
}

func views(ctx context.Context, tx *pg.Tx) ([]View, error) {
	rules, err := events.Rules(ctx, tx)
	if err != nil {
		return nil, err
	}
	var waiting []struct{ ID, SubjectID uuid.UUID }
	if err := tx.Scan(ctx, &waiting, "select id, subject_id from approvals where kind = ? and decision is null and expires_at > ? order by requested_at", Kind, tx.Now); err != nil {
		return nil, err
	}
	var out []View
	for i := range rules {
		r := rules[i]
		if n := len(out); n > 0 && out[n-1].Rule == r.Rule {
			out[n-1].Versions = slices.Insert(out[n-1].Versions, 0, r)
			continue
		}
		v := View{Rule: r.Rule, Versions: []models.ClockRule{r}, Today: models.Today(tx.Now)}
		for _, w := range waiting {
			if w.SubjectID == r.Rule.ID() {
				v.Waiting = w.ID
			}
		}
		out = append(out, v)
	}
	return out, nil
}

func find(ctx context.Context, tx *pg.Tx, rule models.Rule) (View, error) {
	all, err := views(ctx, tx)
	if err != nil {
		return View{}, err
	}
	i := slices.IndexFunc(all, func(v View) bool { return v.Rule == rule })
	if i < 0 {
		return View{}, models.NotFound("clock rule")
	}
	return all[i], nil
}
