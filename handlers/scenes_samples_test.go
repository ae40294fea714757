package handlers

import (
	"net/http"
	"testing"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/samples"
)

func init() { furtherScenes = append(furtherScenes, sampleScenes) }

// audited has the police and Ashdown agree to be audited.
func (s *site) audited(t testing.TB) {
	t.Helper()
	for _, org := range []string{testkit.OrgPolice, testkit.OrgVAWG} {
		if n := s.Count(t, "select count(*) from data_sharing_agreements where purpose = 'audit' and org_id = $1", s.Org(org).ID); n == 0 {
			id := s.agreement(t, org, testkit.OrgCommissioner, 400)
			s.Do(t, "update data_sharing_agreements set purpose = 'audit' where id = $1", id)
		}
	}
}

// reach plants what a sample of domestic abuse can be drawn of.
func (s *site) reach(t testing.TB) {
	t.Helper()
	s.audited(t)
	for s.Count(t, "select count(*) from referrals where from_org_id = $1 and to_org_id = $2 and pathway = 'vawg' and submitted_at is not null", s.Org(testkit.OrgPolice).ID, s.Org(testkit.OrgVAWG).ID) < 13 {
		s.Referral(t, s.Case(t, s.As("police")), testkit.ServiceIDVA, models.StatusSubmitted)
	}
}

// sample plants a sample of one item, which was read by so many.
func (s setting) sample(readings int) uuid.UUID {
	s.t.Helper()
	s.audited(s.t)
	c := s.Case(s.t, s.As("police"))
	r := s.Referral(s.t, c, testkit.ServiceIDVA, models.StatusAccepted)
	id, item, office, now := models.NewID(), models.NewID(), s.Actor("commissioner"), s.Clock.Now()
	month := models.Today(now).AddDate(0, 0, 1-models.Today(now).Day())
	s.Do(s.t, `insert into quality_samples (id, org_id, name, pathway, standard_version, from_month, to_month, size, strata, seed, second_share, in_reach, fingerprint, drawn_at, drawn_by)
		values ($1, $2, 'First round', 'vawg', 1, $3, $3, 1, 'none', 7, 100, 10, repeat('0', 64), $4, $5)`, id, office.OrgID, month, now, office.UserID)
	s.Do(s.t, `insert into quality_sample_items (id, sample_id, org_id, n, person, case_id, referral_id, service_id, from_org_id, to_org_id, second, copy)
		values ($1, $2, $3, 1, 'P-0A1B2', $4, $5, $6, $7, $8, $9, $10)`, item, id, office.OrgID, c.ID, r.ID, s.Service(testkit.ServiceIDVA).ID, c.OrgID, s.Org(testkit.OrgVAWG).ID, readings > 1,
		testkit.Seal(vault.SampleCopy, item, `{"Status": "accepted", "Lines": [{"Day": 1, "What": "Sent", "Who": "Police"}]}`))
	for i, by := range []string{"commissioner", "analyst"}[:readings] {
		review := models.NewID()
		grade := []string{`"partly"`, `"yes"`}[i]
		s.Do(s.t, `insert into quality_reviews (id, item_id, sample_id, org_id, kind, grades, words, at, by_user_id)
			values ($1, $2, $3, $4, 'first', $5::jsonb, $6, $7, $8)`, review, item, id, office.OrgID,
			`{"safe_way": `+grade+`, "attempts_safe": "yes", "in_time": "yes", "handed_on": "yes", "reason_given": "yes", "risk_acted_on": "yes"}`, testkit.Seal(vault.ReviewWords, review, "{}"), now, s.Person(by).ID)
	}
	return id
}

// finding is one of a sample that was read.
func (s setting) finding() samples.View {
	s.t.Helper()
	v, err := s.deps.Samples.Find(s.As("commissioner"), s.sample(1), models.Finding{Theme: "timeliness", Finding: "Answers come late.", Items: []int{1}})
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return v
}

// improvement is what Ashdown is asked to do, answered or not.
func (s setting) improvement(answered bool) samples.ActionView {
	s.t.Helper()
	v := s.finding()
	a, err := s.deps.Samples.Ask(s.As("commissioner"), v.ID, models.Improvement{
		FindingID: v.Done, ToOrgID: s.Org(testkit.OrgVAWG).ID, Recommendation: "Answer on the day.", Owner: "Service manager", DueOn: models.Today(s.Clock.Now()).AddDate(0, 1, 0),
	})
	if err == nil && answered {
		a, err = s.deps.Samples.Answer(s.As("vawg.manager"), a.ID, "A rota is in place.", "The rota.")
	}
	if err != nil {
		s.t.Fatal(err, models.FieldsOf(err))
	}
	return a
}

