package e2e

import "strings"

// newcomer is somebody who has not accepted the code of conduct yet.
const newcomer = "agreeing@demo.test"

// agreeing meets the code of conduct as somebody new does: before everything
// else, and later as what they accepted.
func (w *tour) agreeing() {
	colleague(w.t, site(w.t).superuser(w.t), "police", newcomer)
	p := w.as(newcomer)
	if !strings.HasPrefix(p.address(), "/conduct") {
		w.t.Errorf("signing in leads to %s, want the code of conduct", p.address())
	}
	w.look(p.visit("/cases").is(200).sees("Look up only what your work needs"), filled)
	w.wrong(p, "Accept and continue")
	p.choose("I have read it and will keep to it").press("Accept and continue").is(200)
	if !strings.HasPrefix(p.address(), "/cases") {
		w.t.Errorf("accepting leads to %s, want where they were going", p.address())
	}
	w.look(p.visit("/conduct").is(200).sees("You accepted it on"), "accepted")
}

// agreements meets the data-sharing agreements of an organisation.
func (w *tour) agreements() {
	p := w.as("orgadmin")
	w.look(p.visit("/agreements").is(200).sees("Ends soon", "Expired"), filled)
	w.look(p.press("Record an agreement").is(200), filled)
	w.wrong(p, "Record")
	p.choose("A legal obligation").write("Reference", "DSA of the tour")
	p.write("Day", "2", "Signed on").write("Month", "3", "Signed on").write("Year", "2026", "Signed on")
	p.write("Day", "1", "Last day").write("Month", "3", "Last day").write("Year", "2027", "Last day").press("Record").is(200)
	p.sees("The agreement is on record.").press("DSA of the tour").is(200)
	w.look(p, filled)
	w.wrong(p, "End the agreement")
}
