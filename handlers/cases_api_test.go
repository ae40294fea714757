package handlers

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/testkit"
)

// aCase is a case as a system logs it, with edits to its text.
func aCase(edits ...string) string {
	doc := `{"source":"police","risk_level":"high",
		"victim":{"given_name":"Zephyrine","family_name":"Quillfeather","date_of_birth":"1992-03-14","borough":"Hackney","missing":{}},
		"safe_contact":{"confirmed_on":"2026-11-16","code_word":"marigold","channels":[
			{"channel":"phone","value":"07700 900123","safe":true,"windows":[{"day":"tue","from":"10:00","to":"12:00"}]},
			{"channel":"email","safe":"no"}]},
		"incident":{"occurred_between":{"from":"2026-11-01","to":"2026-11-14"},"force":"metropolitan","place":{"kind":"home","borough":"E09000012"},
			"offence_types":["domestic_abuse"],"summary":"He threatened her."}}`
	return strings.NewReplacer(edits...).Replace(doc)
}

func (s *site) post(t *testing.T, who, path, body, key string) *httptest.ResponseRecorder {
	t.Helper()
	return s.do(t, call{who: who, method: "POST", path: path, body: body, headers: header{"Idempotency-Key": key}})
}

func read[T any](t *testing.T, w *httptest.ResponseRecorder) T {
	t.Helper()
	var out T
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("reading %d %s: %v", w.Code, w.Body, err)
	}
	return out
}

type loggedCase struct {
	ID, Reference, Status   string
	AccountableOrganisation struct{ ID, Name, Kind string } `json:"accountable_organisation"`
	EnhancedRights          struct {
		Flag    bool
		Reasons []string
	} `json:"enhanced_rights"`
}

func TestACaseIsLoggedReadAndFoundOverTheAPI(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := s.post(t, "police", "/api/v1/cases", aCase(), "key-0001")
	c := read[loggedCase](t, w)
	if w.Code != 201 || c.AccountableOrganisation.Kind != "police_force" || !c.EnhancedRights.Flag || !cmp.Equal(c.EnhancedRights.Reasons, []string{"domestic_abuse"}) ||
		w.Header().Get("Location") != "/api/v1/cases/"+c.ID || w.Header().Get("ETag") != `"1"` {
		t.Fatalf("got %d %v %s", w.Code, w.Header(), w.Body)
	}
	again := s.post(t, "police", "/api/v1/cases", aCase(), "key-0001")
	if again.Code != 201 || again.Body.String() != w.Body.String() || s.Count(t, "select count(*) from cases") != 1 {
		t.Errorf("the same again: got %d %s, want the same bytes and no other case", again.Code, again.Body)
	}
	got := s.do(t, call{who: "police", method: "GET", path: "/api/v1/cases/" + c.ID})
	for _, part := range []string{
		`"borough":{"code":"E09000012","name":"Hackney"}`, `"safe":"yes"`, `"occurred_between":{"from":"2026-11-01","to":"2026-11-14"}`,
		`"code_word":"marigold"`, `"referrals":[]`, `"clocks":[]`, `"date_of_birth":"1992-03-14"`,
	} {
		if !strings.Contains(got.Body.String(), part) {
			t.Errorf("the case lacks %s: %s", part, got.Body)
		}
	}
	for path, body := range map[string]string{"/api/v1/cases": "", "/api/v1/cases?limit=1&risk_level=high&status=open&borough=Hackney": "", "/api/v1/cases/search": `{"name":"quillfeather zeph"}`} {
		method := "GET"
		if body != "" {
			method = "POST"
		}
		w := s.do(t, call{who: "police", method: method, path: path, body: body})
		list := read[struct{ Items []struct{ ID string } }](t, w)
		if w.Code != 200 || len(list.Items) != 1 || list.Items[0].ID != c.ID {
			t.Errorf("%s: got %d %s", path, w.Code, w.Body)
		}
	}
	journey := s.do(t, call{who: "police", method: "GET", path: "/api/v1/cases/" + c.ID + "/journey"})
	if j := read[struct {
		Holders []struct{ Until *string }
		Gaps    []any
	}](t, journey); journey.Code != 200 || len(j.Holders) != 1 || j.Holders[0].Until != nil || j.Gaps == nil {
		t.Errorf("got journey %d %s", journey.Code, journey.Body)
	}
}

