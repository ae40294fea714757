package models

import "slices"

// ProtectionAction is one way to hide a record or show it again.
type ProtectionAction string

// The actions. Those that TakesTwo says take a second person wait for one.
const (
	ProtectRestrict         ProtectionAction = "restrict"
	ProtectLift             ProtectionAction = "lift_restriction"
	ProtectSeal             ProtectionAction = "seal"
	ProtectUnseal           ProtectionAction = "unseal"
	ProtectLiftBar          ProtectionAction = "lift_bar"
	ProtectReview           ProtectionAction = "review" // of what was taken over from another record of the same person
	ProtectRestrictReferral ProtectionAction = "restrict_referral"
	ProtectLiftReferral     ProtectionAction = "lift_referral"
)

// TakesTwo reports whether one person asks and another decides (security.md T11).
func (a ProtectionAction) TakesTwo() bool {
	return slices.Contains([]ProtectionAction{ProtectSeal, ProtectUnseal, ProtectLiftBar, ProtectReview}, a)
}

// Shows reports whether the action lets more people see a record than before. It
// takes a fresh proof of who asks (ASVS 5.0.0, 7.5.3); to hide one does not.
func (a ProtectionAction) Shows() bool {
	return slices.Contains([]ProtectionAction{ProtectLift, ProtectUnseal, ProtectLiftBar, ProtectLiftReferral}, a)
}

// Words says what the action does, as a page lists it.
func (a ProtectionAction) Words() string {
	switch a {
	case ProtectRestrict:
		return "Restrict to named people"
	case ProtectLift:
		return "Open to the organisation again"
	case ProtectSeal:
		return "Seal"
	case ProtectUnseal:
		return "Unseal"
	case ProtectLiftBar:
		return "Lift a bar"
	case ProtectReview:
		return "Look at a record that may be the same person's"
	case ProtectRestrictReferral:
		return "Restrict a referral to named people"
	case ProtectLiftReferral:
		return "Open a referral to the service again"
	}
	return string(a)
}

// Reasons is the group an action takes its reason from.
func (a ProtectionAction) Reasons() ReasonGroup {
	if a == ProtectRestrict || a == ProtectSeal || a == ProtectRestrictReferral {
		return GroupProtect
	}
	return GroupUnprotect
}
