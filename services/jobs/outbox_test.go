package jobs_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/jobs"
)

func TestANoticeGoesToWhoeverHasToKnowAndOnce(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	r := w.Referral(t, w.Case(t, w.As("police")), testkit.ServiceIDVA, models.StatusSubmitted)
	clock := uuid.UUID{}
	if err := w.Owner.QueryRow(t.Context(), "select id from clocks where referral_id = $1", r.ID).Scan(&clock); err != nil {
		t.Fatal(err)
	}
	police, vawg, coordination := w.Org(testkit.OrgPolice), w.Org(testkit.OrgVAWG), w.Org(testkit.OrgCoordination)
	for _, c := range []struct {
		topic string
		by    *uuid.UUID
		clock bool
		want  []string
	}{
		{"referral.accepted", &vawg.ID, false, []string{police.Name}},
		{"referral.withdrawn", &police.ID, false, []string{vawg.Name}},
		{"referral.decline_proposed", &vawg.ID, false, []string{police.Name, coordination.Name}},
		{"referral.decline_upheld", &coordination.ID, false, []string{police.Name, vawg.Name}},
		{"contact.safety_incident", &vawg.ID, false, []string{police.Name, coordination.Name}},
		{"clock.late", nil, true, []string{vawg.Name}},
		{"clock.late_manager", nil, true, []string{vawg.Name}},
		{"clock.late_coordinator", nil, true, []string{police.Name, vawg.Name, coordination.Name}},
	} {
		payload := "{}"
		if c.clock {
			payload = `{"clock":"` + clock.String() + `"}`
		}
		w.Do(t, "insert into outbox (topic, referral_id, payload, by_org_id, at) values ($1, $2, $3::jsonb, $4, now())", c.topic, r.ID, payload, c.by)
		for range 2 { // delivered twice, it tells once
			if _, err := jobs.Drain(w.System(), w.DB); err != nil {
				t.Fatal(err)
			}
		}
		rows, err := w.Owner.Query(context.Background(), "select o.name from notices n join organisations o on o.id = n.org_id where n.topic = $1", c.topic)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				t.Fatal(err)
			}
			got = append(got, name)
		}
		slices.Sort(got)
		slices.Sort(c.want)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.topic, diff)
		}
	}
	if got := w.Count(t, "select count(*) from outbox where drained_at is null"); got != 0 {
		t.Errorf("got %d rows left in the outbox", got)
	}
}

func TestAReceiverIsNotToldOfWhatItCannotOpenAnyMore(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	r := w.Referral(t, w.Case(t, w.As("police")), testkit.ServiceIDVA, models.StatusSubmitted)
	w.Do(t, "update referrals set status = 'declined', version = 3, ended_at = now(), reason = 'no_capacity' where id = $1", r.ID)
	w.Do(t, "insert into outbox (topic, referral_id, at) values ('referral.something', $1, now())", r.ID)
	if _, err := jobs.Drain(w.System(), w.DB); err != nil {
		t.Fatal(err)
	}
	if got := w.Count(t, "select count(*) from notices where org_id = $1", w.Org(testkit.OrgVAWG).ID); got != 0 {
		t.Errorf("got %d notices to the receiver, want none", got)
	}
}
