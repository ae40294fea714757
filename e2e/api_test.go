package e2e

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// caller is a system with somebody's access token.
type caller struct {
	t     testing.TB
	who   string
	base  string
	token string
}

// answer is what came back.
type answer struct {
	Status int
	Header http.Header
	Body   map[string]any
	Raw    string
}

// signIn gets an access token for a demo person ("police" for police@demo.test).
func signIn(t testing.TB, base, who string) *caller {
	t.Helper()
	c := &caller{t: t, who: who, base: base}
	a := c.send("POST", "/api/v1/auth/tokens", map[string]any{"email": who + "@demo.test", "password": password}, nil)
	if a.Status != http.StatusOK && a.Status != http.StatusCreated {
		t.Fatalf("signing in as %s: got %d %s", who, a.Status, a.Raw)
	}
	c.token, _ = a.Body["access_token"].(string)
	if c.token == "" {
		t.Fatalf("signing in as %s: no access_token in %s", who, a.Raw)
	}
	return c
}

// newKey is a fresh Idempotency-Key.
func newKey() string {
	b := make([]byte, 12)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

func (c *caller) send(method, path string, body any, headers map[string]string) answer {
	c.t.Helper()
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, c.base+path, r)
	if err != nil {
		c.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	a := answer{Status: res.StatusCode, Header: res.Header, Raw: string(raw)}
	_ = json.Unmarshal(raw, &a.Body)
	return a
}

// get reads and expects 200.
func (c *caller) get(path string) answer {
	c.t.Helper()
	return c.expect(200, "GET", path, nil, nil)
}

// create posts with a fresh key and expects 201.
func (c *caller) create(path string, body any) answer {
	c.t.Helper()
	return c.expect(201, "POST", path, body, map[string]string{"Idempotency-Key": newKey()})
}

// do takes an action on a referral as it stands now and expects 200.
func (c *caller) do(id, action string, body map[string]any) answer {
	c.t.Helper()
	if body == nil {
		body = map[string]any{}
	}
	tag := c.get("/api/v1/referrals/" + id).Header.Get("ETag")
	if tag == "" {
		c.t.Fatalf("a read of a referral carries no ETag")
	}
	return c.expect(200, "POST", "/api/v1/referrals/"+id+"/"+action, body, map[string]string{"Idempotency-Key": newKey(), "If-Match": tag})
}

func (c *caller) expect(status int, method, path string, body any, headers map[string]string) answer {
	c.t.Helper()
	a := c.send(method, path, body, headers)
	if a.Status != status {
		c.t.Fatalf("%s: %s %s: got %d, want %d\n%s\n%s", c.who, method, path, a.Status, status, a.Raw, site.log)
	}
	return a
}

// text reads a value of an answer by its dotted path.
func (a answer) text(t testing.TB, path string) string {
	t.Helper()
	var v any = a.Body
	for _, part := range strings.Split(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			t.Fatalf("%s: not an object on the way in %s", path, a.Raw)
		}
		v = m[part]
	}
	s, ok := v.(string)
	if !ok {
		t.Fatalf("%s: got %v in %s", path, v, a.Raw)
	}
	return s
}

// items reads the rows of a list.
func (a answer) items(t testing.TB) []map[string]any {
	t.Helper()
	rows, ok := a.Body["items"].([]any)
	if !ok {
		t.Fatalf("no items in %s", a.Raw)
	}
	var out []map[string]any
	for _, r := range rows {
		m, ok := r.(map[string]any)
		if !ok {
			t.Fatalf("an item is not an object: %v", r)
		}
		out = append(out, m)
	}
	return out
}

