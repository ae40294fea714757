package handlers

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/referrals"
)

// scene is an operation about to succeed: the record is there, in the right
// state, and whoever asks may do it.
type scene struct {
	who     string
	path    string // with the record's id or reference in it
	id      string // what stands in the path; "" where it names no record
	version int    // 0: the operation takes no If-Match
	body    string
	kind    string // of the body; "": JSON
	foreign string // somebody of the same role to whom the record is nobody's; "" where that cannot be
	leaves  bool   // once it is done, the record is out of the actor's sight (decisions.md 2 and 5)
}

// setting makes scenes on a site.
type setting struct {
	*site
	t testing.TB
}

// scenes is one for every operation of the API and every page that is about a
// record or changes something. A route that is not here fails the tests that
// use them: whoever adds one says what its success looks like.
func scenes() map[string]func(setting) scene {
	out := mainScenes()
	for _, further := range furtherScenes {
		maps.Copy(out, further())
	}
	return out
}

// furtherScenes are those that live in a file of their own, which adds them in
// an init.
var furtherScenes []func() map[string]func(setting) scene

func mainScenes() map[string]func(setting) scene {
	out := map[string]func(setting) scene{
		"POST /api/v1/auth/tokens": func(setting) scene {
			return scene{path: "/api/v1/auth/tokens", body: `{"email":"police@demo.test","password":"` + testkit.Password + `"}`}
		},
		"POST /api/v1/auth/tokens/refresh": func(s setting) scene {
			return scene{path: "/api/v1/auth/tokens/refresh", body: doc("refresh_token", s.refreshToken())}
		},
		"DELETE /api/v1/auth/session": func(setting) scene { return scene{who: "witnesscare", path: "/api/v1/auth/session"} },
		"POST /api/v1/cases":          func(setting) scene { return scene{who: "police", path: "/api/v1/cases", body: aCase()} },
		"POST /api/v1/cases/search": func(setting) scene {
			return scene{who: "police", path: "/api/v1/cases/search", body: `{"name":"quillfeather"}`}
		},
		"POST /api/v1/cases/{id}/sharing-decisions": func(s setting) scene {
			return s.onCase("/sharing-decisions", doc("receiver_organisation_id", s.Org(testkit.OrgVAWG).ID, "purpose", "support",
				"basis", "agreement", "method", "spoken", "fields", []string{"borough"}))
		},
		"GET /api/v1/cases/{id}/contact-plans": func(s setting) scene { return s.onCase("/contact-plans", "") },
		"POST /api/v1/cases/{id}/contact-plans": func(s setting) scene {
			return s.onCase("/contact-plans", doc("channel", "phone", "at", s.Clock.Now().Add(5*24*time.Hour)))
		},
		"POST /api/v1/cases/{id}/referrals": func(s setting) scene {
			c := s.Case(s.t, s.As("police"))
			service := s.Service(testkit.ServiceIDVA)
			return scene{
				who: "police", id: c.ID.String(), path: "/api/v1/cases/" + c.ID.String() + "/referrals", foreign: "refuge",
				body: doc("service_id", service.ID, "pathway", "vawg", "shared_fields", []string{"borough", "incident_summary"},
					"sharing_decision_id", s.Agreement(s.t, c, service.OrgID)),
			}
		},
		"POST /api/v1/sharing-decisions/{id}/withdraw": func(s setting) scene {
			id := s.Agreement(s.t, s.Case(s.t, s.As("police")), s.Org(testkit.OrgVAWG).ID).String()
			return scene{who: "police", id: id, path: "/api/v1/sharing-decisions/" + id + "/withdraw", body: `{"reason":"victim_withdrew"}`, foreign: "refuge"}
		},
		"GET /api/v1/pathways/{key}": func(setting) scene { return scene{who: "police", path: "/api/v1/pathways/vawg"} },
	}
	for _, suffix := range []string{"", "/journey", "/clocks"} {
		out["GET /api/v1/cases/{id}"+suffix] = func(s setting) scene { return s.onCase(suffix, "") }
	}
	for _, suffix := range []string{"", "/history", "/clocks"} {
		out["GET /api/v1/referrals/{id}"+suffix] = func(s setting) scene {
			v := s.sent()
			return scene{who: "vawg", id: v.ID.String(), path: "/api/v1/referrals/" + v.ID.String() + suffix, foreign: "refuge"}
		}
	}
	for action, play := range actions() {
		out["POST /api/v1/referrals/{id}/"+string(action)] = func(s setting) scene {
			p := play(s)
			id := p.v.ID.String()
			sc := scene{who: p.who, id: id, path: "/api/v1/referrals/" + id + "/" + string(action), version: p.v.Version, body: p.body, foreign: "refuge"}
			switch s.Person(p.who).Role {
			case models.RoleProviderManager, models.RoleManager:
				sc.foreign = "refuge.manager"
			case models.RoleCoordinator:
				sc.foreign, sc.leaves = "", true // one organisation coordinates the pathway
			}
			sc.leaves = sc.leaves || action == models.ActAcknowledgeWithdrawal || action == models.ActDecline
			return sc
		}
	}
	return out
}

