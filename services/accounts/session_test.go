package accounts_test

import (
	"context"
	"testing"
	"time"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
)

func TestWhateverChangesWhoSomebodyIsEndsTheirSessionsAtOnce(t *testing.T) {
	t.Parallel()
	changes := map[string]string{
		"disabled":             "update users set disabled_at = now() where email = 'vawg@demo.test'",
		"role_changed":         "update users set role = 'provider_manager' where email = 'vawg@demo.test'",
		"organisation_changed": "update users set org_id = (select id from organisations where kind = 'operator' limit 1) where email = 'vawg@demo.test'",
		"password_changed":     "update users set password_hash = 'x' where email = 'vawg@demo.test'",
		"organisation_closed":  "update organisations set active = false where id = (select org_id from users where email = 'vawg@demo.test')",
	}
	for why, statement := range changes {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			b, ctx := setup(t), context.Background()
			page, api, other := b.signIn(t, onPage(right("vawg"))), b.signIn(t, right("vawg")), b.signIn(t, right("refuge"))
			b.wantLive(t, page)
			b.Do(t, statement)
			b.wantEnded(t, page)
			b.wantEnded(t, api)
			b.wantLive(t, other)
			if s, err := b.svc.ByCookie(ctx, page.Token); err != nil || s.Ended != why {
				t.Errorf("got %q, %v, want %q", s.Ended, err, why)
			}
			if _, err := b.svc.Refresh(ctx, api.Token); models.CodeOf(err) != models.CodeUnauthenticated {
				t.Errorf("got %v from a refresh, want unauthenticated", err)
			}
		})
	}
}

func TestAnotherNameEndsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.signIn(t, right("vawg"))
	b.Do(t, "update users set name = 'Another Fictional', version = version + 1 where email = 'vawg@demo.test'")
	b.wantLive(t, s)
}

func TestSigningOutEndsEverythingTheSessionReaches(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), context.Background()
	one, two := b.signIn(t, right("vawg")), b.signIn(t, right("vawg"))
	next, err := b.svc.Refresh(ctx, one.Token)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.svc.SignOut(as(one)); err != nil {
		t.Fatal(err)
	}
	b.wantEnded(t, one)
	if _, err := b.svc.Refresh(ctx, next.Token); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("got %v, want the refresh token to be dead", err)
	}
	b.wantLive(t, two)
	if _, err := b.Owner.Exec(ctx, "update sessions set revoked_at = null, revoked_why = null where id = $1", one.Actor.SessionID); err == nil {
		t.Error("the database let a session live again that had ended")
	}
	if got := b.Count(t, "select count(*) from audit_events where action = 'session.ended' and subject_id = $1", one.Actor.SessionID); got != 1 {
		t.Errorf("got %d events, want 1", got)
	}
	if err := b.svc.SignOut(as(one)); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("got %v the second time, want unauthenticated", err)
	}
}

