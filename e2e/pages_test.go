package e2e

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// visitor asks for pages without a browser: a cookie and nothing else.
type visitor struct {
	t    testing.TB
	who  string
	base string
	http *http.Client
}

// visit signs a demo person in by the form, without a browser.
func visit(t testing.TB, base, who string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{t: t, who: who, base: base, http: &http.Client{Jar: jar, Transport: wire.Transport, CheckRedirect: wire.CheckRedirect}}
	res, err := v.http.PostForm(base+"/sign-in", url.Values{"email": {email(who)}, "password": {password}})
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("signing in as %s by page: got %d, want 303", who, res.StatusCode)
	}
	return v
}

// get asks for a page and follows nothing.
func (v *visitor) get(path string) answer {
	v.t.Helper()
	return v.took(v.http.Get(v.base + path))
}

// post sends a form, given as names and values by turns.
func (v *visitor) post(path string, form ...string) answer {
	v.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	return v.took(v.http.PostForm(v.base+path, values))
}

func (v *visitor) took(res *http.Response, err error) answer {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{Status: res.StatusCode, Header: res.Header, Raw: string(raw)}
}

// routes lists the GET addresses of the product as its own table of routes has
// them, which its tests hold against what is mounted.
func routes(t testing.TB) []string {
	t.Helper()
	b, err := os.ReadFile("../handlers/testdata/access.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(b)) {
		if path, is := strings.CutPrefix(strings.TrimSpace(line), "GET /"); is {
			out = append(out, "/"+path)
		}
	}
	if len(out) < 20 {
		t.Fatalf("the table of routes holds %d pages: %v", len(out), out)
	}
	return out
}

// pageRoutes are those that answer people.
func pageRoutes(t testing.TB) []string {
	t.Helper()
	return slices.DeleteFunc(routes(t), func(r string) bool {
		return strings.HasPrefix(r, "/api/") || strings.HasPrefix(r, "/static/") || strings.HasPrefix(r, "/directory") || r == "/healthz" || r == "/readyz"
	})
}

// parameter is the place of a record in an address: {id}, {ref}.
var parameter = regexp.MustCompile(`\{(\w+)\}`)