func TestAForeignCaseIsAsOneThatIsNotThereOverTheAPI(t *testing.T) {
	t.Parallel()
	s := open(t)
	planted := s.Case(t, s.As("police"))
	decision := s.Agreement(t, planted, s.Org(testkit.OrgVAWG).ID)
	share := `{"receiver_organisation_id":"` + s.Org(testkit.OrgVAWG).ID.String() + `","purpose":"support","basis":"agreement","method":"spoken","fields":["borough"]}`
	for _, route := range []struct{ method, path, body string }{
		{"GET", "/api/v1/cases/{id}", ""},
		{"GET", "/api/v1/cases/{id}/journey", ""},
		{"GET", "/api/v1/cases/{id}/clocks", ""},
		{"POST", "/api/v1/cases/{id}/sharing-decisions", share},
		{"POST", "/api/v1/sharing-decisions/{decision}/withdraw", `{"reason":"victim_withdrew"}`},
	} {
		ask := func(who, id, decision string) (int, string) {
			path := strings.NewReplacer("{id}", id, "{decision}", decision).Replace(route.path)
			w := s.do(t, call{who: who, method: route.method, path: path, body: route.body, headers: header{"Idempotency-Key": "key-" + anID()}})
			body := w.Body.String()
			if at := strings.Index(body, `"instance"`); at >= 0 {
				body = body[:at]
			}
			return w.Code, body
		}
		foreign, said := ask("refuge", planted.ID.String(), decision.String())
		missing, words := ask("refuge", anID(), anID())
		if foreign != 404 || missing != 404 || said != words {
			t.Errorf("%s %s: got %d %q for a foreign one, %d %q for a missing one", route.method, route.path, foreign, said, missing, words)
		}
		if own, _ := ask("police", planted.ID.String(), decision.String()); own >= 300 {
			t.Errorf("%s %s: got %d for one's own", route.method, route.path, own)
		}
	}
}

func TestACaseThatCannotBeIsRefusedOverTheAPI(t *testing.T) {
	t.Parallel()
	s := open(t)
	before := s.Count(t, "select count(*) from cases")
	for name, tc := range map[string]struct {
		body, key string
		want      int
		field     string
	}{
		"no key":                     {aCase(), "", 428, ""},
		"a name left out":            {aCase(`"given_name":"Zephyrine",`, ""), "key-0001", 422, "victim.given_name"},
		"a name missing for nothing": {aCase(`"given_name":"Zephyrine",`, "", `"missing":{}`, `"missing":{"given_name":"x"}`), "key-0002", 422, "victim.missing.given_name"},
		"born after it happened":     {aCase("1992-03-14", "2026-11-15"), "key-0003", 422, "victim.date_of_birth"},
		"an impossible date":         {aCase("1992-03-14", "1992-02-30"), "key-0004", 422, "victim.date_of_birth"},
		"a status of one's own":      {aCase(`"source"`, `"status":"closed","source"`), "key-0005", 422, "status"},
		"times upside down":          {aCase(`"from":"10:00"`, `"from":"13:00"`), "key-0006", 422, "safe_contact.channels[0].windows[0].to"},
		"no number":                  {aCase("07700 900123", "none"), "key-0007", 422, "safe_contact.channels[0].value"},
		"safe as a number":           {aCase(`"safe":true`, `"safe":1`), "key-0008", 422, "safe_contact.channels[0].safe"},
		"no incident":                {aCase(`"incident":{`, `"victim_":{`), "key-0009", 422, "incidents"},
		"a megabyte and more":        {aCase("He threatened her.", strings.Repeat("x", 1<<20)), "key-0010", 413, ""},
		"half a megabyte":            {aCase("He threatened her.", strings.Repeat("x", 1<<19)), "key-0011", 422, "incident.summary"},
	} {
		w := s.post(t, "police", "/api/v1/cases", tc.body, tc.key)
		p := problemOf(t, w)
		found := tc.field == ""
		for _, f := range p.Errors {
			found = found || f.Field == tc.field
		}
		if w.Code != tc.want || !found {
			t.Errorf("%s: got %d %s, want %d naming %q", name, w.Code, w.Body, tc.want, tc.field)
		}
	}
	if after := s.Count(t, "select count(*) from cases"); after != before {
		t.Errorf("%d cases were logged", after-before)
	}
}

func TestWithdrawingOverTheAPITakesWordsOrACode(t *testing.T) {
	t.Parallel()
	s := open(t)
	planted := s.Case(t, s.As("police"))
	for body, want := range map[string]string{``: "victim_withdrew", `{}`: "victim_withdrew", `{"reason":"not_safe"}`: "not_safe", `{"reason":"She phoned and said no."}`: "other"} {
		id := s.Agreement(t, planted, s.Org(testkit.OrgVAWG).ID)
		w := s.post(t, "police", "/api/v1/sharing-decisions/"+id.String()+"/withdraw", body, "key-"+anID())
		if got := read[struct {
			WithdrawnReason string `json:"withdrawn_reason"`
			Live            bool
		}](t, w); w.Code != 200 || got.WithdrawnReason != want || got.Live {
			t.Errorf("%s: got %d %s, want withdrawn for %s", body, w.Code, w.Body, want)
		}
	}
}
