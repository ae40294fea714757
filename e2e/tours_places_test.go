package e2e

// placing meets the pages on which a service says whether it takes people. It
// leaves what others choose from as it was.
func (w *tour) placing() {
	w.look(w.as("police").visit("/places").is(200).sees("offers no service"), empty)
	p := w.as("childhouse")
	w.look(p.visit("/places").is(200), filled)
	p.press("Update (Young adults with additional needs)").is(200)
	w.look(p, filled)
	p.fill("Places free (optional)", "many")
	w.wrong(p, "Confirm")
	p.fill("Places free (optional)", "").fill("Places in all (optional)", "").press("Confirm").is(200).sees("Confirmed. Referrers see it", "Goes out of date after")
	w.look(p, "confirmed")
}
