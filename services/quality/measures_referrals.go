package quality

import (
	"strings"

	"throughline/models"
)

func measuresOfReferrals() []Measure {
	return []Measure{
		{
			Key: "referrals_received", Name: "Referrals received", Kind: KindCount, Topic: TopicReferrals, Month: monthSent,
			Definition:  "Referrals sent to a service, in the month they were sent.",
			Denominator: "Every referral that was sent.",
			Exclusions:  "Drafts, and referrals entered in error.",
			Trap:        "A person referred to three services counts three times.",
			of:          stands,
		},
		{
			Key: "valid", Name: "Valid referrals", Kind: KindShare, Topic: TopicReferrals, Month: monthSent,
			Definition:  "Referrals that were meant for the service they went to: not sent twice, not by mistake, and within what the service is for.",
			Denominator: "Every referral that was sent, those entered in error too.",
			Trap:        "One that nobody has looked at yet counts as valid until somebody says that it is not.",
			of:          isReferral,
			part:        isValid,
		},
		{
			Key: "accepted", Name: "Accepted by services", Kind: KindShare, Topic: TopicReferrals, Month: monthSent,
			Definition:  "Valid referrals that a service accepted, whatever came after.",
			Denominator: "Valid referrals: not sent twice, not by mistake, within what the service is for.",
			Exclusions:  "Referrals that are not valid.",
			Trap:        "Recent months are not finished: referrals that wait for an answer are in the base.",
			of:          isValid,
			part:        "f.accepted_at is not null",
		},
		{
			Key: "declined", Name: "Declined by services", Kind: KindShare, Topic: TopicReferrals, Month: monthSent,
			Definition:  "Valid referrals that a service declined by its own decision.",
			Denominator: "Valid referrals: not sent twice, not by mistake, within what the service is for.",
			Exclusions:  "Endings that the victim or the referrer decided: those are never a service's decline.",
			Trap:        "With the share accepted it does not make a whole: others were withdrawn, lapsed or wait.",
			of:          isValid,
			part:        "f.status = 'declined' and f.decided_by = 'provider'",
		},
		{
			Key: "declined_by_reason", Name: "Declined by services, by reason", Kind: KindReasons, Topic: TopicReferrals, Month: monthSent, Code: "reason",
			Definition:  "Referrals that a service declined, by the coded reason.",
			Denominator: "Referrals declined by the service's own decision.",
			Exclusions:  "Endings that the victim or the referrer decided: those are never a service's decline.",
			Trap:        "A decline for want of a place says something about funding, not about the service.",
			of:          "f.kind = 'referral' and f.status = 'declined' and f.decided_by = 'provider'",
			code:        "coalesce(f.reason, 'other')", words: reasonWords(models.GroupDecline),
		},
		{
			Key: "results", Name: "Why referrals ended without support to the end", Kind: KindReasons, Topic: TopicReferrals, Month: monthSent, Code: "result",
			Definition:  "Referrals that ended and were not completed, by what came of them: the service declined, the victim declined, the victim could not be reached, or it was not safe to reach them. The four are never put together.",
			Denominator: "Referrals that were declined, withdrawn, ended early, not engaged with, or left without an answer.",
			Exclusions:  "Referrals completed, sent on to another service, or entered in error.",
			Trap:        "Not safe to contact is no refusal by the victim, and not being reached is neither.",
			of:          "f.kind = 'referral' and f.status in ('declined', 'withdrawn', 'ended_early', 'not_engaged', 'lapsed')",
			code:        "f.status || '|' || coalesce(f.reason, '') || '|' || coalesce(f.decided_by, '')", fold: resultOf, words: resultWords,
		},
		{
			Key: "out_of_area", Name: "Sent outside the service's area", Kind: KindShare, Topic: TopicReferrals, Month: monthSent,
			Definition:  "Referrals that ended, or were sent on to another service, because the victim lives outside the area of the service.",
			Denominator: "Every referral that was sent, but for those entered in error.",
			Trap:        "It says something of how services are found, not of the service.",
			of:          stands, part: isOutOfArea,
		},
		{
			Key: "out_of_area_served", Name: "Outside the area, and taken by another service", Kind: KindShare, Topic: TopicReferrals, Month: monthSent,
			Definition:  "Referrals outside the service's area after which some service took the victim in the end.",
			Denominator: "Referrals that ended, or were sent on, because of the area.",
			Trap:        "Only a referral that was sent on in Throughline is known: a new one, begun afresh, is not tied to it.",
			of:          stands + " and " + isOutOfArea, part: "g.journey_id is not null", join: withTaken,
		},
		{
			Key: "unmet_need", Name: "Unmet need", Kind: KindCount, Topic: TopicReferrals, Month: monthSent,
			Definition:  "Victims' referrals that no service took: all that followed from the first have ended, none was accepted, and the last ended by a service's decision or because nobody answered in time.",
			Denominator: "A count of chains of referrals, each by its last.",
			Exclusions:  "Endings that the victim decided, and those that were not safe to go on with: they are not a need that a service refused.",
			Trap:        "By need, one chain counts once for each need the victim named, so the lines do not add up to the whole. A need that nobody sent is not counted anywhere.",
			of:          stands + " and f.ended_at is not null and (f.status = 'lapsed' or f.status = 'declined' and f.decided_by = 'provider')", join: lastUntaken,
		},
		{
			Key: "waiting", Name: "On a waiting list now", Kind: KindNow, Topic: TopicReferrals, Unit: unitHours,
			Definition:  "Referrals that stand on a service's waiting list at this moment, and how long they have: half of them this long or less, nine in ten this long or less, and the longest, in whole weeks begun.",
			Denominator: "A count at the moment shown with it, whatever month they were sent.",
			Trap:        "A short list can mean a closed one.",
			of:          "f.kind = 'referral' and f.status = 'waitlisted'", amount: "extract(epoch from $4::timestamptz - f.since) / 3600.0", longest: true,
		},
		{
			Key: "open_work", Name: "Open work now", Kind: KindNow, Topic: TopicReferrals,
			Definition:  "Referrals that a service has accepted and not ended, at this moment.",
			Denominator: "A count at the moment shown with it, whatever month they were sent.",
			Trap:        "How many people work there is not known here, so it is no case load.",
			of:          "f.kind = 'referral' and f.status in ('accepted', 'in_progress', 'on_hold')",
		},
	}
}