func TestAnIdleSessionEndsAndAUsedOneGoesOnUntilTwelveHours(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), context.Background()
	b.Do(t, "update organisations set idle_minutes = 5 where id = $1", b.Person("vawg").Org.ID)
	used, idle, old := b.signIn(t, onPage(right("vawg"))), b.signIn(t, onPage(right("vawg"))), b.signIn(t, onPage(right("vawg")))
	age := func(id any, d time.Duration) {
		b.Do(t, `update sessions set created_at = created_at - $2::interval, last_seen_at = last_seen_at - $2::interval,
			idle_expires_at = idle_expires_at - $2::interval, expires_at = expires_at - $2::interval where id = $1`, id, d.String())
	}
	age(used.Actor.SessionID, 4*time.Minute)
	s, err := b.svc.ByCookie(ctx, used.Token)
	if err != nil || s.Ended != "" || s.IdleMinutes != 5 {
		t.Fatalf("got %+v, %v, want a live session of 5 minutes", s, err)
	}
	age(used.Actor.SessionID, 4*time.Minute)
	if s, _ := b.svc.ByCookie(ctx, used.Token); s.Ended != "" {
		t.Errorf("got %q four minutes after the last use, want it live: use moves the end on", s.Ended)
	}
	age(idle.Actor.SessionID, 5*time.Minute)
	if s, _ := b.svc.ByCookie(ctx, idle.Token); s.Ended != "idle" {
		t.Errorf("got %q after five minutes without use, want idle", s.Ended)
	}
	b.wantEnded(t, idle)

	// Constant use cannot carry a session past its absolute end.
	age(old.Actor.SessionID, 12*time.Hour-time.Minute)
	b.Do(t, "update sessions set idle_expires_at = expires_at where id = $1", old.Actor.SessionID)
	if s, _ := b.svc.ByCookie(ctx, old.Token); s.Ended != "" {
		t.Errorf("got %q a minute before twelve hours, want it live", s.Ended)
	}
	if n := b.Count(t, "select count(*) from sessions where id = $1 and idle_expires_at <= expires_at", old.Actor.SessionID); n != 1 {
		t.Error("use moved the idle end past the absolute end")
	}
	age(old.Actor.SessionID, time.Minute)
	if s, _ := b.svc.ByCookie(ctx, old.Token); s.Ended != "expired" {
		t.Errorf("got %q after twelve hours, want expired", s.Ended)
	}
	b.wantEnded(t, old)
}

func TestACookieThatIsNotOursIsNobody(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), context.Background()
	api := b.signIn(t, right("vawg"))
	for name, cookie := range map[string]string{
		"empty": "", "short": "tls_x", "invented": "tls_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "a refresh token": api.Token,
	} {
		if s, err := b.svc.ByCookie(ctx, cookie); err != nil || s.Ended != "unknown" || s.Actor.SessionID != [16]byte{} {
			t.Errorf("%s: got %+v, %v, want nobody", name, s, err)
		}
	}
	if s, err := b.svc.ByID(ctx, models.NewID()); err != nil || s.Ended != "unknown" {
		t.Errorf("got %+v, %v for an id nobody has, want unknown", s, err)
	}
	if s, err := b.svc.ByID(ctx, api.Actor.SessionID); err != nil || s.Ended != "" || s.Actor != api.Actor {
		t.Errorf("got %+v, %v, want the holder", s, err)
	}
}