// doc writes a JSON object of names and values.
func doc(pairs ...any) string {
	out := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i].(string)] = pairs[i+1]
	}
	b, err := json.Marshal(out)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func (s setting) onCase(suffix, body string) scene {
	id := s.Case(s.t, s.As("police")).ID.String()
	return scene{who: "police", id: id, path: "/api/v1/cases/" + id + suffix, body: body, foreign: "refuge"}
}

func (s setting) refreshToken() string {
	s.t.Helper()
	started, err := s.deps.Edge.Accounts.SignIn(s.t.Context(), accounts.Credentials{Email: "support@demo.test", Password: testkit.Password, Kind: accounts.API})
	if err != nil {
		s.t.Fatal(err)
	}
	return started.Token
}

// part is a referral in the state an action leaves, who takes it, and with
// what.
type part struct {
	v    referrals.View
	who  string
	body string
}

// actions is every action of the API. Reasons are the first of their group
// that ask for no text.
func actions() map[models.Action]func(setting) part {
	note := "said on the telephone"
	because := func(a models.Action, pairs ...any) string {
		return doc(append(pairs, "reason", reasonOf(a), "note", note)...)
	}
	return map[models.Action]func(setting) part{
		models.ActSubmit:      func(s setting) part { return part{s.draft(), "police", ""} },
		models.ActAcknowledge: func(s setting) part { return part{s.sent(), "vawg", ""} },
		models.ActRequestInfo: func(s setting) part {
			return part{s.sent(), "vawg", doc("questions", []string{"Is there a safe time to ring?"})}
		},
		models.ActAnswerInfo: func(s setting) part { return part{s.asked(), "police", doc("answers", []string{"Mornings."})} },
		models.ActAccept:     func(s setting) part { return part{s.sent(), "vawg", doc("worker_id", s.Person("vawg").ID)} },
		models.ActAssign: func(s setting) part {
			return part{s.accepted(), "vawg.manager", doc("worker_id", s.Person("vawg.second").ID)}
		},
		models.ActWaitlist: func(s setting) part {
			return part{s.sent(), "vawg", because(models.ActWaitlist, "review_on", "2026-11-30", "interim_advice_given", true)}
		},
		models.ActDecline: func(s setting) part { return part{s.sent(), "vawg", because(models.ActDecline)} },
		models.ActProposeDecline: func(s setting) part {
			return part{s.sentTo(testkit.ServiceReviewed), "vawg", because(models.ActProposeDecline)}
		},
		models.ActUpholdDecline: func(s setting) part {
			return part{s.proposed(), "coordinator", doc("next_step", "Another service is asked today.")}
		},
		models.ActReturnDecline: func(s setting) part {
			return part{s.proposed(), "coordinator", doc("reason", "There is a place from Monday.")}
		},
		models.ActRecordContact: func(s setting) part {
			return part{s.accepted(), "vawg", doc("channel", "phone", "outcome", "no_answer")}
		},
		models.ActHold: func(s setting) part {
			return part{s.reached(), "vawg", because(models.ActHold, "review_on", "2026-11-30")}
		},
		models.ActResume:   func(s setting) part { return part{s.held(), "vawg", ""} },
		models.ActComplete: func(s setting) part { return part{s.reached(), "vawg", completion()} },
		models.ActEndEarly: func(s setting) part {
			return part{s.reached(), "vawg", because(models.ActEndEarly, "report", "She moved away.")}
		},
		models.ActReport: func(s setting) part {
			return part{s.owing(), "vawg", doc("report", "She moved away.")}
		},
		models.ActNotEngaged:            func(s setting) part { return part{s.tried(), "vawg", because(models.ActNotEngaged)} },
		models.ActWithdraw:              func(s setting) part { return part{s.sent(), "police", because(models.ActWithdraw)} },
		models.ActAcknowledgeWithdrawal: func(s setting) part { return part{s.withdrawn(), "vawg", ""} },
		models.ActReroute: func(s setting) part {
			v := s.sent()
			other := s.Service(testkit.ServiceLantern)
			return part{v, "police", because(models.ActReroute, "service_id", other.ID, "sharing_decision_id", s.agree(v.CaseID, other.OrgID))}
		},
		models.ActUndoAccept: func(s setting) part { return part{s.accepted(), "vawg.manager", ""} },
		models.ActReopen:     func(s setting) part { return part{s.completed(), "vawg.manager", because(models.ActReopen)} },
		models.ActVoid:       func(s setting) part { return part{s.sent(), "police.manager", because(models.ActVoid)} },
	}
}

func completion() string {
	return `{"outcomes":[{"need":"health","start":2,"end":4}],"report":"A safety plan was made."}`
}

