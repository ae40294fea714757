package rights

import (
	"context"
	"errors"
	"time"

	"throughline/internal/pg"
	"throughline/models"
)

// measured reports whether a request is one that a person is owed an answer to
// within a limit of law (K29). What the police ask is not theirs.
func measured(q *models.DataRequest) bool {
	return q.Kind == models.RequestAccess || q.Kind == models.RequestErasure
}

// limitOf is the version of K29 that was in force when a request was received:
// it keeps that one, whatever changes since.
func limitOf(ctx context.Context, tx *pg.Tx, q *models.DataRequest) (models.ClockRule, error) {
	r := models.ClockRule{Standard: 1, Unit: models.UnitMonths, Version: 1}
	var found []models.ClockRule
	err := tx.Scan(ctx, &found, `select rule, version, owner, standard, enhanced, unit, soft, source, effective_from, effective_to from clock_rules
		where rule = ? and effective_from <= ? and (effective_to is null or effective_to > ?)`, models.RuleDataRequest, q.ReceivedOn, q.ReceivedOn)
	if len(found) > 0 {
		r = found[0]
	}
	return r, err
}

// dueOn is the last day of the limit from a day on, with so many months more.
func (s *Service) dueOn(r *models.ClockRule, from time.Time, more int) time.Time {
	if r.Unit == models.UnitMonths {
		return s.calendar.MonthsAfter(from, r.Standard+more)
	}
	y, m, d := from.Date()
	due, err := s.calendar.DueIn(time.Date(y, m, d, 12, 0, 0, 0, models.London()), r.Standard, r.Unit)
	if err != nil {
		return s.calendar.MonthsAfter(from, 1+more)
	}
	due = models.Today(due)
	if more > 0 {
		due = s.calendar.MonthsAfter(due, more)
	}
	return due
}

// startClock begins the clock of a request that was received. Where the calendar
// does not reach the day stands on the request alone.
func (s *Service) startClock(ctx context.Context, tx *pg.Tx, q *models.DataRequest, r *models.ClockRule) error {
	if !measured(q) {
		return nil
	}
	y, m, d := q.ReceivedOn.Date()
	k, err := s.calendar.StartClockUntil(models.RuleDataRequest, tx.Actor.OrgID, time.Date(y, m, d, 0, 0, 0, 0, models.London()), q.DueOn)
	if errors.Is(err, models.ErrOutsideCalendar) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into clocks (id, request_id, rule, rule_version, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		k.ID, q.ID, k.Rule, r.Version, k.HolderOrgID, k.StateAt(tx.Now), r.Standard, k.StartedAt, k.DueAt, k.FirstDueAt, k.DueSoonAt)
	return err
}

// moveClock takes the clock of a request to where the request stands: later where
// it is due later, and stopped where it was answered. The first deadline stays.
func (s *Service) moveClock(ctx context.Context, tx *pg.Tx, q *models.DataRequest) error {
	var list []models.Clock
	if err := tx.Scan(ctx, &list, "select * from clocks where request_id = ? and stopped_at is null", q.ID); err != nil || len(list) == 0 {
		return err
	}
	k := &list[0]
	y, m, d := q.DueOn.Date()
	k.DueAt = time.Date(y, m, d, 23, 59, 59, 0, models.London()).UTC()
	k.DueSoonAt = s.calendar.DueSoon(k.DueAt).UTC()
	k.State = k.StateAt(tx.Now)
	if q.AnsweredAt != nil {
		if err := s.calendar.StopClock(k, *q.AnsweredAt); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, "update clocks set state = ?, due_at = ?, due_soon_at = ?, stopped_at = ? where id = ?", k.State, k.DueAt, k.DueSoonAt, k.StoppedAt, k.ID)
	return err
}
