package imports

import (
	"slices"
	"strings"
	"time"

	"throughline/internal/vault"
	"throughline/models"
)

// line is a row with the values of its layout's fields.
type line struct {
	n      int
	bad    string
	values map[string]string
	faults *models.Faults // under the names of the layout
	keyed  bool
	seals  [2]vault.Sealed // of its reference and of all it says, once it is keyed
	named  string          // of a line about a case: whose it is, what it was and its reference
}

// value is what a row says of a field, without blanks about it.
func (l *line) value(key string) string { return strings.TrimSpace(l.values[key]) }

// list are the parts of a value with ";" between.
func (l *line) list(key string) []string {
	var out []string
	for part := range strings.SplitSeq(l.value(key), ";") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// keys are a list of keys as they may be written: "Domestic abuse" for
// domestic_abuse.
func (l *line) keys(key string, of []models.Choice) []string {
	parts := l.list(key)
	for i, p := range parts {
		parts[i] = keyOf(p, of)
	}
	return parts
}

// key is a value that is one of a list's keys, or the words of one.
func (l *line) key(key string, of []models.Choice) string { return keyOf(l.value(key), of) }

func keyOf(s string, of []models.Choice) string {
	name := models.ImportName(s)
	for _, c := range of {
		if name == c.Key || name == models.ImportName(c.Key) || strings.EqualFold(s, c.Words) {
			return c.Key
		}
	}
	return s
}

// day reads a date as systems and people of this country write it.
func (l *line) day(key string) *time.Time {
	s := l.value(key)
	if s == "" {
		return nil
	}
	for _, form := range []string{time.DateOnly, "02/01/2006", "2/1/2006"} {
		if t, err := time.Parse(form, s); err == nil {
			return &t
		}
	}
	l.faults.Add(key, models.FieldInvalid, "Write the date as 2026-11-14 or 14/11/2026")
	return nil
}

// moment reads a time: with its zone, or as clocks in London show it.
func (l *line) moment(key string) *time.Time {
	s := l.value(key)
	if s == "" {
		return nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return &t
	}
	for _, form := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04", "02/01/2006 15:04", "02/01/2006 15:04:05"} {
		if t, err := time.ParseInLocation(form, s, models.London()); err == nil {
			return &t
		}
	}
	l.faults.Add(key, models.FieldInvalid, "Write the time as 2026-11-16 10:30 or 16/11/2026 10:30")
	return nil
}

// The words for yes and no, in small letters.
var (
	yesWords = []string{"yes", "y", "true", "1"}
	noWords  = []string{"no", "n", "false", "0"}
)

// yesNo reads an answer; nil where there is none.
func (l *line) yesNo(key string) *bool {
	said := strings.ToLower(l.value(key))
	yes := slices.Contains(yesWords, said)
	if !yes && !slices.Contains(noWords, said) {
		if said != "" {
			l.faults.Add(key, models.FieldInvalid, "Write yes or no")
		}
		return nil
	}
	return &yes
}

// safety reads whether a way to reach somebody is safe. Nothing said is not safe.
func (l *line) safety(key string) models.Safety {
	switch said := strings.ToLower(l.value(key)); {
	case said == "safe" || slices.Contains(yesWords, said):
		return models.SafeYes
	case said == "unsafe" || said == "not safe" || slices.Contains(noWords, said):
		return models.SafeNo
	case said == "" || said == "unknown" || said == "not known" || said == "not_known":
	default:
		l.faults.Add(key, models.FieldInvalid, "Write yes, no or unknown")
	}
	return models.SafeUnknown
}
