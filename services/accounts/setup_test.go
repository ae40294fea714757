package accounts_test

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/accounts"
)

// bench is a stage with the service under test.
type bench struct {
	*testkit.Stage
	svc *accounts.Service
	op  *accounts.Operator
}

func setup(t *testing.T) bench {
	t.Helper()
	w := testkit.World(t)
	return bench{Stage: w, svc: accounts.New(w.DB), op: accounts.NewOperator(w.Owner)}
}

var (
	home      = netip.MustParseAddr("192.0.2.7")
	elsewhere = netip.MustParseAddr("198.51.100.9")
)

// right are the credentials of somebody of the stage, by API.
func right(who string) accounts.Credentials {
	return accounts.Credentials{Email: who + "@demo.test", Password: testkit.Password, Kind: accounts.API, IP: home, UserAgent: "test"}
}

func wrong(who string, from netip.Addr) accounts.Credentials {
	c := right(who)
	c.Password, c.IP = "not the password at all", from
	return c
}

func onPage(c accounts.Credentials) accounts.Credentials {
	c.Kind = accounts.Page
	return c
}

func (b bench) signIn(t *testing.T, c accounts.Credentials) accounts.Started {
	t.Helper()
	s, err := b.svc.SignIn(context.Background(), c)
	if err != nil {
		t.Fatalf("signing in as %s: %v", c.Email, err)
	}
	return s
}

// as is a context in which the session acts.
func as(s accounts.Started) context.Context { return models.WithActor(context.Background(), s.Actor) }

// works asks the database something as the session.
func (b bench) works(ctx context.Context) error {
	return b.DB.Read(ctx, func(ctx context.Context, tx *pg.Tx) error {
		var n int
		return tx.Scan(ctx, &n, "select count(*) from users")
	})
}

func (b bench) wantEnded(t *testing.T, s accounts.Started) {
	t.Helper()
	if err := b.works(as(s)); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("got %v from the next transaction, want unauthenticated", err)
	}
}

func (b bench) wantLive(t *testing.T, s accounts.Started) {
	t.Helper()
	if err := b.works(as(s)); err != nil {
		t.Errorf("got %v from the next transaction, want it to work", err)
	}
}

// events counts what the trail says.
func (b bench) events(t *testing.T, action string) int {
	t.Helper()
	return b.Count(t, "select count(*) from audit_events where action = $1", action)
}

// pass lets time go by for what the database has stored of guesses.
func (b bench) pass(t *testing.T, d time.Duration) {
	t.Helper()
	b.Do(t, "update sign_in_attempts set at = at - make_interval(secs => $1)", d.Seconds())
}

func waitOf(err error) time.Duration {
	if e, ok := errors.AsType[*models.Error](err); ok && e.Code == models.CodeTooMany {
		return e.RetryAfter
	}
	return 0
}
