package audit_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"throughline/internal/prooflog"
	"throughline/models"
	"throughline/services/approvals"
	"throughline/services/audit"
)

func TestADetailIsErasedByTwoAndTheLogStaysTrue(t *testing.T) {
	t.Parallel()
	b := aLog(t)
	svc, asked := audit.New(b.DB), approvals.New(b.DB)
	audit.AddErasure(asked)
	c := b.Case(t, b.As("caseworker"))
	act(t, b.Stage, "caseworker", c.ID, 3)
	b.number(t)
	id := b.latest(t)
	before, err := svc.Prove(b.As("caseworker.manager"), id, 0)
	if err != nil {
		t.Fatal(err)
	}
	const why = "It held more than it should."
	for who, want := range map[string]models.Code{"caseworker": models.CodeForbidden, "police.manager": models.CodeNotFound, "vawg.manager": models.CodeNotFound} {
		if _, err := svc.AskErasure(b.As(who), asked, []uuid.UUID{id}, why); models.CodeOf(err) != want {
			t.Errorf("%s asks: got %v, want %s", who, err, want)
		}
	}
	for name, try := range map[string]struct {
		events []uuid.UUID
		reason string
		want   models.Code
	}{
		"nothing named": {nil, why, models.CodeInvalid}, "no reason": {[]uuid.UUID{id}, "why not", models.CodeInvalid},
		"an event that is not there": {[]uuid.UUID{id, uuid.New()}, why, models.CodeNotFound},
	} {
		if _, err := svc.AskErasure(b.As("privacy"), asked, try.events, try.reason); models.CodeOf(err) != try.want {
			t.Errorf("%s: got %v, want %s", name, err, try.want)
		}
	}
	v, err := svc.AskErasure(b.As("privacy"), asked, []uuid.UUID{id, id}, why)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := asked.Approve(b.As("privacy"), v.ID, ""); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("who asked approves: got %v, want forbidden", err)
	}
	// The database holds to it too, whatever the application were to say.
	for _, who := range []string{"privacy", "caseworker.manager"} {
		tx := connect(t, b.AppDSN)
		if _, err := tx.Exec(t.Context(), "select set_config('app.user_id', $1, false), set_config('app.role', 'manager', false)", b.Actor(who).UserID.String()); err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), "select audit_erase_detail($1)", v.ID); err == nil || !strings.Contains(err.Error(), "no such approval") {
			t.Errorf("%s erases what nobody approved: got %v", who, err)
		}
	}
	if n := b.Count(t, "select count(*) from audit_leaves where salt is null"); n != 0 {
		t.Fatalf("got %d erased before anybody approved", n)
	}
	if _, err := asked.Approve(b.As("caseworker.manager"), v.ID, "Agreed."); err != nil {
		t.Fatal(err)
	}
	if n := b.Count(t, "select count(*) from audit_events e join audit_leaves l on l.event_id = e.id where e.id = $1 and e.detail = '{}' and l.salt is null", id); n != 1 {
		t.Error("the detail and its salt are still there")
	}
	b.number(t)
	got := b.verify(t)
	for _, f := range got.Findings {
		t.Errorf("found %s", f)
	}
	if got.Erased != 1 {
		t.Errorf("got %d erased, want 1", got.Erased)
	}
	after, err := svc.Prove(b.As("caseworker.manager"), id, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []audit.Proof{before, after} {
		if _, err := checked(p, b); err != nil {
			t.Errorf("proof with detail %v: %v", p.Detail != nil, err)
		}
	}
	if before.Detail == nil || after.Detail != nil || after.Salt != nil {
		t.Error("the proof before has no detail, or that afterwards has one")
	}
	if n := b.Count(t, "select count(*) from audit_events where action = 'audit.detail_erased' and subject_id = $1 and actor_user_id = $2 and detail->>'asked_by' = $3",
		id, b.Actor("caseworker.manager").UserID, b.Actor("privacy").UserID.String()); n != 1 {
		t.Errorf("got %d lines of who erased it, want 1", n)
	}
	// What says that a detail was erased cannot itself be erased.
	var line uuid.UUID
	if err := b.Owner.QueryRow(t.Context(), "select id from audit_events where action = 'audit.detail_erased'").Scan(&line); err != nil {
		t.Fatal(err)
	}
	if _, err := svc.AskErasure(b.As("privacy"), asked, []uuid.UUID{line}, why); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("erasing the erasure: got %v, want not found", err)
	}
}

// checked proves by the stage's public key.
func checked(p audit.Proof, b *book) (int64, error) {
	c, err := prooflog.Bundle(p).Check(b.keys.Public)
	return c.Size, err
}
