package e2e

import "strings"

// answering meets the three questions on a victim's page, and what becomes of the
// answer: to the Commissioner's office, and never to a provider.
func (w *tour) answering() {
	ref, _, code := given(w.t, w.base, "Answering")
	change(w.t, site(w.t).superuser(w.t), `insert into feedback_invitations (id, case_id, org_id, point, made_at, expires_at)
		select gen_random_uuid(), id, accountable_org_id, 'trial', logged_at, logged_at + interval '28 days' from cases where reference = $1`, ref)
	v := open(w.t, w.base, "somebody who is asked")
	v.visit("/s").is(200).write("Code", code).write("Word", "kingfisher").press("Continue").is(200).press("Tell us how it was").is(200)
	w.look(v, filled)
	v.write("Is there more you want to say?", strings.Repeat("x", 1001))
	w.wrong(v, "Send")
	v.choose("Yes", "Did the team listen to you?").choose("Not now", "Do you feel safer?").write("Is there more you want to say?", "They rang me back.").press("Send").is(200).sees("Thank you")
	w.look(v, filled)
	v.visit("/s/update").is(200).lacks("Tell us how it was")

	office := w.as("commissioner")
	w.look(office.visit("/feedback").is(200), filled)
	office.press("Enter what you were told").is(200)
	w.look(office, filled)
	w.wrong(office, "Enter it")
	office.pick("Which service is it about?", "Rosewood Refuge: Rosewood: a place of safety").choose("No", "Did they listen to you?").write("What did they say besides?", "Nobody rang.").press("Enter it").is(200).sees("Nobody rang.", "Left out")
	w.look(office, filled)
	manager := w.as(site(w.t).managerOf(w.t, "refuge"))
	w.look(manager.visit("/our-feedback").is(200).lacks("Nobody rang."), filled)
	manager.visit("/feedback").is(403)
}
