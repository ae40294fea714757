package accounts_test

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"throughline/models"
	"throughline/services/accounts"
)

// evaluated counts the guesses whose password was looked at.
func (b bench) evaluated(t *testing.T) int {
	t.Helper()
	return b.Count(t, "select count(*) from sign_in_attempts where ok is not true")
}

func TestGuessingSlowsDownWhetherTheAddressIsKnownOrNot(t *testing.T) {
	t.Parallel()
	for _, who := range []string{"vawg", "nobody-of-that-name"} {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			b, ctx := setup(t), context.Background()
			for range 4 {
				if _, err := b.svc.SignIn(ctx, wrong(who, elsewhere)); models.CodeOf(err) != models.CodeUnauthenticated {
					t.Fatalf("got %v, want a plain refusal of the first four", err)
				}
			}
			_, err := b.svc.SignIn(ctx, wrong(who, elsewhere))
			if got := waitOf(err); got == 0 || got > 5*time.Second {
				t.Errorf("got %v, wait %v, want up to 5 seconds after the fourth", err, got)
			}
			if got := b.evaluated(t); got != 4 {
				t.Errorf("got %d guesses looked at, want 4", got)
			}
			b.pass(t, 6*time.Second)
			if _, err := b.svc.SignIn(ctx, wrong(who, elsewhere)); models.CodeOf(err) != models.CodeUnauthenticated {
				t.Errorf("got %v after the wait, want a plain refusal", err)
			}
			if _, err := b.svc.SignIn(ctx, wrong(who, elsewhere)); waitOf(err) <= 5*time.Second {
				t.Errorf("got %v, want the next wait to be longer", err)
			}
		})
	}
}

// Cyber Essentials: no more than ten guesses in five minutes, however patient.
func TestThePatientGuesserGetsTenGuessesInFiveMinutes(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), context.Background()
	clock, networks := time.Duration(0), 0
	for clock < 15*time.Minute {
		networks++ // each from another network
		c := wrong("vawg", elsewhere)
		c.IP = netip.AddrFrom4([4]byte{203, 0, 113, byte(networks)})
		_, err := b.svc.SignIn(ctx, c)
		wait := waitOf(err)
		b.pass(t, wait)
		clock += wait
	}
	// Time passes by moving every row back, so what lies between them stays true.
	most := b.Count(t, `select max(n) from (select count(*) over (order by at
		range between current row and interval '299.999 seconds' following) n from sign_in_attempts) w`)
	if most > 10 {
		t.Errorf("got %d guesses within five minutes, want at most 10", most)
	}
	if got := b.evaluated(t); got < 20 {
		t.Errorf("got %d guesses in 15 minutes: somebody who keeps trying is locked out", got)
	}
}

func TestAThousandTriesFromElsewhereLockNobodyOut(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), context.Background()
	known := b.signIn(t, onPage(right("vawg"))) // from home, in a browser that keeps its mark
	var last error
	for range 1000 {
		_, last = b.svc.SignIn(ctx, wrong("vawg", elsewhere))
	}
	if got := waitOf(last); got == 0 || got > 30*time.Second {
		t.Errorf("got a wait of %v for strangers, want some, and 30 seconds at most", got)
	}
	onTheRoad := onPage(right("vawg"))
	onTheRoad.Device, onTheRoad.IP = known.Device, elsewhere
	if _, err := b.svc.SignIn(ctx, onTheRoad); err != nil {
		t.Errorf("got %v for the known device on the attacker's own network, want to be let in at once", err)
	}
	if _, err := b.svc.SignIn(ctx, right("vawg")); err != nil {
		t.Errorf("got %v from the known network, want to be let in at once", err)
	}
	stranger := right("vawg")
	stranger.IP = netip.MustParseAddr("203.0.113.200")
	b.pass(t, 30*time.Second)
	if _, err := b.svc.SignIn(ctx, stranger); err != nil {
		t.Errorf("got %v for the honest stranger after 30 seconds, want to be let in", err)
	}
}

