package pg_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"throughline/internal/testkit"
)

// waitFor asks, as the superuser, until the query says true.
func waitFor(t *testing.T, w *testkit.Stage, query string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), w.SuperDSN)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	for deadline := time.Now().Add(20 * time.Second); ; {
		var so bool
		if err := c.QueryRow(t.Context(), query).Scan(&so); err != nil {
			t.Fatal(err)
		}
		if so {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("it never came that %s", query)
		}
		<-time.After(5 * time.Millisecond)
	}
}
