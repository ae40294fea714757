package referrals

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"throughline/models"
)

// pauseReasons are why a clock of a referral stands still, besides a hold's.
const (
	pausedForAnswer = "waiting_for_answer"
	pausedForReview = "decline_review"
)

// acknowledge takes a referral for triage (row 2).
func (a *act) acknowledge() {
	a.takenUp()
}

// takenUp stops the acknowledge clock: whatever the receiver does first shows
// that somebody has it in hand.
func (a *act) takenUp() {
	a.stop(models.RuleAcknowledge)
	if a.AcknowledgedAt == nil {
		a.c.after.AcknowledgedAt, a.c.after.AcknowledgedBy = &a.now, nonZero(a.actor.UserID)
	}
}

// requestInfo asks the referrer (row 3): the decide clock stands still, unless
// the risk is high, and a clock of the referrer's runs.
func (a *act) requestInfo() {
	if len(a.in.Questions) == 0 {
		a.faults.Add("questions", models.FieldRequired, "Enter a question")
	}
	if len(a.in.Questions) > mostQuestions {
		a.faults.Add("questions", models.FieldTooLong, "Ask 10 questions or fewer at a time")
		return
	}
	for i, q := range a.in.Questions {
		at := "questions[" + strconv.Itoa(i) + "]"
		q = strings.TrimSpace(q)
		if q == "" {
			a.faults.Add(at, models.FieldRequired, "Enter a question")
		}
		a.checkText(at, "Question", q, 1000)
		a.c.asked = append(a.c.asked, question{ID: models.NewID(), AskedAt: a.now, Position: i + 1, Text: q})
	}
	a.takenUp()
	if !a.high() {
		a.pause(pausedForAnswer, models.RuleDecide)
	}
	a.start(models.RuleAnswer, a.FromOrgID, a.limits().Answer.N)
}

// limits are the pathway's numbers that no service has of its own.
func (a *act) limits() models.Limits {
	if p, ok := models.FindPathwayVersion(a.Pathway, a.PathwayVersion); ok {
		return p.Limits
	}
	return models.StartingLimits()
}

// answerInfo answers every open question (row 4).
func (a *act) answerInfo() {
	if len(a.in.Answers) != len(a.Questions) {
		a.faults.Add("answers", models.FieldRequired, "Answer each question: "+models.Plural(len(a.Questions), "question is open", "questions are open"))
		return
	}
	for i, text := range a.in.Answers {
		at := "answers[" + strconv.Itoa(i) + "]"
		text = strings.TrimSpace(text)
		if text == "" {
			a.faults.Add(at, models.FieldRequired, "Enter an answer")
		}
		a.checkText(at, "Answer", text, 4000)
		a.c.answered = append(a.c.answered, answer{id: a.Questions[i].ID, text: text})
	}
	a.stop(models.RuleAnswer)
	a.resumeClocks(models.RuleDecide)
}

// accept agrees to the referral for a named worker or team (rows 4a and 5).
func (a *act) accept() {
	next := &a.c.after
	a.assignTo()
	a.takenUp()
	a.stop(models.RuleDecide, models.RuleWaitingReview)
	a.excuse("Decided without an answer", models.RuleAnswer)
	next.AcceptedAt, next.AcceptedBy = &a.now, nonZero(a.actor.UserID)
	next.Reason, next.ReviewOn = nil, nil
	days := a.Service.AttemptDays
	if a.high() {
		days = a.Service.AttemptDaysHigh
	}
	a.start(models.RuleFirstAttempt, a.ToOrgID, days)
	a.start(models.RuleFirstContact, a.ToOrgID, a.Service.ContactDays)
}

// assign gives the referral to a worker or team of the receiver's.
func (a *act) assign() { a.assignTo() }

func (a *act) assignTo() {
	team := strings.TrimSpace(a.in.Team)
	a.checkText("team", "Team", team, 80)
	switch {
	case a.in.WorkerID == uuid.Nil && team == "":
		a.faults.Add("worker_id", models.FieldRequired, "Select who will make contact, or a team")
		return
	case a.in.WorkerID != uuid.Nil && (a.Worker == nil || !canAnswer(a.Worker.Role)):
		a.faults.Add("worker_id", models.FieldUnknown, "Select somebody of your own organisation who answers referrals")
		return
	}
	a.c.assigned = &assignment{id: models.NewID(), worker: nonZero(a.in.WorkerID), team: nonZero(team)}
	a.c.after.WorkerID, a.c.after.Team = a.c.assigned.worker, a.c.assigned.team
	if a.Worker != nil { // the referrer is told who it is, and cannot look it up
		a.c.history.detail["worker"] = a.Worker.Name
	}
}

