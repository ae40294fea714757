package models

// LinkState is what has come of a likely duplicate.
type LinkState string

// The states. A linked pair is two references of one person: both go on.
const (
	LinkWaiting   LinkState = "waiting"
	LinkLinked    LinkState = "linked"
	LinkDifferent LinkState = "different"
)

// Words says the state as a page shows it.
func (s LinkState) Words() string {
	switch s {
	case LinkWaiting:
		return "To look at"
	case LinkLinked:
		return "Linked"
	case LinkDifferent:
		return "Two people"
	}
	return string(s)
}

// LinkAnswer is what an organisation says of a likely duplicate.
type LinkAnswer string

// The answers. One that differs from what was said before takes it back.
const (
	LinkSame LinkAnswer = "same"
	LinkNot  LinkAnswer = "different"
	LinkMore LinkAnswer = "more"
)

// LinkAnswers lists the answers with their words, in the order of forms.
func LinkAnswers() []Choice {
	return []Choice{
		{string(LinkSame), "The same person"},
		{string(LinkNot), "Two different people"},
		{string(LinkMore), "I need to find out more"},
	}
}

// CheckLink finds what is wrong with an answer about a likely duplicate.
func CheckLink(f *Faults, answer LinkAnswer, reason, note string) {
	f.oneOf("answer", "Select whether this is one person", string(answer), LinkAnswers())
	f.Join(CheckCoded(GroupLink, "reason", reason, "note", note, 2000)...)
}

// linkReasons are why two records are, or are not, one person's.
func linkReasons() []Reason {
	why := func(code, words string) Reason {
		return Reason{Code: code, Group: GroupLink, Words: words, Whose: []DecidedBy{DecidedByOther}}
	}
	other := why("other", "Another reason")
	other.NeedsText = true
	return []Reason{
		why("checked_record", "I checked our record"),
		why("asked_worker", "I asked the worker who knows them"),
		why("asked_organisation", "I asked the other organisation"),
		why("family_member", "A brother, sister, twin or other family member"),
		why("linked_in_error", "It was linked by mistake"),
		other,
	}
}
