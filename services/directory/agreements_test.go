package directory_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/directory"
)

// TestAnAgreementThatIsOverStopsWhatItCoveredAndNothingElse asks both sides, on
// the last day and the day after, for another kind of support and another
// organisation, and takes back what was recorded.
func TestAnAgreementThatIsOverStopsWhatItCoveredAndNothingElse(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	s := directory.New(w.DB)
	victims, police, refuge := w.Org(testkit.OrgVictims).ID, w.Org(testkit.OrgPolice).ID, w.Org(testkit.OrgRefuge).ID
	last := models.Today(w.Clock.Now()).AddDate(0, 0, 3)
	record := func(who string, with uuid.UUID, until time.Time, pathways ...string) models.Agreement {
		t.Helper()
		a, err := s.RecordAgreement(w.As(who), models.Agreement{
			WithOrgID: with, Pathways: pathways, Basis: "public_task", Reference: "DSA-1", SignedOn: last.AddDate(-1, 0, 0), ExpiresOn: until,
		})
		if err != nil {
			t.Fatalf("%s: %v %v", who, err, models.FieldsOf(err))
		}
		return a
	}
	refused := func(from, to uuid.UUID, pathway string, after time.Duration) int {
		t.Helper()
		snap, err := s.Snapshot(w.As("police"))
		if err != nil {
			t.Fatal(err)
		}
		return len(snap.Agreed(from, to, pathway, last.Add(12*time.Hour+after)))
	}
	const day, idva, other = 24 * time.Hour, "vawg", "hate_crime"
	if n := refused(police, victims, idva, 30*day); n != 0 {
		t.Fatalf("without an agreement on record: got %d reasons, want none", n)
	}
	a := record("privacy", police, last, idva)
	for name, c := range map[string]struct {
		from, to uuid.UUID
		pathway  string
		after    time.Duration
		want     int
	}{
		"on its last day":                     {police, victims, idva, 0, 0},
		"the day after":                       {police, victims, idva, day, 1},
		"from whose it is":                    {victims, police, idva, day, 1},
		"for another kind of support":         {police, victims, other, day, 0},
		"from an organisation it is not of":   {refuge, victims, idva, day, 0},
		"within the organisation whose it is": {victims, victims, idva, day, 0},
	} {
		if got := refused(c.from, c.to, c.pathway, c.after); got != c.want {
			t.Errorf("%s: got %d reasons, want %d", name, got, c.want)
		}
	}
	further := record("orgadmin", uuid.Nil, last.AddDate(1, 0, 0))
	if n := refused(police, victims, idva, day); n != 0 {
		t.Errorf("another with all who take part holds in its place: got %d reasons", n)
	}
	stale := 7
	for name, c := range map[string]struct {
		who  string
		id   uuid.UUID
		read *int
		want models.Code
	}{
		"the other organisation":        {"police.privacy", a.ID, nil, models.CodeForbidden},
		"an organisation it is not of":  {"operator.privacy", a.ID, nil, models.CodeNotFound},
		"a worker":                      {"caseworker", a.ID, nil, models.CodeForbidden},
		"who read something else of it": {"privacy", a.ID, &stale, models.CodeStale},
	} {
		ctx := models.WithRequest(w.As(c.who), &models.Request{IfMatch: c.read})
		if _, err := s.EndAgreement(ctx, c.id, "It was wrong."); models.CodeOf(err) != c.want {
			t.Errorf("%s ends it: got %v, want %s", name, err, c.want)
		}
	}
	for what, q := range map[string]string{
		"the other side ends it": "update data_sharing_agreements set ended_at = now(), ended_by = app_user_id(), ended_reason = 'x' where org_id <> app_org_id()",
		"recorded for another": "insert into data_sharing_agreements (id, org_id, basis, reference, signed_on, expires_on, recorded_by, recorded_by_role, recorded_at) " +
			"select gen_random_uuid(), o.id, 'public_task', 'x', current_date, current_date, app_user_id(), app_role(), now() from organisations o where o.id <> app_org_id() limit 1",
		"read by whom it is not of": "select 1 from data_sharing_agreements where app_org_id() not in (org_id, coalesce(with_org_id, org_id))",
	} {
		for _, who := range []string{"police.privacy", "operator.privacy"} {
			_ = w.DB.Write(w.As(who), func(ctx context.Context, tx *pg.Tx) error {
				if n, err := tx.Exec(ctx, q); err == nil && n > 0 {
					t.Errorf("%s, as %s: got %d rows", what, who, n)
				}
				return tx.Record(ctx, models.Event{Action: "test.tried", SubjectType: "agreement"})
			})
		}
	}
	if _, err := s.EndAgreement(w.As("privacy"), further.ID, "It was wrong."); err != nil {
		t.Fatal(err)
	}
	if n := refused(police, victims, idva, day); n != 1 {
		t.Errorf("what was ended still holds: got %d reasons, want one at once", n)
	}
	if _, err := s.EndAgreement(w.As("privacy"), further.ID, "Again."); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("ended twice: got %v, want a conflict", err)
	}
}
