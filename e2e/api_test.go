package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// TestTheStoryOverTheAPI carries one victim from the police desk to a charity's
// acceptance to the Commissioner's figures.
func TestTheStoryOverTheAPI(t *testing.T) {
	t.Parallel()
	police, vawg, refuge := signIn(t, site(t).url, "police"), signIn(t, site(t).url, "vawg"), signIn(t, site(t).url, "refuge")
	commissioner := signIn(t, site(t).url, "commissioner")
	caseID, id := sent(t, police, vawg, "Zzcanary")

	// The receiver finds it in its inbox, sees what was ticked and nothing else.
	if !listed(t, vawg, "/api/v1/referrals?box=inbox&limit=100", id) {
		t.Errorf("the referral is not in the receiver's inbox")
	}
	before := vawg.get("/api/v1/referrals/" + id)
	for _, hidden := range []string{"Zzcanary", "Testwell", "07700", "7700900123", "Test Street", "bluebell", "E8 1AA", "1994-03-02"} {
		if strings.Contains(before.Raw, hidden) {
			t.Errorf("before acceptance the receiver is shown %q", hidden)
		}
	}
	if shared, _ := before.Body["shared"].(map[string]any); shared["incident_summary"] == nil || shared["borough"] == nil {
		t.Errorf("the ticked fields are not shown: %s", before.Raw)
	}
	if n := len(openClocks(before)); n != 2 {
		t.Errorf("got %d clocks running, want pick up and decide: %s", n, before.Raw)
	}

	// A third organisation gets what it would get for nothing at all.
	assertAbsent(t, refuge, caseID, id)

	vawg.do(id, "acknowledge", nil)
	people := vawg.get("/api/v1/people?assignable=true").items(t)
	accepted := vawg.do(id, "accept", map[string]any{"worker_id": people[0]["id"]})
	if got := accepted.text(t, "status"); got != "accepted" {
		t.Errorf("got %s after accepting", got)
	}
	after := vawg.get("/api/v1/referrals/" + id)
	for _, shown := range []string{"Zzcanary", "Testwell"} {
		if !strings.Contains(after.Raw, shown) {
			t.Errorf("after acceptance the receiver is not shown %q", shown)
		}
	}
	if strings.Contains(after.Raw, "1994-03-02") {
		t.Errorf("a field that was never ticked is shown after acceptance")
	}

	seen := police.get("/api/v1/referrals/" + id)
	if got := seen.text(t, "status"); got != "accepted" {
		t.Errorf("the referrer sees %s, want accepted", got)
	}
	if !strings.Contains(police.get("/api/v1/referrals/"+id+"/history").Raw, "accept") {
		t.Errorf("the history does not tell of the acceptance")
	}

	figures := commissioner.get("/api/v1/quality/measures?measure=time_to_acknowledge&by=service")
	if strings.Contains(figures.Raw, "Zzcanary") || len(figures.items(t)) == 0 {
		t.Errorf("the Commissioner's figures are empty or name a victim")
	}
	if a := commissioner.send("GET", "/api/v1/cases/"+caseID, nil, nil); a.Status != 403 {
		t.Errorf("the Commissioner's auditor reads a case: %d", a.Status)
	}
	assertAudited(t, caseID)
}

// listed says whether a list shows an id, page after page.
func listed(t testing.TB, c *caller, path, id string) bool {
	t.Helper()
	for next := ""; ; {
		a := c.get(path + next)
		for _, row := range a.items(t) {
			if row["id"] == id {
				return true
			}
		}
		cursor, _ := a.Body["next"].(string)
		if cursor == "" {
			return false
		}
		next = "&cursor=" + cursor
	}
}

func openClocks(a answer) []any {
	var out []any
	clocks, _ := a.Body["clocks"].([]any)
	for _, c := range clocks {
		m := c.(map[string]any)
		if m["state"] == "running" || m["state"] == "due_soon" {
			out = append(out, c)
		}
	}
	return out
}

// assertAbsent compares what a stranger is told of a record with what it is
// told of one that does not exist, byte for byte but for the request's own id.
func assertAbsent(t testing.TB, c *caller, caseID, referralID string) {
	t.Helper()
	const nobody = "0199a1de-7d4a-7c3e-9d3c-0000000000ff"
	for _, pair := range [][2]string{
		{"/api/v1/referrals/" + referralID, "/api/v1/referrals/" + nobody},
		{"/api/v1/referrals/" + referralID + "/history", "/api/v1/referrals/" + nobody + "/history"},
		{"/api/v1/referrals/" + referralID + "/clocks", "/api/v1/referrals/" + nobody + "/clocks"},
		{"/api/v1/cases/" + caseID, "/api/v1/cases/" + nobody},
		{"/api/v1/cases/" + caseID + "/journey", "/api/v1/cases/" + nobody + "/journey"},
	} {
		theirs, none := c.send("GET", pair[0], nil, nil), c.send("GET", pair[1], nil, nil)
		if theirs.Status != 404 || none.Status != 404 || stripped(theirs, referralID, caseID) != stripped(none, nobody, nobody) {
			t.Errorf("%s tells a stranger more than a missing one:\n%d %s\n%d %s", pair[0], theirs.Status, theirs.Raw, none.Status, none.Raw)
		}
	}
	if listed(t, c, "/api/v1/referrals?box=inbox&limit=100", referralID) || listed(t, c, "/api/v1/cases?limit=100", caseID) {
		t.Errorf("a stranger's list shows the record")
	}
	found := c.send("POST", "/api/v1/cases/search", map[string]any{"name": "Zzcanary Testwell"}, nil)
	if found.Status != 200 || len(found.items(t)) != 0 {
		t.Errorf("a stranger's search finds the record: %d %s", found.Status, found.Raw)
	}
}

// stripped is an answer without what differs between any two requests.
func stripped(a answer, ids ...string) string {
	s := a.Raw
	if inst, ok := a.Body["instance"].(string); ok {
		s = strings.ReplaceAll(s, inst, "")
	}
	for _, id := range ids {
		s = strings.ReplaceAll(s, id, "")
	}
	return fmt.Sprint(a.Status, s)
}

// assertAudited reads the trail of a case as the police's manager would.
func assertAudited(t testing.TB, caseID string) {
	t.Helper()
	manager := signIn(t, site(t).url, site(t).managerOf(t, "police"))
	trail := manager.get("/api/v1/audit/events?case_id=" + caseID + "&limit=100").Raw
	for _, act := range []string{"case.logged", "referral.submitted", "referral.acknowledged", "referral.accepted", "referral.read"} {
		if !strings.Contains(trail, act) {
			t.Errorf("the trail does not tell of %s: %s", act, trail)
		}
	}
}