func TestTheSessionRowIsBelievedAndNotTheCaller(t *testing.T) {
	t.Parallel()
	b := setup(t)
	liar := b.Actor("vawg")
	liar.Role = models.RoleSystemAdmin
	if err := b.works(models.WithActor(context.Background(), liar)); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("got %v with another role, want unauthenticated", err)
	}
	liar = b.Actor("vawg")
	liar.OrgID, liar.UserID = b.Person("police").Org.ID, b.Person("police").ID
	err := b.DB.Read(models.WithActor(context.Background(), liar), func(ctx context.Context, tx *pg.Tx) error {
		var n int
		err := tx.Scan(ctx, &n, "select count(*) from users where org_id = ?", b.Person("police").Org.ID)
		if n != 0 {
			t.Errorf("got %d people of the other organisation, want none", n)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRowSecurityOnAccounts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	vawg, police := b.Person("vawg"), b.Person("police")
	count := func(ctx context.Context, q string, args ...any) (n int, err error) {
		err = b.DB.Housekeeping(ctx, func(ctx context.Context, tx *pg.Tx) error { return tx.Scan(ctx, &n, q, args...) })
		return n, err
	}
	t.Run("colleagues are seen and nobody else is", func(t *testing.T) {
		t.Parallel()
		ours, err := count(b.As("vawg"), "select count(*) from users")
		if want := b.Count(t, "select count(*) from users where org_id = $1", vawg.Org.ID); err != nil || ours != want {
			t.Errorf("got %d, %v, want %d", ours, err, want)
		}
		if n, err := count(b.As("admin"), "select count(*) from users where id = ?", vawg.ID); err != nil || n != 0 {
			t.Errorf("got %d, %v for the system administrator, want none", n, err)
		}
	})
	t.Run("jobs see no person and no live session", func(t *testing.T) {
		t.Parallel()
		for _, table := range []string{"users", "sessions"} {
			if n, err := count(b.System(), "select count(*) from "+table); err != nil || n != 0 {
				t.Errorf("got %d, %v of %s, want none", n, err, table)
			}
		}
	})
	t.Run("one's own sessions and no other", func(t *testing.T) {
		t.Parallel()
		if n, err := count(b.As("vawg"), "select count(*) from sessions where user_id = ?", police.ID); err != nil || n != 0 {
			t.Errorf("got %d, %v, want none", n, err)
		}
		if n, err := count(b.As("vawg"), "select count(*) from sessions where user_id = ?", vawg.ID); err != nil || n != 1 {
			t.Errorf("got %d, %v, want one", n, err)
		}
	})
	t.Run("no secret and no privilege", func(t *testing.T) {
		t.Parallel()
		for _, q := range []string{
			"select count(password_hash) from users", "select count(token_hash) from sessions", "select count(*) from refresh_tokens",
			"insert into sessions default values", "delete from users",
			"update sessions set expires_at = now()", "truncate sign_in_attempts", "select users_end_sessions()",
		} {
			err := b.DB.Housekeeping(b.As("vawg"), func(ctx context.Context, tx *pg.Tx) error {
				_, err := tx.Exec(ctx, q)
				return err
			})
			if err == nil {
				t.Errorf("%q worked", q)
			}
		}
	})
	t.Run("nobody's role", func(t *testing.T) {
		t.Parallel()
		err := b.DB.Housekeeping(b.As("vawg"), func(ctx context.Context, tx *pg.Tx) error {
			n, err := tx.Exec(ctx, "update users set role = 'system_admin'")
			if err == nil && n > 0 {
				t.Errorf("somebody made %d people administrators", n)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	t.Run("an ended session is not revived and another's is not ended", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		s := b.signIn(t, right("refuge"))
		b.Do(t, "update sessions set revoked_at = now(), revoked_why = 'signed_out' where id = $1", s.Actor.SessionID)
		err := b.DB.Housekeeping(b.As("refuge"), func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, "update sessions set revoked_at = null, revoked_why = null where id = ?", s.Actor.SessionID)
			return err
		})
		if got, want := pg.Constraint(err), "sessions_stay_ended"; got != want {
			t.Errorf("got %q (%v), want %q", got, err, want)
		}
		err = b.DB.Housekeeping(b.As("vawg"), func(ctx context.Context, tx *pg.Tx) error {
			n, err := tx.Exec(ctx, "update sessions set revoked_at = now(), revoked_why = 'signed_out'")
			if n != 1 {
				t.Errorf("got %d sessions ended, want one's own alone", n)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestNothingOfTheActorStaysOnTheConnection(t *testing.T) {
	t.Parallel()
	b := setup(t)
	conn, err := pg.Open(context.Background(), pg.Options{DSN: b.AppDSN, Now: b.Clock.Now, MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	err = conn.Read(b.As("vawg"), func(context.Context, *pg.Tx) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := conn.Pool().QueryRow(context.Background(), "select count(*) from users").Scan(&n); err != nil || n != 0 {
		t.Errorf("got %d, %v without an actor on the same connection, want nothing", n, err)
	}
}

func BenchmarkEnter(b *testing.B) {
	w := testkit.World(b)
	p := w.Person("vawg")
	conn, err := w.DB.Pool().Acquire(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Release()
	// One statement runs the function many times, so that the round trip does
	// not count.
	const calls = 10_000
	for b.Loop() {
		if _, err := conn.Exec(b.Context(), `select count(app_enter($1, $2)) from generate_series(1, $3)`, p.Session, p.Role, calls); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/calls, "ns/enter")
}
