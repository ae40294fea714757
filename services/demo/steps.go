package demo

import (
	"time"

	"throughline/models"
)

// The steps of a referral, with their effects on clocks, trail and notices, as
// services/referrals decides them. Each does nothing once the demo has ended
// before it.

// submit sends the draft: what the receiver may see is frozen, the acknowledge
// and decide clocks start (decisions.md 23).
func (r *referral) submit(moment time.Time, by *person, detail map[string]any) {
	if !r.do(models.ActSubmit, moment, by, because{detail: detail}) {
		return
	}
	sent := r.last
	r.SubmittedAt, r.SubmittedBy = &sent, &by.id
	r.freeze()
	r.begin(models.RuleAcknowledge, r.ToOrgID, r.svc.AcknowledgeDays)
	r.begin(models.RuleDecide, r.ToOrgID, r.svc.DecideDays)
	r.done(models.ActSubmit)
}

// done writes the trail's line of the latest step and what it tells the others.
func (r *referral) done(a models.Action) {
	h := r.history[len(r.history)-1]
	detail := map[string]any{"from": h.from, "to": h.to, "version": h.version}
	if h.reason != "" {
		detail["reason"] = h.reason
	}
	r.record(h.at, h.by, "referral."+past(a), detail)
	r.tell(h.at, h.by, "referral."+past(a))
}

// view is somebody opening the referral.
func (r *referral) view(moment time.Time, by *person) {
	if r.over || !moment.Before(r.g.until) {
		return
	}
	if moment.Before(r.last) {
		moment = r.last.Add(20 * time.Second)
	}
	if r.FirstReadAt == nil && by.org.id == r.ToOrgID {
		r.FirstReadAt = &moment
	}
	r.record(moment, by, "referral.read", nil)
}

// acknowledge is a person at the receiver taking it for triage.
func (r *referral) acknowledge(moment time.Time, by *person) {
	r.view(moment.Add(-time.Duration(r.s.between(60, 600))*time.Second), by)
	if r.do(models.ActAcknowledge, moment, by, because{}) {
		r.takenUp(by)
		r.done(models.ActAcknowledge)
	}
}

// takenUp stops the acknowledge clock at the receiver's first act.
func (r *referral) takenUp(by *person) {
	if r.AcknowledgedAt == nil {
		now := r.last
		r.AcknowledgedAt, r.AcknowledgedBy = &now, &by.id
	}
	r.stop(models.RuleAcknowledge)
}

// Why clocks stand still beside a hold, as services/referrals codes it.
const pausedForAnswer = "waiting_for_answer"

// ask sends it back to the referrer for what is missing. The decide clock
// stands still, but never at high risk; the referrer's clock to answer runs.
func (r *referral) ask(moment time.Time, by *person, texts ...string) {
	if !r.do(models.ActRequestInfo, moment, by, because{}) {
		return
	}
	r.takenUp(by)
	for i, text := range texts {
		r.questions = append(r.questions, question{id: r.s.id(r.last), position: i + 1, at: r.last, by: by, text: text})
	}
	if r.Priority != models.PriorityHigh {
		r.pause(pausedForAnswer, models.RuleDecide)
	}
	limits, _ := models.FindPathway(r.Pathway)
	r.begin(models.RuleAnswer, r.FromOrgID, limits.Limits.Answer.N)
	r.done(models.ActRequestInfo)
}

// reply is the referrer answering every question.
func (r *referral) reply(moment time.Time, by *person, texts ...string) {
	if r.Status != models.StatusInfoRequested || !r.do(models.ActAnswerInfo, moment, by, because{}) {
		return
	}
	now := r.last
	open := 0
	for i := range r.questions {
		if q := &r.questions[i]; q.answeredAt == nil {
			q.answer, q.answeredAt, q.answeredBy = texts[min(open, len(texts)-1)], &now, by
			open++
		}
	}
	r.stop(models.RuleAnswer)
	r.unpause(models.RuleDecide)
	r.done(models.ActAnswerInfo)
}

// accept gives it to a named worker; the first-attempt and first-contact clocks
// start, and what was to be seen after acceptance is seen.
func (r *referral) accept(moment time.Time, by, worker *person) {
	if !r.do(models.ActAccept, moment, by, because{}) {
		return
	}
	now := r.last
	r.takenUp(by)
	r.AcceptedAt, r.AcceptedBy = &now, &by.id
	r.Reason, r.ReviewOn = nil, nil
	r.stop(models.RuleDecide, models.RuleWaitingReview)
	r.excuse("Decided without an answer", models.RuleAnswer)
	attempt := r.svc.AttemptDays
	if r.Priority == models.PriorityHigh {
		attempt = r.svc.AttemptDaysHigh
	}
	r.begin(models.RuleFirstAttempt, r.ToOrgID, attempt)
	r.begin(models.RuleFirstContact, r.ToOrgID, r.svc.ContactDays)
	r.give(worker, by)
	r.done(models.ActAccept)
}

