package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// A site with every fault the browser tests look for, to show that they see it.
var wrongful = map[string]string{
	"/clean": `<h1>Clean</h1><p>Nothing is wrong here.</p>`,
	"/style": `<h1>Style</h1><p style="color:red">The policy refuses this.</p>`,
	"/script": `<h1>Script</h1><script>document.title = 'changed'</script>
		<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=" alt="">`,
	"/throws":  `<h1>Throws</h1><script src="/throws.js"></script>`,
	"/dialog":  `<h1>Dialog</h1><script src="/dialog.js"></script>`,
	"/console": `<h1>Console</h1><script src="/console.js"></script>`,
	"/foreign": `<h1>Foreign</h1><img src="http://foreign.invalid/x.png" alt="">`,
	"/missing": `<h1>Missing</h1><img src="/nothing.png" alt="">`,
	"/wide":    `<h1>Wide</h1><pre>` + strings.Repeat("wide", 300) + `</pre>`,
	"/unnamed": `<h1>Unnamed</h1><form><input type="text" name="q"></form>`,
	"/form": `<h1>Form</h1><form method="get" action="/form">
		<label for="n">Given name</label><input id="n" name="n" value="old">
		<fieldset><legend>Date of birth</legend><label for="d1">Day</label><input id="d1" name="d1"></fieldset>
		<fieldset><legend>When it happened</legend><label for="d2">Day</label><input id="d2" name="d2"></fieldset>
		<fieldset><legend>Safe?</legend>
			<input type="radio" id="y" name="s" value="yes"><label for="y">Yes</label>
			<input type="radio" id="z" name="s" value="no"><label for="z">No, never</label></fieldset>
		<label for="b">Borough</label><select id="b" name="b"><option value=""></option><option value="E09000012">Hackney</option></select>
		<label for="t">What happened</label><textarea id="t" name="t"></textarea>
		<details><summary>More</summary><label for="h">Hidden until opened</label><input id="h" name="h"></details>
		<button>Save and continue</button></form>
		<h2>What they will see</h2><dl><dt>Borough</dt><dd>Hackney</dd><dt>Age</dt><dd>32</dd></dl>`,
}

func faultySite(t testing.TB) string {
	t.Helper()
	scripts := map[string]string{"/throws.js": "null.x", "/dialog.js": "alert('xss')", "/console.js": "console.error('bad')"}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'")
		body, is := wrongful[r.URL.Path]
		switch {
		case is:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = fmt.Fprintf(w, `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>A page - Throughline</title><main>%s</main>`, body)
		case scripts[r.URL.Path] != "":
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = fmt.Fprint(w, scripts[r.URL.Path])
		case r.URL.Path == "/favicon.ico":
			w.WriteHeader(http.StatusNoContent)
		case r.URL.Path == "/broken":
			http.Error(w, "It broke.", http.StatusInternalServerError)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// noted keeps the failures of a person's visit instead of failing.
type noted struct {
	testing.TB
	faults []string
}

// Helper is not counted.
func (n *noted) Helper() {}

// Errorf notes a failure.
func (n *noted) Errorf(format string, args ...any) {
	n.faults = append(n.faults, fmt.Sprintf(format, args...))
}

func TestTheBrowserSeesWhatNoPageMayDo(t *testing.T) {
	t.Parallel()
	base := faultySite(t)
	for path, want := range map[string]string{
		"/clean": "", "/style": "inline style", "/script": "inline script", "/throws": "a script failed", "/dialog": "a dialog opened: xss",
		"/console": "the console says error", "/foreign": "another host was asked", "/missing": "answered 404", "/broken": "answered 500",
	} {
		n := &noted{TB: t}
		p := open(n, base, "somebody")
		p.visit(path)
		until(t, patience, "seeing what is wrong with "+path, func() bool {
			p.lookAround()
			return want == "" || strings.Contains(strings.Join(n.faults, "\n"), want)
		})
		if want == "" && len(n.faults) > 0 {
			t.Errorf("%s: got %v, want nothing", path, n.faults)
		}
	}
}

func TestTheBrowserSeesWhatPeopleCannotUse(t *testing.T) {
	t.Parallel()
	base := faultySite(t)
	for path, want := range map[string]string{"/clean": "", "/wide": "scrolls sideways", "/unnamed": "label"} {
		n := &noted{TB: t}
		open(n, base, "somebody").visit(path).looks(path, desk)
		if got := strings.Join(n.faults, "\n"); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

func TestSomebodyAtABrowserFindsControlsByTheirWords(t *testing.T) {
	t.Parallel()
	for _, script := range []bool{true, false} {
		p := open(t, faultySite(t), "somebody")
		if !script {
			p.withoutScript()
		}
		p.visit("/form").write("Given name", "Ada").fill("Day", "2", "Date of birth").fill("Day", "15", "When it happened")
		p.choose("No").pick("Borough", "Hackney").write("What happened", "First line.\nSecond line.")
		p.unfold("More").write("Hidden until opened", "found")
		if got := p.facts("What they will see"); !slices.Equal(got, [][2]string{{"Borough", "Hackney"}, {"Age", "32"}}) {
			t.Errorf("got the facts %v", got)
		}
		p.press("Save and continue").is(200)
		want := "/form?n=Ada&d1=2&d2=15&s=no&b=E09000012&t=First+line.%0D%0ASecond+line.&h=found"
		if got := p.address(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if p.keys != 3 || p.pages != 2 {
			t.Errorf("got %d keys and %d pages, want 3 and 2", p.keys, p.pages)
		}
	}
}
