package e2e

// managing meets the pages of those who manage people and organisations.
func (w *tour) managing() {
	p := w.as("admin")
	w.look(p.visit("/approvals").is(200), empty)
	w.look(p.visit("/admin/access").is(200), filled)
	w.approving(p)
}

// approving meets a request that another system administrator made.
func (w *tour) approving(p *person) {
	id := "018f0000-0000-7000-8000-0000000000a1"
	change(w.t, site(w.t).superuser(w.t), `insert into approvals (id, org_id, kind, subject_type, subject_id, reason, decide_roles, requested_by, requested_by_role, requested_at, expires_at)
		select $1, org_id, 'stage.act', 'user', id, 'It takes two.', '{system_admin}', id, role, '2026-11-20 08:00Z', '2026-12-20 08:00Z' from users where email = 'admin.second@demo.test'`, id)
	w.look(p.visit("/approvals").is(200), filled)
	w.look(p.visit("/approvals/"+id).is(200), filled)
}