// give makes somebody the one current worker.
func (r *referral) give(worker, by *person) {
	now := r.last
	r.release()
	r.assignments = append(r.assignments, assignment{id: r.s.id(now), worker: worker, from: now, by: by})
	r.worker, r.WorkerID = worker, &worker.id
}

func (r *referral) release() {
	now := r.last
	if n := len(r.assignments); n > 0 && r.assignments[n-1].until == nil {
		r.assignments[n-1].until = &now
	}
	r.worker, r.WorkerID = nil, nil
}

// wait puts it on the waiting list until a review.
func (r *referral) wait(moment time.Time, by *person, reason string, review time.Time) {
	day := models.Today(review)
	if !r.do(models.ActWaitlist, moment, by, because{reason: reason, detail: map[string]any{"interim_advice_given": r.s.chance(0.9)}}) {
		return
	}
	r.takenUp(by)
	r.stop(models.RuleDecide)
	r.ReviewOn = &day
	r.beginUntil(models.RuleWaitingReview, r.ToOrgID, day)
	r.done(models.ActWaitlist)
}

// decline refuses it, for a coded reason and by whose decision.
func (r *referral) decline(moment time.Time, by *person, reason string, whose models.DecidedBy, note string) {
	if !r.do(models.ActDecline, moment, by, because{reason: reason, decidedBy: whose, note: note, ends: true}) {
		return
	}
	r.takenUp(by)
	r.stop(models.RuleDecide, models.RuleWaitingReview)
	r.excuse("Decided without an answer", models.RuleAnswer)
	r.ReviewOn = nil
	r.done(models.ActDecline)
}

// withdraw recalls it; before acceptance the receiver has to say it has seen that.
func (r *referral) withdraw(moment time.Time, by *person, reason string, whose models.DecidedBy) {
	if !r.do(models.ActWithdraw, moment, by, because{reason: reason, decidedBy: whose, ends: true}) {
		return
	}
	r.ReviewOn = nil
	r.excuse("The referral was withdrawn")
	r.done(models.ActWithdraw)
}

// seen is the receiver acknowledging a withdrawal.
func (r *referral) seen(moment time.Time, by *person) {
	if r.over || !r.do(models.ActAcknowledgeWithdrawal, moment, by, because{stays: true}) {
		return
	}
	now := r.last
	r.WithdrawalAcknowledgedAt = &now
	r.done(models.ActAcknowledgeWithdrawal)
}

// lapse is the clock's own: every deadline passed and nobody answered.
func (r *referral) lapse(moment time.Time) {
	if !r.do(models.ActLapse, moment, nil, because{decidedBy: models.DecidedBySystem, ends: true}) {
		return
	}
	r.Reason, r.ReviewOn = nil, nil
	r.excuse("Nobody answered in time")
	r.done(models.ActLapse)
}

// hold pauses the work; clocks stand still only for reasons marked so.
func (r *referral) hold(moment time.Time, by *person, reason string, review time.Time) {
	day := models.Today(review)
	if !r.do(models.ActHold, moment, by, because{reason: reason}) {
		return
	}
	r.ReviewOn = &day
	if why, ok := models.FindReason(models.GroupHold, reason); ok && why.PausesClock {
		r.pause(reason, models.RuleFirstAttempt, models.RuleFirstContact)
	}
	r.done(models.ActHold)
}

func (r *referral) resume(moment time.Time, by *person) {
	if r.over || !r.do(models.ActResume, moment, by, because{}) {
		return
	}
	r.Reason, r.ReviewOn = nil, nil
	r.unpause(models.RuleFirstAttempt, models.RuleFirstContact)
	r.done(models.ActResume)
}

// complete is the work done, with an outcome for each need.
func (r *referral) complete(moment time.Time, by *person) {
	changed := r.outcomes()
	detail := map[string]any{"outcomes": changed, "report": pick(r.s, reportTexts())}
	if !r.do(models.ActComplete, moment, by, because{detail: detail}) {
		return
	}
	r.rated(changed, by)
	r.Reason, r.DecidedBy = nil, nil
	r.stop(models.RuleReferrerUpdate)
	r.done(models.ActComplete)
}

