package models

// FactorReasons lists why somebody's second factors are taken away, so that they
// set up others. Keys are stable; words are what pages show.
func FactorReasons() []Choice {
	return []Choice{
		{"lost", "They lost the device"},
		{"stolen", "It was stolen, or somebody else may have it"},
		{"broken", "It is broken or was replaced"},
	}
}

// FactorChecks lists how whoever takes them away made sure who is asking: a
// message or an email alone is none, because that is what a thief sends.
func FactorChecks() []Choice {
	return []Choice{
		{"in_person", "I met them in person"},
		{"call_back", "I called them back on a number we already had"},
		{"manager", "Their manager told me in person, or I called the manager back"},
	}
}
