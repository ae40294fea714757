package accounts_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/accounts"
)

func TestWhatWasTypedIsKeptForWhoWasSignedOutByTimeAndForNobodyElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	form := url.Values{"summary": {"Shouting in the street."}, "type": {"assault", "robbery"}, "new_password": {"a secret"}, "code": {"123456"}}
	s := b.signIn(t, onPage(right("vawg")))
	idle := func(why string) accounts.Session {
		b.Do(t, "update sessions set idle_expires_at = now() - interval '1 minute' where id = $1 and $2 = 'idle'", s.Actor.SessionID, why)
		found, err := b.svc.ByCookie(t.Context(), s.Token)
		if err != nil || found.Ended != why {
			t.Fatalf("got %q, %v, want %q", found.Ended, err, why)
		}
		return found
	}
	found := idle("idle")
	id, err := b.svc.Keep(t.Context(), found, "/cases/new/x", form)
	if err != nil || id == uuid.Nil {
		t.Fatalf("keeping: %v, %v", id, err)
	}
	// The first look at a session may be older than its end.
	if again, err := b.svc.Keep(as(s), accounts.Session{Actor: s.Actor}, "/cases/new/y", form); err != nil || again == uuid.Nil {
		t.Errorf("keeping for a session that ended a moment ago: %v, %v", again, err)
	}
	if n := b.Count(t, "select count(*) from kept_forms where position('Shouting'::bytea in sealed) > 0"); n != 0 {
		t.Error("what was typed lies in the database as it is")
	}
	if _, err := b.svc.KeptForm(b.As("refuge"), id); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("got %v for somebody else, want not found", err)
	}
	next := b.signIn(t, onPage(right("vawg")))
	kept, err := b.svc.KeptForm(as(next), id)
	if err != nil || kept.Path != "/cases/new/x" {
		t.Fatalf("got %q, %v", kept.Path, err)
	}
	if diff := cmp.Diff(url.Values{"summary": form["summary"], "type": form["type"]}, kept.Form); diff != "" {
		t.Errorf("kept: want -, got +\n%s", diff)
	}
	b.Do(t, "update kept_forms set path = '/cases/new/z' where id = $1", id)
	if _, err := b.svc.KeptForm(as(next), id); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("got %v of a form whose place was changed, want not found", err)
	}
	b.Do(t, "update kept_forms set at = at - interval '1 day'")
	if latest, err := b.svc.LatestKept(as(next)); err != nil || latest != uuid.Nil {
		t.Errorf("got %v, %v a day later, want nothing", latest, err)
	}
	for name, ended := range map[string]accounts.Session{
		"nobody": {Ended: "unknown"}, "signed out": {Ended: "signed_out", Actor: s.Actor}, "disabled": {Ended: "disabled", Actor: s.Actor},
		"waiting": {Ended: "idle", Pending: true, Actor: s.Actor},
	} {
		if id, err := b.svc.Keep(t.Context(), ended, "/cases/new", form); err != nil || id != uuid.Nil {
			t.Errorf("%s: got %v, %v, want nothing kept", name, id, err)
		}
	}
	if id, err := b.svc.Keep(as(next), accounts.Session{}, "/cases/new", url.Values{"x": {strings.Repeat("y", 300<<10)}}); err != nil || id != uuid.Nil {
		t.Errorf("got %v, %v of more than is kept, want nothing", id, err)
	}
}