// reportDays is how long an end report may take after work ended early (K35).
const reportDays = 5

// endEarly is work that began and stopped: the end report comes with it or is
// owed from then on. Before first contact what was done is said at once.
func (r *referral) endEarly(moment time.Time, by *person, reason string, whose models.DecidedBy) {
	before := r.Status == models.StatusAccepted
	if before && r.Priority == models.PriorityHigh {
		by = r.svcOrg().lead(r.s)
	}
	detail := map[string]any{}
	recent := r.g.until.Sub(moment) < 10*24*time.Hour
	report := !before && (!recent || r.s.chance(0.7))
	if report {
		detail["report"] = pick(r.s, reportTexts())
	}
	if !r.do(models.ActEndEarly, moment, by, because{reason: reason, decidedBy: whose, detail: detail, note: r.g.noteFor(r.s, "other"), ends: true}) {
		return
	}
	r.ReviewOn = nil
	if before {
		r.excuse("Ended before first contact")
	} else {
		r.excuse("Ended early")
		r.begin(models.RuleEndReport, r.ToOrgID, reportDays)
		if report {
			r.stop(models.RuleEndReport)
		}
	}
	r.done(models.ActEndEarly)
}

// notEngaged is a victim not reached after the attempts required.
func (r *referral) notEngaged(moment time.Time, by *person, reason string) {
	if !r.do(models.ActNotEngaged, moment, by, because{reason: reason, ends: true}) {
		return
	}
	r.excuse("Not reached")
	r.done(models.ActNotEngaged)
}

// undo takes an acceptance back: the decide clock runs on as if never stopped.
func (r *referral) undo(moment time.Time, by *person) {
	if !r.do(models.ActUndoAccept, moment, by, because{}) {
		return
	}
	for _, rule := range []models.Rule{models.RuleFirstAttempt, models.RuleFirstContact} {
		if c := r.open(rule); c != nil {
			c.VoidClock(r.last, "The acceptance was undone")
		}
	}
	if c := r.latest(models.RuleDecide); c.StoppedAt != nil && c.StoppedAt.Equal(*r.AcceptedAt) {
		c.RunOn(r.last)
	} else {
		r.begin(models.RuleDecide, r.ToOrgID, r.svc.DecideDays)
	}
	r.AcceptedAt, r.AcceptedBy = nil, nil
	r.release()
	r.done(models.ActUndoAccept)
}

// reopen takes up ended work again; the first closing date stays in the history.
func (r *referral) reopen(moment time.Time, by *person, reason string) {
	if !r.do(models.ActReopen, moment, by, because{reason: reason, detail: map[string]any{"ended_at": *r.EndedAt}}) {
		return
	}
	r.EndedAt, r.Reason, r.DecidedBy, r.ReviewOn = nil, nil, nil, nil
	r.excuse("Opened again", models.RuleEndReport)
	r.done(models.ActReopen)
}

// void marks one that should not exist: its content goes, its number stays.
func (r *referral) void(moment time.Time, by *person, reason string) {
	if !r.do(models.ActVoid, moment, by, because{reason: reason}) {
		return
	}
	r.ReviewOn = nil
	r.excuse("Entered in error")
	r.done(models.ActVoid)
}

// reroute ends it in favour of another referral on the same journey.
func (r *referral) reroute(moment time.Time, by *person, reason string, detail map[string]any) bool {
	if !r.do(models.ActReroute, moment, by, because{reason: reason, detail: detail}) {
		return false
	}
	r.excuse("Moved to another service")
	r.done(models.ActReroute)
	return true
}

// past is how the trail and the notices name an action.
func past(a models.Action) string {
	return map[models.Action]string{
		models.ActSubmit: "submitted", models.ActAcknowledge: "acknowledged", models.ActRequestInfo: "info_requested",
		models.ActAnswerInfo: "info_answered", models.ActAccept: "accepted", models.ActWaitlist: "waitlisted", models.ActDecline: "declined",
		models.ActRecordContact: "contact_recorded", models.ActHold: "held", models.ActResume: "resumed", models.ActComplete: "completed",
		models.ActEndEarly: "ended_early", models.ActNotEngaged: "not_engaged", models.ActWithdraw: "withdrawn",
		models.ActAcknowledgeWithdrawal: "withdrawal_acknowledged", models.ActReroute: "rerouted", models.ActUndoAccept: "acceptance_undone",
		models.ActReopen: "reopened", models.ActVoid: "entered_in_error", models.ActAssign: "assigned", models.ActLapse: "lapsed",
	}[a]
}
