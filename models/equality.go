package models

import (
	"maps"
	"slices"
)

// EqualityQuestion asks who the victim is. Every one is optional, is asked
// after the main answers, and may be changed later. It is kept apart from why
// somebody was attacked (HateStrands).
type EqualityQuestion struct {
	Key     string
	Label   string
	Hint    string
	Options []Choice
	// After names the question, and its answer, that this one follows; empty
	// for a question that is always asked.
	After, Is string
}

// PreferNotToSay is the answer every equality question offers last.
const PreferNotToSay = "prefer_not_to_say"

// EqualityUnsafe is kept for a question that it was not safe to ask: somebody
// listened, or the answer could have been seen. It is no refusal, and no answer
// at all means that nobody asked; the three are never one.
const EqualityUnsafe = "unsafe_to_ask"

// The keys of the equality questions.
const (
	EqualityEthnicGroup      = "ethnic_group"
	EqualityEthnicBackground = "ethnic_background"
	EqualityDisability       = "disability"
	EqualityDisabilityEffect = "disability_effect"
	EqualityReligion         = "religion"
	EqualityOrientation      = "sexual_orientation"
	EqualitySex              = "sex"
	EqualityGenderIdentity   = "gender_identity"
	EqualityMarriage         = "marriage"
	EqualityPregnancy        = "pregnancy_maternity"
)

// EqualityQuestions lists the questions in the order and words of GOV.UK's
// equality information pattern (domain.md 4.3).
func EqualityQuestions() []EqualityQuestion {
	ask := func(key, label string, options ...Choice) EqualityQuestion {
		return EqualityQuestion{Key: key, Label: label, Options: append(options, Choice{PreferNotToSay, "Prefer not to say"})}
	}
	yesNo := []Choice{{"yes", "Yes"}, {"no", "No"}}
	out := []EqualityQuestion{ask(EqualityEthnicGroup, "What is their ethnic group?", EthnicGroups()...)}
	for _, g := range EthnicGroups() {
		q := ask(EqualityEthnicBackground, "Which best describes their background?", ethnicBackgroundsOf(g.Key)...)
		q.After, q.Is = EqualityEthnicGroup, g.Key
		out = append(out, q)
	}
	disability := ask(EqualityDisability, "Do they have a physical or mental health condition or illness?", yesNo...)
	disability.Hint = "One that has lasted, or is expected to last, 12 months or more."
	effect := ask(EqualityDisabilityEffect, "Does it reduce their ability to carry out day-to-day activities?",
		Choice{"a_lot", "Yes, a lot"}, Choice{"a_little", "Yes, a little"}, Choice{"not_at_all", "Not at all"})
	effect.After, effect.Is = EqualityDisability, "yes"
	return append(out, disability, effect,
		ask(EqualityReligion, "What is their religion?",
			Choice{"none", "No religion"}, Choice{"christian", "Christian"}, Choice{"buddhist", "Buddhist"}, Choice{"hindu", "Hindu"},
			Choice{"jewish", "Jewish"}, Choice{"muslim", "Muslim"}, Choice{"sikh", "Sikh"}, Choice{"other", "Any other religion"}),
		ask(EqualityOrientation, "What is their sexual orientation?",
			Choice{"heterosexual", "Heterosexual or straight"}, Choice{"gay_or_lesbian", "Gay or lesbian"}, Choice{"bisexual", "Bisexual"}, Choice{"other", "Other"}),
		ask(EqualitySex, "What is their sex?", Choice{"female", "Female"}, Choice{"male", "Male"}),
		ask(EqualityGenderIdentity, "Is their gender identity the same as the sex registered at birth?", yesNo...),
		ask(EqualityMarriage, "Are they married or in a civil partnership?", yesNo...),
		ask(EqualityPregnancy, "Are they pregnant, or have they given birth in the last year?", yesNo...),
	)
}

// EthnicGroups are the five groups.
func EthnicGroups() []Choice {
	return []Choice{
		{"white", "White"},
		{"mixed", "Mixed or multiple ethnic groups"},
		{"asian", "Asian or Asian British"},
		{"black", "Black, African, Caribbean or Black British"},
		{"other", "Other ethnic group"},
	}
}

