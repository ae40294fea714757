package handlers

import (
	"html"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
)

// sent is a form as a browser sends it.
func sentForm(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// goes posts a form and returns where the browser is sent.
func (s *site) goes(t *testing.T, who, path, form string) string {
	t.Helper()
	w := s.do(t, call{who: who, method: "POST", path: path, body: form})
	if w.Code != 303 {
		t.Fatalf("POST %s: got %d, want 303\n%s", path, w.Code, visible(w))
	}
	return w.Header().Get("Location")
}

func (s *site) page(t *testing.T, who, path string) *httptest.ResponseRecorder {
	t.Helper()
	return s.do(t, call{who: who, method: "GET", path: path})
}

var titled = regexp.MustCompile(`(?s)<title>(.*?)</title>`)

// visible is the words of a page.
func visible(w *httptest.ResponseRecorder) string {
	return html.UnescapeString(text(w))
}

func sees(t *testing.T, w *httptest.ResponseRecorder, words ...string) {
	t.Helper()
	shown := visible(w)
	for _, word := range words {
		if !strings.Contains(shown, word) {
			t.Errorf("got %d, and the page does not say %q:\n%s", w.Code, word, shown)
		}
	}
}

// answers are one case typed page by page, in the order of the pages.
func caseAnswers() []struct{ page, form string } {
	return []struct{ page, form string }{
		{"who", sentForm("given_name", "Zephyrine", "family_name", "Quillfeather", "dob-day", "14", "dob-month", "3", "dob-year", "1992", "borough", "E09000012", "sex", "female", "language", "english", "missing", "")},
		{"contact", sentForm("reach", "mobile_office", "phone", "07700 900123", "text_safe", "no", "code_word", "marigold", "said_by", "victim_in_person", "confirmed", "today")},
		{"crime", sentForm("offence", "domestic_abuse", "offence", "hate_crime", "strand", "race")},
		{"when", sentForm("when", "yesterday", "reported", "yes", "force", "metropolitan", "crime_reference", "CAD 1", "place", "home", "place_borough", "E09000012")},
		{"account", sentForm("summary", "He threatened her at home.", "source", "police", "responsible", "former_partner", "responsible_name", "Aldous Fernsby")},
		{"people", sentForm("person_1_relation", "child", "person_1_name", "Odile Quillfeather")},
		{"rights", sentForm("rights", "on", "asked", "intimidated")},
		{"risk", sentForm("risk", "high")},
		{"help", sentForm("wants", "health", "help", "no", "help_reason", "not_asked")},
	}
}

// writes answers every page and returns where the journey stands: its check.
func (s *site) writes(t *testing.T, who string, change map[string]string) string {
	t.Helper()
	at := s.goes(t, who, "/cases/new", sentForm("name", "Zephyrine Quillfeather", "year", "1992"))
	for _, a := range caseAnswers() {
		form := a.form
		if other, ok := change[a.page]; ok {
			form = other
		}
		if !strings.HasSuffix(at, "/"+a.page) {
			t.Fatalf("the journey stands at %s, want %s", at, a.page)
		}
		if w := s.page(t, who, at); w.Code != 200 || strings.Count(w.Body.String(), "<h1") != 1 {
			t.Fatalf("%s: got %d and %d headings", at, w.Code, strings.Count(w.Body.String(), "<h1"))
		}
		at = s.goes(t, who, at, form)
	}
	return at
}

func TestACaseIsLoggedPageByPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	check := s.writes(t, "police", nil)
	w := s.page(t, "police", check)
	sees(t, w, "Check your answers", "Zephyrine", "14 March 1992", "Hackney", "Safe. 07700 900123. Weekdays, 9am to 5pm. Do not leave a message.", "Not safe", "marigold",
		"Domestic abuse and Hate crime", "Race or nationality", "Sunday 15 November 2026", "Reported to Metropolitan Police", "He threatened her at home.",
		"Former partner: Aldous Fernsby", "Odile Quillfeather", "Intimidated: fear or distress", "High", "It was not asked")
	logged := s.goes(t, "police", check, "")
	reference := strings.TrimSuffix(strings.TrimPrefix(logged, "/cases/"), "/logged")
	sees(t, s.page(t, "police", logged), "Case logged", "Reference "+reference, "holds this case", "Enhanced Rights apply", "Refer to a service")
	if again := s.goes(t, "police", check, ""); again != logged || s.Count(t, "select count(*) from cases") != 1 {
		t.Errorf("a second press leads to %s and %d cases, want the first one", again, s.Count(t, "select count(*) from cases"))
	}
	for _, draft := range s.OpenedAll(t, vault.DraftData) {
		if regexp.MustCompile(`(?i)zephyrine|900123|fernsby|does not open`).MatchString(draft) {
			t.Error("the draft keeps what is a case now")
		}
	}
	show := s.page(t, "police", "/cases/"+reference)
	sees(t, show, "Zephyrine Quillfeather", "High risk", "Enhanced rights", "Nobody has been asked yet. Refer to a service.", "No clock has started.", "Case logged", "Held now by Metropolitan Police Service, victim care")
	if shown := show.Body.String(); strings.Index(shown, "tl-safe") > strings.Index(shown, "moj-sub-navigation") {
		t.Error("something comes before safe contact")
	}
}

