package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"throughline/internal/testkit"
	"throughline/models"
)

func TestAnotherIncidentIsAddedToACaseOnItsPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	police := s.as(t, "police")
	c := s.Case(t, s.As("police"), func(f *testkit.CaseFacts) { f.OffenceTypes = []string{"burglary"} })
	s.Do(t, "update cases set enhanced = false, enhanced_reasons = '{}' where id = $1", c.ID)
	path := "/cases/" + c.Reference
	if !strings.Contains(police.see(path, http.StatusOK), path+"/incident") {
		t.Error("the case does not lead to adding an incident")
	}
	police.see(path+"/incident", http.StatusOK)
	form := url.Values{"summary": {"He came back and threatened her."}, "when": {"day"}, "on-day": {"31"}, "on-month": {"2"}, "on-year": {"2026"}}
	_, again := police.send(path+"/incident", form, http.StatusUnprocessableEntity)
	for _, want := range []string{"Enter a real date", "Select whether the police know", "Select at least one kind of crime", "He came back and threatened her.", `value="31"`} {
		if !strings.Contains(again, want) {
			t.Errorf("the page that is shown again does not hold %q", want)
		}
	}
	form = url.Values{"offence": {"domestic_abuse"}, "summary": {"He came back and threatened her."}, "when": {"between"}, "from-day": {"1"}, "from-month": {"3"}, "from-year": {"1980"}, "to-day": {"2"}, "to-month": {"3"}, "to-year": {"1980"}, "reported": {"no"}}
	if _, again = police.send(path+"/incident", form, http.StatusUnprocessableEntity); !strings.Contains(again, "after they were born") {
		t.Error("an incident before the victim was born is taken")
	}
	form.Set("when", "yesterday")
	leads, _ := police.send(path+"/incident", form, http.StatusSeeOther)
	page := police.see(leads, http.StatusOK)
	for _, want := range []string{"Enhanced Rights apply because of it", "What happened, 1 of 2", "What happened, 2 of 2", "He came back and threatened her.", "Enhanced rights"} {
		if !strings.Contains(page, want) {
			t.Errorf("the case does not show %q", want)
		}
	}
	form.Set("summary", "")
	police.send(path+"/incident", form, http.StatusUnprocessableEntity)
	if n := s.Count(t, "select count(*) from incidents where case_id = $1", c.ID); n != 2 {
		t.Errorf("the case has %d incidents, want 2", n)
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'case.incident_added' and case_id = $1", c.ID); n != 1 {
		t.Errorf("the trail has %d events, want 1", n)
	}
	s.as(t, "vawg").send(path+"/incident", form, http.StatusNotFound)
	s.as(t, "coordinator").see(path+"/incident", http.StatusForbidden)
	s.Do(t, "update cases set status = 'closed' where id = $1", c.ID)
	police.see(path+"/incident", http.StatusConflict)
	form.Set("summary", "One more.")
	police.send(path+"/incident", form, http.StatusConflict)
}

func TestEnhancedRightsThatWereSwitchedOffComeBackWithANewReasonAlone(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.Case(t, s.As("police"))
	s.Do(t, "update cases set enhanced = false, enhanced_off_reason = 'not_wanted' where id = $1", c.ID)
	add := func(offence string) (string, int) {
		w := s.post(t, "police", "/api/v1/cases/"+c.ID.String()+"/incidents", doc("offence_types", []string{offence}, "summary", "It happened again."), "key-"+offence)
		return w.Body.String(), w.Code
	}
	if body, code := add("domestic_abuse"); code != http.StatusCreated || !strings.Contains(body, `"flag":false`) {
		t.Errorf("the same reason again: got %d %s, want the decision to stand", code, body)
	}
	if body, code := add("rape"); code != http.StatusCreated || !strings.Contains(body, `"flag":true`) {
		t.Errorf("a new reason: got %d %s, want the rights on", code, body)
	}
	if n := s.Count(t, "select count(*) from cases where id = $1 and enhanced and enhanced_off_reason is null and version = 3", c.ID); n != 1 {
		t.Error("the case does not say so")
	}
}

