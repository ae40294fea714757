package models

import (
	"slices"
	"strings"
	"time"
)

// ContactPoint is a channel with what is kept apart from it: the number or
// address itself, and a note.
type ContactPoint struct {
	ContactChannel
	Value string
	Note  string
}

// ContactPeople are who a channel can belong to. The API takes other words as
// well, such as a relation; a suspect is never one of them.
func ContactPeople() []Choice {
	return []Choice{
		{PersonVictim, "The victim"},
		{"parent", "A parent"},
		{"carer", "A carer"},
		{"advocate", "An advocate or support worker"},
		{"friend", "A friend or relative they trust"},
	}
}

// SafeContact is how somebody can be reached without putting them at risk.
type SafeContact struct {
	Channels    []ContactPoint
	CodeWord    string
	ConfirmedOn *time.Time // the day the person said so, for every channel that says no other
}

// ChannelLimit is the most channels a case holds.
const ChannelLimit = 20

// Phones reports whether a string can be a telephone number. The library that
// knows is the services'; this package stays without it.
type Phones func(value string) bool

// Tidy trims what was typed and gives every channel its person, its answer and
// the day it was confirmed.
func (s *SafeContact) Tidy() {
	s.CodeWord = strings.TrimSpace(s.CodeWord)
	for i := range s.Channels {
		c := &s.Channels[i]
		c.Value, c.Note, c.Person = strings.TrimSpace(c.Value), strings.TrimSpace(c.Note), strings.TrimSpace(c.Person)
		if c.Person == "" {
			c.Person = PersonVictim
		}
		if c.Safe == "" {
			c.Safe = SafeUnknown
		}
		if c.ConfirmedOn == nil && c.Safe != SafeUnknown {
			c.ConfirmedOn = s.ConfirmedOn
		}
	}
}

// Check returns what is wrong with a safe contact as sent; the paths begin with
// "safe_contact.".
func (s *SafeContact) Check(today time.Time, people []RelatedPerson, phone Phones) []FieldError {
	f := &Faults{}
	f.line("safe_contact.code_word", "Code word", s.CodeWord, 60)
	f.past("safe_contact.confirmed_on", "The day this was confirmed", s.ConfirmedOn, today)
	if len(s.Channels) > ChannelLimit {
		f.Add("safe_contact.channels", FieldTooLong, "Give 20 ways to reach them or fewer")
		return f.List()
	}
	for i := range s.Channels {
		at := indexed("safe_contact.channels", i)
		s.Channels[i].check(f, at, today, phone)
		if Suspected(s.Channels[i].Person, people) {
			f.Add(at+".person", FieldNotOpen, "A suspect is never a contact person. Select someone else")
		}
		if s.Channels[i].Safe == SafeYes && s.Channels[i].ConfirmedOn == nil {
			f.Add("safe_contact.confirmed_on", FieldRequired, "Enter the day they said it was safe")
		}
	}
	return f.List()
}

// Check returns what is wrong with one channel under the path given.
func (c *ContactPoint) Check(at string, today time.Time, phone Phones) []FieldError {
	f := &Faults{}
	c.check(f, at, today, phone)
	return f.List()
}

func (c *ContactPoint) check(f *Faults, at string, today time.Time, phone Phones) {
	if !slices.Contains(Channels(), c.Kind) {
		f.Add(at+".channel", FieldUnknown, "Select phone, text, email, post or in person")
	}
	if c.Safe != SafeYes && c.Safe != SafeNo && c.Safe != SafeUnknown {
		f.Add(at+".safe", FieldUnknown, "Select yes, no or not known")
	}
	f.line(at+".person", "Whose it is", c.Person, 60)
	f.text(at+".note", "Note", c.Note, 1000, true)
	f.past(at+".confirmed_on", "The day this was confirmed", c.ConfirmedOn, today)
	f.Join(CheckWindows(at+".windows", c.Windows)...)
	c.checkValue(f, at+".value", phone)
}

// checkValue checks the number or address. It may only be missing where nobody
// is to be reached by it, or where there is none to give.
func (c *ContactPoint) checkValue(f *Faults, at string, phone Phones) {
	f.text(at, "The number or address", c.Value, 500, c.Kind == ChannelPost)
	switch {
	case f.At(at):
	case c.Value == "":
		if c.Safe == SafeYes && c.Kind != ChannelInPerson {
			f.Add(at, FieldRequired, "Enter the number or address that is safe")
		}
	case c.Kind == ChannelPhone || c.Kind == ChannelText:
		if !phone(c.Value) {
			f.Add(at, FieldInvalid, "Enter a phone number, like 020 7946 0123 or +44 20 7946 0123")
		}
	case c.Kind == ChannelEmail && !email(c.Value):
		f.Add(at, FieldInvalid, "Enter an email address, like name@example.org")
	}
}

// email reports whether a string has the shape of one address, no name about it.
func email(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || len(s) > 254 || strings.ContainsAny(s, " \t,;<>()[]\"\\") || strings.Contains(domain, "@") {
		return false
	}
	labels := strings.Split(domain, ".")
	return len(labels) > 1 && !slices.Contains(labels, "")
}

// Suspected reports whether a contact person is, or may be, a suspect: by the
// words for one, by the name of one, or by a relation a suspect has. A name that
// belongs to somebody who is none settles it.
func Suspected(person string, people []RelatedPerson) bool {
	key := NameKey(person)
	switch key {
	case "", PersonVictim:
		return false
	case "suspect", "perpetrator", "offender", "defendant", "abuser", "accused":
		return true
	}
	found := false
	for _, p := range people {
		if p.Name != "" && NameKey(p.Name) == key {
			return p.Suspect
		}
		found = found || p.Suspect && NameKey(p.Relation) == key
	}
	return found
}

// ContactSources are who can have said how somebody is safely reached. A change
// without one is refused: it may be the abuser's (referrals.md section 7).
func ContactSources() []Choice {
	return []Choice{
		{"victim_in_person", "The victim, in person"},
		{"victim_safe_channel", "The victim, on a channel that was already safe"},
		{"parent_or_carer", "A parent or carer who is not a suspect"},
		{"advocate", "Their advocate or support worker"},
		{"police", "The police"},
		{"other_agency", "Another organisation that works with them"},
	}
}