func TestNoPersonStandsInAnAddressOrATitle(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.goes(t, "police", "/cases/new", sentForm("name", "Zephyrine Quillfeather", "year", "1992"))
	record := s.Case(t, s.As("police"))
	addresses := []string{at, "/cases/new", "/cases", "/find", "/cases/" + record.Reference}
	for _, part := range []string{"/safe-contact", "/safe-contact/way?channel=" + record.Phone.String(), "/safe-contact/code-word", "/sharing", "/logged"} {
		addresses = append(addresses, "/cases/"+record.Reference+part)
	}
	links := regexp.MustCompile(`(?:href|action)="([^"]*)"`)
	for _, path := range addresses {
		w := s.page(t, "police", path)
		if w.Code != 200 {
			t.Errorf("%s: got %d", path, w.Code)
		}
		suspects := append([]string{path}, titled.FindStringSubmatch(w.Body.String())...)
		for _, m := range links.FindAllStringSubmatch(w.Body.String(), -1) {
			if !strings.HasPrefix(m[1], "tel:") {
				suspects = append(suspects, m[1])
			}
		}
		for _, text := range suspects {
			if low := strings.ToLower(text); strings.Contains(low, "zephyrine") || strings.Contains(low, "quillfeather") || strings.Contains(low, "marigold") {
				t.Errorf("%s: a person stands in %q", path, text)
			}
		}
		if !strings.HasSuffix(strings.TrimSpace(titled.FindStringSubmatch(w.Body.String())[1]), "- Throughline") {
			t.Errorf("%s: got title %q", path, titled.FindStringSubmatch(w.Body.String())[1])
		}
	}
}

func TestAPageWithAFaultKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, tc := range map[string]struct {
		page, form string
		says       []string
		keeps      []string
	}{
		"an impossible date": {
			"who", sentForm("given_name", "زينب", "dob-day", "31", "dob-month", "2", "dob-year", "1992", "borough", "E09000012"),
			[]string{"There is a problem", "Enter a real date", "Enter a family name, or say why it is missing"},
			[]string{`value="زينب"`, `value="31"`},
		},
		"nothing at all": {"who", "", []string{"Enter a first name, or say why it is missing", "Enter a date of birth, or say why it is missing"}, nil},
		"a number that is none": {
			"contact", sentForm("reach", "mobile_any", "phone", "12", "code_word", "marigold"), []string{"Enter a phone number", "Select who said so"}, []string{`value="12"`, `value="marigold"`},
		},
		"no way chosen":          {"contact", "", []string{"Select how they can be reached"}, nil},
		"no crime":               {"crime", "", []string{"Select at least one kind of crime"}, nil},
		"hate crime, nobody why": {"crime", sentForm("offence", "hate_crime"), []string{"Select why they were attacked"}, []string{`value="hate_crime" checked`}},
		"tomorrow": {
			"when", sentForm("when", "day", "on-day", "17", "on-month", "11", "on-year", "2026", "reported", "no"), []string{"must be today or in the past"}, []string{`value="17"`},
		},
		"no day": {"when", sentForm("when", "day"), []string{"Enter the day it happened", "Select whether the police know"}, nil},
		"half a megabyte of text": {
			"account", sentForm("summary", strings.Repeat("x", 1<<19), "source", "police"), []string{"must be 10,000 characters or fewer"}, []string{strings.Repeat("x", 1<<19)},
		},
		"off for nothing":   {"rights", sentForm("rights", "off"), []string{"Select why they do not apply"}, nil},
		"no risk":           {"risk", "", []string{"Select a level of risk"}, nil},
		"no help, why":      {"help", sentForm("help", "no", "help_reason", "other"), []string{"Say what the reason was"}, []string{`value="other" selected`}},
		"help not answered": {"help", sentForm("wants", "finance"), []string{"Select whether help was offered"}, []string{`value="finance" checked`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := s.goes(t, "police", "/cases/new", sentForm("unknown", "yes"))
			for _, a := range caseAnswers() {
				if strings.HasSuffix(at, "/"+tc.page) {
					break
				}
				at = s.goes(t, "police", at, a.form)
			}
			w := s.do(t, call{who: "police", method: "POST", path: at, body: tc.form})
			if w.Code != 422 || !strings.Contains(titled.FindString(w.Body.String()), "Error: ") {
				t.Fatalf("got %d %s, want 422 and a title that says so", w.Code, titled.FindString(w.Body.String()))
			}
			sees(t, w, tc.says...)
			for _, part := range tc.keeps {
				if !strings.Contains(w.Body.String(), part) {
					t.Errorf("%q is lost", part[:min(len(part), 60)])
				}
			}
			summaryLeadsToControls(t, w)
		})
	}
	if n := s.Count(t, "select count(*) from cases"); n != 0 {
		t.Errorf("%d cases were logged", n)
	}
}

var inSummary = regexp.MustCompile(`(?s)govuk-error-summary__list.*?</ul>`)

// summaryLeadsToControls holds every line of the summary to a control that is
// on the page.
func summaryLeadsToControls(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(inSummary.FindString(w.Body.String()), -1) {
		if !strings.Contains(w.Body.String(), `id="`+m[1]+`"`) {
			t.Errorf("the summary leads to #%s, which is not on the page", m[1])
		}
	}
}

func TestAFaultThatShowsAtTheEndLeadsToItsPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	check := s.writes(t, "police", map[string]string{
		"who":  sentForm("given_name", "Zephyrine", "family_name", "Quillfeather", "dob-day", "16", "dob-month", "11", "dob-year", "2026", "borough", "none:refuge"),
		"when": sentForm("when", "yesterday", "reported", "not_asked"),
	})
	w := s.page(t, "police", check)
	sees(t, w, "There is a problem", "Date of birth must be before the day it happened", "Who is the victim?")
	if w.Code != 422 {
		t.Errorf("got %d, want 422", w.Code)
	}
	action := regexp.MustCompile(`<form method="post" action="([^"]*who[^"]*)"`).FindStringSubmatch(w.Body.String())
	if action == nil {
		t.Fatal("the page of the fault cannot be sent")
	}
	next := s.goes(t, "police", action[1]+"?to=check", caseAnswers()[0].form)
	if !strings.HasSuffix(next, "/check") {
		t.Errorf("a mended answer leads to %s, want the check", next)
	}
	s.goes(t, "police", next, "")
}

