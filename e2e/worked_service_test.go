package e2e

import "strings"

// commonAssault is scenario 1: reported on the Thursday before Easter, referred as
// the Victims' Code has it where nobody says no.
func commonAssault(s *story) {
	s.on("2026-04-02 10:00")
	police := s.as("police")
	id := s.logs(police, s.someone("Amber", "assault"))
	s.happens(police, id, "crime_recorded", "2026-04-02 09:00", nil)
	s.due(police, id, "K1", "running", "Wed 8 Apr") // Good Friday and Easter Monday are no working days

	s.on("2026-04-07 10:00")
	police, support := s.as("police"), s.as("support")
	service := s.find(police, id, "general", "Adult victims' support")
	decision := s.agreed(police, id, service["organisation"].(map[string]any)["id"], "basis", "public_task", "method", "none", "reason", "Told of it when she reported, and did not say no.")
	ref := s.draftTo(police, id, "general", service, decision, nil)
	police.do(ref, "submit", nil)
	support.do(ref, "acknowledge", nil)
	accepted := s.accepts(support, ref)
	for _, v := range accepted.Body["clocks"].([]any) {
		if k := v.(map[string]any); (k["rule"] == "K22" || k["rule"] == "K23") && (k["state"] != "met" || day(k["stopped_at"]) != "Tue 7 Apr") {
			s.Errorf("picked up and decided the same day: %v", k)
		}
	}
	s.happens(police, id, "referral_received", "2026-04-07 09:59", map[string]any{"what": "accepted"})
	s.due(police, id, "K1", "met", "Wed 8 Apr")
	if k := s.clock(police, id, "K1")[0]; day(k["stopped_at"]) != "Tue 7 Apr" || day(k["first_due_at"]) != "Wed 8 Apr" {
		s.Errorf("K1 was met on %s, due %s", day(k["stopped_at"]), day(k["first_due_at"]))
	}
	support.do(ref, "record-contact", map[string]any{"channel": "phone", "outcome": "reached"})
	support.create("/api/v1/referrals/"+ref+"/needs", map[string]any{"point": "start", "ratings": []any{map[string]any{"need": "health", "score": 2}, map[string]any{"need": "outlook", "unrated": "declined"}}})
	support.create("/api/v1/referrals/"+ref+"/goals", map[string]any{"need": "health", "goal": "Sleep through the night.", "review_on": s.today(14)})

	s.on("2026-04-13 10:30")
	police, support = s.as("police"), s.as("support")
	done := support.do(ref, "complete", map[string]any{"report": "She sleeps again.", "outcomes": []any{map[string]any{"need": "health", "start": 2, "end": 4}, map[string]any{"need": "outlook", "start": 3, "end": 4}}})
	if got := done.text(s, "status"); got != "completed" {
		s.Errorf("got %s", got)
	}
	police.matched(200, "/api/v1/cases/"+id, "close", map[string]any{"reason": "needs_met"})
}

// sharedPhone is scenario 2, but for the risk form and the MARAC: the one
// responsible looks at her telephone, and Monday from ten to twelve is safe.
func sharedPhone(s *story) {
	s.on("2026-04-02 10:00") // a Thursday
	police, vawg := s.as("police"), s.as("vawg")
	c := set(s.someone("Beatrix", "domestic_abuse"), "safe_contact.channels", []any{
		map[string]any{"channel": "phone", "value": "07700 900322", "safe": "yes", "leave_message": false, "windows": []any{map[string]any{"day": "mon", "from": "10:00", "to": "12:00"}}},
		map[string]any{"channel": "text", "value": "07700 900322", "safe": "no"},
		map[string]any{"channel": "email", "value": "b@example.test", "safe": "unknown"},
	})
	id := s.logs(police, set(c, "risk_level", "high"))
	plan := func(channel, when string) answer {
		return police.tries("/api/v1/cases/"+id+"/contact-plans", map[string]any{"channel": channel, "at": moment(when)})
	}
	s.refused(plan("text", "2026-04-13 10:30"), "channel")
	s.refused(plan("email", "2026-04-13 10:30"), "channel")
	s.refused(plan("phone", "2026-04-09 10:30"), "at")
	s.refused(plan("phone", "2026-04-13 12:30"), "at")
	if a := plan("phone", "2026-04-13 10:30"); a.Status != 201 {
		s.Errorf("the safe time is refused: %d %s", a.Status, a.Raw)
	}
	ref := s.refers(police, id, "vawg", "Domestic abuse advocacy (IDVA)", map[string]any{"risk_tool": "dash", "risk_score": 16, "suspect_access": "uses_device"})
	s.accepts(vawg, ref)
	early := vawg.do(ref, "record-contact", map[string]any{"channel": "phone", "outcome": "voicemail"})
	if a := early.Body["attempt"].(map[string]any); a["counted"] == true || a["reached"] == true {
		s.Errorf("a call on a Thursday: %v, want it counted for nothing", a)
	}
	unsafe := vawg.do(ref, "record-contact", map[string]any{"channel": "text", "outcome": "no_answer"})
	if a := unsafe.Body["attempt"].(map[string]any); a["counted"] == true || a["safety_incident"] != true {
		s.Errorf("a text he may read: %v, want it on record as unsafe, and counted for nothing", a)
	}

	s.on("2026-04-13 10:30") // the Monday after next
	vawg = s.as("vawg")
	call := vawg.do(ref, "record-contact", map[string]any{"channel": "phone", "outcome": "no_answer"})
	if a := call.Body["attempt"].(map[string]any); a["counted"] != true || a["safety_incident"] == true {
		s.Errorf("a call in the safe time: %v", a)
	}
}

