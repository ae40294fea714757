package demo

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

// replay computes the clocks of a referral from its history alone.
type replay struct {
	w      *walk
	cal    *models.Calendar
	clocks []models.Clock
	now    time.Time
	failed error

	accepted time.Time // when it was last accepted
}

// clockFaults holds the stored clocks against those that follow from the history.
func (w *walk) clockFaults(asOf time.Time) []string {
	if w.Status == models.StatusEnteredInError { // its reports and outcomes are gone with its content
		return w.openFaults()
	}
	if w.conferred { // a MARAC moves its clocks beside the history
		return nil
	}
	p := &replay{w: w, cal: models.MustCalendar()}
	for _, s := range w.steps {
		p.now = s.at
		p.step(s)
		if s.action == models.ActAccept {
			p.accepted = s.at
		}
	}
	if p.failed != nil {
		return []string{p.failed.Error()}
	}
	order := func(a, b models.Clock) int {
		return cmp.Or(a.StartedAt.Compare(b.StartedAt), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.State, b.State))
	}
	slices.SortStableFunc(p.clocks, order)
	slices.SortStableFunc(w.clocks, order)
	var out []string
	if len(p.clocks) != len(w.clocks) {
		return []string{fmt.Sprintf("it has %d clocks, its history makes %d", len(w.clocks), len(p.clocks))}
	}
	late := false
	for i := range p.clocks {
		want, got := &p.clocks[i], &w.clocks[i]
		if !asOf.IsZero() && want.Open() {
			want.State = want.StateAt(asOf)
			late = late || want.State == models.ClockBreached
		}
		if f := differ(want, got, asOf); f != "" {
			out = append(out, string(got.Rule)+": "+f)
		}
	}
	if !asOf.IsZero() && late && !w.overLimit {
		out = append(out, "a duty is late and it is not marked so")
	}
	return out
}

// openFaults: what should not exist is owed by nobody.
func (w *walk) openFaults() []string {
	for i := range w.clocks {
		if w.clocks[i].Open() {
			return []string{string(w.clocks[i].Rule) + " runs on for what was entered in error"}
		}
	}
	return nil
}

// differ says how a stored clock differs from the computed one.
func differ(want, got *models.Clock, asOf time.Time) string {
	same := func(a, b *time.Time) bool {
		if a == nil || b == nil {
			return a == b
		}
		return a.Equal(*b)
	}
	switch {
	case want.Rule != got.Rule || want.HolderOrgID != got.HolderOrgID:
		return "the duty or its holder is another: want " + string(want.Rule)
	case !want.StartedAt.Equal(got.StartedAt) || want.LimitDays != got.LimitDays:
		return "it starts at another moment or has another limit"
	case !want.FirstDueAt.Equal(got.FirstDueAt) || !want.DueAt.Equal(got.DueAt) || !want.DueSoonAt.Equal(got.DueSoonAt):
		return fmt.Sprintf("due %s, want %s", got.DueAt.Format(time.RFC3339), want.DueAt.Format(time.RFC3339))
	case !same(want.StoppedAt, got.StoppedAt):
		return "it stopped at another moment"
	case !same(want.PausedSince, got.PausedSince) || want.PausedSeconds != got.PausedSeconds:
		return "it stood still for another time"
	case want.State != got.State && (want.StoppedAt != nil || want.PausedSince == nil && !asOf.IsZero()):
		return fmt.Sprintf("it is %s, want %s", got.State, want.State)
	}
	return ""
}

func (p *replay) fail(err error) {
	if p.failed == nil {
		p.failed = err
	}
}

func (p *replay) begin(rule models.Rule, holder uuid.UUID, days int) {
	c, err := p.cal.StartClock(rule, holder, p.now, days)
	if err != nil {
		p.fail(err)
	}
	p.clocks = append(p.clocks, c)
}

// each does something to the clocks that are owed, of every rule where none is
// named.
func (p *replay) each(do func(*models.Clock) error, rules ...models.Rule) {
	for i := range p.clocks {
		if c := &p.clocks[i]; c.Open() && (len(rules) == 0 || slices.Contains(rules, c.Rule)) {
			if err := do(c); err != nil {
				p.fail(err)
			}
		}
	}
}

func (p *replay) stop(at time.Time, rules ...models.Rule) {
	p.each(func(c *models.Clock) error {
		if at.Before(c.StartedAt) {
			return p.cal.StopClock(c, c.StartedAt)
		}
		return p.cal.StopClock(c, at)
	}, rules...)
}

func (p *replay) excuse(rules ...models.Rule) {
	p.each(func(c *models.Clock) error { return p.cal.ExcuseClock(c, p.now, "-") }, rules...)
}

func (p *replay) pause(rules ...models.Rule) {
	p.each(func(c *models.Clock) error { c.Pause(p.now, "-"); return nil }, rules...)
}

func (p *replay) resume(rules ...models.Rule) {
	p.each(func(c *models.Clock) error { return p.cal.ResumeClock(c, p.now) }, rules...)
}

