package models

import "slices"

// Action is what somebody asks to be done to a referral. The names are those
// of the API (contract.md section 4).
type Action string

// Every action.
const (
	ActSubmit                Action = "submit"
	ActAcknowledge           Action = "acknowledge"
	ActRequestInfo           Action = "request-info"
	ActAnswerInfo            Action = "answer-info"
	ActAccept                Action = "accept"
	ActWaitlist              Action = "waitlist"
	ActProposeDecline        Action = "propose-decline"
	ActUpholdDecline         Action = "uphold-decline"
	ActReturnDecline         Action = "return-decline"
	ActDecline               Action = "decline"
	ActRecordContact         Action = "record-contact"
	ActHold                  Action = "hold"
	ActResume                Action = "resume"
	ActComplete              Action = "complete"
	ActEndEarly              Action = "end-early"
	ActNotEngaged            Action = "not-engaged"
	ActWithdraw              Action = "withdraw"
	ActAcknowledgeWithdrawal Action = "acknowledge-withdrawal"
	ActReroute               Action = "reroute"
	ActUndoAccept            Action = "undo-accept"
	ActReopen                Action = "reopen"
	ActReport                Action = "report" // the end report that was still owed
	ActVoid                  Action = "void"
	ActAssign                Action = "assign"
	ActLapse                 Action = "lapse"   // the clock's own, never asked by a person
	ActDiscard               Action = "discard" // a draft, row 0 of the table
)

// Side is how somebody stands to a referral: the relation of their
// organisation, and whether their role manages there. A manager may do
// everything a worker of the same side may.
type Side string

// The sides of referrals.md section 3.
const (
	SideReferrer        Side = "referrer"         // R
	SideReferrerManager Side = "referrer_manager" // R's manager
	SideProvider        Side = "provider"         // P
	SideProviderManager Side = "provider_manager" // PM
	SideCoordinator     Side = "coordinator"      // CO
	SideSystem          Side = "system"           // SYS
)

// Target says which state a transition leads to when it is not one fixed state.
type Target string

// The targets.
const (
	ToState    Target = "state"     // Transition.To
	ToHeldFrom Target = "held_from" // the state a question, hold or proposal came from
	ToSame     Target = "same"      // recorded, state unchanged
	ToDeleted  Target = "deleted"   // a draft goes, its audit stays
)

// Transition is one row of the state table.
type Transition struct {
	Row    string // the row's number in referrals.md section 3
	Action Action
	From   []ReferralStatus
	Target Target
	To     ReferralStatus
	By     []Side
	Pauses bool // the state left is kept in HeldFrom, to come back to
}

// untilDecided are the states before acceptance in which nothing is settled.
func untilDecided() []ReferralStatus {
	return []ReferralStatus{StatusSubmitted, StatusAcknowledged, StatusInfoRequested, StatusWaitlisted, StatusDeclineProposed}
}

// sent are all states but draft, entered in error being the end of them.
func sent() []ReferralStatus {
	all := ReferralStatuses()
	return slices.DeleteFunc(all, func(s ReferralStatus) bool {
		return s == StatusDraft || s == StatusEnteredInError
	})
}

