package quality_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/quality"
)

// plant adds rows of figures as the triggers would, sent to one service.
func plant(t *testing.T, w *testkit.Stage, service models.Service, month string, n int, late int) {
	t.Helper()
	ctx := context.Background()
	from := w.Org(testkit.OrgPolice).ID
	for i := range n {
		id := uuid.New()
		_, err := w.Owner.Exec(ctx, `insert into quality_facts (kind, id, referral_id, journey_id, service_id, from_org_id, to_org_id,
			pathway, priority, month, submitted_at, status) values ('referral', $1, $1, $1, $2, $3, $4, $5, 'standard', $6::date, $6::date, 'submitted')`,
			id, service.ID, from, service.OrgID, service.Pathway, month)
		if err != nil {
			t.Fatal(err)
		}
		state, hours := "met", 10
		if i < late {
			state, hours = "breached", 100
		}
		_, err = w.Owner.Exec(ctx, `insert into quality_facts (kind, id, referral_id, journey_id, service_id, from_org_id, to_org_id,
			pathway, priority, month, submitted_at, rule, clock_state, started_at, due_at, stopped_at, elapsed_seconds)
			values ('clock', $1, $2, $2, $3, $4, $5, $6, 'standard', $7::date, $7::date, 'K22', $8, $7::date, $7::date, $7::date, $9)`,
			uuid.New(), id, service.ID, from, service.OrgID, service.Pathway, month, state, hours*3600)
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestMeasures(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	svc := quality.New(w.DB)
	vawg, refuge := *w.Service(testkit.ServiceIDVA), *w.Service(testkit.ServiceRefuge)
	plant(t, w, vawg, "2026-10-01", 40, 10)
	plant(t, w, refuge, "2026-10-01", 3, 1)
	plant(t, w, refuge, "2026-09-01", 12, 0)
	plant(t, w, vawg, "2026-09-01", 20, 0)

	t.Run("a time has its median, its 9 in 10 and the share in time", func(t *testing.T) {
		t.Parallel()
		r, err := svc.Measure(w.As("commissioner"), quality.Query{Measure: "time_to_acknowledge", By: []quality.Dimension{quality.ByService}})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range r.Rows {
			if row.Groups[0].Key != vawg.ID.String() {
				continue
			}
			if row.N != 60 || *row.Median != 10 || *row.P90 != 100 || *row.InTime < 0.83 || *row.InTime > 0.84 {
				t.Errorf("got %d clocks, median %v, p90 %v, in time %v; want 60, 10, 100, 50 of 60", row.N, *row.Median, *row.P90, *row.InTime)
			}
			return
		}
		t.Error("the service is not in the figures")
	})
	t.Run("a count under five is not there, and cannot be worked out", func(t *testing.T) {
		t.Parallel()
		r, err := svc.Measure(w.As("analyst"), quality.Query{
			Measure: "referrals_received", By: []quality.Dimension{quality.ByService, quality.ByMonth},
		})
		if err != nil {
			t.Fatal(err)
		}
		hidden := 0
		for _, row := range r.Rows {
			if !row.Hidden {
				if row.N < 5 {
					t.Errorf("a count of %d is shown", row.N)
				}
				continue
			}
			hidden++
			if row.N != 0 || row.Value != nil || row.Median != nil || row.InTime != nil {
				t.Errorf("a hidden row still holds its figures: %+v", row)
			}
		}
		if hidden < 2 {
			t.Errorf("got %d hidden cells, want the small one and another to protect it", hidden)
		}
	})
	t.Run("nobody else reads the figures, and a caseworker's rows are none", func(t *testing.T) {
		t.Parallel()
		r, err := svc.Measure(w.As("police"), quality.Query{Measure: "referrals_received"})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range r.Rows {
			if row.N != 0 {
				t.Errorf("row security lets a caseworker count %d", row.N)
			}
		}
	})
	t.Run("every measure can be asked for by every dimension, and beside the next", func(t *testing.T) {
		t.Parallel()
		all := quality.Dimensions()
		for _, m := range quality.Measures() {
			for i, d := range all {
				by := []quality.Dimension{d, quality.ByMonth}
				if d == quality.ByMonth || i%2 == 0 {
					by = by[:1]
				}
				if _, err := svc.Measure(w.As("commissioner"), quality.Query{Measure: m.Key, By: by}); err != nil {
					t.Errorf("%s by %v: %v", m.Key, by, err)
				}
			}
		}
	})
	t.Run("who somebody is never stands beside what could find them", func(t *testing.T) {
		t.Parallel()
		for _, by := range [][]quality.Dimension{
			{quality.ByAge, quality.BySex},
			{quality.ByBorough, quality.ByEthnicGroup},
			{quality.ByEthnicGroup, quality.ByBorough},
			{quality.ByService, quality.ByDisability},
			{quality.BySex, quality.ByOffence},
			{quality.ByNeed, quality.ByAge},
		} {
			if _, err := svc.Measure(w.As("commissioner"), quality.Query{Measure: "accepted", By: by}); models.CodeOf(err) != models.CodeInvalid {
				t.Errorf("by %v: got %v, want it refused", by, err)
			}
		}
	})
	t.Run("what cannot be asked is refused field by field", func(t *testing.T) {
		t.Parallel()
		_, err := svc.Measure(w.As("commissioner"), quality.Query{Measure: "happiness", By: []quality.Dimension{"name"}})
		if got := len(models.FieldsOf(err)); got != 2 || models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("got %d faults (%v), want 2", got, err)
		}
	})
}

func TestEveryPathwayIsReadByMeasuresThatExist(t *testing.T) {
	t.Parallel()
	for _, p := range models.Pathways() {
		for _, key := range p.Measures {
			if !slices.ContainsFunc(quality.Measures(), func(m quality.Measure) bool { return m.Key == key }) {
				t.Errorf("%s is measured by %q, which nobody measures", p.Key, key)
			}
		}
	}
}
