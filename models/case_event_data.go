package models

import "sync"

// The groups events are picked from (ux.md 4.7).
const (
	eventsReport  = "Report and support"
	eventsArrest  = "Suspect, arrest and bail"
	eventsCharge  = "Charge"
	eventsCourt   = "Hearings and witnesses"
	eventsOutcome = "Outcome and sentence"
	eventsAfter   = "After sentence"
	eventsOther   = "Services and other"
)

// EventGroups lists the groups in the order of a case.
func EventGroups() []string {
	return []string{eventsReport, eventsArrest, eventsCharge, eventsCourt, eventsOutcome, eventsAfter, eventsOther}
}

func whatHappened(list ...Choice) EventDetail {
	return EventDetail{Key: "what", Label: "What happened", Kind: DetailChoice, Choices: list, Required: true}
}

func askMoment(key, label string, required bool, only ...string) EventDetail {
	return EventDetail{Key: key, Label: label, Kind: DetailMoment, Required: required, Only: only}
}

func askText(key, label string) EventDetail {
	return EventDetail{Key: key, Label: label, Kind: DetailText, Most: 2000}
}

func askYesNo(key, label string, required bool) EventDetail {
	return EventDetail{Key: key, Label: label, Kind: DetailYesNo, Required: required}
}

func starts(rule Rule, at EventMoment) []RuleMoment { return []RuleMoment{{rule, at}} }

func when(what ...string) EventEffect { return EventEffect{Detail: "what", Is: what} }

func (x EventEffect) starting(rule Rule, at EventMoment) EventEffect {
	x.Starts = append(x.Starts[:len(x.Starts):len(x.Starts)], RuleMoment{rule, at})
	return x
}

func (x EventEffect) stopping(rule Rule, at EventMoment) EventEffect {
	x.Stops = append(x.Stops[:len(x.Stops):len(x.Stops)], RuleMoment{rule, at})
	return x
}

func (x EventEffect) safety() EventEffect { x.Safety = true; return x }

// freer is safety where whoever they fear may be nearer from now on.
func (x EventEffect) freer() EventEffect { x.Safety, x.Freer = true, true; return x }

// fromCourt is the leg before witness care: from the court's day until they knew.
func (x EventEffect) fromCourt() EventEffect {
	return x.starting(RuleCourtToWitnessCare, AtOccurred).stopping(RuleCourtToWitnessCare, AtKnown)
}

// EventTypes are the kinds of event E1 to E30 (domain.md 3.2), each with whose
// it is to record, what is asked, and what it does.
// The list is made once and is not to be changed.
func EventTypes() []EventSpec { return eventTypes() }

var eventTypes = sync.OnceValue(func() []EventSpec {
	return append(append(eventsOfPolice(), eventsOfCourt()...), eventsOfOthers()...)
})

