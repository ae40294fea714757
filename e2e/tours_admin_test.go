package e2e

import "strings"

// managing meets the pages of those who manage people and organisations.
func (w *tour) managing() {
	p := w.as("admin").proves()
	w.look(p.visit("/approvals").is(200), empty)
	w.look(p.visit("/admin/access").is(200), filled)
	w.look(p.visit("/admin/invitations").is(200), empty)
	w.look(p.visit("/admin/people/invite").is(200), filled)
	w.wrong(p, "Invite")
	p.write("Email address", "police.admin@demo.test").pick("Organisation", "Metropolitan Police Service, victim care").choose("Organisation administrator")
	p.write("Why is this role needed?", "Nobody manages accounts there.").press("Invite").is(200)
	w.approving(w.as("admin.second").proves())
	w.inviting(w.as("orgadmin").proves())
	w.look(p.visit("/operator/organisations").is(200), filled)
	p.press("Bridgeway Restorative Justice").is(200)
	w.look(p, filled)
	w.look(p.press("Change settings").is(200), filled)
	p.write("Minutes without use until people are signed out", "90")
	w.wrong(p, "Save")
	w.feeding(p)
	w.look(p.visit("/operator/messages").is(200), filled)
	w.ruling(p)
	m := w.as("vawg.manager")
	w.look(m.visit("/messages").is(200), filled)
	w.look(m.visit("/team").is(200), filled)
	hand := ask[string](m, `document.querySelector('main td a, main th a').getAttribute('href')`)
	w.look(m.visit(hand).is(200), filled)
	w.wrong(m, "Hand over")
}

// feeding meets the pages of feeds of other directories of services.
func (w *tour) feeding(p *person) {
	w.look(p.visit("/operator/feeds").is(200).sees("No feed was sent yet."), empty)
	w.look(p.press("Send a feed").is(200), filled)
	w.wrong(p, "Send and check")
	p.write("What is the directory called?", "A borough's directory")
	p.attach("The file", "feed.json", `[{"id":"1","name":"Drop-in","organization":{"name":"Neighbours"}},{"id":"2","name":"A refuge","organization":{"name":"Neighbours"}},{"id":"3"}]`).press("Send and check").is(200).sees("This is missing", "it looks like a refuge")
	w.look(p, filled)
	w.look(p.press("Publish 2 services").is(200).sees("The feed was published."), "done")
	w.look(p.visit("/operator/feeds").is(200), filled)
}

// ruling meets the pages of the clock rules.
func (w *tour) ruling(p *person) {
	w.look(p.visit("/operator/clocks").is(200), filled)
	w.look(p.press("Tell them of the arrest (K3)").is(200), filled)
	w.look(p.press("Change the limit").is(200), filled)
	p.write("Where does the limit stand?", "")
	w.wrong(p, "See what would change")
	p.write("Limit", "4").write("Where does the limit stand?", "A new Code").write("Day", "1").write("Month", "4").write("Year", "2027").press("See what would change").is(200).sees("They keep the limit they began with.")
	w.look(p, "seen")
	p.press("Ask a second person").is(200).sees("You asked for this")
	w.look(p.visit("/operator/clocks").is(200).sees("Waits for a second person"), filled)
}

// approving meets a request that another system administrator made.
func (w *tour) approving(p *person) {
	w.look(p.visit("/approvals").is(200), filled)
	p.press("Give a role that crosses organisations").is(200)
	w.look(p, filled)
	p.press("Refuse").is(422)
	w.look(p, faulty)
	w.look(p.press("Approve").is(200), filled)
}

// inviting meets the pages of an organisation's administrator, and the link of
// an invitation as its holder opens it.
func (w *tour) inviting(p *person) {
	w.look(p.visit("/admin/people").is(200), filled)
	one := ask[string](p, `[...document.querySelectorAll('main a')].find(a => a.innerText.startsWith('Amina')).getAttribute('href')`)
	w.look(p.visit(one).is(200), filled)
	w.look(p.visit(one+"/role").is(200), filled)
	w.wrong(p, "Change role")
	w.look(p.visit(one+"/leave").is(200), filled)
	w.look(p.visit(one+"/factors").is(200), filled)
	w.wrong(p, "Take them away")
	p.visit("/admin/people/invite").write("Email address", "nia.farrow@demo.test").choose("Caseworker").press("Invite").is(200)
	w.look(p, "link")
	link := ask[string](p, `[...document.querySelectorAll('main dd')].map(d => d.innerText.trim()).find(t => t.includes('/invitation/'))`)
	w.look(p.visit("/admin/invitations").is(200), filled)
	p.press("nia.farrow@demo.test").is(200)
	w.look(p, filled)
	stranger := open(w.t, w.base, "nobody")
	w.look(stranger.visit(link[strings.Index(link, "/invitation/"):]).is(200), filled)
	w.wrong(stranger, "Set my password")
	// Somebody with work in hand cannot leave before it is handed over.
	change(w.t, site(w.t).superuser(w.t), `insert into users (id, org_id, email, name, role, password_hash)
		select gen_random_uuid(), org_id, 'vawg.admin@demo.test', 'Wren Overbury', 'organisation_admin', password_hash from users where email = 'vawg@demo.test'`)
	admin := w.as("vawg.admin").proves()
	busy := ask[string](admin.visit("/admin/people"), `[...document.querySelectorAll('main a')].find(a => a.innerText.startsWith('Inês')).getAttribute('href')`)
	w.look(admin.visit(busy+"/leave").is(200), filled)
	w.wrong(admin, "End access")
}
