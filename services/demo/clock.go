package demo

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

// Clocks are started, paused and ended by models.Calendar, as the product's
// are; only their ids are the seed's.

// begin starts a duty of so many working days.
func (r *referral) begin(rule models.Rule, holder uuid.UUID, days int) {
	c, err := r.g.calendar.StartClock(rule, holder, r.last, days)
	r.add(c, err)
}

// beginUntil starts a duty that ends on a day of somebody's choosing.
func (r *referral) beginUntil(rule models.Rule, holder uuid.UUID, day time.Time) {
	c, err := r.g.calendar.StartClockUntil(rule, holder, r.last, day)
	r.add(c, err)
}

func (r *referral) add(c models.Clock, err error) {
	must(err)
	id := r.ID
	c.ID, c.CaseID, c.ReferralID = r.s.id(r.last), r.CaseID, &id
	r.clocks = append(r.clocks, &c)
}

// must stops on what only a mistake of this package can cause.
func must(err error) {
	if err != nil {
		panic("demo: " + err.Error())
	}
}

// open returns the clock of a rule that is still owed.
func (r *referral) open(rule models.Rule) *models.Clock {
	i := slices.IndexFunc(r.clocks, func(c *models.Clock) bool { return c.Rule == rule && c.Open() })
	if i < 0 {
		return nil
	}
	return r.clocks[i]
}

// stop records that duties were done.
func (r *referral) stop(rules ...models.Rule) {
	for _, rule := range rules {
		if c := r.open(rule); c != nil {
			must(r.g.calendar.StopClock(c, r.last))
		}
	}
}

// excuse ends duties that fell away, of every rule where none is named.
func (r *referral) excuse(why string, rules ...models.Rule) {
	for _, c := range r.clocks {
		if c.Open() && (len(rules) == 0 || slices.Contains(rules, c.Rule)) {
			must(r.g.calendar.ExcuseClock(c, r.last, why))
		}
	}
}

func (r *referral) pause(why string, rules ...models.Rule) {
	for _, rule := range rules {
		if c := r.open(rule); c != nil {
			c.State = c.StateAt(r.last) // as the minute's tick has left it
			c.Pause(r.last, why)
		}
	}
}

func (r *referral) unpause(rules ...models.Rule) {
	for _, rule := range rules {
		if c := r.open(rule); c != nil {
			must(r.g.calendar.ResumeClock(c, r.last))
		}
	}
}

// latest returns the last clock of a rule, stopped or not.
func (r *referral) latest(rule models.Rule) *models.Clock {
	for _, c := range slices.Backward(r.clocks) {
		if c.Rule == rule {
			return c
		}
	}
	return nil
}

// settle brings the open clocks to the moment the demo ends, as the tick has
// done by then, and says what is due first and whether anything is late.
func (r *referral) settle(until time.Time) {
	r.DueAt, r.overLimit = nil, false
	for _, c := range r.clocks {
		if !c.Open() {
			if c.StoppedAt != nil {
				r.climb(c, *c.StoppedAt)
			}
			continue
		}
		c.State = c.StateAt(until)
		r.climb(c, until)
		r.overLimit = r.overLimit || c.State == models.ClockBreached
		if c.PausedSince == nil && c.HolderOrgID == r.ToOrgID && (r.DueAt == nil || c.DueAt.Before(*r.DueAt)) {
			due := c.DueAt
			r.DueAt = &due
		}
	}
}

// lastRung is the end of the escalation ladder: team, manager, coordinator and
// referrer, a working day apart.
const lastRung = 3

// climb says how far the ladder of a late clock has been climbed by a moment.
func (r *referral) climb(c *models.Clock, until time.Time) {
	if c.State != models.ClockBreached || c.PausedSince != nil {
		return
	}
	late, err := r.g.calendar.WorkingDaysBetween(c.DueAt, until)
	must(err)
	c.Rung = min(lastRung, 1+late)
}
