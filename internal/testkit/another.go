package testkit

import (
	"context"
	"testing"

	"throughline/internal/pg"
)

// Another opens the stage's database once more, as a second server or one that
// was started again would, with caps of its own.
func (w *Stage) Another(t testing.TB, caps pg.Caps) *pg.DB {
	t.Helper()
	db, err := pg.Open(context.Background(), pg.Options{DSN: w.AppDSN, Now: w.Clock.Now, MaxConns: 8, Caps: caps, Vault: Vault()})
	if err != nil {
		t.Fatalf("connecting as the application: %v", err)
	}
	t.Cleanup(db.Close)
	return db
}
