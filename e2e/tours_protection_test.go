package e2e

// protecting meets the pages of what hides a case: a caseworker bars somebody,
// and a privacy officer asks to seal.
func (w *tour) protecting() {
	officer := w.as("privacy")
	w.look(officer.visit("/protection").is(200), empty)
	caller := signIn(w.t, w.base, "caseworker")
	reference := caller.create("/api/v1/cases", alone("Sheltered", "01/777001/26")).text(w.t, "reference")
	page := "/cases/" + reference + "/protection"
	p := w.as("caseworker")
	p.visit(page + "?do=bar").is(200)
	w.look(p, filled)
	w.wrong(p, "Hide it from this person")
	p.write("Or somebody of any organisation", "neighbour@elsewhere.test").choose("Knows the victim").press("Hide it from this person").is(200)
	w.look(p.sees("neighbour@elsewhere.test"), filled)
	officer.visit("/protection").write("Case reference", "C-1").press("Continue").is(422)
	w.look(officer, faulty)
	officer.write("Case reference", reference).press("Continue").is(200)
	w.look(officer.sees("Open to the organisation"), filled)
	officer.press("Ask to seal it").is(200)
	w.look(officer, filled)
	officer.choose("A court ordered it").press("Ask a second person").is(200)
	w.look(officer.visit("/protection").sees("Waiting").is(200), filled)
	w.breaking(officer, caller)
	w.knowing(officer, caller)
	w.linking(officer, caller)
}

// linking compares two records that are likely of one person, links them and
// finds the one from the other.
func (w *tour) linking(officer *person, caller *caller) {
	db := site(w.t).superuser(w.t)
	change(w.t, db, "delete from linkage_pairs")
	w.look(officer.visit("/duplicates").is(200), empty)
	one, other := caller.create("/api/v1/cases", aCaseOf("Twofold", "Once", "01/777004/26")), caller.create("/api/v1/cases", aCaseOf("Twofold", "Onse", "01/777005/26"))
	const id = "018f0000-0000-7000-8000-0000000000f3"
	change(w.t, db, `insert into linkage_pairs (id, one_case_id, other_case_id, score, findings, raised_at)
		values ($1, least($2::uuid, $3::uuid), greatest($2::uuid, $3::uuid), 26, '[{"field": "given_name", "level": "same", "weight": 6.5}, {"field": "family_name", "level": "near", "weight": 6},
			{"field": "date_of_birth", "level": "crossed", "weight": 9.5}, {"field": "place", "level": "differs", "weight": -1.5}]', '2026-11-20 08:15Z') on conflict (one_case_id, other_case_id) do update set id = excluded.id`,
		id, one.text(w.t, "id"), other.text(w.t, "id"))
	w.look(officer.visit("/duplicates").is(200).sees("Nearly the same family name"), filled)
	w.look(officer.visit("/duplicates/"+id).is(200).sees("Side by side"), filled)
	w.wrong(officer, "Save")
	c := w.as("caseworker")
	page := "/cases/" + one.text(w.t, "reference") + "/linked"
	w.look(c.visit(page).is(200), empty)
	officer.choose("The same person").pick("How do you know?", "I checked our record").press("Save").is(200).sees("Linked")
	w.look(officer, filled)
	w.look(officer.visit("/duplicates?box=decided").is(200), filled)
	w.look(c.visit(page).is(200).sees(other.text(w.t, "reference")), filled)
}

// knowing declares a conflict of interest, is asked about a record, and reads
// who opened it.
func (w *tour) knowing(officer *person, caller *caller) {
	p := w.as("caseworker.manager")
	w.look(p.visit("/conflicts").is(200), empty)
	w.wrong(p, "Declare")
	p.choose("I know somebody who may be in a record").write("Given name", "Nearly").write("Family name", "Known").press("Declare").is(200).sees("It is on record")
	w.look(p, filled)
	logged := aCaseOf("Nearly", "Known", "01/777003/26")
	reference := caller.create("/api/v1/cases", logged).text(w.t, "reference")
	p.visit("/cases/"+reference).is(200).sees("Do you know this person?", "may be somebody you told us about")
	w.look(p, filled)
	w.wrong(p, "Continue")
	p.choose("No").press("Continue").is(200).sees(reference)
	w.look(officer.visit("/openings").is(200), filled)
	w.wrong(officer, "Continue")
	officer.write("Case reference", reference).press("Continue").is(200).sees("Opened the case")
	w.look(officer, filled)
	w.look(officer.press("For the person it is about").is(200), filled)
	w.look(officer.visit("/cases/"+reference+"/opened").is(200).sees("Opened the case"), filled)
}

func aCaseOf(given, family, crime string) map[string]any {
	c := alone(given, crime)
	c["victim"].(map[string]any)["given_name"], c["victim"].(map[string]any)["family_name"] = given, family
	return c
}

// breaking opens a restricted case in an emergency, and looks at it after.
func (w *tour) breaking(officer *person, caller *caller) {
	w.look(officer.visit("/break-glass").is(200), empty)
	logged := caller.create("/api/v1/cases", alone("Shut", "01/777002/26"))
	id, reference := logged.text(w.t, "id"), logged.text(w.t, "reference")
	manager := signIn(w.t, w.base, "caseworker.manager")
	manager.create("/api/v1/cases/"+id+"/protection/restrict", map[string]any{"people": []any{manager.get("/api/v1/me").text(w.t, "id")}, "reason": "victim_asked"})
	p := w.as("caseworker")
	w.look(p.proves().visit("/emergency").is(200), filled)
	w.wrong(p, "Open the case")
	p.write("Case reference", reference).choose("Somebody is missing").write("What is happening", "Her sister rang: she did not come home.").press("Open the case").is(200)
	p.sees("Emergency access", "minutes left")
	w.look(p, filled)
	p.visit("/cases/" + reference + "/sharing").is(404)
	w.look(officer.visit("/break-glass").sees("To look at").is(200), filled)
	officer.press(reference).is(200)
	w.look(officer, filled)
	w.wrong(officer, "Save your review")
	officer.choose("Yes").write("What did you look at", "The call is on record.").press("Save your review").is(200)
	w.look(officer.sees("Justified"), filled)
}

// alone is a case that no other can be taken for: what hides one hides what may
// be the same person's.
func alone(name, crime string) map[string]any {
	c := aCase(name)
	c["safe_contact"] = map[string]any{"channels": []any{map[string]any{"channel": "in_person", "safe": "yes"}}, "confirmed_on": "2026-11-18"}
	c["incidents"].([]any)[0].(map[string]any)["crime_reference"] = crime
	return c
}
