package e2e

import (
	"strings"
	"testing"
)

func TestAFormKeepsWhatWasTypedThroughFaultsBackAndAPause(t *testing.T) {
	t.Parallel()
	base := site(t).url
	p := signedIn(t, base, "caseworker")
	p.visit("/cases/new").press("Continue").is(422).sees("There is a problem", "Enter a name")
	p.write("Name", "Quentin Marshgate").press("Continue").is(200)
	p.fill("Day", "31").fill("Month", "2").fill("Year", "1990").choose("Prefer not to say").press("Continue").is(422)
	if !strings.HasPrefix(p.title(), "Error: ") {
		t.Errorf("the title of a form with faults is %q", p.title())
	}
	if focused := ask[bool](p, `document.activeElement.classList.contains('govuk-error-summary')`); !focused {
		t.Error("the error summary does not have the focus")
	}
	if bad := ask[[]string](p, `[...document.querySelectorAll('.govuk-error-summary a')].filter(a => !document.querySelector(a.getAttribute('href'))).map(a => a.outerHTML)`); len(bad) > 0 {
		t.Errorf("the error summary links to controls that are not there: %v", bad)
	}
	kept := map[string]string{"First name": "Quentin", "Family name": "Marshgate", "Day": "31", "Month": "2", "Year": "1990", "Prefer not to say": "true"}
	for label, want := range kept {
		if got := p.read(label); got != want {
			t.Errorf("after a fault %q holds %q, want %q", label, got, want)
		}
	}
	p.fill("Day", "28").pick("Which borough", "Camden").press("Continue").is(200)
	contact := p.address()

	// The browser's own button, and the page's.
	p.back()
	for label, want := range map[string]string{"First name": "Quentin", "Day": "28", "Which borough": "Camden"} {
		if got := p.read(label); got != want {
			t.Errorf("after going back %q holds %q, want %q", label, got, want)
		}
	}
	p.press("Continue").is(200)
	if p.address() != contact {
		t.Errorf("after going back and on the page is %s, want %s", p.address(), contact)
	}
	p.press("Back").is(200)
	if got := p.read("Day"); got != "28" {
		t.Errorf("the page's own Back loses the day: %q", got)
	}

	// Stopping for now, signing out, and going on.
	p.press("Sign out").is(200).sees("Your answers are saved.")
	p.forget()
	p.signsIn().visit("/cases/new").press("Go on with the case you began").is(200)
	p.choose("There is no safe way yet").choose("The victim, in person").press("Continue").is(200)
	p.press("Continue").is(422) // no kind of crime was chosen
	if other := signedIn(t, base, "caseworker.manager").visit(p.address()); other.status != 404 {
		t.Errorf("a colleague opens the unfinished form: %d", other.status)
	}
}

func TestSigningOutLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	base := site(t).url
	police, vawg := signIn(t, base, "police"), signIn(t, base, "vawg")
	caseID, _ := sent(t, police, vawg, "Zzshared")
	ref := police.get("/api/v1/cases/"+caseID).text(t, "reference")
	p := signedIn(t, base, "police")
	p.visit("/cases/" + ref).is(200).sees("Zzshared")
	if strings.Contains(p.title(), "Zzshared") || strings.Contains(p.address(), "Zzshared") {
		t.Errorf("the title %q or the address %s names the victim", p.title(), p.address())
	}
	p.press("Sign out").is(200)
	p.back()
	p.lacks("Zzshared", "Testwell", "07700 900123")
	p.visit("/cases/" + ref).lacks("Zzshared").sees("Sign in")

	// Signing in leads back to the page that was asked for.
	p.write("Email address", "police@demo.test").write("Password", "not the password").press("Sign in").is(401)
	if p.read("Email address") != "police@demo.test" || p.read("Password") != "" {
		t.Error("a wrong sign-in loses the address or shows the password")
	}
	p.write("Password", password).press("Sign in").is(200)
	if got := p.address(); got != "/cases/"+ref {
		t.Errorf("signing in leads to %s, want /cases/%s", got, ref)
	}
}

// TestLoggingTwiceByPressingTwiceMakesOneCase goes back to the last page of a
// form after it was sent, and sends it again, where no script holds the second
// press back.
func TestLoggingTwiceByPressingTwiceMakesOneCase(t *testing.T) {
	t.Parallel()
	p := open(t, site(t).url, "police").withoutScript().signsIn()
	v := victim{"Zephyrine", "Doubleday", "It happened once."}
	ref := logCase(p, v)
	p.back()
	if strings.Contains(p.text(), "Log case") {
		p.press("Log case")
	}
	if got := caseRef.FindString(p.text()); got != ref {
		t.Errorf("going back and pressing again leads to case %q, want %s", got, ref)
	}
	found := signIn(t, site(t).url, "police").expect(200, "POST", "/api/v1/cases/search", map[string]any{"name": v.name()}, nil).items(t)
	if len(found) != 1 {
		t.Errorf("got %d cases, want 1", len(found))
	}
}
