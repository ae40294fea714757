// Package linkage puts records that are likely of one person before those who
// may decide, and keeps what they decide (docs/adr/0025). It compares in the
// background; nothing that somebody who searches or logs a case is told, or how
// long they wait, depends on what it finds.
package linkage

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"throughline/internal/linkage"
	"throughline/internal/pg"
	"throughline/models"
)

// Service compares records and keeps the queue of likely duplicates.
type Service struct{ db *pg.DB }

// New returns the service over a database.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Pair is two cases that are likely of one person, for a reviewer of an
// organisation that holds one of them.
type Pair struct {
	ID       uuid.UUID
	State    models.LinkState
	RaisedAt time.Time
	Version  int
	Sides    []Side // two
	Reasons  []Reason
	Asked    []Said   // what each organisation that is asked says
	Answers  []Answer // of the reader's organisation, the latest first
}

// Side is one case of a pair. Who it is about stands there for the reader's own
// organisation alone.
type Side struct {
	CaseID      uuid.UUID
	Reference   string
	OrgID       uuid.UUID
	OrgName     string
	Own         bool
	Held        bool // a privacy officer has yet to decide what hides it
	GivenName   string
	FamilyName  string
	KnownAs     string
	DateOfBirth *time.Time
	Borough     string
	BoroughName string
	LoggedAt    *time.Time
}

// Reason is how one thing agrees, in words.
type Reason struct {
	Field   string
	Level   string
	Weight  float64 // in bits; below nought it speaks against
	Words   string
	Against bool
}

// Said is what an organisation that is asked says by now; the answer is empty
// where it has said nothing.
type Said struct {
	OrgID   uuid.UUID
	OrgName string
	Answer  models.LinkAnswer
	At      *time.Time
}

// Answer is one answer of the reader's organisation.
type Answer struct {
	Answer models.LinkAnswer
	Reason string
	Note   string
	By     string
	At     time.Time
}

// Linked is another record of the same person, for whoever may open both.
type Linked struct {
	PairID    uuid.UUID
	CaseID    uuid.UUID
	Reference string
	OrgName   string
	LinkedAt  time.Time
}

// Of is a case with the other records of its person.
type Of struct {
	CaseID    uuid.UUID
	Reference string
	Items     []Linked
}

func may(ctx context.Context, need models.Permission) error {
	_, err := models.May(ctx, need)
	return err
}

// reasons reads what two records were found to agree in.
func reasons(findings string) ([]Reason, error) {
	var list []linkage.Finding
	if err := json.Unmarshal([]byte(findings), &list); err != nil {
		return nil, models.Internal("reading how two records agree", err)
	}
	out := make([]Reason, 0, len(list))
	for _, f := range list {
		out = append(out, Reason{Field: string(f.Field), Level: string(f.Level), Weight: f.Weight, Words: words(f), Against: f.Weight < 0})
	}
	return out, nil
}

// words says a finding as a reviewer reads it. It says how two values agree and
// never either of them: one of the two may not be the reader's to know.
func words(f linkage.Finding) string {
	if said, ok := sentences[f.Field][f.Level]; ok {
		return said
	}
	return string(f.Field) + ": " + string(f.Level)
}

var sentences = map[linkage.Field]map[linkage.Level]string{
	linkage.FieldGiven: {
		linkage.Same: "The same given name", linkage.Short: "A short form or other spelling of the given name", linkage.Near: "Nearly the same given name",
		linkage.Crossed: "Given and family name the other way round", linkage.Partly: "The same initial", linkage.Differs: "Another given name: it may be a twin, brother or sister",
	},
	linkage.FieldFamily: {
		linkage.Same: "The same family name", linkage.Near: "Nearly the same family name", linkage.Crossed: "Family and given name the other way round",
		linkage.Partly: "The same initial of the family name", linkage.Differs: "Another family name",
	},
	linkage.FieldBirth: {
		linkage.Same: "The same date of birth", linkage.Crossed: "The same date of birth with day and month the other way round",
		linkage.Near: "A date of birth that differs by a slip", linkage.Partly: "A similar date of birth", linkage.Differs: "Another date of birth",
	},
	linkage.FieldPostcode: {linkage.Same: "The same postcode", linkage.Near: "Nearly the same postcode", linkage.Differs: "Another postcode"},
	linkage.FieldEmail:    {linkage.Same: "The same email address", linkage.Near: "Nearly the same email address", linkage.Differs: "Another email address"},
	linkage.FieldPlace:    {linkage.Same: "The same borough", linkage.Near: "Nearly the same place", linkage.Differs: "Another borough"},
	linkage.FieldContact:  {linkage.Same: "A phone number or email address in common", linkage.Differs: "No phone number or email address in common"},
	linkage.FieldCrime:    {linkage.Same: "The same crime reference", linkage.Differs: "Other crime references"},
}
