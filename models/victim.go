package models

import (
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
)

// Victim is one person, whatever number of cases. Every identifying field may
// be left out; Missing says why, by field. Empty means left out.
type Victim struct {
	ID                uuid.UUID
	GivenName         string
	FamilyName        string
	KnownAs           string
	DateOfBirth       *time.Time
	Borough           string // E09 code; on the way in also the exact name
	Postcode          string
	Address           string // withheld from every receiver unless it is ticked
	Language          string
	InterpreterNeeded *bool
	AccessNeeds       []string
	Equality          map[string]string // who they are, apart from why they were attacked
	Missing           map[string]string // field -> code of GroupMissingField
	Version           int
}

// Name is what screens call the victim: the name they go by, or the two names,
// or words for the lack of both.
func (v *Victim) Name() string {
	full := strings.TrimSpace(v.GivenName + " " + v.FamilyName)
	switch {
	case full != "":
		return full
	case v.KnownAs != "":
		return v.KnownAs
	}
	return "Name not given"
}

// identifying are the fields whose absence needs a reason, with their labels.
func identifying() []Choice {
	return []Choice{
		{"given_name", "a first name"},
		{"family_name", "a family name"},
		{"date_of_birth", "a date of birth"},
		{"borough", "the borough they live in"},
	}
}

// excusable are the fields Missing may name.
func excusable() []string {
	return []string{"given_name", "family_name", "known_as", "date_of_birth", "borough", "postcode", "address", "language", "incident_date"}
}

// has reports whether an identifying field is given.
func (v *Victim) has(field string) bool {
	switch field {
	case "given_name":
		return v.GivenName != ""
	case "family_name":
		return v.FamilyName != ""
	case "date_of_birth":
		return v.DateOfBirth != nil
	case "borough":
		return v.Borough != ""
	}
	return false
}

// Boroughs finds the E09 code of a London authority by its code or exact name.
type Boroughs func(codeOrName string) (code string, ok bool)

// Tidy trims what was typed, and writes the postcode and the borough the way
// they are kept. What it does not recognise stays, for Check to name.
func (v *Victim) Tidy(boroughs Boroughs) {
	for _, s := range []*string{&v.GivenName, &v.FamilyName, &v.KnownAs, &v.Borough, &v.Language, &v.Address} {
		*s = strings.TrimSpace(*s)
	}
	v.Postcode = PostcodeKey(v.Postcode)
	if code, ok := boroughs(v.Borough); ok {
		v.Borough = code
	}
}

// Check returns what is wrong with a victim as sent; today is the London date.
// The paths begin with "victim." (contract.md section 4).
func (v *Victim) Check(today time.Time, boroughs Boroughs) []FieldError {
	f := &Faults{}
	f.line("victim.given_name", "First name", v.GivenName, 200)
	f.line("victim.family_name", "Family name", v.FamilyName, 200)
	f.line("victim.known_as", "The name they go by", v.KnownAs, 200)
	f.past("victim.date_of_birth", "Date of birth", v.DateOfBirth, today)
	f.text("victim.address", "Address", v.Address, 500, true)
	f.line("victim.language", "Language", v.Language, 60)
	f.words("victim.access_needs", "Access needs", v.AccessNeeds, 20, 100)
	if _, ok := boroughs(v.Borough); v.Borough != "" && !ok {
		f.Add("victim.borough", FieldUnknown, "Select a London borough, or give its E09 code")
	}
	if v.Postcode != "" && !IsPostcode(v.Postcode) {
		f.Add("victim.postcode", FieldInvalid, "Enter a full UK postcode, like E8 1EA")
	}
	v.checkEquality(f)
	v.checkMissing(f)
	return f.List()
}

func (v *Victim) checkEquality(f *Faults) {
	if len(v.Equality) > 20 {
		f.Add("victim.equality", FieldTooLong, "Give 20 or fewer equality answers")
		return
	}
	for _, key := range slices.Sorted(maps.Keys(v.Equality)) {
		if !plainKey(key) {
			f.Add("victim.equality", FieldUnknown, "Name equality answers in small letters, like ethnic_group")
			return
		}
		f.line("victim.equality."+key, "An equality answer", v.Equality[key], 100)
	}
}

func (v *Victim) checkMissing(f *Faults) {
	for _, key := range slices.Sorted(maps.Keys(v.Missing)) {
		if !slices.Contains(excusable(), key) {
			f.Add("victim.missing", FieldUnknown, "Give reasons only for fields that can be left out")
			continue
		}
		if _, ok := FindReason(GroupMissingField, v.Missing[key]); !ok {
			f.Add("victim.missing."+key, FieldUnknown, "Select a reason from the list")
		} else if v.has(key) {
			f.Add("victim.missing."+key, FieldNotOpen, "Leave out the reason, or what it is the reason for")
		}
	}
	for _, c := range identifying() {
		if _, excused := v.Missing[c.Key]; !excused && !v.has(c.Key) {
			f.Add("victim."+c.Key, FieldRequired, "Enter "+c.Words+", or say why it is missing")
		}
	}
}

// plainKey reports whether a key could be one of ours.
func plainKey(key string) bool {
	return key != "" && len(key) <= 40 && strings.Trim(key, "abcdefghijklmnopqrstuvwxyz_0123456789") == ""
}

// PostcodeKey writes a postcode as it is kept and searched for: capitals, one
// space before the last three. What cannot be one is only trimmed.
func PostcodeKey(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 20 {
		return s
	}
	plain := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, s)
	if n := len(plain); n >= 5 && n <= 7 {
		return plain[:n-3] + " " + plain[n-3:]
	}
	return s
}

// IsPostcode reports whether a string has the shape of a full UK postcode: an
// area of one or two letters, a district, a digit and two letters.
func IsPostcode(s string) bool {
	out, in, ok := strings.Cut(s, " ")
	if !ok || len(in) != 3 || len(out) < 2 || len(out) > 4 {
		return false
	}
	letter := func(b byte) bool { return b >= 'A' && b <= 'Z' }
	digit := func(b byte) bool { return b >= '0' && b <= '9' }
	if !digit(in[0]) || !letter(in[1]) || !letter(in[2]) || !letter(out[0]) {
		return false
	}
	rest := out[1:]
	if letter(rest[0]) {
		rest = rest[1:]
	}
	switch len(rest) {
	case 1:
		return digit(rest[0])
	case 2:
		return digit(rest[0]) && (digit(rest[1]) || letter(rest[1]))
	}
	return false
}

// RelatedPerson is somebody round the victim. A suspect is marked apart: it is
// offence data about somebody else, and never a contact person.
type RelatedPerson struct {
	ID                     uuid.UUID
	CaseID                 uuid.UUID
	Relation               string
	Name                   string
	ParentalResponsibility *bool
	Suspect                bool
}

// CheckRelatedPeople returns what is wrong with the people round a victim.
func CheckRelatedPeople(people []RelatedPerson) []FieldError {
	f := &Faults{}
	if len(people) > 30 {
		f.Add("related_people", FieldTooLong, "Give 30 people or fewer")
		return f.List()
	}
	for i, p := range people {
		at := indexed("related_people", i)
		if strings.TrimSpace(p.Relation) == "" {
			f.Add(at+".relation", FieldRequired, "Say how they are related to the victim")
		}
		f.line(at+".relation", "Relation", p.Relation, 40)
		f.line(at+".name", "Name", p.Name, 200)
	}
	return f.List()
}
