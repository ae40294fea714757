package e2e

import "strings"

// agreeing meets the code of conduct as somebody new does: before everything
// else, and later as what they accepted.
func (w *tour) agreeing() {
	const address = "agreeing@demo.test"
	db := site(w.t).superuser(w.t)
	colleague(w.t, db, "police", address)
	change(w.t, db, "delete from conduct_acceptances a using users u where u.id = a.user_id and u.email = $1", address)
	p := w.as(address)
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
