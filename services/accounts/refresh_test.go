package accounts_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"throughline/models"
	"throughline/services/accounts"
)

func TestARefreshTokenIsTradedOnceForTheNext(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), context.Background()
	s := b.signIn(t, right("vawg"))
	token := s.Token
	for range 3 {
		next, err := b.svc.Refresh(ctx, token)
		if err != nil {
			t.Fatal(err)
		}
		want := s.Actor
		want.IdleMinutes = next.Actor.IdleMinutes // a page's to know
		if next.Token == token || next.Actor != want {
			t.Fatalf("got %+v, want another token for the same actor", next.Actor)
		}
		token = next.Token
	}
	b.wantLive(t, s)
	if got := b.events(t, "token.refreshed"); got != 3 {
		t.Errorf("got %d events, want 3", got)
	}
	if n := b.Count(t, "select count(*) from refresh_tokens r join sessions s on s.id = r.session_id where r.expires_at <> s.expires_at"); n != 0 {
		t.Errorf("got %d tokens that end at another time than their session", n)
	}
}

func replayed(t *testing.T, between func(b bench, first, second accounts.Started)) (bench, accounts.Started, accounts.Started, error) {
	t.Helper()
	b, ctx := setup(t), context.Background()
	first := b.signIn(t, right("vawg"))
	second, err := b.svc.Refresh(ctx, first.Token)
	if err != nil {
		t.Fatal(err)
	}
	between(b, first, second)
	_, err = b.svc.Refresh(ctx, first.Token)
	return b, first, second, err
}

func (b bench) wantFamilyDead(t *testing.T, s accounts.Started, tokens ...string) {
	t.Helper()
	b.wantEnded(t, s)
	for _, token := range tokens {
		if _, err := b.svc.Refresh(context.Background(), token); models.CodeOf(err) != models.CodeUnauthenticated {
			t.Errorf("got %v, want every token of the family dead", err)
		}
	}
	if got := b.events(t, "token.reused"); got != 1 {
		t.Errorf("got %d events token.reused, want 1", got)
	}
	if n := b.Count(t, "select count(*) from audit_events where action = 'token.reused' and refused and actor_org_id = $1", s.Actor.OrgID); n != 1 {
		t.Errorf("got %d that the organisation's privacy officer can find, want 1", n)
	}
}

func TestAReplayedRefreshTokenEndsTheWholeFamily(t *testing.T) {
	t.Parallel()
	b, first, second, err := replayed(t, func(b bench, _, _ accounts.Started) {
		b.Do(t, "update refresh_tokens set used_at = used_at - interval '10 seconds' where used_at is not null")
	})
	if models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("got %v, want unauthenticated", err)
	}
	b.wantFamilyDead(t, first, second.Token)
}

func TestAReplayAfterTheNextTokenWasUsedEndsTheFamilyHoweverSoon(t *testing.T) {
	t.Parallel()
	var third accounts.Started
	b, first, second, err := replayed(t, func(b bench, _, second accounts.Started) {
		var err error
		if third, err = b.svc.Refresh(context.Background(), second.Token); err != nil {
			t.Fatal(err)
		}
	})
	if models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("got %v, want unauthenticated", err)
	}
	b.wantFamilyDead(t, first, second.Token, third.Token)
}

func TestASecondTabThatComesTooLateDoesNotSignItsUserOut(t *testing.T) {
	t.Parallel()
	b, first, second, err := replayed(t, func(bench, accounts.Started, accounts.Started) {})
	if models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("got %v, want the late one refused", err)
	}
	b.wantLive(t, first)
	if _, err := b.svc.Refresh(context.Background(), second.Token); err != nil {
		t.Errorf("got %v, want the next token to work", err)
	}
	if got := b.events(t, "token.refused"); got != 1 {
		t.Errorf("got %d events token.refused, want 1", got)
	}
}

// Two requests in flight together: the second began before the first was done.
func TestTwoTabsThatCrossBothGetATokenThatWorks(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), context.Background()
	s := b.signIn(t, right("vawg"))
	// Hold the family, so that both are certain to be in flight.
	hold, err := b.Owner.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hold.Exec(ctx, "select from sessions where id = $1 for update", s.Actor.SessionID); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	next := make([]accounts.Started, 2)
	errs := make([]error, 2)
	for i := range next {
		wg.Go(func() { next[i], errs[i] = b.svc.Refresh(ctx, s.Token) })
	}
	deadline := time.Now().Add(20 * time.Second)
	for b.Count(t, "select count(*) from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database()") < 2 {
		if time.Now().After(deadline) {
			t.Fatal("the two requests never waited for the family")
		}
	}
	if err := hold.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	for i := range next {
		if errs[i] != nil {
			t.Fatalf("tab %d: %v", i, errs[i])
		}
		if _, err := b.svc.Refresh(ctx, next[i].Token); err != nil {
			t.Errorf("tab %d's token: %v", i, err)
		}
	}
	b.wantLive(t, s)
}

func TestWhatIsNoLiveTokenIsRefusedWithoutAWhy(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), context.Background()
	page, idle, old := b.signIn(t, onPage(right("vawg"))), b.signIn(t, right("vawg")), b.signIn(t, right("vawg"))
	b.Do(t, "update sessions set idle_expires_at = now() where id = $1", idle.Actor.SessionID)
	b.Do(t, "update refresh_tokens set expires_at = now() where session_id = $1", old.Actor.SessionID)
	for name, token := range map[string]string{
		"invented": "tlr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "a cookie": page.Token, "of an idle session": idle.Token, "past its time": old.Token,
	} {
		_, err := b.svc.Refresh(ctx, token)
		if want := models.Unauthenticated(); err == nil || err.Error() != want.Error() {
			t.Errorf("%s: got %v, want %v", name, err, want)
		}
	}
	if _, err := b.svc.Refresh(ctx, ""); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("got %v for no token at all, want the field to be named", err)
	}
}
