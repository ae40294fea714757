package quality

import "throughline/models"

// The units of a median.
const (
	unitHours = "hours"
	unitTimes = "times"
)

func measuresOfTimes() []Measure {
	return []Measure{
		clockMeasure("time_to_acknowledge", "Time to pick up", models.RuleAcknowledge, "From sending to a person at the service picking the referral up."),
		clockMeasure("time_to_decide", "Time to decide", models.RuleDecide, "From sending to the service accepting, declining or putting on its waiting list. Time spent waiting for an answer from the referrer is taken out, except at high risk."),
		clockMeasure("time_to_first_attempt", "Time to first attempt", models.RuleFirstAttempt, "From acceptance to the first try to reach the victim, by a safe way and at a safe time."),
		clockMeasure("time_to_first_contact", "Time to first contact", models.RuleFirstContact, "From acceptance to speaking to the right person, by a safe way and at a safe time."),
	}
}

func clockMeasure(key, name string, rule models.Rule, definition string) Measure {
	return Measure{
		Key: key, Name: name, Kind: KindTime, Topic: TopicTimes, Month: monthSent, Unit: unitHours, Definition: definition,
		Denominator: "The share in time: clocks met or late. The median and 9 in 10: clocks that were stopped.",
		Exclusions:  "Clocks still running inside their limit, and those that did not apply.",
		Trap:        "Medians, not means: a few very late ones would hide what most people met.",
		of:          "f.kind = 'clock' and f.clock_state in ('met', 'breached') and f.rule = '" + string(rule) + "'",
		part:        "f.clock_state = 'met'", amount: "f.elapsed_seconds / 3600.0",
	}
}

func measuresOfWork() []Measure {
	accepted := "f.kind = 'referral' and f.accepted_at is not null and f.status <> 'entered_in_error'"
	ended := accepted + " and f.status in ('completed', 'ended_early', 'not_engaged', 'withdrawn')"
	return []Measure{
		{
			Key: "contact_rate", Name: "Reached", Kind: KindShare, Topic: TopicWork, Month: monthSent,
			Definition:  "Accepted referrals in which the service spoke to the victim, or to the right person for them, by a safe way.",
			Denominator: "Accepted referrals.",
			Exclusions:  "None: referrals still waiting for a first contact inside its limit are in the base.",
			Trap:        "Recent months are not finished: the share rises as they are.",
			of:          accepted, part: wasReached, join: withReached,
		},
		{
			Key: "engaged", Name: "Reached and engaged", Kind: KindShare, Topic: TopicWork, Month: monthSent, Wider: "Accepted referrals",
			Definition:  "Referrals in which the victim was reached and a support plan was agreed with them: at least one goal in their words.",
			Denominator: "Accepted referrals in which the victim was reached. Beside it, all accepted referrals.",
			Exclusions:  "Referrals in which the victim was not reached are in the wider base only.",
			Trap:        "A service that keeps its plans somewhere else looks as if it made none.",
			of:          accepted, base: wasReached, part: "f.planned_at is not null", join: withReached,
		},
		{
			Key: "outcomes_improved", Name: "Needs that improved", Kind: KindShare, Topic: TopicWork, Month: monthSent, Wider: "Needs rated at the start",
			Definition:  "Needs that stood higher at the end of the work than at its start, in the victim's own judgement from 1 to 5.",
			Denominator: "Needs with a number at both. Beside it, all needs with a number at the start.",
			Exclusions:  "Nothing is filled in: not asked, did not want to say and not safe to ask are no number.",
			Trap:        "Read the share that has both first. Who stays to the end may be who did well.",
			of:          "f.kind = 'need' and f.start_score is not null", base: "f.end_score is not null", part: "f.end_score > f.start_score",
		},
		{
			Key: "closure_reasons", Name: "How support ended", Kind: KindReasons, Topic: TopicWork, Month: monthSent, Code: "reason",
			Definition:  "Referrals that a service had accepted and that have ended, by how.",
			Denominator: "Accepted referrals that have ended.",
			Exclusions:  "Referrals sent on to another service, and those entered in error.",
			Trap:        "Lost contact can be a choice, a move or a danger. It is not the same as finished.",
			of:          ended, code: "coalesce(f.reason, f.status)", words: endedWords,
		},
		{
			Key: "re_referred", Name: "Referred again within 12 months", Kind: KindShare, Topic: TopicWork, Month: monthSent,
			Definition:  "Referrals that ended after acceptance and whose victim was referred to a service again, any service, within 12 months of the ending.",
			Denominator: "Accepted referrals that have ended.",
			Exclusions:  "Referrals entered in error.",
			Trap:        "Endings of the last year have had less time. It is not the rule of a MARAC, which counts a repeat incident. And to come back can be a good sign.",
			of:          ended, part: "f.again", counted: true,
		},
		{
			Key: "safe_contact_incidents", Name: "Contacts that were not safe", Kind: KindCount, Topic: TopicWork, Month: "The month it happened.",
			Definition:  "Times a service recorded that a contact had happened on a way that was not marked safe at that moment.",
			Denominator: "A count of contacts. They count towards nothing else.",
			Trap:        "A service that records none may record badly. It is for learning, never for ranking.",
			of:          "f.kind = 'incident'", counted: true,
		},
	}
}