// step is what an action does to clocks (referrals.md sections 3 and 5,
// decisions.md 23 and 24).
func (p *replay) step(s walkStep) {
	const ack, dec, att, con, wait, ans, rev = models.RuleAcknowledge, models.RuleDecide, models.RuleFirstAttempt, models.RuleFirstContact,
		models.RuleWaitingReview, models.RuleAnswer, models.RuleDeclineReview
	w := p.w
	switch s.action {
	case models.ActSubmit:
		p.begin(ack, w.ToOrgID, w.limits.AcknowledgeDays)
		p.begin(dec, w.ToOrgID, w.limits.DecideDays)
	case models.ActAcknowledge:
		p.stop(s.at, ack)
	case models.ActRequestInfo:
		p.stop(s.at, ack)
		p.pauseUnlessHigh(dec)
		pathway, _ := models.FindPathwayVersion(w.Pathway, w.PathwayVersion)
		p.begin(ans, w.FromOrgID, pathway.Limits.Answer.N)
	case models.ActAnswerInfo:
		p.stop(s.at, ans)
		p.resume(dec)
	case models.ActAccept:
		p.stop(s.at, ack, dec, wait)
		p.excuse(ans)
		p.first()
	case models.ActWaitlist:
		p.stop(s.at, ack, dec)
		p.waits()
	case models.ActDecline, models.ActUpholdDecline:
		p.stop(s.at, ack, dec, wait, rev)
		p.excuse(ans)
	case models.ActProposeDecline:
		p.stop(s.at, ack)
		p.pauseUnlessHigh(dec)
		if w.reviewer != nil {
			p.begin(rev, *w.reviewer, 1)
		}
	case models.ActReturnDecline:
		p.stop(s.at, rev)
		if s.to != models.StatusInfoRequested {
			p.resume(dec)
		}
	case models.ActHold:
		if r, ok := models.FindReason(models.GroupHold, s.reason); ok && r.PausesClock {
			p.pause(att, con)
		}
	case models.ActResume:
		p.resume(att, con)
	case models.ActRecordContact:
		p.contact(s)
	case models.ActUndoAccept:
		p.undone()
	default:
		p.ending(s)
	}
}

func (p *replay) pauseUnlessHigh(rules ...models.Rule) {
	if p.w.Priority != models.PriorityHigh {
		p.pause(rules...)
	}
}

// first starts what is owed once a referral is accepted.
func (p *replay) first() {
	days := p.w.limits.AttemptDays
	if p.w.Priority == models.PriorityHigh {
		days = p.w.limits.AttemptDaysHigh
	}
	p.begin(models.RuleFirstAttempt, p.w.ToOrgID, days)
	p.begin(models.RuleFirstContact, p.w.ToOrgID, p.w.limits.ContactDays)
}

// waits takes the day of the review from the stored clock: the history does not
// keep it.
func (p *replay) waits() {
	for _, c := range p.w.clocks {
		if c.Rule == models.RuleWaitingReview && c.StartedAt.Equal(p.now) {
			k, err := p.cal.StartClockUntil(c.Rule, p.w.ToOrgID, p.now, c.FirstDueAt.In(models.London()))
			if err != nil {
				p.fail(err)
			}
			p.clocks = append(p.clocks, k)
			return
		}
	}
	p.fail(fmt.Errorf("it was put on a waiting list and no review is due"))
}

func (p *replay) contact(s walkStep) {
	id, _ := s.detail["attempt_id"].(string)
	parsed, err := uuid.Parse(id)
	a, ok := p.w.attempts[parsed]
	if err != nil || !ok {
		p.fail(fmt.Errorf("step %d records a contact that is not there", s.version))
		return
	}
	if a.Counted {
		p.stop(a.At, models.RuleFirstAttempt)
		if a.Outcome == models.OutcomeReached {
			p.stop(a.At, models.RuleFirstContact)
		}
	}
}

// undone takes an acceptance back: the decide clock runs on, or begins anew
// where what ended it was a place on the waiting list.
func (p *replay) undone() {
	p.each(func(c *models.Clock) error { c.VoidClock(p.now, "-"); return nil }, models.RuleFirstAttempt, models.RuleFirstContact)
	for i := range slices.Backward(p.clocks) {
		if c := &p.clocks[i]; c.Rule == models.RuleDecide {
			if c.StoppedAt != nil && c.StoppedAt.Equal(p.accepted) {
				c.RunOn(p.now)
				return
			}
			break
		}
	}
	p.begin(models.RuleDecide, p.w.ToOrgID, p.w.limits.DecideDays)
}

// ending is what the actions that end a referral do to its clocks.
func (p *replay) ending(s walkStep) {
	switch s.action {
	case models.ActComplete:
		p.stop(s.at, models.RuleReferrerUpdate)
	case models.ActEndEarly:
		p.excuse()
		if s.from == models.StatusAccepted {
			return
		}
		p.begin(models.RuleEndReport, p.w.ToOrgID, reportDays)
		if report, _ := s.detail["report"].(string); report != "" {
			p.stop(s.at, models.RuleEndReport)
		}
	case models.ActReopen:
		p.excuse(models.RuleEndReport)
	case models.ActWithdraw, models.ActNotEngaged, models.ActLapse, models.ActVoid:
		p.excuse()
	case models.ActReroute:
		if s.to == models.StatusRerouted {
			p.excuse()
		}
	default: // what is noted and changes no clock
	}
}
