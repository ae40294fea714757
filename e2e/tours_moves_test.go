package e2e

// moving meets the ways out of a referral and back: to another service, taken
// back, opened again, marked as a mistake, and what a service keeps of it.
func (w *tour) moving() {
	police, vawg := signIn(w.t, w.base, "police"), signIn(w.t, w.base, "vawg")
	_, id := sent(w.t, police, vawg, "Moved")
	page := "/referrals/" + police.get("/api/v1/referrals/"+id).text(w.t, "reference")
	p := w.as("vawg.manager")
	w.look(p.visit(page+"/move").is(200), filled)
	w.wrong(p, "Suggest this service")
	w.look(p.visit(page+"/accept").is(200), filled)
	w.look(p.visit(page+"/void").is(200), filled)
	w.wrong(p, "Mark as entered in error")
	p.visit(page + "/move").choose("Rosewood: a place of safety").choose("Needs a specialist service").press("Suggest this service").is(200).sees("Your suggestion was sent")
	w.look(p, "suggested")

	referrer := w.as("police")
	w.look(referrer.visit(page).is(200).sees("Another service suggested"), "suggested")
	referrer.press("Move to another service").is(200).sees("The service that has it suggests another")
	w.look(referrer, "moving")
	referrer.choose("Rosewood: a place of safety").press("Continue").choose("They agreed").choose("Spoken", "How did they say so?").press("Continue").is(200)
	w.look(referrer, "moving")
	referrer.press("Continue").is(200)
	w.look(referrer, "moving")
	referrer.press("Move referral").is(200).sees("takes its place")
	w.look(referrer, "moving")
	w.look(referrer.visit(page).sees("Goes on as"), "moved")
	w.coming(police, vawg, p)
}

// coming meets what a service's manager can do about an acceptance and an ending.
func (w *tour) coming(police, vawg *caller, p *person) {
	_, id := sent(w.t, police, vawg, "Back")
	page := "/referrals/" + police.get("/api/v1/referrals/"+id).text(w.t, "reference")
	vawg.do(id, "accept", map[string]any{"worker_id": vawg.get("/api/v1/people?assignable=true").items(w.t)[0]["id"]})
	w.look(p.visit(page+"/undo-accept").is(200), filled)
	vawg.do(id, "record-contact", map[string]any{"channel": "phone", "outcome": "reached"})
	vawg.do(id, "complete", map[string]any{"outcomes": []any{map[string]any{"need": "health", "start": 2, "end": 4}}, "report": "A safety plan was made."})
	w.look(p.visit(page).is(200).sees("Open your record"), "ended")
	w.look(p.press("Open your record").is(200), filled)
	w.wrong(p, "Open the record")
	p.write("Reason", "A complaint about our work.").press("Open the record").is(200).sees("A safety plan was made.")
	w.look(p, "opened")
	w.look(p.visit(page+"/reopen").is(200), filled)
	w.wrong(p, "Open again")
	p.choose("The victim came back").press("Open again").is(200).sees("Opened again")
}
