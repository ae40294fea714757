package keys_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"throughline/internal/pg"
	"throughline/internal/testkit"
	"throughline/internal/vault"
	"throughline/models"
	"throughline/services/keys"
)

// process is one running copy of the product: a pool, a vault and its keys.
type process struct {
	*keys.Service
	*vault.Vault
	db *pg.DB
}

// start starts a process on the stage's database with the key-encryption key
// in a file.
func start(t *testing.T, w *testkit.Stage, kek string) *process {
	t.Helper()
	v := &vault.Vault{}
	db, err := pg.Open(t.Context(), pg.Options{DSN: w.AppDSN, Now: w.Clock.Now, MaxConns: 3, Vault: v})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	k, err := vault.OpenKEK(vault.KEKOptions{URI: vault.FileURI(kek), Make: true})
	if err != nil {
		t.Fatal(err)
	}
	return &process{keys.New(db, v, k), v, db}
}

func kekFile(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "kek.key")
}

func TestOfSeveralThatStartAtOnceOneMakesTheKeys(t *testing.T) {
	t.Parallel()
	w, file := testkit.World(t), kekFile(t)
	if made, err := keys.Made(t.Context(), w.DB); made || err != nil {
		t.Errorf("got %v and %v before the first start", made, err)
	}
	var all []*process
	for range 4 {
		all = append(all, start(t, w, file))
	}
	var wait sync.WaitGroup
	for _, p := range all {
		wait.Go(func() {
			if err := p.Load(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	row := uuid.New()
	b, err := all[0].Bytes(vault.CodeWord, row, []byte("marigold"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if got, err := p.Open(vault.CodeWord, row, b); err != nil || string(got) != "marigold" {
			t.Errorf("got %q and %v, want every process to have the same keys", got, err)
		}
	}
	if made, err := keys.Made(t.Context(), w.DB); !made || err != nil {
		t.Errorf("got %v and %v after it", made, err)
	}
	if n := w.Count(t, "select count(*) from data_keys"); n != len(vault.Classes()) {
		t.Errorf("got %d keysets, want one for each class", n)
	}
}

func TestWithoutItsOwnKeyEncryptionKeyNothingIsLoaded(t *testing.T) {
	t.Parallel()
	w, file := testkit.World(t), kekFile(t)
	if err := start(t, w, file).Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	other := start(t, w, kekFile(t))
	err := other.Load(t.Context())
	if !errors.Is(err, vault.ErrWrongKEK) || !strings.Contains(err.Error(), "wrapped by file://"+file) {
		t.Errorf("got %v, want to be told which key is meant", err)
	}
	if _, err := other.Bytes(vault.CodeWord, uuid.New(), []byte("x")); !errors.Is(err, vault.ErrNoKeys) {
		t.Errorf("got %v, want no keys", err)
	}
}

func TestOnlyTheSystemSeesTheKeys(t *testing.T) {
	t.Parallel()
	w := testkit.World(t)
	if err := start(t, w, kekFile(t)).Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"police", "admin"} {
		b, err := w.DB.Begin(w.As(who))
		if err != nil {
			t.Fatal(err)
		}
		var n int
		b.Query(pg.One(new(bool), &n), "select count(*) from data_keys")
		if err := b.Send(pg.BatchRead); err != nil || n != 0 {
			t.Errorf("%s: got %d and %v, want none", who, n, err)
		}
	}
}

func day(t *testing.T, s string) *time.Time {
	t.Helper()
	d, ok := models.ParseDay(s)
	if !ok {
		t.Fatalf("no such day: %s", s)
	}
	return &d
}
