package referrals

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/models"
)

// recordContact keeps a contact that happened (row 12). Only the right person,
// reached on a channel that was safe at that time, begins the work.
func (a *act) recordContact() {
	in := a.in.Contact
	at := a.contactTime(in.At)
	if in.Direction == "" {
		in.Direction = models.ContactOut
	}
	a.checkContact(in)
	gate := models.GateFor(a.Channels, in.Channel, at, models.StaleAfterDays)
	j := models.JudgeContact(gate, in.Direction, in.Outcome)
	if !j.Reached {
		a.row.Target = models.ToSame
	} else if a.Status == models.StatusInProgress {
		a.row.Target = models.ToSame
	}
	a.c.attempt = &models.ContactAttempt{
		ID: models.NewID(), CaseID: a.CaseID, ReferralID: &a.ID, ChannelID: nonZero(gate.Channel.ID), Channel: in.Channel,
		Direction: in.Direction, Person: in.Person, Outcome: in.Outcome, Said: in.Said, Counted: j.Counted, SafetyIncident: j.SafetyIncident,
		Permission: gate.Permission(), At: at, ByUserID: a.actor.UserID, ByOrgID: a.actor.OrgID,
	}
	a.c.history.detail["attempt_id"] = a.c.attempt.ID
	if j.Counted {
		a.stopAt(at, models.RuleFirstAttempt)
	}
	if j.Reached {
		a.stopAt(at, models.RuleFirstContact)
	}
	a.stopChannel(gate, j)
}

// stopChannel closes a channel for everyone and tells whose task it becomes.
func (a *act) stopChannel(gate models.Gate, j models.ContactJudgement) {
	if j.SafetyIncident {
		a.c.topics = append(a.c.topics, "contact.safety_incident")
	}
	if j.Stop == "" || gate.Code == models.GateNone {
		return
	}
	if gate.Code != models.GateStopped {
		a.c.stop = &stop{id: models.NewID(), channel: gate.Channel.ID, why: j.Stop}
	}
	if !j.SafetyIncident {
		a.c.topics = append(a.c.topics, "contact.stopped")
	}
}

// contactTime is when the contact happened: never in the future, and never
// before the referral was accepted.
func (a *act) contactTime(at *time.Time) time.Time {
	switch {
	case at == nil:
	case at.After(a.now.Add(time.Minute)):
		a.faults.Add("at", models.FieldInvalid, "The time must be now or in the past")
	case a.AcceptedAt != nil && at.Before(a.AcceptedAt.Truncate(time.Minute)):
		a.faults.Add("at", models.FieldInvalid, "The time must be after the referral was accepted")
	default:
		return at.UTC().Truncate(time.Microsecond)
	}
	return a.now
}

func (a *act) checkContact(in ContactInput) {
	if !slices.Contains(models.Channels(), in.Channel) {
		a.faults.Add("channel", needed(string(in.Channel)), "Select how contact was made")
	}
	if !models.HasChoice(models.ContactDirections(), string(in.Direction)) {
		a.faults.Add("direction", models.FieldUnknown, "Select who began the contact")
	}
	if !models.HasChoice(models.ContactOutcomes(), string(in.Outcome)) {
		a.faults.Add("outcome", needed(string(in.Outcome)), "Select who answered")
	}
	a.checkText("person", "Who it was with", in.Person, 60)
	a.checkText("said", "What was said", in.Said, 4000)
}

// needed is the code of a choice that is missing or not on the list.
func needed(given string) string {
	if given == "" {
		return models.FieldRequired
	}
	return models.FieldUnknown
}

// hold pauses the work (row 14). The first-contact clocks stand still only for
// reasons marked so: a service short of staff never pauses one.
func (a *act) hold() {
	r := a.checkReason()
	a.checkReviewDate()
	a.c.after.ReviewOn = a.in.ReviewOn
	if r.PausesClock {
		a.pause(r.Code, models.RuleFirstAttempt, models.RuleFirstContact)
	}
}

// resume goes on from where the hold began (row 15).
func (a *act) resume() {
	a.resumeClocks(models.RuleFirstAttempt, models.RuleFirstContact)
	a.c.after.Reason, a.c.after.ReviewOn = nil, nil
}

// complete ends work that was done (row 16): an outcome for each need and a
// report, no strand still open, and no appointment left to be held.
func (a *act) complete() {
	if a.StrandsOpen > 0 {
		a.fail(models.Conflict("A part of this referral is still open with another service. End that first."))
	}
	a.allHeld()
	a.checkOutcomes()
	a.checkReport(true)
	a.stop(models.RuleReferrerUpdate)
	a.c.after.Reason, a.c.after.DecidedBy = nil, nil
}

func (a *act) checkOutcomes() {
	if len(a.in.Outcomes) > len(models.Needs()) {
		a.faults.Add("outcomes", models.FieldTooLong, "Give one outcome for each need")
		return
	}
	seen := map[string]bool{}
	for i, o := range a.in.Outcomes {
		at := "outcomes[" + strconv.Itoa(i) + "]"
		switch {
		case !models.HasChoice(models.Needs(), o.Need):
			a.faults.Add(at+".need", needed(o.Need), "Select a need from the list")
		case seen[o.Need]:
			a.faults.Add(at+".need", models.FieldInvalid, "Give one outcome for each need")
		}
		seen[o.Need] = true
		if o.Start < 1 || o.Start > 5 {
			a.faults.Add(at+".start", models.FieldInvalid, "Enter a number from 1 to 5 for the start")
		}
		if o.End < 1 || o.End > 5 {
			a.faults.Add(at+".end", models.FieldInvalid, "Enter a number from 1 to 5 for the end")
		}
	}
	a.c.history.detail["outcomes"] = a.outcomes()
}

