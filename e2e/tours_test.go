package e2e

import (
	"regexp"
	"strings"
)

// strangers are the pages for whoever is not signed in.
func (w *tour) strangers() {
	p := open(w.t, w.base, "nobody")
	w.look(p.visit("/sign-in").is(200), filled)
	w.wrong(p, "Sign in")
	p.write("Email address", "police@demo.test").write("Password", "not the password").press("Sign in").is(401)
	w.look(p, faulty)
	for _, path := range []string{"/help", "/accessibility", "/privacy", "/keyboard", "/how-we-count"} {
		w.look(p.visit(path).is(200), filled)
	}
	p.who = "police"
	p.signsIn()
	for _, path := range []string{"/help", "/keyboard"} {
		w.look(p.visit(path).is(200), filled)
	}
	w.look(p.visit("/referrals/R-0000-0000-0").is(404), "missing")
	w.look(p.visit("/overview").is(403), "refused")
	w.look(p.press("Sign out").is(200), filled)
}

// logging meets every page of logging a case, first with nothing filled in.
func (w *tour) logging() {
	p := w.as("police")
	w.look(p.visit("/cases/new").is(200), filled)
	w.wrong(p, "Continue")
	p.choose("I do not know their name").press("Continue")
	w.look(p, filled)
	p.fill("Day", "31")
	w.wrong(p, "Continue")
	p.write("First name", "Walter").write("Family name", "Tourgate").fill("Day", "1").fill("Month", "2").fill("Year", "1980")
	p.pick("Which borough", "Islington").choose("Male").press("Continue")
	w.look(p, filled)
	w.wrong(p, "Continue")
	p.choose("Another way, or other times").choose("The victim, in person").press("Continue")
	w.look(p, filled)
	p.choose("Yes", "Is phone safe?")
	w.wrong(p, "Continue")
	p.fill("Number", "07700900456", "Is phone safe?").press("Continue")
	w.look(p, filled)
	w.wrong(p, "Continue")
	p.choose("Hate crime").choose("Disability").press("Continue")
	w.look(p, filled)
	w.wrong(p, "Continue")
	p.choose("Today").press("Continue")
	w.look(p, filled)
	w.wrong(p, "Continue")
	p.write("What happened", "Somebody shouted at him on the bus.").press("Continue")
	w.look(p, filled)
	p.write("Name", "Wilma Tourgate", "Person 1")
	w.wrong(p, "Continue")
	p.pick("Relation to the victim", "Relative", "Person 1").press("Continue")
	w.look(p, filled)
	p.choose("No, switch Enhanced Rights off")
	w.wrong(p, "Continue")
	p.choose("Yes, as it follows").press("Continue")
	w.look(p, filled)
	w.wrong(p, "Continue")
	p.choose("High").press("Continue")
	w.look(p, filled)
	w.wrong(p, "Continue")
	p.choose("Not yet").press("Continue")
	w.look(p.is(200), filled)
	check := p.address()
	w.look(p.visit(strings.TrimSuffix(check, "check")+"equality?to=check").is(200), filled)
	p.choose("It was not safe to ask", "What is their religion?").choose("Yes", "Do they have a physical or mental health condition").choose("Yes, a little", "Does it reduce").press("Continue").is(200).sees("Not safe to ask", "Yes, a little")
	w.look(p.press("Log case").is(200), filled)
	// The look for one that is there already now finds it.
	p.visit("/cases/new").write("Name", "Walter Tourgate").press("Continue").is(200).sees("None of these")
	w.look(p, "matches")
	w.look(p.visit("/cases/new").sees("Go on with the case you began"), "unfinished")
}

// referring meets every page of referring a case.
func (w *tour) referring() {
	c := signIn(w.t, w.base, "police")
	id := c.create("/api/v1/cases", aCase("Toured")).text(w.t, "id")
	ref := c.get("/api/v1/cases/"+id).text(w.t, "reference")
	p := w.as("police")
	p.visit("/cases/" + ref + "/refer").is(200)
	w.look(p, filled)
	w.wrong(p, "Continue")
	// A kind of help for which no service fits.
	p.choose("Child House").press("Continue")
	for _, group := range []string{"Has a safeguarding referral", "When was the last incident", "Who has agreed", "Is it safe to contact a parent"} {
		p.choose(firstChoice(p, group), group)
	}
	p.press("Continue").is(200).sees("No service on this pathway fits")
	w.look(p, empty)
	p.visit("/cases/" + ref + "/refer/need").choose("Violence against women and girls").press("Continue")
	w.look(p, filled)
	w.wrong(p, "Continue")
	p.choose("An adviser for domestic abuse").choose("None yet", "Which risk form").choose("Neither", "Does the person responsible").press("Continue")
	w.look(p, filled)
	w.wrong(p, "Continue")
	p.choose("Domestic abuse advocacy (IDVA)").press("Continue")
	w.look(p, filled)
	w.wrong(p, "Continue")
	p.choose("They agreed").choose("Spoken", "How did they say so?").press("Continue")
	w.look(p, filled)
	for _, ticked := range ask[[]string](p, `[...document.querySelectorAll('[name=first]:checked')].map(c => c.labels[0].innerText.trim())`) {
		p.untick(ticked, "As soon as you send it")
	}
	w.wrong(p, "Continue")
	p.choose("Borough", "As soon as you send it").choose("What happened", "As soon as you send it").press("Update the preview").is(200)
	p.press("Continue").is(200)
	w.look(p, filled)
	w.look(p.press("Send referral").is(200), filled)
}

