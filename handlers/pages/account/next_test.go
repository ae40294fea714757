package account

import (
	"fmt"
	"strings"
	"testing"
)

func TestOnlyAPageOfOursIsANextPage(t *testing.T) {
	t.Parallel()
	for _, next := range []string{
		"/", "/today", "/inbox?pathway=vawg&page=2", "/cases/C-7KQ4-M2X9-P", "/referrals/R-1111-2222-3/accept", "/find?x=%C3%A9", "/cases?next=https%3A%2F%2Fevil.test",
	} {
		if got := localPath(next); got != next {
			t.Errorf("%q: got %q, want it kept", next, got)
		}
	}
	for _, next := range []string{"", "/sign-in", "/sign-in?next=/x", "/sign-out", "/signed-out", "/api/v1/me", "today", "?x", "#x", "/" + strings.Repeat("x", 600)} {
		if got := localPath(next); got != "" {
			t.Errorf("%.40q: got %q, want nothing", next, got)
		}
	}
}

// Every way to write another site that a browser, a proxy or a library is
// known to follow.
func TestNoWayToWriteAnotherSiteIsFollowed(t *testing.T) {
	t.Parallel()
	starts := []string{
		"//%s", "///%s", "////%s", "/\\%s", "\\\\%s", "\\/%s", "/\\/%s", "//\\%s", "\\%s", "/\t/%s", "/\n/%s", "/\r/%s", "\t//%s", " //%s", "\x00//%s",
		"http://%s", "https://%s", "HTTPS://%s", "https:/%s", "https:%s", "https:\\\\%s", "http:\\%s", "//%s/..", "ftp://%s", "data://%s", "javascript://%s/%%0aalert(1)",
		"javascript:alert('%s')", "JaVaScRiPt:alert('%s')", "java\nscript:alert('%s')", "\x01javascript:alert('%s')", "vbscript:x('%s')", "data:text/html,%s", "blob:https://%s", "file://%s",
		"/%%2f%s", "/%%2F%%2F%s", "/%%5c%s", "/%%5C%%5C%s", "/%%09/%s", "/%%0d%%0a/%s", "/%%00/%s", "/.//%s", "/..//%s", "/x/..//%s", "/x/../..//%s", "/;//%s", "/x//%s",
		"//user@%s", "https://throughline.test@%s", "//throughline.test@%s", "https://throughline.test.%s", "//\u3002%s", "/\u2215/%s", "/\uff0f%s", "\uff0f\uff0f%s", "//\u200b%s",
		"/\u00a0/%s", "/ /%s", "/\x0b/%s", "/\x0c/%s", "/\x7f/%s", "x//%s", ".%s", "@%s", ":80//%s", "/../%s",
	}
	hosts := []string{"evil.test", "evil.test/%2f..", "127.0.0.1", "[::1]", "2130706433"}
	n := 0
	for _, start := range starts {
		for _, host := range hosts {
			n++
			if next := fmt.Sprintf(start, host); localPath(next) != "" {
				t.Errorf("%q was taken for a page of ours", next)
			}
		}
	}
	if n < 240 {
		t.Errorf("got %d ways, want 240 at least", n)
	}
}
