package e2e

import "time"

// filling meets the forms of a case and of a service's own record.
func (w *tour) filling() {
	police, vawg := signIn(w.t, w.base, "police"), signIn(w.t, w.base, "vawg")
	caseID, id := sent(w.t, police, vawg, "Forms")
	page := "/cases/" + police.get("/api/v1/cases/"+caseID).text(w.t, "reference")
	referral := "/referrals/" + police.get("/api/v1/referrals/"+id).text(w.t, "reference")
	vawg.do(id, "accept", map[string]any{"worker_id": vawg.get("/api/v1/people?assignable=true").items(w.t)[0]["id"]})
	now, err := time.Parse(time.RFC3339, vawg.get("/api/v1/referrals/"+id).text(w.t, "accepted_at"))
	if err != nil {
		w.t.Fatal(err)
	}

	p := w.as("police")
	p.visit(page).is(200).press("Forms").is(200).sees("No form has been filled in yet.")
	w.look(p, empty)
	p.press("Fill in the DASH risk form").is(200)
	w.look(p, filled)
	w.wrong(p, "Keep this form")
	p.fill("Day", now.Format("2")).fill("Month", now.Format("1")).fill("Year", now.Format("2006")).choose("High risk of serious harm").write("What does it rest on? (optional)", "He has a key.")
	p.press("Keep this form").is(200).sees("The form was kept", "This meets the criteria for a MARAC", "He has a key.")
	w.look(p, "entry")
	p.press("Correct a mistake in this form").is(200).sees("stays on record beside this one")
	w.look(p, "correct")
	p.choose("Standard").press("Keep this form").is(200).sees("This stands in the place of one that was wrong.")
	w.look(p.visit(page+"/forms").is(200).sees("another stands in its place"), filled)

	p = w.as("vawg.manager")
	w.look(p.visit(referral+"/forms").is(200).sees("No form has been filled in yet."), empty)
	p.press("Fill in the DASH risk form").is(200)
	w.look(p, filled)
	w.wrong(p, "Keep this form")
	p.fill("Day", now.Format("2")).fill("Month", now.Format("1")).fill("Year", now.Format("2006")).choose("Medium").press("Keep this form").is(200).sees("The form was kept")
	w.look(p.visit(referral+"/forms").is(200), filled)
	vawg.do(id, "record-contact", map[string]any{"channel": "phone", "outcome": "reached"})
	vawg.do(id, "end-early", map[string]any{"reason": "moved", "report": "She moved away."})
	p.visit(referral + "/forms").is(200).sees("Why do you need to open this record?")
	w.look(p, "ended")
	w.wrong(p, "Open the record")
	p.write("Reason", "A complaint about our work.").press("Open the record").is(200).sees("DASH risk form", "Was anybody hurt this time?")
	w.look(p, "opened")
}
