package models

// clockReasons are why a clock of a case stands still, has longer, or is not
// owed (domain.md 1.5).
func clockReasons() []Reason {
	why := func(g ReasonGroup, code, words string, by DecidedBy) Reason {
		return Reason{Code: code, Group: g, Words: words, Whose: []DecidedBy{by}}
	}
	pause := func(code, words string, by DecidedBy) Reason {
		r := why(GroupPause, code, words, by)
		r.PausesClock = true
		return r
	}
	return []Reason{
		pause("victim_no_contact", "The victim asked for no contact", DecidedByVictim),
		pause("unsafe_to_contact", "It is not safe to contact them", DecidedByOther),
		pause("out_of_country", "The victim is out of the country", DecidedByOther),
		pause("operational_embargo", "Police work would be put at risk", DecidedByOther),

		why(GroupExtend, "safe_way_needed", "A safe way to tell them is being found", DecidedByOther),
		why(GroupExtend, "interpreter_needed", "An interpreter is being found", DecidedByOther),
		why(GroupExtend, "victim_asked_later", "The victim asked for a later day", DecidedByVictim),
		why(GroupExtend, "information_awaited", "Information is awaited from another body", DecidedByOther),

		why(GroupNotOwed, "told_with_another", "It was told with something else", DecidedByOther),
		why(GroupNotOwed, "overtaken", "Something later took its place", DecidedByOther),
		why(GroupNotOwed, "not_eligible", "The right does not apply to this crime or sentence", DecidedByOther),
		why(GroupNotOwed, "recorded_in_error", "What started it was recorded by mistake", DecidedByOther),
		why(GroupNotOwed, "died", "They have died", DecidedByOther),
	}
}
