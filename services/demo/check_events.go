package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"throughline/models"
)

// checkEvents computes the clocks of cases anew from what happened in them: that
// each was started by its event, at its moment, under the version of its rule
// that was in force, and stands where the calendar puts it. Those that somebody
// paused, extended or excused are left to their own tests.
func checkEvents(ctx context.Context, db Querier, asOf time.Time) ([]error, error) {
	rows, err := db.Query(ctx, `select k.id, k.rule, k.rule_version, k.state, k.limit_days, k.started_at, k.due_at, k.first_due_at, k.due_soon_at, k.stopped_at, x.off_record, x.enhanced,
		e.type, coalesce(e.details->>'what', ''), e.occurred_at, e.known_at, e.told_at
		from clocks k left join case_clocks x on x.clock_id = k.id left join case_events e on e.id = x.event_id and e.case_id = k.case_id
		where k.referral_id is null and k.complaint_id is null and k.paused_since is null and k.pauses = '[]' and x.extended_at is null and k.state not in ('waived', 'not_applicable') order by k.id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var faults []error
	for rows.Next() && len(faults) < 4*mostFaults {
		var k models.Clock
		var e models.CaseEvent
		var off, enhanced *bool
		var kind, what *string
		var occurred, known *time.Time
		if err := rows.Scan(&k.ID, &k.Rule, &k.RuleVersion, &k.State, &k.LimitDays, &k.StartedAt, &k.DueAt, &k.FirstDueAt, &k.DueSoonAt, &k.StoppedAt, &off, &enhanced,
			&kind, &what, &occurred, &known, &e.ToldAt); err != nil {
			return nil, err
		}
		if kind == nil || off == nil {
			faults = append(faults, fmt.Errorf("clock %s of a case hangs on nothing that happened in it", k.ID))
			continue
		}
		e.Type, e.OccurredAt, e.KnownAt, e.Details = models.EventType(*kind), *occurred, *known, map[string]any{"what": *what}
		if f := eventClockFault(&k, &e, *off, *enhanced, asOf); f != "" {
			faults = append(faults, fmt.Errorf("clock %s, %s of %s: %s", k.ID, k.Rule, e.Type, f))
		}
	}
	return faults, rows.Err()
}

func eventClockFault(k *models.Clock, e *models.CaseEvent, off, enhanced bool, asOf time.Time) string {
	r, ok := models.RuleAt(models.ClockRules(), k.Rule, k.StartedAt)
	if !ok || r.Version != k.RuleVersion || r.Limit(enhanced) != k.LimitDays && k.Rule != models.RuleUpdate {
		return "it is not held to the version of its rule that was in force"
	}
	spec, _ := models.FindEventType(string(e.Type))
	began := spec != nil && slices.Contains(spec.Opens, k.Rule) && e.ToldAt != nil && e.ToldAt.Equal(k.StartedAt) || k.Rule == models.RuleUpdate
	for _, x := range spec.Effects {
		for _, s := range x.Starts {
			at, ok := e.MomentOf(s.At)
			began = began || s.Rule == k.Rule && (!ok || at.Equal(k.StartedAt))
		}
	}
	if !began {
		return "it began at another moment than what started it"
	}
	cal := models.MustCalendar()
	want, err := cal.StartRule(&r, models.Clock{StartedAt: k.StartedAt}, k.LimitDays)
	if err != nil || !want.DueAt.Equal(k.DueAt) || !want.FirstDueAt.Equal(k.FirstDueAt) || !want.DueSoonAt.Equal(k.DueSoonAt) {
		return fmt.Sprintf("due %s, want %s", k.DueAt.Format(time.RFC3339), want.DueAt.Format(time.RFC3339))
	}
	switch {
	case k.StoppedAt != nil:
		want.State = models.ClockMet
		if k.StoppedAt.After(want.DueAt) {
			want.State = models.ClockBreached
		}
	case asOf.IsZero():
		return ""
	default:
		cal.SettleClock(&want, &r, off, asOf)
	}
	if want.State != k.State {
		return fmt.Sprintf("it is %s, want %s", k.State, want.State)
	}
	return ""
}
