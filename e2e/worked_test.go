package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTheWorkedScenarios tells the worked stories of domain.md section 8 and the
// hand-offs of section 3, with their dates: each as systems and people would do it,
// over a socket.
func TestTheWorkedScenarios(t *testing.T) {
	t.Parallel()
	tell(t, map[string]func(*story){
		"1 a common assault before Easter is referred in time and its needs are met":   commonAssault,
		"2 who shares a phone with the one responsible is called on Mondays alone":     sharedPhone,
		"3 a man answers and nobody calls that number again":                           wrongPersonAnswers,
		"4 a child hurt last week goes to the Havens first and to Child House as well": childLastWeek,
		"5 a child of another sector is moved there and not declined":                  childElsewhere,
		"6 a full house keeps a place with a day to look again":                        fullHouse,
		"7 hate online that is not reported is helped and can be reported later":       unreportedHate,
		"8 two crimes of two forces are of one person":                                 twoForces,
		"9 no space is the refuge's word and too near is hers":                         refugeSearch,
		"10 the police are told no more and the charity goes on":                       withdrawsForPolice,
		"11 who works for the charity and did it finds no trace":                       worksThere,
		"12 the trial is moved and the wrong day is put right":                         movedTrial,
		"13 he denies it and nothing of her reaches him":                               denied,
		"from the police to witness care to a charity, refused once on the way":        handedOn,
		"the sentence, the contact scheme and a court that never signs in":             afterSentence,
	})
}

// someone is a case of somebody who can be rung at any time, as the police log it.
// Nobody else of the stories is like them: what hides one hides whom it may be.
func (s *story) someone(given string, offences ...any) map[string]any {
	n := 0
	for _, letter := range given {
		n = n*31 + int(letter)
	}
	born := time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n%14000).Format(time.DateOnly)
	runes := []rune(strings.ToLower(given))
	slices.Reverse(runes)
	return map[string]any{
		"source": "police", "risk_level": "standard",
		"victim": map[string]any{
			"given_name": given, "family_name": "Mc" + string(runes), "date_of_birth": born, "borough": "Camden", "equality": map[string]any{"sex": "female"}, "missing": map[string]any{},
		},
		"safe_contact": map[string]any{"channels": []any{map[string]any{"channel": "phone", "value": fmt.Sprintf("07700 900%03d", n%1000), "safe": "yes"}}, "confirmed_on": s.today(0)},
		"incidents":    []any{map[string]any{"occurred_on": s.today(-1), "reported_on": s.today(0), "force": "metropolitan", "offence_types": offences, "summary": "It is told in the story."}},
	}
}

// set changes a value of a case by its dotted path; the incident is the first.
func set(c map[string]any, path string, v any) map[string]any {
	parts := strings.Split(path, ".")
	m := c
	for _, part := range parts[:len(parts)-1] {
		if part == "incident" {
			m = m["incidents"].([]any)[0].(map[string]any)
			continue
		}
		m = m[part].(map[string]any)
	}
	m[parts[len(parts)-1]] = v
	return c
}

func (s *story) logs(c *caller, body map[string]any) (id string) {
	s.Helper()
	return c.create("/api/v1/cases", body).text(s, "id")
}

// happens records an event of a case.
func (s *story) happens(c *caller, caseID, kind, occurred string, details map[string]any, known ...string) answer {
	s.Helper()
	body := map[string]any{"type": kind, "occurred_at": moment(occurred), "source_reference": newKey(), "details": details}
	if len(known) > 0 {
		body["known_at"] = moment(known[0])
	}
	return c.create("/api/v1/cases/"+caseID+"/events", body)
}

// told records that the victim was told of an event, by telephone.
func (s *story) told(c *caller, caseID string, event answer, when string) answer {
	s.Helper()
	return c.keyed(200, "/api/v1/cases/"+caseID+"/events/"+event.text(s, "id")+"/told", map[string]any{"told_at": moment(when), "channel": "phone", "understood": true})
}

// keyed posts with a fresh key.
func (c *caller) keyed(status int, path string, body any) answer {
	c.t.Helper()
	return c.expect(status, "POST", path, body, map[string]string{"Idempotency-Key": newKey()})
}

// matched posts with the version of what is there now.
func (c *caller) matched(status int, record, act string, body map[string]any) answer {
	c.t.Helper()
	if body == nil {
		body = map[string]any{}
	}
	return c.expect(status, "POST", record+"/"+act, body, map[string]string{"Idempotency-Key": newKey(), "If-Match": c.get(record).Header.Get("ETag")})
}

// services are those of a pathway for a case, by their names.
func (s *story) services(c *caller, caseID, pathway string) map[string]map[string]any {
	s.Helper()
	out := map[string]map[string]any{}
	for _, v := range c.get("/api/v1/services?pathway=" + pathway + "&case_id=" + caseID).items(s) {
		out[v["name"].(string)+", "+v["organisation"].(map[string]any)["name"].(string)] = v
	}
	return out
}

