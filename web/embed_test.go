package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
)

// names lists every embedded file.
func names(t *testing.T) []string {
	t.Helper()
	entries, err := fs.ReadDir(files, "static")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	body, err := fs.ReadFile(files, path.Join("static", name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func get(t *testing.T, url, encoding string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, url, nil)
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	Static().ServeHTTP(w, r)
	return w.Result()
}

func TestNothingOfTheGovernmentsBrandIsEmbedded(t *testing.T) {
	t.Parallel()
	for _, name := range names(t) {
		body := strings.ToLower(string(read(t, name)))
		for _, banned := range []string{"gds transport", "@font-face", "crest", "crown copyright", "fonts/", ".woff", "govuk-logo", "logotype"} {
			if strings.Contains(body, banned) || strings.Contains(strings.ToLower(name), banned) {
				t.Errorf("got %q in %s, want none of the government's brand", banned, name)
			}
		}
	}
}

func TestEveryPictureTheStylesheetNamesIsEmbeddedBesideIt(t *testing.T) {
	t.Parallel()
	for _, m := range regexp.MustCompile(`url\(([^)]*)\)`).FindAllStringSubmatch(string(read(t, "app.css")), -1) {
		if name := strings.Trim(m[1], `"'`); strings.HasPrefix(name, "data:") || strings.Contains(name, "/") {
			t.Errorf("got a picture at %s, want a neighbour of the stylesheet", name)
		} else {
			read(t, name)
		}
	}
}

func TestScriptsImportOnlyTheirNeighbours(t *testing.T) {
	t.Parallel()
	imports := regexp.MustCompile(`(?:from|import)\s*\(?['"]([^'"]+)['"]`)
	for _, name := range names(t) {
		if path.Ext(name) != ".js" {
			continue
		}
		for _, m := range imports.FindAllStringSubmatch(string(read(t, name)), -1) {
			if !strings.HasPrefix(m[1], "./") {
				t.Errorf("got an import of %s in %s, want only ./ neighbours", m[1], name)
				continue
			}
			read(t, strings.TrimPrefix(m[1], "./"))
		}
	}
}

func TestAnAssetIsKeptForAYearUnderTheHashOfItsBuild(t *testing.T) {
	t.Parallel()
	for _, name := range names(t) {
		url := Asset(name)
		if !regexp.MustCompile(`^/static/[0-9a-f]{16}/`).MatchString(url) {
			t.Errorf("got %s, want the hash in the address", url)
		}
		for _, encoding := range []string{"", "gzip, br"} {
			res := get(t, url, encoding)
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			if res.Header.Get("Content-Encoding") == "gzip" {
				z, err := gzip.NewReader(bytes.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				if body, err = io.ReadAll(z); err != nil {
					t.Fatal(err)
				}
			}
			if res.StatusCode != http.StatusOK || !bytes.Equal(body, read(t, name)) {
				t.Errorf("%s as %q: got status %d and %d bytes, want the file", name, encoding, res.StatusCode, len(body))
			}
			if got := res.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
				t.Errorf("%s: got %q, want a year", name, got)
			}
			if got := res.Header.Get("Content-Type"); got == "" || strings.HasPrefix(got, "text/plain") || strings.HasPrefix(got, "application/") {
				t.Errorf("%s: got the type %q, want its own", name, got)
			}
		}
	}
	if res := get(t, Asset("app.css"), "gzip"); res.Header.Get("Content-Encoding") != "gzip" {
		t.Error("got the stylesheet unpacked, want it packed for a browser that says so")
	}
}

func TestAnAddressOfAnotherBuildIsNeverKept(t *testing.T) {
	t.Parallel()
	res := get(t, "/static/0123456789abcdef/app.css", "")
	if got := res.Header.Get("Cache-Control"); res.StatusCode != http.StatusOK || got != "no-cache" {
		t.Errorf("got status %d and %q, want the present file to be asked for again", res.StatusCode, got)
	}
}

func TestWhatIsNotEmbeddedIsNotThere(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"/static/", "/static/x", "/static/x/none.css", "/static/x/../embed.go", "/static/x/static/app.css", "/other/x/app.css"} {
		if res := get(t, url, ""); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: got status %d, want 404", url, res.StatusCode)
		}
	}
	r := httptest.NewRequest(http.MethodPost, Asset("app.css"), nil)
	w := httptest.NewRecorder()
	Static().ServeHTTP(w, r)
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("got status %d for a POST, want 405", w.Code)
	}
	defer func() {
		if recover() == nil {
			t.Error("got an address for a file that is not embedded, want a panic")
		}
	}()
	Asset("none.css")
}
