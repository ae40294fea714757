package events

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/directory"
)

// clock is a clock of a case with what is kept beside it.
type clock struct {
	models.Clock
	EventID     uuid.UUID
	StopEventID *uuid.UUID
	OffRecord   bool
	Enhanced    bool
	fresh       bool // started now
	endedOn     *time.Time
	ended       bool // somebody said that it is not owed
	extended    int
	why         string // of the extension
}

// work moves the clocks of one case. It collects what changes and saves it at
// the end.
type work struct {
	cal     *models.Calendar
	dir     *directory.Snapshot
	f       *facts
	own     uuid.UUID // the organisation that records
	now     time.Time
	rules   []models.ClockRule
	clocks  []*clock
	events  []models.CaseEvent // recorded before, the earliest first
	sent    []time.Time        // when referrals of the case were sent
	touched []*clock
}

// open reads what an event's effects rest on.
func (s *Service) open(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, f *facts) (*work, error) {
	all, err := s.openAll(ctx, tx, dir, []*facts{f})
	if err != nil {
		return nil, err
	}
	return all[f.ID], nil
}

// openAll is open for several cases, by their ids, in as many queries as for one.
func (s *Service) openAll(ctx context.Context, tx *pg.Tx, dir *directory.Snapshot, list []*facts) (map[uuid.UUID]*work, error) {
	rules, err := Rules(ctx, tx)
	if err != nil {
		return nil, err
	}
	all := make(map[uuid.UUID]*work, len(list))
	ids := make([]uuid.UUID, 0, len(list))
	for _, f := range list {
		all[f.ID] = &work{cal: s.calendar, dir: dir, f: f, own: tx.Actor.OrgID, now: tx.Now, rules: rules}
		ids = append(ids, f.ID)
	}
	var clocks []*clock
	if err := tx.Scan(ctx, &clocks, `select k.*, x.event_id, x.stop_event_id, x.off_record, x.enhanced from clocks k join case_clocks x on x.clock_id = k.id
		where k.case_id in ? and k.stopped_at is null order by k.started_at, k.id`, ids); err != nil {
		return nil, err
	}
	for _, k := range clocks {
		all[k.CaseID].clocks = append(all[k.CaseID].clocks, k)
	}
	before, err := read(ctx, tx, "where case_id in ? order by at, id limit ?", ids, 1000*len(ids))
	if err != nil {
		return nil, err
	}
	for i := range before {
		w := all[before[i].CaseID]
		w.events = append(w.events, before[i])
	}
	var sent []struct {
		CaseID      uuid.UUID
		SubmittedAt time.Time
	}
	if err := tx.Scan(ctx, &sent, "select case_id, submitted_at from referrals where case_id in ? and submitted_at is not null order by submitted_at", ids); err != nil {
		return nil, err
	}
	for _, r := range sent {
		all[r.CaseID].sent = append(all[r.CaseID].sent, r.SubmittedAt)
	}
	return all, nil
}

// Rules are the versions of every clock rule, as the database holds them.
func Rules(ctx context.Context, tx *pg.Tx) ([]models.ClockRule, error) {
	var out []models.ClockRule
	err := tx.Scan(ctx, &out, "select rule, version, owner, standard, enhanced, unit, soft, source, effective_from, effective_to from clock_rules order by length(rule), rule, version")
	return out, err
}

func (w *work) ids() []uuid.UUID {
	out := []uuid.UUID{}
	for _, k := range w.touched {
		out = append(out, k.ID)
	}
	return out
}

func (w *work) touch(k *clock) {
	if !slices.Contains(w.touched, k) {
		w.touched = append(w.touched, k)
	}
}

// owed are the clocks of a rule that wait for their stop.
func (w *work) owed(rule models.Rule) []*clock {
	var out []*clock
	for _, k := range w.clocks {
		if k.Rule == rule && k.Owed() {
			out = append(out, k)
		}
	}
	return out
}

// try takes an event's effects, and leaves the clocks as they were where one of
// them cannot be had. It returns the clocks that changed.
func (w *work) try(e *models.CaseEvent) ([]*clock, error) {
	list, was := slices.Clone(w.clocks), make([]clock, len(w.clocks))
	for i, k := range list {
		was[i] = *k
	}
	w.touched = nil
	if err := w.happened(e); err != nil {
		for i, k := range list {
			*k = was[i]
		}
		w.clocks = list
		return nil, outside(err)
	}
	w.events = append(w.events, *e)
	return w.touched, nil
}

// happened does what an event does, by its table (models.EventTypes): what it
// takes the place of falls away first, then clocks start, and stop.
func (w *work) happened(e *models.CaseEvent) error {
	effects := e.Effects()
	for i := range effects {
		if effects[i].Moves {
			if err := w.replaced(e); err != nil {
				return err
			}
		}
	}
	for i := range effects {
		for _, s := range effects[i].Starts {
			at, ok := e.MomentOf(s.At)
			if !ok {
				continue
			}
			if err := w.start(e, s.Rule, at, func(r *models.ClockRule) int { return e.Limit(&effects[i], r, w.f.Enhanced) }); err != nil {
				return err
			}
		}
	}
	for i := range effects {
		for _, s := range effects[i].Stops {
			if at, ok := e.MomentOf(s.At); ok {
				if err := w.stop(e.ID, w.owed(s.Rule), at); err != nil {
					return err
				}
			}
		}
		for _, rule := range effects[i].Waives {
			for _, k := range w.owed(rule) {
				if err := w.cal.WaiveClock(&k.Clock, w.now, "the victim chose it"); err != nil {
					return err
				}
				day := models.Today(e.OccurredAt)
				k.endedOn, k.ended = &day, true
				w.touch(k)
			}
		}
	}
	return nil
}

