package e2e

// protecting meets the pages of what hides a case: a caseworker bars somebody,
// and a privacy officer asks to seal.
func (w *tour) protecting() {
	officer := w.as("privacy")
	w.look(officer.visit("/protection").is(200), empty)
	caller := signIn(w.t, w.base, "caseworker")
	reference := caller.create("/api/v1/cases", aCase("Sheltered")).text(w.t, "reference")
	page := "/cases/" + reference + "/protection"
	p := w.as("caseworker")
	p.visit(page + "?do=bar").is(200)
	w.look(p, filled)
	w.wrong(p, "Hide it from this person")
	p.write("Or somebody of any organisation", "neighbour@elsewhere.test").choose("Knows the victim").press("Hide it from this person").is(200)
	w.look(p.sees("neighbour@elsewhere.test"), filled)
	officer.visit("/protection").write("Case reference", "C-1").press("Continue").is(422)
	w.look(officer, faulty)
	officer.write("Case reference", reference).press("Continue").is(200)
	w.look(officer.sees("Open to the organisation"), filled)
	officer.press("Ask to seal it").is(200)
	w.look(officer, filled)
	officer.choose("A court ordered it").press("Ask a second person").is(200)
	w.look(officer.visit("/protection").sees("Waiting").is(200), filled)
}
