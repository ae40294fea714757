package models

import "slices"

// The kinds of crime that rules name. Each is a key of Offences.
const (
	OffenceDomesticAbuse    = "domestic_abuse"
	OffenceCoerciveControl  = "coercive_control"
	OffenceHonourBased      = "honour_based_abuse"
	OffenceForcedMarriage   = "forced_marriage"
	OffenceFGM              = "fgm"
	OffenceStalking         = "stalking"
	OffenceHarassment       = "harassment"
	OffenceRape             = "rape"
	OffenceSexualAssault    = "sexual_assault"
	OffenceChildSexualAbuse = "child_sexual_abuse"
	OffenceImageAbuse       = "image_abuse"
	OffenceSexualExploit    = "sexual_exploitation"
	OffenceTrafficking      = "trafficking"
	OffenceHateCrime        = "hate_crime"
	OffenceWoundingIntent   = "wounding_with_intent"
	OffenceAttemptedMurder  = "attempted_murder"
	OffenceHomicide         = "homicide"
	OffenceKidnap           = "kidnap"
	OffenceArsonIntent      = "arson_with_intent"
	OffenceTerrorism        = "terrorism"
)

// The groups of crime that figures count in. Each is a key of OffenceGroups.
const (
	CrimeDomestic     = "domestic_abuse"
	CrimeSexual       = "sexual_offences"
	CrimeStalking     = "stalking_and_harassment"
	CrimeHate         = "hate_crime"
	CrimeExploitation = "exploitation"
	CrimeViolence     = "violence"
	CrimeRobbery      = "robbery"
	CrimeProperty     = "property"
	CrimeFraud        = "fraud"
	CrimeOther        = "other"
)

// offence is a kind of crime with the group it counts in.
type offence struct{ key, words, group string }

// offences are the kinds of crime of contract.md section 4 and domain.md 4.4,
// the most often logged first inside each group.
func offences() []offence {
	return []offence{
		{OffenceDomesticAbuse, "Domestic abuse", CrimeDomestic},
		{OffenceCoerciveControl, "Coercive control", CrimeDomestic},
		{OffenceHonourBased, "So-called honour-based abuse", CrimeDomestic},
		{OffenceForcedMarriage, "Forced marriage", CrimeDomestic},
		{OffenceFGM, "Female genital mutilation", CrimeDomestic},
		{OffenceStalking, "Stalking", CrimeStalking},
		{OffenceHarassment, "Harassment", CrimeStalking},
		{OffenceRape, "Rape", CrimeSexual},
		{OffenceSexualAssault, "Sexual assault", CrimeSexual},
		{OffenceChildSexualAbuse, "Child sexual abuse", CrimeSexual},
		{OffenceImageAbuse, "Intimate image abuse", CrimeSexual},
		{OffenceHateCrime, "Hate crime", CrimeHate},
		{OffenceTrafficking, "Trafficking or modern slavery", CrimeExploitation},
		{OffenceSexualExploit, "Sexual exploitation", CrimeExploitation},
		{"criminal_exploitation", "Criminal exploitation, like county lines", CrimeExploitation},
		{"assault", "Assault", CrimeViolence},
		{"knife_crime", "Knife crime", CrimeViolence},
		{"threats", "Threats", CrimeViolence},
		{OffenceWoundingIntent, "Wounding or serious harm with intent", CrimeViolence},
		{OffenceAttemptedMurder, "Attempted murder", CrimeViolence},
		{OffenceHomicide, "Homicide: they have been bereaved", CrimeViolence},
		{OffenceKidnap, "Kidnap or false imprisonment", CrimeViolence},
		{OffenceTerrorism, "Terrorism", CrimeViolence},
		{"robbery", "Robbery", CrimeRobbery},
		{"burglary", "Burglary", CrimeProperty},
		{"theft", "Theft", CrimeProperty},
		{"criminal_damage", "Criminal damage", CrimeProperty},
		{OffenceArsonIntent, "Arson with intent to endanger life", CrimeProperty},
		{"fraud", "Fraud", CrimeFraud},
		{"public_order", "Public order", CrimeOther},
		{"other", "Another crime", CrimeOther},
	}
}

// Offences lists the kinds of crime a case can hold. An incident may name
// several.
func Offences() []Choice {
	all := offences()
	out := make([]Choice, len(all))
	for i, o := range all {
		out[i] = Choice{o.key, o.words}
	}
	return out
}

// OffenceGroups lists the groups of crime figures count in. The order decides
// which group a case with several kinds of crime counts in.
func OffenceGroups() []Choice {
	return []Choice{
		{CrimeDomestic, "Domestic abuse"},
		{CrimeSexual, "Sexual offences"},
		{CrimeStalking, "Stalking and harassment"},
		{CrimeHate, "Hate crime"},
		{CrimeExploitation, "Exploitation"},
		{CrimeViolence, "Violence"},
		{CrimeRobbery, "Robbery"},
		{CrimeProperty, "Burglary, theft and damage"},
		{CrimeFraud, "Fraud"},
		{CrimeOther, "Other crime"},
	}
}

// OffenceGroup returns the group a kind of crime counts in, and CrimeOther for
// one it does not know.
func OffenceGroup(key string) string {
	for _, o := range offences() {
		if o.key == key {
			return o.group
		}
	}
	return CrimeOther
}

// CrimeGroupOf returns the one group a case counts in, so that figures add up:
// the first of OffenceGroups that any of its kinds of crime belongs to.
func CrimeGroupOf(offenceTypes []string) string {
	for _, g := range OffenceGroups() {
		if slices.ContainsFunc(offenceTypes, func(k string) bool { return OffenceGroup(k) == g.Key }) {
			return g.Key
		}
	}
	return CrimeOther
}

// HateStrands are why somebody was attacked, as they or anyone else saw it: the
// five strands that are monitored. They say nothing about who the victim is.
func HateStrands() []Choice {
	return []Choice{
		{"race", "Race or nationality"},
		{"religion", "Religion or belief"},
		{"sexual_orientation", "Sexual orientation"},
		{"disability", "Disability"},
		{"transgender", "Being transgender"},
	}
}
