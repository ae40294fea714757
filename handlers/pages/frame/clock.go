package frame

import (
	"time"

	"throughline/models"
	"throughline/web/components"
)

// Clock draws a stored clock: the words are the calendar's, the same in list,
// detail and export.
func Clock(cal *models.Calendar, k *models.Clock, now time.Time) components.ClockView {
	text := cal.ClockText(k, now, models.ClockReason(k))
	return components.ClockView{Kind: components.ClockKind(k.State), Words: text.Words, Paused: text.Paused}
}

// NamedClock is a clock with its name before its words, for lists in which
// more than one is shown: "Decide: due Friday 17 April".
func NamedClock(cal *models.Calendar, k *models.Clock, now time.Time) components.ClockView {
	v := Clock(cal, k, now)
	v.Words = k.Rule.Words() + ": " + models.LowerFirst(v.Words)
	return v
}