// replaced excuses the telling of a date that no longer holds: the new one is
// to be told in its place. What was late by then stays late.
func (w *work) replaced(e *models.CaseEvent) error {
	for _, k := range w.owed(models.RuleToldHearing) {
		if k.State == models.ClockNotEvidenced {
			continue
		}
		if err := w.cal.ExcuseClock(&k.Clock, w.now, "a later change of the date took its place"); err != nil {
			return err
		}
		k.StopEventID = &e.ID
		w.touch(k)
	}
	return nil
}

// start begins a clock under the version in force at its trigger. A rule without
// a number keeps none.
func (w *work) start(e *models.CaseEvent, rule models.Rule, at time.Time, limit func(*models.ClockRule) int) error {
	r, ok := models.RuleAt(w.rules, rule, at)
	if !ok || limit(&r) == 0 {
		return nil
	}
	holder, off := w.holder(&r)
	base := models.Clock{CaseID: w.f.ID, HolderOrgID: holder, StartedAt: at}
	k, err := w.cal.StartRule(&r, base, limit(&r))
	if err != nil {
		return err
	}
	w.cal.SettleClock(&k, &r, off, w.now)
	c := &clock{Clock: k, EventID: e.ID, OffRecord: off, Enhanced: w.f.Enhanced, fresh: true}
	w.clocks = append(w.clocks, c)
	w.touch(c)
	return w.cameBefore(c)
}

// cameBefore stops a clock whose stop was recorded before its start was: reports
// come in any order.
func (w *work) cameBefore(k *clock) error {
	var by uuid.UUID
	var first *time.Time
	for i := range w.events {
		e := &w.events[i]
		if at, ok := e.Stops(k.Rule); ok && e.ID != k.EventID && !at.Before(k.StartedAt) && (first == nil || at.Before(*first)) {
			by, first = e.ID, &at
		}
	}
	if k.Rule == models.RuleSupportReferral {
		for _, at := range w.sent {
			if !at.Before(k.StartedAt) && (first == nil || at.Before(*first)) {
				by, first = uuid.Nil, &at
			}
		}
	}
	if first == nil {
		return nil
	}
	return w.stop(by, []*clock{k}, *first)
}

func (w *work) stop(by uuid.UUID, list []*clock, at time.Time) error {
	for _, k := range list {
		if err := w.cal.EvidenceClock(&k.Clock, at); err != nil {
			return err
		}
		if by != uuid.Nil {
			k.StopEventID = &by
		}
		w.touch(k)
	}
	return nil
}

// holder finds who owes something under a rule, and whether they do not write
// here: who records it, who holds or logged the case, the one organisation of
// that kind, and else who records it, on behalf of whoever it is. A window is
// the victim's and stands with who holds the case.
func (w *work) holder(r *models.ClockRule) (uuid.UUID, bool) {
	if r.Window() {
		return w.f.AccountableOrgID, false
	}
	for _, id := range append([]uuid.UUID{w.own}, w.f.holders()...) {
		if o, ok := w.dir.Organisation(id); ok && string(o.Kind) == r.Owner {
			return id, false
		}
	}
	var only []uuid.UUID
	for _, o := range w.dir.Organisations() {
		if string(o.Kind) == r.Owner && o.Active {
			only = append(only, o.ID)
		}
	}
	if len(only) == 1 {
		return only[0], true
	}
	return w.own, true
}

// told does what follows when the victim was told of an event.
func (w *work) told(e *models.CaseEvent, at time.Time) error {
	var list []*clock
	var update *clock
	for _, k := range w.clocks {
		switch {
		case k.EventID == e.ID && models.StopsWhenTold(k.Rule) && k.Owed():
			list = append(list, k)
		case k.Rule == models.RuleUpdate && k.Owed() && !at.Before(k.StartedAt):
			update = k
		}
	}
	if err := w.stop(e.ID, list, at); err != nil {
		return err
	}
	spec, ok := models.FindEventType(string(e.Type))
	if !ok {
		return nil
	}
	for _, rule := range spec.Opens {
		if err := w.start(e, rule, at, func(r *models.ClockRule) int { return r.Limit(w.f.Enhanced) }); err != nil {
			return err
		}
	}
	// Whatever they are told is an update, and the next is due as they chose.
	if update != nil && update.HolderOrgID == w.own {
		if err := w.stop(e.ID, []*clock{update}, at); err != nil {
			return err
		}
		return w.start(e, models.RuleUpdate, at, func(*models.ClockRule) int { return update.LimitDays })
	}
	return nil
}
