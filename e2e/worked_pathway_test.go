package e2e

import "strings"

// aChild is a case of a child whose mother can be rung.
func (s *story) aChild(given, born string, borough any) map[string]any {
	c := set(s.someone(given, "child_sexual_abuse"), "victim.date_of_birth", born)
	c["risk_level"] = "high"
	c["related_people"] = []any{map[string]any{"relation": "mother", "parental_responsibility": true}, map[string]any{"relation": "father", "parental_responsibility": true, "suspect": true}}
	set(c, "safe_contact.channels", []any{map[string]any{"channel": "phone", "value": "07700 900323", "person": "mother", "safe": "yes"}})
	if borough == nil {
		delete(c["victim"].(map[string]any), "borough")
		return set(c, "victim.missing", map[string]any{"borough": "not_known"})
	}
	return set(c, "victim.borough", borough)
}

// safeguarding is the basis on which a child's case is shared.
func (s *story) safeguarding(c *caller, caseID string, service map[string]any) string {
	s.Helper()
	return s.agreed(c, caseID, service["organisation"].(map[string]any)["id"], "basis", "safeguarding", "method", "none", "reason", "She told a teacher.")
}

const house = "Child House assessment and support, The Child House, north"

// childLastWeek is scenario 4: she told her teacher three days ago.
func childLastWeek(s *story) {
	s.on("2026-04-02 10:00")
	police := s.as("police")
	c := set(s.aChild("Florence", "2017-01-15", "Islington"), "incident.occurred_on", s.today(-3))
	// The father is who may have done it: no way to reach him is taken at all.
	s.refused(police.tries("/api/v1/cases", set(s.aChild("Florence", "2017-01-15", "Islington"), "safe_contact.channels", []any{map[string]any{"channel": "phone", "value": "07700 900324", "person": "father", "safe": "yes"}})), "safe_contact.channels[0].person")
	id := s.logs(police, c)
	service := s.find(police, id, "child_house", house)
	decision := s.safeguarding(police, id, service)
	draft := s.draftTo(police, id, "child_house", service, decision, map[string]any{"last_incident": "within_7_days", "safeguarding": "not_yet", "agreed_by": "nobody", "agreed_why": "She is nine.", "parent_safe": "yes"})
	a := police.submits(draft)
	s.refused(a, "answers.havens")
	s.refused(a, "answers.parent_safe")

	// The concern goes to children's services as well, the Havens come first, and
	// Child House is asked too.
	s.happens(police, id, "child_concern", "2026-04-02 09:30", map[string]any{"written": true, "borough": "Islington"})
	havens := s.find(police, id, "vawg", "Sexual assault referral centre")
	first := s.draftTo(police, id, "vawg", havens, s.safeguarding(police, id, havens), map[string]any{"asked_for": "isva"})
	police.do(first, "submit", nil)
	second := s.draftTo(police, id, "child_house", service, decision, map[string]any{
		"last_incident": "within_7_days", "havens": "arranged", "safeguarding": "made", "agreed_by": "nobody", "agreed_why": "She is nine.", "parent_safe": "one_only",
	})
	police.do(second, "submit", nil)
	s.accepts(s.as("havens"), first)
	s.accepts(s.as("childhouse"), second)
	live := 0
	for _, v := range police.get("/api/v1/cases/" + id).Body["referrals"].([]any) {
		if v.(map[string]any)["status"] == "accepted" {
			live++
		}
	}
	if live != 2 {
		s.Errorf("%d services work with her, want the Havens and Child House", live)
	}
}

// childElsewhere is scenario 5: a child of 14 of another sector.
func childElsewhere(s *story) {
	s.on("2026-04-02 10:00")
	police, north := s.as("police"), s.as("childhouse")
	known := s.logs(police, s.aChild("Georgia", "2012-01-15", "Croydon"))
	services := s.services(police, known, "child_house")
	for name, eligible := range map[string]bool{house + " central London": false, "Child House assessment and support, The Child House, south west London": true} {
		if v := services[name]; v == nil || v["eligible"] != eligible {
			s.Errorf("%s for a child of Croydon: %v", name, v)
		}
	}
	// Where she lives was not known when it was sent. It is moved with the family's
	// agreement, and nobody has declined her.
	id := s.logs(police, s.aChild("Gwendolyn", "2012-02-15", nil))
	service := s.find(police, id, "child_house", house)
	ref := s.draftTo(police, id, "child_house", service, s.safeguarding(police, id, service), map[string]any{"parent_safe": "one_only"})
	police.do(ref, "submit", nil)
	north.do(ref, "acknowledge", nil)
	south := s.find(police, id, "child_house", "Child House assessment and support, The Child House, south")
	proposed := north.do(ref, "reroute", map[string]any{"service_id": south["id"], "reason": "out_of_area", "note": "She lives in Croydon."})
	if got := proposed.text(s, "status"); got != "acknowledged" {
		s.Errorf("a proposal changes it to %s", got)
	}
	moved := police.do(ref, "reroute", map[string]any{"service_id": south["id"], "reason": "out_of_area", "sharing_decision_id": s.agreed(police, id, south["organisation"].(map[string]any)["id"])})
	if got := moved.text(s, "status"); got != "rerouted" {
		s.Errorf("got %s, want it moved and not declined", got)
	}
	next := moved.text(s, "next_referral_id")
	worker := s.as(s.worker("The Child House, south west London"))
	s.accepts(worker, next)
	a, b := police.get("/api/v1/referrals/"+ref), police.get("/api/v1/referrals/"+next)
	if a.text(s, "journey_id") != b.text(s, "journey_id") || b.text(s, "parent_id") != ref || b.text(s, "relation") != "reroute" || strings.Contains(a.Raw, "decline\"") {
		s.Errorf("the two are not one path: %s\n%s", a.Raw, b.Raw)
	}
}