// Transitions is the law of referrals.md section 3, row by row. Every pair of
// state and action that no row holds is refused and changes nothing.
// Row 22 (a new referral after an ending) creates a row and is no transition.
func Transitions() []Transition {
	triage := []ReferralStatus{StatusSubmitted, StatusAcknowledged}
	open := []ReferralStatus{StatusSubmitted, StatusAcknowledged, StatusWaitlisted}
	asked := []ReferralStatus{StatusInfoRequested}
	working := []ReferralStatus{StatusAccepted, StatusInProgress}
	p, r := []Side{SideProvider}, []Side{SideReferrer}
	to := func(row string, a Action, from []ReferralStatus, s ReferralStatus, by []Side) Transition {
		return Transition{Row: row, Action: a, From: from, Target: ToState, To: s, By: by}
	}
	pause := func(t Transition) Transition { t.Pauses = true; return t }
	back := func(row string, a Action, from ReferralStatus, by []Side) Transition {
		return Transition{Row: row, Action: a, From: []ReferralStatus{from}, Target: ToHeldFrom, By: by}
	}
	same := func(row string, a Action, from []ReferralStatus, by []Side) Transition {
		return Transition{Row: row, Action: a, From: from, Target: ToSame, By: by}
	}
	return []Transition{
		{Row: "0", Action: ActDiscard, From: []ReferralStatus{StatusDraft}, Target: ToDeleted, By: r},
		to("1", ActSubmit, []ReferralStatus{StatusDraft}, StatusSubmitted, r),
		to("2", ActAcknowledge, []ReferralStatus{StatusSubmitted}, StatusAcknowledged, p),
		pause(to("3", ActRequestInfo, open, StatusInfoRequested, p)),
		back("4", ActAnswerInfo, StatusInfoRequested, r),
		to("4a", ActAccept, asked, StatusAccepted, p),
		pause(to("4a", ActProposeDecline, asked, StatusDeclineProposed, p)),
		to("4a", ActDecline, asked, StatusDeclined, p),
		to("5", ActAccept, open, StatusAccepted, p),
		to("6", ActWaitlist, triage, StatusWaitlisted, p),
		pause(to("8", ActProposeDecline, open, StatusDeclineProposed, p)),
		to("9", ActUpholdDecline, []ReferralStatus{StatusDeclineProposed}, StatusDeclined, []Side{SideCoordinator}),
		back("10", ActReturnDecline, StatusDeclineProposed, []Side{SideCoordinator}),
		to("11", ActDecline, open, StatusDeclined, p),
		to("12", ActRecordContact, []ReferralStatus{StatusAccepted}, StatusInProgress, p),
		same("12", ActRecordContact, working, p),
		to("13", ActNotEngaged, []ReferralStatus{StatusAccepted}, StatusNotEngaged, p),
		pause(to("14", ActHold, working, StatusOnHold, p)),
		back("15", ActResume, StatusOnHold, p),
		to("16", ActComplete, []ReferralStatus{StatusInProgress}, StatusCompleted, p),
		to("17", ActEndEarly, []ReferralStatus{StatusInProgress, StatusOnHold}, StatusEndedEarly, []Side{SideProvider, SideReferrer}),
		to("18", ActWithdraw, untilDecided(), StatusWithdrawn, r),
		same("18", ActAcknowledgeWithdrawal, []ReferralStatus{StatusWithdrawn}, p),
		to("19", ActWithdraw, []ReferralStatus{StatusAccepted, StatusInProgress, StatusOnHold}, StatusWithdrawn, []Side{SideReferrer, SideProvider, SideSystem}),
		to("20", ActReroute, append(untilDecided(), StatusAccepted), StatusRerouted, []Side{SideReferrer, SideCoordinator}),
		same("20", ActReroute, append(untilDecided(), StatusAccepted), p),
		same("17", ActReport, []ReferralStatus{StatusEndedEarly}, p),
		to("20a", ActEndEarly, []ReferralStatus{StatusAccepted}, StatusEndedEarly, p),
		to("21", ActLapse, untilDecided(), StatusLapsed, []Side{SideSystem}),
		to("23", ActUndoAccept, []ReferralStatus{StatusAccepted}, StatusAcknowledged, []Side{SideProviderManager}),
		to("24", ActReopen, []ReferralStatus{StatusCompleted, StatusEndedEarly}, StatusInProgress, []Side{SideProviderManager}),
		to("25", ActVoid, sent(), StatusEnteredInError, []Side{SideProviderManager, SideReferrerManager, SideCoordinator}),
		same("1", ActAssign, []ReferralStatus{StatusAcknowledged, StatusWaitlisted, StatusAccepted, StatusInProgress, StatusOnHold}, p),
	}
}

// FindTransitions returns the rows of an action that leave a state.
func FindTransitions(a Action, from ReferralStatus) []Transition {
	var out []Transition
	for _, t := range Transitions() {
		if t.Action == a && slices.Contains(t.From, from) {
			out = append(out, t)
		}
	}
	return out
}

// Sides returns how an actor stands to the referral. An empty result means
// that, to this actor, it does not exist. coordinates says whether the actor's
// organisation coordinates the referral's pathway.
func (r *Referral) Sides(a Actor, coordinates bool) []Side {
	var out []Side
	if a.Role == RoleSystem {
		return []Side{SideSystem}
	}
	referrer, provider := r.SideOf(a.OrgID)
	manages := a.Can(ReferralManage)
	if referrer && a.Can(ReferralSend) {
		out = append(out, SideReferrer)
		if manages {
			out = append(out, SideReferrerManager)
		}
	}
	if provider && a.Can(ReferralAnswer) && r.VisibleToReceiver() {
		out = append(out, SideProvider)
		if manages {
			out = append(out, SideProviderManager)
		}
	}
	if coordinates && a.Can(ReferralCoordinate) {
		out = append(out, SideCoordinator)
	}
	return out
}

// AllowedActions lists what an actor standing on these sides may do now, by
// the state table alone; guards on the content come after.
func (r *Referral) AllowedActions(sides []Side) []Action {
	var out []Action
	for _, t := range Transitions() {
		if t.Action == ActLapse || !slices.Contains(t.From, r.Status) || slices.Contains(out, t.Action) {
			continue
		}
		if t.Action == ActAcknowledgeWithdrawal && r.WithdrawalAcknowledgedAt != nil {
			continue
		}
		if intersects(t.By, sides) {
			out = append(out, t.Action)
		}
	}
	return out
}

// ActionSides lists every side that some row lets take the action.
func ActionSides(a Action) []Side {
	var out []Side
	for _, t := range Transitions() {
		if t.Action == a {
			for _, s := range t.By {
				if !slices.Contains(out, s) {
					out = append(out, s)
				}
			}
		}
	}
	return out
}

func intersects(a, b []Side) bool {
	return slices.ContainsFunc(a, func(s Side) bool { return slices.Contains(b, s) })
}