// wrongPersonAnswers is scenario 3.
func wrongPersonAnswers(s *story) {
	s.on("2026-04-02 10:00")
	police, vawg := s.as("police"), s.as("vawg")
	id := s.logs(police, s.someone("Clementine", "domestic_abuse"))
	ref := s.refers(police, id, "vawg", "Domestic abuse advocacy (IDVA)", nil)
	s.accepts(vawg, ref)
	a := vawg.do(ref, "record-contact", map[string]any{"channel": "phone", "outcome": "other_adult", "said": "A man answered. I said it was a wrong number."})
	if attempt := a.Body["attempt"].(map[string]any); attempt["channel_stopped"] != true || attempt["counted"] == true {
		s.Errorf("somebody else answered: %v", attempt)
	}
	if n, _ := a.Body["attempts_counted"].(float64); n != 0 {
		s.Errorf("it counts towards giving up: %v", n)
	}
	// The number is closed to everybody, and not being reached is no way out of it.
	for _, c := range []*caller{police, vawg} {
		s.refused(c.tries("/api/v1/cases/"+id+"/contact-plans", map[string]any{"channel": "phone", "at": moment("2026-04-02 16:00")}), "channel")
	}
	if a := vawg.tries("/api/v1/referrals/"+ref+"/not-engaged", map[string]any{"reason": "no_answer"}, "If-Match", a.Header.Get("ETag")); a.Status != 409 && a.Status != 422 {
		s.Errorf("closed as not reached: %d %s", a.Status, a.Raw)
	}
	// Whoever sent it is asked for another way.
	channel := police.get("/api/v1/cases/" + id).Body["safe_contact"].(map[string]any)["channels"].([]any)[0].(map[string]any)
	if day(channel["stopped_at"]) != "Thu 2 Apr" {
		s.Errorf("the case does not say that the number is stopped: %v", channel)
	}
}

