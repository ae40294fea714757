package main

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/pg"
	"throughline/models"
)

// exactCap is the highest cap that the database counts to the last record
// (migrations/0016), and the highest that production takes.
const exactCap = 1000

// benchCap is what a measurement runs with: one session stands for hundreds.
const benchCap = "100000000"

func benchCaps() recordCap { return recordCap{"": 100_000_000} }

// recordCap is how many records one person may open in an hour.
type recordCap pg.Cap

// UnmarshalText takes a number for everybody, or role=number, with commas
// between.
func (r *recordCap) UnmarshalText(b []byte) error {
	out := recordCap{}
	for part := range strings.SplitSeq(string(b), ",") {
		role, number, named := strings.Cut(strings.TrimSpace(part), "=")
		if !named {
			role, number = "", role
		}
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > 100_000_000 {
			return errors.New("out of range")
		}
		if _, twice := out[models.Role(role)]; twice || role != "" && !slices.Contains(models.Roles(), models.Role(role)) {
			return errors.New("no such role, or twice")
		}
		out[models.Role(role)] = n
	}
	*r = out
	return nil
}

// most is the highest number in it.
func (r recordCap) most() (most int) {
	for _, n := range r {
		most = max(most, n)
	}
	return most
}

// caps are the settings with what holds where they are not set: a demonstration
// is walked through faster than anybody works.
func (c Config) caps() pg.Caps {
	or := func(set recordCap, usual int) pg.Cap {
		out := pg.Cap{"": usual}
		if c.Env != production {
			out[""] *= 10
		}
		for role, n := range set {
			out[role] = n
		}
		return out
	}
	return pg.Caps{Opened: or(c.RecordsPerHour, 50), Listed: or(c.ListedPerHour, 500)}
}
