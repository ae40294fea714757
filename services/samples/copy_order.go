package samples

import (
	"slices"
	"time"

	"throughline/models"
)

type timed struct {
	at   time.Time
	line Line
}

// inOrder sorts what happened by when it did; what happened at once stays as it
// was written.
func inOrder(list []timed) []Line {
	slices.SortStableFunc(list, func(a, b timed) int { return a.at.Compare(b.at) })
	out := make([]Line, len(list))
	for i := range list {
		out[i] = list[i].line
	}
	return out
}

// reason says a coded reason in words.
func reason(a models.Action, code string) string {
	if r, ok := models.FindActionReason(a, code); ok {
		return models.LowerFirst(r.Words)
	}
	return code
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
