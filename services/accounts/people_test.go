package accounts_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/accounts"
)

func TestThePeopleOfOnesOwnOrganisationAreListedByName(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := b.op.DisableUser(context.Background(), "caseworker@demo.test"); err != nil {
		t.Fatal(err)
	}
	var all, assignable []string
	for _, p := range b.People() {
		if p.Org == b.Org(testkit.OrgVictims) {
			all = append(all, p.Name)
			if slices.Contains(models.Permissions(p.Role), models.ReferralAnswer) && p.Email != "caseworker@demo.test" {
				assignable = append(assignable, p.Name)
			}
		}
	}
	slices.Sort(all)
	slices.Sort(assignable)
	list := func(q accounts.PeopleQuery) (names []string, next string) {
		people, next, err := b.svc.People(b.As("orgadmin"), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range people {
			names = append(names, p.Name)
		}
		return names, next
	}
	if got, _ := list(accounts.PeopleQuery{}); !cmp.Equal(all, got) {
		t.Errorf("all: %s", cmp.Diff(all, got))
	}
	if got, _ := list(accounts.PeopleQuery{Assignable: true}); !cmp.Equal(assignable, got) {
		t.Errorf("assignable: %s", cmp.Diff(assignable, got))
	}
	var paged []string
	cursor := ""
	for range len(all) {
		names, next := list(accounts.PeopleQuery{Limit: 1, Cursor: cursor})
		paged = append(paged, names...)
		if cursor = next; next == "" {
			break
		}
	}
	if diff := cmp.Diff(all, paged); diff != "" || cursor != "" {
		t.Errorf("one at a time, then %q (-want +got):\n%s", cursor, diff)
	}
	for _, cursor := range []string{"x", "////", "' or 1=1", "AAAA"} {
		if _, _, err := b.svc.People(b.As("orgadmin"), accounts.PeopleQuery{Cursor: cursor}); models.CodeOf(err) != models.CodeMalformed {
			t.Errorf("%q: got %v, want malformed", cursor, err)
		}
	}
}

func TestMeIsWhoTheDatabaseSays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	got, err := b.svc.Me(b.As("vawg"))
	if err != nil {
		t.Fatal(err)
	}
	p := b.Person("vawg")
	want := accounts.Me{
		ID: p.ID, Name: p.Name, Role: p.Role, Permissions: models.Permissions(p.Role),
		Organisation: models.Organisation{ID: p.Org.ID, Name: p.Org.Name, Kind: p.Org.Kind},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("me differs (-want +got):\n%s", diff)
	}
}

func TestTheFirstAdministratorIsMadeOnce(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), context.Background()
	if _, err := b.op.CreateFirstAdmin(ctx, "first@operator.test", "First Fictional", "tin harbour velvet nine"); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("got %v where there is one, want a conflict", err)
	}
	b.Do(t, "update users set disabled_at = now() where role = 'system_admin'")
	b.Do(t, "update organisations set active = false where kind = 'operator'")
	id, err := b.op.CreateFirstAdmin(ctx, " First@Operator.test ", "First Fictional", "tin harbour velvet nine")
	if err != nil {
		t.Fatal(err)
	}
	c := right("x")
	c.Email, c.Password = "first@operator.test", "tin harbour velvet nine"
	s := b.signIn(t, c)
	if s.Actor.UserID != id || s.Actor.Role != models.RoleSystemAdmin || s.Actor.OrgKind != models.KindOperator {
		t.Errorf("got %+v", s.Actor)
	}
}

func TestTheOperatorLetsPeopleInAndOut(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), context.Background()
	u := accounts.NewUser{OrgID: b.Org(testkit.OrgVAWG).ID, Email: "new@demo.test", Name: "New Fictional", Role: models.RoleProviderWorker, Password: "tin harbour velvet nine"}
	if _, err := b.op.CreateUser(ctx, u); err != nil {
		t.Fatal(err)
	}
	if _, err := b.op.CreateUser(ctx, u); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("got %v for a taken address, want a conflict", err)
	}
	bad := accounts.NewUser{OrgID: u.OrgID, Email: "no address", Role: models.RoleSystem, Password: "short"}
	_, err := b.op.CreateUser(ctx, bad)
	var fields []string
	for _, f := range models.FieldsOf(err) {
		fields = append(fields, f.Field)
	}
	if diff := cmp.Diff([]string{"email", "name", "role", "password"}, fields); diff != "" {
		t.Errorf("fields differ (-want +got):\n%s", diff)
	}
	u.OrgID, u.Email = models.NewID(), "other@demo.test"
	if _, err := b.op.CreateUser(ctx, u); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("got %v for no such organisation, want invalid", err)
	}

	c := right("new")
	c.Password = "tin harbour velvet nine"
	s := b.signIn(t, c)
	if err := b.op.SetPassword(ctx, "new@demo.test", "seven quiet copper lanterns"); err != nil {
		t.Fatal(err)
	}
	b.wantEnded(t, s)
	c.Password = "seven quiet copper lanterns"
	s = b.signIn(t, c)
	if err := b.op.DisableUser(ctx, "NEW@demo.test"); err != nil {
		t.Fatal(err)
	}
	b.wantEnded(t, s)
	if _, err := b.svc.SignIn(ctx, c); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("got %v while disabled, want unauthenticated", err)
	}
	if err := b.op.EnableUser(ctx, "new@demo.test"); err != nil {
		t.Fatal(err)
	}
	b.wantEnded(t, s)
	s = b.signIn(t, c)
	if err := b.op.EndSessions(ctx, "new@demo.test"); err != nil {
		t.Fatal(err)
	}
	b.wantEnded(t, s)
	if err := b.op.DisableUser(ctx, "nobody@demo.test"); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("got %v for nobody, want not found", err)
	}
	for _, action := range []string{"user.created", "user.password_set", "user.disabled", "user.enabled", "user.signed_out"} {
		if got := b.events(t, action); got != 1 {
			t.Errorf("got %d events %s, want 1", got, action)
		}
	}
}
