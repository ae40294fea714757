package models

import (
	"time"

	"github.com/google/uuid"
)

// Safe contact is a gate (referrals.md section 7): nothing may be sent,
// planned or offered on a channel that the gate does not open at that moment.

// Channel is a way to reach somebody.
type Channel string

// The channels.
const (
	ChannelPhone    Channel = "phone"
	ChannelText     Channel = "text"
	ChannelEmail    Channel = "email"
	ChannelPost     Channel = "post"
	ChannelInPerson Channel = "in_person"
)

// Channels lists every channel in the order pages show them.
func Channels() []Channel {
	return []Channel{ChannelPhone, ChannelText, ChannelEmail, ChannelPost, ChannelInPerson}
}

// Words names the channel: "Phone", "In person".
func (c Channel) Words() string {
	switch c {
	case ChannelPhone:
		return "Phone"
	case ChannelText:
		return "Text"
	case ChannelEmail:
		return "Email"
	case ChannelPost:
		return "Post"
	case ChannelInPerson:
		return "In person"
	}
	return string(c)
}

// verb says what is done on the channel, after "safe to".
func (c Channel) verb() string {
	switch c {
	case ChannelPost:
		return "send a letter"
	case ChannelInPerson:
		return "meet in person"
	}
	return string(c)
}

// Safety is the victim's answer about a channel. Unknown is not safe.
type Safety string

// The answers.
const (
	SafeYes     Safety = "yes"
	SafeNo      Safety = "no"
	SafeUnknown Safety = "unknown"
)

// ReadSafety reads an answer as systems send it: yes, no, unknown, true or
// false. Nothing at all is unknown; anything else is refused.
func ReadSafety(v any) (Safety, bool) {
	switch v {
	case nil, "unknown":
		return SafeUnknown, true
	case "yes", true:
		return SafeYes, true
	case "no", false:
		return SafeNo, true
	}
	return SafeUnknown, false
}

// StaleAfterDays is how many days a safe answer holds unless the organisation
// has set another number. No London rule is confirmed.
const StaleAfterDays = 30

// ContactChannel is one way to reach one person, without the number or address
// itself: that is stored apart, because a receiver may read this first.
type ContactChannel struct {
	ID           uuid.UUID
	CaseID       uuid.UUID
	Kind         Channel
	Person       string // "victim", or who else: a parent, a carer, an advocate; never a suspect
	Safe         Safety
	LeaveMessage bool
	Windows      []Window   // empty: at any time
	ConfirmedOn  *time.Time // the date the person last said so
	StaleAt      *time.Time // a bail change, a release or a move ended the answer early
	StoppedAt    *time.Time // somebody else answered; nobody may use it until a caseworker clears it
	Version      int
}

// PersonVictim is the Person of a channel that is the victim's own.
const PersonVictim = "victim"

// GateCode says why the gate is open or shut.
type GateCode string

// What the gate can answer.
const (
	GateOpen    GateCode = "open"
	GateNone    GateCode = "no_channel"     // nothing is recorded for this kind of contact
	GateUnknown GateCode = "unknown"        // not asked yet
	GateNotSafe GateCode = "not_safe"       // the person said no
	GateStopped GateCode = "stopped"        // somebody else answered
	GateStale   GateCode = "stale"          // not confirmed, or too long ago
	GateOutside GateCode = "outside_window" // safe, but not at this time
)

// Gate is the answer for one channel at one moment. Why is words for a person
// and never holds the number, the address or the code word.
type Gate struct {
	Code    GateCode
	Why     string
	Channel ContactChannel // the channel the answer is about; empty with GateNone
}

// Open reports whether contact is allowed.
func (g Gate) Open() bool { return g.Code == GateOpen }

// Incident reports whether a contact that did happen here is a safety incident.
// Outside the safe times it is none, but does not count as an attempt either.
func (g Gate) Incident() bool { return g.Code != GateOpen && g.Code != GateOutside }

// AllowedAt reports whether the channel may be used at a moment, and if not,
// why. An answer older than staleAfterDays is stale, and stale is not safe.
func (c ContactChannel) AllowedAt(t time.Time, staleAfterDays int) (bool, string) {
	g := c.GateAt(t, staleAfterDays)
	return g.Open(), g.Why
}

