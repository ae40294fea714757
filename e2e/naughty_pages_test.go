package e2e

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/time/rate"
)

// foul says what is in a page that none of ours has: an element or attribute
// that runs, loads or leads elsewhere.
func foul(page string) string {
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken, html.SelfClosingTagToken:
			tag := z.Token()
			switch tag.Data {
			case "iframe", "object", "embed", "base", "math", "video", "audio", "marquee", "frameset", "applet", "style", "isindex", "bgsound", "layer":
				return "a tag " + tag.String()
			case "script":
				if !slices.ContainsFunc(tag.Attr, func(a html.Attribute) bool { return a.Key == "src" && strings.HasPrefix(a.Val, "/static/") }) {
					return "a script " + tag.String()
				}
			case "meta":
				if slices.ContainsFunc(tag.Attr, func(a html.Attribute) bool { return a.Key == "http-equiv" }) {
					return "a tag " + tag.String()
				}
			}
			for _, a := range tag.Attr {
				where := strings.ToLower(strings.TrimSpace(a.Val))
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" || a.Key == "formaction" ||
					(a.Key == "href" || a.Key == "src" || a.Key == "action" || a.Key == "xlink:href") && where != "" && !strings.HasPrefix(where, "/") && !strings.HasPrefix(where, "#") && !strings.HasPrefix(where, "?") && !strings.HasPrefix(where, "tel:") {
					return "an attribute " + tag.String()
				}
			}
		}
	}
}

func TestFoulPagesAreToldFromOurs(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]bool{
		`<p>fine</p><a href="/cases">x</a><script src="/static/app.js"></script>`: false,
		`<script>alert(1)</script>`: true, `<img src=x onerror=alert(1)>`: true, `<a href="javascript:alert(1)">x</a>`: true,
		`<input value="" autofocus onfocus=alert(1)>`: true, `&lt;script&gt;alert(1)&lt;/script&gt;`: false, `<p style="x">`: true,
	} {
		if got := foul(page) != ""; got != want {
			t.Errorf("%s: got %q, want foul: %v", page, foul(page), want)
		}
	}
}

// parsed reads every page of a case that shows a string with something of
// markup in it, without a browser.
func (n *naughty) parsed(t *testing.T, s *server) {
	t.Helper()
	v := visit(t, s.url, n.caller.who)
	gentle := rate.NewLimiter(170, 100)
	var wait sync.WaitGroup
	refs := make(chan string)
	for range 4 {
		wait.Go(func() {
			for ref := range refs {
				for _, path := range []string{"/cases/" + ref, "/cases/" + ref + "/safe-contact/way?channel=phone", "/cases/" + ref + "/safe-contact/code-word"} {
					if err := gentle.Wait(t.Context()); err != nil {
						return
					}
					a := v.get(path)
					if a.Status != 200 {
						t.Errorf("%s with %q: got %d", path, n.cases[ref], a.Status)
					}
					if bad := foul(a.Raw); bad != "" {
						t.Errorf("%s with %q holds %s", path, n.cases[ref], bad)
					}
				}
			}
		})
	}
	for ref, value := range n.cases {
		if strings.ContainsAny(value, "<>\"'`&") {
			refs <- ref
		}
	}
	close(refs)
	wait.Wait()
}

// seen opens pages with all the strings in a real browser, as whoever wrote them
// and as the service that reads them: nothing runs, and every one is there to be
// read as it was written.
func (n *naughty) seen(t *testing.T, s *server) {
	t.Helper()
	vawg := signIn(t, s.url, "vawg")
	writer, reader := signedIn(t, s.url, n.caller.who), signedIn(t, s.url, "vawg")
	for i, chunk := range chunks(n.told, 9000) {
		c := aCase(fmt.Sprintf("Chunk%d", i))
		c["incidents"].([]any)[0].(map[string]any)["summary"] = strings.Join(chunk, "\n")
		caseID := n.caller.create("/api/v1/cases", c).text(t, "id")
		id := refers(t, n.caller, vawg, caseID)
		pages := map[*person][]string{}
		referral := "/referrals/" + n.caller.get("/api/v1/referrals/"+id).text(t, "reference")
		pages[writer] = []string{"/cases/" + n.caller.get("/api/v1/cases/"+caseID).text(t, "reference"), referral}
		pages[reader] = []string{referral}
		for p, paths := range pages {
			for _, path := range paths {
				p.visit(path).is(200)
				text := squash(ask[string](p, `document.querySelector('main').textContent`))
				for _, value := range chunk {
					if want := squash(value); !strings.Contains(text, want) {
						t.Errorf("%s as %s reads it does not show %q as it was written", path, p.who, value)
					}
				}
			}
		}
	}
	// Scripts of a page that was attacked may run late.
	until(t, 5*time.Second, "the end of every page's loading", func() bool {
		return ask[bool](writer, `document.readyState === 'complete'`) && ask[bool](reader, `document.readyState === 'complete'`)
	})
	writer.lookAround()
	reader.lookAround()
}

// chunks puts strings together up to a number of bytes.
func chunks(strs []string, most int) (out [][]string) {
	size := most + 1
	for _, s := range strs {
		if size+len(s)+1 > most {
			out, size = append(out, nil), 0
		}
		out[len(out)-1] = append(out[len(out)-1], s)
		size += len(s) + 1
	}
	return out
}

// squash takes runs of space for one, as a page does.
func squash(s string) string { return strings.Join(strings.Fields(s), " ") }
