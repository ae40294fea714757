package accounts_test

import (
	"context"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pquerna/otp/hotp"

	"throughline/internal/seal"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/accounts"
)

// strict is a stage that lets nobody in with a password alone.
func strict(t *testing.T) bench {
	t.Helper()
	w := testkit.World(t)
	return bench{Stage: w, svc: accounts.New(w.DB, accounts.Settings{RequireSecondFactor: true}), op: accounts.NewOperator(w.Owner)}
}

// waiting is a context of a session that waits for its second factor.
func (b bench) waiting(t *testing.T, who string) (context.Context, accounts.Started) {
	t.Helper()
	s := b.signIn(t, onPage(right(who)))
	if !s.Pending {
		t.Fatalf("%s was let in with a password alone", who)
	}
	found, err := b.svc.ByCookie(t.Context(), s.Token)
	if err != nil || !found.Pending || found.Ended != "" {
		t.Fatalf("got %+v, %v of a session that waits", found, err)
	}
	return accounts.WithWaiting(context.Background(), found), s
}

// code is what an app that was given the key shows, some steps from now.
func code(t *testing.T, key string, steps int) string {
	t.Helper()
	out, err := hotp.GenerateCode(strings.ReplaceAll(key, " ", ""), uint64(time.Now().Unix()/30+int64(steps)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// withApp sets up an authenticator app for somebody who has nothing yet, and
// returns its key and the recovery codes. The step of now and before is spent.
func (b bench) withApp(t *testing.T, ctx context.Context) (key string, done accounts.Enrolled) {
	t.Helper()
	offer, err := b.svc.OfferApp(ctx)
	if err != nil {
		t.Fatal(err)
	}
	done, err = b.svc.AddApp(ctx, accounts.NewApp{Sealed: offer.Sealed, Code: code(t, offer.Key, -1), Name: "Work phone"})
	if err != nil {
		t.Fatalf("adding an app: %v %v", err, models.FieldsOf(err))
	}
	return offer.Key, done
}

// proven is somebody signed in by page without a second factor, who has given
// their password again.
func (b bench) proven(t *testing.T, who string) accounts.Started {
	t.Helper()
	s := b.signIn(t, onPage(right(who)))
	p, err := b.svc.Prove(as(s), accounts.Proof{Password: testkit.Password})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWhoMustHaveASecondFactorIsLedToOneAndDoesNothingElse(t *testing.T) {
	t.Parallel()
	b := strict(t)
	ctx, s := b.waiting(t, "vawg")
	b.wantEnded(t, s)
	if _, err := b.svc.Prove(ctx, accounts.Proof{Code: "123456", Password: testkit.Password}); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("got %v from a proof of nothing, want unauthenticated", err)
	}
	key, done := b.withApp(t, ctx)
	if done.Started == nil || len(done.Codes) != 10 || done.Started.Token == s.Token || done.Started.Actor.SessionID == s.Actor.SessionID {
		t.Fatalf("got %+v, want ten codes and another session", done)
	}
	b.wantLive(t, *done.Started)
	if got, err := b.svc.ByCookie(ctx, s.Token); err != nil || got.Ended != "replaced" {
		t.Errorf("got %q, %v of the session that waited, want replaced", got.Ended, err)
	}
	if !done.Started.Actor.SteppedUp(time.Now()) || time.Until(done.Started.Expires) < 11*time.Hour {
		t.Errorf("got %+v, want a proof and twelve hours", done.Started)
	}
	// The next time the code is asked for, and it is enough.
	ctx, _ = b.waiting(t, "vawg")
	if _, err := b.svc.OfferApp(ctx); err != nil {
		t.Fatal(err)
	}
	in, err := b.svc.Prove(ctx, accounts.Proof{Code: code(t, key, 0)})
	if err != nil {
		t.Fatalf("giving the code: %v", err)
	}
	b.wantLive(t, in)
}

func TestNobodyAddsAFactorBesideAnotherWithoutGivingThatOne(t *testing.T) {
	t.Parallel()
	b := strict(t)
	ctx, _ := b.waiting(t, "vawg")
	b.withApp(t, ctx)
	ctx, s := b.waiting(t, "vawg")
	offer, err := b.svc.OfferApp(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.svc.AddApp(ctx, accounts.NewApp{Sealed: offer.Sealed, Code: code(t, offer.Key, 0)})
	if models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("got %v from adding a second app with a password alone, want unauthenticated", err)
	}
	b.wantEnded(t, s)
	if n := b.Count(t, "select count(*) from app_keys"); n != 1 {
		t.Errorf("got %d apps, want 1", n)
	}
}

func TestACodeWorksOnce(t *testing.T) {
	t.Parallel()
	b := strict(t)
	ctx, _ := b.waiting(t, "vawg")
	key, done := b.withApp(t, ctx)
	api := right("vawg")
	for name, c := range map[string]string{"a recovery code": done.Codes[3], "a recovery code as people type it": strings.ToLower(strings.ReplaceAll(done.Codes[4], "-", " "))} {
		api.Code = c
		b.signIn(t, api)
		if _, err := b.svc.SignIn(t.Context(), api); models.CodeOf(err) != models.CodeUnauthenticated {
			t.Errorf("%s: got %v the second time, want unauthenticated", name, err)
		}
	}
	api.Code = code(t, key, 1)
	b.signIn(t, api)
	for name, steps := range map[string]int{"the same": 1, "an earlier one": 0} {
		api.Code = code(t, key, steps)
		if _, err := b.svc.SignIn(t.Context(), api); models.CodeOf(err) != models.CodeUnauthenticated || models.FieldsOf(err) == nil {
			t.Errorf("%s: got %v, want to be told that the code is not right", name, err)
		}
	}
	// Of many at once, one gets in.
	b.Do(t, "update app_keys set last_step = 0")
	b.Do(t, "delete from code_attempts")
	b.Do(t, "delete from sign_in_attempts")
	api.Code = code(t, key, 0)
	var in sync.Map
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			if _, err := b.svc.SignIn(context.Background(), api); err == nil {
				in.Store(i, true)
			}
		})
	}
	all.Wait()
	n := 0
	in.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("got %d sign-ins from one code, want 1", n)
	}
}

