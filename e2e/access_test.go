package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestAccessEndsWithTheDecision holds the receiver's live view to the state of
// the referral (security.md T5): the very next request with the same token is
// answered as for a record that does not exist.
func TestAccessEndsWithTheDecision(t *testing.T) {
	t.Parallel()
	s := site(t)
	police, vawg := signIn(t, s.url, "police"), signIn(t, s.url, "vawg")
	caseID, id := sent(t, police, vawg, "Zzcanary")
	page := visit(t, s.url, "vawg")
	ref := vawg.get("/api/v1/referrals/"+id).text(t, "reference")
	if a := page.get("/referrals/" + ref); a.Status != 200 {
		t.Fatalf("before the decision: got %d, want 200", a.Status)
	}
	vawg.do(id, "decline", map[string]any{"reason": "no_capacity", "decided_by": "provider", "note": "Full."})
	assertAbsent(t, vawg, caseID, id)
	if a := page.get("/referrals/" + ref); a.Status != 404 || strings.Contains(a.Raw, "Testwell") {
		t.Errorf("the page after declining: got %d, want 404", a.Status)
	}
	if seen := police.get("/api/v1/referrals/" + id); seen.text(t, "status") != "declined" {
		t.Errorf("the referrer sees %s, want declined", seen.text(t, "status"))
	}
}

// TestSigningOutEndsEveryTokenOfTheSession holds revocation to every process
// within a second (security.md T6).
func TestSigningOutEndsEveryTokenOfTheSession(t *testing.T) {
	t.Parallel()
	first := site(t)
	second := first.another(t)
	c := &caller{t: t, who: "support", base: first.url}
	tokens := c.expect(200, "POST", "/api/v1/auth/tokens", map[string]any{"email": "support@demo.test", "password": password}, nil)
	c.token = tokens.text(t, "access_token")
	there := c.at(second)
	c.get("/api/v1/me")
	there.get("/api/v1/me")
	c.expect(204, "DELETE", "/api/v1/auth/session", nil, nil)
	c.expect(401, "GET", "/api/v1/me", nil, nil)
	until(t, time.Second+500*time.Millisecond, "the other process refusing the token", func() bool {
		return there.send("GET", "/api/v1/cases", nil, nil).Status == http.StatusUnauthorized
	})
	c.expect(401, "POST", "/api/v1/auth/tokens/refresh", map[string]any{"refresh_token": tokens.text(t, "refresh_token")}, nil)
}

// TestAStolenRefreshTokenEndsItsFamily uses one refresh token twice (security.md
// T18): whoever comes second gets nothing, and neither does the first any more.
func TestAStolenRefreshTokenEndsItsFamily(t *testing.T) {
	t.Parallel()
	s := site(t)
	c := &caller{t: t, who: "youth", base: s.url}
	first := c.expect(200, "POST", "/api/v1/auth/tokens", map[string]any{"email": "youth@demo.test", "password": password}, nil)
	refresh := func(token string) answer {
		return c.send("POST", "/api/v1/auth/tokens/refresh", map[string]any{"refresh_token": token}, nil)
	}
	second := refresh(first.text(t, "refresh_token"))
	if second.Status != 200 {
		t.Fatalf("the first use: got %d %s, want 200", second.Status, second.Raw)
	}
	third := refresh(second.text(t, "refresh_token"))
	if third.Status != 200 {
		t.Fatalf("the second token: got %d %s, want 200", third.Status, third.Raw)
	}
	// The first token is two generations old: no honest client holds it still.
	if again := refresh(first.text(t, "refresh_token")); again.Status != 401 {
		t.Errorf("the stolen token: got %d %s, want 401", again.Status, again.Raw)
	}
	if after := refresh(third.text(t, "refresh_token")); after.Status != 401 {
		t.Errorf("the newest token of the family: got %d %s, want 401", after.Status, after.Raw)
	}
	c.token = third.text(t, "access_token")
	c.expect(401, "GET", "/api/v1/me", nil, nil)
}

// TestAnotherSiteCannotAct sends what another site could make a browser send
// (security.md T19): nothing is done.
func TestAnotherSiteCannotAct(t *testing.T) {
	t.Parallel()
	s := site(t)
	police, vawg := signIn(t, s.url, "police"), signIn(t, s.url, "vawg")
	_, id := sent(t, police, vawg, "Crossed")
	ref := vawg.get("/api/v1/referrals/"+id).text(t, "reference")
	v := visit(t, s.url, "vawg")
	for name, headers := range map[string]map[string]string{
		"a form of another site":      {"Origin": "https://evil.invalid", "Sec-Fetch-Site": "cross-site", "Content-Type": "application/x-www-form-urlencoded"},
		"a form of a sandboxed frame": {"Origin": "null", "Content-Type": "application/x-www-form-urlencoded"},
		"plain text of a sister site": {"Origin": "https://evil.invalid", "Sec-Fetch-Site": "same-site", "Content-Type": "text/plain"},
	} {
		req, err := http.NewRequest(http.MethodPost, s.url+"/referrals/"+ref+"/acknowledge", strings.NewReader("version=2"))
		if err != nil {
			t.Fatal(err)
		}
		for k, value := range headers {
			req.Header.Set(k, value)
		}
		if a := v.took(v.http.Do(req)); a.Status != http.StatusForbidden {
			t.Errorf("%s: got %d, want 403", name, a.Status)
		}
	}
	// The page's cookie opens nothing of the API.
	if a := v.get("/api/v1/referrals/" + id); a.Status != 401 {
		t.Errorf("the API with a page's cookie: got %d, want 401", a.Status)
	}
	if got := vawg.get("/api/v1/referrals/"+id).text(t, "status"); got != "submitted" {
		t.Errorf("another site moved the referral to %s", got)
	}
}

// TestFiguresGiveNobodyAway reads the Commissioner's figures at their finest:
// no count from 1 to 4 is published.
func TestFiguresGiveNobodyAway(t *testing.T) {
	t.Parallel()
	c := signIn(t, site(t).url, "commissioner")
	hidden := 0
	for _, measure := range []string{"referrals_received", "time_to_acknowledge", "time_to_decide", "declined_by_reason"} {
		for _, row := range c.get("/api/v1/quality/measures?measure=" + measure + "&by=service,month").items(t) {
			n, shown := row["n"].(float64)
			switch {
			case row["suppressed"] == true:
				hidden++
				if shown || row["value"] != nil || row["median"] != nil {
					t.Errorf("%s: a hidden row shows %v", measure, row)
				}
			case shown && n > 0 && n < 5:
				t.Errorf("%s: a row shows a count of %v: %v", measure, n, row)
			}
		}
	}
	if hidden == 0 {
		t.Error("no row is hidden: with so few cases that cannot be")
	}
}