// sampleScenes are those of the case audit.
func sampleScenes() map[string]func(setting) scene {
	graded := func(of ...string) []map[string]string {
		var out []map[string]string
		for _, key := range of {
			out = append(out, map[string]string{"criterion": key, "grade": "partly", "proof": "Day 3 shows it."})
		}
		return out
	}
	on := func(plant func(setting) uuid.UUID, action string, body func(setting) string) func(setting) scene {
		return func(s setting) scene {
			id := plant(s).String()
			return scene{who: "commissioner", id: id, path: "/api/v1/quality/samples/" + id + action, body: body(s)}
		}
	}
	fresh := func(n int) func(setting) uuid.UUID { return func(s setting) uuid.UUID { return s.sample(n) } }
	said := func(body string) func(setting) string { return func(setting) string { return body } }
	act := func(who, action, body string, answered bool) func(setting) scene {
		return func(s setting) scene {
			a := s.improvement(answered)
			sc := scene{who: who, id: a.ID.String(), path: "/api/v1/quality/actions/" + a.ID.String() + action, body: body, version: a.Version}
			if who == "vawg.manager" {
				sc.foreign = "refuge.manager"
			}
			if body == "" {
				sc.version = 0
			}
			return sc
		}
	}
	return map[string]func(setting) scene{
		"POST /api/v1/quality/samples": func(s setting) scene {
			s.reach(s.t)
			return scene{who: "commissioner", path: "/api/v1/quality/samples", body: doc("name", "Second round", "pathway", "vawg", "from", "2026-11-01", "to", "2026-11-30", "size", 2, "method", "stratified", "by", "borough", "seed", 4, "second_share", 50)}
		},
		"GET /api/v1/quality/samples/{id}":              on(fresh(0), "", said("")),
		"GET /api/v1/quality/samples/{id}/items/{item}": on(fresh(0), "/items/1", said("")),
		"POST /api/v1/quality/samples/{id}/reviews": on(fresh(0), "/reviews", said(doc("item", 1,
			"answers", graded("safe_way", "attempts_safe", "in_time", "handed_on", "reason_given", "risk_acted_on")))),
		"POST /api/v1/quality/samples/{id}/moderations": on(fresh(2), "/moderations", said(doc("item", 1, "answers", graded("safe_way")))),
		"POST /api/v1/quality/samples/{id}/findings":    on(fresh(1), "/findings", said(doc("theme", "timeliness", "finding", "Answers come late.", "items", []int{1}))),
		"POST /api/v1/quality/samples/{id}/actions": func(s setting) scene {
			v := s.finding()
			return scene{who: "commissioner", id: v.ID.String(), path: "/api/v1/quality/samples/" + v.ID.String() + "/actions", body: doc("finding_id", v.Done,
				"organisation_id", s.Org(testkit.OrgVAWG).ID, "recommendation", "Answer on the day.", "owner", "Service manager", "due_on", "2027-01-29")}
		},
		"GET /api/v1/quality/actions/{id}":         act("vawg.manager", "", "", false),
		"POST /api/v1/quality/actions/{id}/answer": act("vawg.manager", "/answer", `{"said":"A rota is in place.","evidence":"The rota."}`, false),
		"POST /api/v1/quality/actions/{id}/return": act("commissioner", "/return", `{"said":"It does not say it."}`, true),
		"POST /api/v1/quality/actions/{id}/close":  act("commissioner", "/close", `{"said":"It shows it."}`, true),
		"GET /api/v1/cases/{id}/audit-choice":      func(s setting) scene { return s.onCase("/audit-choice", "") },
		"POST /api/v1/cases/{id}/audit-choice":     func(s setting) scene { return s.onCase("/audit-choice", `{"opted_out":true}`) },
	}
}

// TestAnActionIsReadByItsOrganisationAndTheOfficeAlone opens it as both, and as
// those to whom it is nothing.
func TestAnActionIsReadByItsOrganisationAndTheOfficeAlone(t *testing.T) {
	t.Parallel()
	s := open(t)
	a := setting{s, t}.improvement(false)
	path := "/quality/actions/" + a.ID.String()
	for who, want := range map[string]int{"commissioner": 200, "vawg.manager": 200, "lantern.manager": 404, "police.manager": 404, "vawg": 403, "analyst": 403} {
		for _, at := range []string{path, "/api/v1" + path} {
			if w := s.do(t, call{who: who, method: http.MethodGet, path: at}); w.Code != want {
				t.Errorf("%s as %s: got %d, want %d", at, who, w.Code, want)
			}
		}
	}
	page := s.page(t, "vawg.manager", path)
	sees(t, page, "Answer on the day.", "Service manager", "Where is the evidence found?")
}