func (a *act) checkReport(required bool) {
	report := strings.TrimSpace(a.in.Report)
	if required && report == "" {
		a.faults.Add("report", models.FieldRequired, "Write the end report")
	}
	a.checkText("report", "Report", report, 4000)
	if report != "" {
		a.c.history.detail["report"] = report
	}
}

// endEarly stops work before its end (rows 17 and 20a). After work began a
// report is owed; before first contact, what was done is said at once.
func (a *act) endEarly() {
	a.endReason()
	if !a.has(models.SideProvider) && *a.decidedBy() == models.DecidedByProvider {
		a.faults.Add("decided_by", models.FieldNotOpen, "Only the service can end it by its own decision")
	}
	a.checkReport(false)
	a.c.after.ReviewOn = nil
	if a.Status == models.StatusAccepted {
		a.needManager()
		if a.c.history.note == nil && strings.TrimSpace(a.in.Report) == "" {
			a.faults.Add("note", models.FieldRequired, "Say what was done")
		}
		a.excuseAll("Ended before first contact")
		return
	}
	a.excuseAll("Ended early")
	a.start(models.RuleEndReport, a.ToOrgID, reportDays)
	if strings.TrimSpace(a.in.Report) != "" {
		a.stop(models.RuleEndReport)
	}
}

// decidedBy is whose decision it was, as far as that was said.
func (a *act) decidedBy() *models.DecidedBy {
	if a.c.history.decidedBy != nil {
		return a.c.history.decidedBy
	}
	none := models.DecidedBy("")
	return &none
}

// needManager asks for a manager where the risk is high.
func (a *act) needManager() {
	if a.high() && a.has(models.SideProvider) && !a.has(models.SideProviderManager) {
		a.fail(models.Forbidden("The risk is high, so a manager of your organisation has to agree to this."))
	}
}

// notEngaged gives up reaching somebody (row 13), after enough attempts that
// count, on different days; a manager agrees when the risk is high.
func (a *act) notEngaged() {
	a.needManager()
	a.endReason()
	a.noneHeld("They came to an appointment, so they were reached. Record that contact, then end this early.")
	days := map[string]bool{}
	for _, t := range a.Attempts {
		if t.Counted && t.Direction == models.ContactOut {
			days[t.At.In(models.London()).Format(time.DateOnly)] = true
		}
	}
	required := a.Service.ContactAttempts
	if p, ok := models.FindPathwayVersion(a.Pathway, a.PathwayVersion); ok && p.AttemptsAtMost {
		required = fewestAttempts
	}
	if len(days) < required {
		a.faults.Add("attempts", models.FieldRequired, "There are attempts that count on "+models.Plural(len(days), "day", "days")+
			". This service asks for "+strconv.Itoa(required)+", on different days and inside safe times")
	}
	a.excuseAll("Not reached")
}

// undoAccept takes an acceptance back (row 23), within a day and before any
// contact. The decide clock runs on as if it had never stopped.
func (a *act) undoAccept() {
	if a.now.Sub(*a.AcceptedAt) > undoHours*time.Hour {
		a.fail(models.Conflict("This was accepted more than 24 hours ago. It cannot be undone; end it early instead."))
	}
	if len(a.Attempts) > 0 {
		a.fail(models.Conflict("A contact has been recorded. The acceptance cannot be undone; end it early instead."))
	}
	next := &a.c.after
	stopped := next.AcceptedAt
	next.AcceptedAt, next.AcceptedBy, next.WorkerID, next.Team = nil, nil, nil, nil
	a.c.released = true
	a.undo("The acceptance was undone", models.RuleFirstAttempt, models.RuleFirstContact)
	i, ok := a.latest(models.RuleDecide)
	if ok && a.clocks[i].StoppedAt != nil && a.clocks[i].StoppedAt.Equal(*stopped) {
		a.clocks[i].RunOn(a.now)
		a.dirty[i] = true
		return
	}
	// Accepted from the waiting list: the decision that ended the first clock
	// was to wait, and stands. What is owed from here is a new decision.
	a.start(models.RuleDecide, a.ToOrgID, a.Service.DecideDays)
}

// reopen takes up work that ended (row 24), within the pathway's limit.
func (a *act) reopen() {
	a.checkReason()
	if a.now.Sub(*a.EndedAt) > reopenDays*24*time.Hour {
		a.fail(models.Conflict("This ended more than 28 days ago. Make a new referral instead."))
	}
	next := &a.c.after
	a.c.history.detail["ended_at"] = *a.EndedAt // the first closing date is kept
	next.EndedAt, next.Reason, next.DecidedBy, next.ReviewOn = nil, nil, nil, nil
	a.excuse("Opened again", models.RuleEndReport)
}
