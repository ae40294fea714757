package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/jobs"
	"throughline/services/referrals"
)

func init() { furtherScenes = append(furtherScenes, webhookScenes) }

func webhookScenes() map[string]func(setting) scene {
	on := func(suffix, body string) func(setting) scene {
		return func(s setting) scene {
			id := s.endpoint(s.t, "http://127.0.0.1:9/hook").String()
			return scene{who: "orgadmin", id: id, path: "/api/v1/webhooks/" + id + suffix, body: body}
		}
	}
	return map[string]func(setting) scene{
		"GET /api/v1/webhooks/{id}":          on("", ""),
		"POST /api/v1/webhooks/{id}/secrets": on("/secrets", ""),
		"POST /api/v1/webhooks/{id}/switch":  on("/switch", `{"on":false}`),
		"POST /api/v1/webhooks/{id}/replay": func(s setting) scene {
			sc := on("/replay", "{}")(s)
			s.Do(s.t, `insert into webhook_deliveries (id, endpoint_id, org_id, outbox_id, topic, at, status, done_at) values (gen_random_uuid(), $1, $2, 1, 'referral.accepted', now(), 'dead', now())`,
				sc.id, s.Org(testkit.OrgVictims).ID)
			return sc
		},
		"POST /api/v1/webhooks": func(s setting) scene {
			s.Do(s.t, "update webhook_endpoints set off_at = now(), off_why = 'by_hand'") // ten are the most of an organisation
			return scene{who: "orgadmin", path: "/api/v1/webhooks", body: doc("url", "https://events.example.org/hook", "topics", []string{"referral.accepted"})}
		},
	}
}

// endpoint adds an address that the London Victim Service's systems are told at.
func (s *site) endpoint(t testing.TB, address string) uuid.UUID {
	t.Helper()
	s.Do(t, "update webhook_endpoints set off_at = now(), off_why = 'by_hand' where off_at is null")
	w, err := s.deps.Webhooks.Make(s.As("orgadmin"), models.Webhook{URL: address, Topics: []string{"referral.accepted"}})
	if err != nil {
		t.Fatal(err, models.FieldsOf(err))
	}
	return w.ID
}

func TestAWebhookIsAddedToldAndSentAgainOnItsPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	answer := http.StatusInternalServerError
	var bodies []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b := new(strings.Builder)
		_ = r.Write(b)
		bodies = append(bodies, b.String())
		w.WriteHeader(answer)
	}))
	t.Cleanup(srv.Close)
	s.visit(t, "orgadmin", "GET", "/admin/webhooks", nil, 200, "No system of yours is told anything")
	s.visit(t, "orgadmin", "POST", "/admin/webhooks/new", url.Values{}, 422, "Enter the address that messages are sent to", "Select what it is told of")
	form := url.Values{"url": {"https://10.0.0.1/hook"}, "topics": {"referral.accepted"}}
	s.visit(t, "orgadmin", "POST", "/admin/webhooks/new", form, 422, "address of the public internet", `value="https://10.0.0.1/hook"`)
	form["url"] = []string{srv.URL + "/hook"}
	page := s.visit(t, "orgadmin", "POST", "/admin/webhooks/new", form, 200, "The secret is shown once", "whsec_")
	_, after, _ := strings.Cut(page, `href="/admin/webhooks/`)
	at := "/admin/webhooks/" + after[:36]

	// A referral of its own, accepted by the service that it was sent to.
	c := s.Case(t, s.As("caseworker"))
	sent := s.Referral(t, c, testkit.ServiceIDVA, models.StatusSubmitted)
	if _, err := s.deps.Referrals.Do(s.As("vawg"), sent.ID, models.ActAccept, referrals.ActionInput{WorkerID: s.Person("vawg").ID}); err != nil {
		t.Fatal(err)
	}
	send := func() {
		t.Helper()
		if _, err := jobs.Drain(s.System(), s.DB); err != nil {
			t.Fatal(err)
		}
		s.Do(t, "update webhook_deliveries set next_at = now()")
		s.Do(t, "update webhook_endpoints set retry_at = now() where retry_at is not null")
		if _, err := s.deps.Webhooks.Send(s.System()); err != nil {
			t.Fatal(err)
		}
	}
	send()
	s.visit(t, "orgadmin", "GET", at, nil, 200, "A referral was accepted", "Waiting", "500", "Failing")
	s.Do(t, "update webhook_deliveries set attempts = 9")
	send()
	s.visit(t, "orgadmin", "GET", at, nil, 200, "Given up", "Send again what was given up")
	answer = http.StatusNoContent
	s.visit(t, "orgadmin", "POST", at+"/replay", url.Values{}, http.StatusSeeOther)
	send()
	s.visit(t, "orgadmin", "GET", at, nil, 200, "Arrived", "204")
	if len(bodies) != 3 || !strings.Contains(bodies[2], sent.ID.String()) {
		t.Errorf("got %d messages, want three of the referral: %q", len(bodies), bodies)
	}
	for _, word := range []string{c.Reference, sent.Reference, c.ID.String()} {
		if strings.Contains(strings.Join(bodies, ""), word) {
			t.Errorf("%q is in a message", word)
		}
	}
	s.visit(t, "orgadmin", "POST", at+"/rotate", url.Values{}, 200, "whsec_", "signed with the secret before, too")
	s.visit(t, "orgadmin", "POST", at+"/off", url.Values{}, http.StatusSeeOther)
	s.visit(t, "orgadmin", "GET", at, nil, 200, "Switched off by hand")
	s.visit(t, "orgadmin", "POST", at+"/off", url.Values{}, http.StatusConflict)
	s.visit(t, "orgadmin", "POST", at+"/on", url.Values{}, http.StatusSeeOther)
	s.visit(t, "caseworker.manager", "GET", "/admin/webhooks", nil, http.StatusForbidden)
	for _, action := range []string{"webhook.made", "webhook.replayed", "webhook.rotated", "webhook.switched_off", "webhook.switched_on"} {
		if n := s.Count(t, "select count(*) from audit_events where action = $1", action); n != 1 {
			t.Errorf("the trail has %d of %s, want one", n, action)
		}
	}
}
