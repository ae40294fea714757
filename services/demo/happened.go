package demo

import (
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

// happened is something police did in a case of the demo, with the clocks that
// hang on it.
type happened struct {
	models.CaseEvent
	told   *time.Time
	clocks []*caseClock
}

type caseClock struct {
	models.Clock
	rule models.ClockRule
	by   *uuid.UUID // the event that stopped it
}

// happenedFor is how far back the demo knows what police did: the feed began then.
const happenedFor = 60 * 24 * time.Hour

// happens makes what police recorded of one of their cases, and the clocks that
// follow by the product's own table. It is the same in every demo.
func (g *generator) happens(k *kase) []*happened {
	if k.author.org.kind != models.KindPolice {
		return nil
	}
	s := g.stream("happened " + k.Reference)
	var out []*happened
	add := func(kind models.EventType, what string, at time.Time, told float64) bool {
		if at = at.Truncate(time.Second); !at.Before(g.until.Add(-time.Hour)) {
			return false
		}
		e := &happened{CaseEvent: models.CaseEvent{ID: s.id(at), CaseID: k.ID, Type: kind, OccurredAt: at, KnownAt: at, At: at.Add(20 * time.Minute), SourceOrgID: k.author.org.id, Details: map[string]any{}}}
		if what != "" {
			e.Details["what"] = what
		}
		if kind == "E2" {
			e.Details["enhanced"] = k.Enhanced
		}
		if kind == "E12" {
			e.Details["hearing_at"] = at.AddDate(0, 0, 40).Format(time.RFC3339)
			if what == "moved" {
				e.Details["was_at"] = at.AddDate(0, 0, 5).Format(time.RFC3339)
			}
		}
		g.clocksOf(s, k, e)
		if s.chance(told) {
			if when, ok := g.tells(k, at.Add(time.Duration(s.between(1, 60))*time.Hour)); ok {
				e.told = &when
				for _, c := range e.clocks {
					if models.StopsWhenTold(c.Rule) {
						c.stop(g.calendar, e.ID, when)
					}
				}
			}
		}
		out = append(out, e)
		return true
	}
	if k.LoggedAt.Before(g.until.Add(-happenedFor)) {
		g.goesToCourt(s, k, add)
	} else {
		g.investigated(s, k, &out, add)
	}
	for _, e := range out {
		for _, c := range e.clocks {
			c.settle(g, k)
		}
	}
	return out
}

// investigated is the first weeks, as the feed brings them.
func (g *generator) investigated(s *source, k *kase, out *[]*happened, add func(models.EventType, string, time.Time, float64) bool) {
	add("E1", "", k.LoggedAt, 0.8)
	if s.chance(0.7) && add("E2", "", k.LoggedAt.Add(time.Duration(s.between(3, 140))*time.Hour), 0) {
		last := (*out)[len(*out)-1]
		for _, c := range (*out)[0].clocks {
			if c.Rule == models.RuleNeedsAssessment {
				c.stop(g.calendar, last.ID, last.OccurredAt)
			}
		}
	}
	arrested := k.LoggedAt.Add(time.Duration(s.between(20, 200)) * time.Hour)
	if s.chance(0.4) && add("E7", "arrested", arrested, 0.75) && add("E7", "interviewed", arrested.Add(6*time.Hour), 0.7) {
		add("E7", pick(s, []string{"released_on_bail", "released_investigation", "released_no_action"}), arrested.Add(20*time.Hour), 0.65)
	}
}

// goesToCourt is the one case in eight, of those before the feed began, in which
// somebody was charged: the charge, hearings, some moved, and the outcome.
func (g *generator) goesToCourt(s *source, k *kase, add func(models.EventType, string, time.Time, float64) bool) {
	if !s.chance(0.125) {
		return
	}
	at := k.LoggedAt.AddDate(0, 0, s.between(25, 210))
	if !add("E9", "", at, 0.7) {
		return
	}
	at = at.AddDate(0, 0, s.between(14, 40))
	more := add("E12", "listed", at, 0.8)
	for more && s.chance(0.35) {
		at = at.AddDate(0, 0, s.between(20, 60))
		more = add("E12", "moved", at, 0.8)
	}
	if more && s.chance(0.85) {
		add("E17", pick(s, []string{"guilty", "guilty", "not_guilty", "no_verdict"}), at.AddDate(0, 0, s.between(45, 260)), 0.85)
	}
}

// tells finds a moment at which the victim could be told by telephone: safe by
// the gate, and not after the demo's end.
func (g *generator) tells(k *kase, from time.Time) (time.Time, bool) {
	phone := k.safe(models.ChannelPhone)
	if phone == nil {
		return from, false
	}
	at, _, ok := phone.asOf(from).Next(from, models.StaleAfterDays)
	if !ok {
		return from, false
	}
	at = at.Add(4 * time.Minute).Truncate(time.Second)
	return at, at.Before(g.until.Add(-time.Hour)) && phone.asOf(at).GateAt(at, models.StaleAfterDays).Open()
}

// clocksOf starts what an event starts.
func (g *generator) clocksOf(s *source, k *kase, e *happened) {
	for _, x := range e.Effects() {
		for _, start := range x.Starts {
			at, ok := e.MomentOf(start.At)
			r, known := models.RuleAt(models.ClockRules(), start.Rule, at)
			if !ok || !known || r.Limit(k.Enhanced) == 0 {
				continue
			}
			c, err := g.calendar.StartRule(&r, models.Clock{CaseID: k.ID, HolderOrgID: k.author.org.id, StartedAt: at}, r.Limit(k.Enhanced))
			must(err)
			c.ID = s.id(at)
			e.clocks = append(e.clocks, &caseClock{Clock: c, rule: r})
		}
		for _, stop := range x.Stops { // the leg from the court, of which one event says both ends
			for _, c := range e.clocks {
				if at, ok := e.MomentOf(stop.At); ok && c.Rule == stop.Rule {
					c.stop(g.calendar, e.ID, at)
				}
			}
		}
	}
}

func (c *caseClock) stop(cal *models.Calendar, by uuid.UUID, at time.Time) {
	must(cal.EvidenceClock(&c.Clock, at))
	c.by = &by
}

// settle stops what a referral stopped, and brings the rest to where the tick
// has left it at the demo's end.
func (c *caseClock) settle(g *generator, k *kase) {
	if c.Rule == models.RuleSupportReferral {
		for _, r := range k.referrals {
			if r.SubmittedAt != nil && !r.SubmittedAt.Before(c.StartedAt) && (c.StoppedAt == nil || r.SubmittedAt.Before(*c.StoppedAt)) {
				c.StoppedAt, c.State = nil, models.ClockRunning
				must(g.calendar.EvidenceClock(&c.Clock, *r.SubmittedAt))
			}
		}
	}
	until := g.until
	if c.StoppedAt == nil {
		g.calendar.SettleClock(&c.Clock, &c.rule, false, until)
	} else {
		until = *c.StoppedAt
	}
	if c.State == models.ClockBreached || c.State == models.ClockNotEvidenced {
		late, err := g.calendar.WorkingDaysBetween(c.DueAt, until)
		must(err)
		c.Rung = min(lastRung, 1+late)
	}
}

// writeHappened adds them, with their lines of the trail.
func (b *book) writeHappened(k *kase, list []*happened) (trail []event) {
	by := k.author
	for _, e := range list {
		var toldAt, recordedAt, channel, understood, user, organisation any
		if e.told != nil {
			toldAt, recordedAt, channel, understood, user, organisation = *e.told, recorded(*e.told), string(models.ChannelPhone), true, by.id, by.org.id
			trail = append(trail, event{at: *e.told, by: by, action: "case_event.told", subject: "case", id: k.ID, caseID: k.ID, detail: map[string]any{"event": e.ID, "type": e.Type, "channel": "phone"}})
		}
		b.happened.row(e.ID, k.ID, string(e.Type), e.OccurredAt, e.KnownAt, e.At, recorded(e.At), by.org.id, jsonb(toJSON(e.Details)), []byte("{}"), by.id, by.org.id,
			toldAt, recordedAt, channel, understood, user, organisation)
		trail = append(trail, event{at: e.At, by: by, action: "case_event.recorded", subject: "case", id: k.ID, caseID: k.ID, detail: map[string]any{"event": e.ID, "type": e.Type, "clocks": len(e.clocks)}})
		for _, c := range e.clocks {
			b.clocks.row(c.ID, k.ID, nil, string(c.Rule), small(c.RuleVersion), c.HolderOrgID, string(c.State), small(c.LimitDays), c.StartedAt, c.DueAt, c.FirstDueAt, c.DueSoonAt,
				at(c.StoppedAt), nil, nil, int64(0), jsonb("[]"), text(c.Why), small(c.Rung), recorded(e.At))
			b.owed.row(c.ID, k.ID, e.ID, someone(c.by), false, k.Enhanced)
		}
	}
	return trail
}
