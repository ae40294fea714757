package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"throughline/internal/testkit"
)

// visitor goes from page to page as one person.
type visitor struct {
	*site
	t   *testing.T
	who string
}

func (s *site) as(t *testing.T, who string) visitor { return visitor{site: s, t: t, who: who} }

// see reads a page and expects a status.
func (v visitor) see(path string, status int) string {
	v.t.Helper()
	w := v.do(v.t, call{who: v.who, method: http.MethodGet, path: path})
	if w.Code != status {
		v.t.Fatalf("%s: GET %s: got %d, want %d\n%.600s", v.who, path, w.Code, status, text(w))
	}
	return w.Body.String()
}

// send posts a form and expects a status; it returns where it leads and the page.
func (v visitor) send(path string, form url.Values, status int) (leads, page string) {
	v.t.Helper()
	w := v.do(v.t, call{who: v.who, method: http.MethodPost, path: path, body: form.Encode()})
	if w.Code != status {
		v.t.Fatalf("%s: POST %s: got %d, want %d\n%.600s", v.who, path, w.Code, status, text(w))
	}
	return w.Header().Get("Location"), w.Body.String()
}

var tags = regexp.MustCompile(`(?s)<script.*?</script>|<svg.*?</svg>|<[^>]+>`)

// text is a page as it is read, for the message of a failure.
func text(w *httptest.ResponseRecorder) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(w.Body.String(), " ")), " ")
}

var versionField = regexp.MustCompile(`name="version" value="(\d+)"`)

// version is the version the page's form carries.
func version(t *testing.T, page string) string {
	t.Helper()
	m := versionField.FindStringSubmatch(page)
	if m == nil {
		t.Fatal("the page's form carries no version")
	}
	return m[1]
}

// referByPage refers a planted case to the domestic abuse service on pages and
// returns the referral's address.
func referByPage(t *testing.T, s *site, c testkit.CaseFacts) string {
	t.Helper()
	police := s.as(t, "police")
	base := "/cases/" + c.Reference + "/refer"
	police.see(base, http.StatusSeeOther)
	police.send(base+"/need", url.Values{"pathway": {"vawg"}, "priority": {"standard"}}, http.StatusSeeOther)
	questions := police.see(base+"/questions", http.StatusOK)
	police.send(base+"/questions", firstAnswers(questions), http.StatusSeeOther)
	services := police.see(base+"/service", http.StatusOK)
	if !strings.Contains(services, "Lantern drop-in") || !strings.Contains(services, "cannot be chosen") {
		t.Errorf("a service that is closed is not listed with why")
	}
	service := s.Service(testkit.ServiceIDVA)
	police.send(base+"/service", url.Values{"service": {service.ID.String()}}, http.StatusSeeOther)
	police.send(base+"/agreement", url.Values{"basis": {"agreement"}, "method": {"spoken"}}, http.StatusSeeOther)
	fields := url.Values{"first": {"borough", "incident_summary"}, "after": {"given_name"}}
	preview := police.see(base+"/share", http.StatusOK)
	if strings.Contains(preview, `value="address" checked`) {
		t.Errorf("the address is ticked to begin with")
	}
	police.send(base+"/share", fields, http.StatusSeeOther)
	police.see(base+"/check", http.StatusOK)
	leads, _ := police.send(base+"/check", url.Values{}, http.StatusSeeOther)
	return strings.TrimSuffix(leads, "/sent")
}

var (
	radio = regexp.MustCompile(`<input[^>]*name="([a-z_]+)"[^>]*type="radio"[^>]*value="([^"]+)"`)
	box   = regexp.MustCompile(`<input[^>]*name="([a-z_]+)"[^>]*type="checkbox"[^>]*value="([^"]+)"`)
)

// firstAnswers picks the first choice of every question with choices.
func firstAnswers(page string) url.Values {
	out := url.Values{}
	for _, re := range []*regexp.Regexp{radio, box} {
		for _, m := range re.FindAllStringSubmatch(page, -1) {
			if out.Get(m[1]) == "" {
				out.Set(m[1], m[2])
			}
		}
	}
	return out
}

