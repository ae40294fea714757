package directory_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/directory"
)

func TestAnOrganisationsSettingsAreTheOperators(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	svc := directory.New(w.DB)
	police := w.Org(testkit.OrgPolice)
	if _, err := svc.Snapshot(w.As("police")); err != nil { // what is changed below is kept in memory by now
		t.Fatal(err)
	}
	before, err := svc.Settings(w.As("admin"), police.ID)
	if err != nil || before.IdleMinutes != 30 || !before.Active {
		t.Fatalf("got %+v, %v", before, err)
	}
	after, err := svc.SetSettings(w.As("admin"), police.ID, directory.NewSettings{Name: "Met victim care", IdleMinutes: 10, Active: true})
	if err != nil || after.Name != "Met victim care" || after.IdleMinutes != 10 || after.Version != before.Version+1 {
		t.Fatalf("got %+v, %v", after, err)
	}
	if snap, err := svc.Snapshot(w.As("police")); err != nil || snap.Name(police.ID) != "Met victim care" {
		t.Errorf("the directory shows another name: %v", err)
	}
	if got := w.Count(t, "select count(*) from audit_events where action = 'organisation.set' and subject_id = $1", police.ID); got != 1 {
		t.Errorf("got %d events, want 1", got)
	}
	for name, in := range map[string]directory.NewSettings{
		"no name": {IdleMinutes: 10, Active: true}, "a long name": {Name: strings.Repeat("x", 121), IdleMinutes: 10, Active: true},
		"4 minutes": {Name: "x", IdleMinutes: 4, Active: true}, "31 minutes": {Name: "x", IdleMinutes: 31, Active: true},
	} {
		if _, err := svc.SetSettings(w.As("admin"), police.ID, in); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%s: got %v, want invalid", name, err)
		}
	}
	if _, err := svc.SetSettings(w.As("admin"), police.ID, directory.NewSettings{Name: "Haven House", IdleMinutes: 10, Active: true}); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("a name that is taken: got %v, want a conflict", err)
	}
	if _, err := svc.SetSettings(w.As("admin"), w.Org(testkit.OrgOperator).ID, directory.NewSettings{Name: "The operator", IdleMinutes: 10}); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("closing the operator: got %v, want a conflict", err)
	}
	if _, err := svc.Settings(w.As("admin"), uuid.New()); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("nobody's: got %v, want not found", err)
	}
}

func TestClosingAnOrganisationShutsItsPeopleOutAtOnce(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	svc := directory.New(w.DB)
	reads := func() error {
		return w.DB.Read(w.As("refuge"), func(ctx context.Context, tx *pg.Tx) error {
			var n int
			return tx.Scan(ctx, &n, "select count(*) from users")
		})
	}
	if err := reads(); err != nil {
		t.Fatal(err)
	}
	if _, err := svc.SetSettings(w.As("admin"), w.Org(testkit.OrgRefuge).ID, directory.NewSettings{Name: "Haven House", IdleMinutes: 30}); err != nil {
		t.Fatal(err)
	}
	if err := reads(); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("got %v, want the session ended", err)
	}
}

func TestAServiceThatIsNoLongerOfferedTakesNothingFromThatMoment(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	svc := directory.New(w.DB)
	idva := w.Service(testkit.ServiceIDVA)
	for _, offered := range []bool{false, true} {
		if got, err := svc.Service(t.Context(), idva.ID); err != nil || got.Active == offered {
			t.Fatalf("before it is said: got %+v, %v", got, err)
		}
		if org, err := svc.Offer(w.As("admin"), idva.ID, offered); err != nil || org != idva.OrgID {
			t.Fatalf("got %v, %v, want whose it is", org, err)
		}
		if got, err := svc.Service(t.Context(), idva.ID); err != nil || got.Active != offered {
			t.Errorf("a moment later it is still as it was: %+v, %v", got, err)
		}
	}
	if _, err := svc.Offer(w.As("admin"), uuid.New(), false); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("nobody's service: got %v, want not found", err)
	}
}

func TestNobodyButTheOperatorSetsAnything(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	svc := directory.New(w.DB)
	org, service := w.Org(testkit.OrgVictims).ID, w.Service(testkit.ServiceAdult).ID
	for _, who := range []string{"orgadmin", "caseworker.manager", "police", "privacy", "coordinator", "commissioner"} {
		if _, err := svc.Settings(w.As(who), org); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("%s reads: got %v, want forbidden", who, err)
		}
		if _, err := svc.SetSettings(w.As(who), org, directory.NewSettings{Name: "Mine", IdleMinutes: 30, Active: true}); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("%s sets: got %v, want forbidden", who, err)
		}
		if _, err := svc.Offer(w.As(who), service, false); models.CodeOf(err) != models.CodeForbidden {
			t.Errorf("%s offers: got %v, want forbidden", who, err)
		}
		// Nor does the database let them, whatever the service were to say.
		err := w.DB.Read(w.As(who), func(ctx context.Context, tx *pg.Tx) error {
			var row struct{ Set, Offered *string }
			err := tx.Scan(ctx, &row, "select app_organisation_set(?, 1, 'Mine', 30, true)::text as set, app_service_offer(?, false)::text as offered", org, service)
			if err == nil && (row.Set != nil || row.Offered != nil) {
				t.Errorf("%s was let by the database", who)
			}
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", who, err)
		}
	}
	if got, err := svc.Offer(w.As("admin"), service, false); err != nil || got != org {
		t.Errorf("got %v, %v", got, err)
	}
	if got := w.Count(t, "select count(*) from services where id = $1 and not active", service); got != 1 {
		t.Error("the service is offered still")
	}
}
