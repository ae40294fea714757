package alerts

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
)

// Setting is a threshold as it holds for the actor's organisation.
type Setting struct {
	models.AlertSetting
	Value     int
	Own       bool // the organisation has set it
	Reason    string
	ChangedBy string
	ChangedAt *time.Time
}

// Settings lists the thresholds of the actor's organisation. They are a privacy
// officer's to read and to change.
func (s *Service) Settings(ctx context.Context) ([]Setting, error) {
	if err := maySet(ctx); err != nil {
		return nil, err
	}
	var out []Setting
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		out, err = settings(ctx, tx)
		return err
	})
	return out, err
}

func maySet(ctx context.Context) error {
	a, err := models.ActorFrom(ctx)
	if err != nil {
		return err
	}
	if !a.Can(models.AlertSet) {
		return models.RoleForbidden()
	}
	return nil
}

func settings(ctx context.Context, tx *pg.Tx) ([]Setting, error) {
	var rows []struct {
		Key, Reason, Name string
		Value             int
		ChangedAt         time.Time
	}
	err := tx.Scan(ctx, &rows, `select s.key, s.value, s.reason, coalesce(u.name, '') as name, s.changed_at
		from alert_settings s left join users u on u.id = s.changed_by where s.org_id = (select app_org_id())`)
	if err != nil {
		return nil, err
	}
	w := watch{kinds: map[uuid.UUID]models.OrganisationKind{tx.Actor.OrgID: tx.Actor.OrgKind}}
	var out []Setting
	for _, known := range models.AlertSettings() {
		one := Setting{AlertSetting: known, Value: w.setting(tx.Actor.OrgID, known.Key)}
		one.Usual = one.Value
		for _, r := range rows {
			if r.Key == known.Key {
				at := r.ChangedAt
				one.Value, one.Own, one.Reason, one.ChangedBy, one.ChangedAt = r.Value, true, r.Reason, r.Name, &at
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// Change is a new value of a threshold.
type Change struct {
	Key    string
	Value  *int // nil: not a number
	Reason string
}

// Set changes a threshold of the actor's organisation, with a reason, and
// returns them all.
func (s *Service) Set(ctx context.Context, in Change) ([]Setting, error) {
	if err := maySet(ctx); err != nil {
		return nil, err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	var out []Setting
	err := pg.Once(func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *pg.Tx) error {
			if err := tx.FindReplay(ctx); err != nil {
				return err
			}
			f := &models.Faults{}
			f.Join(models.RequestFrom(ctx).Invalid...)
			models.CheckSetting(f, in.Key, in.Value, in.Reason)
			if faults := f.List(); len(faults) > 0 {
				return models.Invalid(faults...)
			}
			_, err := tx.Exec(ctx, `insert into alert_settings (org_id, key, value, reason, changed_by, changed_at) values (?, ?, ?, ?, ?, ?)
				on conflict (org_id, key) do update set value = excluded.value, reason = excluded.reason, changed_by = excluded.changed_by, changed_at = excluded.changed_at`,
				tx.Actor.OrgID, in.Key, *in.Value, in.Reason, tx.Actor.UserID, tx.Now)
			if err != nil {
				return err
			}
			err = tx.Record(ctx, models.Event{
				Action: "alert.threshold_changed", SubjectType: "organisation", SubjectID: tx.Actor.OrgID, Detail: map[string]any{"key": in.Key, "value": *in.Value},
			})
			if err != nil {
				return err
			}
			if out, err = settings(ctx, tx); err != nil {
				return err
			}
			return tx.Keep(ctx, out)
		})
	})
	return out, err
}
