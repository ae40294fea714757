package demo

import (
	"math"
	"time"

	"throughline/models"
)

// run walks a referral from sending to its end, or to the end of the demo.
func (r *referral) run(f, ending fate) {
	s, o := r.s, r.g.office
	who := r.svcOrg().workerBy(s)
	at := r.arrives(r.last)
	if f.kind == fateLapsed {
		r.lapse(r.lapsesAt())
		return
	}
	if s.chance(0.86) {
		r.acknowledge(at, who)
	} else {
		r.view(at, who)
	}
	if f.kind == fateVoid {
		r.void(o.after(at, r.hours(8)), r.k.author.org.lead(s), f.reason)
		return
	}
	at = r.asks(f, o.after(at, r.hours(r.decideMean())), who)
	if r.over {
		return
	}
	switch f.kind {
	case fateDeclined:
		r.decline(at, who, f.reason, f.whose, r.g.noteFor(s, f.reason))
	case fateWithdrawn:
		r.withdraw(at, r.k.author, f.reason, f.whose)
		r.seen(o.after(r.last, r.hours(6)), who)
	case fateRerouted:
		r.reroutes(at, f.reason)
	case fateWaits:
		r.waitsFor(at, who)
		fallthrough
	default:
		if f.kind == fateServed {
			r.accepts(at, who)
		}
		r.work(ending)
	}
}

func (r *referral) svcOrg() *org { return r.g.world.byKey[r.svc.org] }

// arrives is when the receiver first looks: soon after, in office hours, and
// now and then late. Services that work day and night look within the hour.
func (r *referral) arrives(sent time.Time) time.Time {
	if r.alwaysOpen() {
		return sent.Add(time.Duration(r.s.between(6, 70)) * time.Minute)
	}
	mean := 3.2
	if r.s.chance(0.09) {
		mean = 15
	}
	return r.g.office.after(sent, r.hours(mean))
}

func (r *referral) alwaysOpen() bool { return r.svc.Opening == "Every day, 24 hours" }

// decideMean is how many office hours a decision takes on average.
func (r *referral) decideMean() float64 {
	mean := 4.5
	if r.svc.Pathway == models.PathwayRestorative || r.svc.Pathway == models.PathwayChildHouse {
		mean = 7
	}
	if r.Priority == models.PriorityHigh {
		mean *= 0.6
	}
	if r.s.chance(0.1) {
		mean += 12
	}
	return mean
}

// hours draws a length of office time about a mean: short ones often, long
// ones seldom.
func (r *referral) hours(mean float64) time.Duration {
	h := -math.Log(1-r.s.unit()) * mean
	return time.Duration(min(h, mean*5)*3600) * time.Second
}

// lapsesAt is when every step of the ladder has been taken and the last has
// aged: three steps a working day apart, and the days of a lapse.
func (r *referral) lapsesAt() time.Time {
	limits, _ := models.FindPathway(r.Pathway)
	due := r.open(models.RuleDecide).DueAt
	day, err := r.g.calendar.Due(due, lastRung-1+limits.Limits.Lapse.N)
	must(err)
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, 1, 0, 0, models.London())
}

// asks sends some back to the referrer for what is missing. It returns when
// the decision follows.
func (r *referral) asks(f fate, at time.Time, who *person) time.Time {
	s, o := r.s, r.g.office
	if f.reason != "insufficient_information" && !s.chance(0.11) {
		return at
	}
	texts := []string{pick(s, askedTexts())}
	if second := pick(s, askedTexts()); s.chance(0.3) && second != texts[0] {
		texts = append(texts, second)
	}
	r.ask(at, who, texts...)
	if f.reason == "insufficient_information" && s.chance(0.5) {
		return o.after(at, r.hours(40)) // never answered
	}
	mean := 5.0
	if s.chance(0.12) {
		mean = 26
	}
	at = o.after(at, r.hours(mean))
	replies := make([]string, len(texts))
	for i := range replies {
		replies[i] = pick(s, answerTexts())
	}
	r.reply(at, r.k.author, replies...)
	return o.after(at, r.hours(3))
}

// accepts gives it to a worker.
func (r *referral) accepts(at time.Time, who *person) {
	worker := who
	if r.s.chance(0.55) {
		worker = r.svcOrg().workerBy(r.s)
	}
	r.accept(at, who, worker)
	if r.s.chance(0.004) && r.k.RiskLevel != models.PriorityHigh && len(r.svcOrg().managers) > 0 { // a manager takes it back and gives it to somebody else
		r.undo(r.g.office.after(r.last, 5*time.Minute+r.hours(2)), r.svcOrg().lead(r.s))
		if !r.over {
			r.accept(r.g.office.after(r.last, r.hours(2)), who, r.svcOrg().workerBy(r.s))
		}
	}
}

