package models

// standards are every version of every one, the earliest first. A version that
// samples were read against is never changed: a new one is added.
func standards() []Standard {
	out := []Standard{}
	for _, p := range []struct {
		pathway string
		own     []Criterion
	}{
		{PathwayGeneral, []Criterion{{
			"whole_need", "Were all the needs they named looked at, or passed on?", "A need that was named and has no line after it is “Partly”.",
			"MoJ commissioning framework for victims' services: eight categories of need",
		}}},
		{PathwayVAWG, []Criterion{{
			"risk_acted_on", "Where the risk was high, was it acted on without waiting?", "Look at the risk, and at the first attempt.",
			"SafeLives risk checklist: visible high risk, and professional judgement in either direction",
		}}},
		{PathwayHateCrime, []Criterion{{
			"right_specialist", "Did they reach a specialist for what they were attacked for?", "A change of service with a reason is “Yes”.",
			"MOPAC hate crime strategy: advocates, and a specialist for each strand",
		}}},
		{PathwayChildHouse, []Criterion{{
			"one_place", "Was the child spared telling it again to another service?", "A second referral for the same thing is “Partly”.",
			"Child House model, after Barnahus: medical, advocacy, therapy, social care and police liaison under one roof",
		}}},
		{PathwayRestorative, []Criterion{{
			"no_pressure", "Was it the victim's choice at every step?", "Attempts after a no are “No”.",
			"Restorative Justice Council principles: taking part is voluntary, and either can withdraw at any time",
		}}},
	} {
		out = append(out, Standard{Pathway: p.pathway, Version: 1, Criteria: append(commonCriteria(), p.own...)})
	}
	return out
}

// commonCriteria are those of every kind of support.
func commonCriteria() []Criterion {
	return []Criterion{
		{
			"safe_way", "Was the safe way to reach them asked, and kept up to date?", "Look at when it was last confirmed.",
			"Supporting Justice standard: enough data for safe contact",
		},
		{
			"attempts_safe", "Was every attempt to reach them made in a safe way, at a safe time?", "One attempt that does not count is “Partly”. A safety incident is “No”.",
			"Supporting Justice standard: enough data for safe contact",
		},
		{
			"in_time", "Was the referral answered, and were they reached, in time?", "A late answer with a reason is “Partly”.",
			"Victims' Code, Right 4: to be referred to services that support victims",
		},
		{
			"handed_on", "Was every hand-off answered, with nobody left without a holder?", "A late answer with a reason is “Partly”. No hand-off is “Yes”.",
			"Victims' Code, Right 4, and HMICFRS 2023: needs met, and not process alone",
		},
		{
			"reason_given", "Where it ended or was declined, does the reason say why, and whose decision it was?", "Still going on is “Yes”.",
			"MoJ commissioning guidance 2024: outcomes as well as outputs",
		},
	}
}