func TestADraftIsItsWritersAlone(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.goes(t, "police", "/cases/new", sentForm("name", "Zephyrine Quillfeather"))
	for _, path := range []string{at, strings.Replace(at, strings.Split(at, "/")[3], uuid.NewString(), 1), "/cases/new/x/who"} {
		who := "police.second"
		if strings.HasSuffix(path, "x/who") {
			who = "police"
		}
		if w := s.page(t, who, path); w.Code != 404 {
			t.Errorf("%s as %s: got %d, want 404", path, who, w.Code)
		}
	}
	sees(t, s.page(t, "police", "/cases/new"), "Go on with the case you began")
	if w := s.page(t, "police", strings.Replace(at, "/who", "/check", 1)); w.Code != 303 || w.Header().Get("Location") != at {
		t.Errorf("the check of an unanswered case: got %d to %q, want the first page", w.Code, w.Header().Get("Location"))
	}
}

func TestASearchBeforeLoggingShowsReferencesAlone(t *testing.T) {
	t.Parallel()
	s := open(t)
	record := s.Case(t, s.As("police"))
	w := s.do(t, call{who: "police", method: "POST", path: "/cases/new", body: sentForm("name", "Quillfeather Zephyrine", "year", "1992")})
	sees(t, w, "Is it one of these?", record.Reference, "None of these: log a new case")
	if w.Code != 200 || strings.Contains(visible(w), "Zephyrine") {
		t.Errorf("got %d, and a name is shown: %s", w.Code, visible(w))
	}
	for who, name := range map[string]string{"caseworker": "Quillfeather Zephyrine", "police": "Nobody Atall"} {
		if at := s.goes(t, who, "/cases/new", sentForm("name", name)); !strings.HasSuffix(at, "/who") {
			t.Errorf("%s, %s: goes to %s, want the first question", who, name, at)
		}
	}
	w = s.do(t, call{who: "police", method: "POST", path: "/cases/new", body: ""})
	sees(t, w, "Enter a name, or select that you do not know it")
	for _, form := range []string{sentForm("name", "Quill", "year", "92"), sentForm("name", "Quill", "year", "2092")} {
		if w := s.do(t, call{who: "police", method: "POST", path: "/cases/new", body: form}); w.Code != 422 || !strings.Contains(visible(w), "Enter a year of birth") {
			t.Errorf("got %d %s", w.Code, visible(w))
		}
	}
}

func TestEveryWayToReachSomebodyCanBeAsked(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.goes(t, "caseworker", "/cases/new", sentForm("unknown", "yes"))
	at = s.goes(t, "caseworker", at, sentForm("missing", "anonymous", "language", "other", "language_other", "Tigrinya", "interpreter", "yes"))
	at = s.goes(t, "caseworker", at, sentForm("reach", "other", "said_by", "advocate", "confirmed", "day", "said-day", "10", "said-month", "11", "said-year", "2026"))
	if !strings.HasSuffix(at, "/ways") {
		t.Fatalf("another way leads to %s", at)
	}
	w := s.do(t, call{who: "caseworker", method: "POST", path: at, body: sentForm("way_phone", "yes", "way_phone_value", "none", "way_email", "no")})
	sees(t, w, "Enter a phone number")
	summaryLeadsToControls(t, w)
	at = s.goes(t, "caseworker", at, sentForm("way_phone", "yes", "way_phone_value", "020 7946 0123", "way_phone_person", "carer", "way_phone_days", "tue", "way_phone_days", "thu",
		"way_phone_from", "10:00", "way_phone_to", "12:00", "way_phone_message", "yes", "way_email", "no", "way_post", "unknown"))
	for _, a := range caseAnswers()[2:] {
		at = s.goes(t, "caseworker", at, a.form)
	}
	sees(t, s.page(t, "caseworker", at), "Safe. 020 7946 0123. Tuesday and Thursday, 10am to 12pm. A message can be left. belongs to: a carer.", "Tigrinya, interpreter needed", "They want to stay anonymous", "Tuesday 10 November 2026")
	s.goes(t, "caseworker", at, "")
	if n := s.Count(t, "select count(*) from contact_channels where person = 'carer' and safe = 'yes' and jsonb_array_length(windows) = 2 and confirmed_source = 'advocate'"); n != 1 {
		t.Errorf("got %d such channels, want 1", n)
	}
}

func TestSafeContactIsChangedOnItsPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	record := s.Case(t, s.As("police"))
	path := "/cases/" + record.Reference + "/safe-contact"
	sees(t, s.page(t, "police", path), "Safe contact", "07700 900123", "Not safe", "marigold", "Confirm again by", "Add another way")
	way := path + "/way?channel=" + record.Phone.String()
	form := sentForm("version", "1", "way", "yes", "way_value", "07700 900555", "way_days", "mon", "way_from", "09:00", "way_to", "11:00", "confirmed", "today")
	w := s.do(t, call{who: "police", method: "POST", path: way, body: form})
	sees(t, w, "Select who said so")
	if w.Code != 422 || !strings.Contains(w.Body.String(), `value="07700 900555"`) {
		t.Errorf("got %d, want 422 with what was typed", w.Code)
	}
	summaryLeadsToControls(t, w)
	at := s.goes(t, "police", way, form+"&said_by=victim_in_person")
	sees(t, s.page(t, "police", at), "Safe contact was changed", "07700 900555. Monday, 9am to 11am")
	if w := s.do(t, call{who: "police", method: "POST", path: way, body: form + "&said_by=police"}); w.Code != 409 && w.Code != 412 {
		t.Errorf("from a page left open: got %d, want to be told that it changed", w.Code)
	}
	s.goes(t, "police", path+"/way?channel=post", sentForm("way", "yes", "way_value", "1 Test Street", "confirmed", "today", "said_by", "victim_in_person"))
	s.goes(t, "police", path+"/code-word", sentForm("code_word", "juniper", "confirmed", "today", "said_by", "victim_in_person"))
	sees(t, s.page(t, "police", path), "1 Test Street", "juniper")
	if w := s.do(t, call{who: "police", method: "POST", path: path + "/code-word", body: sentForm("code_word", "")}); w.Code != 422 {
		t.Errorf("no code word: got %d", w.Code)
	}
	stop := models.NewID()
	s.Do(t, "insert into contact_stops (id, channel_id, case_id, why, at, by_org_id, by_user_id) values ($1, $2, $3, 'other_adult', now(), $4, $5)",
		stop, record.Phone, record.ID, s.Org(testkit.OrgVAWG).ID, s.Person("vawg").ID)
	clearing := path + "/clear?stop=" + stop.String()
	sees(t, s.page(t, "police", clearing), "Is phone safe to use again?", "Someone else answered")
	if w := s.do(t, call{who: "police", method: "POST", path: clearing, body: ""}); w.Code != 422 {
		t.Errorf("cleared on nobody's word: got %d", w.Code)
	}
	s.goes(t, "police", clearing, sentForm("said_by", "victim_in_person"))
	if n := s.Count(t, "select count(*) from contact_stops where cleared_at is null"); n != 0 {
		t.Error("the stop stands")
	}
}

func TestSharingIsWithdrawnOnItsPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	record := s.Case(t, s.As("police"))
	sees(t, s.page(t, "police", "/cases/"+record.Reference+"/sharing"), "Nothing is shared.")
	sent := s.Referral(t, record, testkit.ServiceIDVA, models.StatusSubmitted)
	var decision uuid.UUID
	if err := s.Owner.QueryRow(t.Context(), "select sharing_decision_id from referrals where id = $1", sent.ID).Scan(&decision); err != nil {
		t.Fatal(err)
	}
	path := "/cases/" + record.Reference + "/sharing"
	sees(t, s.page(t, "police", path), "Ashdown Advocacy", "They agreed (spoken)", "Withdraw")
	stop := path + "/withdraw?decision=" + decision.String()
	sees(t, s.page(t, "police", stop), "What stops", "Referral "+sent.Reference, "What stays")
	if w := s.do(t, call{who: "police", method: "POST", path: stop, body: sentForm("note", "She phoned.")}); w.Code != 422 || !strings.Contains(w.Body.String(), "She phoned.") {
		t.Errorf("no reason: got %d", w.Code)
	}
	at := s.goes(t, "police", stop, sentForm("reason", "victim_withdrew"))
	sees(t, s.page(t, "police", at), "Sharing was withdrawn", "Ended", "The victim withdrew their agreement")
	if n := s.Count(t, "select count(*) from referrals where id = $1 and live", sent.ID); n != 0 {
		t.Error("the referral goes on")
	}
	if w := s.do(t, call{who: "police", method: "POST", path: stop, body: sentForm("reason", "victim_withdrew")}); w.Code != 409 {
		t.Errorf("a second press: got %d, want 409", w.Code)
	}
}

func TestCasesAreListedAndFoundOnPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	sees(t, s.page(t, "police", "/cases"), "Cases (0)", "No cases match. Clear filters.")
	record := s.Case(t, s.As("police"), func(f *testkit.CaseFacts) { f.Risk = models.PriorityHigh })
	s.Referral(t, record, testkit.ServiceIDVA, models.StatusSubmitted)
	sees(t, s.page(t, "police", "/cases?state=open&risk=high&borough=E09000012"), "Cases (1)", record.Reference, "Zephyrine Quillfeather", "High risk", "Due in 2 working days")
	for path, want := range map[string]int{"/cases?risk=extreme": 303, "/cases?at=x": 400, "/cases?state=closed": 200} {
		if w := s.page(t, "police", path); w.Code != want {
			t.Errorf("%s: got %d, want %d", path, w.Code, want)
		}
	}
	for _, form := range []string{
		sentForm("reference", record.Reference), sentForm("name", "quillfeather"), sentForm("name", "zeph", "year", "1992"), sentForm("phone", "07700 900123"),
	} {
		w := s.do(t, call{who: "police", method: "POST", path: "/find", body: form})
		sees(t, w, "What was found", record.Reference)
		w = s.do(t, call{who: "refuge", method: "POST", path: "/find", body: form})
		sees(t, w, "No match you can see.")
	}
	for _, form := range []string{"", sentForm("reference", "C-1"), sentForm("year", "x", "name", "quill"), sentForm("phone", "1")} {
		if w := s.do(t, call{who: "police", method: "POST", path: "/find", body: form}); w.Code != 422 {
			t.Errorf("%q: got %d, want 422", form, w.Code)
		} else {
			summaryLeadsToControls(t, w)
		}
	}
}

func TestAManagerSeesWhoOpenedACase(t *testing.T) {
	t.Parallel()
	s := open(t)
	record := s.Case(t, s.As("police"))
	s.page(t, "police", "/cases/"+record.Reference)
	s.page(t, "refuge", "/cases/"+record.Reference)
	s.do(t, call{who: "refuge", method: "GET", path: "/api/v1/cases/" + record.ID.String()})
	w := s.page(t, "police.manager", "/cases/"+record.Reference+"/opened")
	sees(t, w, "Who opened this", "Priya Nair", "Opened the case", "Haven House", "Refused")
	if strings.Contains(visible(w), s.Person("refuge").Name) {
		t.Error("the name of somebody of another organisation is shown")
	}
	if w := s.page(t, "police", "/cases/"+record.Reference+"/opened"); w.Code != 403 {
		t.Errorf("a caseworker: got %d, want 403", w.Code)
	}
}

func TestNULAndBrokenTextInAFormAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := s.goes(t, "police", "/cases/new", sentForm("unknown", "yes"))
	for _, path := range []string{at, "/cases/new", "/find"} {
		for _, form := range []string{"name=a%00b&given_name=a%00b", "name=%ff&given_name=%ff", "name=%zz"} {
			if w := s.do(t, call{who: "police", method: "POST", path: path, body: form}); w.Code != 400 {
				t.Errorf("%s %s: got %d, want 400", path, form, w.Code)
			}
		}
	}
	if s.Count(t, "select count(*) from victims") != 0 {
		t.Error("something was stored")
	}
}