// GateAt answers for this channel at a moment. Times of day are London wall
// time, so that in the night the clocks go back the repeated hour is as safe,
// or not, both times. A window holds its first minute and not its last.
func (c ContactChannel) GateAt(t time.Time, staleAfterDays int) Gate {
	name := c.Kind.Words()
	shut := func(code GateCode, why string) Gate { return Gate{Code: code, Why: why, Channel: c} }
	switch {
	case c.StoppedAt != nil && !t.Before(*c.StoppedAt):
		return shut(GateStopped, "Do not "+c.Kind.verb()+": a contact here went wrong. A caseworker has to clear it first.")
	case c.Safe == SafeNo:
		return shut(GateNotSafe, name+" is not marked safe for this person.")
	case c.Safe != SafeYes:
		return shut(GateUnknown, name+" has not been asked about yet, so it is not allowed.")
	case c.staleAt(t, staleAfterDays):
		return shut(GateStale, name+" has to be confirmed as safe again first.")
	case !inWindows(c.Windows, t):
		return shut(GateOutside, "It is not a safe time to "+c.Kind.verb()+". "+c.timesSentence()+".")
	}
	return Gate{Code: GateOpen, Channel: c}
}

// staleAt reports whether the safe answer does not hold at t: it was never
// confirmed, was confirmed later, too long ago, or an event ended it.
func (c ContactChannel) staleAt(t time.Time, staleAfterDays int) bool {
	if c.ConfirmedOn == nil || c.StaleAt != nil && !t.Before(*c.StaleAt) {
		return true
	}
	age := civil(t) - civil(*c.ConfirmedOn)
	return age < 0 || age > staleAfterDays
}

// ConfirmBy returns the last day on which the safe answer holds, and false
// where there is no answer to hold.
func (c ContactChannel) ConfirmBy(staleAfterDays int) (time.Time, bool) {
	if c.Safe != SafeYes || c.ConfirmedOn == nil || c.StaleAt != nil {
		return time.Time{}, false
	}
	y, m, d := c.ConfirmedOn.In(London()).Date()
	return time.Date(y, m, d+staleAfterDays, 0, 0, 0, 0, London()), true
}

// GateFor answers for a kind of contact over all channels recorded for a case:
// open if one of them is open, and else the answer closest to it, so that the
// person asking learns what would help.
func GateFor(channels []ContactChannel, kind Channel, t time.Time, staleAfterDays int) Gate {
	order := map[GateCode]int{GateOpen: 0, GateOutside: 1, GateStale: 2, GateUnknown: 3, GateStopped: 4, GateNotSafe: 5, GateNone: 6}
	best := Gate{Code: GateNone, Why: kind.Words() + " is not recorded as a safe way to reach them."}
	for _, c := range channels {
		if c.Kind != kind {
			continue
		}
		if g := c.GateAt(t, staleAfterDays); order[g.Code] < order[best.Code] {
			best = g
		}
	}
	return best
}

// Next returns the next stretch of time in which the channel may be used: from
// t itself where the gate is open. It looks eight days ahead and is false where
// there is none, because the answer is not safe or goes stale before.
func (c ContactChannel) Next(t time.Time, staleAfterDays int) (from, until time.Time, ok bool) {
	if g := c.GateAt(t, staleAfterDays); !g.Open() && g.Code != GateOutside {
		return time.Time{}, time.Time{}, false
	}
	y, m, d := t.In(London()).Date()
	for i := range 8 {
		for _, s := range stretches(c.Windows, time.Date(y, m, d+i, 0, 0, 0, 0, London())) {
			if !s.until.After(t) {
				continue
			}
			if s.from.Before(t) {
				s.from = t
			}
			if !c.GateAt(s.from, staleAfterDays).Open() {
				return time.Time{}, time.Time{}, false
			}
			return s.from, s.until, true
		}
	}
	return time.Time{}, time.Time{}, false
}

// civil numbers the London date of t.
func civil(t time.Time) int {
	y, m, d := t.In(London()).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}
