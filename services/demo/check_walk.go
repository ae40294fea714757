package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/internal/vault"
	"throughline/models"
)

// walk is one referral as it is stored, with what its clocks follow from.
type walk struct {
	models.Referral
	overLimit bool
	limits    models.Service
	steps     []walkStep
	clocks    []models.Clock
	attempts  map[uuid.UUID]models.ContactAttempt
	reviewer  *uuid.UUID // who coordinates its pathway
	conferred bool       // a MARAC has taken it on
}

type walkStep struct {
	version  int
	action   models.Action
	from, to models.ReferralStatus
	at       time.Time
	inBefore *int64
	reason   string
	detail   map[string]any
}

// walksAtATime is how many referrals are held in memory.
const walksAtATime = 4000

// checkWalks reads every referral, some at a time in the order of their ids,
// and returns what is wrong with their histories and clocks.
func checkWalks(ctx context.Context, db Querier, v *vault.Vault, asOf time.Time) ([]error, error) {
	var faults []error
	after := uuid.Nil
	for {
		walks, err := readWalks(ctx, db, v, after)
		if err != nil || len(walks) == 0 {
			return faults, err
		}
		for _, w := range walks {
			for _, f := range w.faults(asOf) {
				if len(faults) < 4*mostFaults {
					faults = append(faults, fmt.Errorf("referral %s: %s", w.Reference, f))
				}
			}
		}
		after = walks[len(walks)-1].ID
	}
}

func readWalks(ctx context.Context, db Querier, v *vault.Vault, after uuid.UUID) ([]*walk, error) {
	rows, err := db.Query(ctx, `select r.id, r.reference, r.status, r.version, r.priority, r.pathway, r.pathway_version, r.from_org_id, r.to_org_id,
		r.created_at, r.submitted_at, r.accepted_at, r.ended_at, r.status_since, r.over_limit, s.acknowledge_days, s.decide_days, s.attempt_days,
		s.attempt_days_high, s.contact_days, (select p.org_id from pathway_coordinators p where p.pathway = r.pathway order by p.org_id limit 1),
		exists (select from marac_cases m where m.referral_id = r.id)
		from referrals r join services s on s.id = r.service_id where r.id > $1 order by r.id limit $2`, after, walksAtATime)
	if err != nil {
		return nil, err
	}
	walks, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*walk, error) {
		w := &walk{attempts: map[uuid.UUID]models.ContactAttempt{}}
		return w, row.Scan(&w.ID, &w.Reference, &w.Status, &w.Version, &w.Priority, &w.Pathway, &w.PathwayVersion, &w.FromOrgID, &w.ToOrgID,
			&w.CreatedAt, &w.SubmittedAt, &w.AcceptedAt, &w.EndedAt, &w.StatusSince, &w.overLimit, &w.limits.AcknowledgeDays, &w.limits.DecideDays,
			&w.limits.AttemptDays, &w.limits.AttemptDaysHigh, &w.limits.ContactDays, &w.reviewer, &w.conferred)
	})
	if err != nil || len(walks) == 0 {
		return nil, err
	}
	byID := map[uuid.UUID]*walk{}
	ids := make([]uuid.UUID, len(walks))
	for i, w := range walks {
		byID[w.ID], ids[i] = w, w.ID
	}
	if err := readSteps(ctx, db, v, byID, ids); err != nil {
		return nil, err
	}
	for _, read := range []func(context.Context, Querier, map[uuid.UUID]*walk, []uuid.UUID) error{readClocks, readAttempts} {
		if err := read(ctx, db, byID, ids); err != nil {
			return nil, err
		}
	}
	return walks, nil
}

func readSteps(ctx context.Context, db Querier, v *vault.Vault, walks map[uuid.UUID]*walk, ids []uuid.UUID) error {
	rows, err := db.Query(ctx, `select referral_id, version, action, coalesce(from_status, ''), to_status, at, seconds_in_previous, coalesce(reason, ''), id, detail
		from referral_history where referral_id = any ($1) order by referral_id, version`, ids)
	if err != nil {
		return err
	}
	var id uuid.UUID
	var s walkStep
	var step uuid.UUID
	var detail map[string]any
	_, err = pgx.ForEachRow(rows, []any{&id, &s.version, &s.action, &s.from, &s.to, &s.at, &s.inBefore, &s.reason, &step, v.JSON(vault.StepDetail, &step, &detail)}, func() error {
		step := s
		step.detail, detail = detail, nil
		if s.inBefore != nil {
			seconds := *s.inBefore
			step.inBefore = &seconds
		}
		walks[id].steps = append(walks[id].steps, step)
		return nil
	})
	return err
}

