package referrals_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/models"
	"throughline/services/referrals"
)

func TestATeamLeadSeesWhoCarriesWhat(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, second := b.Person("vawg"), b.Person("vawg.second")
	b.at(models.StatusAccepted)
	b.at(models.StatusInProgress)
	held := b.at(models.StatusOnHold)
	queue := b.at(models.StatusInProgress)
	left := b.at(models.StatusAccepted)
	b.at(models.StatusCompleted)
	b.at(models.StatusSubmitted)
	b.must("vawg", queue.ID, models.ActAssign, referrals.ActionInput{Team: "Duty team"})
	b.must("vawg", left.ID, models.ActAssign, referrals.ActionInput{WorkerID: second.ID})
	b.Do(t, "update users set disabled_at = now() where id = $1", second.ID)
	b.Do(t, "update referrals set due_at = $2 where id = $1", held.ID, b.Clock.Now().AddDate(0, 0, -1))
	got, err := b.s.Carried(b.As("vawg.manager"))
	if err != nil {
		t.Fatal(err)
	}
	want := []referrals.Load{
		{WorkerID: &second.ID, Name: second.Name, Gone: true, FirstContact: 1},
		{Name: "Duty team", Working: 1},
		{WorkerID: &first.ID, Name: first.Name, FirstContact: 1, Working: 1, OnHold: 1, Late: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
	if other, err := b.s.Carried(b.As("refuge.manager")); err != nil || len(other) != 0 {
		t.Errorf("to another service: got %+v %v, want nothing", other, err)
	}
	for _, who := range []string{"vawg", "police", "coordinator", "orgadmin"} {
		if _, err := b.s.Carried(b.As(who)); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("%s: got %v, want forbidden", who, err)
		}
	}
}