func reasonOf(a models.Action) string {
	for _, g := range models.ReasonGroupsOf(a) {
		for _, r := range models.Reasons(g) {
			if !r.NeedsText {
				return r.Code
			}
		}
	}
	panic("no reason for " + string(a))
}

func (s setting) must(who string, v referrals.View, a models.Action, in referrals.ActionInput) referrals.View {
	s.t.Helper()
	out, err := s.deps.Referrals.Do(s.As(who), v.ID, a, in)
	if err != nil {
		s.t.Fatalf("%s %s: %v %v", who, a, err, models.FieldsOf(err))
	}
	return out
}

func (s setting) draftTo(service string) referrals.View {
	s.t.Helper()
	c := s.Case(s.t, s.As("police"))
	to := s.Service(service)
	v, err := s.deps.Referrals.Create(s.As("police"), referrals.CreateInput{
		CaseID: c.ID, ServiceID: to.ID, Pathway: to.Pathway, SharedFields: []string{"borough", "incident_summary", "risk_level"},
		SharingDecisionID: s.Agreement(s.t, c, to.OrgID),
	})
	if err != nil {
		s.t.Fatalf("beginning a referral: %v %v", err, models.FieldsOf(err))
	}
	return v
}

func (s setting) sentTo(service string) referrals.View {
	return s.must("police", s.draftTo(service), models.ActSubmit, referrals.ActionInput{})
}

func (s setting) draft() referrals.View { return s.draftTo(testkit.ServiceIDVA) }
func (s setting) sent() referrals.View  { return s.sentTo(testkit.ServiceIDVA) }

func (s setting) asked() referrals.View {
	return s.must("vawg", s.sent(), models.ActRequestInfo, referrals.ActionInput{Questions: []string{"Is there a safe time to ring?"}})
}

func (s setting) accepted() referrals.View {
	return s.must("vawg", s.sent(), models.ActAccept, referrals.ActionInput{WorkerID: s.Person("vawg").ID})
}

func (s setting) proposed() referrals.View {
	return s.must("vawg", s.sentTo(testkit.ServiceReviewed), models.ActProposeDecline,
		referrals.ActionInput{Reason: reasonOf(models.ActProposeDecline), Note: "No place until spring."})
}

func (s setting) contact(v referrals.View, outcome models.ContactOutcome) referrals.View {
	return s.must("vawg", v, models.ActRecordContact, referrals.ActionInput{Contact: referrals.ContactInput{Channel: models.ChannelPhone, Outcome: outcome}})
}

func (s setting) reached() referrals.View { return s.contact(s.accepted(), models.OutcomeReached) }

func (s setting) held() referrals.View {
	review := models.Today(s.Clock.Now()).AddDate(0, 0, 7)
	return s.must("vawg", s.reached(), models.ActHold, referrals.ActionInput{Reason: reasonOf(models.ActHold), ReviewOn: &review, Note: "Away."})
}

// owing ended early, and its report is still to come.
func (s setting) owing() referrals.View {
	return s.must("vawg", s.reached(), models.ActEndEarly, referrals.ActionInput{Reason: reasonOf(models.ActEndEarly)})
}

// tried has been rung on three days in vain.
func (s setting) tried() referrals.View {
	v := s.accepted()
	for range 3 {
		v = s.contact(v, models.OutcomeNoAnswer)
		s.Clock.Advance(24 * time.Hour)
	}
	return v
}

func (s setting) withdrawn() referrals.View {
	return s.must("police", s.sent(), models.ActWithdraw, referrals.ActionInput{Reason: reasonOf(models.ActWithdraw), Note: "She asked us to."})
}

func (s setting) completed() referrals.View {
	return s.must("vawg", s.reached(), models.ActComplete, referrals.ActionInput{Report: "Done.", Outcomes: []referrals.Outcome{{Need: "health", Start: 2, End: 4}}})
}

func (s setting) agree(caseID, org uuid.UUID) uuid.UUID {
	return s.Agreement(s.t, testkit.CaseFacts{ID: caseID, UserID: s.Person("police").ID, OrgID: s.Person("police").Org.ID}, org)
}

// request is the scene as a request of somebody's, with a fresh key.
func (sc scene) request(method, who string) call {
	c := call{who: who, method: method, path: sc.path, body: sc.body, headers: header{"Idempotency-Key": "key-" + uuid.NewString()}}
	if sc.kind != "" {
		c.headers["Content-Type"] = sc.kind
	}
	if sc.version > 0 {
		c.headers["If-Match"] = fmt.Sprintf("%q", fmt.Sprint(sc.version))
	}
	return c
}

// instead is the same request for another record.
func (sc scene) instead(method, who, id string) call {
	c := sc.request(method, who)
	c.path = strings.Replace(c.path, url.PathEscape(sc.id), id, 1)
	return c
}
