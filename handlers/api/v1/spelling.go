package v1

import "strings"

// spelled reads a coded answer as another system may spell it: capitals, spaces
// and hyphens are taken for ours, and so are the words of also. What is not
// known stays as it was sent, for the service to refuse by name.
func spelled(sent Key, also map[string]string) string {
	key := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(string(sent))))
	if ours, ok := also[key]; ok {
		return ours
	}
	return key
}

// methods are words for the way an agreement was given.
func methods() map[string]string {
	out := map[string]string{}
	for ours, words := range map[string]string{
		"spoken":      "verbal verbally oral orally in_person face_to_face phone telephone by_phone call video video_call",
		"written":     "in_writing text sms email post letter form online web",
		"signed":      "signature signed_form electronic_signature e_signature",
		"bsl":         "sign_language british_sign_language",
		"interpreter": "interpreted through_interpreter via_interpreter with_interpreter",
		"none":        "not_asked not_applicable n/a",
	} {
		for word := range strings.FieldsSeq(words) {
			out[word] = ours
		}
	}
	return out
}

// bases are words for why something may be shared. Agreement is what partners
// often call consent (domain.md 5.2).
func bases() map[string]string {
	return map[string]string{
		"consent": "agreement", "explicit_consent": "agreement", "victim_agreement": "agreement", "vital_interest": "vital_interests",
		"legal_duty": "legal_obligation", "public_interest": "public_task", "legitimate_interest": "legitimate_interests",
		"recognised_legitimate_interest": "legitimate_interests", "recognised_legitimate_interests": "legitimate_interests",
	}
}

// needs are words for the needs of the commissioning framework, whose names are
// longer than ours (domain.md 4.1). Safety has none of its own there: it is part
// of how somebody looks at the world, as fear and trust are.
func needs() map[string]string {
	out := map[string]string{}
	for ours, words := range map[string]string{
		"health":               "mental_and_physical_health mental_health physical_health wellbeing",
		"accommodation":        "shelter_and_accommodation shelter housing",
		"family":               "family_friends_and_children family_and_friends family_and_children children",
		"education_employment": "education_skills_and_employment education employment work",
		"drugs_alcohol":        "drugs_and_alcohol drugs alcohol substance_misuse",
		"finance":              "finance_and_benefits finances benefits money",
		"outlook":              "outlook_and_attitudes attitudes confidence safety",
		"social":               "social_interactions isolation",
	} {
		for word := range strings.FieldsSeq(words) {
			out[word] = ours
		}
	}
	return out
}

// unknowns are words for why a field of the victim is missing.
func unknowns() map[string]string {
	return map[string]string{
		"unknown": "not_known", "not_recorded": "not_known", "not_given": "not_known", "third_party": "third_party_report",
		"no_fixed_address": "no_fixed_abode", "homeless": "no_fixed_abode", "in_refuge": "refuge", "historic": "non_recent",
		"refused": "declined", "prefer_not_to_say": "declined", "withheld": "declined", "not_disclosed": "declined", "unsafe": "unsafe_to_ask",
		"not_safe_to_ask": "unsafe_to_ask", "not_yet_asked": "not_asked",
	}
}

// spelledAll is spelled for each of a dictionary's answers.
func spelledAll(sent map[string]Key, also map[string]string) map[string]string {
	out := make(map[string]string, len(sent))
	for field, word := range sent {
		out[field] = spelled(word, also)
	}
	return out
}
