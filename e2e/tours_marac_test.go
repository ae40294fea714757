package e2e

// conferring meets what is done at a MARAC, on the demo's two cases: by who runs
// it, by who takes part, and by who does not.
func (w *tour) conferring() {
	p := w.as("marac")
	p.visit("/marac").is(200).sees("Heard, watched for a year", "On the list of a meeting", "Who takes part")
	w.look(p, filled)
	w.wrong(p, "Call meeting")
	items := signIn(w.t, w.base, "marac").get("/api/v1/marac").Body["cases"].([]any)
	refs := map[string]string{}
	for _, item := range items {
		c := item.(map[string]any)
		refs[c["state"].(string)] = c["reference"].(string)
	}
	w.look(p.visit("/marac/"+refs["heard"]).is(200).sees("Minutes", "Mark her sister's address for an urgent answer.", "A MARAC never does."), filled)
	w.wrong(p, "Keep this")
	w.look(p.visit("/marac/"+refs["listed"]).is(200).sees("It has not been heard yet."), "listed")
	p.write("What is known", "A neighbour heard shouting.").press("Keep this").is(200).sees("This was kept.", "A neighbour heard shouting.")

	v := w.as("vawg")
	w.look(v.visit("/marac").is(200).sees("Go through a safety plan with her, and ask about the locks."), "partner")
	w.look(v.visit("/marac/"+refs["heard"]).is(200).sees("What was shared"), "partner")
	v.choose("Go through a safety plan with her, and ask about the locks.").press("It was done").is(200).sees("This was kept.")
	w.look(w.as("refuge").visit("/marac").is(200).sees("There is no case to show."), empty)
}
