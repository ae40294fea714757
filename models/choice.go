package models

import "slices"

// Choice is one thing a list offers: the key that is stored and published, and
// the words people read. Keys never change meaning.
type Choice struct {
	Key   string
	Words string
}

// HasChoice reports whether a list offers the key.
func HasChoice(list []Choice, key string) bool {
	return slices.ContainsFunc(list, func(c Choice) bool { return c.Key == key })
}

// ChoiceWords returns the words of a key, and the key itself where the list no
// longer offers it, so that an old record can still be read.
func ChoiceWords(list []Choice, key string) string {
	for _, c := range list {
		if c.Key == key {
			return c.Words
		}
	}
	return key
}

// Needs are the eight needs of the Ministry of Justice's commissioning
// framework (domain.md 4.1), in its order.
func Needs() []Choice {
	return []Choice{
		{"health", "Mental and physical health"},
		{"accommodation", "Shelter and accommodation"},
		{"family", "Family, friends and children"},
		{"education_employment", "Education, skills and employment"},
		{"drugs_alcohol", "Drugs and alcohol"},
		{"finance", "Finance and benefits"},
		{"outlook", "Outlook and attitudes"},
		{"social", "Social interactions"},
	}
}
