package demo

import (
	"time"

	"throughline/models"
)

// contact records one contact as it happened. The gate answers as it stood, and
// the answer decides whether it counts (models.JudgeContact).
func (r *referral) contact(moment time.Time, c *channel, outcome models.ContactOutcome, said string) bool {
	if moment.Before(r.last) {
		moment = r.last.Add(time.Minute)
	}
	gate := c.asOf(moment).GateAt(moment, models.StaleAfterDays)
	j := models.JudgeContact(gate, models.ContactOut, outcome)
	attempt, id, channelID := r.s.id(moment), r.ID, c.ID
	stays := r.Status != models.StatusAccepted || !j.Reached
	if !r.do(models.ActRecordContact, moment, r.worker, because{stays: stays, detail: map[string]any{"attempt_id": attempt}}) {
		return false
	}
	moment = r.last
	r.attempts = append(r.attempts, models.ContactAttempt{
		ID: attempt, CaseID: r.CaseID, ReferralID: &id, ChannelID: &channelID, Channel: c.Kind, Direction: models.ContactOut,
		Person: c.Person, Outcome: outcome, Said: said, Counted: j.Counted, SafetyIncident: j.SafetyIncident, Permission: gate.Permission(),
		At: moment, ByUserID: r.worker.id, ByOrgID: r.worker.org.id,
	})
	if j.Counted {
		r.stop(models.RuleFirstAttempt)
	}
	if j.Reached {
		r.stop(models.RuleFirstContact)
	}
	if j.Stop != "" {
		r.closeChannel(c, j.Stop)
	}
	r.done(models.ActRecordContact)
	return true
}

// closeChannel stops a channel for everybody; mostly a caseworker finds out and
// clears it some days later.
func (r *referral) closeChannel(c *channel, why string) {
	if c.stop != nil {
		return
	}
	k := r.k
	c.stop = &stop{id: r.s.id(r.last), why: why, at: r.last, by: r.worker}
	cleared := r.g.office.after(r.last, time.Duration(r.s.between(300, 3000))*time.Minute).UTC()
	recent := r.g.until.Sub(r.last) < 21*24*time.Hour
	if recent && r.s.chance(0.5) || !cleared.Before(r.g.until) {
		return
	}
	c.stop.cleared = &cleared
	k.events = append(k.events, event{at: cleared, by: k.author, action: "safe_contact.cleared", subject: "case", id: k.ID, caseID: k.ID})
}

// reaches makes attempts until the right person is spoken to. It is false
// where the demo, or the attempts, end first.
func (r *referral) reaches() bool {
	first := r.firstChannel()
	if first == nil {
		r.notReached("number_not_safe")
		return false
	}
	at := r.firstTry()
	for n := 0; n < 6; n++ {
		c := first
		if n > 0 {
			c = r.nextChannel(first, n)
		}
		at = r.safeTime(c, at)
		if r.over {
			return false
		}
		outcome, said := models.OutcomeNoAnswer, ""
		if r.answers(c, n) {
			outcome, said = models.OutcomeReached, pick(r.s, saidTexts())
		} else if c.Kind == models.ChannelPhone && c.LeaveMessage && r.s.chance(0.4) {
			outcome = models.OutcomeVoicemail
		}
		if !r.contact(at, c, outcome, said) {
			return false
		}
		if r.Status == models.StatusInProgress {
			return true
		}
		if r.enough() && (first.Kind == models.ChannelPost || first.Kind == models.ChannelText || n >= 4) {
			r.notReached("no_answer")
			return false
		}
		at = r.g.office.on(at, r.s.between(1, 2), time.Duration(r.s.between(10, 450))*time.Minute)
	}
	r.notReached("no_answer")
	return false
}

// answers says whether the n-th attempt reaches the right person: a letter or a
// text never did in the sources, and of first calls so many did.
func (r *referral) answers(c *channel, n int) bool {
	switch {
	case c.Kind == models.ChannelPost || c.Kind == models.ChannelText:
		return false
	case c.Kind == models.ChannelPhone && n == 0:
		return r.g.reached.deal()
	}
	return r.s.chance(PhoneReached / 100)
}

// tries makes the attempts of a referral in which nobody is reached.
func (r *referral) tries(kind fateKind) {
	c := r.firstChannel()
	if c == nil {
		r.notReached("number_not_safe")
		return
	}
	if c.Kind == models.ChannelPhone {
		r.g.reached.debit(func(yes bool) bool { return !yes })
	}
	at := r.firstTry()
	for n := 0; n < 6 && !r.over; n++ {
		at = r.safeTime(c, at)
		outcome := models.OutcomeNoAnswer
		if kind == fateOtherAnswered && c.Kind == models.ChannelPhone && c.stop == nil {
			outcome = models.OutcomeOtherAdult
		}
		if !r.contact(at, c, outcome, "") {
			return
		}
		if outcome == models.OutcomeOtherAdult { // nobody may use it: what is left is to say so
			r.endEarly(r.g.office.after(r.last, r.hours(3)), r.worker, "other", nobody)
			return
		}
		if r.enough() {
			break
		}
		at = r.g.office.on(at, r.s.between(1, 2), time.Duration(r.s.between(10, 450))*time.Minute)
	}
	r.notReached("no_answer")
}

