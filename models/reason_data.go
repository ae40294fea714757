package models

// endingReasons are the reasons for ending a referral, the most used first in
// each group, with the result each means in figures.
func endingReasons() []Reason {
	provider, victim, referrer := DecidedByProvider, DecidedByVictim, DecidedByReferrer
	decline := func(code, words string) Reason {
		return Reason{Code: code, Group: GroupDecline, Words: words, Whose: []DecidedBy{provider}, ending: ResultProviderDeclined}
	}
	end := func(g ReasonGroup, code, words string, res Result, whose ...DecidedBy) Reason {
		return Reason{Code: code, Group: g, Words: words, Whose: whose, ending: res}
	}
	other := func(g ReasonGroup, whose ...DecidedBy) Reason {
		return Reason{Code: "other", Group: g, Words: "Another reason", Whose: whose, NeedsText: true, byWhose: true}
	}
	died := func(g ReasonGroup) Reason { return end(g, "died", "They have died", ResultNone, DecidedByOther) }
	return []Reason{
		decline("no_capacity", "No space"),
		decline("not_eligible_area", "Not eligible: area"),
		decline("not_eligible_age", "Not eligible: age"),
		decline("not_eligible_offence_or_need", "Not eligible: offence or need"),
		decline("not_eligible_gender", "Not eligible: gender"),
		decline("insufficient_information", "Too little information, after asking"),
		decline("waiting_list_closed", "Waiting list closed"),
		decline("risk_too_high", "Risk too high for the service"),
		decline("risk_below_threshold", "Risk below the service's threshold"),
		decline("specialist_not_available", "Specialist skill or language not available"),
		decline("duplicate", "The same referral was sent twice"),
		decline("already_open_elsewhere", "Already supported by another service"),
		decline("conflict_of_interest", "Conflict of interest"),
		decline("unsafe_to_accept", "Unsafe to accept: a link to the perpetrator"),
		other(GroupDecline, provider, victim, referrer, DecidedByOther),

		end(GroupNotTakenUp, "declined_support", "Does not want support", ResultVictimDeclined, victim),
		end(GroupNotTakenUp, "changed_mind", "Changed their mind", ResultVictimDeclined, victim),
		end(GroupNotTakenUp, "not_now", "Not now", ResultVictimDeclined, victim),
		end(GroupNotTakenUp, "wants_different_service", "Wants a different service", ResultVictimDeclined, victim),
		end(GroupNotTakenUp, "unsafe_to_engage", "Not safe for them to take part", ResultUnsafeToContact, victim, provider),
		end(GroupNotTakenUp, "moved", "Moved away", ResultNone, DecidedByOther, victim),
		died(GroupNotTakenUp),

		end(GroupNoContact, "no_answer", "No answer after the attempts required", ResultUnableToContact, DecidedByOther, provider),
		end(GroupNoContact, "wrong_number", "Wrong number", ResultUnableToContact, DecidedByOther, provider),
		end(GroupNoContact, "number_not_safe", "The number is not safe", ResultUnsafeToContact, DecidedByOther, provider),
		end(GroupNoContact, "someone_else_answered", "Someone else answered", ResultUnsafeToContact, DecidedByOther, provider),
		end(GroupNoContact, "mail_returned", "Post came back", ResultUnableToContact, DecidedByOther, provider),

		end(GroupWithdraw, "victim_changed_mind", "The victim changed their mind", ResultVictimDeclined, victim),
		end(GroupWithdraw, "consent_withdrawn", "The victim withdrew their agreement", ResultVictimDeclined, victim, DecidedBySystem),
		end(GroupWithdraw, "needs_met_elsewhere", "Needs met elsewhere", ResultNone, referrer, victim),
		end(GroupWithdraw, "sent_in_error", "Sent by mistake", ResultNone, referrer),
		end(GroupWithdraw, "duplicate", "The same referral was sent twice", ResultNone, referrer),
		end(GroupWithdraw, "moved_out_of_area", "Moved out of the area", ResultNone, DecidedByOther, victim, referrer),
		end(GroupWithdraw, "unsafe_to_proceed", "Not safe to go on", ResultUnsafeToContact, referrer, victim, provider),
		end(GroupWithdraw, "case_closed", "The case has ended", ResultNone, referrer),
		died(GroupWithdraw),
		other(GroupWithdraw, referrer, victim, provider, DecidedByOther),

		end(GroupEndEarly, "lost_contact", "Lost contact", ResultUnableToContact, DecidedByOther, provider),
		end(GroupEndEarly, "victim_ended", "The victim ended it", ResultVictimDeclined, victim),
		end(GroupEndEarly, "risk_changed", "The risk changed and another service leads", ResultNone, provider, referrer),
		end(GroupEndEarly, "moved", "Moved away", ResultNone, DecidedByOther, victim),
		end(GroupEndEarly, "provider_ended", "The service ended it", ResultProviderDeclined, provider),
		end(GroupEndEarly, "service_closed", "The service has closed", ResultProviderDeclined, provider),
		end(GroupEndEarly, "imprisoned", "In prison", ResultNone, DecidedByOther),
		died(GroupEndEarly),
		other(GroupEndEarly, provider, victim, referrer, DecidedByOther),
	}
}

