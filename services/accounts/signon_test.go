package accounts_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/accounts"
)

// provider is an organisation's own sign-in, for Ashdown Advocacy.
type provider struct {
	bench
	*mockoidc.MockOIDC
	t *testing.T
}

func (b bench) provider(t *testing.T, more func(*accounts.NewSignOn)) *provider {
	t.Helper()
	m, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Shutdown() })
	p := &provider{bench: b, MockOIDC: m, t: t}
	in := accounts.NewSignOn{
		Domain: "demo.test", Issuer: m.Issuer(), ClientID: m.ClientID, Secret: m.ClientSecret, Claim: "groups", Active: true,
		Roles: map[string]models.Role{"leads": models.RoleProviderManager, "advocates": models.RoleProviderWorker},
	}
	if more != nil {
		more(&in)
	}
	if _, err := b.svc.SetSignOn(b.As("admin"), b.Org(testkit.OrgVAWG).ID, in); err != nil {
		t.Fatal(err)
	}
	return p
}

// known is what the provider says of somebody.
type known struct {
	Subject, Email string
	Unverified     bool
	Groups         []string
	At             time.Time
}

func (k known) ID() string                        { return k.Subject }
func (k known) Userinfo([]string) ([]byte, error) { return []byte("{}"), nil }
func (k known) Claims(_ []string, c *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	out := map[string]any{
		"iss": c.Issuer, "aud": c.Audience, "sub": c.Subject, "exp": c.ExpiresAt.Unix(), "iat": c.IssuedAt.Unix(), "nonce": c.Nonce,
		"email": k.Email, "email_verified": !k.Unverified, "groups": k.Groups,
	}
	if !k.At.IsZero() {
		out["auth_time"] = k.At.Unix()
	}
	return jwt.MapClaims(out), nil
}

// comes goes to the provider as k and comes back with a state and a code.
func (p *provider) comes(ctx context.Context, k known, begin func(context.Context) (accounts.Away, error)) accounts.Returned {
	p.t.Helper()
	p.QueueUser(k)
	away, err := begin(ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	w, err := client.Get(away.URL)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = w.Body.Close() }()
	to, err := w.Location()
	if err != nil {
		p.t.Fatalf("the provider answers %d: %v", w.StatusCode, err)
	}
	return accounts.Returned{State: to.Query().Get("state"), Code: to.Query().Get("code"), Mark: away.Mark}
}

func (p *provider) begin(ctx context.Context) (accounts.Away, error) {
	return p.svc.BeginSignOn(ctx, "anybody@demo.test", "/inbox")
}

func (p *provider) finish(ctx context.Context, r accounts.Returned) (accounts.Started, error) {
	s, _, err := p.svc.FinishSignOn(ctx, onPage(accounts.Credentials{}), r)
	return s, err
}

func (p *provider) in(k known) (accounts.Started, error) {
	p.t.Helper()
	return p.finish(p.t.Context(), p.comes(p.t.Context(), k, p.begin))
}

func inez() known { return known{Subject: "s-1", Email: "VAWG@demo.test"} }

// TestSomebodySignsInWithTheirOrganisationsSignIn binds a subject to an account
// once, and knows it by its subject from then on, whatever its address says.
func TestSomebodySignsInWithTheirOrganisationsSignIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.provider(t, nil)
	s, err := p.in(inez())
	if err != nil || s.Actor.UserID != b.Person("vawg").ID || s.Pending || accounts.StepUp(as(s)) == nil {
		t.Fatalf("got %+v %v, want Inez signed in, with no proof beside it", s, err)
	}
	if until := time.Until(s.Expires); until > 12*time.Hour || until < 11*time.Hour {
		t.Errorf("ends in %s, want twelve hours", until)
	}
	if s, err := p.in(known{Subject: "s-1", Email: "vawg.manager@demo.test"}); err != nil || s.Actor.UserID != b.Person("vawg").ID {
		t.Errorf("with another's address: got %v %v, want who the subject is bound to", s.Actor.Name, err)
	}
	for name, k := range map[string]known{
		"an address nobody verified":           {Subject: "s-2", Email: "vawg.manager@demo.test", Unverified: true},
		"another subject with a bound address": {Subject: "s-3", Email: "vawg@demo.test"},
		"somebody of another organisation":     {Subject: "s-4", Email: "police@demo.test"},
		"somebody nobody knows":                {Subject: "s-5", Email: "nobody@demo.test"},
		"no address":                           {Subject: "s-6"},
	} {
		if s, err := p.in(k); models.CodeOf(err) != models.CodeUnauthenticated || s.Token != "" {
			t.Errorf("%s: got %v %v, want nobody let in", name, s.Actor.Name, err)
		}
	}
	b.Do(t, "update users set disabled_at = now() where id = $1", b.Person("vawg").ID)
	if _, err := p.in(inez()); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("somebody who has left: got %v, want nobody let in", err)
	}
	var bound, told int
	if err := b.Owner.QueryRow(t.Context(), "select (select count(*) from sign_on_subjects), (select count(*) from account_notices where kind = 'sign_on_bound')").Scan(&bound, &told); err != nil || bound != 1 || told != 1 {
		t.Errorf("got %d bound and %d told (%v), want one each", bound, told, err)
	}
}

