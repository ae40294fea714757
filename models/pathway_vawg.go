package models

// vawg is support after violence against women and girls; men are helped too
// (domain.md 2.3).
func vawg() Pathway {
	return Pathway{
		Key: PathwayVAWG, Name: "Violence against women and girls", Version: 2, Limits: StartingLimits(), Bases: everyBasis(), Measures: commonMeasures(),
		Summary: "Advisers, counselling and safe places after domestic or sexual abuse, stalking and so-called honour-based abuse. Men are helped too.",
		Eligible: Eligibility{
			Groups: []string{CrimeDomestic, CrimeSexual, CrimeStalking, CrimeExploitation},
			Words:  "People hurt by domestic or sexual abuse, stalking, harassment, exploitation or so-called honour-based abuse.",
		},
		SuggestedFields: []string{"known_as", "borough", "language", "access_needs", "safe_contact", "risk_level", "risk_assessment", "incident_summary", "children"},
		Strands:         []Choice{{"idva", "IDVA"}, {"isva", "ISVA"}, {"refuge", "Refuge"}, {"counselling", "Counselling"}, {"marac", "MARAC"}},
		Outcomes: []Choice{
			{"abuse_stopped", "The abuse stopped or became less"},
			{"safer", "Feels safer"},
			{"wellbeing", "Feels better"},
			{"housing", "Has somewhere safe to live"},
			{"orders", "Has the legal protection asked for"},
			{"justice", "Stayed with the case as far as they wanted to"},
		},
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
			{Key: "risk_score", Label: "How many answers were yes?", Hint: "Leave empty if there is no score. It is shown only where what makes the risk is shared.", Kind: AskNumber, Most: 50, Field: "risk_assessment"},
			{Key: "risk_on", Label: "When was the risk form filled in?", Hint: "For example, 20 11 2026", Kind: AskDate, Field: "risk_assessment"},
			{Key: "judgement", Label: "What is your own judgement, whatever the score says?", Hint: "It is shown only where what makes the risk is shared.", Kind: AskRadios, Field: "risk_assessment", Options: []Choice{
				{"high", "High risk of serious harm"}, {"medium", "Medium"}, {"standard", "Standard"}, {"not_made", "I have not made one"},
			}},
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
		Advice: []Advice{
			{When{Key: "risk_score", AtLeast: DASHHigh}, "14 or more yes answers: this meets the criteria for a MARAC."},
			{When{Key: "judgement", Is: []string{"high"}}, "Your own judgement is high: that alone is enough for a MARAC, whatever the score."},
			{When{Key: "marac", Is: []string{"heard"}}, "Heard in the last 12 months: any new abuse by the same person goes back to the MARAC."},
			{When{Key: "children_at_home", Is: []string{"not_known_to_services"}}, "Children's services do not know yet. A safeguarding referral does not need agreement where a child is at risk."},
		},
	}
}

// DASHHigh is the number of yes answers that meets the criteria for a MARAC
// (domain.md 2.3).
const DASHHigh = 14
