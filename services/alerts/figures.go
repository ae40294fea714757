package alerts

import (
	"context"
	"time"

	"throughline/internal/pg"
	"throughline/models"
)

// FigureDays is how far back figures reach.
const FigureDays = 90

// Figure counts the alerts of one kind on the actor's desk in the last
// FigureDays days.
type Figure struct {
	Kind     models.AlertKind
	Raised   int
	Open     int
	Late     int // open, and waiting longer than WorkingDays
	Closed   int
	InTime   int // of those closed
	Outcomes map[models.AlertOutcome]int
}

// Figures counts what lay on the actor's desk. What concerns the actor is not
// counted for them.
func (s *Service) Figures(ctx context.Context) ([]Figure, error) {
	if _, err := may(ctx); err != nil {
		return nil, err
	}
	var out []Figure
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var rows []struct {
			Kind, Outcome        string
			Raised, Late, InTime int
		}
		err := tx.Scan(ctx, &rows, `select kind, coalesce(outcome, '') as outcome, count(*) as raised, count(*) filter (where outcome is null and due_at < ?) as late,
				count(*) filter (where closed_at <= due_at) as in_time
			from alerts where org_id = (select app_org_id()) and first_at > ? group by 1, 2`, tx.Now, tx.Now.Add(-FigureDays*24*time.Hour))
		if err != nil {
			return err
		}
		for _, kind := range models.AlertKinds() {
			f := Figure{Kind: kind, Outcomes: map[models.AlertOutcome]int{}}
			for _, r := range rows {
				if models.AlertKind(r.Kind) != kind {
					continue
				}
				f.Raised += r.Raised
				if r.Outcome == "" {
					f.Open, f.Late = r.Raised, r.Late
					continue
				}
				f.Closed += r.Raised
				f.InTime += r.InTime
				f.Outcomes[models.AlertOutcome(r.Outcome)] = r.Raised
			}
			if f.Raised > 0 {
				out = append(out, f)
			}
		}
		return nil
	})
	return out, err
}

// Late counts the alerts of every organisation that wait longer than they may:
// the operator's figure. It needs the system.
func (s *Service) Late(ctx context.Context) (int, error) {
	var n int
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if tx.Actor.Role != models.RoleSystem {
			return models.RoleForbidden()
		}
		return tx.Scan(ctx, &n, "select count(*) from alerts where outcome is null and due_at < ?", tx.Now)
	})
	return n, err
}

// Household is what somebody said of their own household, to be told apart from
// those whose records they open.
type Household struct {
	Surnames []string // folded, as names are searched for
	Borough  string   // E09 code
	SaidAt   *time.Time
}

// Household returns what the actor said.
func (s *Service) Household(ctx context.Context) (Household, error) {
	b, err := s.db.Begin(ctx)
	if err != nil {
		return Household{}, err
	}
	var out Household
	var found bool
	b.Query(pg.One(&found, &out.Surnames, &out.Borough, &out.SaidAt), "select family_keys, coalesce(borough, ''), said_at from staff_households where user_id = $1", b.Actor.UserID)
	return out, b.Send(pg.BatchRead)
}

// SayHousehold keeps what the actor says of their own household: surnames, and
// the borough where they live. Only the comparison reads it.
func (s *Service) SayHousehold(ctx context.Context, surnames []string, borough string) error {
	f := &models.Faults{}
	f.Join(models.RequestFrom(ctx).Invalid...)
	models.CheckHousehold(f, surnames)
	keys := []string{}
	for _, name := range surnames {
		keys = append(keys, models.NameKey(name))
	}
	if faults := f.List(); len(faults) > 0 {
		return models.Invalid(faults...)
	}
	b, err := s.db.Begin(ctx)
	if err != nil {
		return err
	}
	b.Exec(`insert into staff_households (user_id, family_keys, borough, said_at) values ($1, $2, nullif($3, ''), $4)
		on conflict (user_id) do update set family_keys = excluded.family_keys, borough = excluded.borough, said_at = excluded.said_at`,
		b.Actor.UserID, keys, borough, b.Now)
	b.Record(models.Event{Action: "household.said", SubjectType: "user", SubjectID: b.Actor.UserID, Detail: map[string]any{"surnames": len(keys)}})
	err = b.Send(pg.BatchWrite)
	if pg.Constraint(err) == "staff_households_borough_fkey" {
		return models.Invalid(models.Field("borough", models.FieldUnknown, "Select a borough from the list"))
	}
	return err
}
