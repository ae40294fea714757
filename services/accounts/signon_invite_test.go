package accounts_test

import (
	"context"
	"strings"
	"testing"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/approvals"
	"throughline/services/people"
)

// TestWhoIsInvitedToTheirOrganisationsSignInIsBoundToIt follows somebody from the
// invitation to the first sign-in, without a password on the way.
func TestWhoIsInvitedToTheirOrganisationsSignInIsBoundToIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.provider(t, nil)
	svc := people.New(b.DB, approvals.New(b.DB), "https://throughline.test")
	victims := b.Org(testkit.OrgVictims).ID
	set := func(only bool) {
		t.Helper()
		in := accounts.NewSignOn{Domain: "victims.test", Issuer: p.Issuer(), ClientID: p.ClientID, Secret: p.ClientSecret, Only: only, Active: true}
		if _, err := b.svc.SetSignOn(b.As("admin"), victims, in); err != nil {
			t.Fatal(err)
		}
	}
	invited := func(email string, sso bool) (people.Invitation, error) {
		return svc.Invite(b.As("orgadmin"), people.NewInvitation{Email: email, Role: models.RoleCaseworker, SSO: sso})
	}
	if _, err := invited("nia@victims.test", true); models.CodeOf(err) != models.CodeInvalid || models.FieldsOf(err)[0].Field != "single_sign_on" {
		t.Errorf("without a sign-in of its own: got %v, want that said", err)
	}
	set(false)
	if _, err := invited("nia@demo.test", true); models.CodeOf(err) != models.CodeInvalid || models.FieldsOf(err)[0].Field != "email" {
		t.Errorf("with an address it never says: got %v, want that said", err)
	}
	i, err := invited("nia@victims.test", true)
	if err != nil {
		t.Fatal(err, models.FieldsOf(err))
	}
	token := strings.TrimPrefix(i.Link, "https://throughline.test/invitation/")
	if o, err := svc.Opened(context.Background(), token); err != nil || !o.SSO {
		t.Errorf("got %+v, %v, want that no password is asked for", o, err)
	}
	if err := svc.Use(context.Background(), token, "Nia Farrow", ""); err != nil {
		t.Fatal(err, models.FieldsOf(err))
	}
	if _, err := b.svc.SignIn(t.Context(), onPage(accounts.Credentials{Email: "nia@victims.test", Password: "nothing of the kind"})); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("with a password: got %v, want them refused", err)
	}
	s, err := p.finish(t.Context(), p.comes(t.Context(), known{Subject: "v-1", Email: "nia@victims.test"}, func(ctx context.Context) (accounts.Away, error) {
		return b.svc.BeginSignOn(ctx, "nia@victims.test", "")
	}))
	if err != nil || s.Actor.Name != "Nia Farrow" || s.Actor.Role != models.RoleCaseworker || s.Actor.OrgID != victims {
		t.Fatalf("got %+v, %v, want them in as they were invited", s.Actor, err)
	}
	if n := b.Count(t, "select count(*) from sign_on_subjects where user_id = $1 and subject = 'v-1'", s.Actor.UserID); n != 1 {
		t.Errorf("got %d subjects bound, want one", n)
	}
	// The provider of these tests publishes no address to sign out at: nothing is offered, and nobody waits.
	if away, err := b.svc.OutThere(as(s)); err != nil || away.URL != "" {
		t.Errorf("got %+v, %v, want nothing offered", away, err)
	}
	// Where it is the only way in, whoever joins sets no password, however they were invited.
	plain, err := invited("olu@victims.test", false)
	if err != nil {
		t.Fatal(err)
	}
	token = strings.TrimPrefix(plain.Link, "https://throughline.test/invitation/")
	if o, _ := svc.Opened(context.Background(), token); o.SSO {
		t.Error("whoever was invited with a password is asked for none")
	}
	set(true)
	if o, _ := svc.Opened(context.Background(), token); !o.SSO {
		t.Error("a password is asked for that opens nothing")
	}
}