func TestEqualityAnswersAreKeptApartFromWhatWasNotAsked(t *testing.T) {
	t.Parallel()
	s := open(t)
	police := s.as(t, "police")
	c := s.Case(t, s.As("police"), func(f *testkit.CaseFacts) { f.Equality = `{"sex":"female","faith_group":"a partner's own"}` })
	path := "/cases/" + c.Reference
	form := police.see(path+"/equality", http.StatusOK)
	if !strings.Contains(form, `value="female" checked`) || strings.Count(form, `value="not_asked" checked`) < 6 {
		t.Error("the page does not show what is kept, and the rest as not asked")
	}
	answers := url.Values{
		"version": {version(t, form)}, "eq_sex": {"female"}, "eq_ethnic_group": {"asian"}, "eq_ethnic_background_asian": {"asian_chinese"},
		"eq_ethnic_background_white": {"white_irish"}, "eq_disability": {"no"}, "eq_disability_effect": {"a_lot"},
		"eq_religion": {"prefer_not_to_say"}, "eq_sexual_orientation": {"unsafe_to_ask"}, "eq_marriage": {"not_asked"},
	}
	bad := url.Values{"version": answers["version"], "eq_religion": {"a_lot"}}
	if _, again := police.send(path+"/equality", bad, http.StatusUnprocessableEntity); !strings.Contains(again, "Select an answer from the list") {
		t.Error("an answer of no list is taken")
	}
	leads, _ := police.send(path+"/equality", answers, http.StatusSeeOther)
	page := text(s.do(t, call{who: "police", method: http.MethodGet, path: leads}))
	for _, want := range []string{
		"What is their religion? Prefer not to say", "What is their sexual orientation? Not safe to ask", "Are they married or in a civil partnership? Not asked",
		"Which best describes their background? Chinese", "condition or illness? No",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the case does not say %q", want)
		}
	}
	want := `{"sex": "female", "religion": "prefer_not_to_say", "disability": "no", "faith_group": "a partner's own", "ethnic_group": "asian", "ethnic_background": "asian_chinese", "sexual_orientation": "unsafe_to_ask"}`
	if n := s.Count(t, "select count(*) from victims where id = $1 and equality = $2::jsonb", c.VictimID, want); n != 1 {
		t.Error("what is kept is not exactly what was answered, with what a partner sent")
	}
	if n := s.Count(t, `select count(*) from audit_events where action = 'case.equality_changed' and detail::text ~ 'asian|prefer'`); n != 0 {
		t.Error("the trail repeats an answer")
	}
	police.send(path+"/equality", answers, http.StatusConflict) // the version that was read has gone
	s.as(t, "vawg").see(path+"/equality", http.StatusNotFound)
	s.as(t, "vawg").send(path+"/equality", answers, http.StatusNotFound)
	s.as(t, "coordinator").see(path+"/equality", http.StatusForbidden)
}

func TestEqualityQuestionsOfANewCaseAreAskedOfWhoTurnsToThem(t *testing.T) {
	t.Parallel()
	s := open(t)
	check := s.writes(t, "police", nil)
	sees(t, s.page(t, "police", check), "Equality questions", "Not asked")
	at := strings.TrimSuffix(check, "/check") + "/equality?to=check"
	sees(t, s.page(t, "police", at), "Ask only if it is safe")
	if to := s.goes(t, "police", at, sentForm("eq_religion", "sikh", "eq_marriage", "unsafe_to_ask")); to != check {
		t.Errorf("the questions lead to %s, want the check", to)
	}
	w := s.do(t, call{who: "police", method: "POST", path: at, body: sentForm("eq_religion", "x\x00y")})
	if w.Code != http.StatusBadRequest {
		t.Errorf("a character that cannot be stored: got %d", w.Code)
	}
	w = s.do(t, call{who: "police", method: "POST", path: at, body: sentForm("eq_religion", "a_lot")})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Select an answer from the list") {
		t.Errorf("an answer of no list: got %d", w.Code)
	}
	sees(t, s.page(t, "police", check), "Sikh", "Not safe to ask")
	s.goes(t, "police", check, "")
	if n := s.Count(t, `select count(*) from victims where equality = '{"sex": "female", "religion": "sikh", "marriage": "unsafe_to_ask"}'`); n != 1 {
		t.Error("the case was not logged with the answers")
	}
}

