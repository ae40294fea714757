package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"throughline/web"
)

// numbered finds what looks like the version of a program.
var numbered = regexp.MustCompile(`(?i)\d+\.\d+|\bgo\b|\bgo1|\bgin\b|\bhuma\b|postgres|throughline`)

// spoken sends bytes as they are, and returns the status and the headers of
// the answer: http.Client would not send half of what is asked here.
func spoken(t *testing.T, addr, request string) (int, http.Header) {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	go func() { _, _ = io.WriteString(c, request) }() // an answer may come before the end of it is read
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("%.60q: %v", request, err)
	}
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode, res.Header
}

func TestNoAnswerSaysWhatProgramGaveIt(t *testing.T) {
	t.Parallel()
	admin := freeAddr(t)
	a, cfg := joined(t, "ADMIN_ADDR="+admin)
	url, stop := site(t, cfg, a.parts(nil))
	defer func() { _ = stop() }()
	people := strings.TrimPrefix(url, "http://")
	ask := func(line string, headers ...string) string {
		return line + " HTTP/1.1\r\nHost: " + people + "\r\nConnection: close\r\n" + strings.Join(headers, "") + "\r\n"
	}
	big := ask("POST /api/v1/auth/tokens", "Content-Type: application/json\r\nContent-Length: 2097152\r\n") + strings.Repeat(" ", 2<<20)
	hold := func(addr, request string, want int) {
		t.Helper()
		code, header := spoken(t, addr, request)
		if code != want {
			t.Errorf("%.60q: got %d, want %d", request, code, want)
		}
		for name, values := range header {
			said := strings.Join(values, ", ")
			if name == "Date" || strings.HasPrefix(said, "text/plain; version=0.0.4") { // of the format of figures, which is public
				continue
			}
			if name == "Server" || name == "Via" || strings.HasPrefix(name, "X-Powered") || strings.Contains(name, "Version") || numbered.MatchString(said) {
				t.Errorf("%.60q: the answer of %d says %s: %s", request, code, name, said)
			}
		}
	}
	for _, c := range []struct {
		request string
		want    int
	}{
		{ask("GET /sign-in"), 200},
		{ask("GET /healthz"), 200},
		{ask("GET " + web.Asset("app.css")), 200},
		{ask("GET /static/none.css"), 404},
		{ask("GET /none"), 404},
		{ask("GET /api/v1/none"), 404},
		{ask("GET /api/docs"), 200},
		{ask("GET /"), 303},
		{ask("GET /api/v1/me"), 401},
		{ask("POST /sign-in", "Origin: https://elsewhere.example\r\nSec-Fetch-Site: cross-site\r\nContent-Length: 0\r\n"), 403},
		{ask("TRACE /sign-in"), 405},
		{ask("DELETE /sign-in"), 405},
		{ask("DELETE /api/v1/auth/tokens"), 405},
		{big, 413},
		{ask("POST /api/v1/auth/tokens", "Content-Type: text/plain\r\nContent-Length: 2\r\n") + "{}", 415},
		{ask("GET /sign-in", "X-Long: "+strings.Repeat("a", 64<<10)+"\r\n"), 431},
		{"GET /sign-in\r\n\r\n", 400},
		{ask("GET /sign-in", "Transfer-Encoding: odd\r\n"), 501},
	} {
		hold(people, c.request, c.want)
	}
	for path, want := range map[string]int{"GET /metrics": 200, "GET /debug/pprof/": 200, "GET /": 404, "POST /metrics": 405} {
		hold(admin, ask(path), want)
	}
	hold(admin, "GET /metrics\r\n\r\n", 400)
	plant(t, cfg.DatabaseOwnerURL.Reveal(), "alter table sign_in_attempts rename to lost")
	who := `{"email":"nobody@demo.test","password":"correct horse battery"}`
	hold(people, ask("POST /api/v1/auth/tokens", fmt.Sprintf("Content-Type: application/json\r\nContent-Length: %d\r\n", len(who)))+who, 500)
	a.draining.Store(true)
	hold(people, ask("GET /readyz"), 503)
}
