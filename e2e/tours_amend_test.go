package e2e

// amending meets what is added to a case after it was logged, and the page that
// asks before a contact is made, on both sides.
func (w *tour) amending() {
	police, vawg := signIn(w.t, w.base, "police"), signIn(w.t, w.base, "vawg")
	caseID, id := sent(w.t, police, vawg, "Amended")
	page := "/cases/" + police.get("/api/v1/cases/"+caseID).text(w.t, "reference")
	referral := "/referrals/" + police.get("/api/v1/referrals/"+id).text(w.t, "reference")
	p := w.as("police")
	p.visit(page).press("Add another incident").is(200)
	w.look(p, filled)
	w.wrong(p, "Add incident")
	p.choose("Stalking").choose("Yesterday").choose("No, and they want to report it").write("What happened", "He waited outside her work.").press("Add incident").is(200).sees("The incident was added")
	w.look(p, "two incidents")
	p.press("Answer the equality questions").is(200)
	w.look(p, filled)
	p.choose("Prefer not to say", "What is their religion?").press("Keep the answers").is(200).sees("The answers were kept")
	p.press("Plan a contact").is(200)
	w.look(p, filled)
	p.choose("Phone").choose("At another time")
	w.wrong(p, "Check and plan")

	vawg.do(id, "accept", map[string]any{"worker_id": vawg.get("/api/v1/people?assignable=true").items(w.t)[0]["id"]})
	v := w.as("vawg")
	v.visit(referral).press("Plan a contact").is(200)
	w.look(v, filled)
	w.wrong(v, "Check and plan")
	v.choose("Phone").press("Check and plan").is(201)
	w.look(v, "planned")

	bare := aCase("Unreachable")
	bare["safe_contact"] = map[string]any{"channels": []any{}, "confirmed_on": "2026-11-18"}
	none := police.create("/api/v1/cases", bare).text(w.t, "id")
	w.look(p.visit("/cases/"+police.get("/api/v1/cases/"+none).text(w.t, "reference")+"/contact").is(200).sees("No way of contact is marked safe"), empty)
}
