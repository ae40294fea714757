package demo

import "throughline/models"

// fate is how a referral will go, drawn before it is sent so that the base
// rates of domain.md 2.0 hold.
type fate struct {
	kind   fateKind
	reason string
	whose  models.DecidedBy
}

type fateKind int

const (
	fateServed    fateKind = iota // accepted
	fateWaits                     // wait-listed, then accepted
	fateDeclined                  // by the service, or passing on what the victim said
	fateWithdrawn                 // by the referrer, before it was decided
	fateRerouted
	fateLapsed
	fateVoid
	// After acceptance:
	fateCompleted
	fateEndedEarly
	fateNoReply // not reached after the attempts required
	fateOtherAnswered
	fateGivenBack // before first contact
	fateWithdrawnLater
)

// The parties to a decision, for short.
const (
	provider = models.DecidedByProvider
	victim   = models.DecidedByVictim
	referrer = models.DecidedByReferrer
	nobody   = models.DecidedByOther
)

func served(w float64) share[fate] { return share[fate]{fate{kind: fateServed}, w} }
func waits(w float64) share[fate]  { return share[fate]{fate{kind: fateWaits}, w} }
func declined(reason string, whose models.DecidedBy, w float64) share[fate] {
	return share[fate]{fate{fateDeclined, reason, whose}, w}
}

func withdrawn(reason string, whose models.DecidedBy, w float64) share[fate] {
	return share[fate]{fate{fateWithdrawn, reason, whose}, w}
}

func rerouted(reason string, w float64) share[fate] {
	return share[fate]{fate{fateRerouted, reason, referrer}, w}
}
func lapsed(w float64) share[fate] { return share[fate]{fate{kind: fateLapsed}, w} }
func voided(reason string, w float64) share[fate] {
	return share[fate]{fate{kind: fateVoid, reason: reason}, w}
}
func completed(w float64) share[fate] { return share[fate]{fate{kind: fateCompleted}, w} }
func early(reason string, whose models.DecidedBy, w float64) share[fate] {
	return share[fate]{fate{fateEndedEarly, reason, whose}, w}
}
func noReply(w float64) share[fate] { return share[fate]{fate{kind: fateNoReply}, w} }
func answeredByOther(w float64) share[fate] {
	return share[fate]{fate{kind: fateOtherAnswered}, w}
}

func givenBack(reason string, w float64) share[fate] {
	return share[fate]{fate{fateGivenBack, reason, provider}, w}
}

func later(reason string, whose models.DecidedBy, w float64) share[fate] {
	return share[fate]{fate{fateWithdrawnLater, reason, whose}, w}
}

// The base rates of domain.md 2.0, in percent, and the tolerance they are held to.
const (
	RefugeUnsuccessful  = 62.0 // "over 60 %"
	RefugeNoCapacity    = 40.6 // of the unsuccessful
	RefugeNotTaken      = 35.4
	RefugeInappropriate = 18.0
	PoliceFeedRemoved   = 16.0 // before first contact: unsafe, duplicate, consent, contact details
	PhoneReached        = 84.0 // 31 of 37 phone attempts
	FirstByPhone        = 64.4 // 58 of 90 first contacts of the police feed
	FirstByText         = 2.2
	FirstByPost         = 33.3
	Tolerance           = 3.0 // percentage points
)

// refugeFates: of all referrals that were decided.
func refugeFates() []share[fate] {
	none, not, bad := RefugeUnsuccessful*RefugeNoCapacity/100, RefugeUnsuccessful*RefugeNotTaken/100, RefugeUnsuccessful*RefugeInappropriate/100
	rest := RefugeUnsuccessful - none - not - bad
	return []share[fate]{
		served(100 - RefugeUnsuccessful),
		declined("no_capacity", provider, none),
		declined("changed_mind", victim, not*0.35), declined("wants_different_service", victim, not*0.25),
		declined("declined_support", victim, not*0.2), declined("not_now", victim, not*0.2),
		declined("not_eligible_offence_or_need", provider, bad*0.4), declined("risk_too_high", provider, bad*0.2),
		declined("specialist_not_available", provider, bad*0.25), declined("not_eligible_area", provider, bad*0.15),
		declined("insufficient_information", provider, rest*0.4), withdrawn("needs_met_elsewhere", referrer, rest*0.35),
		declined("already_open_elsewhere", provider, rest*0.25),
	}
}

