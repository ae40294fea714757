package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		events string
		last   string
		code   int
		shows  string
	}{
		"all passed": {
			`{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Elapsed":1}`, "1 passed, 0 failed", 0, "ok   p",
		},
		"a failure is shown whole": {
			`{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: got 1, want 2\n"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p"}`, "0 passed, 1 failed", 1, "got 1, want 2",
		},
		"a skip fails": {
			`{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestB","Output":"no browser\n"}
{"Action":"skip","Package":"p","Test":"TestB"}
{"Action":"pass","Package":"p"}`, "1 passed, 0 failed, 1 skipped", 1, "no browser",
		},
		"what does not build fails": {
			`{"ImportPath":"p [p.test]","Action":"build-output","Output":"p.go:3: undefined: x\n"}
{"ImportPath":"p [p.test]","Action":"build-fail"}
{"Action":"pass","Package":"q","Test":"TestA"}
{"Action":"fail","Package":"p","FailedBuild":"p [p.test]"}`, "1 passed, 1 failed", 1, "undefined: x",
		},
		"a panic outside a test is shown": {
			`{"Action":"output","Package":"p","Output":"panic: oh\n"}
{"Action":"fail","Package":"p"}`, "0 passed, 1 failed", 1, "panic: oh",
		},
		"no test at all fails": {`{"Action":"skip","Package":"p"}`, "0 passed, 0 failed", 1, ""},
		"a package without tests is no skip": {
			`{"Action":"skip","Package":"p"}
{"Action":"pass","Package":"q","Test":"TestA"}`, "1 passed, 0 failed", 0, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			r := newReport(&out)
			r.read(strings.NewReader(test.events))
			code := r.close(time.Second)
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if got := lines[len(lines)-1]; got != test.last || code != test.code {
				t.Errorf("got %q and exit %d, want %q and %d", got, code, test.last, test.code)
			}
			if !strings.Contains(out.String(), test.shows) {
				t.Errorf("got %s, want %q shown", out.String(), test.shows)
			}
		})
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	got := groups([]string{"-race", "./a", "--", "./b", "--"})
	if diff := cmp.Diff([][]string{{"-race", "./a"}, {"./b"}}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