// aCase is a case as a police system would log it.
func aCase(name string) map[string]any {
	return map[string]any{
		"source": "police",
		"victim": map[string]any{
			"given_name": name, "family_name": "Testwell", "date_of_birth": "1994-03-02", "borough": "Hackney",
			"postcode": "E8 1AA", "language": "English", "missing": map[string]any{},
		},
		"safe_contact": map[string]any{
			"channels": []any{map[string]any{
				"channel": "phone", "value": "07700 900123", "safe": "yes", "leave_message": false,
				"windows": []any{map[string]any{"day": "mon", "from": "09:00", "to": "17:00"}, map[string]any{"day": "thu", "from": "09:00", "to": "17:00"}},
			}, map[string]any{"channel": "post", "value": "1 Test Street, London", "safe": "no"}},
			"code_word": "bluebell", "confirmed_on": "2026-11-18",
		},
		"incidents": []any{map[string]any{
			"occurred_on": "2026-11-15", "reported_on": "2026-11-17", "force": "metropolitan", "crime_reference": "01/123456/26",
			"place": map[string]any{"kind": "home", "borough": "Hackney"}, "offence_types": []any{"domestic_abuse"},
			"summary": "Her former partner forced his way in and threatened her.",
		}},
		"risk_level": "standard",
	}
}

// vawgService finds the service of vawg@demo.test's organisation among those
// that a case may be referred to.
func vawgService(t testing.TB, police, vawg *caller, caseID string) map[string]any {
	t.Helper()
	org := vawg.get("/api/v1/me").text(t, "organisation.id")
	for _, s := range police.get("/api/v1/services?pathway=vawg&case_id=" + caseID).items(t) {
		if o, _ := s["organisation"].(map[string]any); o["id"] == org && s["eligible"] == true {
			return s
		}
	}
	t.Fatalf("the vawg service cannot be chosen for %s", caseID)
	return nil
}

// sent logs a case and refers it to the vawg service; it returns both ids.
func sent(t testing.TB, police, vawg *caller, name string) (caseID, referralID string) {
	t.Helper()
	caseID = police.create("/api/v1/cases", aCase(name)).text(t, "id")
	service := vawgService(t, police, vawg, caseID)
	org := service["organisation"].(map[string]any)["id"]
	fields := []any{"given_name", "family_name", "borough", "safe_contact", "incident_summary", "risk_level"}
	decision := police.create("/api/v1/cases/"+caseID+"/sharing-decisions", map[string]any{
		"receiver_organisation_id": org, "purpose": "support", "basis": "agreement", "method": "spoken", "fields": fields,
	}).text(t, "id")
	referralID = police.create("/api/v1/cases/"+caseID+"/referrals", map[string]any{
		"service_id": service["id"], "pathway": "vawg", "answers": vawgAnswers(t, police),
		"shared_fields":           []any{"borough", "incident_summary", "risk_level", "safe_contact"},
		"shared_after_acceptance": []any{"given_name", "family_name"},
		"sharing_decision_id":     decision, "priority": "standard",
	}).text(t, "id")
	police.do(referralID, "submit", nil)
	return caseID, referralID
}

// vawgAnswers answers the pathway's required questions from the description
// the product publishes.
func vawgAnswers(t testing.TB, c *caller) map[string]any {
	t.Helper()
	out := map[string]any{}
	pathway := c.get("/api/v1/pathways/vawg")
	questions, _ := pathway.Body["questions"].([]any)
	for _, q := range questions {
		m := q.(map[string]any)
		if m["required"] != true {
			continue
		}
		key := m["key"].(string)
		options, _ := m["options"].([]any)
		switch m["kind"] {
		case "radios":
			out[key] = options[0].(map[string]any)["key"]
		case "checkboxes":
			out[key] = []any{options[0].(map[string]any)["key"]}
		case "yes_no":
			out[key] = true
		default:
			out[key] = "As she said."
		}
	}
	return out
}

// TestTheStoryOverTheAPI carries one victim from the police desk to a charity's
// acceptance to the Commissioner's figures.
func TestTheStoryOverTheAPI(t *testing.T) {
	t.Parallel()
	police, vawg, refuge := signIn(t, site.url, "police"), signIn(t, site.url, "vawg"), signIn(t, site.url, "refuge")
	commissioner := signIn(t, site.url, "commissioner")
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
	manager := signIn(t, site.url, "police.manager")
	trail := manager.get("/api/v1/audit/events?case_id=" + caseID + "&limit=100").Raw
	for _, act := range []string{"case.logged", "referral.submitted", "referral.acknowledged", "referral.accepted", "referral.viewed"} {
		if !strings.Contains(trail, act) {
			t.Errorf("the trail does not tell of %s: %s", act, trail)
		}
	}
}
