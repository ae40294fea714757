package models

import "slices"

// EnhancedReason is why Enhanced Rights under the Victims' Code apply.
type EnhancedReason struct {
	Code   string // stored with the case
	Words  string
	Source string
}

// The codes of the reasons that are no kind of crime.
const (
	EnhancedUnder18      = "under_18"
	EnhancedPersistently = "persistently_targeted"
	EnhancedVulnerable   = "vulnerable"
	EnhancedIntimidated  = "intimidated"
	EnhancedSexual       = "sexual_offence"
)

// EnhancedAsked are the answers a caseworker gives to the questions that decide
// where the crime alone does not.
type EnhancedAsked struct {
	PersistentlyTargeted bool // asked for stalking and harassment
	Vulnerable           bool // a mental health condition, lack of capacity or disability
	Intimidated          bool // evidence affected by fear or distress
}

// EnhancedReasons lists the reasons (decisions.md 26, domain.md 1.1), the most
// serious crimes first.
func EnhancedReasons() []EnhancedReason {
	const (
		serious    = "Victims' Code: victims of the most serious crime"
		vulnerable = "Victims' Code: vulnerable or intimidated victims"
		targeted   = "Victims' Code: persistently targeted victims"
	)
	return []EnhancedReason{
		{OffenceDomesticAbuse, "Domestic abuse", serious},
		{OffenceRape, "Rape", serious},
		{OffenceSexualAssault, "Sexual assault", serious},
		{OffenceChildSexualAbuse, "Child sexual abuse", serious},
		{EnhancedSexual, "A sexual offence", serious},
		{OffenceHateCrime, "Hate crime", serious},
		{OffenceTrafficking, "Trafficking or modern slavery", serious},
		{OffenceAttemptedMurder, "Attempted murder", serious},
		{OffenceKidnap, "Kidnap or false imprisonment", serious},
		{OffenceWoundingIntent, "Wounding or serious harm with intent", serious},
		{OffenceArsonIntent, "Arson with intent to endanger life", serious},
		{OffenceTerrorism, "Terrorism", serious},
		{OffenceHomicide, "Bereaved by homicide", serious},
		{EnhancedUnder18, "Under 18 when it happened", vulnerable},
		{EnhancedPersistently, "Targeted again and again", targeted},
		{EnhancedVulnerable, "Vulnerable: health, capacity or disability", vulnerable},
		{EnhancedIntimidated, "Intimidated: fear or distress", vulnerable},
	}
}

// FindEnhancedReason returns the reason with a code.
func FindEnhancedReason(code string) (EnhancedReason, bool) {
	all := EnhancedReasons()
	i := slices.IndexFunc(all, func(r EnhancedReason) bool { return r.Code == code })
	if i < 0 {
		return EnhancedReason{}, false
	}
	return all[i], true
}

// enhancedByCrime maps a kind of crime to the reason it gives. Kinds that are
// domestic abuse or a sexual offence by another name count as that.
func enhancedByCrime(offence string) (string, bool) {
	switch offence {
	case OffenceDomesticAbuse, OffenceCoerciveControl, OffenceHonourBased, OffenceForcedMarriage, OffenceFGM:
		return OffenceDomesticAbuse, true
	case OffenceImageAbuse, OffenceSexualExploit:
		return EnhancedSexual, true
	case OffenceRape, OffenceSexualAssault, OffenceChildSexualAbuse, OffenceHateCrime, OffenceTrafficking, OffenceAttemptedMurder,
		OffenceKidnap, OffenceWoundingIntent, OffenceArsonIntent, OffenceTerrorism, OffenceHomicide:
		return offence, true
	}
	return "", false
}

// EnhancedDefault says whether Enhanced Rights are on to begin with, and the
// codes of why, in the order of EnhancedReasons. ageAtIncident is nil where the
// age is not known. Switching them off takes a reason of
// GroupSwitchOffEnhanced.
func EnhancedDefault(offenceTypes []string, ageAtIncident *int, asked EnhancedAsked) (bool, []string) {
	found := map[string]bool{
		EnhancedUnder18:      ageAtIncident != nil && *ageAtIncident < 18,
		EnhancedPersistently: asked.PersistentlyTargeted,
		EnhancedVulnerable:   asked.Vulnerable,
		EnhancedIntimidated:  asked.Intimidated,
	}
	for _, o := range offenceTypes {
		if code, ok := enhancedByCrime(o); ok {
			found[code] = true
		}
	}
	reasons := []string{}
	for _, r := range EnhancedReasons() {
		if found[r.Code] {
			reasons = append(reasons, r.Code)
		}
	}
	return len(reasons) > 0, reasons
}

// EnhancedAsks reports whether the crime makes the product ask if the victim is
// targeted again and again: stalking and harassment (decisions.md 26).
func EnhancedAsks(offenceTypes []string) bool {
	return slices.Contains(offenceTypes, OffenceStalking) || slices.Contains(offenceTypes, OffenceHarassment)
}