func TestNewRecoveryCodesEndTheOldOnes(t *testing.T) {
	t.Parallel()
	b := strict(t)
	ctx, _ := b.waiting(t, "vawg")
	_, done := b.withApp(t, ctx)
	codes, err := b.svc.NewRecoveryCodes(as(*done.Started), false)
	if err != nil || len(codes) != 10 || slices.Contains(codes, done.Codes[0]) {
		t.Fatalf("got %d codes, %v", len(codes), err)
	}
	api := right("vawg")
	for c, want := range map[string]models.Code{done.Codes[0]: models.CodeUnauthenticated, codes[0]: ""} {
		api.Code = c
		if _, err := b.svc.SignIn(t.Context(), api); (err != nil) != (want != "") || err != nil && models.CodeOf(err) != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if n := b.Count(t, "select count(*) from account_notices where kind = 'code_used'"); n != 1 {
		t.Errorf("the person was told %d times that a recovery code was used, want once", n)
	}
}

func TestTheAPIAsksForTheCodeAndTakesNoOther(t *testing.T) {
	t.Parallel()
	b := strict(t)
	ctx, _ := b.waiting(t, "vawg")
	b.withApp(t, ctx)
	for name, c := range map[string]struct{ who, code, field string }{
		"nothing set up":    {"refuge", "", models.FieldRequired},
		"no code":           {"vawg", "", models.FieldRequired},
		"a wrong code":      {"vawg", "000000", models.FieldInvalid},
		"not a code":        {"vawg", "let me in", models.FieldInvalid},
		"an invented code":  {"vawg", strings.Repeat("0", 26), models.FieldInvalid},
		"somebody else's":   {"refuge", "000000", models.FieldRequired},
		"digits in another": {"vawg", "٠٠٠٠٠٠", models.FieldInvalid},
	} {
		b.Do(t, "delete from sign_in_attempts")
		in := right(c.who)
		in.Code = c.code
		_, err := b.svc.SignIn(t.Context(), in)
		fields := models.FieldsOf(err)
		if models.CodeOf(err) != models.CodeUnauthenticated || len(fields) != 1 || fields[0].Field != "code" || fields[0].Code != c.field {
			t.Errorf("%s: got %v %v, want unauthenticated and code %s", name, err, fields, c.field)
		}
	}
	if n := b.Count(t, "select count(*) from sessions where kind = 'api' and user_id = $1 and id <> $2", b.Person("vawg").ID, b.Person("vawg").Session); n != 0 {
		t.Errorf("got %d sessions, want none", n)
	}
	wrong := right("vawg")
	wrong.Password, wrong.Code = "not the password at all", "000000"
	if _, err := b.svc.SignIn(t.Context(), wrong); models.FieldsOf(err) != nil {
		t.Errorf("a wrong password is told of the code: %v", models.FieldsOf(err))
	}
}

func TestTheSixthWrongCodeEndsASignIn(t *testing.T) {
	t.Parallel()
	b := strict(t)
	ctx, _ := b.waiting(t, "vawg")
	key, _ := b.withApp(t, ctx)
	ctx, s := b.waiting(t, "vawg")
	if n := b.Count(t, "select count(*) from sessions where id = $1 and expires_at <= created_at + interval '15 minutes' and idle_expires_at <= created_at + interval '15 minutes'", s.Actor.SessionID); n != 1 {
		t.Error("a session waits longer for its second factor than a quarter of an hour")
	}
	for try := 1; try <= 6; try++ {
		_, err := b.svc.Prove(ctx, accounts.Proof{Code: "000000"})
		if told := models.FieldsOf(err) != nil; models.CodeOf(err) != models.CodeUnauthenticated || told != (try < 6) {
			t.Fatalf("wrong code %d: got %v %v", try, err, models.FieldsOf(err))
		}
	}
	if _, err := b.svc.Prove(ctx, accounts.Proof{Code: code(t, key, 0)}); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("got %v from the right code after six wrong ones, want unauthenticated", err)
	}
	if got, _ := b.svc.ByCookie(ctx, s.Token); got.Ended != "too_many_codes" {
		t.Errorf("got %q of the session, want too_many_codes", got.Ended)
	}
}