func TestAReferralIsSentDecidedAndFollowedOnPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	police, vawg, refuge := s.as(t, "police"), s.as(t, "vawg"), s.as(t, "refuge")
	c := s.Case(t, s.As("police"))
	path := referByPage(t, s, c)

	sent := police.see(path+"/sent", http.StatusOK)
	if !strings.Contains(sent, "You still hold the case") {
		t.Error("the page after sending does not say who holds the case")
	}
	if !strings.Contains(vawg.see("/inbox", http.StatusOK), path) {
		t.Error("the inbox does not lead to the referral")
	}
	page := vawg.see(path, http.StatusOK)
	for _, hidden := range []string{c.GivenName, c.FamilyName, "07700", c.CodeWord, "1992"} {
		if strings.Contains(page, hidden) {
			t.Errorf("before acceptance the page shows %q", hidden)
		}
	}
	if !strings.Contains(page, "She was threatened at home.") || strings.Count(page, "tl-clock") < 2 {
		t.Error("the page does not show what was ticked, with its two clocks")
	}

	theirs := refuge.see(path, http.StatusNotFound)
	none := refuge.see("/referrals/R-0000-0000-0", http.StatusNotFound)
	if withoutID(theirs) != withoutID(none) {
		t.Error("a stranger's page of a referral differs from that of none")
	}

	leads, _ := vawg.send(path+"/acknowledge", url.Values{"version": {version(t, page)}}, http.StatusSeeOther)
	page = vawg.see(leads, http.StatusOK)
	worker := s.Person("vawg").ID.String()
	stale := version(t, page)
	vawg.send(path+"/accept", url.Values{"version": {stale}, "worker": {worker}}, http.StatusSeeOther)
	after := vawg.see(path, http.StatusOK)
	if !strings.Contains(after, c.GivenName) || !strings.Contains(after, c.CodeWord) || strings.Contains(after, c.FamilyName) {
		t.Error("after acceptance the page does not show exactly what was kept for it")
	}
	if _, moved := vawg.send(path+"/accept", url.Values{"version": {stale}, "worker": {worker}}, http.StatusConflict); !strings.Contains(moved, "accepted this referral") {
		t.Error("who comes second is not told who was first")
	}
	seen := police.see(path, http.StatusOK)
	if !strings.Contains(seen, "after it was sent") || !strings.Contains(seen, "Accepted") {
		t.Error("the referrer is not told by whom, when and after how long")
	}
	police.see("/today", http.StatusOK)
	police.see("/referrals", http.StatusOK)
}