func endedWords(code string) string {
	if code == "completed" {
		return "Completed"
	}
	return reasonWords(models.GroupEndEarly, models.GroupNoContact, models.GroupNotTakenUp, models.GroupWithdraw)(code)
}

func measuresOfRights() []Measure {
	return []Measure{
		{
			Key: "clocks_met", Name: "Clocks met", Kind: KindShare, Topic: TopicRights, Month: monthStarted, Wider: "Clocks owed",
			Definition:  "Timed duties, of services and of the Victims' Code, that were done inside their limit.",
			Denominator: "Clocks with a record: met, or late, whether done since or not. Beside it, all that were owed: these, and those that nobody recorded anything of.",
			Exclusions:  "Clocks still running inside their limit, waived by the victim, or that did not apply. A victim's own time to ask for something is no duty.",
			Trap:        "No record is a gap in the data, never a late organisation. But not recording is never rewarded: read both shares.",
			of:          "f.kind in ('clock', 'case_clock') and f.clock_state in ('met', 'breached', 'not_evidenced') and f.rule not in ('K9', 'K15')",
			base:        "f.clock_state <> 'not_evidenced'", part: "f.clock_state = 'met'",
		},
		{
			Key: "handoffs_acknowledged", Name: "Hand-offs answered in time", Kind: KindTime, Topic: TopicRights, Month: "The month it was sent.", Unit: unitHours,
			Definition:  "Hand-offs of a case, or of a duty, that the other organisation received or answered by the day it was due.",
			Denominator: "Hand-offs that were received or answered, or whose day has passed. The median: those received or answered, from sending to it.",
			Exclusions:  "Offers taken back, and those that still have time.",
			Trap:        "A hand-off with no holder cannot be: whoever sent it holds the case until the other accepts.",
			of:          "f.kind = 'handoff' and f.status <> 'recalled' and (f.stopped_at is not null or f.due_at < $4::timestamptz)",
			part:        "f.stopped_at <= f.due_at", amount: "f.elapsed_seconds / 3600.0",
		},
		{
			Key: "handoffs_told", Name: "Victims told of a hand-off", Kind: KindShare, Topic: TopicRights, Month: "The month it was sent.",
			Definition:  "Accepted hand-offs after which somebody told the victim who holds their case now.",
			Denominator: "Accepted hand-offs.",
			Trap:        "That they were told says nothing of whether they understood.",
			of:          "f.kind = 'handoff' and f.status = 'accepted'", part: "f.told_at is not null",
		},
	}
}
