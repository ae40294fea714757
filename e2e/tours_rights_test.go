package e2e

import "strings"

// rights meets the pages of what is past keeping, what holds it and what went
// wrong, first with nothing on them.
func (w *tour) rights() {
	db := site(w.t).superuser(w.t)
	change(w.t, db, `insert into organisations (id, name, kind) values (gen_random_uuid(), 'Keepers of data', 'charity')`)
	change(w.t, db, `insert into users (id, org_id, email, name, role, password_hash, created_at)
		select gen_random_uuid(), o.id, 'new.keeper@demo.test', 'A Keeper', 'privacy_officer', u.password_hash, now() from users u, organisations o
		where u.email = 'privacy@demo.test' and o.name = 'Keepers of data'`)
	p := w.as("new.keeper@demo.test")
	for _, path := range []string{"/retention", "/retention/holds", "/certificates", "/breaches"} {
		w.look(p.visit(path).is(200), empty)
	}
	w.look(p.visit("/retention/schedules").is(200), filled)
	p.visit("/retention/schedules/no_contact").is(200)
	w.look(p, filled)
	p.write("Months", "99")
	w.wrong(p, "Set this time")
	c := signIn(w.t, w.base, "caseworker")
	ref := c.get("/api/v1/cases/"+c.create("/api/v1/cases", aCase("Kept")).text(w.t, "id")).text(w.t, "reference")
	m := w.as("privacy")
	m.visit("/retention/holds/new").is(200)
	w.look(m, filled)
	w.wrong(m, "Place the hold")
	m.write("Reference of the case or referral", ref).choose("An inquest").press("Place the hold").is(200).sees("The hold stands.", ref)
	w.look(m, filled)
	m.press(ref).is(200)
	w.look(m, filled)
	w.wrong(m, "Lift the hold")
	w.due(m)
	w.breaching(m)
}

// due meets a record that is past keeping, and the certificate of one that went.
func (w *tour) due(m *person) {
	db := site(w.t).superuser(w.t)
	change(w.t, db, `insert into retention_items (id, org_id, kind, subject_id, reference, class, source, since, due_on, found_at)
		select '018f0000-0000-7000-8000-0000000000d1', c.accountable_org_id, 'case', c.id, c.reference, 'no_service', 'Victim Support, privacy notice', '2026-08-01 10:00Z', '2026-09-12', '2026-11-20 02:30Z'
		from cases c join users u on u.org_id = c.accountable_org_id and u.email = 'privacy@demo.test'
		where not exists (select from retention_items i where i.subject_id = c.id) order by c.id desc limit 1`)
	change(w.t, db, `insert into tombstones (id, reference, org_id, why, record_kind, record_reference, class, source, approved_by, approved_at, deleted_at, counts, hash)
		select gen_random_uuid(), 'T-0000-0000-0', u.org_id, 'retention', 'case', 'C-0000-0000-0', 'no_service', 'Victim Support, privacy notice', u.id, '2026-11-16 10:00Z', '2026-11-19 02:30Z',
		'{"cases": 1, "victims": 1, "incidents": 2}', sha256('x') from users u where u.email = 'privacy@demo.test'`)
	w.look(m.visit("/retention").is(200), filled)
	w.look(m.visit("/retention/items/018f0000-0000-7000-8000-0000000000d1").is(200), filled)
	w.wrong(m, "Keep it")
	m.press("Approve deletion").is(200).sees("Approved. It can be stopped until its time.")
	w.look(m.visit("/certificates").is(200), filled)
	w.look(m.visit("/certificates/T-0000-0000-0").is(200), filled)
}

// breaching meets a breach from its log to its end.
func (w *tour) breaching(m *person) {
	m.visit("/breaches/new").is(200)
	w.look(m, filled)
	w.wrong(m, "Log the breach")
	m.write("What happened", "A letter went to another address.").choose("Sent or told to the wrong person").fill("Day", "12").fill("Month", "11").fill("Year", "2026").press("Log the breach").is(200)
	w.look(m.sees("The breach is on record."), filled)
	m.choose("Close this breach")
	w.wrong(m, "Save")
	if !strings.HasPrefix(m.address(), "/breaches/B-") {
		w.t.Errorf("the breach's page is %s", m.address())
	}
	w.look(m.visit("/breaches").is(200), filled)
}
