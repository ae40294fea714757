package pg

import (
	"strconv"

	"throughline/models"
)

// Caps are how many people's records one person may open, and see in lists, in
// an hour (security.md T3). The database counts; it learns the numbers with
// each connection. The zero value leaves it at its own: 50 and 500.
type Caps struct {
	Opened, Listed Cap
}

// Cap is a number of records in an hour: of a role, or under "" of every role
// that has none of its own.
type Cap map[models.Role]int

// Settings are the caps in the form the function record_cap reads.
func (c Caps) Settings() map[string]string {
	out := map[string]string{}
	for name, number := range map[string]Cap{"app.records_opened": c.Opened, "app.records_listed": c.Listed} {
		for role, most := range number {
			key := name
			if role != "" {
				key += "_" + string(role)
			}
			out[key] = strconv.Itoa(most)
		}
	}
	return out
}
