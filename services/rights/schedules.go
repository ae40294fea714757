package rights

import (
	"context"
	"strings"

	"throughline/internal/pg"
	"throughline/models"
)

const schedulesSQL = `select d.kind, coalesce(o.months, d.months) as months, coalesce(o.days, d.days) as days, coalesce(o.source, d.source) as source,
	coalesce(o.source_date, d.source_date) as source_date, o.id is not null as own, coalesce(o.set_at, d.set_at) as set_at, coalesce(o.version, 0) as version
	from retention_schedules d left join retention_schedules o on o.kind = d.kind and o.org_id = ? where d.org_id is null`

// Schedules returns how long the actor's organisation keeps each kind of
// record, in the order of models.ScheduleKinds. No person's data is in them.
func (s *Service) Schedules(ctx context.Context) ([]models.Schedule, error) {
	if _, err := may(ctx); err != nil {
		return nil, err
	}
	var rows []models.Schedule
	err := s.db.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return tx.Scan(ctx, &rows, schedulesSQL, tx.Actor.OrgID)
	})
	var out []models.Schedule
	for _, k := range models.ScheduleKinds() {
		for _, r := range rows {
			if r.Kind == k.Key {
				out = append(out, r)
			}
		}
	}
	return out, err
}

// ScheduleInput is a time an organisation sets.
type ScheduleInput struct {
	Months int
	Source string // who decided it, and on what ground
}

// SetSchedule sets how long the actor's organisation keeps one kind of record.
// A kind that is none is not found. What is due is reckoned by it from now on;
// what was approved is asked again when it goes.
func (s *Service) SetSchedule(ctx context.Context, kind string, in ScheduleInput) (models.Schedule, error) {
	var out models.Schedule
	err := s.write(ctx, func(ctx context.Context, tx *pg.Tx) error {
		k, known := models.FindScheduleKind(kind)
		if !known {
			return models.NotFound("schedule")
		}
		var now models.Schedule
		if err := tx.Scan(ctx, &now, schedulesSQL+" and d.kind = ?", tx.Actor.OrgID, kind); err != nil {
			return err
		}
		if err := step(ctx, tx, true, "", now.Version, in.check(k)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into retention_schedules (id, org_id, kind, months, days, source, source_date, set_by, set_at)
			values (?, ?, ?, ?, 0, ?, ?, ?, ?) on conflict on constraint retention_schedules_once do update set months = excluded.months, days = 0,
			source = excluded.source, source_date = excluded.source_date, set_by = excluded.set_by, set_at = excluded.set_at, version = retention_schedules.version + 1`,
			models.NewID(), tx.Actor.OrgID, kind, in.Months, in.Source, models.Today(tx.Now), tx.Actor.UserID, tx.Now)
		if err != nil {
			return err
		}
		out = models.Schedule{Kind: kind, Months: in.Months, Source: in.Source, SourceDate: models.Today(tx.Now), Own: true, SetAt: tx.Now, Version: now.Version + 1}
		err = tx.Record(ctx, models.Event{Action: "retention.schedule_set", SubjectType: "retention_schedule", Detail: map[string]any{
			"kind": kind, "months": in.Months, "months_before": now.Months,
		}})
		if err != nil {
			return err
		}
		return tx.Keep(ctx, out)
	})
	return out, err
}

func (in *ScheduleInput) check(k models.ScheduleKind) []models.FieldError {
	in.Source = strings.TrimSpace(in.Source)
	f := &models.Faults{}
	if least := max(k.Least, 1); in.Months < least || in.Months > k.Most {
		f.Add("months", models.FieldInvalid, "Enter a number of months from "+models.Count(least)+" to "+models.Count(k.Most))
	}
	if in.Source == "" {
		f.Add("source", models.FieldRequired, "Say who decided this and why")
	}
	if len([]rune(in.Source)) > 400 {
		f.Add("source", models.FieldTooLong, "Who decided this and why must be 400 characters or fewer")
	}
	return f.List()
}
