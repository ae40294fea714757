package handlers

import (
	"net/http"
	"strings"
	"testing"

	"throughline/handlers/route"
)

// lies are headers by which a request says that it is another.
func lies() header {
	return header{
		"X-Forwarded-For": "6.6.6.6", "X-Real-Ip": "6.6.6.6", "Forwarded": "for=6.6.6.6;host=evil.test;proto=http", "X-Forwarded-Host": "evil.test",
		"X-Forwarded-Proto": "http", "X-Forwarded-Prefix": "/evil", "X-Original-Url": "/", "X-Rewrite-Url": "/api/docs", "X-Http-Method-Override": "POST",
		"X-Http-Method": "DELETE", "X-Method-Override": "PUT", "X-User-Id": anID(), "X-Org-Id": anID(), "X-Role": "system_admin", "X-Remote-User": "admin@demo.test",
		"X-Throughline-Actor": anID(), "X-Request-Id": "ZZCANARYID", "Via": "1.1 evil.test", "True-Client-Ip": "6.6.6.6",
	}
}

// TestNoHeaderMakesARequestAnother asks for every address that only shows with
// and without headers that lie about who asks, from where, for what and how:
// the answer is the same, and none of them is in it.
func TestNoHeaderMakesARequestAnother(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.play(t)
	for _, rt := range s.routes {
		if rt.Method != http.MethodGet || strings.HasPrefix(rt.Path, "/sign-in") || strings.HasPrefix(rt.Path, "/static") {
			continue
		}
		ask := func(h header) (*call, string, int) {
			c := call{who: p.who(rt), method: http.MethodGet, path: p.path(rt), headers: h, bare: true}
			w := s.do(t, c)
			return &c, plainly(w), w.Code
		}
		_, plain, code := ask(nil)
		c, lied, _ := ask(lies())
		if lied != plain {
			if _, again, _ := ask(nil); plain != again {
				plain = lied // it shows that it was asked for
			}
		}
		if lied != plain || code >= 500 {
			t.Errorf("%s: got\n%.600s\nwant, as without what it says of itself,\n%.600s", rt.Name(), lied, plain)
		}
		for _, value := range []string{"6.6.6.6", "evil.test", "ZZCANARYID"} {
			if strings.Contains(lied, value) {
				t.Errorf("GET %s repeats %q", c.path, value)
			}
		}
	}
	if strings.Contains(s.log.String(), "6.6.6.6") {
		t.Error("the log believes an address that was made up")
	}
}

// TestNoOtherSiteWritesAnywhere posts every form of the product from somebody
// else's, in a browser that is signed in: refused, and nothing is written.
func TestNoOtherSiteWritesAnywhere(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.play(t)
	var writes []route.Route
	for _, rt := range s.routes {
		if rt.Method != http.MethodGet && !rt.JSON {
			writes = append(writes, rt)
			s.do(t, call{who: p.who(rt), method: http.MethodGet, path: "/"}) // signed in
		}
	}
	if len(writes) < 100 {
		t.Errorf("got %d pages that write, want all of them", len(writes))
	}
	before := s.rows(t)
	for _, rt := range writes {
		for name, h := range map[string]header{
			"another site":          {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"},
			"no origin to speak of": {"Origin": "null"},
			"a neighbour":           {"Origin": "http://other.throughline.test", "Sec-Fetch-Site": "same-site"},
			"only its address":      {"Sec-Fetch-Site": "cross-site"},
			"a port beside ours":    {"Origin": "http://throughline.test:8081"},
		} {
			w := s.do(t, call{who: p.who(rt), method: rt.Method, path: p.path(rt), body: "a=b", headers: h, bare: true})
			if w.Code != http.StatusForbidden || w.Header().Get("Access-Control-Allow-Origin") != "" || len(w.Header().Values("Set-Cookie")) > 0 {
				t.Errorf("%s from %s: got %d %v, want 403", rt.Name(), name, w.Code, w.Header())
			}
		}
	}
	if after := s.rows(t); after != before {
		t.Errorf("got %d rows, want the %d that were there", after, before)
	}
}
