package handlers

import (
	"maps"
	"time"

	"github.com/google/uuid"

	"throughline/models"
	"throughline/services/rights"
)

func init() { furtherScenes = append(furtherScenes, requestScenes) }

// requestScenes are those of the police's manager on a request about data.
func requestScenes() map[string]func(setting) scene {
	const base = "/api/v1/data-requests"
	on := func(suffix, body string, q func(setting) models.DataRequest) func(setting) scene {
		return func(s setting) scene {
			r := q(s)
			sc := scene{who: "police.manager", id: r.ID.String(), path: base + "/" + r.ID.String() + suffix, body: body, version: r.Version, foreign: "refuge.manager"}
			if suffix == "" || suffix == "/pack" || suffix == "/preparation" {
				sc.version = 0
			}
			return sc
		}
	}
	test := `{"answer":"yes","why":"It is in the log."}`
	out := map[string]func(setting) scene{
		"POST " + base: func(s setting) scene {
			return scene{who: "police.manager", path: base, body: `{"kind":"access","relation":"victim","requester":"Z Q","asks":"All of it.","received_on":"2026-11-16"}`}
		},
		"GET " + base + "/{id}": on("", "", setting.access),
		"POST " + base + "/{id}/check-identity": func(s setting) scene {
			return on("/check-identity", doc("how", "A passport.", "on", models.Today(s.Clock.Now()).Format(time.DateOnly)), setting.access)(s)
		},
		"POST " + base + "/{id}/extend":     on("/extend", `{"why":"There are four files."}`, setting.access),
		"POST " + base + "/{id}/assess":     on("/assess", `{"tests":{"held":`+test+`,"relevant":`+test+`,"necessary":`+test+`},"notice":"withheld","notice_why":"It is not safe.","victim_view":"not_asked"}`, setting.information),
		"POST " + base + "/{id}/propose":    on("/propose", `{"outcome":"refuse","ground":"not_held","why":"Nothing was found."}`, setting.access),
		"GET " + base + "/{id}/preparation": on("/preparation", "", setting.identified),
		"GET " + base + "/{id}/pack":        on("/pack", "", setting.released),
		"POST " + base + "/{id}/reopen":     on("/reopen", "", setting.notApproved),
		"POST " + base + "/{id}/mark": func(s setting) scene {
			q := s.identified()
			p, err := s.deps.Rights.Prepare(s.As("police.manager"), q.ID)
			if err != nil {
				s.t.Fatal(err)
			}
			return on("/mark", doc("marks", []map[string]string{{"key": p.Items[0].Key, "decision": "withhold"}}), func(setting) models.DataRequest { return q })(s)
		},
	}
	maps.Copy(out, map[string]func(setting) scene{
		"POST /api/v1/erasure-tasks/{id}/done": func(s setting) scene {
			id := s.erasureTask().String()
			return scene{who: "police.manager", id: id, path: "/api/v1/erasure-tasks/" + id + "/done", body: `{"outcome":"none_held"}`, version: 1, foreign: "refuge.manager"}
		},
	})
	return out
}

func (s setting) receive(in rights.RequestInput) models.DataRequest {
	s.t.Helper()
	in.Requester, in.Asks, in.ReceivedOn = "Z Q", "All of it.", models.Today(s.Clock.Now())
	in.Record = s.Case(s.t, s.As("police")).Reference
	q, err := s.deps.Rights.Receive(s.As("police.manager"), in)
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return q
}

func (s setting) access() models.DataRequest {
	return s.receive(rights.RequestInput{Kind: models.RequestAccess, Relation: models.RelationVictim})
}

func (s setting) information() models.DataRequest {
	return s.receive(rights.RequestInput{Kind: models.RequestInformation, Relation: "police", Basis: "statutory"})
}

func (s setting) identified() models.DataRequest {
	s.t.Helper()
	q, err := s.deps.Rights.CheckIdentity(s.As("police.manager"), s.access().ID, rights.IdentityInput{How: "A passport.", On: models.Today(s.Clock.Now())})
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return q
}

// released is an information request that was answered with something.
func (s setting) released() models.DataRequest {
	s.t.Helper()
	yes := models.TestAnswer{Answer: "yes", Why: "It is."}
	q := s.information()
	_, err := s.deps.Rights.Assess(s.As("police.manager"), q.ID, rights.Assessment{
		Tests: map[string]models.TestAnswer{"held": yes, "relevant": yes, "necessary": yes}, Notice: "withheld", NoticeWhy: "Not safe.", VictimView: "not_asked",
	})
	if err == nil {
		q, err = s.deps.Rights.Propose(s.As("police.manager"), q.ID, rights.Proposal{Outcome: models.OutcomeRelease, Why: "The tests are met.", Fields: []string{"incident_summary"}})
	}
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return q
}

// notApproved is a request whose proposed answer somebody refused.
func (s setting) notApproved() models.DataRequest {
	s.t.Helper()
	q, err := s.deps.Rights.Propose(s.As("police.manager"), s.access().ID, rights.Proposal{Outcome: models.OutcomeRefuse, Ground: "not_held", Why: "Nothing."})
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	s.Do(s.t, "update approvals set decision = 'refused', decided_by = $2, decided_at = now(), decided_note = 'No', expires_at = now() + interval '9 days' where subject_id = $1", q.ID, s.Person("police.second").ID)
	return q
}

func (s setting) erasureTask() uuid.UUID {
	s.t.Helper()
	id := models.NewID()
	s.Do(s.t, "insert into erasure_tasks (id, org_id, reference, certificate, told_at) values ($1, $2, 'R-0000-0000-0', 'T-0000-0000-0', $3)", id, s.Org("police").ID, s.Clock.Now())
	return id
}
