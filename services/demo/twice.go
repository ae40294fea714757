package demo

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// liveTwice is people of whom two organisations hold a record, with the slips that
// keep a search from finding the other: what privacy@ finds among likely
// duplicates. The second is written down as the first but for what it changes.
func (g *generator) liveTwice() []*kase {
	var out []*kase
	for i, two := range [][2]laid{
		{
			{author: "police", given: "Nasreen", family: "Copperfield-Ahmadi", age: 36, female: true, borough: "Camden", class: "abuse", risk: medium, at: g.back(6, 11, 0)},
			{author: "caseworker", given: "Nasrin", family: "Ahmadi", age: 36, female: true, borough: "Camden", class: "coercive", risk: standard, at: g.back(1, 10, 30)},
		},
		{
			{author: anybody + OrgBTP, given: "Tobias", family: "Merriwether", age: 44, female: false, borough: "Southwark", class: "assault", risk: standard, at: g.back(8, 9, 0)},
			{author: "caseworker", given: "Toby", family: "Meriwether", age: 44, female: false, borough: "Bromley", class: "burglary", risk: standard, at: g.back(2, 14, 20)},
		},
	} {
		first, again := g.layOut(two[0]), g.layOut(two[1])
		born := *first.victim.DateOfBirth
		again.victim.DateOfBirth = &born
		if i == 0 {
			again.victim.Postcode = first.victim.Postcode
		}
		out = append(out, first, again)
	}
	return out
}

// compare has the queue look at what was logged of late, as if it had been
// logged through the product: the rest is made up, and nobody is twice in it.
func (l *loader) compare(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `insert into linkage_waiting (case_id, since) select c.id, c.logged_at from cases c join victims v on v.id = c.victim_id
		where v.family_key in ('ahmadi', 'meriwether') and c.logged_at > $1 on conflict do nothing`, l.o.Until.AddDate(0, 0, -30))
	return err
}
