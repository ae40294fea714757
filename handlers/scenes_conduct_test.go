package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"throughline/internal/pg"
	"throughline/models"
	"throughline/services/accounts"
	"throughline/services/approvals"
	"throughline/services/people"
)

func init() {
	furtherScenes = append(furtherScenes, func() map[string]func(setting) scene {
		return map[string]func(setting) scene{
			"POST /api/v1/conduct/acceptances": func(setting) scene {
				return scene{who: "police", path: "/api/v1/conduct/acceptances", body: `{"version":"1","accepted":true}`}
			},
		}
	})
}

// asking is a site where nobody sees a record who has not accepted the code of
// conduct.
func asking(t testing.TB) *site {
	t.Helper()
	s := open(t)
	s.deps.Edge.Accounts = accounts.New(s.DB, accounts.Settings{Conduct: models.CurrentConduct()})
	var err error
	if s.handler, err = New(s.deps); err != nil {
		t.Fatal(err)
	}
	return s
}

// beforeConduct is all that answers who has not accepted: what leads there, and
// what holds nothing of a case.
func beforeConduct() map[string]bool {
	out := map[string]bool{}
	for _, name := range []string{
		"GET /conduct", "POST /conduct", "POST /account/stay", "POST /account/keep", "GET /api/v1/conduct", "POST /api/v1/conduct/acceptances",
		"GET /api/v1/me", "GET /api/v1/me/sessions", "DELETE /api/v1/me/sessions", "DELETE /api/v1/me/sessions/{id}", "DELETE /api/v1/auth/session",
		"POST /api/v1/auth/step-up", "GET /api/v1/access-table", "GET /api/v1/reasons", "GET /api/v1/pathways", "GET /api/v1/pathways/{key}", "GET /api/v1/forms",
	} {
		out[name] = true
	}
	return out
}

// TestWhoHasNotAcceptedTheCodeOfConductReachesNoRecord asks every route of the
// table, so that a new one is closed unless somebody says otherwise here.
func TestWhoHasNotAcceptedTheCodeOfConductReachesNoRecord(t *testing.T) {
	t.Parallel()
	s := asking(t)
	who, open := s.oneOfEach(t), beforeConduct()
	asked := 0
	for _, r := range s.routes {
		who := may(r, who)
		if r.Need == models.Public || who == "" || strings.HasPrefix(r.Name(), "DELETE") || r.Path == "/api/v1/auth/step-up" {
			continue
		}
		if asked++; r.BeforeConduct != open[r.Name()] {
			t.Errorf("%s is open before the code of conduct is accepted: %v", r.Name(), r.BeforeConduct)
		}
		w := s.do(t, call{who: who, method: r.Method, path: filled(r.Path, anID())})
		asks := w.Code == http.StatusForbidden && strings.Contains(w.Body.String(), models.FieldConduct)
		if !r.JSON {
			asks = w.Code == http.StatusSeeOther && strings.HasPrefix(w.Header().Get("Location"), "/conduct?next=")
		}
		if asks == open[r.Name()] {
			t.Errorf("%s as %s: got %d to %q", r.Name(), who, w.Code, w.Header().Get("Location"))
		}
	}
	if asked < 300 {
		t.Errorf("asked %d routes, want the whole table", asked)
	}
	if n := s.Count(t, "select count(*) from audit_events where refused and action <> 'pathway.refused'"); n != 0 {
		t.Errorf("%d refusals are in the trail, want none: they were asked, not refused", n)
	}
}

