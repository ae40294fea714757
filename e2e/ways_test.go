package e2e

import (
	"strings"
	"testing"
)

// scene is a referral that was sent, and the two who have to do with it, each
// at a browser.
type scene struct {
	police, vawg *person
	caseRef, ref string
	page         string // the referral's address
	id           string
}

func aScene(t *testing.T, name string) scene {
	t.Helper()
	s := site(t)
	police, vawg := signIn(t, s.url, "police"), signIn(t, s.url, "vawg")
	caseID, id := sent(t, police, vawg, name)
	sc := scene{id: id, police: signedIn(t, s.url, "police"), vawg: signedIn(t, s.url, "vawg")}
	sc.caseRef = police.get("/api/v1/cases/"+caseID).text(t, "reference")
	sc.ref = police.get("/api/v1/referrals/"+id).text(t, "reference")
	sc.page = "/referrals/" + sc.ref
	return sc
}

func TestAskingForInformationAndAnsweringByPage(t *testing.T) {
	t.Parallel()
	s := aScene(t, "Asked")
	s.vawg.visit(s.page).press("Ask the referrer a question").is(200).press("Send question").is(422)
	if !strings.HasPrefix(s.vawg.title(), "Error: ") {
		t.Errorf("the title of a form with faults is %q", s.vawg.title())
	}
	s.vawg.choose("Is an interpreter needed").write("Another question", "Which school do the children go to?").press("Send question")
	s.vawg.is(200).sees("Your question was sent.", "Which school do the children go to?", "Paused")

	s.police.visit("/today").sees(s.ref).visit(s.page).sees("Question asked").press("Answer the question").is(200)
	s.police.write("Is an interpreter needed", "Yes, for Polish.").press("Send answer").is(422)
	if got := s.police.read("Is an interpreter needed"); got != "Yes, for Polish." {
		t.Errorf("the answer that was typed is lost: %q", got)
	}
	s.police.write("Which school", "They are not at school yet.").press("Send answer").is(200).sees("Your answer was sent.")

	s.vawg.visit(s.page).is(200).sees("Yes, for Polish.", "They are not at school yet.").lacks("Paused since")
	s.vawg.press("Accept referral").is(200).sees("You accepted this referral.")
}

func TestDecliningWithACodedReasonByPage(t *testing.T) {
	t.Parallel()
	s := aScene(t, "Declined")
	s.vawg.visit(s.page).press("Decline").is(200).press("Decline referral").is(422).sees("There is a problem")
	s.vawg.choose("The service's decision").choose("No space").write("What would help", "Ask the second service of the borough.").press("Decline referral")
	s.vawg.is(200).sees("You declined the referral.")
	if got := s.vawg.address(); !strings.HasPrefix(got, "/inbox") {
		t.Errorf("declining leads to %s, want the inbox", got)
	}
	s.vawg.lacks(s.ref).visit(s.page).is(404)
	s.police.visit(s.page).is(200).sees("Declined", "no space", "Ask the second service of the borough.", "The service's decision")
	s.police.visit("/cases/"+s.caseRef).sees(s.ref, "Declined")
}

func TestWithdrawingByPage(t *testing.T) {
	t.Parallel()
	s := aScene(t, "Withdrawn")
	s.police.visit(s.page).press("Withdraw this referral").is(200).press("Withdraw referral").is(422)
	s.police.choose("Needs met elsewhere").press("Withdraw referral").is(200).sees("You withdrew this referral.", "Withdrawn")
	s.vawg.visit("/inbox").sees("Withdrawn: say that you have seen it").press("Referral " + s.ref).is(200)
	s.vawg.lacks("forced his way in", "Hackney").press("I have seen that it was withdrawn").is(200)
	s.vawg.lacks(s.ref).visit(s.page).is(404)
}

func TestPuttingOnTheWaitingListByPage(t *testing.T) {
	t.Parallel()
	s := aScene(t, "Waiting")
	s.vawg.visit(s.page).press("Put on the waiting list").is(200)
	s.vawg.choose("No place yet").fill("Day", "31").fill("Month", "2").fill("Year", "2027").choose("Yes").press("Put on the list").is(422)
	for box, want := range map[string]string{"Day": "31", "Month": "2", "Year": "2027"} {
		if got := s.vawg.read(box); got != want {
			t.Errorf("after a fault %s holds %q, want %q", box, got, want)
		}
	}
	s.vawg.fill("Day", "10").fill("Month", "12").fill("Year", "2026").press("Put on the list").is(200).sees("Put on the waiting list.")
	s.police.visit(s.page).sees("Waiting list", "Thursday 10 December")
}

func TestWhoComesTooLateIsToldWhoWasFaster(t *testing.T) {
	t.Parallel()
	s := aScene(t, "Late")
	s.vawg.visit(s.page).is(200)
	manager := signIn(t, site(t).url, "vawg.manager")
	worker := manager.get("/api/v1/people?assignable=true").items(t)[0]["id"]
	manager.do(s.id, "accept", map[string]any{"worker_id": worker})
	s.vawg.press("Accept referral").is(409).sees("Sunita M.", "accepted this referral", "Nothing you did was saved").press("See it as it is now").is(200).sees("Accepted")

	page := aScene(t, "Stale")
	page.vawg.visit(page.page + "/decline").is(200)
	manager.do(page.id, "acknowledge", nil)
	page.vawg.choose("The service's decision").choose("No space").press("Decline referral").is(409)
	if got := manager.get("/api/v1/referrals/"+page.id).text(t, "status"); got != "acknowledged" {
		t.Errorf("a page left open changed the referral to %s", got)
	}
}