// deciding meets what a service can do with a referral before it accepts.
func (w *tour) deciding() {
	police, vawg := signIn(w.t, w.base, "police"), signIn(w.t, w.base, "vawg")
	_, id := sent(w.t, police, vawg, "Decided")
	page := "/referrals/" + police.get("/api/v1/referrals/"+id).text(w.t, "reference")
	p := w.as("vawg")
	w.look(p.visit("/inbox").is(200), filled)
	w.look(p.visit(page).is(200), filled)
	for _, form := range [][2]string{
		{"/question", "Send question"}, {"/wait", "Put on the list"}, {"/decline", "Decline referral"}, {"/propose-decline", "Propose to decline"},
	} {
		w.look(p.visit(page+form[0]).is(200), filled)
		w.wrong(p, form[1])
	}
	p.choose("The service's decision").choose("No space").press("Propose to decline").is(200)
	w.look(p.visit(page).is(200), filled)
	coordinator := w.as("coordinator")
	w.look(coordinator, filled)
	for path, button := range map[string]string{"/uphold": "Agree to decline", "/send-back": "Send back"} {
		w.look(coordinator.visit(page+path).is(200), filled)
		w.wrong(coordinator, button)
	}
}

// working meets what a service does after it accepted.
func (w *tour) working() {
	police, vawg := signIn(w.t, w.base, "police"), signIn(w.t, w.base, "vawg")
	_, id := sent(w.t, police, vawg, "Worked")
	page := "/referrals/" + police.get("/api/v1/referrals/"+id).text(w.t, "reference")
	worker := vawg.get("/api/v1/people?assignable=true").items(w.t)[0]["id"]
	vawg.do(id, "accept", map[string]any{"worker_id": worker})
	p := w.as("vawg.manager")
	w.look(p.visit(page).is(200), filled)
	w.look(p.visit(page+"/assign").is(200), filled)
	for path, button := range map[string]string{"/contact": "Record attempt", "/hold": "Put on hold", "/end": "End referral", "/not-reached": "Close as not reached"} {
		w.look(p.visit(page+path).is(200), filled)
		w.wrong(p, button)
	}
	p.visit(page + "/contact").choose("Phone").choose("The right person").press("Record attempt").is(200)
	w.look(p, filled)
	w.look(p.visit(page+"/complete").is(200), filled)
	w.wrong(p, "End referral")
}

// following meets what a referrer does with what it sent.
func (w *tour) following() {
	police, vawg := signIn(w.t, w.base, "police"), signIn(w.t, w.base, "vawg")
	_, id := sent(w.t, police, vawg, "Followed")
	page := "/referrals/" + police.get("/api/v1/referrals/"+id).text(w.t, "reference")
	vawg.do(id, "request-info", map[string]any{"questions": []any{"Is an interpreter needed?"}})
	p := w.as("police")
	w.look(p.visit("/today").is(200), filled)
	w.look(p.visit(page).is(200), filled)
	w.look(p.visit(page+"/answer").is(200), filled)
	w.wrong(p, "Send answer")
	w.look(p.visit(page+"/withdraw").is(200), filled)
	w.wrong(p, "Withdraw referral")
}

// cases meets the pages of one case.
func (w *tour) cases() {
	police, vawg := signIn(w.t, w.base, "police"), signIn(w.t, w.base, "vawg")
	caseID, id := sent(w.t, police, vawg, "Cased")
	page := "/cases/" + police.get("/api/v1/cases/"+caseID).text(w.t, "reference")
	worker := vawg.get("/api/v1/people?assignable=true").items(w.t)[0]["id"]
	vawg.do(id, "accept", map[string]any{"worker_id": worker})
	vawg.do(id, "record-contact", map[string]any{"channel": "phone", "outcome": "other_adult"})
	p := w.as("police")
	for _, path := range []string{"", "/safe-contact", "/sharing", "/logged"} {
		w.look(p.visit(page+path).is(200), filled)
	}
	p.visit(page + "/safe-contact").press("Clear").is(200)
	w.look(p, filled)
	w.wrong(p, "Clear")
	p.visit(page + "/safe-contact").press("Email").is(200)
	w.look(p, filled)
	p.choose("Yes")
	w.wrong(p, "Save")
	p.visit(page + "/safe-contact/code-word").is(200)
	w.look(p, filled)
	p.write("Code word", longWord)
	w.wrong(p, "Save")
	p.visit(page + "/sharing").press("Withdraw").is(200)
	w.look(p, filled)
	w.wrong(p, "Stop sharing now")
	manager := w.as(site(w.t).managerOf(w.t, "police"))
	w.look(manager.visit(page+"/opened").is(200), filled)
	w.look(manager.visit("/audit").is(200), filled)
}

