package quality

import "throughline/models"

const monthReceived = "The month it was received."

// measuresOfVoice are what people say of services (docs/adr/0048).
func measuresOfVoice() []Measure {
	topics := func(code string) string { return models.ChoiceWords(models.ComplaintTopics(), code) }
	limit := func(key, name string, rule models.Rule, definition string) Measure {
		return Measure{
			Key: key, Name: name, Kind: KindTime, Topic: TopicVoice, Month: monthReceived, Unit: unitHours, Definition: definition,
			Denominator: "The share in time: complaints whose limit was met, or has passed. The median and 9 in 10: those that were done.",
			Exclusions:  "Complaints that still have time. Compliments.",
			Trap:        "It counts from the day a complaint was received, not from the day it was written down.",
			of:          "f.kind = 'complaint_clock' and f.clock_state in ('met', 'breached') and f.rule = '" + string(rule) + "'",
			part:        "f.clock_state = 'met'", amount: "f.elapsed_seconds / 3600.0",
		}
	}
	return []Measure{
		{
			Key: "complaints", Name: "Complaints", Kind: KindReasons, Topic: TopicVoice, Month: monthReceived, Code: "topic",
			Definition:  "Complaints about an organisation that somebody recorded, by what they are about.",
			Denominator: "A count of complaints.",
			Trap:        "Few complaints can mean that people do not dare to, or do not know how. It is for learning, never for ranking.",
			of:          "f.kind = 'complaint'", code: "f.reason", words: topics,
		},
		limit("complaints_acknowledged", "Complaints acknowledged in time", models.RuleComplaint, "From receiving a complaint to telling whoever made it that it was received: ten working days."),
		limit("complaints_answered", "Complaints answered in time", models.RuleComplaintAnswer, "From receiving a complaint to the answer in full: twenty working days."),
		{
			Key: "complaints_upheld", Name: "Complaints upheld", Kind: KindShare, Topic: TopicVoice, Month: monthReceived, Wider: "Complaints received",
			Definition:  "Complaints that were upheld, in whole or in part.",
			Denominator: "Complaints that were answered in full. Beside it, all that were received.",
			Exclusions:  "Complaints that wait for an answer are in the wider base only.",
			Trap:        "An organisation judges its own. A low share is no proof that it does well.",
			of:          "f.kind = 'complaint'", base: "f.status <> 'open'", part: "f.status in ('upheld', 'partly')",
		},
		{
			Key: "complaints_escalated", Name: "Complaints taken further", Kind: KindShare, Topic: TopicVoice, Month: monthReceived,
			Definition:  "Complaints that were taken to the Victims' Commissioner's office or to the Ombudsman.",
			Denominator: "Complaints.",
			Trap:        "Recent months are not finished: what was answered lately can still be taken further.",
			of:          "f.kind = 'complaint'", part: "f.told_at is not null",
		},
		{
			Key: "compliments", Name: "Compliments", Kind: KindReasons, Topic: TopicVoice, Month: monthReceived, Code: "topic",
			Definition:  "Compliments about an organisation that somebody recorded, by what they are about.",
			Denominator: "A count of compliments.",
			Trap:        "Whoever asks for them has more of them.",
			of:          "f.kind = 'compliment'", code: "f.reason", words: topics,
		},
	}
}
