package quality

import "throughline/models"

const (
	monthReceived = "The month it was received."
	monthAsked    = "The month they were asked."
	isAsked       = "f.kind = 'feedback' and f.reason <> 'office'"
)

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
	asked := func(key, question, name string) Measure {
		return Measure{
			Key: "feedback_" + key, Name: name, Kind: KindShare, Topic: TopicVoice, Month: monthAsked, Wider: "People who were asked",
			Definition:  "People who answered “Yes” to “" + question + "” on their own page, at a set point: six weeks into support, two weeks after it ended, or four weeks after they were told how a trial ended.",
			Denominator: "People who answered this question with yes, a bit or no. Beside it, all who were asked: read that share, the response rate, first.",
			Exclusions:  "“Not now” and what was left out are no answer. What somebody told the Commissioner's office is in neither.",
			Trap:        "Only those who opened their page were asked. Who is content may answer sooner, and somebody else can hold the telephone.",
			of:          isAsked, base: "f.marks && '{" + key + ":yes," + key + ":partly," + key + ":no}'", part: "'" + key + ":yes' = any (f.marks)",
		}
	}
	return []Measure{
		{
			Key: "feedback_response", Name: "Response rate of feedback", Kind: KindShare, Topic: TopicVoice, Month: monthAsked,
			Definition:  "People who answered at least one of the three questions, or said something in words.",
			Denominator: "People who were shown the questions on their own page. Nobody is invited in another way.",
			Exclusions:  "What somebody told the Commissioner's office.",
			Trap:        "It says nothing of those who have no page, or never opened it.",
			of:          isAsked, part: "f.status = 'answered'",
		},
		asked("heard", "Did they listen to you?", "Felt listened to"),
		asked("safer", "Do you feel safer?", "Feel safer"),
		asked("again", "Would you go to them again?", "Would go again"),
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