func TestTenWrongCodesInFiveMinutesAreTheEndOverAllSessions(t *testing.T) {
	t.Parallel()
	b := strict(t)
	ctx, _ := b.waiting(t, "vawg")
	key, done := b.withApp(t, ctx)
	api := right("vawg")
	// A browser that has been let in before has tries of its own.
	ctx, s := b.waiting(t, "vawg")
	if _, err := b.svc.Prove(ctx, accounts.Proof{Code: done.Codes[0], Device: s.Device}); err != nil {
		t.Fatal(err)
	}
	api.Device = "tld_" + strings.Repeat("A", 43) // a mark is worth nothing until a code was right with it
	for try := range 10 {
		api.Code = "000000"
		b.Do(t, "delete from sign_in_attempts") // of the password, which has limits of its own
		if _, err := b.svc.SignIn(t.Context(), api); models.CodeOf(err) != models.CodeUnauthenticated {
			t.Fatalf("wrong code %d: got %v", try+1, err)
		}
	}
	b.Do(t, "delete from sign_in_attempts")
	api.Code = code(t, key, 0)
	if _, err := b.svc.SignIn(t.Context(), api); waitOf(err) <= 0 || waitOf(err) > 5*time.Minute {
		t.Errorf("got %v from the eleventh, want to wait up to five minutes", err)
	}
	waits, _ := b.waiting(t, "vawg")
	if _, err := b.svc.Prove(waits, accounts.Proof{Code: code(t, key, 0)}); waitOf(err) <= 0 {
		t.Errorf("got %v on another session, want to wait", err)
	}
	if _, err := b.svc.Prove(waits, accounts.Proof{Code: code(t, key, 0), Device: s.Device}); err != nil {
		t.Errorf("got %v in a browser that is known, want in", err)
	}
	b.Do(t, "delete from sign_in_attempts")
	b.Do(t, "update code_attempts set at = at - interval '4 minutes'")
	if _, err := b.svc.SignIn(t.Context(), api); waitOf(err) <= 0 || waitOf(err) > time.Minute {
		t.Errorf("got %v four minutes later, want to wait for the rest of the five", err)
	}
	b.Do(t, "delete from sign_in_attempts")
	b.Do(t, "update code_attempts set at = at - interval '1 minute'")
	api.Code = code(t, key, 1)
	b.signIn(t, api)
}