func TestAnotherPasswordNeedsTheOldOneAProofAndAGoodOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.proven(t, "vawg")
	other := b.signIn(t, right("vawg"))
	const good = "ottoman kettle prairie"
	if _, err := b.svc.ChangePassword(as(b.signIn(t, onPage(right("refuge")))), accounts.NewPassword{Current: testkit.Password, New: good}); !models.NeedsStepUp(err) {
		t.Errorf("got %v without a proof, want to be asked for one", err)
	}
	for name, c := range map[string]struct{ current, new, field string }{
		"nothing":              {"", "", "current_password"},
		"a wrong current one":  {"not the password at all", good, "current_password"},
		"a short one":          {testkit.Password, "elevenchars", "new_password"},
		"129 characters":       {testkit.Password, strings.Repeat("ab cd", 26), "new_password"},
		"a common one":         {testkit.Password, "password123456", "new_password"},
		"London and a year":    {testkit.Password, "London2026!!!!", "new_password"},
		"the organisation":     {testkit.Password, "Ashdown2026!!", "new_password"},
		"the name":             {testkit.Password, "InesPereira1!", "new_password"},
		"the same":             {testkit.Password, testkit.Password, "new_password"},
		"what cannot be typed": {testkit.Password, "good enough but\x00", "new_password"},
	} {
		b.Do(t, "delete from sign_in_attempts where ok is not true")
		_, err := b.svc.ChangePassword(as(s), accounts.NewPassword{Current: c.current, New: c.new})
		if f := models.FieldsOf(err); models.CodeOf(err) != models.CodeInvalid || len(f) == 0 || f[0].Field != c.field {
			t.Errorf("%s: got %v %v, want %s", name, err, f, c.field)
		}
	}
	p, err := b.svc.ChangePassword(as(s), accounts.NewPassword{Current: testkit.Password, New: good})
	if err != nil {
		t.Fatalf("%v %v", err, models.FieldsOf(err))
	}
	b.wantEnded(t, s)
	b.wantEnded(t, other)
	b.wantLive(t, p)
	if p.Token == s.Token || p.Expires.After(s.Expires) {
		t.Error("got the same secret, or more time")
	}
	in := right("vawg")
	if _, err := b.svc.SignIn(t.Context(), in); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("got %v with the old password, want unauthenticated", err)
	}
	in.Password = good
	b.signIn(t, in)
}

func TestOneSeesAndEndsOnesOwnSessionsAndNoOthers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := onPage(right("vawg"))
	c.UserAgent = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
	s, phone, foreign := b.signIn(t, c), b.signIn(t, right("vawg")), b.signIn(t, right("refuge"))
	all, err := b.svc.Sessions(as(s))
	if err != nil || len(all) != 3 || !all[0].Current || all[0].ID != s.Actor.SessionID || all[0].Browser != c.UserAgent || all[0].Network != "192.0.2.0/24" {
		t.Fatalf("got %+v, %v, want three, this one first", all, err)
	}
	if err := b.svc.EndSession(as(s), foreign.Actor.SessionID); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("got %v from ending another person's, want not found", err)
	}
	if err := b.svc.EndSession(as(s), phone.Actor.SessionID); err != nil {
		t.Fatal(err)
	}
	b.wantEnded(t, phone)
	b.wantLive(t, foreign)
	if err := b.svc.EndSession(as(s), phone.Actor.SessionID); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("got %v from ending it again, want not found", err)
	}
	more := b.signIn(t, right("vawg"))
	if err := b.svc.EndEverywhere(as(s)); err != nil {
		t.Fatal(err)
	}
	b.wantEnded(t, s)
	b.wantEnded(t, more)
	b.wantLive(t, foreign)
}

func TestOneIsToldOfABrowserThatWasNotSeenBefore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.signIn(t, onPage(right("vawg")))
	c := onPage(right("vawg"))
	c.Device = first.Device
	b.signIn(t, c)
	if n := b.Count(t, "select count(*) from account_notices"); n != 0 {
		t.Errorf("told %d times of the first browser and the same again, want never", n)
	}
	second := b.signIn(t, onPage(right("vawg")))
	notices, err := b.svc.AccountNotices(as(second))
	if err != nil || len(notices) != 1 || notices[0].Kind != accounts.ToldNewDevice || notices[0].Read {
		t.Fatalf("got %+v, %v, want one notice", notices, err)
	}
	if err := b.svc.ReadAccountNotices(b.As("refuge"), notices[0].At); err != nil {
		t.Fatal(err)
	}
	if n := b.Count(t, "select count(*) from account_notices where read_at is null"); n != 1 {
		t.Error("somebody else put the notice away")
	}
	if err := b.svc.ReadAccountNotices(as(second), notices[0].At); err != nil {
		t.Fatal(err)
	}
	if n := b.Count(t, "select count(*) from account_notices where read_at is null"); n != 0 {
		t.Error("the notice was not put away")
	}
}