// TestTheProvidersClaimGivesARoleThatOnePersonMayGive follows the mapping, and
// nobody's role that takes two is given or taken by it.
func TestTheProvidersClaimGivesARoleThatOnePersonMayGive(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.provider(t, nil)
	for _, c := range []struct {
		groups []string
		want   models.Role
	}{
		{nil, models.RoleProviderWorker},
		{[]string{"leads"}, models.RoleProviderManager},
		{[]string{"other"}, models.RoleProviderManager},
		{[]string{"leads", "advocates"}, models.RoleProviderWorker},
	} {
		k := inez()
		k.Groups = c.groups
		if s, err := p.in(k); err != nil || s.Actor.Role != c.want {
			t.Errorf("with %v: got %s %v, want %s", c.groups, s.Actor.Role, err, c.want)
		}
	}
	b.Do(t, "alter table users disable trigger user")
	b.Do(t, "update users set role = 'organisation_admin' where id = $1", b.Person("vawg").ID)
	k := inez()
	k.Groups = []string{"leads"}
	if s, err := p.in(k); err != nil || s.Actor.Role != models.RoleOrganisationAdmin {
		t.Errorf("a role that takes two: got %s %v, want it left alone", s.Actor.Role, err)
	}
}

// TestAnAnswerIsTakenOnceInTheBrowserThatAsked refuses what is replayed, late,
// another browser's, and another question's.
func TestAnAnswerIsTakenOnceInTheBrowserThatAsked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.provider(t, nil)
	ctx := t.Context()
	refused := func(name string, r accounts.Returned) {
		t.Helper()
		if s, err := p.finish(ctx, r); models.CodeOf(err) != models.CodeUnauthenticated || s.Token != "" {
			t.Errorf("%s: got %v %v, want nobody let in", name, s.Actor.Name, err)
		}
	}
	first := p.comes(ctx, inez(), p.begin)
	if _, err := p.finish(ctx, first); err != nil {
		t.Fatal(err)
	}
	refused("the same answer again", first)
	second, third := p.comes(ctx, inez(), p.begin), p.comes(ctx, inez(), p.begin)
	refused("a used code with a fresh state", accounts.Returned{State: second.State, Code: first.Code, Mark: second.Mark})
	refused("another question's code", accounts.Returned{State: third.State, Code: p.comes(ctx, inez(), p.begin).Code, Mark: third.Mark})
	other := p.comes(ctx, inez(), p.begin)
	refused("another browser", accounts.Returned{State: other.State, Code: other.Code, Mark: first.Mark})
	refused("no mark", p.without(func(r *accounts.Returned) { r.Mark = "" }))
	refused("no code", p.without(func(r *accounts.Returned) { r.Code = "" }))
	refused("a provider that says no", p.without(func(r *accounts.Returned) { r.Failed = true }))
	refused("another provider", p.without(func(r *accounts.Returned) { r.Issuer = "https://idp.elsewhere.test" }))
	refused("a state that is none", p.without(func(r *accounts.Returned) { r.State = "x" }))
	late := p.comes(ctx, inez(), p.begin)
	b.Do(t, "update challenges set expires_at = now() - interval '1 second'")
	refused("eleven minutes later", late)
	var refusals int
	if err := b.Owner.QueryRow(ctx, "select count(*) from audit_events where action = 'session.refused'").Scan(&refusals); err != nil || refusals < 10 {
		t.Errorf("%d refusals are on record (%v), want each", refusals, err)
	}
}

func (p *provider) without(change func(*accounts.Returned)) accounts.Returned {
	r := p.comes(p.t.Context(), inez(), p.begin)
	change(&r)
	return r
}

// TestWhoSignsInOneWayOnlySignsInNoOther shuts passwords out, and gives the
// answer of a wrong one.
func TestWhoSignsInOneWayOnlySignsInNoOther(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.provider(t, func(in *accounts.NewSignOn) { in.Only = true })
	for _, kind := range []accounts.Kind{accounts.Page, accounts.API} {
		c := right("vawg")
		c.Kind = kind
		if _, err := b.svc.SignIn(t.Context(), c); models.CodeOf(err) != models.CodeUnauthenticated {
			t.Errorf("by password, %s: got %v, want the answer of a wrong one", kind, err)
		}
	}
	if _, err := b.svc.SignIn(t.Context(), right("police")); err != nil {
		t.Errorf("another organisation's: got %v, want in", err)
	}
	if _, err := p.in(inez()); err != nil {
		t.Errorf("its own way: got %v, want in", err)
	}
}

