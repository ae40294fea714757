package main

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"
)

func TestTheListNamesEverythingThatIsInTheBinary(t *testing.T) {
	t.Parallel()
	front, err := os.ReadFile("../../web/scss/package.json")
	if err != nil {
		t.Fatal(err)
	}
	info := &debug.BuildInfo{GoVersion: "go1.26.1", Main: debug.Module{Path: "throughline", Version: "(devel)"}, Deps: []*debug.Module{
		{Path: "example.test/b", Version: "v1.0.0+incompatible", Sum: "h1:b"},
		{Path: "example.test/old", Version: "v1.0.0", Replace: &debug.Module{Path: "example.test/new", Version: "v2.0.0", Sum: "h1:n"}},
	}}
	var out, again bytes.Buffer
	for _, w := range []*bytes.Buffer{&out, &again} {
		if err := write(w, []byte("a binary"), info, front); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(out.Bytes(), again.Bytes()) {
		t.Error("the same binary makes two lists")
	}
	var b bom
	if err := json.Unmarshal(out.Bytes(), &b); err != nil {
		t.Fatal(err)
	}
	if b.Format != "CycloneDX" || b.Spec != "1.6" || !regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(b.Serial) {
		t.Errorf("got %s %s %s", b.Format, b.Spec, b.Serial)
	}
	all := out.String()
	for _, purl := range []string{"pkg:golang/std@1.26.1", "pkg:golang/example.test/b@v1.0.0+incompatible", "pkg:golang/example.test/new@v2.0.0", "pkg:npm/govuk-frontend@", "pkg:npm/%40ministryofjustice/frontend@", `"h1:n"`} {
		if !strings.Contains(all, purl) {
			t.Errorf("%s is not in the list:\n%s", purl, all)
		}
	}
	if strings.Contains(all, "example.test/old") || strings.Contains(all, "npm/sass@") {
		t.Error("the list names what is not in the binary")
	}
}
