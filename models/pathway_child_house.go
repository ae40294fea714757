package models

import (
	"slices"
	"strings"
)

// The ages of a Child House (domain.md 2.1): for children, and to 25 where a
// learning disability or other needs make it the better place.
const (
	childHouseAge     = 17
	childHouseAgeNeed = 25
)

// childHouse is help for a child after sexual abuse (domain.md 2.1). The
// boroughs of each house are its services' own rules: there is more than one.
func childHouse() Pathway {
	oldest := childHouseAgeNeed
	return Pathway{
		Key: PathwayChildHouse, Name: "Child House", Version: 2, Limits: StartingLimits(), Bases: everyBasis(), Measures: commonMeasures(),
		Summary: "Medical help, advocacy, therapy and police interview under one roof for a child after sexual abuse, and for the family.",
		Eligible: Eligibility{
			MaxAge: &oldest, Groups: []string{CrimeSexual, CrimeExploitation, CrimeDomestic},
			Words: "Children under 18 after sexual abuse, recent or long ago, reported or not. To 25 with a learning disability or other needs.",
		},
		SuggestedFields: []string{"known_as", "date_of_birth", "borough", "language", "access_needs", "safe_contact", "risk_level", "incident_summary"},
		Strands: []Choice{
			{"police_interview", "Report on site and police interview"}, {"medical", "Medical"}, {"advocacy", "Advocacy"}, {"therapy", "Therapy"}, {"social_care", "Social care"},
		},
		Outcomes: []Choice{
			{"safe", "Is safe now"}, {"health", "Had the medical help offered"}, {"wellbeing", "Feels better"}, {"family", "The family can support them"}, {"school", "Is back at school or work"},
		},
		Questions: []Question{
			{Key: "safeguarding", Label: "Has a safeguarding referral been made to children's services?", Hint: "This referral is as well as that one, not instead of it.", Kind: AskRadios, Options: []Choice{
				{"made", "Yes"}, {"strategy_held", "Yes, and a strategy meeting has been held"}, {"not_yet", "Not yet"}, notKnown(),
			}, Required: true},
			{Key: "last_incident", Label: "When was the last incident?", Hint: "Within 7 days the child goes to the Havens first.", Kind: AskRadios, Options: []Choice{
				{"longer_ago", "More than 12 months ago"}, {"within_12_months", "In the last 12 months"}, {"within_7_days", "In the last 7 days"}, notKnown(),
			}, Required: true},
			{Key: "havens", Label: "If it was in the last 7 days, what has been done about the Havens?", Kind: AskRadios, When: When{Key: "last_incident", Is: []string{"within_7_days"}}, Options: []Choice{
				{"been", "The child has been"}, {"arranged", "A visit is arranged"}, {"refused", "The child or the family does not want to go"},
			}},
			{Key: "agreed_by", Label: "Who has agreed to this referral?", Kind: AskRadios, Options: []Choice{
				{"parent", "A parent or carer"}, {"child", "The child, who understands what it means"}, {"both", "Both"}, {"nobody", "Nobody yet: shared to keep a child safe"},
			}, Required: true},
			{
				Key: "agreed_why", Label: "Who judged that, and why?", Hint: "If the child decided, say why they understand what it means (Gillick). If nobody agreed, say why it is shared.", Kind: AskTextarea, MaxLength: 500,
				When: When{Key: "agreed_by", Is: []string{"child", "nobody"}},
			},
			{Key: "parent_safe", Label: "Is it safe to contact a parent or carer?", Hint: "A parent who may be responsible is never contacted.", Kind: AskRadios, Options: []Choice{
				{"yes", "Yes"}, {"one_only", "Only the one named in safe contact"}, {"no", "No"}, notKnown(),
			}, Required: true},
			{Key: "learning_need", Label: "If they are 18 to 25, do they have a learning disability or other needs?", Kind: AskYesNo, Field: "access_needs"},
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
		Guards: []Guard{havensFirst, suspectParent, grownUp},
		Advice: []Advice{
			{When{Key: "last_incident", Is: []string{"within_7_days"}}, "In the last 7 days: the child goes to the Havens first. This referral runs as well."},
			{When{Key: "safeguarding", Is: []string{"not_yet", "not_known"}}, "Refer to children's services (MASH) as well. This referral never takes its place."},
			{When{Key: "agreed_by", Is: []string{"nobody"}}, "Nobody has agreed. Sharing to keep a child safe needs no agreement; be open about it where that is safe."},
		},
	}
}

// havensFirst holds that a child hurt in the last days was taken to the Havens,
// or why not, before the Child House is asked.
func havensFirst(s Sending) (FieldError, bool) {
	recent := When{Key: "last_incident", Is: []string{"within_7_days"}}.Holds(s.Answers)
	return Field("answers.havens", FieldRequired, "In the last 7 days the child goes to the Havens first. Say what has been done"), recent && empty(s.Answers["havens"])
}

// suspectParent holds that a parent who is marked as responsible is not who the
// Child House may contact.
func suspectParent(s Sending) (FieldError, bool) {
	parent := slices.ContainsFunc(s.Suspects, func(relation string) bool {
		return slices.ContainsFunc([]string{"mother", "father", "parent", "carer", "guardian", "mum", "dad"}, func(word string) bool {
			return strings.Contains(strings.ToLower(relation), word)
		})
	})
	return Field("answers.parent_safe", FieldNotOpen, "A parent or carer is marked on the case as responsible, and is never contacted. Select the one who is safe, or no"),
		parent && s.Answers["parent_safe"] == "yes"
}

// grownUp holds that somebody of 18 and over is referred for a need.
func grownUp(s Sending) (FieldError, bool) {
	need, answered := yesNo(s.Answers["learning_need"])
	return Field("answers.learning_need", "not_eligible_age", "From 18 the Child House is for people with a learning disability or other needs. Say whether they have"),
		s.Age != nil && *s.Age > childHouseAge && (!answered || !need)
}