// Ethnicity is one detailed background, with the group it maps back to and the
// code police systems use for it. The police code is a mapping only: what the
// person says and what an officer recorded are kept apart.
type Ethnicity struct {
	Key    string
	Words  string
	Group  string
	Police string
}

// Ethnicities lists the 18 backgrounds.
func Ethnicities() []Ethnicity {
	return []Ethnicity{
		{"white_british", "English, Welsh, Scottish, Northern Irish or British", "white", "W1"},
		{"white_irish", "Irish", "white", "W2"},
		{"white_gypsy_traveller", "Gypsy or Irish Traveller", "white", "W3"},
		{"white_other", "Any other White background", "white", "W9"},
		{"mixed_white_caribbean", "White and Black Caribbean", "mixed", "M1"},
		{"mixed_white_african", "White and Black African", "mixed", "M2"},
		{"mixed_white_asian", "White and Asian", "mixed", "M3"},
		{"mixed_other", "Any other mixed background", "mixed", "M9"},
		{"asian_indian", "Indian", "asian", "A1"},
		{"asian_pakistani", "Pakistani", "asian", "A2"},
		{"asian_bangladeshi", "Bangladeshi", "asian", "A3"},
		{"asian_chinese", "Chinese", "asian", "A4"},
		{"asian_other", "Any other Asian background", "asian", "A9"},
		{"black_african", "African", "black", "B2"},
		{"black_caribbean", "Caribbean", "black", "B1"},
		{"black_other", "Any other Black, African or Caribbean background", "black", "B9"},
		{"other_arab", "Arab", "other", "O2"},
		{"other_other", "Any other ethnic group", "other", "O9"},
	}
}

// FindEthnicity returns the background with a key or a police code. Chinese
// was O1 in the older 16+1 list. NS, not stated, is no background.
func FindEthnicity(keyOrPolice string) (Ethnicity, bool) {
	if keyOrPolice == "O1" {
		keyOrPolice = "A4"
	}
	all := Ethnicities()
	i := slices.IndexFunc(all, func(e Ethnicity) bool { return e.Key == keyOrPolice || e.Police == keyOrPolice })
	if i < 0 {
		return Ethnicity{}, false
	}
	return all[i], true
}

func ethnicBackgroundsOf(group string) []Choice {
	var out []Choice
	for _, e := range Ethnicities() {
		if e.Group == group {
			out = append(out, Choice{e.Key, e.Words})
		}
	}
	return out
}

// EqualityKeys lists the keys of the questions, each once, in their order.
func EqualityKeys() []string {
	var out []string
	for _, q := range EqualityQuestions() {
		if !slices.Contains(out, q.Key) {
			out = append(out, q.Key)
		}
	}
	return out
}

// CheckEquality returns what is wrong with answers to the questions: a name or an
// answer that is on no list, and an answer to a question that does not follow
// from the one before it. Paths begin with "answers".
func CheckEquality(answers map[string]string) []FieldError {
	f := &Faults{}
	for _, key := range slices.Sorted(maps.Keys(answers)) {
		answer, known, fits := answers[key], false, answers[key] == ""
		for _, q := range EqualityQuestions() {
			if q.Key != key {
				continue
			}
			known = true
			asked := q.After == "" || answers[q.After] == q.Is
			fits = fits || asked && (answer == EqualityUnsafe || HasChoice(q.Options, answer))
		}
		switch {
		case !known:
			f.Add("answers", FieldUnknown, "Give answers only to the equality questions")
		case !fits:
			f.Add("answers."+key, FieldUnknown, "Select an answer from the list")
		}
	}
	return f.List()
}

// EqualityWords returns the words of an equality answer, and the answer itself
// where no question offers it.
func EqualityWords(key, answer string) string {
	if answer == EqualityUnsafe {
		return "Not safe to ask"
	}
	for _, q := range EqualityQuestions() {
		if q.Key == key && HasChoice(q.Options, answer) {
			return ChoiceWords(q.Options, answer)
		}
	}
	return answer
}

// EqualityKnown reports whether an answer counts as known: completeness is
// shown before any gap between groups (domain.md 4.2).
func EqualityKnown(answer string) bool {
	return answer != "" && answer != PreferNotToSay && answer != EqualityUnsafe
}
