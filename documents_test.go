package throughline_test

import (
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	namedTest    = regexp.MustCompile(`\b(Test|Fuzz)[A-Z][A-Za-z0-9]+\b`)
	declaredTest = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9]+)\(`)
	link         = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	quoted       = regexp.MustCompile("`([^`]+)`")
	requirement  = regexp.MustCompile(`^\d+\.\d+\.\d+$`)
	aFile        = regexp.MustCompile(`^[A-Za-z0-9_.][A-Za-z0-9_./-]*\.(md|go|txt|sum|yaml|example)$`)
	aPage        = regexp.MustCompile(`^/[a-z][a-z0-9/{}-]*$`)
)

// What a document shows a claim with has to be there, or the claim is empty.
func TestWhatTheSecurityDocumentsNameIsThere(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{}
	for _, name := range files(t, "_test.go") {
		for _, m := range declaredTest.FindAllStringSubmatch(read(t, name), -1) {
			tests[m[1]] = true
		}
	}
	pages := read(t, "handlers/testdata/access.txt")
	named := 0
	for _, name := range files(t, ".md") {
		text := read(t, name)
		for _, test := range namedTest.FindAllString(text, -1) {
			if named++; !tests[test] {
				t.Errorf("%s names %s, and there is no such test", name, test)
			}
		}
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			to, _, _ := strings.Cut(m[1], "#")
			if _, err := os.Stat(path.Join(path.Dir(name), to)); to != "" && !strings.Contains(to, ":") && err != nil {
				t.Errorf("%s leads to %s, which is not there", name, m[1])
			}
		}
		if !strings.HasPrefix(name, "docs/security/") {
			continue
		}
		for _, m := range quoted.FindAllStringSubmatch(text, -1) {
			if aFile.MatchString(m[1]) && strings.Contains(m[1], "/") {
				if _, err := os.Stat(m[1]); err != nil {
					t.Errorf("%s names the file %s, which is not there", name, m[1])
				}
			}
			if aPage.MatchString(m[1]) && !strings.Contains(pages, "GET "+m[1]+"\n") {
				t.Errorf("%s names the page %s, which is not there", name, m[1])
			}
		}
	}
	if named < 200 {
		t.Errorf("got %d tests named, want hundreds: are the documents read at all?", named)
	}
}

// Level 1 has 70 requirements and level 2 has 183 (ASVS 5.0.0).
func TestTheChecklistHasEveryRequirementOnceWithWhatShowsIt(t *testing.T) {
	t.Parallel()
	levels, count, seen := map[string]int{}, map[string]int{}, map[string]bool{}
	text := read(t, "docs/security/asvs.md")
	for line := range strings.SplitSeq(text, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 7 {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		ids, of, here, shown := strings.Split(cells[1], ", "), strings.Split(cells[2], ", "), cells[4], cells[5]
		if !requirement.MatchString(ids[0]) {
			continue
		}
		for i, id := range ids {
			if !requirement.MatchString(id) || seen[id] {
				t.Errorf("%s: is no requirement, or stands there twice", id)
			}
			seen[id] = true
			levels[of[min(i, len(of)-1)]]++
			count[here]++
		}
		if len(of) != 1 && len(of) != len(ids) {
			t.Errorf("%s: got %d levels for %d requirements", cells[1], len(of), len(ids))
		}
		if !slices.Contains([]string{"met", "part", "site", "not used", "open"}, here) {
			t.Errorf("%s: %q is no answer", cells[1], here)
		}
		if (here == "met" || here == "site") && !quoted.MatchString(shown) || (here == "part" || here == "open") && len(shown) < 20 {
			t.Errorf("%s: %s, and nothing is named that shows it", cells[1], here)
		}
	}
	if levels["1"] != 70 || levels["2"] != 183 {
		t.Errorf("got %v requirements by level, want 70 and 183", levels)
	}
	sum := fmt.Sprintf("%d met, %d in part, %d of the site, %d not used, %d open", count["met"], count["part"], count["site"], count["not used"], count["open"])
	if !strings.Contains(text, sum) {
		t.Errorf("the summary does not say %q", sum)
	}
}
