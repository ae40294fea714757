package models

// protectionReasons are why a record is hidden, shown again, or opened in an
// emergency (domain.md 5.4).
func protectionReasons() []Reason {
	why := func(g ReasonGroup, code, words string) Reason {
		return Reason{Code: code, Group: g, Words: words, Whose: []DecidedBy{DecidedByOther}}
	}
	other := func(g ReasonGroup) Reason {
		r := why(g, "other", "Another reason")
		r.NeedsText = true
		return r
	}
	return []Reason{
		why(GroupProtect, "works_here", "Somebody in the case works for an organisation that could read it"),
		why(GroupProtect, "looked_for", "Somebody may be looking for them"),
		why(GroupProtect, "well_known", "They are well known, or in the news"),
		why(GroupProtect, "court_order", "A court ordered it"),
		why(GroupProtect, "victim_asked", "The victim asked for it"),
		other(GroupProtect),

		why(GroupUnprotect, "no_longer_needed", "It is not needed any more"),
		why(GroupUnprotect, "victim_asked", "The victim asked for it"),
		why(GroupUnprotect, "set_in_error", "It was set by mistake"),
		why(GroupUnprotect, "not_the_same", "It is not the same person"),
		other(GroupUnprotect),

		why(GroupBar, "knows_victim", "Knows the victim"),
		why(GroupBar, "family", "Is family, or lives with them"),
		why(GroupBar, "did_it", "Is, or is close to, whoever did it"),
		why(GroupBar, "victim_asked", "The victim asked for it"),
		other(GroupBar),

		why(GroupEmergency, "danger_to_life", "Somebody is in danger now"),
		why(GroupEmergency, "child_at_risk", "A child is at risk now"),
		why(GroupEmergency, "missing_person", "Somebody is missing"),
		why(GroupEmergency, "unsafe_contact", "A contact is about to be made that may not be safe"),
		why(GroupEmergency, "court_today", "A court needs it today"),
		other(GroupEmergency),
	}
}
