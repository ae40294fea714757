package auth_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"throughline/handlers/auth"
)

func TestAKeyFileIsForItsOwnerAloneAndNeverOverwritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "deeper", "keys.json")
	if err := auth.CreateKeys(path, moment); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := info.Mode().Perm(), fs.FileMode(0o600); got != want {
		t.Errorf("got mode %v, want %v", got, want)
	}
	if err := auth.CreateKeys(path, moment); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v at the second making, want that it exists", err)
	}
}

func TestAKeyFileThatIsNotSoundStopsTheStart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := auth.CreateKeys(path, moment); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	good := string(raw)
	x := good[strings.Index(good, `"x": "`)+6:][:43]
	kid := good[strings.Index(good, `"kid": "`)+8:][:12]
	cases := map[string]string{
		"empty":                  "",
		"no keys":                `{"keys":[]}`,
		"not JSON":               "secret",
		"an unknown member":      strings.Replace(good, `"kid"`, `"extra":1,"kid"`, 1),
		"halves of two keys":     strings.Replace(good, x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", 1),
		"another curve":          strings.Replace(good, "Ed25519", "X25519", 1),
		"another kind of key":    strings.Replace(good, "OKP", "oct", 1),
		"a short id":             strings.Replace(good, kid, "a", 1),
		"an id that is a path":   strings.Replace(good, kid, "../../../etc", 1),
		"every key retired":      strings.Replace(good, `"created"`, `"retired":"2026-11-20T09:00:00Z","created"`, 1),
		"the same key id twice":  strings.Replace(good, `"keys": [`, `"keys": [`+good[strings.Index(good, "[")+1:strings.LastIndex(good, "]")]+",", 1),
		"no time of creation":    strings.Replace(good, "2026-11-20T09:00:00Z", "0001-01-01T00:00:00Z", 1),
		"a key that is too long": strings.Replace(good, `"d": "`, `"d": "AAAA`, 1),
	}
	for name, content := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "keys.json")
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := auth.LoadKeys(path); err == nil {
				t.Error("got no error, want a refusal")
			}
		})
	}
	t.Run("others can read it", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "keys.json")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0o640); err != nil {
			t.Fatal(err)
		}
		if _, err := auth.LoadKeys(path); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("got %v, want a refusal of the mode", err)
		}
	})
	t.Run("it is missing", func(t *testing.T) {
		t.Parallel()
		if _, err := auth.LoadKeys(filepath.Join(t.TempDir(), "none.json")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v, want that it is missing", err)
		}
	})
}

func TestRotationKeepsTokensAndReachesRunningProcesses(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	before, _ := b.tokens.Issue(someone())
	fresh, err := auth.RotateKeys(b.path, *b.now)
	if err != nil {
		t.Fatal(err)
	}
	// Another process starts with the new key and signs.
	keys, err := auth.LoadKeys(b.path)
	if err != nil {
		t.Fatal(err)
	}
	other := auth.NewTokens(keys, issuer, func() time.Time { return *b.now })
	after, _ := other.Issue(someone())
	if kid, _ := signingKey(t, b.path); kid != fresh || fresh == b.kid {
		t.Errorf("got signing key %q, want the fresh one %q", kid, fresh)
	}
	*b.now = b.now.Add(6 * time.Second)
	for name, raw := range map[string]string{"the old": before, "the new": after} {
		if _, err := b.tokens.Verify(raw); err != nil {
			t.Errorf("the running process refuses %s key's token: %v", name, err)
		}
		if _, err := other.Verify(raw); err != nil {
			t.Errorf("the new process refuses %s key's token: %v", name, err)
		}
	}
}

func TestARunningProcessSignsWithTheNewKeyWithinAMinute(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, _ = b.tokens.Issue(someone()) // reads the file at its first token
	if _, err := auth.RotateKeys(b.path, *b.now); err != nil {
		t.Fatal(err)
	}
	*b.now = b.now.Add(time.Minute)
	raw, _ := b.tokens.Issue(someone())
	kid, _ := signingKey(t, b.path)
	if header, _, _ := strings.Cut(raw, "."); header != segment(`{"alg":"EdDSA","kid":"`+kid+`","typ":"at+jwt"}`) {
		t.Error("got a token of the retired key, want the fresh one")
	}
}

func TestARetiredKeySignsNothingMore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if _, err := auth.RotateKeys(b.path, *b.now); err != nil {
		t.Fatal(err)
	}
	keys, err := auth.LoadKeys(b.path)
	if err != nil {
		t.Fatal(err)
	}
	later := moment.Add(5 * time.Minute)
	tokens := auth.NewTokens(keys, issuer, func() time.Time { return later })
	forged := b.sign(b.header(), claims(map[string]any{"iat": later.Unix(), "nbf": later.Unix(), "exp": later.Add(time.Minute).Unix()}))
	if _, err := tokens.Verify(forged); err == nil {
		t.Error("got a sound token from a key given up five minutes before")
	}
}

func TestRotationDropsKeysADayAfterTheyRetired(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for day := range 4 {
		if _, err := auth.RotateKeys(b.path, moment.AddDate(0, 0, 2*day)); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(b.path)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Count(string(raw), `"kid"`), 2; got != want {
		t.Errorf("got %d keys, want %d: the one in use and the one before", got, want)
	}
}