func readClocks(ctx context.Context, db Querier, walks map[uuid.UUID]*walk, ids []uuid.UUID) error {
	rows, err := db.Query(ctx, `select id, referral_id, rule, holder_org_id, state, limit_days, started_at, due_at, first_due_at, due_soon_at, stopped_at,
		paused_since, pause_reason, paused_seconds, why from clocks where referral_id = any ($1) order by referral_id, started_at, rule, id`, ids)
	if err != nil {
		return err
	}
	clocks, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c models.Clock, err error) {
		return c, row.Scan(&c.ID, &c.ReferralID, &c.Rule, &c.HolderOrgID, &c.State, &c.LimitDays, &c.StartedAt, &c.DueAt, &c.FirstDueAt, &c.DueSoonAt,
			&c.StoppedAt, &c.PausedSince, &c.PauseReason, &c.PausedSeconds, &c.Why)
	})
	for _, c := range clocks {
		w := walks[*c.ReferralID]
		w.clocks = append(w.clocks, c)
	}
	return err
}

func readAttempts(ctx context.Context, db Querier, walks map[uuid.UUID]*walk, ids []uuid.UUID) error {
	rows, err := db.Query(ctx, "select id, referral_id, at, counted, outcome from contact_attempts where referral_id = any ($1)", ids)
	if err != nil {
		return err
	}
	attempts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a models.ContactAttempt, err error) {
		return a, row.Scan(&a.ID, &a.ReferralID, &a.At, &a.Counted, &a.Outcome)
	})
	for _, a := range attempts {
		walks[*a.ReferralID].attempts[a.ID] = a
	}
	return err
}

// faults are what is wrong with one referral.
func (w *walk) faults(asOf time.Time) []string {
	out := w.stepFaults()
	if len(out) > 0 {
		return out // what follows from a wrong history is wrong as well
	}
	return w.clockFaults(asOf)
}

// stepFaults holds the history against the state table: every change of version
// has one step, every step is a row of the table, and each begins where the one
// before ended.
func (w *walk) stepFaults() []string {
	status, since, version, at := models.StatusDraft, w.CreatedAt, 1, w.CreatedAt
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, s := range w.steps {
		version++
		switch {
		case s.version != version:
			say("step %d has version %d", version, s.version)
		case s.from != status:
			say("step %d leaves %s, it stood at %s", version, s.from, status)
		case !lawful(s):
			say("the state table has no %s from %s to %s", s.action, s.from, s.to)
		case s.at.Before(at):
			say("step %d lies before the one before it", version)
		case s.to != s.from && (s.inBefore == nil || *s.inBefore != int64(s.at.Sub(since)/time.Second)):
			say("step %d counts the wrong time in %s", version, s.from)
		}
		if s.to != s.from {
			since = s.at
		}
		status, at = s.to, s.at
	}
	switch {
	case w.Status != status:
		say("it stands at %s, its history ends at %s", w.Status, status)
	case w.Version != version:
		say("it has version %d, its history ends at %d", w.Version, version)
	case !w.StatusSince.Equal(since):
		say("it stands there since another moment than its history says")
	case w.Status.Ended() != (w.EndedAt != nil):
		say("it has an end and is not ended, or the other way round")
	}
	return out
}

// lawful reports whether some row of the state table allows a step. A draft may
// be edited, which is no transition.
func lawful(s walkStep) bool {
	if s.action == "edit" {
		return s.from == models.StatusDraft && s.to == models.StatusDraft
	}
	for _, t := range transitionsOf(s.action) {
		if !slices.Contains(t.From, s.from) {
			continue
		}
		switch t.Target {
		case models.ToState:
			if s.to == t.To {
				return true
			}
		case models.ToSame:
			if s.to == s.from {
				return true
			}
		case models.ToHeldFrom:
			if s.to != s.from {
				return true // the database and the next step say whether it is the one
			}
		case models.ToDeleted:
		}
	}
	return false
}
