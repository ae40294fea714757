package people_test

import (
	"context"
	"sync"
	"testing"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/people"
)

// reads is a context in which the actor read a version of what they change; 0:
// they did not say which.
func reads(ctx context.Context, version int) context.Context {
	r := &models.Request{MatchRequired: true}
	if version > 0 {
		r.IfMatch = &version
	}
	return models.WithRequest(ctx, r)
}

func TestAnAccountIsChangedByWhoReadItAsItStands(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.Person("support").ID
	acts := map[string]func(context.Context) error{
		"role":    func(ctx context.Context) error { _, err := b.svc.ChangeRole(ctx, id, models.RoleManager); return err },
		"disable": func(ctx context.Context) error { _, err := b.svc.Disable(ctx, id, people.Leaving{}); return err },
	}
	refused := func(acts map[string]func(context.Context) error, now int) {
		t.Helper()
		for name, act := range acts {
			if got := code(act(reads(b.As("orgadmin"), 0))); got != models.CodePreconditionRequired {
				t.Errorf("%s without a version: got %q", name, got)
			}
			for _, read := range []int{now - 1, now + 1} {
				if got := code(act(reads(b.As("orgadmin"), read))); read > 0 && got != models.CodeStale {
					t.Errorf("%s of version %d, which is %d: got %q, want stale", name, read, now, got)
				}
			}
		}
	}
	refused(acts, 1)
	// Of several who read the same version at once, one changes it.
	var group sync.WaitGroup
	results := make([]error, 6)
	for i := range results {
		group.Go(func() { _, results[i] = b.svc.Disable(reads(b.As("orgadmin"), 1), id, people.Leaving{}) })
	}
	group.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
		}
	}
	if won != 1 || b.Count(t, "select count(*) from users where id = $1 and version = 2", id) != 1 {
		t.Errorf("%d of six ended the access, want one", won)
	}
	refused(map[string]func(context.Context) error{
		"enable": func(ctx context.Context) error { _, err := b.svc.Enable(ctx, id); return err },
	}, 2)
}

func TestALinkThatWasUsedIsNotMadeAnewNorTakenBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	i := b.invite(t, "orgadmin", people.NewInvitation{Email: "new.colleague@demo.test", Role: models.RoleCaseworker})
	b.joins(t, i.Link, "Nia Farrow")
	if _, err := b.svc.MakeLink(b.As("orgadmin"), i.ID); code(err) != models.CodeConflict || err.Error() == "" || models.FieldsOf(err) != nil {
		t.Errorf("another link: got %v, want a conflict", err)
	}
	if _, err := b.svc.TakeBack(b.As("orgadmin"), i.ID); code(err) != models.CodeConflict {
		t.Errorf("taking it back: got %v, want a conflict", err)
	}
	if n := b.Count(t, "select count(*) from invitations where id = $1 and (version > 3 or ended_at is not null)", i.ID); n != 0 {
		t.Error("what was used was changed")
	}
	// Nor by the statement alone.
	err := b.DB.Write(b.As("orgadmin"), func(ctx context.Context, tx *pg.Tx) error {
		var issued struct{ Until *string }
		if err := tx.Scan(ctx, &issued, "select app_invitation_issue(?, sha256('x'))::text as until", i.ID); err != nil || issued.Until != nil {
			t.Errorf("the database made another link, until %v, %v", issued.Until, err)
		}
		return tx.Record(ctx, models.Event{Action: "test.tried", SubjectType: "user"})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWhatTwoGaveOneNeitherTakesNorGivesBack is about an account whose role
// crosses organisations, in the organisation of an administrator and elsewhere.
func TestWhatTwoGaveOneNeitherTakesNorGivesBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	deputy, newcomer := b.Person("support").ID, b.invite(t, "orgadmin", people.NewInvitation{Email: "late@demo.test", Role: models.RoleCaseworker})
	reset, err := b.svc.StartReset(b.As("orgadmin"), deputy)
	if err != nil {
		t.Fatal(err)
	}
	b.Do(t, "update users set role = 'organisation_admin' where id = $1", deputy)
	b.Do(t, "insert into users (id, org_id, email, name, role, password_hash) values ($1, $2, 'late@demo.test', 'Lee Ambrose', 'organisation_admin', 'x')",
		models.NewID(), b.Org(testkit.OrgVictims).ID)
	for name, act := range map[string]func(context.Context) error{
		"another role": func(ctx context.Context) error {
			_, err := b.svc.ChangeRole(ctx, deputy, models.RoleCaseworker)
			return err
		},
		"the end":  func(ctx context.Context) error { _, err := b.svc.Disable(ctx, deputy, people.Leaving{}); return err },
		"a reset":  func(ctx context.Context) error { _, err := b.svc.StartReset(ctx, deputy); return err },
		"the link": func(context.Context) error { return b.svc.Use(context.Background(), token(t, newcomer.Link), "", "") },
		"a password": func(context.Context) error {
			return b.svc.Use(context.Background(), token(t, reset.Link), "", secret)
		},
	} {
		want := models.CodeForbidden
		if name == "the link" || name == "a password" { // of before they had the role
			want = models.CodeConflict
		}
		if got := code(act(b.As("orgadmin"))); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if n := b.Count(t, "select count(*) from users where role = 'organisation_admin' and disabled_at is null and org_id = $1", b.Org(testkit.OrgVictims).ID); n != 3 {
		t.Errorf("%d administrators are left, want all three", n)
	}
	if _, err := b.svc.Disable(b.As("admin"), deputy, people.Leaving{}); err != nil {
		t.Fatalf("a system administrator ends it: %v", err)
	}
	for _, who := range []string{"admin", "admin.second", "orgadmin"} {
		if _, err := b.svc.Enable(b.As(who), deputy); code(err) != models.CodeForbidden {
			t.Errorf("%s gives it back alone: got %v, want forbidden", who, err)
		}
		err := b.DB.Write(b.As(who), func(ctx context.Context, tx *pg.Tx) error {
			n, err := tx.Exec(ctx, "update users set disabled_at = null where id = ?", deputy)
			if err == nil && n > 0 {
				t.Errorf("%s: the database gave it back", who)
			}
			return err
		})
		if who == "admin" && pg.Constraint(err) != "users_return_takes_two" {
			t.Errorf("%s: got %v, want the database to refuse it", who, err)
		}
	}
}
