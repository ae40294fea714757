package models

// The questions of the definitions come from domain.md 2.1 to 2.5: few, and only
// what the receiver needs to decide and the case does not hold already.

func notKnown() Choice { return Choice{"not_known", "Not known"} }

// everyBasis is for pathways on which something may be shared for any reason the
// law gives (domain.md 5.2).
func everyBasis() []string {
	var out []string
	for _, b := range SharingBases() {
		out = append(out, b.Key)
	}
	return out
}

// commonMeasures are the figures that every pathway is read by (contract.md 4).
func commonMeasures(more ...string) []string {
	return append([]string{"referrals_received", "time_to_acknowledge", "time_to_decide", "time_to_first_contact", "declined_by_reason", "engaged", "waiting", "clocks_met"}, more...)
}

// general is the place where every victim with no specialist route is served
// (domain.md 2.5).
func general() Pathway {
	return Pathway{
		Key: PathwayGeneral, Name: "Victim support", Version: 2, Limits: StartingLimits(), Bases: everyBasis(), Measures: commonMeasures(),
		Summary:         "Practical and emotional help for any victim, adult or young, with ways on to other services.",
		Eligible:        Eligibility{Words: "Any victim of any crime, reported or not."},
		SuggestedFields: []string{"known_as", "borough", "language", "access_needs", "safe_contact", "risk_level", "incident_summary"},
		Strands:         []Choice{{"adult", "Support for adults"}, {"young", "Support for young people"}, {"onward", "A service further on"}},
		Outcomes: []Choice{
			{"safer", "Feels safer"}, {"cope", "Copes better"}, {"informed", "Knows what happens next"}, {"listened_to", "Was listened to"}, {"onward", "Reached the next service"},
		},
		Questions: []Question{
			{Key: "needs", Label: "What do they need help with?", Hint: "Select all that apply.", Kind: AskCheckboxes, Options: Needs(), Required: true},
			{Key: "wants", Label: "What do they want, in their own words?", Hint: "Do not give an address or the name of anyone else.", Kind: AskTextarea, MaxLength: 500},
			{Key: "court", Label: "Is there a court date?", Kind: AskRadios, Options: []Choice{
				{"within_4_weeks", "Yes, in the next 4 weeks"}, {"later", "Yes, later"}, {"none", "No"}, notKnown(),
			}},
			{Key: "supported_by", Label: "Who supports them now?", Kind: AskRadios, Options: []Choice{
				{"family_or_friends", "Family or friends"}, {"service", "Another service"}, {"nobody", "Nobody"}, notKnown(),
			}, Required: true},
			{Key: "young_person", Label: "If they are under 18, who knows about this referral?", Hint: "Select all that apply.", Kind: AskCheckboxes, Options: []Choice{
				{"parent", "A parent or carer"}, {"school", "School or college"}, {"social_worker", "A social worker"}, {"nobody", "Nobody yet"}, {"adult", "They are 18 or over"},
			}},
			{Key: "flags", Label: "Does any of this apply?", Hint: "Select all that apply. It is shown only where the level of risk is shared.", Kind: AskCheckboxes, Field: "risk_level", Options: []Choice{
				{"knife_crime", "A knife was used or shown"},
				{"exploitation", "They are being exploited, or may be"},
				{"gangs", "A gang is involved"},
				{"in_care", "They are in care, or left it"},
				{"none", "None of these"},
			}},
		},
		Advice: []Advice{
			{When{Key: "flags", Is: []string{"exploitation"}}, "They may be exploited. A first responder can refer an adult who agrees, and any child, to the National Referral Mechanism."},
			{When{Key: "flags", Is: []string{"knife_crime", "gangs"}}, "Hospital youth work and help to leave a gang are onward routes. Keep proof that the next service received it."},
			{When{Key: "flags", Is: []string{"in_care"}}, "Their social worker or personal adviser may need to know. Ask first who is safe."},
		},
	}
}