func TestAContactIsPlannedThroughTheGateByWhoeverWorksWithThePerson(t *testing.T) {
	t.Parallel()
	s := open(t)
	set := setting{s, t}
	v := set.accepted()
	kept, err := s.deps.Cases.Get(s.As("police"), v.CaseID)
	if err != nil {
		t.Fatal(err)
	}
	s.Do(t, `update contact_channels set windows = '[{"day":"thu","from":"09:00","to":"17:00"}]' where case_id = $1 and channel = 'phone'`, v.CaseID)
	places := map[string]string{"police": "/cases/" + kept.Case.Reference + "/contact", "vawg": "/referrals/" + v.Reference + "/plan"}
	plans := func() int { return s.Count(t, "select count(*) from contact_plans") }
	refused := func() int { return s.Count(t, "select count(*) from audit_events where action = 'contact.refused'") }
	at := s.Clock.Now().In(models.London())
	thursday := at.AddDate(0, 0, (int(time.Thursday)-int(at.Weekday())+7)%7+7)
	later := func(channel, clock string) url.Values {
		return url.Values{"channel": {channel}, "when": {"later"}, "at-day": {thursday.Format("2")}, "at-month": {thursday.Format("1")}, "at-year": {thursday.Format("2006")}, "at-time": {clock}}
	}
	for who, path := range places {
		person, before, shut := s.as(t, who), plans(), refused()
		page := person.see(path, http.StatusOK)
		if !strings.Contains(page, `value="phone"`) || strings.Contains(page, `value="text"`) {
			t.Errorf("%s is not offered exactly the way that is safe", who)
		}
		_, done := person.send(path, later("phone", "10:30"), http.StatusCreated)
		if !strings.Contains(done, "10.30am") || !strings.Contains(done, "It is safe until") {
			t.Errorf("%s is not told until when it is safe", who)
		}
		for _, c := range []struct {
			form  url.Values
			words string
		}{
			{later("phone", "20:00"), "It is not a safe time to phone"},
			{later("text", "10:30"), "Text is not marked safe"},
			{later("email", "10:30"), "Email is not recorded as a safe way"},
			{later("", "10:30"), "Select how contact will be made"},
			{later("phone", "half past"), "hours and minutes"},
			{url.Values{"channel": {"phone"}, "when": {"later"}, "at-day": {"31"}, "at-month": {"2"}, "at-year": {"2027"}, "at-time": {"10:00"}}, "Enter a real date"},
			{url.Values{"channel": {"phone"}, "when": {"later"}, "at-day": {"1"}, "at-month": {"1"}, "at-year": {"2020"}, "at-time": {"10:00"}}, "now or later"},
		} {
			if _, again := person.send(path, c.form, http.StatusUnprocessableEntity); !strings.Contains(again, c.words) {
				t.Errorf("%s: %v is not refused with %q", who, c.form, c.words)
			}
		}
		if plans() != before+1 || refused() != shut+3 {
			t.Errorf("%s: %d plans and %d refusals were kept, want 1 and 3", who, plans()-before, refused()-shut)
		}
	}
	for _, who := range []string{"refuge", "vawg"} {
		s.as(t, who).see(places["police"], http.StatusNotFound)
		s.as(t, who).send(places["police"], later("phone", "10:30"), http.StatusNotFound)
	}
	s.as(t, "refuge").send(places["vawg"], later("phone", "10:30"), http.StatusNotFound)
	s.as(t, "police").see(places["vawg"], http.StatusConflict)
	waiting := set.sent()
	s.as(t, "vawg").send("/referrals/"+waiting.Reference+"/plan", later("phone", "10:30"), http.StatusConflict)
	s.Do(t, "update contact_channels set safe = 'unknown' where case_id = $1", v.CaseID)
	if page := s.as(t, "police").see(places["police"], http.StatusOK); !strings.Contains(page, "No way of contact is marked safe") || strings.Contains(page, `name="channel"`) {
		t.Error("a contact can be planned where no way is safe")
	}
}