// withoutID drops the one thing in which two answers may differ.
func withoutID(page string) string {
	return regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|R-[0-9A-Z-]+`).ReplaceAllString(page, "")
}

func TestEveryOtherDecisionWorksOnItsPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	police, vawg := s.as(t, "police"), s.as(t, "vawg")
	newOne := func(t *testing.T) string { t.Helper(); return referByPage(t, s, s.Case(t, s.As("police"))) }

	t.Run("a question is asked, answered, and the page keeps what was typed", func(t *testing.T) {
		path := newOne(t)
		page := vawg.see(path+"/question", http.StatusOK)
		_, again := vawg.send(path+"/question", url.Values{"version": {version(t, page)}}, http.StatusUnprocessableEntity)
		if !strings.Contains(again, "error-summary") {
			t.Error("no question at all is taken")
		}
		vawg.send(path+"/question", url.Values{"version": {version(t, page)}, "own": {"Is there a pet to bring?"}}, http.StatusSeeOther)
		form := police.see(path+"/answer", http.StatusOK)
		if !strings.Contains(form, "Is there a pet to bring?") {
			t.Error("the question is not on the page that answers it")
		}
		police.send(path+"/answer", url.Values{"version": {version(t, form)}, "answer-0": {"A small dog."}}, http.StatusSeeOther)
		if !strings.Contains(vawg.see(path, http.StatusOK), "A small dog.") {
			t.Error("the answer does not reach who asked")
		}
	})
	t.Run("a decline needs its reason, then hides the referral from the service", func(t *testing.T) {
		path := newOne(t)
		page := vawg.see(path+"/decline", http.StatusOK)
		_, again := vawg.send(path+"/decline", url.Values{"version": {version(t, page)}, "note": {"Try the other borough"}}, http.StatusUnprocessableEntity)
		if !strings.Contains(again, "Try the other borough") || !strings.Contains(again, "Select a reason") {
			t.Error("the page does not keep what was typed and name what is missing")
		}
		vawg.send(path+"/decline", url.Values{"version": {version(t, page)}, "reason": {"no_capacity"}, "decided_by": {"provider"}}, http.StatusSeeOther)
		vawg.see(path, http.StatusNotFound)
		if !strings.Contains(police.see(path, http.StatusOK), "Declined by service") {
			t.Error("the referrer does not see the decline")
		}
	})
	t.Run("a withdrawal is acknowledged, and then gone", func(t *testing.T) {
		path := newOne(t)
		form := police.see(path+"/withdraw", http.StatusOK)
		police.send(path+"/withdraw", url.Values{"version": {version(t, form)}, "reason": {"victim_changed_mind"}}, http.StatusSeeOther)
		page := vawg.see(path, http.StatusOK)
		vawg.send(path+"/acknowledge-withdrawal", url.Values{"version": {version(t, page)}}, http.StatusSeeOther)
		vawg.see(path, http.StatusNotFound)
	})
	t.Run("the waiting list takes a date that is one", func(t *testing.T) {
		path := newOne(t)
		page := vawg.see(path+"/wait", http.StatusOK)
		form := url.Values{
			"version": {version(t, page)}, "reason": {"no_capacity"}, "interim_advice_given": {"yes"},
			"review_on-day": {"31"}, "review_on-month": {"2"}, "review_on-year": {"2027"},
		}
		_, again := vawg.send(path+"/wait", form, http.StatusUnprocessableEntity)
		if !strings.Contains(again, "real date") || !strings.Contains(again, `value="31"`) {
			t.Error("an impossible date is not named, or not kept")
		}
		form.Set("review_on-day", "1")
		form.Set("review_on-month", "12")
		form.Set("review_on-year", "2026")
		vawg.send(path+"/wait", form, http.StatusSeeOther)
		if !strings.Contains(police.see(path, http.StatusOK), "waiting list") {
			t.Error("the referrer does not see the waiting list")
		}
	})
	t.Run("a contact on an unsafe way is kept as an incident", func(t *testing.T) {
		path := newOne(t)
		page := vawg.see(path, http.StatusOK)
		vawg.send(path+"/accept", url.Values{"version": {version(t, page)}, "worker": {"team"}}, http.StatusSeeOther)
		form := vawg.see(path+"/contact", http.StatusOK)
		vawg.send(path+"/contact", url.Values{"version": {version(t, form)}, "channel": {"text"}, "direction": {"out"}, "outcome": {"no_answer"}}, http.StatusSeeOther)
		if !strings.Contains(vawg.see(path, http.StatusOK), "it was not safe") {
			t.Error("the page does not say that the contact was not safe")
		}
	})
	t.Run("the wrong side is refused", func(t *testing.T) {
		path := newOne(t)
		s.as(t, "police").send(path+"/accept", url.Values{"worker": {"team"}}, http.StatusForbidden)
		s.as(t, "refuge").send(path+"/accept", url.Values{"worker": {"team"}}, http.StatusNotFound)
		s.as(t, "commissioner").see(path, http.StatusForbidden)
		s.as(t, "admin").see("/inbox", http.StatusForbidden)
	})
}

func TestTheCommissionersPageNamesNobody(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.Case(t, s.As("police"))
	referByPage(t, s, c)
	page := s.as(t, "commissioner").see("/overview", http.StatusOK)
	if strings.Contains(page, c.FamilyName) || strings.Contains(page, c.Reference) {
		t.Error("the figures name a person or a case")
	}
	for _, want := range []string{"Overview", "Time to decide", "What the figures mean", "<svg"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
}

func TestShortcutsCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	s := open(t)
	v := s.as(t, "police")
	if !strings.Contains(v.see("/keyboard", http.StatusOK), "Switch shortcuts off") {
		t.Error("the page does not offer to switch the shortcuts off")
	}
	w := v.do(t, call{who: "police", method: http.MethodPost, path: "/keyboard", body: "shortcuts=off"})
	if w.Code != http.StatusSeeOther || !strings.Contains(w.Header().Get("Set-Cookie"), "tl_shortcuts=off") {
		t.Errorf("got %d and %q, want the choice kept", w.Code, w.Header().Get("Set-Cookie"))
	}
}