func eventsOfPolice() []EventSpec {
	police, prosecutors := []OrganisationKind{KindPolice, KindTransport}, []OrganisationKind{KindPolice, KindCPS, KindWitnessCare}
	reason := askText("reason", "Reason given")
	var all EventEffect
	return []EventSpec{
		{
			Type: "E1", Key: "crime_recorded", Words: "Crime recorded", Group: eventsReport, By: police,
			Details: []EventDetail{askText("officer", "Officer to contact"), askYesNo("statement_taken", "A statement was taken", false), askYesNo("vps_offered", "A victim personal statement was offered", false)},
			Effects: []EventEffect{all.starting(RuleSupportReferral, AtOccurred).starting(RuleNeedsAssessment, AtOccurred).starting(RuleConfirmation, AtOccurred)},
		},
		{
			Type: "E2", Key: "needs_assessed", Words: "Needs assessed", Group: eventsReport,
			Details: []EventDetail{
				askYesNo("enhanced", "Enhanced Rights apply", true), askText("needs", "What they need"),
				{Key: "update_every", Label: "Days between updates, as they chose", Kind: DetailNumber, Least: 1, Most: 90},
			},
			Effects: []EventEffect{all.stopping(RuleNeedsAssessment, AtOccurred), {Detail: "update_every", Starts: starts(RuleUpdate, AtOccurred), Every: "update_every"}},
		},
		{
			Type: "E3", Key: "support_referred", Words: "Referred to support", Group: eventsReport, By: police,
			Details: []EventDetail{
				{Key: "consent", Label: "Their agreement", Kind: DetailChoice, Required: true, Choices: []Choice{{"given", "Given"}, {"not_needed", "Not needed for this crime"}, {"refused", "Refused"}}},
				askText("service", "Which service"), askMoment("received_at", "When the service had it", false),
			},
			Effects: []EventEffect{all.stopping(RuleSupportReferral, AtReceived)},
		},
		{
			Type: "E4", Key: "referral_received", Words: "Referral received by a service", Group: eventsReport,
			Details: []EventDetail{whatHappened(Choice{"received", "Received"}, Choice{"accepted", "Accepted"}, Choice{"declined", "Declined"}), reason},
			Effects: []EventEffect{all.stopping(RuleSupportReferral, AtOccurred)},
		},
		{
			Type: "E7", Key: "suspect_update", Words: "Suspect", Group: eventsArrest, By: police, Offer: true,
			Details: []EventDetail{
				whatHappened(Choice{"arrested", "Arrested"}, Choice{"interviewed", "Interviewed under caution"}, Choice{"released_no_action", "Released, no further action"},
					Choice{"released_on_bail", "Released on bail"}, Choice{"released_investigation", "Released under investigation"}, Choice{"bail_changed", "Bail conditions changed"},
					Choice{"bail_lifted", "Bail lifted"}, Choice{"not_investigated", "Decision not to investigate"}),
				reason, askText("conditions", "Conditions"),
			},
			Effects: []EventEffect{
				when("arrested").starting(RuleToldArrest, AtOccurred), when("interviewed").starting(RuleToldInterview, AtOccurred),
				when("released_no_action", "released_on_bail", "released_investigation", "bail_changed", "bail_lifted").starting(RuleToldRelease, AtOccurred).freer(),
				when("not_investigated").starting(RuleToldNotInvestigated, AtOccurred),
			},
		},
		{
			Type: "E8", Key: "charging_decision_asked", Words: "Charging decision asked for", Group: eventsCharge, By: prosecutors,
			Details: []EventDetail{askText("file", "File reference")},
		},
		{
			Type: "E9", Key: "charged", Words: "Charged or summonsed", Group: eventsCharge, By: prosecutors,
			Details: []EventDetail{askText("charge", "Charge"), askMoment("hearing_at", "First hearing", false), askText("court", "Court"), askText("conditions", "Bail conditions")},
			Effects: []EventEffect{all.starting(RuleToldCharge, AtOccurred)},
		},
		{
			Type: "E10", Key: "charge_stopped_or_altered", Words: "Charging decision", Group: eventsCharge, By: prosecutors, Opens: []Rule{RuleReviewWindow},
			Details: []EventDetail{
				whatHappened(Choice{"not_prosecuted", "Not prosecuted"}, Choice{"discontinued", "Discontinued"}, Choice{"dropped", "Charge dropped"}, Choice{"altered", "Charge altered"}, Choice{"no_evidence", "No evidence offered"}),
				reason,
			},
			Effects: []EventEffect{all.starting(RuleToldCharging, AtOccurred), when("not_prosecuted", "discontinued", "dropped", "no_evidence").safety()},
		},
		{
			Type: "E11", Key: "review_asked", Words: "Review asked for", Group: eventsCharge, Details: []EventDetail{askText("decision", "Which decision letter")},
			Effects: []EventEffect{all.stopping(RuleReviewWindow, AtOccurred)},
		},
		{
			Type: "E26", Key: "property_returned", Words: "Property returned", Group: eventsOther, By: police, Details: []EventDetail{askText("items", "What was returned")},
		},
		{
			Type: "E30", Key: "information_requested", Words: "Victim information request", Group: eventsOther, By: append([]OrganisationKind{KindCPS, KindCharity, KindChildHouse, KindNHS, KindLocalAuthority}, police...),
			Details: []EventDetail{reason, askText("scope", "What was asked for"), askYesNo("counselling_notes", "Counselling notes were asked for", true)},
		},
	}
}

