package models

import (
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"time"
)

// Conduct is one version of the code of conduct: what everybody who signs in
// accepts before they see a record. A version that was published is never
// changed: other words are another version, which everybody is asked to accept
// anew.
type Conduct struct {
	Version string
	From    time.Time // the day it was published
	Parts   []ConductPart
}

// ConductPart is one rule and what it means, in plain words.
type ConductPart struct {
	Title string
	Lines []string
}

// Text is the whole of it as one text, as its hash is made of.
func (c Conduct) Text() string {
	var b strings.Builder
	for _, p := range c.Parts {
		b.WriteString(p.Title + "\n")
		for _, line := range p.Lines {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// Hash is the SHA-256 of the words somebody accepted, kept beside their
// acceptance, so that the words can be proved afterwards.
func (c Conduct) Hash() []byte {
	sum := sha256.Sum256([]byte(c.Text()))
	return sum[:]
}

// Conducts lists every version, the oldest first.
func Conducts() []Conduct { return []Conduct{conduct1()} }

// CurrentConduct is the newest version.
func CurrentConduct() Conduct { return Conducts()[len(Conducts())-1] }

// ConductOf finds a version; false where there is none of that name.
func ConductOf(version string) (Conduct, bool) {
	all := Conducts()
	i := slices.IndexFunc(all, func(c Conduct) bool { return c.Version == version })
	if i < 0 {
		return Conduct{}, false
	}
	return all[i], true
}

// ConductAcceptance is what is on record of somebody: the newest version they
// accepted, and when.
type ConductAcceptance struct {
	Version string
	At      time.Time
}

// errConduct marks the refusal of ConductRequired among others that say no.
var errConduct = errors.New("the code of conduct is not accepted")

// FieldConduct is the code of the field error, without a field, that tells a
// caller to accept the code of conduct first.
const FieldConduct = "conduct_required"

// ConductRequired reports that the actor has not accepted the version of the
// code of conduct that is asked for. Nothing else is wrong with what they asked.
func ConductRequired() *Error {
	e := Forbidden("Read the code of conduct and accept it, then do this again.")
	e.Fields = []FieldError{Field("", FieldConduct, "Accept it at /conduct, or read it by GET /api/v1/conduct and accept it by POST /api/v1/conduct/acceptances")}
	e.cause = errConduct
	return e
}

// NeedsConduct reports whether err asks for the code of conduct and nothing
// else.
func NeedsConduct(err error) bool { return errors.Is(err, errConduct) }

func conduct1() Conduct {
	return Conduct{
		Version: "1", From: time.Date(2026, time.September, 1, 0, 0, 0, 0, time.UTC),
		Parts: []ConductPart{
			{"Look up only what your work needs", []string{
				"Open a record only when you work with the person, or decide about their referral, or check the work of those who do.",
				"Being curious is not a reason. Nor is being asked by somebody who does not work with them.",
				"When you search, give as much as you know, so that you find one person and not many.",
			}},
			{"Leave your own record and your family's alone", []string{
				"Do not open your own record, or one of your family, your household, your friends or your neighbours. It makes no difference that they agree.",
				"You have the same right as anybody to see what is held about you. Ask the privacy officer.",
			}},
			{"Say when you know somebody", []string{
				"Declare it in your account before you meet their record, or say so when you are asked. You have done nothing wrong: somebody else takes on the work.",
				"Say so too when you know whoever is suspected, or work for another organisation that is involved.",
			}},
			{"Your sign-in is yours alone", []string{
				"Share your password, your codes and your passkey with nobody: not with a colleague, not with a manager, not with support.",
				"Sign out or lock the screen when you leave it.",
				"Tell your administrator at once when a phone or key is lost, or when somebody else may have used your sign-in.",
			}},
			{"Keep people safe", []string{
				"Get in touch only in the ways and at the times they have said are safe.",
				"Do not copy, photograph or send on what you read here, except where the work needs it and your organisation allows it.",
			}},
			{"What is written down about you", []string{
				"Every record you open, every search, every change and everything you are refused is written down with your name and the time. Nobody can alter that, administrators included.",
				"Your privacy officer reads it and is told of what is unusual. The person a record is about can ask who opened it.",
			}},
			{"When something goes wrong", []string{
				"Tell your privacy officer at once when you opened the wrong record, sent something to the wrong place, or saw somebody else break these rules.",
				"Looking people up without a reason can end your access and your job. It can be a crime (Data Protection Act 2018, section 170).",
			}},
		},
	}
}