// feedFates: a police referral to general support.
func feedFates() []share[fate] {
	gone := PoliceFeedRemoved / 27 // shares of the 27 removed in the Cleveland sample
	return []share[fate]{
		declined("number_not_safe", nobody, gone*9), declined("unsafe_to_engage", victim, gone*6), declined("duplicate", provider, gone*5),
		withdrawn("consent_withdrawn", victim, gone*3), declined("wrong_number", nobody, gone*4),
		declined("no_capacity", provider, 2), declined("not_eligible_offence_or_need", provider, 2), declined("already_open_elsewhere", provider, 2),
		declined("declined_support", victim, 3), withdrawn("needs_met_elsewhere", referrer, 1.2), rerouted("specialist_needed", 1.5),
		lapsed(0.6), voided("wrong_person", 0.3), served(100 - PoliceFeedRemoved - 12.6),
	}
}

// fates are what happens until a service has decided, by service.
func fates(key string) []share[fate] {
	switch key {
	case SvcRefuge, SvcRefugeSecond:
		return refugeFates()
	case SvcIDVA, SvcIDVASecond:
		return []share[fate]{
			served(74), waits(3), declined("risk_below_threshold", provider, 4), declined("no_capacity", provider, 4),
			declined("already_open_elsewhere", provider, 2.5), declined("unsafe_to_engage", victim, 1.5), declined("declined_support", victim, 4),
			declined("changed_mind", victim, 2), withdrawn("victim_changed_mind", victim, 1.5), withdrawn("moved_out_of_area", nobody, 1),
			rerouted("specialist_needed", 1.5), lapsed(0.6), voided("wrong_service", 0.4),
		}
	case SvcCounselling:
		return []share[fate]{
			waits(62), served(12), declined("waiting_list_closed", provider, 9), declined("specialist_not_available", provider, 4),
			declined("not_now", victim, 7), withdrawn("needs_met_elsewhere", referrer, 4), lapsed(2),
		}
	case SvcISVA, SvcISVAYoung, SvcStalking, SvcOutreach:
		return []share[fate]{
			served(66), waits(14), declined("no_capacity", provider, 4), declined("not_eligible_offence_or_need", provider, 3),
			declined("declined_support", victim, 5), declined("not_now", victim, 3), withdrawn("victim_changed_mind", victim, 2),
			rerouted("victim_preference", 1.5), lapsed(1), voided("duplicate", 0.5),
		}
	case SvcHavens:
		return []share[fate]{served(93), declined("declined_support", victim, 4), declined("not_eligible_offence_or_need", provider, 2), withdrawn("needs_met_elsewhere", referrer, 1)}
	case SvcChildHouse, SvcChildHouseSW, SvcConsultation, SvcChildHouse25:
		return []share[fate]{
			served(72), waits(8), declined("already_open_elsewhere", provider, 6), declined("not_eligible_offence_or_need", provider, 5),
			declined("insufficient_information", provider, 2), declined("not_now", victim, 4), withdrawn("needs_met_elsewhere", referrer, 2), rerouted("out_of_area", 1),
		}
	case SvcRestorative, SvcRestorativeDA:
		return []share[fate]{
			served(58), declined("not_eligible_offence_or_need", provider, 12), declined("changed_mind", victim, 12), declined("risk_too_high", provider, 6),
			declined("insufficient_information", provider, 4), withdrawn("victim_changed_mind", victim, 6), lapsed(2),
		}
	}
	return []share[fate]{ // general support and hate crime advocacy, but for the police feed
		served(84), waits(1.5), declined("no_capacity", provider, 2.5), declined("not_eligible_offence_or_need", provider, 2),
		declined("already_open_elsewhere", provider, 2), declined("declined_support", victim, 4), withdrawn("needs_met_elsewhere", referrer, 1.5),
		rerouted("specialist_needed", 1.5), lapsed(0.6), voided("wrong_person", 0.4),
	}
}

// endings are what happens once a service has accepted and, but for the last
// ones, reached the victim.
func endings(key string) []share[fate] {
	switch key {
	case SvcRefuge, SvcRefugeSecond:
		return []share[fate]{completed(78), early("moved", nobody, 10), early("victim_ended", victim, 12)}
	case SvcRestorative, SvcRestorativeDA:
		return []share[fate]{completed(48), early("victim_ended", victim, 22), early("other", nobody, 15), givenBack("risk_changed", 5), noReply(10)}
	}
	return []share[fate]{
		completed(68), early("lost_contact", nobody, 8), early("victim_ended", victim, 7), early("risk_changed", provider, 3), early("moved", nobody, 2),
		noReply(8), answeredByOther(1.5), givenBack("provider_ended", 0.8), later("consent_withdrawn", victim, 1.7),
	}
}
