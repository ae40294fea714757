package components

import (
	"context"
	"html"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// The pieces of every row of a list, here and in rows.go, are written by hand,
// not by a template: a template boxes each word it writes, which would be half
// the time of a list of 100 rows.

// Clock draws a timed duty: a shape, and the words beside it.
func Clock(v ClockView) templ.Component { return clock(v) }

type clock ClockView

// Render writes the clock.
func (c clock) Render(_ context.Context, w io.Writer) error {
	out := writingTo(w)
	out.clock(ClockView(c))
	return out.err
}

func (o *writer) clock(v ClockView) {
	o.raw(clockOpen(v.Kind))
	o.text(v.Words)
	o.raw(`</span></span>`)
	if v.Paused != "" {
		o.raw(`<span class="tl-table__sub">`)
		o.text(v.Paused)
		o.raw(`</span>`)
	}
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
	out := writingTo(w)
	out.safety(SafetyView(s))
	return out.err
}

func (o *writer) safety(v SafetyView) {
	switch v.Safety {
	case SafetyNow:
		o.raw(`<span class="tl-clock">` + iconOpen + `i-yes` + iconClose + `<span>`)
	case SafetyLater:
		o.raw(`<span class="tl-clock">` + iconOpen + `i-running` + iconClose + `<span>`)
	case SafetyNo:
		o.raw(`<span class="tl-clock">` + iconOpen + `i-no` + iconClose + `<span>`)
	default:
		o.raw(`<span class="tl-clock">` + iconOpen + `i-unknown` + iconClose + `<span>`)
	}
	o.text(v.Words)
	o.raw(`</span></span>`)
}

// StateTag draws the state of a referral as its tag: live states are filled,
// ended ones outlined (ux.md 7). A name it does not know says so.
func StateTag(state string) templ.Component { return stateTag(state) }

type stateTag string

// Render writes the tag.
func (s stateTag) Render(_ context.Context, w io.Writer) error {
	out := writingTo(w)
	out.state(string(s))
	return out.err
}

func (o *writer) state(name string) {
	s, ok := states[name]
	if !ok {
		s = stateLook{"Not known", "norecord"}
	}
	o.tag(TagParams{Text: s.word, Colour: s.colour})
}

// tag is Tag without classes or attributes of its own.
func (o *writer) tag(t TagParams) {
	o.raw(`<strong class="govuk-tag`)
	switch t.Colour {
	case "":
	case "open", "norecord":
		o.raw(` tl-tag--`)
		o.raw(t.Colour)
	default:
		o.raw(` govuk-tag--`)
		o.text(t.Colour)
	}
	o.raw(`">`)
	o.text(t.Text)
	o.raw(`</strong>`)
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
	w   io.StringWriter
	err error
}

// writingTo gives a writer of words; a page is always drawn into one.
func writingTo(w io.Writer) writer {
	if s, ok := w.(io.StringWriter); ok {
		return writer{w: s}
	}
	return writer{w: slow{w}}
}

// slow writes words to what takes only bytes.
type slow struct{ io.Writer }

func (s slow) WriteString(word string) (int, error) { return io.WriteString(s.Writer, word) }

func (o *writer) raw(s string) {
	if o.err == nil {
		_, o.err = o.w.WriteString(s)
	}
}

// text escapes what markup gives a meaning. Few words need it, so it looks first.
func (o *writer) text(s string) {
	if strings.ContainsAny(s, `&<>"'`) {
		s = html.EscapeString(s)
	}
	o.raw(s)
}

// href writes an address, and never one that runs a script.
func (o *writer) href(s string) { o.text(string(templ.URL(s))) }