const isOutOfArea = "(f.status = 'declined' and f.reason = 'not_eligible_area' or f.status = 'rerouted' and f.reason = 'out_of_area')"

// reasonWords says a coded reason, looked for in groups in turn.
func reasonWords(groups ...models.ReasonGroup) func(string) string {
	return func(code string) string {
		for _, g := range groups {
			if r, ok := models.FindReason(g, code); ok {
				return r.Words
			}
		}
		return code
	}
}

// lapsed is a referral that nobody answered: none of the four results.
const lapsed = "lapsed"

// resultOf is what an ending means, by the one rule that says it: status, reason
// and whose decision it was, with a bar between.
func resultOf(code string) string {
	status, rest, _ := strings.Cut(code, "|")
	reason, whose, _ := strings.Cut(rest, "|")
	acts := map[string]models.Action{
		"declined": models.ActDecline, "withdrawn": models.ActWithdraw, "ended_early": models.ActEndEarly, "not_engaged": models.ActNotEngaged,
	}
	if status == lapsed {
		return lapsed
	}
	if r, ok := models.FindActionReason(acts[status], reason); ok {
		if out := r.Result(models.DecidedBy(whose)); out != models.ResultNone {
			return string(out)
		}
	}
	return "other"
}

func resultWords(code string) string {
	switch code {
	case lapsed:
		return "Nobody answered in time"
	case "other":
		return models.ResultNone.Words()
	}
	return models.Result(code).Words()
}