func eventsOfCourt() []EventSpec {
	courts := []OrganisationKind{KindWitnessCare, KindCourt, KindCPS, KindPolice}
	reason, court := askText("reason", "Reason given"), askText("court", "Court and room")
	var all EventEffect
	return []EventSpec{
		{
			Type: "E12", Key: "hearing", Words: "Hearing", Group: eventsCourt, By: courts,
			Details: []EventDetail{
				whatHappened(Choice{"listed", "Listed"}, Choice{"moved", "Moved"}, Choice{"vacated", "Vacated"}),
				askMoment("hearing_at", "When the hearing is", true, "listed", "moved"), askMoment("was_at", "When it was to be", true, "moved", "vacated"), court, reason,
			},
			Effects: []EventEffect{
				all.fromCourt().starting(RuleToldHearing, AtKnown),
				{Detail: "what", Is: []string{"moved", "vacated"}, Moves: true},
				when("moved").safety(),
			},
		},
		{
			Type: "E13", Key: "witness_needed", Words: "Needed as a witness", Group: eventsCourt, By: courts,
			Details: []EventDetail{askMoment("hearing_at", "When they are needed", true), askYesNo("special_measures", "Special measures are asked for", false)},
			Effects: []EventEffect{all.starting(RuleToldWitness, AtKnown)},
		},
		{
			Type: "E14", Key: "special_measures", Words: "Special measures", Group: eventsCourt, By: courts,
			Details: []EventDetail{whatHappened(Choice{"granted", "Granted"}, Choice{"granted_part", "Granted in part"}, Choice{"refused", "Refused"}), askText("measures", "Which measures")},
		},
		{
			Type: "E15", Key: "witness_support_referred", Words: "Referred to witness support", Group: eventsCourt,
			Details: []EventDetail{{Key: "service", Label: "To", Kind: DetailChoice, Required: true, Choices: []Choice{{"pre_trial", "Pre-trial witness support"}, {"witness_service", "Witness Service at court"}}}, askText("needs", "What they need")},
		},
		{
			Type: "E16", Key: "bail_outcome", Words: "Bail hearing", Group: eventsCourt, By: courts,
			Details: []EventDetail{
				whatHappened(Choice{"refused", "Bail refused"}, Choice{"granted", "Bail granted"}, Choice{"conditions_changed", "Conditions changed"}, Choice{"lifted", "Bail lifted"}, Choice{"warrant", "Arrest warrant"}),
				askText("conditions", "Conditions that protect them"),
			},
			Effects: []EventEffect{all.fromCourt().starting(RuleToldBailOutcome, AtKnown), when("granted", "conditions_changed", "lifted", "warrant").freer()},
		},
		{
			Type: "E17", Key: "trial_outcome", Words: "Trial outcome", Group: eventsOutcome, By: courts,
			Details: []EventDetail{whatHappened(Choice{"guilty", "Guilty"}, Choice{"not_guilty", "Not guilty"}, Choice{"no_verdict", "No verdict"}, Choice{"discontinued", "Discontinued"}), reason},
			Effects: []EventEffect{all.fromCourt().starting(RuleToldOutcome, AtKnown), when("not_guilty", "no_verdict", "discontinued").safety()},
		},
		{
			Type: "E18", Key: "sentence", Words: "Sentence", Group: eventsOutcome, By: courts,
			Details: []EventDetail{
				whatHappened(Choice{"custody", "Custody"}, Choice{"suspended", "Suspended sentence"}, Choice{"community", "Community order"}, Choice{"hospital", "Hospital order"}, Choice{"fine", "Fine"}, Choice{"discharge", "Discharge"}),
				{Key: "months", Label: "Months", Kind: DetailNumber, Only: []string{"custody", "suspended"}, Least: 1, Most: 1200},
				askYesNo("contact_scheme", "The victim contact scheme applies", true), askText("meaning", "What it means"), askYesNo("compensation", "A compensation order was made", false),
			},
			Effects: []EventEffect{
				all.fromCourt().starting(RuleToldOutcome, AtKnown).starting(RuleLenientSentence, AtOccurred),
				{Detail: "contact_scheme", Starts: starts(RuleContactScheme, AtOccurred)},
				when("suspended", "community", "fine", "discharge").safety(),
			},
		},
		{
			Type: "E25", Key: "appeal", Words: "Appeal", Group: eventsAfter, By: courts,
			Details: []EventDetail{whatHappened(Choice{"notice", "Notice of appeal"}, Choice{"allowed", "Allowed"}, Choice{"dismissed", "Dismissed"}), reason, askMoment("hearing_at", "When it is heard", false)},
			Effects: []EventEffect{when("allowed").safety()},
		},
	}
}