// fullHouse is scenario 6: the house has no place, and keeps one for her.
func fullHouse(s *story) {
	s.on("2026-04-02 10:00")
	police, worker := s.as("police"), s.as("childhouse")
	id := s.logs(police, s.aChild("Henrietta", "2014-01-15", "Barnet"))
	ask := func(begins string) string {
		service := s.find(police, id, "child_house", begins)
		ref := s.draftTo(police, id, "child_house", service, s.safeguarding(police, id, service), map[string]any{"parent_safe": "one_only"})
		police.do(ref, "submit", nil)
		return ref
	}
	ref := ask(house)
	a := worker.tries("/api/v1/referrals/"+ref+"/waitlist", map[string]any{"reason": "no_capacity", "review_on": s.today(7)}, "If-Match", worker.get("/api/v1/referrals/"+ref).Header.Get("ETag"))
	s.refused(a, "interim_advice_given")
	waits := worker.do(ref, "waitlist", map[string]any{"reason": "no_capacity", "review_on": s.today(7), "interim_advice_given": true})
	if waits.text(s, "status") != "waitlisted" || waits.text(s, "review_on") != "2026-04-09" {
		s.Errorf("got %s", waits.Raw)
	}
	review := false
	for _, v := range waits.Body["clocks"].([]any) {
		k := v.(map[string]any)
		review = review || day(k["due_at"]) == "Thu 9 Apr" && k["stopped_at"] == nil
	}
	if !review {
		s.Errorf("nobody owes a look on the day: %v", waits.Body["clocks"])
	}
	// Those who work with her are advised meanwhile.
	s.accepts(worker, ask("Advice for professionals"))
	if seen := police.get("/api/v1/referrals/" + ref); seen.text(s, "status") != "waitlisted" || seen.text(s, "reason") != "no_capacity" {
		s.Errorf("whoever sent it is not told: %s", seen.Raw)
	}
}

// unreportedHate is scenario 7.
func unreportedHate(s *story) {
	s.on("2026-04-02 10:00")
	victims := s.as("caseworker")
	c := set(set(set(s.someone("Isadora", "hate_crime"), "source", "self"), "victim.borough", "Barnet"), "incident.hate_strands", []any{"religion"})
	incident := c["incidents"].([]any)[0].(map[string]any)
	delete(incident, "reported_on")
	delete(incident, "force")
	incident["wants_to_report"], incident["place"] = false, map[string]any{"kind": "online"}
	logged := victims.create("/api/v1/cases", c)
	id := logged.text(s, "id")
	if rights := logged.Body["enhanced_rights"].(map[string]any); rights["flag"] != true {
		s.Errorf("hate crime without Enhanced Rights: %v", rights)
	}
	services := s.services(victims, id, "hate_crime")
	for begins, eligible := range map[string]bool{"Faith hate advocacy": true, "LGBT+ hate advocacy": false} {
		for name, v := range services {
			if strings.HasPrefix(name, begins) && v["eligible"] != eligible {
				s.Errorf("%s: %v", name, v["reasons"])
			}
		}
	}
	ref := s.refers(victims, id, "hate_crime", "Faith hate advocacy", map[string]any{"where": []any{"online"}, "wants_to_report": "no"})
	if list := s.clock(victims, id, "K1"); len(list) != 0 {
		s.Errorf("the police owe something of what they were never told: %v", list)
	}
	if n := len(openClocks(victims.get("/api/v1/referrals/" + ref))); n != 2 {
		s.Errorf("%d clocks of the service run, want pick up and decide", n)
	}
	s.accepts(s.as(s.worker("Shared Faiths Safety Project")), ref)
	// She reports it after all: the same case, the same referral, no new form.
	victims.create("/api/v1/cases/"+id+"/incidents", map[string]any{
		"occurred_on": s.today(-1), "reported_on": s.today(0), "force": "metropolitan", "crime_reference": "01/900777/26", "offence_types": []any{"hate_crime"}, "hate_strands": []any{"religion"},
		"place": map[string]any{"kind": "online"}, "summary": "The same as before, now reported.",
	})
	if got := victims.get("/api/v1/referrals/"+ref).text(s, "status"); got != "accepted" {
		s.Errorf("reporting it changes the referral to %s", got)
	}
}