func canAnswer(r models.Role) bool { return models.Actor{Role: r}.Can(models.ReferralAnswer) }

// waitlist keeps a place for somebody there is no room for yet (row 6).
func (a *act) waitlist() {
	next := &a.c.after
	a.checkReason()
	a.checkReviewDate()
	if a.in.InterimAdvice == nil {
		a.faults.Add("interim_advice_given", models.FieldRequired, "Say whether safety advice was given for the meantime")
	} else {
		a.c.history.detail["interim_advice_given"] = *a.in.InterimAdvice
	}
	a.takenUp()
	a.stop(models.RuleDecide)
	next.ReviewOn = a.in.ReviewOn
	if a.in.ReviewOn == nil || a.faults.At("review_on") {
		return
	}
	c, err := a.cal.StartClockUntil(models.RuleWaitingReview, a.ToOrgID, a.now, *a.in.ReviewOn)
	a.add(c, err)
	if a.high() { // somebody at high risk does not wait unseen
		a.c.topics = append(a.c.topics, "referral.high_risk_waiting")
	}
}

// waitsTooLong reports whether somebody at high risk waits past the time in
// which they would have been reached: their coordinator sees it.
func (a *act) waitsTooLong() bool {
	i, ok := a.latest(models.RuleWaitingReview)
	if !ok || !a.high() || !a.clocks[i].Open() {
		return false
	}
	days, err := a.cal.WorkingDaysBetween(*a.SubmittedAt, a.clocks[i].DueAt)
	return err == nil && days > a.Service.ContactDays
}

// checkReviewDate asks for a day after today and within half a year.
func (a *act) checkReviewDate() {
	today := models.Today(a.now)
	switch on := a.in.ReviewOn; {
	case on == nil:
		a.faults.Add("review_on", models.FieldRequired, "Enter the day this is looked at again")
	case !on.After(today):
		a.faults.Add("review_on", models.FieldInvalid, "The day must be after today")
	case on.Sub(today) > longestWait*24*time.Hour:
		a.faults.Add("review_on", models.FieldInvalid, "The day must be within 6 months")
	}
}

// decline refuses a referral (rows 4a and 11), where the service's declines are
// not reviewed.
func (a *act) decline() {
	if a.Service.DeclineReview {
		a.fail(models.Conflict("A coordinator reviews this service's declines. Use propose-decline instead."))
	}
	a.endReason()
	a.takenUp()
	a.stop(models.RuleDecide, models.RuleWaitingReview)
	a.excuse("Decided without an answer", models.RuleAnswer)
	a.c.after.ReviewOn = nil
}

// proposeDecline asks a coordinator to agree to a decline (row 8). The receiver
// keeps the referral; its decide clock stands still unless the risk is high.
func (a *act) proposeDecline() {
	if len(a.Coordinators) == 0 {
		a.fail(models.Conflict("Nobody coordinates this kind of support, so nobody can review a decline. Use decline instead."))
		return
	}
	a.endReason()
	a.takenUp()
	if !a.high() {
		a.pause(pausedForReview, models.RuleDecide)
	}
	a.start(models.RuleDeclineReview, a.Coordinators[0], reviewDays)
}

// upholdDecline agrees to a proposed decline, with the next step (row 9).
func (a *act) upholdDecline() {
	step := strings.TrimSpace(a.in.NextStep)
	if step == "" {
		a.faults.Add("next_step", models.FieldRequired, "Say what happens next for the victim")
	}
	a.checkText("next_step", "Next step", step, 200)
	a.c.history.detail["next_step"] = step
	a.c.history.reason, a.c.history.decidedBy = a.Reason, a.DecidedBy
	a.stop(models.RuleDeclineReview, models.RuleDecide, models.RuleWaitingReview)
	a.excuse("Decided without an answer", models.RuleAnswer)
	a.c.after.ReviewOn = nil
}

// returnDecline sends a proposed decline back, with why (row 10).
func (a *act) returnDecline() {
	why := strings.TrimSpace(a.in.Reason)
	if why == "" {
		a.faults.Add("reason", models.FieldRequired, "Say why it is sent back")
	}
	a.checkText("reason", "Why it is sent back", why, 1000)
	if a.c.history.note == nil {
		a.c.history.note = &why
	} else {
		a.c.history.detail["why"] = why
	}
	a.c.after.Reason, a.c.after.DecidedBy = nil, nil
	a.stop(models.RuleDeclineReview)
	if *a.HeldFrom != models.StatusInfoRequested { // a question is still open: it waits for its answer
		a.resumeClocks(models.RuleDecide)
	}
}
