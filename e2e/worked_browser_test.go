package e2e

import (
	"regexp"
	"testing"
)

var handoffRef = regexp.MustCompile(`H-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]`)

// arrives opens a browser as somebody.
func arrives(t *testing.T, who string) *person {
	t.Helper()
	return open(t, site(t).url, who).signsIn()
}

// handsOver offers a case to an organisation, on pages, up to where it is asked why
// it may be shared, or sent.
func (p *person) handsOver(ref, to, why, summary string) *person {
	p.t.Helper()
	p.visit("/cases/" + ref).is(200).press("Hand over the case or a duty").is(200)
	p.choose("The case itself").pick("Who will hold it?", to).write("Why are you handing it over?", why).write("What do they need to know to take over?", summary)
	return p.press("Continue").is(200)
}

// sends offers it, and reads its number.
func (p *person) sends() string {
	p.t.Helper()
	p.press("Send hand-off").is(200).sees("You still hold this until they accept")
	ref := handoffRef.FindString(p.text())
	if ref == "" {
		p.t.Fatalf("no number on the page: %s", p.text())
	}
	return "/handoffs/" + ref
}

// takes accepts what is offered.
func (p *person) takes(page, theirs string) *person {
	p.t.Helper()
	p.visit(page).is(200).sees("Will you take over the case itself?").lacks("Marshgate")
	return p.write("Your own reference for it", theirs).press("Accept: we hold it from now").is(200).sees("Your organisation holds this now")
}

// TestACaseGoesFromThePoliceToWitnessCareToACharityInABrowser hands a case on
// twice: by law, and by the victim's agreement. She is told, and the line shows
// who held it when.
func TestACaseGoesFromThePoliceToWitnessCareToACharityInABrowser(t *testing.T) {
	t.Parallel()
	c := aCase("Perpetua")
	c["victim"].(map[string]any)["family_name"] = "Marshgate"
	ref := signIn(t, site(t).url, "police").create("/api/v1/cases", c).text(t, "reference")
	police, wcu, charity := arrives(t, "police"), arrives(t, "witnesscare"), arrives(t, "caseworker")

	police.handsOver(ref, "London Witness Care Unit", "It goes to court.", "She needs a screen.").sees("The Victims' Code places this duty on them")
	wcu.takes(police.sends(), "WCU 12").press("Record that they were told").is(200)
	wcu.choose("Phone").choose("Yes", "Did they understand?").press("Keep this").is(200)
	police.visit("/cases/" + ref).is(200).sees("Held now by London Witness Care Unit")

	wcu.handsOver(ref, "London Victim Service", "The trial is over.", "She wants to talk.").sees("Has the person agreed to share with London Victim Service?")
	wcu.choose("They agreed").choose("Spoken", "How did they say so?").press("Continue").is(200).sees("What they will see once they accept")
	charity.takes(wcu.sends(), "LVS 12").visit("/cases/" + ref).is(200).sees("Perpetua Marshgate").press("The line").is(200)
	charity.sees("Metropolitan Police Service, victim care", "London Witness Care Unit", "London Victim Service", "Victim not told")
}

// TestAMovedTrialInABrowser is scenario 12 on pages: a trial is listed and told, then
// moved; the old day is struck and the new one owed, and whoever supports the
// victim is asked to look again.
func TestAMovedTrialInABrowser(t *testing.T) {
	t.Parallel()
	base := site(t).url
	police, vawg, wcu := signIn(t, base, "police"), signIn(t, base, "vawg"), signIn(t, base, "witnesscare")
	id, live := sent(t, police, vawg, "Ottoline")
	vawg.do(live, "accept", map[string]any{"worker_id": vawg.get("/api/v1/me").text(t, "id")})
	ref := police.get("/api/v1/cases/"+id).text(t, "reference")
	offer := police.create("/api/v1/cases/"+id+"/handoffs", map[string]any{"to_organisation_id": wcu.organisation(), "duty": "case", "reason": "It goes to court.", "summary": "She gives evidence."})
	wcu.matched(200, "/api/v1/handoffs/"+offer.text(t, "id"), "accept", map[string]any{"receiver_reference": "WCU 13"})

	p := arrives(t, "witnesscare")
	hearing := func(what string, days ...[3]string) {
		p.visit("/cases/" + ref + "/events").is(200).press("Record what happened").is(200).press("Hearing").is(200).choose(what)
		for i, legend := range []string{"When the hearing is", "When it was to be"}[:len(days)] {
			p.fill("Day", days[i][0], legend).fill("Month", days[i][1], legend).fill("Year", days[i][2], legend).fill("Time: "+map[bool]string{true: "when the hearing is", false: "when it was to be"}[i == 0], "10:00")
		}
		p.press("Record").is(200).sees("What happened was recorded", "Tell them of the hearing")
	}
	hearing("Listed", [3]string{"9", "6", "2027"})
	p.visit("/cases/" + ref + "/events").press("Record that they were told").is(200).choose("Phone").choose("Yes").press("Record that they were told").is(200).sees("That they were told was recorded")
	hearing("Moved", [3]string{"2", "9", "2027"}, [3]string{"9", "6", "2027"})
	p.visit("/cases/"+ref+"/events").is(200).sees("Hearing: listed", "Hearing: moved", "This date no longer holds")
	p.visit("/cases/" + ref + "/clocks").is(200).sees("Tell them of the hearing")
	clocks := map[any]int{}
	for _, k := range police.get("/api/v1/cases/" + id + "/clocks").items(t) {
		if k["rule"] == "K11" {
			clocks[k["state"]]++
		}
	}
	if clocks["met"] != 1 || clocks["met"]+clocks["running"]+clocks["due_soon"] != 2 {
		t.Errorf("got %v, want the first day told and the second owed", clocks)
	}
}
