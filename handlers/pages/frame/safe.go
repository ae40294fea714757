package frame

import (
	"strings"
	"time"

	"throughline/models"
	"throughline/web/components"
)

// Safety says, for one channel now, which of the four answers it is.
func Safety(g models.Gate) components.Safety {
	switch g.Code {
	case models.GateOpen:
		return components.SafetyNow
	case models.GateOutside:
		return components.SafetyLater
	case models.GateNone, models.GateUnknown:
		return components.SafetyNotKnown
	}
	return components.SafetyNo
}

// SafeContact draws the first block of a page about a person. values says
// whether the reader may see numbers and addresses; even then they are drawn
// only on a channel that is safe.
func SafeContact(points []models.ContactPoint, values bool, codeWord string, now time.Time) components.SafeContactView {
	channels := make([]models.ContactChannel, len(points))
	for i := range points {
		channels[i] = points[i].ContactChannel
	}
	s := models.SafeNow(channels, now, models.StaleAfterDays)
	v := components.SafeContactView{Title: s.Headline, Text: sentences(s.Today, s.Times, s.Message, s.Help)}
	for _, kind := range models.Channels() {
		v.Channels = append(v.Channels, channelsOf(points, kind, values, now)...)
	}
	switch {
	case values && codeWord != "":
		v.Foot = "Code word: " + codeWord + "."
	case !values && len(points) > 0:
		v.Foot = "Numbers and addresses are shown after you accept."
	}
	if on := confirmed(channels); on != nil {
		v.Foot = strings.TrimSpace(v.Foot + " Last confirmed " + models.DayIn(*on, now) + ".")
	}
	return v
}

// SafetyNow is the one line of a list.
func SafetyNow(channels []models.ContactChannel, now time.Time) *components.SafetyView {
	s := models.SafeNow(channels, now, models.StaleAfterDays)
	v := components.SafetyView{Words: s.Headline}
	switch s.State {
	case models.SafeNowOpen:
		v.Safety = components.SafetyNow
	case models.SafeWait:
		v.Safety, v.Words = components.SafetyLater, s.Times
	default:
		v.Safety = components.SafetyNo
	}
	return &v
}

// channelsOf draws every channel of one kind; a kind that nobody recorded is
// drawn as not known, which behaves like no.
func channelsOf(points []models.ContactPoint, kind models.Channel, values bool, now time.Time) []components.Channel {
	var out []components.Channel
	for _, p := range points {
		if p.Kind != kind {
			continue
		}
		gate := p.GateAt(now, models.StaleAfterDays)
		line := components.Channel{Name: kind.Words(), Safety: Safety(gate), Note: gate.Why}
		if p.Person != models.PersonVictim {
			line.Name += " (" + p.Person + ")"
		}
		if gate.Open() && len(p.Windows) > 0 {
			line.Note = models.WindowWords(p.Windows) + "."
		}
		if values {
			line.Value = p.Value
			line.Note = sentences(line.Note, p.Note)
			if gate.Open() && kind == models.ChannelPhone {
				line.Href = "tel:" + strings.ReplaceAll(p.Value, " ", "")
			}
		}
		out = append(out, line)
	}
	if len(out) == 0 {
		out = append(out, components.Channel{Name: kind.Words(), Safety: components.SafetyNotKnown})
	}
	return out
}

func confirmed(channels []models.ContactChannel) *time.Time {
	var last *time.Time
	for _, c := range channels {
		if c.ConfirmedOn != nil && (last == nil || c.ConfirmedOn.After(*last)) {
			last = c.ConfirmedOn
		}
	}
	return last
}

// sentences joins what there is to say, each ended once.
func sentences(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p == "" {
			continue
		}
		if !strings.ContainsAny(p[len(p)-1:], ".!?") {
			p += "."
		}
		out = append(out, p)
	}
	return strings.Join(out, " ")
}
