package frame

import (
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

// ContactValue is what is known of a channel beyond its kind, where the reader
// may see it.
type ContactValue struct{ Value, Note string }

// SafeContact draws the first block of a page about a person. Values are drawn
// only where the reader was given them, and only on a channel that is safe.
func SafeContact(channels []models.ContactChannel, values map[string]ContactValue, now time.Time) components.SafeContactView {
	v := components.SafeContactView{Title: "No safe way to reach them is recorded", Text: "Do not call, text, write or visit until somebody has asked what is safe."}
	best := components.SafetyNotKnown
	for _, kind := range models.Channels() {
		gate := models.GateFor(channels, kind, now, models.StaleAfterDays)
		safety := Safety(gate)
		line := components.Channel{Name: kind.Words(), Safety: safety, Note: gate.Why}
		if known, ok := values[gate.Channel.ID.String()]; ok && gate.Code != models.GateNone {
			line.Value = known.Value
			if known.Note != "" {
				line.Note += " " + known.Note
			}
		}
		v.Channels = append(v.Channels, line)
		switch {
		case safety == components.SafetyNow && best != components.SafetyNow:
			best = safety
			v.Title, v.Text = "Safe now: "+lowerFirst(kind.Words()), gate.Why
		case safety == components.SafetyLater && best != components.SafetyNow && best != components.SafetyLater:
			best = safety
			v.Title, v.Text = "Wait: it is not yet safe", gate.Why
		}
	}
	return v
}
