package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp/hotp"
)

// colleague makes somebody who shares nothing with the other tests, so that
// what they change about their own account is nobody else's.
func colleague(t testing.TB, db *pgx.Conn, like, address string) {
	t.Helper()
	change(t, db, `insert into users (id, org_id, email, name, role, password_hash, created_at)
		select gen_random_uuid(), org_id, $2, 'A Colleague', role, password_hash, now() from users where email = $1`, email(like), address)
}

// waits gives the browser a session whose holder has given a password and no
// second factor, as where one is required.
func (p *person) waits(db *pgx.Conn, address string) *person {
	p.t.Helper()
	token := "tls_" + strings.Repeat("w", 42) + "A"
	change(p.t, db, `insert into sessions (id, user_id, org_id, role, kind, token_hash, idle_expires_at, expires_at, pending)
		select gen_random_uuid(), id, org_id, role, 'page', sha256($2::text::bytea), now() + interval '15 minutes', now() + interval '15 minutes', true from users where email = $1`, address, token)
	call(p, network.SetCookie, network.SetCookieParams{Name: "throughline-session", Value: token, URL: p.base + "/"})
	return p
}

// shows is what an authenticator app with the key shows, some steps from now.
func shows(t testing.TB, key string, steps int) string {
	t.Helper()
	code, err := hotp.GenerateCode(strings.ReplaceAll(key, " ", ""), uint64(time.Now().Unix()/30+int64(steps)))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// key reads the key that an authenticator app is given.
func (p *person) key() string {
	p.t.Helper()
	p.unfold("I cannot point a phone at it")
	return ask[string](p, `document.querySelector('.tl-key').innerText`)
}

// proving meets every page of a second factor and of one's own account.
func (w *tour) proving() {
	const address = "proving@demo.test"
	db := site(w.t).superuser(w.t)
	colleague(w.t, db, "police", address)
	p := open(w.t, w.base, address).waits(db, address)
	w.look(p.visit("/sign-in/set-up").is(200), filled)
	w.look(p.press("Set up an authenticator app").is(200), filled)
	w.wrong(p, "Add app")
	key := p.key()
	p.write("Code", shows(w.t, key, -1)).press("Add app").is(200).sees("Keep your recovery codes")
	w.look(p, "codes")
	p.press("I have kept them").is(200)
	p.press("Sign out").visit("/sign-in").write("Email address", address).write("Password", password).press("Sign in").is(200)
	w.look(p, filled)
	w.wrong(p, "Continue")
	p.write("Code", "000000").press("Continue").is(401)
	w.look(p, faulty)
	p.write("Code", shows(w.t, key, 0)).press("Continue").is(200)
	w.look(p.visit("/account").is(200), filled)
	w.look(p.press("Remove").is(200), filled)
	for path, button := range map[string]string{"/account/password": "Change password", "/account/apps/new": "Add app"} {
		w.look(p.visit(path).is(200), filled)
		w.wrong(p, button)
	}
	for _, path := range []string{"/account/passkeys/new", "/account/codes"} {
		w.look(p.visit(path).is(200), filled)
	}
	w.look(p.visit("/account/confirm?next=/account").is(200), filled)
	w.wrong(p, "Continue")
	// A form that is sent after the session has ended is offered again.
	p.visit("/cases/new").choose("I do not know their name")
	change(w.t, db, "update sessions set idle_expires_at = now() - interval '1 second' where user_id = (select id from users where email = $1) and revoked_at is null", address)
	p.press("Continue").is(200).sees("Your answers are saved")
	p.write("Email address", address).write("Password", password).press("Sign in").write("Code", shows(w.t, key, 1)).press("Continue").is(200)
	w.look(p.sees("What you typed is here"), filled)
	p.press("Go on with what you typed").is(200)
	if !strings.HasPrefix(p.address(), "/cases/new/") {
		w.t.Errorf("got to %s with what was typed, want on from where it was", p.address())
	}
}

// TestSomebodySignsInWithAPasskeyAndNothingElse adds a passkey to an account and
// signs in with it, in a browser with a made-up device, at both widths.
func TestSomebodySignsInWithAPasskeyAndNothingElse(t *testing.T) {
	t.Parallel()
	const address = "passkey@demo.test"
	s := site(t)
	colleague(t, s.superuser(t), "vawg", address)
	p := open(t, strings.Replace(s.url, "127.0.0.1", "localhost", 1), address) // passkeys are for names
	call(p, webauthn.Enable, webauthn.EnableParams{})
	device := call(p, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	p.signsIn()
	p.visit("/account").press("Add a passkey").is(200).sees("Confirm that it is you")
	p.write("Your password", password).press("Continue").is(200)
	p.write("What to call it", "Work laptop").press("Make a passkey").is(200).sees("Keep your recovery codes")
	p.press("I have kept them").is(200).sees("Work laptop", "You have 10 left")
	p.looks("an account with a passkey", phone, desk)
	p.press("Sign out").is(200)

	p.visit("/sign-in").looks("signing in with a passkey", phone, desk)
	p.press("Sign in with a passkey").is(200)
	if p.address() != "/inbox" {
		t.Fatalf("got to %s by passkey, want the first page\n%s", p.address(), p.text())
	}
	// The act that asks for a proof takes the passkey's as fresh.
	p.visit("/account/codes").is(200).sees("Make new recovery codes").press("Sign out")

	// After a password it is the second factor.
	p.visit("/sign-in").write("Email address", address).write("Password", password).press("Sign in").is(200).sees("Show that it is you")
	p.press("Use a passkey").is(200)
	if p.address() != "/inbox" {
		t.Errorf("got to %s with a password and a passkey, want the first page", p.address())
	}
	p.press("Sign out")

	// A device that its holder has not unlocked lets nobody in.
	call(p, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: device.AuthenticatorID, IsUserVerified: false})
	p.visit("/sign-in")
	f := p.find("press", "Sign in with a passkey")
	p.clicks(f)
	until(t, patience, "being told that it did not work", func() bool { return strings.Contains(p.text(), "That did not work") })
	if p.address() != "/sign-in" {
		t.Errorf("got to %s with a device that was not unlocked", p.address())
	}
}

// TestTheEndOfASessionIsSaidBeforeAndSavesTheWork lets the script's minutes pass
// faster: the box comes, staying closes it, and at the end what was typed is put
// aside and the screen cleared.
func TestTheEndOfASessionIsSaidBeforeAndSavesTheWork(t *testing.T) {
	t.Parallel()
	const address = "idle@demo.test"
	s := site(t)
	colleague(t, s.superuser(t), "police", address)
	p := open(t, s.url, address).signsIn()
	open := func() bool { return ask[bool](p, `document.querySelector('dialog[data-idle]').open`) }
	// Of half an hour, the box comes after a second, and the end much later.
	slow := call(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `{ const real = window.setTimeout; window.setTimeout = (f, ms, ...more) => real(f, ms > 60000 ? (ms - 1680000) * 10 + 1000 : ms, ...more) }`,
	})
	p.visit("/cases/new").write("Name", "Ola Unfinished")
	until(t, patience, "being told that the session ends soon", open)
	p.looks("the box before the end", phone, desk)
	p.clicks(p.find("press", "Stay signed in"))
	until(t, patience, "the box closing", func() bool { return !open() })
	if got := p.read("Name"); got != "Ola Unfinished" {
		t.Errorf("got %q in the form after staying, want what was typed", got)
	}

	// And now the end a second after.
	call(p, page.RemoveScriptToEvaluateOnNewDocument, page.RemoveScriptToEvaluateOnNewDocumentParams(slow))
	quick := call(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `{ const real = window.setTimeout; window.setTimeout = (f, ms, ...more) => real(f, ms > 60000 ? (ms - 1680000) / 50 + 2000 : ms, ...more) }`,
	})
	p.visit("/cases/new").write("Name", "Ola Unfinished")
	until(t, patience, "being signed out", func() bool {
		where, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`location.pathname`))
		return err == nil && where == "/signed-out"
	})
	p.lacks("Ola Unfinished")
	call(p, page.RemoveScriptToEvaluateOnNewDocument, page.RemoveScriptToEvaluateOnNewDocumentParams(quick))
	p.visit("/sign-in").write("Email address", address).write("Password", password).press("Sign in").sees("What you typed is here")
	p.press("Go on with what you typed").is(200)
}
