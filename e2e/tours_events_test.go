package e2e

// happening meets what police and courts do in a case: what happened, that they
// were told, and the clocks it moves.
func (w *tour) happening() {
	police, vawg := signIn(w.t, w.base, "police"), signIn(w.t, w.base, "vawg")
	id, _ := sent(w.t, police, vawg, "Happening")
	page := "/cases/" + police.get("/api/v1/cases/"+id).text(w.t, "reference")

	p := w.as("police")
	w.look(p.visit(page+"/clocks").is(200).sees("Nothing is owed"), empty)
	w.look(p.visit(page+"/events").is(200).sees("No events yet."), empty)
	p.press("Record what happened").is(200)
	w.look(p, "kinds")
	p.press("Suspect").is(200)
	w.look(p, filled)
	w.wrong(p, "Record")
	p.choose("Arrested").press("Record").is(200).sees("What happened was recorded", "Tell them of the arrest")
	w.look(p, filled)
	p.visit(page + "/clocks").is(200)
	w.look(p, filled)
	p.press("Change").is(200)
	w.look(p, filled)
	w.wrong(p, "Change the clock")
	p.visit(page + "/events").press("Record that they were told").is(200)
	w.look(p, filled)
	w.wrong(p, "Record that they were told")
	p.choose("Phone").choose("Yes").press("Record that they were told").is(200).sees("That they were told was recorded")
}