func TestTheCodeOfConductStandsBeforeEverythingElse(t *testing.T) {
	t.Parallel()
	s := asking(t)
	w := s.do(t, call{who: "police", method: "GET", path: "/cases?sort=new"})
	if got := w.Header().Get("Location"); got != "/conduct?next=%2Fcases%3Fsort%3Dnew" {
		t.Fatalf("got %d to %q, want the code of conduct", w.Code, got)
	}
	page := s.visit(t, "police", "GET", "/conduct?next=%2Fcases%3Fsort%3Dnew", nil, 200, "Look up only what your work needs", "Your sign-in is yours alone", "I have read it and will keep to it")
	if strings.Contains(page, "govuk-service-navigation") {
		t.Error("the page leads to others, which are not open yet")
	}
	form := url.Values{"version": {"1"}, "next": {"/cases?sort=new"}}
	s.visit(t, "police", "POST", "/conduct", form, 422, "Select that you have read", `value="/cases?sort=new"`)
	form.Set("accepted", "yes")
	form.Set("version", "0")
	s.visit(t, "police", "POST", "/conduct", form, http.StatusConflict)
	form.Set("version", "1")
	// What was typed meanwhile is kept.
	kept := s.do(t, call{who: "police", method: "POST", path: "/find", body: "name=quillfeather"})
	if got := kept.Header().Get("Location"); !strings.HasPrefix(got, "/conduct?next=%2Faccount%2Fkept") {
		t.Errorf("a form that was sent goes to %q, want it kept", got)
	}
	if w := s.do(t, call{who: "police", method: "POST", path: "/conduct", body: form.Encode()}); w.Header().Get("Location") != "/cases?sort=new" {
		t.Errorf("got %d to %q, want on to where they were going", w.Code, w.Header().Get("Location"))
	}
	s.visit(t, "police", "GET", "/cases", nil, 200)
	s.visit(t, "police", "GET", "/conduct", nil, 200, "You accepted it on")
	if w := s.do(t, call{who: "police", method: "GET", path: "/api/v1/cases"}); w.Code != 200 {
		t.Errorf("got %d from the API, want it open to who has accepted by page", w.Code)
	}
	if w := s.do(t, call{who: "vawg", method: "GET", path: "/api/v1/referrals"}); w.Code != 403 || !strings.Contains(w.Body.String(), models.FieldConduct) {
		t.Errorf("got %d %s, want somebody else still asked", w.Code, w.Body)
	}
	if w := s.do(t, call{who: "vawg", method: "POST", path: "/api/v1/conduct/acceptances", body: `{"version":"1","accepted":true}`, headers: header{"Idempotency-Key": "a"}}); w.Code != 201 {
		t.Fatalf("got %d %s, want it accepted", w.Code, w.Body)
	}
	if w := s.do(t, call{who: "vawg", method: "GET", path: "/api/v1/referrals"}); w.Code != 200 {
		t.Errorf("got %d, want accepting to count at once", w.Code)
	}
}

func TestAnAdministratorSeesWhoHasAcceptedWhichVersion(t *testing.T) {
	t.Parallel()
	s := open(t)
	police := s.Person("caseworker")
	s.Do(t, "insert into conduct_acceptances (user_id, org_id, version, text_hash, at) values ($1, $2, '1', sha256('x'), '2026-11-03 09:00Z')", police.ID, police.Org.ID)
	s.visit(t, "orgadmin", "GET", "/admin/people", nil, 200, "Version 1", "Not accepted yet")
	s.visit(t, "orgadmin", "GET", "/admin/people/"+police.ID.String(), nil, 200, "Version 1, accepted on Tuesday 3 November 2026")
	if w := s.do(t, call{who: "orgadmin", method: "GET", path: "/api/v1/people/" + police.ID.String()}); !strings.Contains(w.Body.String(), `"conduct_version":"1"`) {
		t.Errorf("got %s, want the version", w.Body)
	}
	for who, want := range map[string]int{"orgadmin": 1, "privacy": 1, "vawg": 0, "admin": 0, "caseworker": 1, "caseworker.manager": 0} {
		var got int
		err := s.DB.Read(s.As(who), func(ctx context.Context, tx *pg.Tx) error {
			return tx.Scan(ctx, &got, "select count(*) from conduct_acceptances")
		})
		if err != nil || got != want {
			t.Errorf("%s sees %d acceptances (%v), want %d", who, got, err, want)
		}
	}
}

func TestWhoJoinsAcceptsAsTheySetTheirPassword(t *testing.T) {
	t.Parallel()
	s := asking(t)
	s.deps.People = people.New(s.DB, approvals.New(s.DB), s.deps.Edge.Base.String(), models.CurrentConduct())
	var err error
	if s.handler, err = New(s.deps); err != nil {
		t.Fatal(err)
	}
	i, err := s.deps.People.Invite(s.As("orgadmin"), people.NewInvitation{Email: "nia.farrow@demo.test", Role: models.RoleCaseworker})
	if err != nil {
		t.Fatal(err)
	}
	link := strings.TrimPrefix(i.Link, s.deps.Edge.Base.String())
	s.visit(t, "", "GET", link, nil, 200, "Look up only what your work needs", "you accept the code of conduct above, version 1")
	s.visit(t, "", "POST", link, url.Values{"name": {"Nia Farrow"}, "password": {"three rivers under stone"}}, 200)
	started, err := s.deps.Edge.Accounts.SignIn(t.Context(), accounts.Credentials{Email: "nia.farrow@demo.test", Password: "three rivers under stone", Kind: accounts.API})
	if err != nil {
		t.Fatal(err)
	}
	if at, err := s.deps.Edge.Accounts.ByID(t.Context(), started.Actor.SessionID); err != nil || at.Actor.OwesConduct {
		t.Errorf("got %+v, %v, want nothing owed", at.Actor, err)
	}
	if n := s.Count(t, "select count(*) from audit_events where action = 'conduct.accepted' and subject_id = $1", started.Actor.UserID); n != 1 {
		t.Errorf("the trail has %d acceptances, want one", n)
	}
}
