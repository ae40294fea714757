package models

import "slices"

// restorative is safe contact between a victim and the person responsible, where
// both want it (domain.md 2.4). Nothing is shared here without agreement.
func restorative() Pathway {
	return Pathway{
		Key: PathwayRestorative, Name: "Restorative justice", Version: 2, Limits: StartingLimits(), AttemptsAtMost: true, Bases: []string{BasisAgreement}, Measures: commonMeasures(),
		Summary:         "Safe contact between a victim and the person responsible, where both want it. Either can stop at any time.",
		Eligible:        Eligibility{Words: "A victim who is willing, where the person responsible is known. Either side may stop at any time."},
		SuggestedFields: []string{"known_as", "borough", "language", "access_needs", "safe_contact", "risk_level", "incident_summary", "crime_reference"},
		Strands:         []Choice{{"harmed", "With the person harmed"}, {"harmer", "With the person responsible"}, {"specialist", "Specialist adviser"}},
		Outcomes: []Choice{
			{"satisfied", "Was satisfied with how it was done"}, {"questions", "Had their questions answered"}, {"apology", "Was given an apology they could accept"}, {"safer", "Feels safer"}, {"agreement", "The agreement was kept"},
		},
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
			{Key: "not_before", Label: "From when would the victim want this?", Hint: "The day the victim chose. Leave empty for as soon as can be. For example, 20 2 2027", Kind: AskDate, Ahead: true},
			{Key: "specialist", Label: "After domestic or sexual abuse, is a specialist adviser involved?", Kind: AskRadios, Options: []Choice{
				{"yes", "Yes"}, {"no", "No"}, {"does_not_apply", "Does not apply"},
			}},
			{Key: "manager_agreed", Label: "After domestic or sexual abuse, which manager agreed to this?", Hint: "Name and date. Leave empty if it does not apply.", Kind: AskText, MaxLength: 120},
		},
		Guards: []Guard{victimAsked, specialistIn, managerAgreed},
		Advice: []Advice{
			{When{Key: "accepts", Is: []string{"no"}}, "The person responsible does not accept what they did. Nobody meets; the victim is told with care, and other ways are talked through."},
			{When{Key: "asked_by", Is: []string{"other_side"}}, "The person responsible asked. They learn nothing of the victim, and nothing is said to them before the victim agrees."},
		},
	}
}

// sensitive reports whether the case is one of domestic or sexual abuse, where
// only the victim can begin this (domain.md 2.4).
func (s Sending) sensitive() bool {
	return slices.ContainsFunc(s.Offences, func(o string) bool {
		return o == OffenceStalking || slices.Contains([]string{CrimeDomestic, CrimeSexual}, OffenceGroup(o))
	})
}

func victimAsked(s Sending) (FieldError, bool) {
	return Field("answers.asked_by", FieldNotOpen, "After domestic or sexual abuse only the victim can ask for this"), s.sensitive() && s.Answers["asked_by"] != "victim"
}

func specialistIn(s Sending) (FieldError, bool) {
	return Field("answers.specialist", FieldNotOpen, "After domestic or sexual abuse a specialist adviser has to be involved first"), s.sensitive() && s.Answers["specialist"] != "yes"
}

func managerAgreed(s Sending) (FieldError, bool) {
	return Field("answers.manager_agreed", FieldRequired, "After domestic or sexual abuse a manager has to agree first. Say who, and when"), s.sensitive() && empty(s.Answers["manager_agreed"])
}
