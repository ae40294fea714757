package e2e

import (
	"strings"
)

// offers offers a duty of a case to an organisation.
func (s *story) offers(c *caller, caseID, duty, to, summary string) answer {
	s.Helper()
	return c.create("/api/v1/cases/"+caseID+"/handoffs", map[string]any{"to_organisation_id": to, "duty": duty, "reason": "It goes on there.", "summary": summary})
}

// organisation is that of a caller.
func (c *caller) organisation() string {
	c.t.Helper()
	return c.get("/api/v1/me").text(c.t, "organisation.id")
}

// line is the line of a case: its holders one after the other, with no moment
// between them, and its hand-offs as they stand.
func (s *story) line(c *caller, caseID string) (holders, handoffs []string) {
	s.Helper()
	j := c.get("/api/v1/cases/" + caseID + "/journey")
	var until any = ""
	for i, v := range j.Body["holders"].([]any) {
		h := v.(map[string]any)
		if i > 0 && h["from"] != until {
			s.Errorf("from %v to %v nobody holds it, or two do", until, h["from"])
		}
		until = h["until"]
		holders = append(holders, h["organisation"].(map[string]any)["name"].(string))
	}
	if until != nil {
		s.Errorf("nobody holds it since %v", until)
	}
	for _, v := range j.Body["handoffs"].([]any) {
		h := v.(map[string]any)
		handoffs = append(handoffs, h["duty"].(string)+" "+h["status"].(string))
	}
	return holders, handoffs
}

// expects compares lists of words.
func (s *story) expects(what string, got []string, want ...string) {
	s.Helper()
	if strings.Join(got, "; ") != strings.Join(want, "; ") {
		s.Errorf("%s: got %q, want %q", what, got, want)
	}
}

const (
	mps       = "Metropolitan Police Service, victim care"
	witnesses = "London Witness Care Unit"
	lvs       = "London Victim Service"
)