// find is the service whose name and organisation begin so.
func (s *story) find(c *caller, caseID, pathway, begins string) map[string]any {
	s.Helper()
	for name, v := range s.services(c, caseID, pathway) {
		if strings.HasPrefix(name, begins) {
			return v
		}
	}
	s.Fatalf("no service of %s begins with %q", pathway, begins)
	return nil
}

// agreed is that the victim agreed to be known to a receiver.
func (s *story) agreed(c *caller, caseID string, receiver any, more ...any) string {
	s.Helper()
	body := map[string]any{
		"receiver_organisation_id": receiver, "purpose": "support", "basis": "agreement", "method": "spoken",
		"fields": []any{"given_name", "family_name", "borough", "safe_contact", "incident_summary", "risk_level"},
	}
	for i := 0; i < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	return c.create("/api/v1/cases/"+caseID+"/sharing-decisions", body).text(s, "id")
}

// drafts writes a referral on the victim's agreement; answers go before those that
// the pathway asks for.
func (s *story) drafts(c *caller, caseID, pathway, service string, answers map[string]any) string {
	s.Helper()
	v := s.find(c, caseID, pathway, service)
	return s.draftTo(c, caseID, pathway, v, s.agreed(c, caseID, v["organisation"].(map[string]any)["id"]), answers)
}

func (s *story) draftTo(c *caller, caseID, pathway string, service map[string]any, decision string, answers map[string]any) string {
	s.Helper()
	all := required(s, c, pathway)
	for k, v := range answers {
		all[k] = v
	}
	return c.create("/api/v1/cases/"+caseID+"/referrals", map[string]any{
		"service_id": service["id"], "pathway": pathway, "answers": all, "shared_fields": []any{"borough", "incident_summary", "risk_level"},
		"shared_after_acceptance": []any{"given_name", "family_name", "safe_contact"}, "sharing_decision_id": decision,
	}).text(s, "id")
}

// refers sends one.
func (s *story) refers(c *caller, caseID, pathway, service string, answers map[string]any) string {
	s.Helper()
	id := s.drafts(c, caseID, pathway, service, answers)
	c.do(id, "submit", nil)
	return id
}

// accepts takes a referral on for oneself.
func (s *story) accepts(c *caller, id string) answer {
	s.Helper()
	return c.do(id, "accept", map[string]any{"worker_id": c.get("/api/v1/me").text(s, "id")})
}

// clocks are the clocks of a case that stand for now: rule, state, and the day it
// was stopped or is due.
func (s *story) clock(c *caller, caseID, rule string) (list []map[string]any) {
	s.Helper()
	for _, k := range c.get("/api/v1/cases/" + caseID + "/clocks").items(s) {
		if k["rule"] == rule {
			list = append(list, k)
		}
	}
	return list
}

// due expects that a clock of a case stands so, with the day it is due: the last
// to begin of its rule.
func (s *story) due(c *caller, caseID, rule, state, due string) {
	s.Helper()
	list := s.clock(c, caseID, rule)
	if len(list) == 0 {
		s.Errorf("no clock %s", rule)
		return
	}
	k := list[0]
	for _, other := range list {
		if other["started_at"].(string) > k["started_at"].(string) {
			k = other
		}
	}
	if k["state"] != state || day(k["due_at"]) != due {
		s.Errorf("%s is %v and due %s, want %s and %s", rule, k["state"], day(k["due_at"]), state, due)
	}
}

// refused expects 422 with a fault of a field.
func (s *story) refused(a answer, field string) {
	s.Helper()
	if a.Status != 422 || !strings.Contains(a.Raw, `"`+field+`"`) {
		s.Errorf("got %d %s, want a fault of %s", a.Status, a.Raw, field)
	}
}

// tries posts with a fresh key, whatever comes of it.
func (c *caller) tries(path string, body any, headers ...string) answer {
	c.t.Helper()
	h := map[string]string{"Idempotency-Key": newKey()}
	for i := 0; i < len(headers); i += 2 {
		h[headers[i]] = headers[i+1]
	}
	return c.send("POST", path, body, h)
}

// submits tries to send a draft.
func (c *caller) submits(id string) answer {
	c.t.Helper()
	return c.tries("/api/v1/referrals/"+id+"/submit", map[string]any{}, "If-Match", c.get("/api/v1/referrals/"+id).Header.Get("ETag"))
}

// required answers the questions of a pathway that have to be answered.
func required(t testing.TB, c *caller, pathway string) map[string]any {
	t.Helper()
	out := map[string]any{}
	questions, _ := c.get("/api/v1/pathways/" + pathway).Body["questions"].([]any)
	for _, q := range questions {
		m := q.(map[string]any)
		if m["required"] != true {
			continue
		}
		key := m["key"].(string)
		options, _ := m["options"].([]any)
		switch m["kind"] {
		case "radios":
			out[key] = options[0].(map[string]any)["key"]
		case "checkboxes":
			out[key] = []any{options[0].(map[string]any)["key"]}
		case "yes_no":
			out[key] = true
		default:
			out[key] = "As she said."
		}
	}
	return out
}
