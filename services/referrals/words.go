package referrals

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"throughline/models"
)

// past is the verb of an action in the past, as topics and audit actions say it.
func past(a models.Action) string {
	switch a {
	case models.ActSubmit:
		return "submitted"
	case models.ActAcknowledge:
		return "acknowledged"
	case models.ActRequestInfo:
		return "info_requested"
	case models.ActAnswerInfo:
		return "info_answered"
	case models.ActAccept:
		return "accepted"
	case models.ActWaitlist:
		return "waitlisted"
	case models.ActProposeDecline:
		return "decline_proposed"
	case models.ActUpholdDecline:
		return "decline_upheld"
	case models.ActReturnDecline:
		return "decline_returned"
	case models.ActDecline:
		return "declined"
	case models.ActRecordContact:
		return "contact_recorded"
	case models.ActHold:
		return "held"
	case models.ActResume:
		return "resumed"
	case models.ActComplete:
		return "completed"
	case models.ActEndEarly:
		return "ended_early"
	case models.ActNotEngaged:
		return "not_engaged"
	case models.ActWithdraw:
		return "withdrawn"
	case models.ActAcknowledgeWithdrawal:
		return "withdrawal_acknowledged"
	case models.ActReroute:
		return "rerouted"
	case models.ActUndoAccept:
		return "acceptance_undone"
	case models.ActReport:
		return "reported"
	case models.ActReopen:
		return "reopened"
	case models.ActVoid:
		return "entered_in_error"
	case models.ActAssign:
		return "assigned"
	case models.ActLapse:
		return "lapsed"
	case models.ActDiscard:
		return "discarded"
	case actEdit:
		return "draft_changed"
	}
	return string(a)
}

// did says what somebody did, after their name.
func did(a models.Action) string {
	switch a {
	case models.ActSubmit:
		return "sent this referral"
	case models.ActAcknowledge:
		return "picked up this referral"
	case models.ActRequestInfo:
		return "asked a question about this referral"
	case models.ActAnswerInfo:
		return "answered the question"
	case models.ActAccept:
		return "accepted this referral"
	case models.ActWaitlist:
		return "put this referral on the waiting list"
	case models.ActProposeDecline:
		return "proposed to decline this referral"
	case models.ActUpholdDecline:
		return "agreed to decline this referral"
	case models.ActReturnDecline:
		return "sent the proposed decline back"
	case models.ActDecline:
		return "declined this referral"
	case models.ActRecordContact:
		return "recorded a contact"
	case models.ActHold:
		return "put this referral on hold"
	case models.ActResume:
		return "took this referral off hold"
	case models.ActComplete:
		return "completed this referral"
	case models.ActEndEarly:
		return "ended this referral early"
	case models.ActNotEngaged:
		return "ended this referral: not reached"
	case models.ActWithdraw:
		return "withdrew this referral"
	case models.ActAcknowledgeWithdrawal:
		return "acknowledged the withdrawal"
	case models.ActReroute:
		return "moved this referral to another service"
	case models.ActUndoAccept:
		return "took the acceptance back"
	case models.ActReport:
		return "handed in the end report"
	case models.ActReopen:
		return "opened this referral again"
	case models.ActVoid:
		return "marked this referral as entered in error"
	case models.ActAssign:
		return "gave this referral to somebody"
	case models.ActLapse:
		return "ended this referral: nobody answered in time"
	}
	return "changed this referral"
}

// movedOn is what somebody is told who was too late: who did what and when. A
// colleague is named, of another organisation only its name.
func movedOn(who string, a models.Action, at, now time.Time) error {
	when := "at " + models.Time(at)
	if models.Date(at) != models.Date(now) {
		when = "on " + models.DateTimeIn(at, now)
	}
	return models.Conflict(who + " " + did(a) + " " + when + ". Nothing you did was saved.")
}

// tooLate is movedOn where what happened is not theirs to see any more.
func tooLate() error {
	return models.Conflict("This referral was answered or taken back a moment ago. Nothing you did was saved.")
}

// short names a colleague: the first name and the first letter of the last.
func short(name string) string {
	parts := strings.Fields(name)
	if len(parts) < 2 {
		return name
	}
	first, _ := utf8.DecodeRuneInString(parts[len(parts)-1])
	return parts[0] + " " + string(first) + "."
}

// othersToDo says who can do what the actor may see but not do.
func othersToDo(_ models.Action, sides []models.Side) string {
	who := func(s ...models.Side) bool { return among(s, sides) }
	var list []string
	if who(models.SideReferrer, models.SideReferrerManager) {
		list = append(list, "the organisation that sent it")
	}
	if who(models.SideProvider) {
		list = append(list, "the service it was sent to")
	} else if who(models.SideProviderManager) {
		list = append(list, "a manager of the service it was sent to")
	}
	if who(models.SideCoordinator) {
		list = append(list, "the pathway coordinator")
	}
	if len(list) == 0 || slices.Equal(sides, []models.Side{models.SideSystem}) {
		return "You can see this but not change it."
	}
	return "You can see this but not change it. This is for " + strings.Join(list, " or ") + "."
}

// StepWords names an action as a line of a history does: "Accepted".
func StepWords(a models.Action) string {
	switch a {
	case models.ActSubmit:
		return "Sent"
	case models.ActAcknowledge:
		return "Picked up"
	case models.ActRequestInfo:
		return "Question asked"
	case models.ActAnswerInfo:
		return "Question answered"
	case models.ActWaitlist:
		return "Put on the waiting list"
	case models.ActProposeDecline:
		return "Decline proposed"
	case models.ActUpholdDecline, models.ActDecline:
		return "Declined"
	case models.ActReturnDecline:
		return "Decline sent back"
	case models.ActRecordContact:
		return "Contact recorded"
	case models.ActHold:
		return "Put on hold"
	case models.ActEndEarly:
		return "Ended early"
	case models.ActNotEngaged:
		return "Not reached"
	case models.ActAcknowledgeWithdrawal:
		return "Withdrawal acknowledged"
	case models.ActReroute:
		return "Moved to another service"
	case models.ActUndoAccept:
		return "Acceptance taken back"
	case models.ActReport:
		return "End report handed in"
	case models.ActReopen:
		return "Opened again"
	case models.ActVoid:
		return "Entered in error"
	case models.ActLapse:
		return "No answer in time"
	case actEdit:
		return "Draft changed"
	}
	words := past(a) // the rest are one word: accepted, resumed, completed
	return string(words[0]-'a'+'A') + words[1:]
}
