package components

import (
	"context"
	"html"
	"io"

	"github.com/a-h/templ"
)

// The pieces of every row of a list are written by hand, not by a template: a
// template's own cost would be half the time of a list of 100 rows.

// Clock draws a timed duty: a shape, and the words beside it.
func Clock(v ClockView) templ.Component { return clock(v) }

type clock ClockView

// Render writes the clock.
func (c clock) Render(_ context.Context, w io.Writer) error {
	out := writer{w: w}
	out.raw(clockOpen(c.Kind))
	out.text(c.Words)
	out.raw(`</span></span>`)
	if c.Paused != "" {
		out.raw(`<span class="tl-table__sub">`)
		out.text(c.Paused)
		out.raw(`</span>`)
	}
	return out.err
}

func clockOpen(k ClockKind) string {
	switch k {
	case ClockRunning:
		return `<span class="tl-clock tl-clock--running">` + iconOpen + `i-running` + iconClose + `<span>`
	case ClockDueSoon:
		return `<span class="tl-clock tl-clock--soon">` + iconOpen + `i-soon` + iconClose + `<span>`
	case ClockMet:
		return `<span class="tl-clock tl-clock--met">` + iconOpen + `i-met` + iconClose + `<span>`
	case ClockBreached:
		return `<span class="tl-clock tl-clock--late">` + iconOpen + `i-late` + iconClose + `<span>`
	case ClockNotEvidenced:
		return `<span class="tl-clock tl-clock--norecord">` + iconOpen + `i-norecord` + iconClose + `<span>`
	case ClockWaived:
		return `<span class="tl-clock tl-clock--waived">` + iconOpen + `i-waived` + iconClose + `<span>`
	default:
		return `<span class="tl-clock"><span>`
	}
}

const (
	iconOpen  = `<svg class="tl-clock__icon" aria-hidden="true" focusable="false"><use href="#`
	iconClose = `"></use></svg>`
)

// SafetyLine draws whether contact is safe now, for a row of a list.
func SafetyLine(v SafetyView) templ.Component { return safetyLine(v) }

type safetyLine SafetyView

// Render writes the line.
func (s safetyLine) Render(_ context.Context, w io.Writer) error {
	out := writer{w: w}
	switch s.Safety {
	case SafetyNow:
		out.raw(`<span class="tl-clock">` + iconOpen + `i-yes` + iconClose + `<span>`)
	case SafetyLater:
		out.raw(`<span class="tl-clock">` + iconOpen + `i-running` + iconClose + `<span>`)
	case SafetyNo:
		out.raw(`<span class="tl-clock">` + iconOpen + `i-no` + iconClose + `<span>`)
	default:
		out.raw(`<span class="tl-clock">` + iconOpen + `i-unknown` + iconClose + `<span>`)
	}
	out.text(s.Words)
	out.raw(`</span></span>`)
	return out.err
}

// StateTag draws the state of a referral as its tag: live states are filled,
// ended ones outlined (ux.md 7). A name it does not know says so.
func StateTag(state string) templ.Component {
	s, ok := states[state]
	if !ok {
		s = stateLook{"Not known", "norecord"}
	}
	return fixed(`<strong class="govuk-tag ` + tagColour(s.colour) + `">` + s.word + `</strong>`)
}

// StateWord gives the one word used on screen for the state of a referral.
func StateWord(state string) string {
	if s, ok := states[state]; ok {
		return s.word
	}
	return "Not known"
}

type stateLook struct{ word, colour string }

var states = map[string]stateLook{
	"draft":            {"Draft", "grey"},
	"submitted":        {"Sent", "blue"},
	"acknowledged":     {"Being considered", "teal"},
	"info_requested":   {"Question asked", "yellow"},
	"waitlisted":       {"Waiting list", "purple"},
	"decline_proposed": {"Decline proposed", "orange"},
	"accepted":         {"Accepted", "green"},
	"in_progress":      {"In progress", "green"},
	"on_hold":          {"On hold", "yellow"},
	"completed":        {"Completed", "open"},
	"ended_early":      {"Ended early", "open"},
	"not_engaged":      {"Not reached", "open"},
	"declined":         {"Declined by service", "magenta"},
	"withdrawn":        {"Withdrawn", "open"},
	"rerouted":         {"Moved to another service", "open"},
	"lapsed":           {"No answer", "red"},
	"entered_in_error": {"Entered in error", "open"},
}

// Icon draws one picture of the sprite: met, running, soon, late, norecord,
// waived, yes, no, unknown or safety. It is hidden from screen readers, so words
// must stand beside it.
func Icon(name string) templ.Component {
	return fixed(iconOpen + "i-" + html.EscapeString(name) + iconClose)
}

// fixed is markup made only of constants of this package.
type fixed string

// Render writes the markup.
func (f fixed) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, string(f))
	return err
}

// writer keeps the first error, so that a component reads as a list of writes.
type writer struct {
	w   io.Writer
	err error
}

func (o *writer) raw(s string) {
	if o.err == nil {
		_, o.err = io.WriteString(o.w, s)
	}
}

func (o *writer) text(s string) { o.raw(html.EscapeString(s)) }
