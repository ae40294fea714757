package handlers

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"throughline/internal/testkit"
)

// Whoever writes a client from the list of operations alone knows what a field
// is called and not which words we chose for its answers.
func TestOtherWordsForTheSameAreTaken(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := s.post(t, "police", "/api/v1/cases", aCase(
		`"family_name":"Quillfeather",`, `"equality":{"disability":true,"religion":["none","other"],"sex":"female"},`,
		`"missing":{}`, `"missing":{"family_name":"Prefer not to say"}`,
		`"safe":true,`, `"safe":true,"leave_message":"yes",`,
	), "words-1")
	if w.Code != 201 {
		t.Fatalf("logging a case: got %d %s", w.Code, w.Body)
	}
	id := read[loggedCase](t, w).ID
	c := read[struct {
		Victim struct {
			Equality, Missing map[string]string
		}
		SafeContact struct {
			Channels []struct {
				LeaveMessage bool `json:"leave_message"`
			}
		} `json:"safe_contact"`
	}](t, s.do(t, call{who: "police", method: "GET", path: "/api/v1/cases/" + id}))
	if diff := cmp.Diff(map[string]string{"disability": "yes", "religion": "none, other", "sex": "female"}, c.Victim.Equality); diff != "" {
		t.Errorf("equality answers (-want +got):\n%s", diff)
	}
	if c.Victim.Missing["family_name"] != "declined" || !c.SafeContact.Channels[0].LeaveMessage {
		t.Errorf("got missing %v and channels %v, want declined and a message", c.Victim.Missing, c.SafeContact.Channels)
	}
	for said, want := range map[string][2]string{
		`"basis":"consent","method":"Face to face"`:                           {"agreement", "spoken"},
		`"basis":"Agreement","method":"e-signature"`:                          {"agreement", "signed"},
		`"basis":"recognised legitimate interest","reason":"To stop a crime"`: {"legitimate_interests", "none"},
	} {
		body := fmt.Sprintf(`{"receiver_organisation_id":%q,"purpose":%q,%s,"fields":["borough"]}`, s.Org("vawg").ID, strings.Repeat("To help her. ", 20), said)
		w := s.post(t, "police", "/api/v1/cases/"+id+"/sharing-decisions", body, uuid.NewString())
		if d := read[struct{ Basis, Method string }](t, w); w.Code != 201 || d.Basis != want[0] || d.Method != want[1] {
			t.Errorf("%s: got %d %s, want %v", said, w.Code, w.Body, want)
		}
	}
	for _, said := range []string{`"basis":"because","reason":"x"`, `"basis":"agreement","method":"by pigeon"`, `"basis":"agreement"`, `"basis":""`} {
		body := fmt.Sprintf(`{"receiver_organisation_id":%q,"purpose":"help",%s,"fields":["borough"]}`, s.Org("vawg").ID, said)
		if w := s.post(t, "police", "/api/v1/cases/"+id+"/sharing-decisions", body, uuid.NewString()); w.Code != 422 {
			t.Errorf("%s: got %d %s, want 422", said, w.Code, w.Body)
		}
	}
	_, draft := s.drafted(t, testkit.ServiceIDVA)
	s.acted(t, "police", draft.ID, "submit", "", "submitted")
	s.acted(t, "vawg", draft.ID, "accept", fmt.Sprintf(`{"worker_id":%q}`, s.Person("vawg").ID), "accepted")
	s.acted(t, "vawg", draft.ID, "record-contact", `{"channel":"phone","outcome":"reached"}`, "in_progress")
	s.acted(t, "vawg", draft.ID, "complete", `{"outcomes":[{"need":"Housing","start":1,"end":4}],"report":"Done."}`, "completed")
}
