package handlers

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"testing"
)

func TestTheReadablePageOfTheAPILoadsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	s := open(t)
	page := s.do(t, call{method: "GET", path: "/api/docs"})
	csp := page.Header().Get("Content-Security-Policy")
	if page.Code != 200 || !strings.Contains(csp, "script-src 'self';") || strings.Contains(csp, "http") || strings.Contains(csp, "eval") {
		t.Errorf("got %d with policy %q, want scripts of this host alone", page.Code, csp)
	}
	links := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page.Body.String(), -1)
	if len(links) < 4 {
		t.Fatalf("got %d links, want the page's files", len(links))
	}
	for _, link := range links {
		path := link[1]
		if path == "data:," {
			continue
		}
		w := s.do(t, call{method: "GET", path: path})
		if !strings.HasPrefix(path, "/api/") || w.Code != 200 || w.Body.Len() == 0 {
			t.Errorf("%s: got %d, want a file of ours", path, w.Code)
		}
		again := s.do(t, call{method: "GET", path: path, headers: header{"If-None-Match": w.Header().Get("ETag")}})
		if again.Code != 304 || again.Body.Len() != 0 {
			t.Errorf("%s: got %d for a copy that is still good, want 304", path, again.Code)
		}
	}
	script := s.do(t, call{method: "GET", path: "/api/docs/start.js"}).Body.String()
	if !strings.Contains(script, `"/api/v1/openapi.json"`) || strings.Contains(script, "http:") || strings.Contains(script, "https:") {
		t.Errorf("got %s, want it to draw our own description", script)
	}
}

func TestTheDescriptionIsServedAsItIs(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := s.do(t, call{method: "GET", path: "/api/v1/openapi.json"})
	var doc struct {
		OpenAPI string         `json:"openapi"`
		Paths   map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || w.Code != 200 || doc.OpenAPI != "3.1.0" || len(doc.Paths) == 0 {
		t.Errorf("got %d %+v, %v, want the description", w.Code, doc, err)
	}
	if kind := w.Header().Get("Content-Type"); kind != "application/openapi+json" {
		t.Errorf("got content type %q, want application/openapi+json", kind)
	}
}

func TestLargeFilesOfThePageAreSentCompressed(t *testing.T) {
	t.Parallel()
	s := open(t)
	plain := s.do(t, call{method: "GET", path: "/api/docs/swagger-ui.css"})
	small := s.do(t, call{method: "GET", path: "/api/docs/swagger-ui.css", headers: header{"Accept-Encoding": "gzip, br"}})
	if small.Header().Get("Content-Encoding") != "gzip" || small.Body.Len() >= plain.Body.Len()/3 {
		t.Fatalf("got %d bytes of %d, encoded %q, want it compressed", small.Body.Len(), plain.Body.Len(), small.Header().Get("Content-Encoding"))
	}
	r, err := gzip.NewReader(small.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != plain.Body.String() {
		t.Errorf("got another file inside (%v), want the same", err)
	}
}