// movedTrial is scenario 12. The court moves the trial and tells witness care the
// wrong day, which it puts right the day after.
func movedTrial(s *story) {
	s.on("2026-05-26 10:00") // a Tuesday, after the bank holiday
	police, wcu, support := s.as("police"), s.as("witnesscare"), s.as("support")
	id := s.logs(police, s.someone("Rosa", "robbery"))
	help := s.refers(police, id, "general", "Adult victims' support", nil)
	s.accepts(support, help)
	support.do(help, "record-contact", map[string]any{"channel": "phone", "outcome": "reached"})
	offer := s.offers(police, id, "case", wcu.organisation(), "The trial is on 9 June. She wants to see the court before.")
	wcu.matched(200, "/api/v1/handoffs/"+offer.text(s, "id"), "accept", map[string]any{"receiver_reference": "WCU 12"})

	// One matter with her case and a witness who is no victim: one event for both.
	m := wcu.create("/api/v1/matters", map[string]any{"urn": "01TR2231526", "case_ids": []any{id}, "witnesses": []any{map[string]any{"name": "Idris Vane", "needs": []any{"travel"}}}})
	matter := "/api/v1/matters/" + m.text(s, "urn")
	witness := m.Body["witnesses"].([]any)[0].(map[string]any)["id"]
	s.hearing(wcu, matter, "list 1", "2026-05-26 09:00", "2026-05-26 09:30", map[string]any{"what": "listed", "hearing_at": moment("2026-06-09 10:00"), "court": "Southwark, 4"})
	s.happens(wcu, id, "E14", "2026-05-26 09:35", map[string]any{"what": "granted", "measures": "A screen"})
	s.due(police, id, "K10", "met", "Tue 2 Jun")
	s.due(police, id, "K11", "running", "Wed 27 May")
	first := s.event(wcu, id, "2026-06-09 10:00")
	s.told(wcu, id, first, "2026-05-26 10:00")
	s.due(police, id, "K11", "met", "Wed 27 May")
	visit := support.create("/api/v1/referrals/"+help+"/appointments", map[string]any{"starts_at": moment("2026-06-02 14:00"), "place": "court", "channel": "phone"})

	s.on("2026-06-01 10:00")
	police, wcu = s.as("police"), s.as("witnesscare")
	wrong := s.hearing(wcu, matter, "list 2", "2026-05-29 16:00", "2026-06-01 09:00", map[string]any{"what": "moved", "was_at": moment("2026-06-09 10:00"), "hearing_at": moment("2026-09-01 10:00"), "reason": "The court is double booked."})
	s.due(police, id, "K10", "met", "Fri 5 Jun")
	s.due(police, id, "K11", "running", "Tue 2 Jun") // from when witness care knew, not from the court's Friday
	if safety, _ := s.event(wcu, id, "2026-09-01 10:00").Body["safety"].(bool); !safety {
		s.Error("a moved trial asks nobody to look again")
	}

	s.on("2026-06-02 10:00")
	police, wcu, support = s.as("police"), s.as("witnesscare"), s.as("support")
	right := s.hearing(wcu, matter, "list 3", "2026-06-02 09:00", "2026-06-02 09:15", map[string]any{"what": "moved", "was_at": moment("2026-09-01 10:00"), "hearing_at": moment("2026-09-02 10:00"), "reason": "The day was given wrongly."})
	s.due(police, id, "K11", "running", "Wed 3 Jun")
	states := map[string]int{}
	for _, k := range s.clock(police, id, "K11") {
		states[k["state"].(string)]++
	}
	if states["met"] != 1 || states["not_applicable"] != 1 || states["running"] != 1 {
		s.Errorf("got %v, want the first day told, the wrong one owed no more, and the right one owed", states)
	}
	s.told(wcu, id, s.event(wcu, id, "2026-09-02 10:00"), "2026-06-02 09:40")
	s.due(police, id, "K11", "met", "Wed 3 Jun")

	// The old dates are struck, and stay.
	replaced := []string{}
	for _, when := range []string{"2026-06-09 10:00", "2026-09-01 10:00", "2026-09-02 10:00"} {
		if gone, _ := s.event(police, id, when).Body["replaced"].(bool); gone {
			replaced = append(replaced, when)
		}
	}
	s.expects("dates that hold no more", replaced, "2026-06-09 10:00", "2026-09-01 10:00")

	// The witness is told of the right day, and is owed nothing of the wrong one.
	if state := witnessState(wcu.get(matter), wrong, witness); state != "not_applicable" {
		s.Errorf("the witness is still owed the wrong day: %s", state)
	}
	wcu.keyed(200, matter+"/tellings", map[string]any{"event_id": right, "witness_id": witness, "channel": "phone", "understood": "yes"})
	if state := witnessState(wcu.get(matter), right, witness); state != "met" {
		s.Errorf("the witness was told of the right day: %s", state)
	}

	// The visit before the trial is booked anew, and the one that fell out stays.
	old := visit.Body["appointments"].([]any)[0].(map[string]any)["id"]
	support.create("/api/v1/referrals/"+help+"/appointments/outcome", map[string]any{"appointment_id": old, "happened": false, "why": "moved"})
	plan := support.create("/api/v1/referrals/"+help+"/appointments", map[string]any{"starts_at": moment("2026-08-26 14:00"), "place": "court", "channel": "phone", "instead_of": old})
	if n := len(plan.Body["appointments"].([]any)); n != 2 {
		s.Errorf("got %d appointments, want the one that fell out beside the new one", n)
	}
}

// hearing enters once what a court did with a hearing; it returns its id.
func (s *story) hearing(wcu *caller, matter, reference, occurred, known string, details map[string]any) string {
	s.Helper()
	return wcu.keyed(200, matter+"/events", map[string]any{"type": "hearing", "occurred_at": moment(occurred), "known_at": moment(known), "source_reference": reference, "details": details}).text(s, "id")
}

// event is that of a case whose hearing is then.
func (s *story) event(c *caller, caseID, hearing string) answer {
	s.Helper()
	for _, e := range c.get("/api/v1/cases/" + caseID + "/events?limit=100").items(s) {
		if d, _ := e["details"].(map[string]any); d["hearing_at"] == moment(hearing) {
			return answer{Body: e}
		}
	}
	s.Fatalf("no hearing on %s", hearing)
	return answer{}
}

