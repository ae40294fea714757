package layouts_test

import (
	"bytes"
	"context"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"throughline/web"
	"throughline/web/layouts"
)

// gallery writes the pages of this test where they can be looked at:
//
//	go test ./web/layouts -gallery /some/folder
var gallery = flag.String("gallery", "", "write the gallery pages and their static files to this folder")

// most is the size of a page under ux.md principle 13.
const most = 60 << 10

func TestEveryGalleryPageKeepsTheRulesOfThePlan(t *testing.T) {
	t.Parallel()
	for name, page := range pages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := page.Render(context.Background(), &b); err != nil {
				t.Fatal(err)
			}
			save(t, name+".html", b.Bytes())
			if b.Len() > most {
				t.Errorf("got a page of %d bytes, want at most %d", b.Len(), most)
			}
			doc, err := html.Parse(bytes.NewReader(b.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range faults(doc) {
				t.Error(fault)
			}
		})
	}
	saveStatic(t)
}

// faults lists what no page may have: an inline style or script, a second id of
// one name, a reference to an id that is not there, a control without a label, a
// heading that skips a level, or other than one h1 inside main.
func faults(doc *html.Node) []string {
	var out []string
	ids := map[string]int{}
	labelled := map[string]bool{}
	var uses []string
	headings, h1, level := []string{}, 0, 1
	var walk func(n *html.Node, inMain bool)
	walk = func(n *html.Node, inMain bool) {
		if n.Type == html.ElementNode {
			inMain = inMain || n.Data == "main"
			for _, a := range n.Attr {
				switch {
				case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
					out = append(out, "inline "+a.Key+" on "+n.Data)
				case a.Key == "id":
					ids[a.Val]++
				case a.Key == "for":
					labelled[a.Val] = true
				case a.Key == "aria-describedby" || a.Key == "aria-labelledby" || a.Key == "aria-controls":
					uses = append(uses, strings.Fields(a.Val)...)
				case a.Key == "href" && strings.HasPrefix(a.Val, "#") && len(a.Val) > 1:
					uses = append(uses, a.Val[1:])
				}
			}
			switch n.Data {
			case "style":
				out = append(out, "a style element")
			case "script":
				if n.FirstChild != nil {
					out = append(out, "an inline script")
				}
			case "h1", "h2", "h3", "h4":
				at := int(n.Data[1] - '0')
				if at == 1 && inMain {
					h1++
				}
				if at > level+1 {
					out = append(out, "the heading "+n.Data+" after level "+string(rune('0'+level)))
				}
				level = at
				headings = append(headings, n.Data)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, inMain)
		}
	}
	walk(doc, false)
	if h1 != 1 {
		out = append(out, "not one h1 inside main: "+strings.Join(headings, " "))
	}
	for id, n := range ids {
		if n > 1 {
			out = append(out, "the id "+id+" more than once")
		}
	}
	for _, id := range uses {
		if ids[id] == 0 {
			out = append(out, "a reference to "+id+", which is not there")
		}
	}
	return append(out, unlabelled(doc, labelled)...)
}

func unlabelled(n *html.Node, labelled map[string]bool) []string {
	var out []string
	if n.Type == html.ElementNode && (n.Data == "input" || n.Data == "select" || n.Data == "textarea") {
		id, kind := "", ""
		for _, a := range n.Attr {
			if a.Key == "id" {
				id = a.Val
			}
			if a.Key == "type" {
				kind = a.Val
			}
		}
		if kind != "hidden" && !labelled[id] {
			out = append(out, "the control "+id+" without a label")
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		out = append(out, unlabelled(c, labelled)...)
	}
	return out
}

func TestATitleSaysThatTheFormHasAnErrorAndNeverMoreThanItWasGiven(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		meta layouts.PageMeta
		want string
	}{
		{layouts.PageMeta{Title: "Inbox"}, "<title>Inbox - Throughline</title>"},
		{layouts.PageMeta{}, "<title>Throughline</title>"},
		{layouts.PageMeta{Title: "Log a case", Errors: oneError()}, "<title>Error: Log a case - Throughline</title>"},
	} {
		if got := draw(t, layouts.Page(c.meta)); !strings.Contains(got, c.want) {
			t.Errorf("got %.200s, want %s in it", got, c.want)
		}
	}
}

func TestNobodySignedInHasNothingToSignOutOf(t *testing.T) {
	t.Parallel()
	if got := draw(t, layouts.Page(layouts.PageMeta{Title: "Sign in"})); strings.Contains(got, "Sign out") {
		t.Error("got a sign-out, want none")
	}
	got := draw(t, layouts.Page(layouts.PageMeta{User: "Jo M.", Org: "Ashdown Advocacy"}))
	if !strings.Contains(got, `<form method="post" action="/sign-out">`) || !strings.Contains(got, "Jo M., Ashdown Advocacy") {
		t.Error("got no sign-out form, want one beside the name and organisation")
	}
}

func TestShortcutsCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	if got := draw(t, layouts.Page(layouts.PageMeta{})); !strings.Contains(got, "data-shortcuts") {
		t.Error("got no shortcuts, want them on by default")
	}
	if got := draw(t, layouts.Page(layouts.PageMeta{ShortcutsOff: true})); strings.Contains(got, "data-shortcuts") {
		t.Error("got shortcuts, want none")
	}
}

func draw(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// with gives a component its children.
func with(c templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(templ.WithChildren(ctx, templ.Join(children...)), w)
	})
}

func save(t *testing.T, name string, body []byte) {
	t.Helper()
	if *gallery == "" {
		return
	}
	path := filepath.Join(*gallery, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, body, 0o644); err != nil {
		t.Fatal(err)
	}
}

func saveStatic(t *testing.T) {
	t.Helper()
	files, err := os.ReadDir(filepath.Join("..", "static"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := f.Name()
		r := httptest.NewRecorder()
		web.Static().ServeHTTP(r, httptest.NewRequest(http.MethodGet, web.Asset(name), nil))
		save(t, web.Asset(name), r.Body.Bytes())
	}
}
