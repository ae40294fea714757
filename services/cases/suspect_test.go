package cases_test

import (
	"testing"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
)

// TestAnOfficerOfACourtIsNotToldWhoDidIt has a case with a child and a suspect
// held by the court's organisation.
func TestAnOfficerOfACourtIsNotToldWhoDidIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	c := s.Case(t, s.As("police"))
	for _, suspect := range []bool{false, true} {
		id := models.NewID()
		s.Do(t, "insert into related_people (id, case_id, relation, name, suspect) values ($1, $2, $3, $4, $5)", id, c.ID, map[bool]string{true: "former partner", false: "child"}[suspect],
			testkit.Seal(vault.PersonName, id, "Somebody Related"), suspect)
	}
	s.Do(t, "update cases set accountable_org_id = $2, updated_at = now() where id = $1", c.ID, s.Person("witnesscare").Org.ID)
	for who, want := range map[string]int{"police": 2, "police.manager": 2, "witnesscare": 1} {
		v, err := s.cases.Get(s.As(who), c.ID)
		if err != nil {
			t.Fatalf("%s: %v", who, err)
		}
		suspects := 0
		for _, p := range v.People {
			if p.Suspect {
				suspects++
			}
		}
		if len(v.People) != want || suspects != want-1 {
			t.Errorf("%s: got %d people of whom %d are suspects, want %d", who, len(v.People), suspects, want)
		}
	}
}
