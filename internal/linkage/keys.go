package linkage

import (
	"hash/maphash"
	"slices"
	"strings"
	"time"
)

// seed makes the keys of one process; they are never kept.
var seed = maphash.MakeSeed()

// Keys appends what a record is found by. Probe appends what it finds others by:
// the same, and the dates that a slip makes of its date of birth. Two records
// are compared when a key of one is probed by the other. They are what the
// product has indexes for, and services/linkage asks its database the same:
//
//   - the date of birth, with day and month the other way round, or with one part
//     of it one off; with more than one part off, or in the same month, the first
//     letter of a name too;
//   - both names; one name and the first letter of the other with the borough, the
//     year of birth or its day and month; all either way round;
//   - the postcode, an address of email (in clear, either half of it), a number, a
//     crime reference.
func (r *Record) Keys(to []uint64) []uint64 {
	if !r.Birth.IsZero() {
		day := r.Birth.Format("20060102")
		to = append(to, key('b', day))
		for _, letter := range r.letters() {
			to = append(to, key('l', day, letter))
		}
	}
	return r.keys(to)
}

// Probe appends what a record finds others by.
func (r *Record) Probe(to []uint64) []uint64 {
	if !r.Birth.IsZero() {
		letters := r.letters()
		near, far := Slips(r.Birth)
		for _, d := range near {
			to = append(to, key('b', d.Format("20060102")))
		}
		for _, d := range far {
			day := d.Format("20060102")
			for _, letter := range letters {
				to = append(to, key('l', day, letter))
			}
		}
	}
	return r.keys(to)
}

func (r *Record) keys(to []uint64) []uint64 {
	if !r.Birth.IsZero() {
		for _, letter := range r.letters() {
			to = append(to, key('m', r.Birth.Format("200601"), letter))
		}
	}
	if r.Given != "" && r.Family != "" {
		to = append(to, key('w', min(r.Given, r.Family), max(r.Given, r.Family)))
		var with []string
		if r.Place != "" {
			with = append(with, r.Place)
		}
		if !r.Birth.IsZero() {
			with = append(with, r.Birth.Format("2006"), r.Birth.Format("0102"))
		}
		for _, w := range with {
			to = append(to, key('n', r.Given, r.Family[:1], w), key('n', r.Family, r.Given[:1], w))
		}
	}
	if r.Postcode != "" {
		to = append(to, key('p', r.Postcode))
	}
	if r.Email != "" {
		to = append(to, key('e', r.Email))
		if local, domain, open := strings.Cut(r.Email, "@"); open {
			to = append(to, key('e', local), key('e', domain))
		}
	}
	for _, c := range r.Contacts {
		to = append(to, key('c', c))
	}
	for _, c := range r.Crimes {
		to = append(to, key('r', c))
	}
	return to
}

// letters are the first letters of the names.
func (r *Record) letters() (out []string) {
	for _, n := range []string{r.Given, r.Family} {
		if n != "" && !slices.Contains(out, n[:1]) {
			out = append(out, n[:1])
		}
	}
	return out
}

// Slips returns the dates that a slip makes of one: near with at most one part
// off, itself and day and month the other way round among them; far with more.
// A part is off by one, a year by ten as well.
func Slips(born time.Time) (near, far []time.Time) {
	y, m, d := born.Date()
	for _, dy := range []int{0, -1, 1, -10, 10} {
		for dm := -1; dm <= 1; dm++ {
			for dd := -1; dd <= 1; dd++ {
				at := time.Date(y+dy, m+time.Month(dm), d+dd, 0, 0, 0, 0, time.UTC)
				if off := b2i(dy != 0) + b2i(dm != 0) + b2i(dd != 0); off <= 1 {
					near = append(near, at)
				} else {
					far = append(far, at)
				}
			}
		}
	}
	if d <= 12 && d != int(m) {
		near = append(near, time.Date(y, time.Month(d), int(m), 0, 0, 0, 0, time.UTC))
	}
	return near, far
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func key(kind byte, parts ...string) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	_ = h.WriteByte(kind)
	for _, p := range parts {
		_, _ = h.WriteString(p)
		_ = h.WriteByte(0)
	}
	return h.Sum64()
}
