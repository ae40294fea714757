package testkit

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"throughline/internal/vault"
)

// Vault holds the data keys of this test binary: every database of its tests is
// sealed with them.
var Vault = sync.OnceValue(vault.Temporary)

// Seal is content as a column of a row holds it, to plant with.
func Seal(c vault.Column, row uuid.UUID, text string) []byte {
	b, err := Vault().Bytes(c, row, []byte(text))
	if err != nil {
		panic("testkit: " + err.Error())
	}
	return b
}

// LookUp is the key by which a value is found, to plant with.
func LookUp(k vault.Key, value string) vault.Sealed { return Vault().LookUp(k, value) }

// Opened is what a stored value holds, for tests that look behind the services.
func Opened(c vault.Column, row uuid.UUID, stored []byte) string {
	b, err := Vault().Open(c, row, stored)
	if err != nil {
		return fmt.Sprintf("(does not open: %v)", err)
	}
	return string(b)
}

// OpenedAll are the contents of a sealed column, each row's by itself.
func (w *Stage) OpenedAll(t testing.TB, c vault.Column) []string {
	t.Helper()
	s := c.Spec()
	q := "select " + s.Key + ", " + s.Name + " from " + s.Table
	if s.Part != "" {
		q += " where stage = '" + s.Part + "'"
	}
	rows, err := w.Owner.Query(context.Background(), q)
	if err != nil {
		t.Fatalf("reading %s: %v", c, err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		var id uuid.UUID
		var stored []byte
		err := row.Scan(&id, &stored)
		return Opened(c, id, stored), err
	})
	if err != nil {
		t.Fatalf("reading %s: %v", c, err)
	}
	return out
}