func TestOneNetworkThatGuessesAtManyAccountsIsSlowedForAllOfThem(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), context.Background()
	b.Do(t, `insert into sign_in_attempts (id, bucket, email_hash, ip_prefix, ok) select gen_random_uuid(), sha256(n::text::bytea), sha256(n::text::bytea), $1, false
		from generate_series(1, 49) n`, elsewhere.String())
	if _, err := b.svc.SignIn(ctx, wrong("refuge", elsewhere)); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Fatalf("got %v, want a plain refusal of the first fifty", err)
	}
	if _, err := b.svc.SignIn(ctx, wrong("vawg", elsewhere)); waitOf(err) == 0 || waitOf(err) > 2*time.Second {
		t.Errorf("got %v, wait %v, want up to 2 seconds whoever is guessed at next", err, waitOf(err))
	}
	if _, err := b.svc.SignIn(ctx, right("vawg")); err != nil {
		t.Errorf("from another network: got %v, want to be let in at once", err)
	}
}

func TestAMarkOfAnotherAccountOrAnInventedOneHelpsNobody(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), context.Background()
	other := b.signIn(t, onPage(right("refuge")))
	for _, device := range []string{other.Device, "tld_invented"} {
		for range 12 {
			c := onPage(wrong("vawg", elsewhere))
			c.Device = device
			_, _ = b.svc.SignIn(ctx, c)
		}
	}
	if got := b.evaluated(t); got > 6 { // two buckets would be eight at least
		t.Errorf("got %d guesses looked at, want those of one bucket for all strangers", got)
	}
}

func TestAVolleyGainsNothingOverAQueue(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() { _, _ = b.svc.SignIn(context.Background(), wrong("vawg", elsewhere)) })
	}
	wg.Wait()
	if got := b.evaluated(t); got > 10 {
		t.Errorf("got %d of 40 parallel guesses looked at, want 10 at most", got)
	}
}

func TestManyProgramsOfOnePersonSignInAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var wg sync.WaitGroup
	errs := make([]error, 25)
	for i := range errs {
		wg.Go(func() { _, errs[i] = b.svc.SignIn(context.Background(), right("vawg")) })
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			t.Errorf("sign-in %d: %v", i, err)
		}
	}
}

func TestANetworkThatFailsAcrossAccountsIsSlowedAndAKnownDeviceIsNot(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), context.Background()
	known := b.signIn(t, onPage(right("refuge")))
	b.Do(t, `insert into sign_in_attempts (id, bucket, email_hash, ip_prefix, ok)
		select gen_random_uuid(), sha256(i::text::bytea), sha256(i::text::bytea), '198.51.100.9', false from generate_series(1, 200) i`)
	_, err := b.svc.SignIn(ctx, wrong("vawg", elsewhere))
	if got := waitOf(err); got == 0 || got > 10*time.Second {
		t.Errorf("got %v, wait %v, want up to 10 seconds", err, got)
	}
	c := onPage(right("refuge"))
	c.IP, c.Device = elsewhere, known.Device
	if _, err := b.svc.SignIn(ctx, c); err != nil {
		t.Errorf("got %v for a device the account knows, want to be let in", err)
	}
	if _, err := b.svc.SignIn(ctx, right("vawg")); err != nil {
		t.Errorf("got %v from another network, want to be let in", err)
	}
}

func TestTheOperatorCanForgetGuesses(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), context.Background()
	for range 5 {
		_, _ = b.svc.SignIn(ctx, wrong("vawg", home))
	}
	if err := b.op.ForgetGuesses(ctx, "vawg@demo.test"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.svc.SignIn(ctx, right("vawg")); err != nil {
		t.Errorf("got %v, want to be let in", err)
	}
}

func TestAddressesOfGuessesAreNotReadable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, _ = b.svc.SignIn(context.Background(), accounts.Credentials{Email: "zzcanary@demo.test", Password: "zzcanary", Kind: accounts.API, IP: home})
	for _, table := range []string{"sign_in_attempts", "audit_events"} {
		if n := b.Count(t, fmt.Sprintf("select count(*) from %s x where x::text ilike '%%zzcanary%%'", table)); n != 0 {
			t.Errorf("%s holds the address or the password as typed", table)
		}
	}
}
