package throughline_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// files lists the files of this repository with one of the endings, those that
// git ignores left out, and generated or borrowed ones too.
func files(t *testing.T, endings ...string) []string {
	t.Helper()
	out, err := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	var names []string
	for name := range strings.SplitSeq(string(out), "\x00") {
		if name == "" || strings.HasSuffix(name, "_templ.go") || strings.HasSuffix(name, ".min.js") || strings.Contains(name, "swagger-ui") || strings.Contains(name, "/testdata/") {
			continue
		}
		if _, err := os.Stat(name); err == nil && slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(name, e) }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// longFiles may be longer than the rule, and why.
var longFiles = map[string]string{}

func TestNoFileIsLongerThanAReaderCanHold(t *testing.T) {
	t.Parallel()
	const most = 600
	for _, name := range files(t, ".go", ".templ", ".sql", ".scss", ".js", ".mjs") {
		n := strings.Count(read(t, name), "\n")
		_, excused := longFiles[name]
		switch {
		case n > most && !excused:
			t.Errorf("%s has %d lines, want at most %d: split it, or say in longFiles why not", name, n, most)
		case n <= most && excused:
			t.Errorf("%s is short enough: take it off longFiles", name)
		}
	}
}

// unfinished are words of work that is not done.
var unfinished = regexp.MustCompile(`\b(` + strings.Join([]string{"TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"}, "|") + `)\b|(?i)not ` + `implemented\b|\bcoming ` + `soon\b`)

func TestNothingIsLeftForLater(t *testing.T) {
	t.Parallel()
	for _, name := range files(t, ".go", ".templ", ".sql", ".scss", ".js", ".md", ".yaml", "Makefile", ".ci/run", ".sh") {
		for i, line := range strings.Split(read(t, name), "\n") {
			if word := unfinished.FindString(line); word != "" {
				t.Errorf("%s:%d: %q: finish it, or open an issue", name, i+1, word)
			}
		}
	}
}

// foreign are paths of one machine and hosts of package registries, which mean
// nothing on another and break a build where they cannot be reached.
var foreign = regexp.MustCompile(`(/ho` + `me/[a-z]|/ro` + `ot/[a-z]|/wo` + `rk/[a-z]|/Use` + `rs/[a-z]|proxy\.go` + `lang\.org|registry\.np` + `mjs\.org|deb\.deb` + `ian\.org)`)

func TestNoFileNamesAMachineOrARegistry(t *testing.T) {
	t.Parallel()
	for _, name := range files(t, "") {
		switch path.Ext(name) {
		case ".png", ".ico", ".gz", ".woff2", ".pdf", ".jpg":
			continue
		}
		for i, line := range strings.Split(read(t, name), "\n") {
			if found := foreign.FindString(line); found != "" {
				t.Errorf("%s:%d names %s", name, i+1, found)
			}
		}
	}
}

// mayAskTheTime are the places that may ask the machine what time it is, and
// why. Everywhere else time comes from the one clock, tx.Now, so that a demo can
// live in November and a test can decide what day it is (decisions.md 12).
var mayAskTheTime = map[string]string{
	"cmd/throughline/":                "the one clock is made here",
	"handlers/auth/":                  "tokens live in real time",
	"handlers/api/upload.go":          "how long a sender may take",
	"handlers/pages/account/":         "cookies live in real time",
	"handlers/middleware/":            "limits and access logs live in real time",
	"internal/pglocal/":               "waiting for a server",
	"internal/courier/":               "how long another server may take",
	"internal/notify/":                "what GOV.UK Notify takes for a token lives in real time",
	"internal/testkit/":               "waiting for a server",
	"internal/ratelimit/":             "limits live in real time",
	"scripts/":                        "how long the tests took",
	"services/listings/listings.go":   "how long what was read is believed",
	"services/accounts/":              "sessions and guessing limits live in real time",
	"services/webhooks/":              "what is signed says the real time, and so do the limits of secrets",
	"internal/idp/":                   "what a provider says of itself is remembered for an hour of real time",
	"services/people/invite.go":       "the links of invitations live in real time",
	"services/documents/jobs.go":      "a store of files lives in real time",
	"services/demo/load.go":           "how fast the load goes",
	"services/directory/directory.go": "a snapshot in memory is some seconds old in real time",
	"services/jobs/jobs.go":           "the queue lives in real time",
}

func TestTimeComesFromTheOneClock(t *testing.T) {
	t.Parallel()
	for _, name := range files(t, ".go") {
		if strings.HasSuffix(name, "_test.go") || excused(name) {
			continue
		}
		each(t, name, func(set *token.FileSet, n ast.Node) {
			if selects(n, "time", "Now", "Since", "Until") {
				t.Errorf("%s asks the machine for the time: take it from tx.Now, or say in mayAskTheTime why not", set.Position(n.Pos()))
			}
		})
	}
}

func excused(name string) bool {
	for prefix := range mayAskTheTime {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func TestTestsNeitherSkipNorSleep(t *testing.T) {
	t.Parallel()
	for _, name := range files(t, "_test.go") {
		each(t, name, func(set *token.FileSet, n ast.Node) {
			if s, ok := n.(*ast.SelectorExpr); ok && (s.Sel.Name == "Skip" || s.Sel.Name == "Skipf" || s.Sel.Name == "SkipNow") {
				t.Errorf("%s skips: what does not run proves nothing", set.Position(n.Pos()))
			}
			if selects(n, "time", "Sleep") {
				t.Errorf("%s sleeps: wait for what it waits for", set.Position(n.Pos()))
			}
		})
	}
}

// each walks the syntax of one file.
func each(t *testing.T, name string, fn func(*token.FileSet, ast.Node)) {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, name, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		fn(set, n)
		return true
	})
}

// selects reports whether n is pkg.Name for one of the names.
func selects(n ast.Node, pkg string, names ...string) bool {
	s, ok := n.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && x.Name == pkg && slices.Contains(names, s.Sel.Name)
}

func TestEveryPackageAndExportedNameSaysWhatItMeans(t *testing.T) {
	t.Parallel()
	explained := map[string]bool{}
	for _, name := range files(t, ".go") {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		dir := path.Dir(name)
		explained[dir] = explained[dir] || f.Doc != nil
		for _, d := range f.Decls {
			if missing := unexplained(d); missing != "" {
				t.Errorf("%s: %s has no comment", set.Position(d.Pos()), missing)
			}
		}
	}
	for dir, is := range explained {
		if !is {
			t.Errorf("package %s has no comment", dir)
		}
	}
}

// unexplained names the exported thing that a declaration makes without a
// comment on itself or on its group; empty: there is none.
func unexplained(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && d.Recv == nil {
			return d.Name.Name
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
					return s.Name.Name
				}
			case *ast.ValueSpec:
				if s.Names[0].IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
					return s.Names[0].Name
				}
			}
		}
	}
	return ""
}

func TestTheToolsGenerateForTheVersionsWeUse(t *testing.T) {
	t.Parallel()
	version := regexp.MustCompile(`github\.com/a-h/templ (v\S+)`)
	product, tools := version.FindStringSubmatch(read(t, "go.mod")), version.FindStringSubmatch(read(t, "tools/go.mod"))
	if product == nil || tools == nil || product[1] != tools[1] {
		t.Errorf("got templ %v in go.mod and %v in tools/go.mod, want the same", product, tools)
	}
}
