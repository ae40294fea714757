package sets

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/internal/linkage"
)

// Again is a record of somebody who is in Made already, as somebody else wrote
// it down.
type Again struct {
	linkage.Record
	Of int // the place of the record it is of
}

// Made makes up n people of London and writes some of them down again, with
// slips: the same for the same seed. Names come from the two sets, some far more
// often than others; a date of birth is any day of 75 years, a postcode is
// fifteen households', and half of them have a number.
func Made(n, again int, seed uint64) ([]linkage.Record, []Again, error) {
	all, err := Load()
	if err != nil {
		return nil, nil, err
	}
	given, family := namesOf(all)
	r := rand.New(rand.NewPCG(seed, 4)) //nolint:gosec // people who never lived
	people := make([]linkage.Record, n)
	for i := range people {
		p := &people[i]
		p.Given, p.Family = often(r, given), often(r, family)
		p.Birth = time.Date(1940, 1, 1+r.IntN(75*365), 0, 0, 0, 0, time.UTC)
		home := r.IntN(max(1, n/35))
		p.Place, p.Postcode = "borough "+strconv.Itoa(home%33), "P"+strconv.Itoa(100000+home)
		if r.IntN(2) == 0 {
			p.Contacts = []string{"c" + strconv.Itoa(r.IntN(4*n))}
		}
	}
	twice := make([]Again, again)
	for i := range twice {
		of := r.IntN(n)
		twice[i] = Again{Record: slipped(r, people[of]), Of: of}
	}
	return people, twice, nil
}

// namesOf are the names of the sets, each once.
func namesOf(all []*Set) (given, family []string) {
	for _, s := range all {
		for _, p := range s.Records {
			given, family = append(given, p.Given), append(family, p.Family)
		}
	}
	tidy := func(names []string) []string {
		slices.Sort(names)
		return slices.DeleteFunc(slices.Compact(names), func(s string) bool { return len(s) < 3 })
	}
	return tidy(given), tidy(family)
}

// often draws a name, the first of a list more often than the last.
func often(r *rand.Rand, names []string) string {
	return names[int(float64(len(names))*r.Float64()*r.Float64())]
}

// slipped writes a person down again: one or two slips, or a move, or a name
// left out.
func slipped(r *rand.Rand, p linkage.Record) linkage.Record {
	for range 1 + r.IntN(2) {
		switch r.IntN(7) {
		case 0:
			p.Given = slip(r, p.Given)
		case 1:
			p.Family = slip(r, p.Family)
		case 2:
			p.Given, p.Family = p.Family, p.Given
		case 3:
			p.Birth = p.Birth.AddDate(r.IntN(3)-1, 0, r.IntN(3)-1)
		case 4:
			if p.Birth.Day() <= 12 {
				p.Birth = time.Date(p.Birth.Year(), time.Month(p.Birth.Day()), int(p.Birth.Month()), 0, 0, 0, 0, time.UTC)
			}
		case 5:
			p.Place, p.Postcode = "borough "+strconv.Itoa(r.IntN(33)), "P"+strconv.Itoa(100000+r.IntN(90000))
		case 6:
			p.Contacts = nil
		}
	}
	return p
}

// slip leaves a letter out, doubles one, or lets two change places.
func slip(r *rand.Rand, name string) string {
	at := r.IntN(len(name) - 1)
	switch r.IntN(3) {
	case 0:
		return name[:at] + name[at+1:]
	case 1:
		return strings.Join([]string{name[:at+1], name[at:]}, "")
	}
	return name[:at] + string(name[at+1]) + string(name[at]) + name[at+2:]
}
