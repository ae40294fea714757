package seal_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"throughline/internal/seal"
)

// random is a sound key as the file writes it.
func random() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.StdEncoding.EncodeToString(b)
}

func TestASealedAnswerOpensForItsContextAlone(t *testing.T) {
	t.Parallel()
	k := seal.New()
	plain, context := []byte("an answer with a name in it"), []byte("user\nroute\nkey")
	sealed, err := k.Seal(plain, context)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("answer")) {
		t.Error("got the plain text inside the sealed value, want it hidden")
	}
	if got, err := k.Open(sealed, context); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("got %q, %v, want the plain text", got, err)
	}
	other := seal.New()
	if _, err := other.Open(sealed, context); !errors.Is(err, seal.ErrNotOurs) {
		t.Errorf("with other keys: got %v, want ErrNotOurs", err)
	}
	if _, err := k.Open(sealed, []byte("user\nroute\nother")); !errors.Is(err, seal.ErrNotOurs) {
		t.Errorf("with another context: got %v, want ErrNotOurs", err)
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := k.Open(changed, context); !errors.Is(err, seal.ErrNotOurs) {
			t.Errorf("with byte %d changed: got %v, want ErrNotOurs", i, err)
		}
		if _, err := k.Open(sealed[:i], context); !errors.Is(err, seal.ErrNotOurs) {
			t.Errorf("cut to %d bytes: got %v, want ErrNotOurs", i, err)
		}
	}
}

func TestTheKeyFile(t *testing.T) {
	t.Parallel()

	t.Run("what an older key sealed still opens", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "keys", "answer.key")
		if err := seal.Create(path); err != nil {
			t.Fatal(err)
		}
		old, err := seal.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := old.Seal([]byte("x"), nil)
		if err != nil {
			t.Fatal(err)
		}
		line, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		write(t, path, "2 "+random()+"\n"+string(line))
		rotated, err := seal.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := rotated.Open(sealed, nil); err != nil || string(got) != "x" {
			t.Errorf("got %q, %v, want x", got, err)
		}
		fresh, err := rotated.Seal([]byte("y"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := old.Open(fresh, nil); !errors.Is(err, seal.ErrNotOurs) {
			t.Errorf("got %v for what the newest key sealed, want ErrNotOurs from the older", err)
		}
	})

	t.Run("one that exists is not overwritten", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "answer.key")
		write(t, path, "1 mine")
		if err := seal.Create(path); !errors.Is(err, fs.ErrExist) {
			t.Errorf("got %v, want ErrExist", err)
		}
	})

	t.Run("one that others can read is refused", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "answer.key")
		if err := seal.Create(path); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := seal.Load(path); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("got %v, want ErrPermission", err)
		}
	})

	key := random()
	for name, content := range map[string]string{
		"an empty file": "", "a key without a number": key, "a key numbered nought": "0 " + key,
		"a short key": "1 AAAA", "the same number twice": "1 " + key + "\n1 " + key,
		"a key that is all noughts": "1 " + strings.Repeat("A", 43) + "=",
	} {
		t.Run(name+" is refused without its content", func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "answer.key")
			write(t, path, content)
			_, err := seal.Load(path)
			if err == nil || strings.Contains(err.Error(), "AAAA") || strings.Contains(err.Error(), key) {
				t.Errorf("got %v, want an error without the key", err)
			}
		})
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