// enough reports whether the attempts required have been made, on different
// days.
func (r *referral) enough() bool {
	days := map[time.Time]bool{}
	for _, a := range r.attempts {
		if a.Counted {
			days[models.Today(a.At)] = true
		}
	}
	if r.Pathway == models.PathwayRestorative { // a most, not a least
		return len(days) >= 1
	}
	return len(days) >= r.svc.ContactAttempts
}

// notReached ends it where the attempts allow; otherwise the work is given back.
func (r *referral) notReached(reason string) {
	if r.over {
		return
	}
	at := r.g.office.after(r.last, r.hours(5))
	by := r.worker
	if r.Priority == models.PriorityHigh {
		by = r.svcOrg().lead(r.s)
	}
	if r.enough() && reason == "no_answer" {
		r.notEngaged(at, by, reason)
		return
	}
	r.endEarly(at, by, "other", nobody)
}

// firstTry is when the first attempt is made: mostly inside its limit.
func (r *referral) firstTry() time.Time {
	if r.alwaysOpen() && r.svc.key == SvcHavens {
		return r.last.Add(time.Duration(r.s.between(15, 240)) * time.Minute)
	}
	mean := 4.0
	if r.Priority == models.PriorityHigh {
		mean = 2.2
	}
	if r.s.chance(0.09) {
		mean += 14
	}
	return r.g.office.after(r.last, r.hours(mean))
}

// firstChannel is the way the first contact is tried, in the shares the police
// feed shows, as far as the victim has said that it is safe.
func (r *referral) firstChannel() *channel {
	d := r.g.otherFirst
	if r.fromFeed() {
		d = r.g.feedFirst
	}
	i := d.dealAmong(func(kind models.Channel) bool { c := r.k.safe(kind); return c != nil && c.stop == nil })
	if i < 0 {
		return nil
	}
	return r.k.safe(d.items[i])
}

// fromFeed reports whether the police sent it to general support.
func (r *referral) fromFeed() bool {
	return r.Pathway == models.PathwayGeneral && r.k.author.org.kind == models.KindPolice
}

// nextChannel is the way the n-th attempt is tried: after a letter that nobody
// answered another, and a call where one is safe.
func (r *referral) nextChannel(first *channel, n int) *channel {
	if first.Kind == models.ChannelPost || first.Kind == models.ChannelText {
		return first
	}
	if n >= 2 && r.s.chance(0.3) {
		if c := r.k.safe(models.ChannelText); c != nil {
			return c
		}
	}
	return first
}

// safeTime moves a moment into the next stretch that is safe on the channel,
// and has the answer confirmed again where it has grown old. Now and then
// somebody overlooks the times; that attempt counts for nothing.
func (r *referral) safeTime(c *channel, at time.Time) time.Time {
	if !at.Before(r.g.until) {
		r.over = true
		return at
	}
	r.confirm(c, at)
	if len(c.Windows) == 0 || r.s.chance(0.02) {
		return at
	}
	from, until, ok := c.asOf(at).Next(at, models.StaleAfterDays)
	if !ok {
		return at
	}
	if from.After(at) {
		at = from.Add(time.Duration(r.s.between(1, max(1, min(90, int(until.Sub(from)/time.Minute)-5)))) * time.Minute)
		r.confirm(c, at)
	}
	if !at.Before(r.g.until) {
		r.over = true
	}
	return at
}

// confirm has the victim asked again, through a channel that is safe, before
// the answer goes stale.
func (r *referral) confirm(c *channel, at time.Time) {
	day, k := models.Today(at), r.k
	if on := c.asOf(at).ConfirmedOn; on != nil && day.Sub(*on) <= models.StaleAfterDays*24*time.Hour {
		return
	}
	asked := at.Add(-time.Duration(r.s.between(5, 50)) * time.Minute).UTC()
	for _, other := range k.channels {
		if other.Safe != models.SafeUnknown {
			other.confirm(day)
		}
	}
	k.events = append(k.events, event{
		at: asked, by: k.author, action: "safe_contact.changed", subject: "case", id: k.ID, caseID: k.ID,
		detail: map[string]any{"source": "victim_safe_channel", "confirmed_on": day.Format(time.DateOnly)},
	})
}

// meets is one of the contacts while the work goes on.
func (r *referral) meets(at time.Time) {
	if r.over || r.Status != models.StatusInProgress {
		return
	}
	c := r.k.safe(models.ChannelPhone)
	if c == nil || c.stop != nil {
		return
	}
	at = r.safeTime(c, at)
	outcome := models.OutcomeReached
	if r.s.chance(0.2) {
		outcome = models.OutcomeNoAnswer
	}
	if !r.over {
		r.contact(at, c, outcome, pick(r.s, saidTexts()))
	}
}