// withdrawsForPolice is scenario 10: she does not want the police to be told any
// more, and wants the charity to go on.
func withdrawsForPolice(s *story) {
	s.on("2026-04-02 10:00")
	victims, police, vawg := s.as("caseworker"), s.as("police"), s.as("vawg")
	id := s.logs(victims, set(s.someone("Delphine", "domestic_abuse"), "source", "self"))
	ref := s.refers(victims, id, "vawg", "Domestic abuse advocacy (IDVA)", nil)
	s.accepts(vawg, ref)
	to := police.organisation()
	told := s.agreed(victims, id, to)
	offer := s.offers(victims, id, "case", to, "She wanted to report it.")
	if before := police.get("/api/v1/handoffs/" + offer.text(s, "id")); !strings.Contains(before.Raw, "Camden") {
		s.Errorf("the police are shown nothing to begin with: %s", before.Raw)
	}
	victims.keyed(200, "/api/v1/sharing-decisions/"+told+"/withdraw", map[string]any{"reason": "victim_withdrew"})

	after := police.get("/api/v1/handoffs/" + offer.text(s, "id"))
	if after.text(s, "status") != "recalled" || strings.Contains(after.Raw, "Camden") || strings.Contains(after.Raw, "She wanted to report it.") {
		s.Errorf("the police still read it: %s", after.Raw)
	}
	s.refused(victims.tries("/api/v1/cases/"+id+"/handoffs", map[string]any{"to_organisation_id": to, "duty": "case", "reason": "Again.", "summary": "Again."}), "sharing_decision_id")
	if again := vawg.get("/api/v1/referrals/" + ref); again.text(s, "status") != "accepted" || !strings.Contains(again.Raw, "Delphine") {
		s.Errorf("the charity does not go on: %s", again.Raw)
	}
	// A child at risk is another basis, with its reason; what was is kept.
	s.refused(victims.tries("/api/v1/cases/"+id+"/sharing-decisions", map[string]any{"receiver_organisation_id": to, "purpose": "safety", "basis": "safeguarding", "fields": []any{"risk_level"}}), "reason")
	s.agreed(victims, id, to, "basis", "safeguarding", "method", "none", "reason", "A child lives there.", "fields", []any{"risk_level"})
	withdrawn, live := 0, 0
	for _, v := range victims.get("/api/v1/cases/" + id).Body["sharing_decisions"].([]any) {
		if d := v.(map[string]any); d["receiver_organisation_id"] == to && d["live"] == true {
			live++
		} else if d["withdrawn_at"] != nil {
			withdrawn++
		}
	}
	if withdrawn != 1 || live != 1 {
		s.Errorf("got %d withdrawn and %d live decisions for the police, want one of each", withdrawn, live)
	}
}

// worksThere is scenario 11: the one responsible works for the charity the case
// was sent to. It is hidden from them before anybody has opened it.
func worksThere(s *story) {
	s.on("2026-04-02 10:00")
	police, theirs, colleague := s.as("police"), s.as("vawg"), s.as("vawg.manager")
	c := s.someone("Esperanza", "domestic_abuse")
	c["related_people"] = []any{map[string]any{"relation": "partner", "suspect": true}}
	id := s.logs(police, c)
	ref := s.refers(police, id, "vawg", "Domestic abuse advocacy (IDVA)", nil)
	police.create("/api/v1/cases/"+id+"/protection/bars", map[string]any{"email": "vawg@demo.test", "reason": "did_it", "note": "She recognised the name."})
	if first := police.get("/api/v1/referrals/" + ref).Body["first_read_at"]; first != nil {
		s.Errorf("it was opened before it was hidden: %v", first)
	}
	if a := theirs.send("GET", "/api/v1/referrals/"+ref, nil, nil); a.Status != 404 || listed(s, theirs, "/api/v1/referrals?box=inbox&limit=100", ref) {
		s.Errorf("who did it finds it: %d", a.Status)
	}
	colleague.get("/api/v1/referrals/" + ref) // others of the charity are no part of it
	police.do(ref, "withdraw", map[string]any{"reason": "unsafe_to_proceed"})
	manager := s.as(s.book.server.managerOf(s, "police"))
	manager.create("/api/v1/cases/"+id+"/protection/restrict", map[string]any{"people": []any{police.get("/api/v1/me").text(s, "id")}, "reason": "works_here"})
	other := s.as(s.worker("Lantern Women's Advocacy"))
	second := s.refers(police, id, "vawg", "Lantern domestic abuse advocacy", nil)
	s.accepts(other, second)
	if a := theirs.send("GET", "/api/v1/referrals/"+second, nil, nil); a.Status != 404 {
		s.Errorf("who did it finds where she went: %d", a.Status)
	}
	who := theirs.get("/api/v1/me").text(s, "id")
	for _, e := range s.trail(id) {
		if e == who {
			s.Error("who did it is in the trail of the record")
		}
	}
}

// trail is who did something in a case.
func (s *story) trail(caseID string) (who []string) {
	s.Helper()
	rows, err := s.book.server.superuser(s).Query(s.Context(), "select coalesce(actor_user_id::text, '') from audit_events where case_id = $1", caseID)
	if err != nil {
		s.Fatal(err)
	}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			s.Fatal(err)
		}
		who = append(who, id)
	}
	if len(who) == 0 {
		s.Error("the record has no trail")
	}
	return who
}