// TestTheOrganisationsSignInProvesWhoSomebodyIsAnew confirms by a sign-in that
// was made now, by the same person, and by nothing less.
func TestTheOrganisationsSignInProvesWhoSomebodyIsAnew(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.provider(t, nil)
	s, err := p.in(inez())
	if err != nil {
		t.Fatal(err)
	}
	confirm := func(ctx context.Context) (accounts.Away, error) { return b.svc.ConfirmSignOn(ctx, "/account") }
	for name, k := range map[string]known{
		"a session there from before": {Subject: "s-1", At: time.Now().Add(-time.Hour)},
		"no time":                     {Subject: "s-1"},
		"somebody else":               {Subject: "s-2", At: time.Now()},
	} {
		if _, err := p.finish(as(s), p.comes(as(s), k, confirm)); models.CodeOf(err) != models.CodeUnauthenticated {
			t.Errorf("%s: got %v, want no proof", name, err)
		}
	}
	if _, err := p.finish(t.Context(), p.comes(as(s), known{Subject: "s-1", At: time.Now()}, confirm)); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("a proof that somebody signs in with: got %v, want it refused", err)
	}
	proven, err := p.finish(as(s), p.comes(as(s), known{Subject: "s-1", At: time.Now()}, confirm))
	if err != nil || accounts.StepUp(as(proven)) != nil || proven.Actor.SessionID == s.Actor.SessionID {
		t.Fatalf("got %+v %v, want another session with a fresh proof", proven.Actor, err)
	}
	if _, err := b.svc.ConfirmSignOn(b.As("police"), ""); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("who never came from there: got %v, want not found", err)
	}
}

// TestEveryAddressOfADomainIsAnsweredTheSame looks up nothing about an address.
func TestEveryAddressOfADomainIsAnsweredTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.provider(t, nil)
	shape := func(email string) string {
		away, err := b.svc.BeginSignOn(t.Context(), email, "")
		if err != nil {
			return err.Error()
		}
		u, err := url.Parse(away.URL)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		for _, name := range []string{"state", "nonce", "code_challenge"} {
			if len(q.Get(name)) < 43 {
				t.Errorf("%s is %q, want 256 bits", name, q.Get(name))
			}
			q.Del(name)
		}
		if strings.Contains(away.URL, "%40") {
			t.Errorf("an address stands in %s", away.URL)
		}
		return q.Encode()
	}
	if a, b := shape("vawg@demo.test"), shape("nobody@demo.test"); a != b || !strings.Contains(a, "code_challenge_method=S256") {
		t.Errorf("somebody there:\n%s\nnobody:\n%s", a, b)
	}
	if a, b := shape("vawg@elsewhere.test"), shape("x@nowhere.test"); a != b {
		t.Errorf("a domain nobody has:\n%s\n%s", a, b)
	}
	if err := p.Shutdown(); err != nil {
		t.Fatal(err)
	}
	r := accounts.Returned{}
	away, err := p.begin(t.Context()) // what it says of itself is remembered
	if err == nil {
		u, _ := url.Parse(away.URL)
		r = accounts.Returned{State: u.Query().Get("state"), Code: "x", Mark: away.Mark}
	}
	if _, err := p.finish(t.Context(), r); models.CodeOf(err) != models.CodeUnavailable || !strings.Contains(models.FieldsOf(err)[0].Message, "does not answer") {
		t.Errorf("a provider that is down: got %v, want to be told in plain words", err)
	}
}

// TestOnlyAnOperatorSaysHowAnOrganisationSignsInAndProvesIt holds the service to
// what its routes say.
func TestOnlyAnOperatorSaysHowAnOrganisationSignsInAndProvesIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	org := b.Org(testkit.OrgVAWG).ID
	if _, err := b.svc.SetSignOn(b.As("orgadmin"), org, accounts.NewSignOn{}); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("an organisation's administrator: got %v", err)
	}
	stale := b.Actor("admin")
	stale.SteppedUpAt = time.Now().Add(-models.StepUpFor)
	if _, err := b.svc.SetSignOn(models.WithActor(t.Context(), stale), org, accounts.NewSignOn{}); !models.NeedsStepUp(err) {
		t.Errorf("without a fresh proof: got %v", err)
	}
	_, err := b.svc.SetSignOn(b.As("admin"), org, accounts.NewSignOn{Domain: "x", Issuer: "http://10.0.0.1", Roles: map[string]models.Role{"a": models.RoleCoordinator}})
	var names []string
	for _, f := range models.FieldsOf(err) {
		names = append(names, f.Field)
	}
	if want := []string{"domain", "issuer", "client_id", "secret", "claim", "roles"}; !slices.Equal(names, want) {
		t.Errorf("got faults of %v, want %v", names, want)
	}
}
