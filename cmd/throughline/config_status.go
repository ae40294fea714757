package main

import (
	"errors"
	"slices"
	"strings"

	"throughline/services/status"
)

// languages are those of the status page that are offered though nobody has
// reviewed their texts.
type languages []string

// UnmarshalText takes keys of languages there are, with commas between, or all.
func (l *languages) UnmarshalText(b []byte) error {
	for part := range strings.SplitSeq(string(b), ",") {
		key := strings.TrimSpace(part)
		if key != "all" && !slices.ContainsFunc(status.All(), func(known *status.Language) bool { return known.Key == key }) {
			return errors.New("no such language")
		}
		*l = append(*l, key)
	}
	return nil
}
