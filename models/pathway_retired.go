package models

// The versions that are retired. A referral that began under one is shown with
// its questions, keeps its limits, and is held to nothing that came later. What
// is in this file is never changed (docs/adr/0036).

func retiredPathways() []Pathway {
	return []Pathway{generalV1(), vawgV1(), childHouseV1(), hateCrimeV1(), restorativeV1()}
}

func generalV1() Pathway {
	return Pathway{
		Key: PathwayGeneral, Name: "Victim support", Version: 1, Limits: StartingLimits(), Bases: everyBasis(),
		Summary:         "Practical and emotional help for any victim, adult or young, with ways on to other services.",
		SuggestedFields: []string{"known_as", "borough", "language", "access_needs", "safe_contact", "risk_level", "incident_summary"},
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
		},
	}
}

func vawgV1() Pathway {
	return Pathway{
		Key: PathwayVAWG, Name: "Violence against women and girls", Version: 1, Limits: StartingLimits(), Bases: everyBasis(),
		Summary:         "Advisers, counselling and safe places after domestic or sexual abuse, stalking and so-called honour-based abuse. Men are helped too.",
		SuggestedFields: []string{"known_as", "borough", "language", "access_needs", "safe_contact", "risk_level", "risk_assessment", "incident_summary", "children"},
		Questions: []Question{
			{Key: "asked_for", Label: "What is asked for?", Kind: AskRadios, Options: []Choice{
				{"idva", "An adviser for domestic abuse (IDVA)"},
				{"isva", "An adviser for sexual violence (ISVA)"},
				{"refuge", "A place in a refuge"},
				{"counselling", "Counselling"},
				{"stalking", "A stalking advocate"},
				{"not_sure", "Not sure: please advise"},
			}, Required: true},
			{Key: "risk_tool", Label: "Which risk form was used?", Kind: AskRadios, Options: []Choice{
				{"dash", "DASH"}, {"dara", "DARA"}, {"other", "Another form"}, {"none", "None yet"},
			}, Required: true},
			{Key: "risk_score", Label: "What was the score?", Hint: "The number of yes answers. Leave empty if there is no score.", Kind: AskText, MaxLength: 20},
			{Key: "suspect_access", Label: "Does the person responsible live with them or use their phone?", Hint: "Nobody calls before this is checked.", Kind: AskRadios, Options: []Choice{
				{"lives_with", "Lives with them"}, {"uses_device", "Uses or checks their phone or computer"}, {"both", "Both"}, {"neither", "Neither"}, notKnown(),
			}, Required: true},
			{Key: "marac", Label: "Is there a MARAC?", Kind: AskRadios, Options: []Choice{
				{"heard", "Heard in the last 12 months"}, {"referred", "Referred, not heard yet"}, {"to_refer", "It will be referred"}, {"no", "No"}, notKnown(),
			}},
			{Key: "children_at_home", Label: "Are there children at home?", Kind: AskRadios, Options: []Choice{
				{"known_to_services", "Yes, and children's services know"}, {"not_known_to_services", "Yes, and children's services do not know yet"}, {"no", "No"}, notKnown(),
			}},
		},
	}
}

func childHouseV1() Pathway {
	return Pathway{
		Key: PathwayChildHouse, Name: "Child House", Version: 1, Limits: StartingLimits(), Bases: everyBasis(),
		Summary:         "Medical help, advocacy, therapy and police interview under one roof for a child after sexual abuse, and for the family.",
		SuggestedFields: []string{"known_as", "date_of_birth", "borough", "language", "access_needs", "safe_contact", "risk_level", "incident_summary"},
		Questions: []Question{
			{Key: "safeguarding", Label: "Has a safeguarding referral been made to children's services?", Hint: "This referral is as well as that one, not instead of it.", Kind: AskRadios, Options: []Choice{
				{"made", "Yes"}, {"strategy_held", "Yes, and a strategy meeting has been held"}, {"not_yet", "Not yet"}, notKnown(),
			}, Required: true},
			{Key: "last_incident", Label: "When was the last incident?", Hint: "Within 7 days the child goes to the Havens first.", Kind: AskRadios, Options: []Choice{
				{"within_7_days", "In the last 7 days"}, {"within_12_months", "In the last 12 months"}, {"longer_ago", "Longer ago"}, notKnown(),
			}, Required: true},
			{Key: "agreed_by", Label: "Who has agreed to this referral?", Kind: AskRadios, Options: []Choice{
				{"parent", "A parent or carer"}, {"child", "The child, who understands what it means"}, {"both", "Both"}, {"nobody", "Nobody yet: shared to keep a child safe"},
			}, Required: true},
			{Key: "parent_safe", Label: "Is it safe to contact a parent or carer?", Hint: "A parent who may be responsible is never contacted.", Kind: AskRadios, Options: []Choice{
				{"yes", "Yes"}, {"one_only", "Only the one named in safe contact"}, {"no", "No"}, notKnown(),
			}, Required: true},
			{Key: "asked_for", Label: "What is asked for?", Hint: "Select all that apply.", Kind: AskCheckboxes, Options: []Choice{
				{"consultation", "Advice for the professionals"},
				{"assessment", "An assessment of the child's needs"},
				{"medical", "Medical help"},
				{"advocacy", "An advocate for the child"},
				{"therapy", "Therapy"},
				{"family", "Help for the family"},
			}},
			{Key: "network", Label: "Who works with the child?", Hint: "For example school, social worker, GP. Do not give an address.", Kind: AskTextarea, MaxLength: 500},
		},
	}
}

