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
	for _, path := range []string{"/requests", "/retention", "/retention/holds", "/certificates", "/breaches"} {
		w.look(p.visit(path).is(200), empty)
	}
	w.look(p.visit("/retention/schedules").is(200), filled)
	p.visit("/retention/schedules/no_contact").is(200)
	w.look(p, filled)
	p.write("Months", "99")
	w.wrong(p, "Set this time")
	c := signIn(w.t, w.base, "caseworker")
	ref := c.get("/api/v1/cases/"+c.create("/api/v1/cases", aCase("Kept")).text(w.t, "id")).text(w.t, "reference")
	m := w.as("privacy").proves()
	m.visit("/retention/holds/new").is(200)
	w.look(m, filled)
	w.wrong(m, "Place the hold")
	m.write("Reference of the case or referral", ref).choose("An inquest").press("Place the hold").is(200).sees("The hold stands.", ref)
	w.look(m, filled)
	m.press(ref).is(200)
	w.look(m, filled)
	w.wrong(m, "Lift the hold")
	w.asking(m, ref)
	w.erased(m)
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

// asking meets a request of a victim and one of the police, to their answers.
func (w *tour) asking(m *person, ref string) {
	m.visit("/requests/new").is(200)
	w.look(m, filled)
	w.wrong(m, "Record the request")
	request := func(kind, who string) string {
		m.visit("/requests/new").choose(kind).choose(who).write("Their name", "Kept Quillfeather").write("What exactly is asked?", "Everything.")
		m.fill("Day", "16").fill("Month", "11").fill("Year", "2026")
		if who == "The police" {
			m.choose("A statutory power, named in the request")
		}
		m.write("Reference of the case or referral, if you know it", ref).press("Record the request").is(200).sees("The request is on record.")
		return m.address()
	}
	page, _, _ := strings.Cut(request("To see what is held about somebody", "The victim"), "?")
	w.look(m, filled)
	for path, press := range map[string]string{"/extend": "Extend the time", "/answer": "Propose this answer"} {
		w.look(m.visit(page+path).is(200), filled)
		w.wrong(m, press)
	}
	w.look(m.visit(page+"/identity").is(200), filled)
	w.wrong(m, "Save")
	m.write("How do you know who asks?", "A passport was shown.").fill("Day", "17").fill("Month", "11").fill("Year", "2026").press("Save").is(200)
	w.look(m.visit(page+"/review").is(200), filled)
	w.wrong(m, "Save these decisions")
	page, _, _ = strings.Cut(request("For a victim's information, by the police or the prosecution", "The police"), "?")
	w.look(m.visit(page+"/assess").is(200), filled)
	w.wrong(m, "Save")
	for _, test := range []string{"Is there reason to believe", "Is it relevant", "Is it necessary"} {
		m.choose("Yes", test)
	}
	for _, why := range []string{"Why do you believe", "Why is it relevant", "Why is it necessary"} {
		m.write(why, "It is in the log.")
	}
	m.choose("No, it is withheld").write("Or why is it withheld?", "It is not safe to.").choose("They were not asked").press("Save").is(200)
	m.visit(page+"/answer").choose("Disclose what was marked").choose("What happened", "What exactly is disclosed?").write("Why this answer?", "The tests are met.").press("Propose this answer").is(200)
	w.look(m.sees("The request is answered."), filled)
	w.look(m.visit(page+"/pack").is(200), filled)
	w.look(m.visit(page+"/letter").is(200), filled)
	w.look(m.visit("/requests").is(200), filled)
}

// erased meets a record that was erased at its source.
func (w *tour) erased(m *person) {
	change(w.t, site(w.t).superuser(w.t), `insert into erasure_tasks (id, org_id, reference, certificate, told_at)
		select '018f0000-0000-7000-8000-0000000000e1', org_id, 'R-0000-0000-0', 'T-0000-0000-0', '2026-11-18 10:00Z' from users where email = 'privacy@demo.test'`)
	w.look(m.visit("/requests/tasks/018f0000-0000-7000-8000-0000000000e1").is(200), filled)
	w.wrong(m, "Save")
}
