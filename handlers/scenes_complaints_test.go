package handlers

import (
	"net/http"
	"testing"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/complaints"
)

func init() { furtherScenes = append(furtherScenes, complaintScenes) }

// complaint is one about Ashdown that the police recorded, of a case of theirs.
func (s setting) complaint() complaints.View {
	s.t.Helper()
	v, err := s.deps.Complaints.Record(s.As("police"), models.Complaint{
		Kind: models.KindComplaint, OrgID: s.Org(testkit.OrgVAWG).ID, CaseID: s.Case(s.t, s.As("police")).ID, SaidBy: "victim", Channel: "phone", Topic: "delay", Said: "Nobody rang me back.",
		ReceivedOn: models.Today(s.Clock.Now()),
	}, "")
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return v
}

// complaintScenes are those of complaints and compliments.
func complaintScenes() map[string]func(setting) scene {
	act := func(who, action, body string) func(setting) scene {
		return func(s setting) scene {
			v := s.complaint()
			if who == "commissioner" {
				var err error
				if v, err = s.deps.Complaints.Escalate(s.As("police"), v.ID, models.EscalatedToOffice, "Nobody answers."); err != nil {
					s.t.Fatal(err, models.FieldsOf(err))
				}
			}
			sc := scene{who: who, id: v.ID.String(), path: "/api/v1/complaints/" + v.ID.String() + action, body: body, version: v.Version}
			switch who {
			case "vawg.manager":
				sc.foreign = "refuge.manager"
			case "police":
				sc.foreign = "refuge"
			}
			if body == "" {
				sc.version = 0
			}
			return sc
		}
	}
	return map[string]func(setting) scene{
		"POST /api/v1/complaints": func(s setting) scene {
			return scene{who: "police", path: "/api/v1/complaints", body: doc("kind", "complaint", "organisation_id", s.Org(testkit.OrgVAWG).ID, "service_id", s.Service(testkit.ServiceIDVA).ID,
				"case_id", s.Case(s.t, s.As("police")).ID, "from", "victim", "channel", "phone", "topic", "delay", "received_on", models.Today(s.Clock.Now()).Format("2006-01-02"),
				"said", "Nobody rang me back.", "wants", "A call.", "worker", "Morwenna")}
		},
		"GET /api/v1/complaints/{id}":              act("vawg.manager", "", ""),
		"POST /api/v1/complaints/{id}/acknowledge": act("vawg.manager", "/acknowledge", `{"channel":"phone","safe":true,"said":"We have it."}`),
		"POST /api/v1/complaints/{id}/answer":      act("vawg.manager", "/answer", `{"outcome":"partly","said":"We were late.","changes":"A rota.","channel":"phone","safe":true,"told_further":true}`),
		"POST /api/v1/complaints/{id}/further":     act("police", "/further", `{"to":"commissioner","why":"Nobody answers."}`),
		"POST /api/v1/complaints/{id}/about": func(s setting) scene {
			return act("vawg.manager", "/about", doc("worker", s.Person("vawg").Name))(s)
		},
		"POST /api/v1/complaints/{id}/close": act("commissioner", "/close", `{"why":"The answer was late. It is given now."}`),
	}
}

// TestAComplaintIsReadByThoseItIsFor opens one as everybody: whoever recorded it,
// those who answer it, and nobody else; the office once it is theirs.
func TestAComplaintIsReadByThoseItIsFor(t *testing.T) {
	t.Parallel()
	s := open(t)
	v := setting{s, t}.complaint()
	path := "/complaints/" + v.ID.String()
	asks := func(want map[string]int) {
		t.Helper()
		for who, code := range want {
			for _, at := range []string{path, "/api/v1" + path} {
				if w := s.do(t, call{who: who, method: http.MethodGet, path: at}); w.Code != code {
					t.Errorf("%s as %s: got %d, want %d", at, who, w.Code, code)
				}
			}
		}
	}
	asks(map[string]int{"police": 200, "police.manager": 200, "police.second": 404, "vawg.manager": 200, "vawg": 404, "refuge.manager": 404, "commissioner": 404, "analyst": 403, "admin": 403})
	if _, err := s.deps.Complaints.Escalate(s.As("police"), v.ID, models.EscalatedToOffice, "Nobody answers."); err != nil {
		t.Fatal(err)
	}
	asks(map[string]int{"commissioner": 200, "analyst": 403, "vawg.manager": 200})
	sees(t, s.page(t, "vawg.manager", path), "Nobody rang me back.", "Acknowledge it", "Record that they were told")
	sees(t, s.page(t, "commissioner", path), "Nobody answers.", "Close the complaint")
}
