package referrals_test

import (
	"testing"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/referrals"
)

// benched is a stage with n referrals sent to Ashdown.
func benched(tb testing.TB, n int) (*referrals.Service, *testkit.Stage, []uuid.UUID) {
	tb.Helper()
	w := testkit.World(tb)
	s := referrals.New(w.DB, models.MustCalendar(), directory.New(w.DB))
	receiver := w.Service(testkit.ServiceIDVA)
	var ids []uuid.UUID
	for range n {
		c := w.Case(tb, w.As("police"))
		v, err := s.Create(w.As("police"), referrals.CreateInput{
			CaseID: c.ID, ServiceID: receiver.ID, SharedFields: []string{"borough", "incident_summary"}, SharingDecisionID: w.Agreement(tb, c, receiver.OrgID),
		})
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := s.Do(w.As("police"), v.ID, models.ActSubmit, referrals.ActionInput{}); err != nil {
			tb.Fatal(err)
		}
		ids = append(ids, v.ID)
	}
	return s, w, ids
}

func BenchmarkAccept(b *testing.B) {
	s, w, ids := benched(b, b.N)
	ctx, in := w.As("vawg"), referrals.ActionInput{WorkerID: w.Person("vawg").ID}
	b.ResetTimer()
	for i := range b.N {
		if _, err := s.Do(ctx, ids[i], models.ActAccept, in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGet(b *testing.B) {
	s, w, ids := benched(b, 20)
	ctx := w.As("vawg")
	b.ResetTimer()
	for i := range b.N {
		if _, err := s.Get(ctx, ids[i%20]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkInbox(b *testing.B) {
	s, w, _ := benched(b, 60)
	ctx := w.As("vawg")
	b.ResetTimer()
	for range b.N {
		if _, err := s.List(ctx, referrals.Filter{Limit: 25}); err != nil {
			b.Fatal(err)
		}
	}
}