func TestTheKeyOfAnAppIsReadableByNobodyAndBoundToItsPerson(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.proven(t, "vawg")
	offer, err := b.svc.OfferApp(as(s))
	if err != nil {
		t.Fatal(err)
	}
	secret, _ := base32.StdEncoding.DecodeString(strings.ReplaceAll(offer.Key, " ", ""))
	if _, err := b.svc.AddApp(as(b.proven(t, "refuge")), accounts.NewApp{Sealed: offer.Sealed, Code: code(t, offer.Key, 0)}); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("got %v from another person's key, want invalid", err)
	}
	if _, err := b.svc.AddApp(as(s), accounts.NewApp{Sealed: offer.Sealed, Code: "000000"}); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("got %v from a wrong first code, want invalid", err)
	}
	// The same key, offered sixteen minutes ago by a service with keys of ours.
	keys := seal.New()
	plain := append(binary.BigEndian.AppendUint64(nil, uint64(time.Now().Add(-16*time.Minute).Unix())), secret...) //nolint:gosec // not before 1970
	sealed, err := keys.Seal(plain, []byte("app offer\n"+s.Actor.UserID.String()))
	if err != nil {
		t.Fatal(err)
	}
	old := accounts.NewApp{Sealed: base64.RawURLEncoding.EncodeToString(sealed), Code: code(t, offer.Key, 0)}
	if _, err := accounts.New(b.DB, accounts.Settings{Keys: keys}).AddApp(as(s), old); !strings.Contains(fmt.Sprint(models.FieldsOf(err)), "15 minutes old") {
		t.Errorf("got %v %v from an offer of sixteen minutes ago, want to be told that it is too old", err, models.FieldsOf(err))
	}
	if _, err := b.svc.AddApp(as(s), accounts.NewApp{Sealed: offer.Sealed, Code: code(t, offer.Key, 0)}); err != nil {
		t.Fatal(err)
	}
	if n := b.Count(t, "select count(*) from app_keys where position($1::bytea in sealed) > 0", secret); n != 0 {
		t.Error("the key lies in the database as it is")
	}
	// A row that was moved to another person lets nobody in, and says so to us.
	b.Do(t, "update app_keys set user_id = $1, last_step = 0", b.Person("refuge").ID)
	api := right("refuge")
	api.Code = code(t, offer.Key, 0)
	if _, err := b.svc.SignIn(t.Context(), api); models.CodeOf(err) != models.CodeInternal {
		t.Errorf("got %v with a key that was moved, want a fault of ours", err)
	}
}

func TestChangingAFactorAsksForAProofTellsThePersonAndEndsOtherSessions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.signIn(t, onPage(right("vawg")))
	other := b.signIn(t, right("vawg"))
	offer, err := b.svc.OfferApp(as(s))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.svc.AddApp(as(s), accounts.NewApp{Sealed: offer.Sealed, Code: code(t, offer.Key, 0)}); !models.NeedsStepUp(err) {
		t.Fatalf("got %v without a proof, want to be asked for one", err)
	}
	p, err := b.svc.Prove(as(s), accounts.Proof{Password: testkit.Password})
	if err != nil {
		t.Fatal(err)
	}
	b.wantEnded(t, s)
	done, err := b.svc.AddApp(as(p), accounts.NewApp{Sealed: offer.Sealed, Code: code(t, offer.Key, 0), EndOthers: true})
	if err != nil || done.Started != nil || len(done.Codes) != 10 {
		t.Fatalf("got %+v, %v", done, err)
	}
	b.wantEnded(t, other)
	b.wantLive(t, p)
	have, err := b.svc.Factors(as(p))
	if err != nil || len(have.List) != 1 || have.CodesLeft != 10 {
		t.Fatalf("got %+v, %v", have, err)
	}
	if err := b.svc.RemoveFactor(as(b.proven(t, "refuge")), have.List[0].ID, false); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("got %v from removing another person's, want not found", err)
	}
	if err := b.svc.RemoveFactor(as(p), have.List[0].ID, false); err != nil {
		t.Errorf("removing the last where none is required: %v", err)
	}
	notices, err := b.svc.AccountNotices(as(p))
	if err != nil {
		t.Fatal(err)
	}
	var kinds []accounts.Told
	for _, n := range notices {
		kinds = append(kinds, n.Kind)
	}
	slices.Sort(kinds)
	if diff := cmp.Diff([]accounts.Told{accounts.ToldAppAdded, accounts.ToldAppRemoved}, kinds); diff != "" {
		t.Errorf("told: want -, got +\n%s", diff)
	}
	if n := b.Count(t, "select count(*) from recovery_codes"); n != 0 {
		t.Errorf("got %d recovery codes with nothing to stand in for, want none", n)
	}
	if n := b.Count(t, "select count(*) from outbox where topic = 'account.changed'"); n != 2 {
		t.Errorf("got %d messages asked for, want 2", n)
	}
}

