package e2e

// systems meets the credentials of an organisation's systems.
func (w *tour) systems() {
	p := w.as("orgadmin").proves()
	w.look(p.visit("/admin/clients").is(200).sees("Case management system"), filled)
	w.look(p.press("Connect a system").is(200), filled)
	w.wrong(p, "Make its credentials")
	p.write("What is the system called?", "System of the tour").choose("Caseworker").choose("Read a case and its journey").press("Make its credentials").is(200)
	w.look(p.sees("The secret is shown once"), "made")
	w.look(p.press("Done").is(200), filled)
	p.press("Make another secret").is(200).sees("The secret before goes on until").press("Done").press("Revoke the credentials").is(200)
	w.look(p.sees("The credentials are revoked"), "revoked")
}

// webhooks meets the addresses that an organisation's systems are told at.
func (w *tour) webhooks() {
	p := w.as("orgadmin").proves()
	w.look(p.visit("/admin/webhooks").is(200).sees("events.example.org"), filled)
	w.look(p.press("Add an address").is(200), filled)
	w.wrong(p, "Add")
	w.look(p.visit("/admin/webhooks").press("https://events.example.org/throughline").is(200), filled)
}