// waitsFor puts it on the waiting list; a place comes before the review or
// some time after.
func (r *referral) waitsFor(at time.Time, who *person) {
	s, o := r.s, r.g.office
	weeks := s.between(2, 5)
	if r.svc.key == SvcCounselling {
		weeks = s.between(14, 24)
	}
	review := o.on(at, weeks*5, time.Hour)
	if review.Equal(never()) {
		review = o.open(at).AddDate(0, 0, weeks*7)
	}
	reason := pick(s, []string{"no_capacity", "no_capacity", "right_worker", "victim_asked", "assessment_first"})
	r.wait(at, who, reason, review)
	if !r.over {
		r.accept(o.on(r.last, s.between(weeks*2, weeks*5+weeks/2), time.Duration(s.between(10, 400))*time.Minute), who, r.svcOrg().workerBy(s))
	}
}

// reroutes confirms another service, where there is one for this victim; a
// fresh decision to share is made for it.
func (r *referral) reroutes(at time.Time, reason string) {
	g, s := r.g, r.s
	next := g.another(s, r.k, r.svc.Pathway, at)
	if next == nil {
		r.decline(at, r.svcOrg().workerBy(s), "not_eligible_offence_or_need", provider, "")
		return
	}
	if !at.Before(g.until) {
		r.over = true
		return
	}
	d := r.k.decide(g, s, next, at.UTC(), r.k.author)
	f := r.k.draft(g, s, next, d, at.UTC(), r.k.author)
	relation := models.RelationReroute
	f.ParentID, f.Relation, f.JourneyID = &r.ID, &relation, r.JourneyID
	r.reroute(at, r.k.author, reason, map[string]any{"service_id": next.ID, "referral_id": f.ID})
	f.CreatedAt, f.StatusSince, f.last = r.last, r.last, r.last
	f.submit(r.last, r.k.author, map[string]any{"instead_of": r.ID})
	g.follow(f)
}

// work is what follows acceptance: attempts, contact, support, an end.
func (r *referral) work(ending fate) {
	if r.over {
		return
	}
	s, o := r.s, r.g.office
	switch ending.kind {
	case fateGivenBack:
		r.endEarly(o.after(r.last, r.hours(9)), r.worker, ending.reason, ending.whose)
		return
	case fateNoReply, fateOtherAnswered:
		r.tries(ending.kind)
		return
	case fateWithdrawnLater:
		if s.chance(0.5) {
			r.withdraw(o.after(r.last, r.hours(12)), r.k.author, ending.reason, ending.whose)
			return
		}
	default:
	}
	if !r.reaches() || r.over {
		return
	}
	r.agrees()
	r.supports(ending)
}

// supports is the time between first contact and the end.
func (r *referral) supports(ending fate) {
	s, o := r.s, r.g.office
	days := s.between(15, 110) // working days
	if r.svc.Pathway == models.PathwayRestorative {
		days += 60
	}
	started := r.last
	for range s.below(3) { // some of the contacts on the way
		r.meets(o.on(r.last, max(1, s.below(max(2, days/3))), time.Duration(s.between(20, 420))*time.Minute))
	}
	if s.chance(0.07) {
		reason := pick(s, []string{"victim_asked", "awaiting_police_or_cps", "court_date_near", "health", "provider_staffing"})
		at := o.on(r.last, s.between(1, 6), 3*time.Hour)
		r.hold(at, r.worker, reason, o.on(at, 15, time.Hour))
		r.resume(o.on(r.last, s.between(8, 22), 2*time.Hour), r.worker)
	}
	if r.over {
		return
	}
	at := o.on(started, days, time.Duration(s.between(20, 460))*time.Minute)
	switch ending.kind {
	case fateEndedEarly:
		r.endEarly(at, r.worker, ending.reason, ending.whose)
	case fateWithdrawnLater:
		r.withdraw(at, r.k.author, ending.reason, ending.whose)
	default:
		r.complete(at, r.worker)
		if !r.over && s.chance(0.012) && len(r.svcOrg().managers) > 0 {
			r.reopen(o.on(r.last, s.between(2, 15), 4*time.Hour), r.svcOrg().lead(s), "victim_came_back")
			if !r.over && r.Status == models.StatusInProgress {
				r.complete(o.on(r.last, s.between(10, 30), 4*time.Hour), r.worker)
			}
		}
	}
}
