package models

import (
	"slices"
	"strings"
	"time"
)

// SafeState says what the first block of every page about a person shows.
type SafeState string

// The three answers.
const (
	SafeNowOpen SafeState = "now"  // some channel may be used at this moment
	SafeWait    SafeState = "wait" // some channel is safe, but not at this moment
	SafeNone    SafeState = "none" // no channel is safe
)

// SafeSummary is safe contact in words, for screens. It holds no number, no
// address and no code word, so it may be read before acceptance.
type SafeSummary struct {
	State    SafeState
	Headline string     // "Safe to phone now"
	Times    string     // "Safe Tuesday and Thursday, 10am to 12pm"; empty with SafeNone
	Today    string     // "Safe to phone today from 10am to 12pm. It is 9.40am."; only while waiting
	Message  string     // "Leave no message."; only for phone
	Help     string     // what would help, where no channel is safe
	From     *time.Time // the next safe moment, the present one with SafeNowOpen
	Until    *time.Time // when that stretch ends
	Lines    []SafeLine
}

// SafeLine is one channel in words.
type SafeLine struct {
	Kind   Channel
	Name   string // "Phone", or "Phone (aunt)" where it is not the victim's own
	Safe   Safety // SafeYes only where the answer holds at this moment; stopped and stale are not
	Code   GateCode
	Words  string // "Tuesday and Thursday, 10am to 12pm. Leave no message."
	Person string
}

// Sentence is the summary in one or two sentences, for lists and the API.
func (s SafeSummary) Sentence() string {
	if s.State != SafeWait || s.Times == "" {
		return s.Headline
	}
	return s.Headline + ". " + s.Times
}

// SafeNow says how somebody can be reached safely at a moment. A channel of
// the victim's own comes before another person's.
func SafeNow(channels []ContactChannel, t time.Time, staleAfterDays int) SafeSummary {
	out := SafeSummary{State: SafeNone, Headline: "No safe way to reach them is recorded"}
	var open, waiting []ContactChannel
	var stale, stopped bool
	for _, c := range inOrder(channels) {
		g := c.GateAt(t, staleAfterDays)
		out.Lines = append(out.Lines, c.line(g))
		switch g.Code {
		case GateOpen:
			open = append(open, c)
		case GateOutside:
			if _, _, ok := c.Next(t, staleAfterDays); ok {
				waiting = append(waiting, c)
			}
		case GateStale:
			stale = true
		case GateStopped:
			stopped = true
		}
	}
	switch {
	case len(open) > 0:
		out.describe(SafeNowOpen, open, t, staleAfterDays)
	case len(waiting) > 0:
		slices.SortStableFunc(waiting, func(a, b ContactChannel) int { return a.soonest(b, t, staleAfterDays) })
		out.describe(SafeWait, waiting[:1], t, staleAfterDays)
	case stale:
		out.Help = "What was safe has to be confirmed again first."
	case stopped:
		out.Help = "Someone else answered. Find another safe way, or clear the stop."
	}
	return out
}

// describe fills the summary from the channels that may be used, the first
// being the one to lead with.
func (s *SafeSummary) describe(state SafeState, use []ContactChannel, t time.Time, staleAfterDays int) {
	first := use[0]
	s.State = state
	s.Times = first.timesSentence()
	s.Message = first.messageSentence()
	from, until, _ := first.Next(t, staleAfterDays)
	s.From, s.Until = &from, &until
	if state == SafeWait {
		s.Headline = "Wait: it is not yet safe to " + first.Kind.verb() + first.whose()
		if sameDay(from, t) {
			s.Today = "Safe to " + first.Kind.verb() + " today from " + Time(from) + " to " + Time(until) + ". It is " + Time(t) + "."
		}
		return
	}
	var verbs []string
	for _, c := range use {
		if v := c.Kind.verb(); c.Person == first.Person && !slices.Contains(verbs, v) {
			verbs = append(verbs, v)
		}
	}
	s.Headline = "Safe to " + orList(verbs) + " now" + first.whose()
}

// WhatIsSafe says what may be done instead of a contact that was refused: "What
// is safe: phone, Tuesday and Thursday, 10am to 12pm."
func WhatIsSafe(channels []ContactChannel, t time.Time, staleAfterDays int) string {
	var parts []string
	for _, c := range inOrder(channels) {
		if g := c.GateAt(t, staleAfterDays); g.Open() || g.Code == GateOutside {
			parts = append(parts, LowerFirst(c.Kind.Words())+c.whose()+", "+c.times())
		}
	}
	if len(parts) == 0 {
		return "No safe way to reach them is recorded."
	}
	return "What is safe: " + strings.Join(parts, "; ") + "."
}

func (c ContactChannel) line(g Gate) SafeLine {
	l := SafeLine{Kind: c.Kind, Name: c.Kind.Words() + c.whose(), Code: g.Code, Person: c.Person, Safe: SafeNo}
	switch g.Code {
	case GateOpen, GateOutside:
		l.Safe = SafeYes
		l.Words = upperFirst(c.times()) + "."
		if m := c.messageSentence(); m != "" {
			l.Words += " " + m
		}
	case GateUnknown:
		l.Safe = SafeUnknown
		l.Words = "Not asked yet, so not allowed."
	case GateStale:
		l.Words = "To be confirmed again, so not allowed."
		if c.ConfirmedOn != nil {
			l.Words = "Last confirmed " + Day(*c.ConfirmedOn) + ". To be confirmed again, so not allowed."
		}
	case GateStopped:
		l.Words = "Stopped: a contact here went wrong."
	default:
		l.Words = "Not safe."
	}
	return l
}

func (c ContactChannel) times() string { return lowerUnlessDay(WindowWords(c.Windows)) }

func (c ContactChannel) timesSentence() string { return "Safe " + c.times() }

func (c ContactChannel) messageSentence() string {
	switch {
	case c.Kind != ChannelPhone:
		return ""
	case c.LeaveMessage:
		return "You may leave a message."
	}
	return "Leave no message."
}

// whose names the person, where the channel is not the victim's own.
func (c ContactChannel) whose() string {
	if c.Person == "" || c.Person == PersonVictim {
		return ""
	}
	return " (" + c.Person + ")"
}

// soonest orders channels by their next safe moment.
func (c ContactChannel) soonest(other ContactChannel, t time.Time, staleAfterDays int) int {
	a, _, _ := c.Next(t, staleAfterDays)
	b, _, _ := other.Next(t, staleAfterDays)
	return a.Compare(b)
}

// inOrder sorts channels: the victim's own first, then by kind.
func inOrder(channels []ContactChannel) []ContactChannel {
	rank := func(c ContactChannel) int {
		n := slices.Index(Channels(), c.Kind)
		if c.whose() != "" {
			n += len(Channels())
		}
		return n
	}
	out := slices.Clone(channels)
	slices.SortStableFunc(out, func(a, b ContactChannel) int { return rank(a) - rank(b) })
	return out
}

// orList joins words with "or": "phone, text or email".
func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// lowerUnlessDay lets times stand inside a sentence: names of days keep their
// capital, "Weekdays" and "At any time" do not.
func lowerUnlessDay(s string) string {
	for _, d := range Weekdays() {
		if strings.HasPrefix(s, d.Words) {
			return s
		}
	}
	return LowerFirst(s)
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