// witnessState is how the telling of an event of a matter stands for a witness.
func witnessState(matter answer, event string, witness any) string {
	for _, v := range matter.Body["events"].([]any) {
		e := v.(map[string]any)
		if e["id"] != event {
			continue
		}
		for _, w := range e["witnesses"].([]any) {
			if w.(map[string]any)["witness_id"] == witness {
				return w.(map[string]any)["state"].(string)
			}
		}
	}
	return "nothing is owed"
}

// handedOn carries a case from the police over witness care to a charity: refused
// once, taken back once, and at every moment with one holder.
func handedOn(s *story) {
	s.on("2026-04-02 10:00")
	police, wcu := s.as("police"), s.as("witnesscare")
	id := s.logs(police, s.someone("Odette", "assault"))
	offer := s.offers(police, id, "case", wcu.organisation(), "She gives evidence.")
	if due := day(offer.Body["due_at"]); due != "Wed 8 Apr" {
		s.Errorf("the answer is due %s, want two working days after Easter: Wed 8 Apr", due)
	}
	holders, _ := s.line(police, id)
	s.expects("holders while it is offered", holders, mps)

	s.on("2026-04-07 10:00")
	police, wcu = s.as("police"), s.as("witnesscare")
	charity := s.as("caseworker")
	read := wcu.get("/api/v1/handoffs/" + offer.text(s, "id"))
	if strings.Contains(read.Raw, "Odette") || !strings.Contains(read.Raw, "She gives evidence.") || day(read.Body["received_at"]) != "Tue 7 Apr" {
		s.Errorf("before it accepts the receiver reads why and not who: %s", read.Raw)
	}
	wcu.matched(200, "/api/v1/handoffs/"+offer.text(s, "id"), "refuse", map[string]any{"reason": "insufficient_information", "note": "Which court?"})
	holders, handoffs := s.line(police, id)
	s.expects("holders after a refusal", holders, mps)
	s.expects("hand-offs after a refusal", handoffs, "case refused")

	offer = s.offers(police, id, "case", wcu.organisation(), "She gives evidence at Southwark.")
	police.matched(409, "/api/v1/cases/"+id, "close", map[string]any{"reason": "needs_met"}) // it is in the air
	accepted := wcu.matched(200, "/api/v1/handoffs/"+offer.text(s, "id"), "accept", map[string]any{"receiver_reference": "WCU 41"})
	if accepted.text(s, "status") != "accepted" || !strings.Contains(accepted.Raw, "Odette") {
		s.Errorf("after it accepted the receiver reads who: %s", accepted.Raw)
	}
	wcu.matched(200, "/api/v1/handoffs/"+offer.text(s, "id"), "victim-told", map[string]any{"channel": "phone", "understood": "yes", "help": "interpreter"})
	four := wcu.get("/api/v1/handoffs/" + offer.text(s, "id"))
	for _, key := range []string{"sent_at", "received_at", "accepted_at"} {
		if day(four.Body[key]) != "Tue 7 Apr" {
			s.Errorf("%s is %v", key, four.Body[key])
		}
	}
	if day(four.Body["victim_told"].(map[string]any)["at"]) != "Tue 7 Apr" {
		s.Errorf("the fourth time is missing: %s", four.Raw)
	}

	// On to a charity: with her agreement, which the police had recorded.
	to := charity.organisation()
	s.refused(wcu.tries("/api/v1/cases/"+id+"/handoffs", map[string]any{"to_organisation_id": to, "duty": "case", "reason": "The trial is over.", "summary": "She wants to talk."}), "sharing_decision_id")
	s.agreed(police, id, to)
	offer = s.offers(wcu, id, "case", to, "She wants to talk.")
	wcu.matched(200, "/api/v1/handoffs/"+offer.text(s, "id"), "recall", nil)
	offer = s.offers(wcu, id, "case", to, "She wants to talk on Mondays.")
	charity.matched(200, "/api/v1/handoffs/"+offer.text(s, "id"), "accept", map[string]any{"receiver_reference": "LVS 9"})
	holders, handoffs = s.line(charity, id)
	s.expects("holders at the end", holders, mps, witnesses, lvs)
	s.expects("hand-offs at the end", handoffs, "case refused", "case accepted", "case recalled", "case accepted")
	if a := wcu.tries("/api/v1/cases/"+id+"/handoffs", map[string]any{"to_organisation_id": to, "duty": "updates", "reason": "x", "summary": "x"}); a.Status != 403 && a.Status != 404 {
		s.Errorf("witness care hands on what it holds no more: %d %s", a.Status, a.Raw)
	}

	// A partner that never signs in: its times are the sender's word.
	word := s.logs(police, s.someone("Wilhelmina", "assault"))
	council := s.council("London Borough of Camden")
	s.agreed(police, word, council)
	said := police.create("/api/v1/cases/"+word+"/handoffs", map[string]any{
		"to_organisation_id": council, "duty": "updates", "reason": "It is a matter of her flat.", "summary": "She lives opposite.",
		"off_system": map[string]any{"sent_at": moment("2026-04-02 11:00"), "received_at": moment("2026-04-02 15:00"), "accepted_at": moment("2026-04-07 09:00"), "partner_reference": "HSG 77", "proof": "Their letter."},
	})
	if off, _ := said.Body["off_system"].(bool); !off || said.text(s, "status") != "accepted" || day(said.Body["sent_at"]) != "Thu 2 Apr" || day(said.Body["accepted_at"]) != "Tue 7 Apr" {
		s.Errorf("a partner's word: %s", said.Raw)
	}
	holders, handoffs = s.line(police, word)
	s.expects("holders of a case of which one duty is elsewhere", holders, mps)
	s.expects("the duty", handoffs, "updates accepted")
}

