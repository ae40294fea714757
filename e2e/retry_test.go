package e2e

import (
	"testing"
)

func TestARetriedCreateMakesOneCaseAndGetsTheSameAnswer(t *testing.T) {
	t.Parallel()
	s := site(t)
	police := signIn(t, s.url, "police")
	db := s.superuser(t)
	key, body := newKey(), aCase("Retried"+newKey())
	answers := crowd(t, 20, []*caller{police}, func(int, *caller) (answer, error) {
		return police.try("POST", "/api/v1/cases", body, map[string]string{"Idempotency-Key": key})
	})
	for i, a := range answers {
		if a.Status != 201 || a.Raw != answers[0].Raw {
			t.Errorf("answer %d differs: got %d %s, want 201 %s", i, a.Status, a.Raw, answers[0].Raw)
		}
	}
	name := body["victim"].(map[string]any)["given_name"]
	if n := number(t, db, `select count(*) from victims where given_name = $1`, name); n != 1 {
		t.Errorf("got %d victims, want 1", n)
	}
	id := answers[0].text(t, "id")
	if n := number(t, db, `select count(*) from audit_events where case_id = $1 and action = 'case.logged'`, id); n != 1 {
		t.Errorf("got %d events of logging, want 1", n)
	}

	other := police.send("POST", "/api/v1/cases", aCase("Somebody else"), map[string]string{"Idempotency-Key": key})
	if other.Status != 422 || other.text(t, "code") != "invalid" {
		t.Errorf("another body with the same key: got %d %s, want 422", other.Status, other.Raw)
	}
	if none := police.send("POST", "/api/v1/cases", body, nil); none.Status != 428 {
		t.Errorf("no key at all: got %d %s, want 428", none.Status, none.Raw)
	}
	theirs := signIn(t, s.url, "caseworker").send("POST", "/api/v1/cases", body, map[string]string{"Idempotency-Key": key})
	if theirs.Status != 201 || theirs.text(t, "id") == id {
		t.Errorf("the same key of somebody else: got %d %s, want a case of their own", theirs.Status, theirs.Raw)
	}
}

func TestARetriedActionHappensOnce(t *testing.T) {
	t.Parallel()
	s := site(t)
	police, vawg := signIn(t, s.url, "police"), signIn(t, s.url, "vawg")
	_, id := sent(t, police, vawg, "Retried")
	tag := vawg.get("/api/v1/referrals/" + id).Header.Get("ETag")
	key := newKey()
	answers := crowd(t, 20, []*caller{vawg}, func(int, *caller) (answer, error) {
		return vawg.try("POST", "/api/v1/referrals/"+id+"/acknowledge", map[string]any{}, map[string]string{"Idempotency-Key": key, "If-Match": tag})
	})
	for i, a := range answers {
		if a.Status != 200 || a.Raw != answers[0].Raw {
			t.Errorf("answer %d differs: got %d %s, want 200 %s", i, a.Status, a.Raw, answers[0].Raw)
		}
	}
	if n := number(t, s.superuser(t), `select count(*) from referral_history where referral_id = $1 and action = 'acknowledge'`, id); n != 1 {
		t.Errorf("got %d rows of history, want 1", n)
	}
}

func TestAChangeNamesTheVersionItWasDecidedOn(t *testing.T) {
	t.Parallel()
	s := site(t)
	police, vawg := signIn(t, s.url, "police"), signIn(t, s.url, "vawg")
	_, id := sent(t, police, vawg, "Versioned")
	stale := vawg.get("/api/v1/referrals/" + id).Header.Get("ETag")
	vawg.do(id, "acknowledge", nil)
	worker := vawg.get("/api/v1/people?assignable=true").items(t)[0]["id"]
	accept := func(headers map[string]string) answer {
		headers["Idempotency-Key"] = newKey()
		return vawg.send("POST", "/api/v1/referrals/"+id+"/accept", map[string]any{"worker_id": worker}, headers)
	}
	if a := accept(map[string]string{}); a.Status != 428 || a.text(t, "code") != "precondition_required" {
		t.Errorf("no If-Match: got %d %s, want 428", a.Status, a.Raw)
	}
	if a := accept(map[string]string{"If-Match": stale}); a.Status != 412 || a.text(t, "code") != "stale" {
		t.Errorf("a stale If-Match: got %d %s, want 412", a.Status, a.Raw)
	}
	for _, odd := range []string{"3", `W/"1"`, `"three"`, "*", `"1", "2"`, ""} {
		if a := accept(map[string]string{"If-Match": odd}); a.Status < 400 || a.Status >= 500 {
			t.Errorf("If-Match %s: got %d %s, want a refusal", odd, a.Status, a.Raw)
		}
	}
	if got := vawg.get("/api/v1/referrals/"+id).text(t, "status"); got != "acknowledged" {
		t.Errorf("got %s after refusals, want acknowledged", got)
	}
	if a := accept(map[string]string{"If-Match": vawg.get("/api/v1/referrals/" + id).Header.Get("ETag")}); a.Status != 200 {
		t.Errorf("the version as it is: got %d %s, want 200", a.Status, a.Raw)
	}
	if a := accept(map[string]string{"If-Match": stale}); a.Status != 409 {
		t.Errorf("decided already: got %d %s, want 409", a.Status, a.Raw)
	}
}
