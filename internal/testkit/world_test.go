package testkit_test

import (
	"testing"

	"throughline/internal/testkit"
	"throughline/models"
)

func TestAStageHasEveryRoleAndPlantsWhatItSays(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	held := map[models.Role]bool{}
	for _, p := range w.People() {
		held[p.Role] = true
	}
	for _, r := range models.Roles() {
		if !held[r] {
			t.Errorf("nobody on the stage is a %s", r)
		}
	}
	c := w.Case(t, w.As("police"))
	for _, s := range []models.ReferralStatus{models.StatusDraft, models.StatusSubmitted, models.StatusAccepted} {
		r := w.Referral(t, w.Case(t, w.As("police")), testkit.ServiceIDVA, s)
		if got := w.Count(t, "select count(*) from referrals where id = $1 and status = $2", r.ID, s); got != 1 {
			t.Errorf("got %d referrals planted as %s, want 1", got, s)
		}
	}
	if got := w.Count(t, "select count(*) from cases where id = $1 and access = array[$2::uuid]", c.ID, w.Org(testkit.OrgPolice).ID); got != 1 {
		t.Errorf("got %d cases its own police can see, want 1", got)
	}
}
