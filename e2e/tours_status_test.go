package e2e

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// weather is where leaving leads.
const weather = "www.bbc.co.uk"

// given is a case of the police with a code for its page.
func given(t testing.TB, base, name string) (ref, id, code string) {
	t.Helper()
	c := signIn(t, base, "police")
	id = c.create("/api/v1/cases", aCase(name)).text(t, "id")
	code = c.create("/api/v1/cases/"+id+"/status-page", map[string]any{"word": "kingfisher", "language": "en", "agreed_how": "in_person", "alone": true}).text(t, "code")
	return c.get("/api/v1/cases/"+id).text(t, "reference"), id, code
}

// looking meets the pages that a code opens, in words and in Easy Read, and those
// on which a worker gives the code and sees to what was asked.
func (w *tour) looking() {
	ref, _, code := given(w.t, w.base, "Looking")
	page := "/cases/" + ref + "/their-page"
	v := open(w.t, w.base, "somebody with a code")
	w.look(v.visit("/s").is(200), filled)
	w.wrong(v, "Continue")
	v.write("Code", code).write("Word", "another").press("Continue").is(422).sees("We could not find that.")
	w.look(v, "not found")
	v.write("Code", strings.ToLower(code)).write("Word", "Kingfisher").press("Continue").is(200).sees("Your update", "What has happened")
	w.look(v, filled)
	w.look(v.press("See what you can expect").is(200).sees("How to complain"), filled)
	w.look(v.visit("/s/easy").is(200).sees("What has happened"), filled)
	if dir := ask[string](v.visit("/s/update?in=ar").is(200), `document.documentElement.dir`); dir != "rtl" {
		w.t.Errorf("Arabic is read %q", dir)
	}
	w.look(v, "right to left")
	w.look(v.visit("/s/expect?in=easy").is(200), "easy")
	w.look(v.visit("/s/update").press("Ask someone to get in touch").is(200), filled)
	v.write("Do you want to say more?", strings.Repeat("x", 501))
	w.wrong(v, "Send")
	v.write("Do you want to say more?", "After noon.").press("Send").is(200).sees("We have it")
	w.look(v, filled)

	p := w.as("police")
	w.look(p.visit(page).is(200).sees("Get in touch with them"), filled)
	w.look(p.visit(page+"/give").is(200), filled)
	w.wrong(p, "Make the code")
	w.look(p.visit(page+"/change?act=freeze").is(200), filled)
	p.press("Freeze the page").is(200).sees("The page is frozen")
	v.visit("/s/update").is(200).sees("Type your code and word again.")
	p.press("Get in touch with them").is(200)
	w.look(p, filled)
	w.wrong(p, "Keep this")
	p.choose("I did not speak to them").choose("It was not safe to ask").choose("I could not find out").choose("They could not be reached safely").press("Keep this").is(200).sees("What you found out was kept.")
	p.visit(page+"/give").choose("In person, alone").choose("I asked, and they can look").write("The word they chose", "heron").press("Make the code").is(200).sees("The code is")
	w.look(p, "given")
	w.look(p.visit("/cases/"+ref+"/messages").is(200).sees("Nothing was sent."), filled)
	w.look(p.press("Tell them there is news").is(200), filled)
	w.wrong(p, "Send it")
}

// asked makes a request on the page of a case, and returns its id.
func asked(t testing.TB, base, id string) string {
	t.Helper()
	police := signIn(t, base, "police")
	code := police.create("/api/v1/cases/"+id+"/status-page", map[string]any{"word": "kingfisher", "language": "en", "agreed_how": "in_person", "alone": true}).text(t, "code")
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Timeout: patience}
	send(t, browser, base+"/s", url.Values{"code": {code}, "word": {"kingfisher"}})
	send(t, browser, base+"/s/ask", url.Values{"about": {"call"}})
	requests, _ := police.get("/api/v1/cases/" + id + "/status-page").Body["requests"].([]any)
	if len(requests) != 1 {
		t.Fatalf("got %v, want the one request", requests)
	}
	return requests[0].(map[string]any)["id"].(string)
}

func send(t testing.TB, browser *http.Client, address string, form url.Values) {
	t.Helper()
	res, err := browser.PostForm(address, form)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: got %v, %v", address, res, err)
	}
	_ = res.Body.Close()
}

// TestTheWayOutLeavesNothingBehind leaves the page by its button with script and
// without, and by the keyboard: the session is over, and going back shows nothing.
func TestTheWayOutLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	base := site(t).url
	_, _, code := given(t, base, "Leaving")
	button := func(p *person) { ask[bool](p, `(document.querySelector('form[data-exit] button').click(), true)`) }
	for what, leave := range map[string]func(*person){
		"the button": button, "the button, without script": button, "Shift three times": func(p *person) { p.keyed(kb.Shift, kb.Shift, kb.Shift) },
	} {
		p := open(t, base, what)
		p.seen.led = weather
		if strings.HasSuffix(what, "without script") {
			p.withoutScript()
		}
		p.visit("/s").write("Code", code).write("Word", "kingfisher").press("Continue").is(200).sees("What has happened")
		if title := p.title(); title != "Your update" {
			t.Errorf("the title is %q", title)
		}
		leave(p)
		until(t, patience, what+" leads away", func() bool {
			at, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.location.href`))
			return err == nil && !strings.HasPrefix(at, base)
		})
		// Whoever goes back, or types the address, stands before the door.
		p.visit("/s/update").is(200).lacks("What has happened").sees("Type your code")
		if kept := ask[string](p, `document.cookie + JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage})`); kept != "{}{}" {
			t.Errorf("%s leaves %q in the browser", what, kept)
		}
	}
}
