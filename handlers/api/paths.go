package api

import (
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
)

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

var plainName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// named is join for a name that the caller made up: one that does not look
// like a field's is not repeated, because it may be anything, a person's name
// among them.
func named(path, name string) string {
	if plainName.MatchString(name) {
		return join(path, name)
	}
	return path
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// prune removes from a document the values at the paths that have a fault, so
// that the rest of it can be decoded.
func prune(v any, path string, faulty map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for name, field := range v {
			if at := join(path, name); faulty[at] {
				delete(v, name)
			} else {
				prune(field, at, faulty)
			}
		}
	case []any:
		for i, item := range v {
			if at := index(path, i); faulty[at] {
				v[i] = nil
			} else {
				prune(item, at, faulty)
			}
		}
	}
}

// formatFault says what is wrong with a text of a named format, and nothing
// for a format that asks for nothing.
func formatFault(format, text string) string {
	switch format {
	case "date":
		if t, err := time.Parse(time.DateOnly, text); err != nil || t.Year() < 1 {
			return "Must be a real date, written as 2026-11-21."
		}
	case "date-time":
		// Parse takes a comma for the point and an hour of one digit.
		t, err := time.Parse(time.RFC3339, text)
		if err != nil || !dateTime.MatchString(text) || t.Year() < 1 {
			return "Must be a real date and time, written as 2026-11-21T09:30:00Z."
		}
	case "uuid":
		if _, ok := parseID(text); !ok {
			return "Must be an id."
		}
	case "email":
		if a, err := mail.ParseAddress(text); err != nil || a.Address != text {
			return "Must be an email address."
		}
	}
	return ""
}

var dateTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$`)

// parseID reads an id in the one form the API writes; uuid.Parse takes four.
func parseID(text string) (uuid.UUID, bool) {
	if len(text) != 36 {
		return uuid.Nil, false
	}
	id, err := uuid.Parse(text)
	return id, err == nil
}
