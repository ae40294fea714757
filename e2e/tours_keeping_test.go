package e2e

// keeping meets the pages of what people write down and attach.
func (w *tour) keeping() {
	police, vawg := signIn(w.t, w.base, "police"), signIn(w.t, w.base, "vawg")
	caseID, id := sent(w.t, police, vawg, "Keeping")
	page := "/cases/" + police.get("/api/v1/cases/"+caseID).text(w.t, "reference")
	referral := "/referrals/" + police.get("/api/v1/referrals/"+id).text(w.t, "reference")
	worker := vawg.get("/api/v1/people?assignable=true").items(w.t)[0]["id"]
	vawg.do(id, "accept", map[string]any{"worker_id": worker})
	vawg.create("/api/v1/referrals/"+id+"/notes", map[string]any{"kind": "shared", "text": "She prefers mornings."})

	p := w.as("police")
	w.look(p.visit(page+"/notes").is(200), filled)
	w.wrong(p, "Add note")
	p.write("Write a note", "She rang at ten.\nShe is with her sister.\n\nShe asked about the court date.").press("Add note").is(200).sees("The note was added")
	p.press("Correct").is(200)
	w.look(p, "correct")
	p.write("What is right?", "She rang at eleven.").press("Add correction").is(200).sees("Correction", "She rang at eleven.", "She rang at ten.")
	w.look(p, "corrected")

	p = w.as("vawg.manager")
	w.look(p.visit(referral+"/notes").is(200).sees("She prefers mornings."), filled)
	w.wrong(p, "Add note")
	p.write("Write a note", "For both of us.").choose("Both sides of this referral").press("Add note").is(200)
	vawg.do(id, "record-contact", map[string]any{"channel": "phone", "outcome": "reached"})
	vawg.do(id, "end-early", map[string]any{"reason": "moved", "report": "She moved away."})
	p.visit(referral + "/notes").is(200).sees("Why do you need to open this record?")
	w.look(p, "ended")
	w.wrong(p, "Open the record")
	p.write("Reason", "A complaint about our work.").press("Open the record").is(200).sees("For both of us.")
}
