package handlers

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"throughline/handlers/route"
)

// TestAScriptThatIsStoredIsOnlyEverRead keeps a script in every free text of
// every operation, and follows every link of every page as those who may read
// it: it is there as text, never as markup, in no title and in no address, and
// in nothing that leads past the record: the queue, notices, the trail, the log.
// Each is opened in a real browser, where nothing of it runs. A text that no
// page shows, or that takes no words of one's own, is named with its reason.
func TestAScriptThatIsStoredIsOnlyEverRead(t *testing.T) {
	t.Parallel()
	s := open(t)
	k := &keeper{site: s, marks: map[string]string{}}
	known, described := scenes(), operations(s.doc)
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if !strings.HasPrefix(name, "GET") && !signsIn(name) {
			k.keeps(t, name, known[name](setting{s, t}), described[name])
		}
	}
	k.names(t)
	b := browse(t, s)
	for _, who := range []string{"police", "police.manager", "vawg", "vawg.manager", "caseworker", "caseworker.manager", "privacy", "coordinator", "orgadmin", "admin", "admin.second", "police.privacy", "commissioner"} {
		k.follows(t, b, who)
	}
	k.accounts(t, b, described)
	t.Logf("%d texts kept it, %d pages in a browser", len(k.marks), b.opened)
	k.nowhere(t)
}

// signsIn tells the operations that take what signs somebody in, and keep none of it.
func signsIn(name string) bool {
	return strings.Contains(name, "/auth/") || strings.Contains(name, "/oauth/")
}

// routeOf names the page an address is of.
func (s *site) routeOf(path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	best := ""
	for _, rt := range s.routes {
		if rt.Method == http.MethodGet && !rt.JSON && fits(rt, parts) && (best == "" || !strings.Contains(rt.Path, ":")) {
			best = rt.Path
		}
	}
	return best
}

func fits(rt route.Route, parts []string) bool {
	want := strings.Split(rt.Path, "/")
	if len(want) != len(parts) {
		return false
	}
	for i := range want {
		if want[i] != parts[i] && !strings.HasPrefix(want[i], ":") {
			return false
		}
	}
	return true
}

// page is what a reader's browser would make of an answer.
type page struct {
	title, text string
	links       []string // addresses of ours
	foul        string   // what would run or lead elsewhere
}

func reading(body string) (p page) {
	z := html.NewTokenizer(strings.NewReader(body))
	inTitle := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return p
		case html.TextToken:
			text := string(z.Text())
			p.text += html.UnescapeString(text)
			if inTitle {
				p.title += text
			}
		case html.EndTagToken:
			inTitle = false
		case html.StartTagToken, html.SelfClosingTagToken:
			tag := z.Token()
			inTitle = tag.Data == "title"
			p.tag(tag)
		}
	}
}

func (p *page) tag(tag html.Token) {
	attrs := map[string]string{}
	for _, a := range tag.Attr {
		attrs[a.Key] = a.Val
		if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
			p.foul = tag.String()
		}
		if a.Key == "value" || a.Key == "aria-label" {
			p.text += a.Val
		}
	}
	src, has := attrs["src"]
	switch {
	case tag.Data == "script" && !strings.HasPrefix(src, "/static/") && !strings.HasPrefix(src, "/api/docs/"), has && !strings.HasPrefix(src, "/"), tag.Data == "iframe", tag.Data == "base", tag.Data == "object":
		p.foul = tag.String()
	case tag.Data == "a" && strings.HasPrefix(attrs["href"], "/"):
		p.links = append(p.links, attrs["href"])
		if strings.Contains(attrs["href"], canary) {
			p.foul = "what somebody wrote, in an address: " + tag.String()
		}
	}
}