// twoForces is scenario 8: the Tube and home, one person.
func twoForces(s *story) {
	s.on("2026-04-02 10:00")
	police := s.as("police")
	id := s.logs(police, set(set(s.someone("Josephine", "assault"), "incident.crime_reference", "01/555001/26"), "incident.place", map[string]any{"kind": "home", "borough": "Camden"}))
	police.create("/api/v1/cases/"+id+"/incidents", map[string]any{
		"occurred_on": s.today(-2), "reported_on": s.today(-1), "force": "btp", "crime_reference": "555002/26", "offence_types": []any{"assault"},
		"place": map[string]any{"kind": "transport", "mode": "tube", "route": "Northern"}, "summary": "On the platform, the day before.",
	})
	forces := []string{}
	for _, v := range police.get("/api/v1/cases/" + id).Body["incidents"].([]any) {
		i := v.(map[string]any)
		forces = append(forces, i["force"].(string)+" "+i["crime_reference"].(string))
	}
	s.expects("crimes of one person", forces, "metropolitan 01/555001/26", "btp 555002/26")
	for _, crime := range []string{"01/555001/26", "555002/26"} {
		found := police.expect(200, "POST", "/api/v1/cases/search", map[string]any{"crime_reference": crime}, nil).items(s)
		if len(found) != 1 || found[0]["id"] != id {
			s.Errorf("%s finds %v, want the one case", crime, found)
		}
	}
	// What each force does is an event of its own, under its own reference.
	for _, reference := range []string{"MPS 1", "BTP 1"} {
		police.create("/api/v1/cases/"+id+"/events", map[string]any{"type": "suspect_update", "occurred_at": moment("2026-04-02 09:00"), "source_reference": reference, "details": map[string]any{"what": "arrested"}})
	}
	if n := len(s.clock(police, id, "K3")); n != 2 {
		s.Errorf("%d tellings are owed of two arrests", n)
	}
	btp := s.as(s.worker("British Transport Police, victim care"))
	if a := btp.send("GET", "/api/v1/cases/"+id, nil, nil); a.Status != 404 {
		s.Errorf("the other force reads the case of this one: %d", a.Status)
	}
}

// refugeSearch is scenario 9.
func refugeSearch(s *story) {
	s.on("2026-04-02 10:00")
	police, refuge := s.as("police"), s.as("refuge")
	c := set(set(s.someone("Katharine", "domestic_abuse"), "victim.borough", "Hackney"), "victim.address", "14 Hidden Street")
	id := s.logs(police, set(c, "risk_level", "high"))
	first := s.refers(police, id, "vawg", "Rosewood", map[string]any{"asked_for": "refuge"})
	hidden := func(c *caller, id string) {
		if strings.Contains(c.get("/api/v1/referrals/"+id).Raw, "Hidden Street") {
			s.Error("a refuge that is asked for room reads where she lives")
		}
	}
	hidden(refuge, first)
	refuge.do(first, "decline", map[string]any{"reason": "no_capacity", "decided_by": "provider"})

	v := s.find(police, id, "vawg", "Willowbank")
	second := police.create("/api/v1/cases/"+id+"/referrals", map[string]any{
		"service_id": v["id"], "pathway": "vawg", "answers": required(s, police, "vawg"), "shared_fields": []any{"borough", "risk_level"}, "parent_id": first, "relation": "cascade",
		"sharing_decision_id": s.agreed(police, id, v["organisation"].(map[string]any)["id"]),
	}).text(s, "id")
	police.do(second, "submit", nil)
	room := s.as(s.worker("Willowbank Refuge"))
	hidden(room, second)
	room.do(second, "decline", map[string]any{"reason": "wants_different_service", "decided_by": "victim", "note": "Too near to him."})

	path := []string{}
	for _, w := range police.get("/api/v1/cases/" + id + "/journey").Body["referrals"].([]any) {
		r := w.(map[string]any)
		path = append(path, r["status"].(string)+" by "+r["decided_by"].(string)+": "+r["reason"].(string))
	}
	s.expects("the path of the search", path, "declined by provider: no_capacity", "declined by victim: wants_different_service")
}

// denied is scenario 13: she asks for it, and he does not accept what he did.
func denied(s *story) {
	s.on("2026-04-02 10:00")
	police, facilitator := s.as("police"), s.as("restorative")
	id := s.logs(police, s.someone("Leonora", "robbery"))
	ref := s.refers(police, id, "restorative", "Restorative justice", map[string]any{"asked_by": "victim", "stage": "after_sentence", "accepts": "not_known"})
	s.accepts(facilitator, ref)
	facilitator.do(ref, "record-contact", map[string]any{"channel": "phone", "outcome": "reached", "said": "That he does not accept it, with care. She may write a letter that stays with us."})
	ended := facilitator.do(ref, "end-early", map[string]any{"reason": "other", "decided_by": "other", "note": "The person responsible does not accept what they did.", "report": "Other ways were talked through."})
	if got := ended.text(s, "status"); got != "ended_early" {
		s.Errorf("got %s", got)
	}
	// Nobody else learned of her: two organisations and nobody more are in the trail.
	if n := number(s, s.book.server.superuser(s), "select count(distinct actor_org_id) from audit_events where case_id = $1", id); n != 2 {
		s.Errorf("%d organisations are in the trail of it, want the police and the facilitators", n)
	}
}
