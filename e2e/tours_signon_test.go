package e2e

import (
	"strings"

	"github.com/oauth2-proxy/mockoidc"
)

// signingOn meets single sign-on: the operator sets it, and somebody goes to
// their organisation's sign-in and comes back signed in.
func (w *tour) signingOn() {
	provider, err := mockoidc.Run()
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = provider.Shutdown() })
	admin := w.as("admin").proves()
	admin.visit("/operator/organisations").press("Bridgeway Restorative Justice").is(200).press("Single sign-on").is(200)
	w.look(admin, filled)
	w.wrong(admin, "Save")
	admin.write("Domain of their email addresses", "bridgeway.example").write("Address of the provider", provider.Issuer())
	admin.write("Client id", provider.ClientID).write("Client secret", provider.ClientSecret).press("Save").is(200).sees("Bridgeway Restorative Justice")
	change(w.t, site(w.t).superuser(w.t), `insert into users (id, org_id, email, name, role, password_hash, created_at)
		select gen_random_uuid(), o.id, 'kit@bridgeway.example', 'Kit Ferrow', 'provider_worker', u.password_hash, now() from users u, organisations o
		where u.email = 'vawg@demo.test' and o.name = 'Bridgeway Restorative Justice'`)

	p := open(w.t, w.base, "kit")
	p.seen.led = strings.TrimPrefix(provider.Addr(), "http://")
	p.visit("/sign-in").press("Sign in with your organisation").is(200)
	w.look(p, filled)
	w.wrong(p, "Continue")
	p.write("Your email address for work", "kit@nowhere.example").press("Continue").is(422)
	w.look(p.sees("No organisation here signs in for addresses like this"), faulty)
	p.write("Your email address for work", "kit@bridgeway.example").press("Continue").is(200)
	w.look(p.sees("It has to be done within ten minutes"), "away")
	provider.QueueUser(&mockoidc.MockUser{Subject: "kit", Email: "kit@bridgeway.example", EmailVerified: true})
	p.press("Continue to 127.0.0.1").is(200)
	if !strings.HasPrefix(p.address(), "/inbox") {
		w.t.Errorf("came back to %s, want signed in\n%s", p.address(), p.text())
	}
	w.look(p.visit("/account/confirm?next=/account").sees("Confirm with your organisation's sign-in").is(200), "organisation")
	stranger := open(w.t, w.base, "somebody")
	w.look(stranger.visit("/sign-in/organisation/back?state=x&code=y").is(401).sees("did not let you in here"), faulty)
}
