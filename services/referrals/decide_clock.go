package referrals

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

// each runs fn on the open clocks of the rules, or of every rule where none is
// named, and notes them as changed.
func (a *act) each(rules []models.Rule, fn func(*models.Clock) error) {
	for i := range a.clocks {
		c := &a.clocks[i]
		if !c.Open() || len(rules) > 0 && !slices.Contains(rules, c.Rule) {
			continue
		}
		if err := fn(c); err != nil {
			a.failClock(err)
			return
		}
		a.dirty[i] = true
	}
}

// stop records that duties were done, now.
func (a *act) stop(rules ...models.Rule) { a.stopAt(a.now, rules...) }

// stopAt records that duties were done at a moment that may lie in the past.
func (a *act) stopAt(at time.Time, rules ...models.Rule) {
	a.each(rules, func(c *models.Clock) error { return a.cal.StopClock(c, later(at, c.StartedAt)) })
}

// excuse ends duties that fell away, with words for why.
func (a *act) excuse(why string, rules ...models.Rule) {
	a.each(rules, func(c *models.Clock) error { return a.cal.ExcuseClock(c, a.now, why) })
}

// excuseAll ends every duty that is still owed.
func (a *act) excuseAll(why string) { a.excuse(why) }

// undo ends clocks that should not have run.
func (a *act) undo(why string, rules ...models.Rule) {
	a.each(rules, func(c *models.Clock) error { c.VoidClock(a.now, why); return nil })
}

func (a *act) pause(reason string, rules ...models.Rule) {
	a.each(rules, func(c *models.Clock) error { c.Pause(a.now, reason); return nil })
}

func (a *act) resumeClocks(rules ...models.Rule) {
	a.each(rules, func(c *models.Clock) error { return a.cal.ResumeClock(c, a.now) })
}

// start begins a duty of an organisation for a number of working days.
func (a *act) start(rule models.Rule, holder uuid.UUID, days int) {
	c, err := a.cal.StartClock(rule, holder, a.now, days)
	a.add(c, err)
}

func (a *act) add(c models.Clock, err error) {
	if err != nil {
		a.failClock(err)
		return
	}
	c.CaseID, c.ReferralID = a.CaseID, &a.ID
	a.clocks = append(a.clocks, c)
}

// latest returns the last clock of a rule that was started, stopped or not.
func (a *act) latest(rule models.Rule) (int, bool) {
	for i, c := range slices.Backward(a.clocks) {
		if c.Rule == rule {
			return i, true
		}
	}
	return 0, false
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
