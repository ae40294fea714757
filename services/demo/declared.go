package demo

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"throughline/internal/vault"
	"throughline/models"
)

// declared is a conflict of interest that somebody of the demo has declared.
type declared struct {
	who, kind, given, family, contact, crime, employer string
	days                                               int // ago
	ended                                              bool
}

// declarations are what a few people said of whom they know, as the page shows it
// to each of them. One may be meant by a record, so that its question is met; the
// others meet none.
func declarations() []declared {
	return []declared{
		{who: "caseworker.manager", kind: string(models.ConflictKnows), given: "Toby", family: "Meriwether", days: 12},
		{who: "caseworker", kind: string(models.ConflictKnows), given: "Rosamund", family: "Tidewell-Asante", days: 40},
		{who: "caseworker", kind: string(models.ConflictOwnName), given: "Orla", family: "Penhallow", days: 40},
		{who: "caseworker", kind: string(models.ConflictKnows), contact: "07700900999", days: 75, ended: true},
		{who: "support", kind: string(models.ConflictEmployer), employer: OrgRestorative, days: 20},
		{who: "police", kind: string(models.ConflictSuspect), crime: "01/999001/25", days: 60},
	}
}

// declare keeps them once the records are there: each is compared with those once,
// where declarations that came first would be compared with every record made.
func (l *loader) declare(ctx context.Context, tx pgx.Tx, w *world) error {
	today := models.Today(l.o.Until)
	for i, d := range declarations() {
		p, said := w.sign(d.who), today.AddDate(0, 0, -d.days).Add(opens)
		var name, employer, ended any
		if d.given != "" {
			name = d.given + " " + d.family
		}
		if d.employer != "" {
			employer = w.byKey[d.employer].id
		}
		if d.ended {
			ended = said.AddDate(0, 0, 30)
		}
		_, err := tx.Exec(ctx, `insert into conflicts (id, user_id, org_id, kind, name, given_key, family_key, value_key, crime_key, employer_org_id, said_at, ended_at)
			values ($1, $2, $3, $4, $5, nullif($6, ''), nullif($7, ''), $8, $9, $10, $11, $12)`, StableID("conflict", strconv.Itoa(i)), p.id, p.org.id, d.kind, name,
			models.NameKey(d.given), models.NameKey(d.family), l.book.lookUp(vault.ContactValueKey, d.contact), l.book.lookUp(vault.CrimeKey, models.CrimeKey(d.crime)),
			employer, said, ended)
		if err != nil {
			return fmt.Errorf("declaring a conflict of interest: %w", err)
		}
	}
	return nil
}
