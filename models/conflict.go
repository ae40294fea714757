package models

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// ConflictKind is what somebody declares about themselves, so that no record of
// somebody they know is theirs to open (domain.md 5.4).
type ConflictKind string

// The kinds of declaration.
const (
	ConflictOwnName  ConflictKind = "own_name" // another name of one's own, a former one perhaps
	ConflictKnows    ConflictKind = "knows"    // somebody one knows
	ConflictSuspect  ConflictKind = "suspect"  // a crime that one, or somebody close, is suspected of
	ConflictEmployer ConflictKind = "employer" // another organisation one works for
)

// ConflictKinds lists them with their words, in the order of forms.
func ConflictKinds() []Choice {
	return []Choice{
		{string(ConflictKnows), "I know somebody who may be in a record"},
		{string(ConflictSuspect), "I, or somebody close to me, is suspected of a crime"},
		{string(ConflictOwnName), "I have, or had, another name"},
		{string(ConflictEmployer), "I work for another organisation too, or did in the last five years"},
	}
}

// Declaration is one conflict of interest as it was declared. Only who made it
// reads it.
type Declaration struct {
	ID          uuid.UUID
	Kind        ConflictKind
	Name        string     // as it was written
	DateOfBirth *time.Time // of who is named
	Contact     bool       // a number or address was given: it is not kept, only what it is compared by
	Crime       bool       // the same, of a crime reference
	EmployerID  uuid.UUID
	SaidAt      time.Time
	EndedAt     *time.Time
}

// NewDeclaration is what somebody declares.
type NewDeclaration struct {
	Kind           ConflictKind
	GivenName      string
	FamilyName     string
	DateOfBirth    *time.Time
	Contact        string // a telephone number or an address of email
	CrimeReference string
	EmployerID     uuid.UUID
}

// Clean takes off what surrounds each value.
func (n *NewDeclaration) Clean() {
	for _, s := range []*string{&n.GivenName, &n.FamilyName, &n.Contact, &n.CrimeReference} {
		*s = strings.TrimSpace(*s)
	}
}

// Check finds what is wrong with a declaration made today by somebody of own.
// phone says whether something can be a telephone number.
func (n *NewDeclaration) Check(f *Faults, today time.Time, own uuid.UUID, phone Phones) {
	f.oneOf("kind", "Select what you declare", string(n.Kind), ConflictKinds())
	f.text("given_name", "Given name", n.GivenName, 200, true)
	f.text("family_name", "Family name", n.FamilyName, 200, true)
	f.text("contact", "The number or address", n.Contact, 254, true)
	f.text("crime_reference", "The crime reference", n.CrimeReference, 60, true)
	named := n.GivenName != "" || n.FamilyName != ""
	switch {
	case named && NameKey(n.GivenName) == "":
		f.Add("given_name", FieldRequired, "Enter the given name too")
	case named && NameKey(n.FamilyName) == "":
		f.Add("family_name", FieldRequired, "Enter the family name too")
	}
	if n.DateOfBirth != nil && (n.DateOfBirth.After(today) || n.DateOfBirth.Year() < 1900) {
		f.Add("date_of_birth", FieldInvalid, "Date of birth must be in the past")
	}
	if n.DateOfBirth != nil && !named {
		f.Add("given_name", FieldRequired, "Enter the name this date of birth belongs to")
	}
	if n.Contact != "" && !IsEmail(n.Contact) && !phone(n.Contact) {
		f.Add("contact", FieldInvalid, "Enter a telephone number or an email address")
	}
	if n.CrimeReference != "" && CrimeKey(n.CrimeReference) == "" {
		f.Add("crime_reference", FieldInvalid, "Enter the crime reference as it was given")
	}
	n.checkKind(f, own, named)
}

func (n *NewDeclaration) checkKind(f *Faults, own uuid.UUID, named bool) {
	if n.Kind == ConflictEmployer {
		switch {
		case n.EmployerID == uuid.Nil:
			f.Add("organisation_id", FieldRequired, "Select the organisation")
		case n.EmployerID == own:
			f.Add("organisation_id", FieldInvalid, "Select another organisation than your own")
		case named || n.Contact != "" || n.CrimeReference != "":
			f.Add("kind", FieldInvalid, "Declare an organisation and a person one after the other")
		}
		return
	}
	if n.EmployerID != uuid.Nil {
		f.Add("organisation_id", FieldInvalid, "Leave the organisation out")
	}
	switch {
	case n.Kind == ConflictOwnName && !named:
		f.Add("given_name", FieldRequired, "Enter the other name")
	case n.Kind == ConflictOwnName && (n.Contact != "" || n.CrimeReference != ""):
		f.Add("kind", FieldInvalid, "Declare a name of your own and anything else one after the other")
	case (n.Kind == ConflictKnows || n.Kind == ConflictSuspect) && !named && n.Contact == "" && n.CrimeReference == "":
		f.Add("given_name", FieldRequired, "Enter a name, a number or address, or a crime reference")
	}
}

// FieldConflict is the code of the field error, without a field, that tells a
// caller to say first whether they know the person a record is about.
const FieldConflict = "conflict_check_required"

// ConflictCheck reports that the actor may be shown a record once they have said
// whether they know the person.
func ConflictCheck(caseID uuid.UUID) *Error {
	e := Forbidden("Say first whether you know the person this record is about.")
	e.Fields = []FieldError{Field("", FieldConflict, "Answer at "+ConflictPath(caseID)+", or by POST /api/v1/cases/"+caseID.String()+"/conflict")}
	return e
}

// ConflictPath is the page that asks whether somebody knows the person a record
// is about.
func ConflictPath(caseID uuid.UUID) string { return "/conflicts/" + caseID.String() }

// AsksConflict reports the page an error sends its reader to first, because
// they have to say whether they know the person; "" for any other error.
func AsksConflict(err error) string {
	for _, f := range FieldsOf(err) {
		if f.Code == FieldConflict {
			path, _, _ := strings.Cut(strings.TrimPrefix(f.Message, "Answer at "), ",")
			return path
		}
	}
	return ""
}
