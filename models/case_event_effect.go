package models

import (
	"slices"
	"time"
)

// EventMoment says which of an event's times a clock is counted from.
type EventMoment string

// The moments. AtReceived is the detail "received_at": it does nothing where
// the event does not say when the receiver had it.
const (
	AtOccurred EventMoment = "occurred"
	AtKnown    EventMoment = "known"
	AtReceived EventMoment = "received"
)

// RuleMoment is a clock with the moment of the event that counts for it.
type RuleMoment struct {
	Rule Rule
	At   EventMoment
}

// EventEffect is what an event does where its details fit. Safety says that
// whoever supports the victim has to look again the same day. Freer says that
// bail changed or somebody was released: what was safe before is to be confirmed
// again (referrals.md section 7).
type EventEffect struct {
	Detail string   // empty: whatever the details are
	Is     []string // values of Detail
	Starts []RuleMoment
	Stops  []RuleMoment
	Waives []Rule // the victim chose not to have it
	Every  string // detail that says how often, in days, for the clock it starts
	Moves  bool   // an earlier date no longer holds: what it started falls away
	Safety bool
	Freer  bool
}

func (x *EventEffect) fits(e *CaseEvent) bool {
	if x.Detail == "" {
		return true
	}
	switch v := e.Details[x.Detail].(type) {
	case string:
		return slices.Contains(x.Is, v) || len(x.Is) == 0
	case bool:
		return v
	case int, float64:
		return true
	}
	return false
}

// Effects are those of the event, by what its details say.
func (e *CaseEvent) Effects() []EventEffect {
	spec, ok := FindEventType(string(e.Type))
	if !ok {
		return nil
	}
	var out []EventEffect
	for _, x := range spec.Effects {
		if x.fits(e) {
			out = append(out, x)
		}
	}
	return out
}

// MomentOf is the time of the event that counts, and false where the event does
// not say.
func (e *CaseEvent) MomentOf(m EventMoment) (time.Time, bool) {
	switch m {
	case AtKnown:
		return e.KnownAt, true
	case AtReceived:
		return e.Moment("received_at")
	case AtOccurred:
	}
	return e.OccurredAt, true
}

// Safety reports whether the event raises a same-day task for whoever supports
// the victim (referrals.md section 4).
func (e *CaseEvent) Safety() bool {
	return slices.ContainsFunc(e.Effects(), func(x EventEffect) bool { return x.Safety })
}

// Freer reports whether the event ends, at once, that any way to reach the victim
// is known to be safe (referrals.md section 7: bail change or release).
func (e *CaseEvent) Freer() bool {
	return slices.ContainsFunc(e.Effects(), func(x EventEffect) bool { return x.Freer })
}

// Stops finds when the event did what a clock waits for.
func (e *CaseEvent) Stops(rule Rule) (time.Time, bool) {
	for _, x := range e.Effects() {
		for _, s := range x.Stops {
			if s.Rule != rule {
				continue
			}
			if at, ok := e.MomentOf(s.At); ok {
				return at, true
			}
		}
	}
	return time.Time{}, false
}

// StopsWhenTold reports whether a clock ends when the victim is told of the
// event that started it.
func StopsWhenTold(rule Rule) bool {
	switch rule {
	case RuleToldArrest, RuleToldInterview, RuleToldRelease, RuleToldNotInvestigated, RuleToldCharge, RuleToldCharging,
		RuleToldHearing, RuleToldBailOutcome, RuleToldWitness, RuleToldOutcome, RuleConfirmation:
		return true
	}
	return false
}

// every is how often an event says that updates were agreed, in days; 0 where
// it does not say.
func (e *CaseEvent) every(key string) int {
	n, _ := wholeNumber(e.Details[key])
	return n
}

// Limit is the number of an effect's clock: what was agreed, or the rule's.
func (e *CaseEvent) Limit(x *EventEffect, r *ClockRule, enhanced bool) int {
	if x.Every != "" {
		return e.every(x.Every)
	}
	return r.Limit(enhanced)
}

// caseRuleWords name the clocks of a case.
func caseRuleWords(r Rule) string {
	words := map[Rule]string{
		RuleSupportReferral: "Refer to a support service", RuleNeedsAssessment: "Assess their needs", RuleToldArrest: "Tell them of the arrest",
		RuleToldInterview: "Tell them of the interview", RuleToldRelease: "Tell them of the release or bail", RuleToldNotInvestigated: "Tell them it is not investigated",
		RuleToldCharge: "Tell them of the charge", RuleToldCharging: "Write to them about the charging decision", RuleReviewWindow: "They can ask for a review",
		RuleCourtToWitnessCare: "Court tells witness care", RuleToldHearing: "Tell them of the hearing", RuleToldBailOutcome: "Tell them of the bail outcome",
		RuleToldWitness: "Tell them they are needed at court", RuleToldOutcome: "Tell them of the outcome", RuleLenientSentence: "They can ask about an unduly lenient sentence",
		RuleContactScheme: "Refer to the victim contact scheme", RuleFirstOfficerContact: "Victim liaison officer's first contact",
		RuleStatementOffered: "Offer a victim personal statement", RuleRestorativeOffered: "Offer restorative justice", RuleConfirmation: "Confirm in writing",
		RuleUpdate: "Next update", "K26": "Support plan", "K27": "MARAC meeting", RuleComplaint: "Acknowledge a complaint", RuleComplaintAnswer: "Answer a complaint in full", "K29": "Answer to a data request", "K30": "Data protection complaint", "K31": "Review or erase",
	}
	if w, ok := words[r]; ok {
		return w
	}
	return string(r)
}
