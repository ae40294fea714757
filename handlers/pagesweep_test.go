package handlers

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"throughline/handlers/route"
	"throughline/internal/testkit"
	"throughline/models"
)

// subject is a record as a page's address names it, and who it is theirs. A "?"
// and what a page asks for beside it may follow.
type subject struct {
	ref string
	who []string
}

// asksPage asks for a page of a record, or sends its form, as somebody.
func asksPage(who string, r route.Route, ref string) call {
	ref, beside, _ := strings.Cut(ref, "?")
	c := call{who: who, method: r.Method, path: strings.NewReplacer(":ref", ref, ":urn", ref).Replace(r.Path)}
	if r.Method != http.MethodGet {
		c.body = beside
	} else if beside != "" {
		c.path += "?" + beside
	}
	return c
}

// subjects are records in the states that pages are for, by the first part of
// their address.
func (s setting) subjects() map[string][]subject {
	record := s.Case(s.t, s.As("police"))
	s.Do(s.t, `insert into audit_events (id, at, actor_org_id, actor_role, action, subject_type, subject_id, case_id) values (gen_random_uuid(), $1, $2, 'caseworker', 'case.opened', 'case', $3, $3)`,
		s.Clock.Now(), record.OrgID, record.ID)
	plantRow(s.t, s.Stage, record.ID) // of a feed, so that there is something to see to
	referrals := []subject{}
	sides := []string{"vawg", "police", "vawg.manager", "police.manager", "coordinator"}
	for _, ref := range []string{
		s.draft().Reference, s.sent().Reference, s.asked().Reference, s.accepted().Reference, s.reached().Reference, s.held().Reference,
		s.withdrawn().Reference, s.completed().Reference, s.proposed().Reference, s.owing().Reference, s.sentTo(testkit.ServiceReviewed).Reference,
	} {
		referrals = append(referrals, subject{ref, sides})
	}
	_, offered := s.handed()
	_, word := s.wordOf(false)
	_, said := s.wordOf(true)
	conferred, _, _ := s.atMARAC()
	return map[string][]subject{
		"marac":     {{conferred.Reference, []string{"lantern", "vawg", "police"}}},
		"cases":     {{record.Reference, []string{"police", "police.manager"}}, {s.closed().Case.Reference, []string{"police"}}},
		"referrals": referrals,
		"handoffs": {
			{offered.Reference, []string{"caseworker", "police"}},
			{s.tookOver().Reference, []string{"caseworker"}},
			{s.apart().Reference, []string{"caseworker"}},
			{word.Reference, []string{"police"}},
			{said.Reference, []string{"police"}},
		},
		"bulk-handoffs": {{s.many().Reference, []string{"caseworker.manager", "police.manager"}}},
		"requests": {
			{s.access().Reference, []string{"police.manager"}},
			{s.identified().Reference, []string{"police.manager"}},
			{s.information().Reference, []string{"police.manager"}},
			{s.released().Reference, []string{"police.manager"}},
			{s.notApproved().Reference, []string{"police.manager"}},
		},
		"matters":      s.matterSubjects(),
		"openings":     {{record.Reference, []string{"police.manager", "police.privacy"}}},
		"certificates": {{s.certificate(), []string{"police.manager"}}}, "breaches": {{s.breach().Reference, []string{"police.manager"}}},
	}
}

// matterSubjects is court work with a witness who is to be told of its outcome.
func (s setting) matterSubjects() []subject {
	v := s.matter()
	told := "?event=" + v.Events[0].ID.String() + "&person=" + v.Events[0].Witnesses[0].PersonID.String()
	return []subject{{v.URN, []string{"police", "police.manager"}}, {v.URN + told, []string{"police"}}}
}

// TestEveryPageOfARecordServesItsOwnAndHidesTheRest opens every page that is
// about a record: as somebody whose record it is, as somebody of the same role
// who has nothing to do with it, and for a record that is not there.
func TestEveryPageOfARecordServesItsOwnAndHidesTheRest(t *testing.T) {
	t.Parallel()
	s := open(t)
	subjects := setting{s, t}.subjects()
	for _, r := range s.routes {
		if r.JSON || !strings.Contains(r.Path, ":ref") && !strings.Contains(r.Path, ":urn") {
			continue
		}
		t.Run(r.Name(), func(t *testing.T) {
			kind := strings.Split(r.Path, "/")[1]
			known := subjects[kind]
			if known == nil {
				t.Fatalf("nobody has said what a record of %s is: add it to subjects", kind)
			}
			i := slices.IndexFunc(known, func(k subject) bool { return s.opens(t, r, k) })
			if i < 0 {
				t.Fatalf("nobody was shown this page of a record of their own")
			}
			s.hidesPage(t, r, known[i].ref)
		})
	}
}

// opens reports whether somebody to whom the record belongs is served: a GET
// shows it or leads on, a form sent empty is shown again or refused for what
// it asks, never as if nothing were there.
func (s *site) opens(t *testing.T, r route.Route, k subject) bool {
	t.Helper()
	for _, who := range k.who {
		if !s.Actor(who).Can(r.Need) {
			continue
		}
		w := s.do(t, asksPage(who, r, k.ref))
		if w.Code >= 500 {
			t.Errorf("%s as %s: got %d", k.ref, who, w.Code)
		}
		if w.Code < 400 || r.Method == http.MethodPost && (w.Code == http.StatusUnprocessableEntity || w.Code == http.StatusConflict) {
			return true
		}
	}
	return false
}

func (s *site) hidesPage(t *testing.T, r route.Route, ref string) {
	t.Helper()
	none := models.NewCaseReference()
	if strings.HasPrefix(ref, "R-") {
		none = models.NewReferralReference()
	}
	if strings.Contains(r.Path, ":urn") {
		_, asks, _ := strings.Cut(ref, "?")
		none = "01NONE" + ref[6:10] + "?" + asks
	}
	for _, who := range []string{"refuge", "refuge.manager", "witnesscare"} {
		if !s.Actor(who).Can(r.Need) {
			continue
		}
		ask := func(ref string) (int, string) {
			w := s.do(t, asksPage(who, r, ref))
			return w.Code, plainly(w)
		}
		foreign, a := ask(ref)
		missing, b := ask(none)
		if foreign != http.StatusNotFound || missing != http.StatusNotFound || a != b {
			t.Errorf("as %s: got %d for somebody else's record and %d for one that is not there, want 404 and the same bytes\n%.600s\n%.600s", who, foreign, missing, a, b)
		}
	}
}
