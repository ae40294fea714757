package accounts_test

import (
	"bytes"
	"testing"
	"time"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/models"
	"throughline/services/accounts"
)

func newer() models.Conduct {
	return models.Conduct{Version: "2", From: time.Date(2027, time.January, 4, 0, 0, 0, 0, time.UTC), Parts: []models.ConductPart{{Title: "Other words", Lines: []string{"They are new."}}}}
}

// asking is a stage where a version of the code of conduct is asked for.
func asking(t *testing.T, c models.Conduct) bench {
	t.Helper()
	w := testkit.World(t)
	return bench{Stage: w, svc: accounts.New(w.DB, accounts.Settings{Conduct: c}), op: accounts.NewOperator(w.Owner)}
}

// owes says whether somebody's session has still to accept.
func owes(t *testing.T, svc *accounts.Service, s accounts.Started) bool {
	t.Helper()
	byCookie, err := svc.ByCookie(t.Context(), s.Token)
	if err != nil || byCookie.Ended != "" {
		t.Fatalf("got %+v, %v, want a live session", byCookie, err)
	}
	byID, err := svc.ByID(t.Context(), s.Actor.SessionID)
	if err != nil || byID.Actor.OwesConduct != byCookie.Actor.OwesConduct {
		t.Fatalf("by its cookie a session owes %v, by its id %v (%v)", byCookie.Actor.OwesConduct, byID.Actor.OwesConduct, err)
	}
	return byID.Actor.OwesConduct
}

func TestTheCodeOfConductIsAcceptedOnceForEachVersion(t *testing.T) {
	t.Parallel()
	b := asking(t, models.CurrentConduct())
	s, other := b.signIn(t, onPage(right("police"))), b.signIn(t, onPage(right("vawg")))
	if !owes(t, b.svc, s) || owes(t, accounts.New(b.DB), s) {
		t.Fatal("want it owed where it is asked for, and by nobody where it is not")
	}
	if _, err := b.svc.AcceptConduct(as(s), "1", false); models.CodeOf(err) != models.CodeInvalid {
		t.Errorf("without having read it: got %v, want invalid", err)
	}
	if _, err := b.svc.AcceptConduct(as(s), "0", true); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("another version: got %v, want a conflict", err)
	}
	first, err := b.svc.AcceptConduct(as(s), "1", true)
	if err != nil || first.AcceptedAt.IsZero() || owes(t, b.svc, s) || !owes(t, b.svc, other) {
		t.Fatalf("got %+v, %v, want one person's acceptance to be theirs alone", first.AcceptedAt, err)
	}
	b.Clock.Advance(time.Hour)
	if again, err := b.svc.AcceptConduct(as(s), "1", true); err != nil || !again.AcceptedAt.Equal(first.AcceptedAt) {
		t.Errorf("got %v, %v, want the day it was first accepted", again.AcceptedAt, err)
	}
	if n := b.Count(t, "select count(*) from audit_events where action = 'conduct.accepted' and actor_user_id = $1 and detail->>'version' = '1' and detail->>'again' = 'false'", s.Actor.UserID); n != 1 {
		t.Errorf("the trail has %d acceptances, want one", n)
	}
	later := accounts.New(b.DB, accounts.Settings{Conduct: newer()})
	if !owes(t, later, s) {
		t.Error("a new version asks nobody again")
	}
	if _, err := later.AcceptConduct(as(s), "2", true); err != nil || owes(t, later, s) || owes(t, b.svc, s) {
		t.Errorf("got %v, want both versions accepted", err)
	}
	var hash []byte
	if err := b.Owner.QueryRow(t.Context(), "select text_hash from conduct_acceptances where user_id = $1 and version = '2'", s.Actor.UserID).Scan(&hash); err != nil || !bytes.Equal(hash, newer().Hash()) {
		t.Errorf("got %x, %v, want the hash of the words that were accepted", hash, err)
	}
	// What the service does not do, the database refuses.
	batch, err := b.DB.Begin(as(other))
	if err != nil {
		t.Fatal(err)
	}
	var n int
	batch.Query(pg.One(new(bool), &n), "select count(*) from conduct_acceptances")
	if err := batch.Send(pg.BatchRead); err != nil || n != 0 {
		t.Errorf("somebody of another organisation sees %d acceptances, %v, want none", n, err)
	}
	for whose, want := range map[accounts.Started]bool{other: true, b.signIn(t, onPage(right("vawg.second"))): false} {
		if batch, err = b.DB.Begin(as(other)); err != nil {
			t.Fatal(err)
		}
		batch.Exec("insert into conduct_acceptances (user_id, org_id, version, text_hash, at) values ($1, $2, '7', $3, now())", whose.Actor.UserID, whose.Actor.OrgID, hash)
		if err := batch.Send(pg.BatchHousekeeping); (err == nil) != want {
			t.Errorf("accepting for %s: got %v, want %v", whose.Actor.Name, err, want)
		}
	}
}
