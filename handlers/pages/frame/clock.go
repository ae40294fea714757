package frame

import (
	"time"

	"throughline/models"
	"throughline/web/components"
)

// Clock draws a stored clock: the words are the calendar's, the same in list,
// detail and export.
func Clock(cal *models.Calendar, k *models.Clock, now time.Time) components.ClockView {
	text := cal.ClockText(k, now, pauseWords(k))
	return components.ClockView{Kind: components.ClockKind(k.State), Words: text.Words, Paused: text.Paused}
}

// pauseWords says why a clock stands still or does not apply.
func pauseWords(k *models.Clock) string {
	switch {
	case k.PauseReason != nil:
		if r, ok := models.FindReason("hold", *k.PauseReason); ok {
			return r.Words
		}
		switch *k.PauseReason {
		case "waiting_for_answer":
			return "waiting for the referrer to answer"
		case "decline_review":
			return "a coordinator is checking"
		}
	case k.Why != nil:
		return *k.Why
	}
	return ""
}

// NamedClock is a clock with its name before its words, for lists in which
// more than one is shown: "Decide: due Friday 17 April".
func NamedClock(cal *models.Calendar, k *models.Clock, now time.Time) components.ClockView {
	v := Clock(cal, k, now)
	v.Words = k.Rule.Words() + ": " + lowerFirst(v.Words)
	return v
}

func lowerFirst(s string) string {
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return s
	}
	return string(s[0]+'a'-'A') + s[1:]
}