// longWord is longer than any short answer may be.
const longWord = "a word that is far longer than anybody would ever choose to say aloud on a telephone"

// lists meets what lists many things, for those who have many.
func (w *tour) lists() {
	p := w.as("police")
	for _, path := range []string{"/cases", "/referrals", "/services", "/find"} {
		w.look(p.visit(path).is(200), filled)
	}
	w.wrong(p.visit("/find"), "Find")
	p.write("Name", "Nobody Of That Name").press("Find").is(200)
	w.look(p, empty)
	w.look(p.visit("/cases?state=closed&risk=high&borough=E09000001").is(200), empty)
	p.visit("/cases").press(caseRef.FindString(p.text())).is(200)
	w.look(p, filled)
	p.visit("/referrals").press(referralRef.FindString(p.text())).is(200)
	w.look(p, filled)
	for _, who := range []string{"commissioner", "cityhall"} {
		c := w.as(who)
		w.look(c.visit("/overview").is(200), filled)
	}
	c := w.as("commissioner").visit("/overview").press("Every measure, by what you choose").is(200)
	w.look(c, filled)
	w.look(c.visit("/overview/measures?measure=unmet_need&by=ethnic_group&and=borough").is(200).sees("cannot be grouped by together"), faulty)
	w.look(c.visit("/overview/measures?measure=safe_contact_incidents&pathway=restorative&months=3").is(200), empty)
	w.look(c.visit("/overview").press("Figures that may be published").is(200).sees("Referrals by borough"), filled)
	w.look(c.visit("/overview/measures?measure=accepted&by=sector").is(200).sees("across London"), filled)
	w.look(c.visit("/overview").press("Scorecards").is(200).sees("Every measure", "Chance alone moves every share"), filled)
	w.look(c.visit("/overview/scorecards?pathway=child_house&measure=outcomes_improved").is(200), empty)
	w.look(c.visit("/overview/scorecards?pathway=cases").press("Metropolitan Police Service").is(200).sees("Over twelve quarters"), filled)
	w.look(w.as("vawg.manager").visit("/scorecard").is(200).sees("Your organisation beside the others"), filled)
	w.look(w.as("privacy").visit("/audit").is(200), filled)
}

// newcomers meets the first page and the lists of people who have nothing yet.
func (w *tour) newcomers() {
	db := site(w.t).superuser(w.t)
	for _, like := range []string{"police", "vawg", "caseworker.manager", "witnesscare", "coordinator", "orgadmin"} {
		change(w.t, db, `with old as (select u.*, o.kind from users u join organisations o on o.id = u.org_id where u.email = $2),
			org as (insert into organisations (id, name, kind) select gen_random_uuid(), 'Newcomers like ' || $1, kind from old returning id)
			insert into users (id, org_id, email, name, role, password_hash, created_at)
			select gen_random_uuid(), org.id, 'new.' || old.email, 'A Newcomer', old.role, old.password_hash, now() from old, org`, like, email(like))
		p := w.as("new." + email(like))
		w.look(p.is(200), empty)
		for _, path := range []string{"/today", "/inbox", "/cases", "/referrals", "/audit", "/overview", "/agreements"} {
			if p.visit(path); p.status == 200 {
				w.look(p, empty)
			}
		}
	}
	// A case of which next to nothing is known.
	c := signIn(w.t, w.base, "new.police@demo.test")
	bare := c.create("/api/v1/cases", map[string]any{
		"source": "police", "victim": map[string]any{"missing": map[string]any{"given_name": "not_known", "family_name": "not_known", "date_of_birth": "not_known", "borough": "not_known"}},
		"safe_contact": map[string]any{"channels": []any{}, "confirmed_on": "2026-11-18"},
		"incidents":    []any{map[string]any{"offence_types": []any{"stalking"}, "summary": "Somebody rang and said no more."}}, "risk_level": "medium",
	}).text(w.t, "id")
	page := "/cases/" + c.get("/api/v1/cases/"+bare).text(w.t, "reference")
	p := w.as("new.police@demo.test")
	for _, path := range []string{"", "/safe-contact", "/sharing", "/logged"} {
		w.look(p.visit(page+path).is(200), empty)
	}
}

// firstChoice is the label of the first choice under a legend.
func firstChoice(p *person, legend string) string {
	p.t.Helper()
	return ask[string](p, `[...document.querySelectorAll('fieldset')].filter(f => f.querySelector('legend').innerText.trim().startsWith(`+quote(legend)+`))[0].querySelector('label').innerText.trim()`)
}

var quotable = regexp.MustCompile(`[^\w ?'.,-]`)

// quote writes words for the page's own language.
func quote(words string) string { return `"` + quotable.ReplaceAllString(words, "") + `"` }
