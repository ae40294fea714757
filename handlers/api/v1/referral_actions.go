package v1

import (
	"context"
	"net/http"

	"throughline/handlers/api"
	"throughline/models"
	"throughline/services/referrals"
)

// body is what came with an action.
type body interface{ input() referrals.ActionInput }

// action adds one action on a referral as an operation of its own. P is the
// body; it may be left out where it asks for nothing.
func action[P interface {
	*B
	body
}, B any](a *api.API, svc *referrals.Service, act models.Action, need models.Permission, summary, description string) {
	api.Keyed(a, actionOp(act, need, summary, description), func(ctx context.Context, in *actionIn[B]) (referrals.View, error) {
		return svc.Do(ctx, in.ID, act, P(&in.Body).input())
	}, presentRead)
}

// bare is action for one that asks for nothing but a note.
func bare(a *api.API, svc *referrals.Service, act models.Action, need models.Permission, summary, description string) {
	api.Keyed(a, actionOp(act, need, summary, description), func(ctx context.Context, in *actionIn[*ReferralNote]) (referrals.View, error) {
		return svc.Do(ctx, in.ID, act, in.Body.input())
	}, presentRead)
}

func actionOp(act models.Action, need models.Permission, summary, description string) api.Op {
	return api.Op{
		Method: http.MethodPost, Path: "/api/v1/referrals/{id}/" + string(act), ID: string(act) + "-referral", Tag: "Referral actions",
		Need: need, Match: true, Status: http.StatusOK, Summary: summary, Description: description,
	}
}

func registerReferralSending(a *api.API, svc *referrals.Service) {
	const send, read = models.ReferralSend, models.ReferralRead
	bare(a, svc, models.ActSubmit, send, "Send a draft",
		"Freezes what the receiver will see and starts its clocks. 409 names the referral of the same case to the same service where one is open.")
	action[*ReferralAnswers](a, svc, models.ActAnswerInfo, send, "Answer the receiver's questions", "One answer to each that is open, in their order.")
	action[*ReferralReason](a, svc, models.ActWithdraw, send, "Take a referral back",
		"The referrer's to do; after acceptance also the receiver's, on the victim's word. A reason of the group withdraw.")
	action[*ReferralMove](a, svc, models.ActReroute, read, "Move a referral to another service",
		"From the receiver it is a proposal and changes nothing. From the referrer or a coordinator it ends this referral and sends another on the same journey.")
	action[*ReferralReason](a, svc, models.ActVoid, read, "Mark a referral as entered in error",
		"For managers and coordinators. Its content goes; its number and shell stay. A reason of the group void.")
}

func registerReferralAnswers(a *api.API, svc *referrals.Service) {
	const answer, coordinate = models.ReferralAnswer, models.ReferralCoordinate
	bare(a, svc, models.ActAcknowledge, answer, "Pick a referral up for triage", "")
	action[*ReferralQuestions](a, svc, models.ActRequestInfo, answer, "Ask the referrer",
		"The decide clock stands still unless the risk is high, and a clock of the referrer's runs.")
	action[*ReferralWorker](a, svc, models.ActAccept, answer, "Accept a referral", "For a named worker or a team. Everything that was shared opens, and the first-contact clocks start.")
	action[*ReferralWorker](a, svc, models.ActAssign, answer, "Give a referral to somebody else", "")
	action[*ReferralWait](a, svc, models.ActWaitlist, answer, "Put a referral on the waiting list", "")
	action[*ReferralRefusal](a, svc, models.ActDecline, answer, "Decline a referral", "Where a coordinator reviews the service's declines this answers 409: use propose-decline.")
	action[*ReferralRefusal](a, svc, models.ActProposeDecline, answer, "Propose to decline", "A coordinator looks at it. The receiver keeps the referral until then.")
	action[*ReferralNextStep](a, svc, models.ActUpholdDecline, coordinate, "Agree to a proposed decline", "")
	action[*ReferralReturned](a, svc, models.ActReturnDecline, coordinate, "Send a proposed decline back", "")
	bare(a, svc, models.ActAcknowledgeWithdrawal, answer, "Say that you know of a withdrawal", "")
	bare(a, svc, models.ActUndoAccept, models.ReferralManage, "Take an acceptance back", "A manager's to do, within 24 hours and before any contact.")
}

func registerReferralWork(a *api.API, svc *referrals.Service) {
	const answer = models.ReferralAnswer
	action[*ReferralContact](a, svc, models.ActRecordContact, models.ContactRecord, "Record a contact that happened",
		"One on a channel that was not safe is kept as a safety incident and counts towards nothing.")
	action[*ReferralHold](a, svc, models.ActHold, answer, "Put the work on hold", "Clocks stand still only for reasons that say so.")
	bare(a, svc, models.ActResume, answer, "Go on after a hold", "")
	action[*ReferralCompletion](a, svc, models.ActComplete, answer, "End work that was done",
		"An outcome for each need that was asked about at the start, here or kept before, and no appointment left to be held.")
	action[*ReferralEnding](a, svc, models.ActEndEarly, models.ReferralRead, "End work early", "The service's to do, or the referrer's with notice.")
	action[*ReferralReport](a, svc, models.ActReport, answer, "Hand in the end report", "Of work that ended early without one. Its clock stops.")
	action[*ReferralReason](a, svc, models.ActNotEngaged, answer, "End a referral: not reached", "After the attempts the service requires, on different days. A reason of the group no_contact.")
	action[*ReferralReason](a, svc, models.ActReopen, models.ReferralManage, "Open an ended referral again", "A manager's to do. A reason of the group reopen.")
}
