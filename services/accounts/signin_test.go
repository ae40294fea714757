package accounts_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/models"
	"throughline/services/accounts"
)

func TestSigningInOpensASessionThatTheDatabaseBelieves(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, kind := range []accounts.Kind{accounts.API, accounts.Page} {
		c := right("vawg")
		c.Kind, c.Email = kind, "  VAWG@Demo.Test "
		s := b.signIn(t, c)
		p := b.Person("vawg")
		want := models.Actor{
			UserID: p.ID, OrgID: p.Org.ID, SessionID: s.Actor.SessionID, Role: p.Role,
			Name: p.Name, OrgName: p.Org.Name, OrgKind: p.Org.Kind, IdleMinutes: 30,
		}
		if diff := cmp.Diff(want, s.Actor); diff != "" {
			t.Errorf("%s: actor differs (-want +got):\n%s", kind, diff)
		}
		b.wantLive(t, s)
		if (s.Device != "") != (kind == accounts.Page) || s.IdleMinutes != 30 {
			t.Errorf("%s: got device %q, idle %d", kind, s.Device, s.IdleMinutes)
		}
		if n := b.Count(t, `select count(*) from audit_events where action = 'session.started' and session_id = $1
			and actor_user_id = $2 and actor_org_id = $3 and actor_role = $4`, s.Actor.SessionID, p.ID, p.Org.ID, string(p.Role)); n != 1 {
			t.Errorf("%s: got %d events of the person's own, want 1", kind, n)
		}
	}
}

func TestNoSecretIsStoredAsItIs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	api, page := b.signIn(t, right("vawg")), b.signIn(t, onPage(right("vawg")))
	for _, secret := range []string{api.Token, page.Token, page.Device} {
		if len(secret) < 47 {
			t.Errorf("got a secret of %d characters, want 256 bits and a prefix", len(secret))
		}
		for _, table := range []string{"sessions", "refresh_tokens", "sign_in_attempts", "audit_events"} {
			if n := b.Count(t, "select count(*) from "+table+" x where x::text like '%' || $1 || '%'", secret); n != 0 {
				t.Errorf("%s holds the secret itself", table)
			}
		}
	}
	if n := b.Count(t, "select count(*) from sessions where token_hash = sha256(convert_to($1, 'UTF8'))", page.Token); n != 1 {
		t.Errorf("got %d sessions with the cookie's hash, want 1", n)
	}
	if n := b.Count(t, "select count(*) from users where password_hash not like '$argon2id$v=19$m=19456,t=2,p=1$%'"); n != 0 {
		t.Errorf("got %d passwords kept another way than argon2id", n)
	}
}

func TestAWrongAddressAPasswordAndADisabledPersonGetOneAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := b.op.DisableUser(context.Background(), "refuge@demo.test"); err != nil {
		t.Fatal(err)
	}
	nul := right("vawg")
	nul.Email = "vawg\x00@demo.test"
	long := right("vawg")
	long.Email = strings.Repeat("v", 100_000) + "@demo.test"
	longPassword := wrong("vawg", home)
	longPassword.Password = strings.Repeat("p", 100_000)
	for name, c := range map[string]accounts.Credentials{
		"unknown address": right("nobody"), "wrong password": wrong("vawg", home), "disabled": right("refuge"),
		"an address with a NUL": nul, "a very long address": long, "a very long password": longPassword,
	} {
		_, err := b.svc.SignIn(context.Background(), c)
		want := &models.Error{Code: models.CodeUnauthenticated, Message: "The email address or the password is not right."}
		if err == nil || err.Error() != want.Error() {
			t.Errorf("%s: got %v, want %v", name, err, want)
		}
	}
	for why, want := range map[string]int{"unknown": 3, "password": 2, "disabled": 1} {
		if got := b.Count(t, "select count(*) from audit_events where action = 'session.refused' and refused and detail->>'why' = $1", why); got != want {
			t.Errorf("got %d refusals in the trail as %q, want %d", got, why, want)
		}
	}
	if got := b.Count(t, "select count(*) from audit_events where action = 'session.refused' and subject_id = $1 and actor_org_id = $2",
		b.Person("refuge").ID, b.Person("refuge").Org.ID); got != 1 {
		t.Errorf("got %d refusals that the person's organisation can find, want 1", got)
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.svc.SignIn(context.Background(), accounts.Credentials{Kind: accounts.Page})
	var got []string
	for _, f := range models.FieldsOf(err) {
		got = append(got, f.Field)
	}
	if diff := cmp.Diff([]string{"email", "password"}, got); diff != "" || models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("%v, fields differ (-want +got):\n%s", err, diff)
	}
	if n := b.Count(t, "select count(*) from sign_in_attempts"); n != 0 {
		t.Errorf("got %d guesses counted, want none", n)
	}
}

func TestSigningInAgainInTheSameBrowserEndsTheOldSession(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.signIn(t, onPage(right("vawg")))
	c := onPage(right("refuge")) // even as somebody else
	c.Replaces = first.Token
	second := b.signIn(t, c)
	if first.Token == second.Token {
		t.Fatal("got the same id twice")
	}
	b.wantEnded(t, first)
	b.wantLive(t, second)
	if s, err := b.svc.ByCookie(context.Background(), first.Token); err != nil || s.Ended != "replaced" {
		t.Errorf("got %q, %v, want replaced", s.Ended, err)
	}
}

func TestWhereTheTrailCannotBeWrittenNobodySignsIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Do(t, "revoke insert on audit_events from throughline_app")
	before := b.Count(t, "select count(*) from sessions")
	for name, c := range map[string]accounts.Credentials{"right": right("vawg"), "wrong": wrong("vawg", home)} {
		if _, err := b.svc.SignIn(context.Background(), c); models.CodeOf(err) != models.CodeUnavailable {
			t.Errorf("%s password: got %v, want unavailable", name, err)
		}
	}
	if got := b.Count(t, "select count(*) from sessions"); got != before {
		t.Errorf("got %d sessions, want %d", got, before)
	}
}