func TestTheLastFactorStaysWhereOneIsRequired(t *testing.T) {
	t.Parallel()
	b := strict(t)
	ctx, _ := b.waiting(t, "vawg")
	_, done := b.withApp(t, ctx)
	have, err := b.svc.Factors(as(*done.Started))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.svc.RemoveFactor(as(*done.Started), have.List[0].ID, false); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("got %v, want a conflict", err)
	}
}

func TestAProofGivesTheSessionAnotherIDAndCountsForFiveMinutes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, kind := range []accounts.Kind{accounts.Page, accounts.API} {
		c := right("vawg")
		c.Kind = kind
		s := b.signIn(t, c)
		if err := accounts.StepUp(as(s)); !models.NeedsStepUp(err) {
			t.Fatalf("%s: got %v with a password alone, want to be asked for a proof", kind, err)
		}
		if _, err := b.svc.Prove(as(s), accounts.Proof{Password: "not the password at all"}); models.CodeOf(err) != models.CodeUnauthenticated {
			t.Errorf("%s: got %v from a wrong password, want unauthenticated", kind, err)
		}
		p, err := b.svc.Prove(as(s), accounts.Proof{Password: testkit.Password})
		if err != nil {
			t.Fatal(err)
		}
		if p.Actor.SessionID == s.Actor.SessionID || p.Token == s.Token || p.Expires.After(s.Expires) && kind == accounts.Page {
			t.Errorf("%s: got the same id or secret, or more time", kind)
		}
		b.wantEnded(t, s)
		b.wantLive(t, p)
		if err := accounts.StepUp(as(p)); err != nil {
			t.Errorf("%s: got %v after a proof", kind, err)
		}
		old := p.Actor
		old.SteppedUpAt = time.Now().Add(-5 * time.Minute)
		if err := accounts.StepUp(models.WithActor(t.Context(), old)); !models.NeedsStepUp(err) {
			t.Errorf("%s: got %v five minutes later, want to be asked again", kind, err)
		}
		if kind == accounts.API {
			if _, err := b.svc.Refresh(t.Context(), s.Token); models.CodeOf(err) != models.CodeUnauthenticated {
				t.Errorf("got %v from the refresh token of before, want unauthenticated", err)
			}
			if _, err := b.svc.Refresh(t.Context(), p.Token); err != nil {
				t.Errorf("got %v from the refresh token after a proof", err)
			}
		}
	}
	// Who has a factor proves it with that, never with a password.
	p := b.proven(t, "vawg")
	key, _ := b.withApp(t, as(p))
	if _, err := b.svc.Prove(as(p), accounts.Proof{Password: testkit.Password}); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("got %v from a password in place of a code, want invalid", err)
	}
	if _, err := b.svc.Prove(as(p), accounts.Proof{Code: code(t, key, 1)}); err != nil {
		t.Errorf("got %v from the code", err)
	}
}

func TestWhoHasLostEverythingIsSetUpAgain(t *testing.T) {
	t.Parallel()
	b := strict(t)
	ctx, _ := b.waiting(t, "vawg")
	_, done := b.withApp(t, ctx)
	if err := b.op.ResetFactors(t.Context(), "vawg@demo.test"); err != nil {
		t.Fatal(err)
	}
	b.wantEnded(t, *done.Started)
	ctx, _ = b.waiting(t, "vawg")
	_, done = b.withApp(t, ctx)
	notices, err := b.svc.AccountNotices(as(*done.Started))
	if err != nil || !slices.ContainsFunc(notices, func(n accounts.AccountNotice) bool { return n.Kind == accounts.ToldReset }) {
		t.Errorf("got %v, %v, want to be told of the reset", notices, err)
	}
	if err := b.op.ResetFactors(t.Context(), "nobody@demo.test"); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("got %v for nobody, want not found", err)
	}
	if n := b.events(t, "user.factors_reset"); n != 1 {
		t.Errorf("got %d events, want 1", n)
	}
}
