package accounts_test

import (
	"context"
	"testing"

	"throughline/internal/pg"
	"throughline/models"
)

// TestAnAttemptOpensOneSessionOfItsOwnPerson holds the database to what the
// service never asks of it: a proof of a password is worth one session, of whom
// it was the password, while they work there and their organisation is open.
func TestAnAttemptOpensOneSessionOfItsOwnPerson(t *testing.T) {
	t.Parallel()
	b := setup(t)
	open := func(attempt, user any) (opened int) {
		t.Helper()
		err := b.DB.Write(b.System(), func(ctx context.Context, tx *pg.Tx) error {
			if err := tx.Scan(ctx, &opened, `select count(*) from app_session_open(?, ?, ?, 'api', null, ?, sha256(?::text::bytea), 'test', null, null, 'password', false, '192.0.2.7'::inet)`,
				attempt, user, models.NewID(), models.NewID(), models.NewID()); err != nil {
				return err
			}
			return tx.Record(ctx, models.Event{Action: "test.tried", SubjectType: "user"})
		})
		if err != nil {
			t.Fatal(err)
		}
		return opened
	}
	proved := func(who string) any {
		t.Helper()
		id := models.NewID()
		err := b.DB.Housekeeping(b.System(), func(ctx context.Context, tx *pg.Tx) error {
			var n int
			return tx.Scan(ctx, &n, "select count(*) from app_sign_in_lookup(?, ?, '192.0.2.7'::inet, null)", id, who+"@demo.test")
		})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	vawg, police := b.Person("vawg").ID, b.Person("police").ID
	first := proved("vawg")
	if n := open(first, police); n != 0 {
		t.Error("the attempt of one opened a session of another")
	}
	if n := open(nil, vawg); n != 0 {
		t.Error("a session opened by password without an attempt")
	}
	if n := open(first, vawg); n != 1 {
		t.Fatalf("got %d sessions of the attempt's own person, want one", n)
	}
	if n := open(first, vawg); n != 0 {
		t.Error("an attempt opened a second session")
	}
	left, closed := proved("vawg"), proved("police")
	b.Do(t, "update users set disabled_at = now() where id = $1", vawg)
	b.Do(t, "update organisations set active = false where id = $1", b.Person("police").Org.ID)
	if n := open(left, vawg) + open(closed, police); n != 0 {
		t.Errorf("%d sessions of who left, or whose organisation is closed, want none", n)
	}
}
