package models

import "time"

// codeSince is the day the Victims' Code in force took effect (domain.md 0.1).
func codeSince() time.Time { return time.Date(2021, 4, 1, 0, 0, 0, 0, time.UTC) }

// ClockRules are the versions of the rules K1 to K31, and K37, as the product ships them
// (domain.md 1.2 and 1.5). What no source gives a number for has none: no clock
// is kept for it, what was done is recorded all the same. Starting numbers of
// ours are marked as such.
func ClockRules() []ClockRule {
	const (
		code     = "Victims' Code 2021"
		toCheck  = "Victims' Code 2021, to be checked against its text"
		vcl      = "CPS guidance on victim communication, 2024"
		review   = "CPS Victims' Right to Review scheme"
		starting = "Starting number of the product; the Code gives none"
		none     = "The Code gives no number"
		contract = "Contract of each service"
		practice = "Metropolitan Police practice under earlier Codes; the victim's own choice comes first"
		data     = "UK GDPR and Data (Use and Access) Act 2025"
		schedule = "Retention schedule of each organisation"
	)
	police, care, court, cps, probation := string(KindPolice), string(KindWitnessCare), string(KindCourt), string(KindCPS), string(KindProbation)
	rule := func(k Rule, owner string, standard, enhanced int, unit LimitUnit, source string) ClockRule {
		return ClockRule{Rule: k, Version: 1, Owner: owner, Standard: standard, Enhanced: enhanced, Unit: unit, Source: source, EffectiveFrom: codeSince()}
	}
	days := func(k Rule, owner string, standard, enhanced int, source string) ClockRule {
		return rule(k, owner, standard, enhanced, UnitWorkingDays, source)
	}
	window := func(r ClockRule, soft int) ClockRule { r.Soft = soft; return r }
	return []ClockRule{
		days(RuleSupportReferral, police, 2, 2, code),
		days(RuleNeedsAssessment, police, 5, 5, starting),
		days(RuleToldArrest, police, 5, 1, code),
		days(RuleToldInterview, police, 5, 1, code),
		days(RuleToldRelease, police, 5, 1, code),
		days(RuleToldNotInvestigated, police, 5, 1, code),
		days(RuleToldCharge, police, 5, 1, toCheck),
		days(RuleToldCharging, cps, 5, 1, vcl),
		window(rule(RuleReviewWindow, OwnerVictim, 3, 3, UnitMonths, review), 10),
		days(RuleCourtToWitnessCare, court, 5, 5, code),
		days(RuleToldHearing, care, 1, 1, code),
		days(RuleToldBailOutcome, care, 5, 1, code),
		days(RuleToldWitness, care, 1, 1, code),
		days(RuleToldOutcome, care, 1, 1, code),
		rule(RuleLenientSentence, OwnerVictim, 28, 28, UnitDays, "Unduly lenient sentence scheme, to be checked: the Act of 2026 amends it"),
		days(RuleContactScheme, care, 10, 10, code),
		days(RuleFirstOfficerContact, probation, 20, 20, code),
		days(RuleStatementOffered, police, 0, 0, none+": before the sentence"),
		days(RuleRestorativeOffered, police, 0, 0, none),
		days(RuleConfirmation, police, 5, 5, starting),
		rule(RuleUpdate, police, 28, 28, UnitDays, practice),
		days(RuleAcknowledge, "provider", 0, 0, contract),
		days(RuleDecide, "provider", 0, 0, contract),
		days(RuleFirstAttempt, "provider", 0, 0, contract),
		days(RuleFirstContact, "provider", 0, 0, contract),
		days("K26", "provider", 0, 0, contract),
		days(RuleMARAC, string(KindMARAC), 20, 20, "Starting number of the product: a MARAC meets every two weeks or every month, by its own protocol"),
		days(RuleComplaint, "controller", 10, 10, toCheck),
		rule("K29", "controller", 1, 1, UnitMonths, data),
		rule("K30", "controller", 30, 30, UnitDays, data),
		rule("K31", "controller", 0, 0, UnitMonths, schedule),
		days(RuleComplaintAnswer, "controller", 20, 20, starting),
	}
}
