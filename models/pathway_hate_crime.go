package models

// hateCrime is advocacy for anyone attacked for who they are (domain.md 2.2).
// The strands that are monitored stand on the incident; others are served too.
func hateCrime() Pathway {
	return Pathway{
		Key: PathwayHateCrime, Name: "Hate crime advocacy", Version: 2, Limits: StartingLimits(), Bases: everyBasis(), Measures: commonMeasures(),
		Summary:         "Advocates for people attacked for who they are or are thought to be, crime or incident, reported or not.",
		Eligible:        Eligibility{Groups: []string{CrimeHate}, Words: "Anyone who, or whose friend or witness, sees what happened as driven by hate. Crime or incident, reported or not."},
		SuggestedFields: []string{"known_as", "borough", "language", "access_needs", "safe_contact", "risk_level", "incident_summary"},
		Strands:         append([]Choice{{"lead", "Lead advocate"}}, HateStrands()...),
		Outcomes: []Choice{
			{"safer", "Feels safer"},
			{"confidence", "Trusts that something is done"},
			{"isolation", "Is less alone"},
			{"reported", "Decided freely about reporting"},
			{"housing", "The housing problem was solved"},
			{"takedown", "What was online was taken down"},
		},
		Questions: []Question{
			{Key: "where", Label: "Where does it happen?", Hint: "Select all that apply.", Kind: AskCheckboxes, Options: []Choice{
				{"home", "At or near home"},
				{"online", "Online"},
				{"street", "In the street or a public place"},
				{"transport", "On public transport"},
				{"work_or_school", "At work, school or college"},
				{"place_of_worship", "At a place of worship"},
			}, Required: true},
			{Key: "perceived_by", Label: "Who sees it as hate?", Hint: "It is enough that one person does. Nobody has to prove it.", Kind: AskRadios, Options: []Choice{
				{"victim", "They do"}, {"other", "Somebody else does"}, {"both", "Both"},
			}},
			{Key: "repeat", Label: "Has it happened before?", Kind: AskRadios, Options: []Choice{
				{"first", "No, this is the first time"}, {"more_than_once", "Yes"}, notKnown(),
			}, Required: true},
			{Key: "responsible", Label: "Who is responsible?", Hint: "No letter or call is made before this is checked.", Kind: AskRadios, Options: []Choice{
				{"stranger", "A stranger"},
				{"neighbour", "A neighbour or someone at home"},
				{"landlord_or_work", "A landlord, or someone at work or school"},
				{"known", "Someone else they know"},
				notKnown(),
			}, Required: true},
			{
				Key: "contact_check", Label: "If it is a neighbour, a landlord or someone at work or school, was contact checked against that?", Kind: AskRadios,
				When: When{Key: "responsible", Is: []string{"neighbour", "landlord_or_work"}}, Options: []Choice{
					{"checked", "Yes, the ways marked safe do not go through them"}, {"not_yet", "Not yet: check before any contact"},
				},
			},
			{Key: "wants_to_report", Label: "Do they want to report it to the police?", Kind: AskRadios, Options: WantsToReport()},
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
			{Key: "other_group", Label: "Is another group targeted, beside the five that are counted?", Hint: "For example age, or a way of dressing. Leave empty if not.", Kind: AskText, MaxLength: 100},
		},
		Advice: []Advice{
			{When{Key: "contact_check", Is: []string{"not_yet"}}, "Check landlord, school, work and neighbour links before any contact. No letter with the service's name."},
			{When{Key: "repeat", Is: []string{"more_than_once"}}, "It has happened before: keep the dates, places and whether it is the same person as one series."},
			{When{Key: "wants_to_report", Is: []string{"anonymous"}}, "They want to report without their name. Their name goes to the police only if they agree."},
		},
	}
}

// WantsToReport lists how somebody stands to reporting, so that what is not
// reported can become a crime later without a new form (domain.md 2.2).
func WantsToReport() []Choice {
	return []Choice{
		{"not_asked", "Not asked yet"}, {"no", "No"}, {"later", "Perhaps later"}, {"anonymous", "Yes, without their name"}, {"yes", "Yes"}, {"reported", "It was reported already"},
	}
}