func eventsOfOthers() []EventSpec {
	probation, care := []OrganisationKind{KindProbation, KindPrison, KindYouthJustice}, []OrganisationKind{KindWitnessCare, KindProbation, KindPolice}
	reason := askText("reason", "Reason given")
	consent := EventDetail{Key: "consent", Label: "Their agreement", Kind: DetailChoice, Required: true, Choices: []Choice{{"given", "Given"}, {"without", "Sent without it, recorded why"}}}
	var all EventEffect
	return []EventSpec{
		{Type: "E5", Key: "marac_referred", Words: "Referred to MARAC", Group: eventsReport, Details: []EventDetail{consent, {Key: "score", Label: "Risk score", Kind: DetailNumber, Least: 0, Most: 24}, reason}},
		{Type: "E6", Key: "child_concern", Words: "Concern for a child sent to MASH", Group: eventsReport, Details: []EventDetail{askYesNo("written", "It was sent in writing too", true), askText("borough", "Which borough's MASH")}},
		{
			Type: "E19", Key: "contact_scheme_referred", Words: "Referred to the victim contact scheme", Group: eventsAfter, By: care, Details: []EventDetail{askMoment("received_at", "When probation had it", false)},
			Effects: []EventEffect{all.stopping(RuleContactScheme, AtReceived), {Detail: "received_at", Starts: starts(RuleFirstOfficerContact, AtReceived)}},
		},
		{
			Type: "E20", Key: "liaison_contact", Words: "Victim liaison officer made contact", Group: eventsAfter, By: probation, Details: []EventDetail{askYesNo("reached", "They were reached", true)},
			Effects: []EventEffect{{Detail: "reached", Stops: []RuleMoment{{RuleFirstOfficerContact, AtOccurred}}}},
		},
		{
			Type: "E21", Key: "contact_scheme_choice", Words: "Victim contact scheme", Group: eventsAfter,
			Details: []EventDetail{whatHappened(Choice{"month_only", "Month of release only"}, Choice{"annual", "A letter each year"}, Choice{"key_stages", "Key stages"}, Choice{"opt_out", "Chose not to take part"}, Choice{"opt_in", "Took part again"})},
			Effects: []EventEffect{{Detail: "what", Is: []string{"opt_out"}, Waives: []Rule{RuleContactScheme, RuleFirstOfficerContact}}},
		},
		{
			Type: "E22", Key: "parole", Words: "Parole", Group: eventsAfter, By: probation,
			Details: []EventDetail{whatHappened(Choice{"review", "Review begins"}, Choice{"hearing", "Hearing"}, Choice{"refused", "Release refused"}, Choice{"release", "Release decided"}), askMoment("hearing_at", "When it is heard", false)},
			Effects: []EventEffect{when("release").safety()},
		},
		{Type: "E23", Key: "licence_conditions", Words: "Licence conditions asked for", Group: eventsAfter, Details: []EventDetail{askText("conditions", "What they asked for")}},
		{
			Type: "E24", Key: "release", Words: "Prison", Group: eventsAfter, By: probation,
			Details: []EventDetail{whatHappened(Choice{"released", "Released"}, Choice{"recalled", "Recalled"}, Choice{"transferred", "Moved to open conditions"}, Choice{"escaped", "Escaped"}), askMoment("release_at", "When", false), askText("conditions", "Conditions")},
			Effects: []EventEffect{when("released", "transferred", "escaped").freer()},
		},
		{Type: "E27", Key: "restorative_referred", Words: "Referred to restorative justice", Group: eventsOther, Details: []EventDetail{consent}},
		{Type: "E28", Key: "service_transfer", Words: "Moved to another area's service", Group: eventsOther, Details: []EventDetail{askYesNo("agreed", "They agreed", true), askText("service", "To which service")}},
		{Type: "E29", Key: "service_closed", Words: "A service closed its work", Group: eventsOther, Details: []EventDetail{reason, askYesNo("risk_open", "A risk is open", true)}},
	}
}