func hateCrimeV1() Pathway {
	return Pathway{
		Key: PathwayHateCrime, Name: "Hate crime advocacy", Version: 1, Limits: StartingLimits(), Bases: everyBasis(),
		Summary:         "Advocates and specialist partners for anyone attacked for who they are, or who someone thought they were, reported or not.",
		SuggestedFields: []string{"known_as", "borough", "language", "access_needs", "safe_contact", "risk_level", "incident_summary"},
		Questions: []Question{
			{Key: "where", Label: "Where does it happen?", Hint: "Select all that apply.", Kind: AskCheckboxes, Options: []Choice{
				{"home", "At or near home"},
				{"online", "Online"},
				{"street", "In the street or a public place"},
				{"transport", "On public transport"},
				{"work_or_school", "At work, school or college"},
				{"place_of_worship", "At a place of worship"},
			}, Required: true},
			{Key: "repeat", Label: "Has it happened before?", Kind: AskRadios, Options: []Choice{
				{"first", "No, this is the first time"}, {"more_than_once", "Yes"}, notKnown(),
			}, Required: true},
			{Key: "responsible", Label: "Who is responsible?", Hint: "No letter or call is made before this is checked.", Kind: AskRadios, Options: []Choice{
				{"neighbour", "A neighbour or someone at home"},
				{"landlord_or_work", "A landlord, or someone at work or school"},
				{"known", "Someone else they know"},
				{"stranger", "A stranger"},
				notKnown(),
			}, Required: true},
			{Key: "specialist", Label: "Would they like a specialist partner?", Hint: "For example a service run by and for their community.", Kind: AskRadios, Options: []Choice{
				{"yes", "Yes"}, {"no", "No"}, {"no_preference", "No preference"}, {"not_asked", "Not asked yet"},
			}},
			{Key: "help", Label: "What help do they want?", Hint: "Select all that apply.", Kind: AskCheckboxes, Options: []Choice{
				{"emotional", "Someone to talk to"},
				{"police", "Help with the police or court"},
				{"housing", "Help with housing"},
				{"safety", "Feeling safer at home or outside"},
				{"evidence", "Saving online evidence"},
				{"welfare", "Money or benefits"},
			}},
			{Key: "evidence", Label: "Is there evidence to save, like messages or pictures?", Kind: AskYesNo},
		},
	}
}

func restorativeV1() Pathway {
	return Pathway{
		Key: PathwayRestorative, Name: "Restorative justice", Version: 1, Limits: StartingLimits(), Bases: everyBasis(), AttemptsAtMost: true,
		Summary:         "Safe contact between a victim and the person responsible, where both want it. Either can stop at any time.",
		SuggestedFields: []string{"known_as", "borough", "language", "access_needs", "safe_contact", "risk_level", "incident_summary", "crime_reference"},
		Questions: []Question{
			{Key: "asked_by", Label: "Who asked for this?", Hint: "After domestic or sexual abuse only the victim can ask.", Kind: AskRadios, Options: []Choice{
				{"victim", "The victim asked"}, {"offered", "It was offered and the victim is interested"}, {"other_side", "The person responsible asked, and the victim agrees to be contacted"},
			}, Required: true},
			{Key: "stage", Label: "What stage is the case at?", Kind: AskRadios, Options: []Choice{
				{"out_of_court", "Dealt with out of court"}, {"before_sentence", "Before sentence"}, {"after_sentence", "After sentence"}, notKnown(),
			}, Required: true},
			{Key: "accepts", Label: "Does the person responsible accept what they did?", Kind: AskRadios, Options: []Choice{
				{"yes", "Yes"}, {"no", "No"}, notKnown(),
			}, Required: true},
			{Key: "hopes", Label: "What does the victim hope for, in their own words?", Hint: "Do not give an address.", Kind: AskTextarea, MaxLength: 500},
			{Key: "forms", Label: "What would they consider?", Hint: "Select all that apply.", Kind: AskCheckboxes, Options: []Choice{
				{"meeting", "A meeting"}, {"video", "A video call"}, {"letter", "Letters"}, {"messages", "Messages carried by a facilitator"}, {"not_sure", "Not sure yet"},
			}},
			{Key: "specialist", Label: "After domestic or sexual abuse, is a specialist adviser involved?", Kind: AskRadios, Options: []Choice{
				{"yes", "Yes"}, {"no", "No"}, {"does_not_apply", "Does not apply"},
			}},
		},
	}
}