// otherReasons are the reasons for everything that does not end a referral with
// a result of its own.
func otherReasons() []Reason {
	provider, victim, referrer := DecidedByProvider, DecidedByVictim, DecidedByReferrer
	why := func(g ReasonGroup, code, words string, whose ...DecidedBy) Reason {
		return Reason{Code: code, Group: g, Words: words, Whose: whose}
	}
	hold := func(code, words string, by DecidedBy) Reason {
		return Reason{Code: code, Group: GroupHold, Words: words, Whose: []DecidedBy{by}, PausesClock: true}
	}
	text := func(r Reason) Reason { r.NeedsText = true; return r }
	anyone := []DecidedBy{provider, victim, referrer, DecidedByOther}
	return []Reason{
		hold("victim_asked", "The victim asked for a pause", victim),
		hold("awaiting_police_or_cps", "Waiting for police or CPS advice", DecidedByOther),
		hold("court_date_near", "A court date is near", DecidedByOther),
		hold("health", "Health", victim),
		hold("safe_contact_lost", "No safe way to reach them", DecidedByOther),
		why(GroupHold, "provider_staffing", "Staffing at the service", provider), // never pauses a clock

		why(GroupReroute, "out_of_area", "Lives in another service's area", provider, referrer),
		why(GroupReroute, "specialist_needed", "Needs a specialist service", provider, referrer),
		why(GroupReroute, "victim_preference", "The victim would rather use another service", victim),
		why(GroupReroute, "no_capacity", "Another service can start sooner", provider, referrer),
		why(GroupReroute, "risk_needs_other_service", "The risk needs another service", provider, referrer),
		why(GroupReroute, "age_changed", "Has reached another service's age range", provider, referrer),
		text(why(GroupReroute, "other", "Another reason", anyone...)),

		why(GroupWaitlist, "no_capacity", "No place yet", provider),
		why(GroupWaitlist, "right_worker", "Waiting for the right worker or language", provider),
		why(GroupWaitlist, "victim_asked", "The victim asked to start later", victim),
		why(GroupWaitlist, "assessment_first", "Another assessment comes first", provider, DecidedByOther),
		text(why(GroupWaitlist, "other", "Another reason", anyone...)),

		why(GroupVoid, "wrong_person", "About the wrong person", referrer, provider),
		why(GroupVoid, "wrong_service", "Sent to the wrong service", referrer, provider),
		why(GroupVoid, "duplicate", "The same referral was sent twice", referrer, provider),
		text(why(GroupVoid, "other", "Another reason", anyone...)),

		why(GroupReopen, "victim_came_back", "The victim came back", victim),
		why(GroupReopen, "needs_changed", "Needs or risk changed", provider, referrer),
		why(GroupReopen, "ended_in_error", "Ended by mistake", provider),
		text(why(GroupReopen, "other", "Another reason", anyone...)),

		why(GroupSharingWithdrawn, "victim_withdrew", "The victim withdrew their agreement", victim),
		why(GroupSharingWithdrawn, "not_safe", "Sharing is not safe", referrer, victim),
		why(GroupSharingWithdrawn, "no_longer_needed", "Sharing is not needed any more", referrer),
		why(GroupSharingWithdrawn, "recorded_in_error", "Recorded by mistake", referrer),
		text(why(GroupSharingWithdrawn, "other", "Another reason", anyone...)),

		why(GroupHelpNotOffered, "already_supported", "Already supported by a service", DecidedByOther),
		why(GroupHelpNotOffered, "not_safe_to_ask", "Not safe to ask", DecidedByOther),
		why(GroupHelpNotOffered, "left_before", "They left before it could be offered", DecidedByOther, victim),
		why(GroupHelpNotOffered, "no_interpreter", "No interpreter", DecidedByOther),
		why(GroupHelpNotOffered, "no_service", "No service could help", DecidedByOther),
		why(GroupHelpNotOffered, "not_asked", "It was not asked", referrer),
		text(why(GroupHelpNotOffered, "other", "Another reason", anyone...)),

		why(GroupSwitchOffEnhanced, "reassessed", "Assessed again: the rights do not apply", referrer),
		why(GroupSwitchOffEnhanced, "offence_changed", "The offence was recorded wrongly", referrer),
		why(GroupSwitchOffEnhanced, "victim_asked", "The victim does not want them", victim),
		text(why(GroupSwitchOffEnhanced, "other", "Another reason", anyone...)),

		why(GroupMissingField, "not_known", "Not known", DecidedByOther),
		why(GroupMissingField, "anonymous", "They want to stay anonymous", victim),
		why(GroupMissingField, "third_party_report", "Reported by someone else", DecidedByOther),
		why(GroupMissingField, "no_fixed_abode", "No fixed address", DecidedByOther),
		why(GroupMissingField, "refuge", "Lives in a refuge", DecidedByOther),
		why(GroupMissingField, "non_recent", "Long ago: no one date", DecidedByOther),
		why(GroupMissingField, "declined", "They would rather not say", victim),
		why(GroupMissingField, "unsafe_to_ask", "Not safe to ask", DecidedByOther),
		why(GroupMissingField, "not_asked", "Not asked yet", DecidedByOther),
	}
}
