// Package throughline_test holds the rules that no single package can check:
// who may import whom, and the house rules of CONTRIBUTING.md.
package throughline_test

import (
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layer says what one folder may import.
type layer struct {
	ours  []string // folders of ours
	never []string // others' packages it must not touch, by prefix
	only  []string // when set, the only others' packages beyond the standard library
}

// layers is the table of architecture.md section 2. A folder that is missing
// from it fails the test, so that nobody adds a layer without saying where it
// stands.
var layers = map[string]layer{
	"cmd":        {ours: []string{"cmd", "handlers", "services", "internal", "models", "migrations", "web"}},
	"handlers":   {ours: []string{"handlers", "services", "models", "web"}, never: []string{"gorm.io", "database/sql", "github.com/jackc"}},
	"services":   {ours: []string{"services", "internal", "models"}, never: []string{"github.com/gin-gonic", "net/http", "html/template", "github.com/golang-jwt"}},
	"internal":   {ours: []string{"internal", "models", "migrations"}, never: []string{"github.com/gin-gonic", "github.com/golang-jwt"}},
	"models":     {never: []string{"net/http"}, only: []string{"github.com/google/uuid", "golang.org/x/text"}},
	"migrations": {only: []string{}},
	"web":        {ours: []string{"web"}, never: []string{"gorm.io", "database/sql", "github.com/jackc", "github.com/gin-gonic"}},
	"scripts":    {only: []string{}},
	"e2e":        {ours: []string{"e2e"}}, // the product from outside, through sockets and a browser
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, path := range files(t, ".go") {
		folder, _, nested := strings.Cut(path, "/")
		if !nested || strings.HasSuffix(path, "_test.go") && folder != "e2e" {
			continue
		}
		l, known := layers[folder]
		if !known {
			t.Errorf("%s: %s is not a known folder: say in layers what it may import", path, folder)
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range f.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if why := l.refuses(imported); why != "" {
				t.Errorf("%s: %s may not import %s: %s", path, folder, imported, why)
			}
		}
	}
}

// refuses says why a layer may not import a package; empty: it may.
func (l layer) refuses(imported string) string {
	if ours, is := strings.CutPrefix(imported, "throughline/"); is {
		to, _, _ := strings.Cut(ours, "/")
		if !slices.Contains(l.ours, to) {
			return "imports go one way, from cmd down to models"
		}
		return ""
	}
	under := func(prefix string) bool { return imported == prefix || strings.HasPrefix(imported, prefix+"/") }
	if slices.ContainsFunc(l.never, under) {
		return "that belongs to another layer"
	}
	first, _, _ := strings.Cut(imported, "/")
	if l.only != nil && strings.Contains(first, ".") && !slices.ContainsFunc(l.only, under) {
		return "this layer stays free of libraries"
	}
	return ""
}

func TestTheTableOfImportsRefusesWhatItShould(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		folder, imported string
		may              bool
	}{
		{"services", "throughline/models", true},
		{"services", "throughline/handlers/api", false},
		{"services", "net/http", false},
		{"services", "net/url", true},
		{"services", "net/http/httptest", false},
		{"handlers", "gorm.io/gorm", false},
		{"handlers", "throughline/internal/pg", false},
		{"models", "github.com/google/uuid", true},
		{"models", "golang.org/x/text/unicode/norm", true},
		{"models", "gorm.io/gorm", false},
		{"models", "time", true},
		{"internal", "throughline/services/cases", false},
		{"web", "throughline/models", false},
		{"web", "github.com/a-h/templ", true},
		{"scripts", "throughline/models", false},
		{"e2e", "throughline/models", false},
	} {
		if got := layers[test.folder].refuses(test.imported) == ""; got != test.may {
			t.Errorf("%s importing %s: got %v, want %v", test.folder, test.imported, got, test.may)
		}
	}
}
