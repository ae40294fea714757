package models

import (
	"crypto/rand"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// statusCodeLength is how many symbols a code of the status page has: 32^8 of
// them, and a word besides (ux.md 4.10).
const statusCodeLength = 8

// StatusPageDays is how many days a code is good for.
const StatusPageDays = 90

// NewStatusCode returns a random code in Crockford's base 32, which has no two
// symbols that look alike: "7KQ2-M4XD".
func NewStatusCode() string {
	b := make([]byte, statusCodeLength)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = crockford[b[i]&31]
	}
	return string(b[:4]) + "-" + string(b[4:])
}

// ReadStatusCode reads a code as people type one, with I, L and O for the digits
// they look like, and reports whether it can be one. What cannot is folded all
// the same, so that it is looked for, counted and refused like any other.
func ReadStatusCode(typed string) (string, bool) {
	var s strings.Builder
	n := 0
	for _, r := range strings.ToUpper(norm.NFKC.String(typed)) {
		switch r {
		case 'I', 'L':
			r = '1'
		case 'O':
			r = '0'
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			if n++; n > 4*statusCodeLength {
				break
			}
			s.WriteRune(r)
		}
	}
	folded := s.String()
	ok := len(folded) == statusCodeLength && strings.Trim(folded, crockford) == ""
	return folded, ok
}

// The length of the word somebody chose, in characters.
const (
	statusWordShortest = 4
	statusWordLongest  = 40
)

// FoldStatusWord is a word as it is compared: case, accents as they are written
// and spaces make no difference. Any script will do.
func FoldStatusWord(word string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(word))), " ")
}

// CheckStatusWord says what is wrong with a word, nil when nothing is. known
// holds what others know of the person: their names, and the word we say to
// them. The answer never repeats the word.
func CheckStatusWord(word string, known ...string) []FieldError {
	f := &Faults{}
	folded := FoldStatusWord(word)
	switch n := utf8.RuneCountInString(folded); {
	case folded == "":
		f.Add("word", FieldRequired, "Enter the word they chose")
	case n < statusWordShortest:
		f.Add("word", FieldTooShort, "Use 4 characters or more")
	case n > statusWordLongest:
		f.Add("word", FieldTooLong, "Use 40 characters or fewer")
	case !utf8.ValidString(word) || strings.ContainsFunc(folded, unicode.IsControl):
		f.Add("word", FieldInvalid, "Use characters that can be typed")
	case strings.Trim(folded, "0123456789 ./-") == "":
		f.Add("word", FieldInvalid, "Choose a word, not a number or a date")
	}
	for _, k := range known {
		if k = FoldStatusWord(k); k != "" && (k == folded || strings.Contains(" "+k+" ", " "+folded+" ")) {
			f.Add("word", FieldInvalid, "Choose a word that is not their name or the code word we say to them")
		}
	}
	return f.List()
}

// StatusRequestKind is what somebody asked on the status page.
type StatusRequestKind string

// The kinds of request.
const (
	AskContact StatusRequestKind = "contact" // to change how they are reached
	AskCall    StatusRequestKind = "call"    // that somebody gets in touch
	AskSharing StatusRequestKind = "sharing" // about what is shared
	AskStop    StatusRequestKind = "stop"    // to stop

	AskComplain StatusRequestKind = "complaint" // to complain, or to say what went well
)

// StatusRequestKinds are all of them, as workers read them.
func StatusRequestKinds() []Choice {
	return []Choice{
		{string(AskCall), "Get in touch with them"},
		{string(AskContact), "Change how they are reached"},
		{string(AskSharing), "Talk about what is shared"},
		{string(AskStop), "Stop the support"},
		{string(AskComplain), "Complain, or say what went well"},
	}
}

// StatusRequestMost is the most characters somebody says with a request.
const StatusRequestMost = 500

// StatusOutcomes are what can come of a request once a worker has spoken to the
// person, or could not.
func StatusOutcomes() []Choice {
	return []Choice{
		{"meant", "They meant it. I will act on it in the record"},
		{"not_meant", "They have changed their mind"},
		{"not_theirs", "They did not ask for this: somebody else used the page"},
		{"unreached", "They could not be reached safely. Nothing is done"},
	}
}

// StatusPressures are whether somebody was put under pressure to ask.
func StatusPressures() []Choice {
	return []Choice{
		{"no", "I asked, and there was no sign of pressure"},
		{"yes", "There is pressure, or I think so"},
		{"unsure", "I could not tell"},
		{"not_asked", "It was not safe to ask"},
	}
}

// StatusRisks are how the risk stands after it was looked at again.
func StatusRisks() []Choice {
	return []Choice{
		{"same", "The same as before"},
		{"higher", "Higher"},
		{"lower", "Lower"},
		{"not_known", "I could not find out"},
	}
}

// StatusAgreements are how somebody said that they want the page, and that they
// can look at it where nobody else sees it.
func StatusAgreements() []Choice {
	return []Choice{
		{"in_person", "In person, alone"},
		{"safe_channel", "On a channel that was already safe"},
		{"advocate", "Through their advocate or support worker, who was with them"},
	}
}

// StatusAnswer is what a worker found out about a request.
type StatusAnswer struct {
	Outcome   string
	Channel   string // the id of the way they were reached; "" where they were not
	Pressure  string
	Risk      string
	Note      string
	FreezeNow bool
}

// Check says what is wrong with an answer. A request is only taken as meant
// where the person was spoken to on a channel that was safe, was asked about
// pressure, and the risk was looked at (referrals.md section 7).
func (a *StatusAnswer) Check() []FieldError {
	f := &Faults{}
	f.text("note", "Your note", a.Note, 1000, true)
	for _, q := range []struct {
		field, value, ask string
		of                []Choice
	}{
		{"outcome", a.Outcome, "Select what came of it", StatusOutcomes()},
		{"pressure", a.Pressure, "Select what you found out about pressure", StatusPressures()},
		{"risk", a.Risk, "Select how the risk stands", StatusRisks()},
	} {
		if !HasChoice(q.of, q.value) {
			f.Add(q.field, FieldRequired, q.ask)
		}
	}
	if a.Outcome == "meant" {
		switch {
		case a.Channel == "":
			f.Add("channel", FieldRequired, "Select how you spoke to them. A request counts only when it was said on a safe channel")
		case a.Pressure != "no":
			f.Add("pressure", FieldInvalid, "A request made under pressure, or without asking about it, is not acted on")
		case a.Risk == "not_known":
			f.Add("risk", FieldInvalid, "Look at the risk again before anything is acted on")
		}
	}
	return f.List()
}

// StatusDoor is one code that was given for a case. The code and the word are
// not in it: nobody can read them again.
type StatusDoor struct {
	Language  string
	AgreedHow string
	AgreedOn  time.Time
	GivenAt   time.Time
	ExpiresAt time.Time // in real time
	Expired   bool
	FrozenAt  *time.Time
	EndedAt   *time.Time
	EndedWhy  string
	Version   int
}

// State says how a door stands: open, frozen, ended or expired.
func (d *StatusDoor) State() string {
	switch {
	case d.EndedAt != nil:
		return "ended"
	case d.Expired:
		return "expired"
	case d.FrozenAt != nil:
		return "frozen"
	}
	return "open"
}