// council is the id of an organisation of which nobody signs in.
func (s *story) council(name string) string {
	s.Helper()
	var id string
	if err := s.book.server.superuser(s).QueryRow(s.Context(), "select id::text from organisations where name = $1", name).Scan(&id); err != nil {
		s.Fatalf("%s: %v", name, err)
	}
	return id
}

// afterSentence is the last leg of domain.md 3: the sentence, the victim contact
// scheme, and probation's first contact.
func afterSentence(s *story) {
	s.on("2026-06-12 15:00") // a Friday
	police, wcu, probation := s.as("police"), s.as("witnesscare"), s.as("probation")
	id := s.logs(police, s.someone("Philippa", "rape"))
	offer := s.offers(police, id, "case", wcu.organisation(), "The trial is over.")
	wcu.matched(200, "/api/v1/handoffs/"+offer.text(s, "id"), "accept", map[string]any{"receiver_reference": "WCU 90"})

	sentence := s.happens(wcu, id, "sentence", "2026-06-11 11:00", map[string]any{"what": "custody", "months": 30, "contact_scheme": true, "compensation": false}, "2026-06-12 09:00")
	s.due(police, id, "K10", "met", "Thu 18 Jun") // the court's leg
	s.due(police, id, "K14", "running", "Mon 15 Jun")
	s.due(police, id, "K15", "running", "Thu 9 Jul") // 28 days, weekends among them, for her to use
	s.due(police, id, "K16", "running", "Thu 25 Jun")
	s.told(wcu, id, sentence, "2026-06-12 14:00")
	s.due(police, id, "K14", "met", "Mon 15 Jun")
	s.happens(wcu, id, "contact_scheme_referred", "2026-06-12 13:00", map[string]any{"received_at": moment("2026-06-12 13:30")})
	s.due(police, id, "K16", "met", "Thu 25 Jun")
	s.due(police, id, "K17", "running", "Fri 10 Jul")

	// Victim contact is a duty that lies apart: the case stays where it is.
	duty := s.offers(wcu, id, "victim_contact", probation.organisation(), "She chose key stages.")
	probation.matched(200, "/api/v1/handoffs/"+duty.text(s, "id"), "accept", map[string]any{"receiver_reference": "VLO 5"})
	probation.matched(200, "/api/v1/handoffs/"+duty.text(s, "id"), "victim-told", map[string]any{"channel": "phone", "understood": "yes"})
	holders, handoffs := s.line(police, id)
	s.expects("holders", holders, mps, witnesses)
	s.expects("hand-offs", handoffs, "case accepted", "victim_contact accepted")
	wcu.matched(409, "/api/v1/cases/"+id, "close", map[string]any{"reason": "concluded_at_court"}) // a duty lies elsewhere
	if a := probation.send("GET", "/api/v1/cases/"+id, nil, nil); a.Status != 404 {
		s.Errorf("who holds one duty reads the whole case: %d", a.Status)
	}
}
