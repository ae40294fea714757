// Package linkage says how likely it is that two records are about the same
// person, and why, in words. It knows no database: a record is what can be
// compared of one, and what is sealed is compared by its look-up key alone.
//
// The score is that of Fellegi and Sunter ("A Theory for Record Linkage", JASA
// 64, 1969): each field that both records hold adds the binary logarithm of how
// much more often it agrees so in two records of one person than in two records
// of two people. The weights are fixed and stand in weights.go with their
// reasons, so that the same two records always come out the same and a reviewer
// can be told what counted. Nothing is learnt from what people decide. A score
// links nothing: it puts a pair before somebody who does.
package linkage

import (
	"slices"
	"strings"
	"time"

	"throughline/models"
)

// Record is what can be compared of one person. Empty fields are not known and
// count neither way. Names are folded by models.NameKey; New does so.
type Record struct {
	Given, Family, Known string    // folded
	Birth                time.Time // midnight UTC; zero: not known
	Postcode             string    // without spaces, or its look-up key
	Email                string    // in lower case, or its look-up key
	Place                string    // borough or town, folded
	Contacts             []string  // look-up keys of telephone numbers and addresses of email
	Crimes               []string  // look-up keys of crime references
}

// New folds what is written into what is compared.
func New(r Record) Record {
	r.Given, r.Family, r.Known, r.Place = models.NameKey(r.Given), models.NameKey(r.Family), models.NameKey(r.Known), models.NameKey(r.Place)
	r.Postcode = strings.ToUpper(strings.Join(strings.Fields(r.Postcode), ""))
	r.Email = strings.ToLower(strings.TrimSpace(r.Email))
	return r
}

// shares reports whether two lists have something in common.
func shares(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
