package e2e

// alarms meets the first pages of a privacy officer and of a safeguarding lead,
// and where anybody says what is close to home.
func (w *tour) alarms() {
	db := site(w.t).superuser(w.t)
	lead := w.as("safeguarding")
	change(w.t, db, "delete from alerts where desk = 'safety'")
	w.look(lead.visit("/alerts").is(200), empty)
	w.look(lead.visit("/alert-figures").is(200), empty)
	const id = "018f0000-0000-7000-8000-0000000000f1"
	for _, row := range [][4]string{
		{id, "trawl", `{"in_hour": 51, "in_day": 60, "usual_hour": 6, "usual_day": 21}`, "2026-11-24 23:59:59Z"},
		{"018f0000-0000-7000-8000-0000000000f2", "household", `{"own_name": 0}`, "2026-11-19 23:59:59Z"},
	} {
		change(w.t, db, `insert into alerts (id, desk, kind, org_id, of_org_id, about_user_id, figures, dedupe, first_at, last_at, due_at, escalated_at)
			select $1, 'data', $2, u.org_id, u.org_id, u.id, $3::jsonb, 'tour ' || $2, '2026-11-20 08:10Z', '2026-11-20 08:40Z', $4::timestamptz,
				case when $2 = 'household' then timestamptz '2026-11-20 00:00Z' end from users u where u.email = 'caseworker@demo.test'`, row[0], row[1], row[2], row[3])
	}
	p := w.as("privacy")
	w.look(p.visit("/alerts").is(200), filled)
	p.visit("/alerts/" + id).is(200).sees("51 records in an hour")
	w.look(p, filled)
	w.wrong(p, "Close the alert")
	p.press("Take").is(200).sees("Taken")
	p.choose("Explained: there was a good reason").write("What did you find, and what did you do?", "They covered for two colleagues.").press("Close the alert").is(200).sees("They covered for two colleagues.")
	w.look(p.visit("/alerts?box=closed").is(200), filled)
	w.look(p.visit("/alert-figures").is(200), filled)
	w.look(p.visit("/alert-thresholds").is(200), filled)
	w.wrong(p, "Change")
	c := w.as("caseworker")
	w.look(c.visit("/household").is(200), filled)
	c.write("Surnames in your household, and of your close family", longWord+longWord)
	w.wrong(c, "Save")
	c.write("Surnames in your household, and of your close family", "Nobody-Atall").press("Save").is(200).sees("On record")
}
