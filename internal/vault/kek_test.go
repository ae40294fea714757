package vault_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"throughline/internal/seal"
	"throughline/internal/vault"
)

// engine stands in for the transit engine: it answers as its documentation
// says, with keys of its own that never leave it.
type engine struct {
	keys   *seal.Keys
	token  string
	asked  atomic.Int64
	answer func(http.ResponseWriter) bool // in place of the usual answer
}

func (e *engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.asked.Add(1)
	if e.answer != nil && e.answer(w) {
		return
	}
	if r.Header.Get("X-Vault-Token") != e.token || r.Method != http.MethodPost {
		http.Error(w, `{"errors":["permission denied"]}`, http.StatusForbidden)
		return
	}
	var in map[string]string
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, "{}", http.StatusBadRequest)
		return
	}
	context := []byte(in["associated_data"])
	sum := sha256.Sum256([]byte(r.URL.Path[strings.LastIndex(r.URL.Path, "/"):])) // each name is another key
	context = append(context, sum[:]...)
	out := map[string]string{}
	switch {
	case strings.HasPrefix(r.URL.Path, "/v1/transit/encrypt/"):
		plain, _ := base64.StdEncoding.DecodeString(in["plaintext"])
		b, _ := e.keys.Seal(plain, context)
		out["ciphertext"] = "vault:v1:" + base64.StdEncoding.EncodeToString(b)
	case strings.HasPrefix(r.URL.Path, "/v1/transit/decrypt/"):
		b, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(in["ciphertext"], "vault:v1:"))
		plain, err := e.keys.Open(b, context)
		if err != nil {
			http.Error(w, `{"errors":["cipher: message authentication failed"]}`, http.StatusBadRequest)
			return
		}
		out["plaintext"] = base64.StdEncoding.EncodeToString(plain)
	default:
		http.NotFound(w, r)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"data": out})
}

func serving(t *testing.T) (*engine, string, string) {
	t.Helper()
	e := &engine{keys: seal.New(), token: "s.hunter2"}
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte(e.token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return e, "hcvault://" + strings.TrimPrefix(s.URL, "http://") + "/transit/keys/", token
}

func open(t *testing.T, o vault.KEKOptions) vault.KEK {
	t.Helper()
	k, err := vault.OpenKEK(o)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeysetsAreWrappedByAFileOrAServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, base, token := serving(t)
	for name, test := range map[string]struct{ right, wrong vault.KEK }{
		"a file": {
			open(t, vault.KEKOptions{URI: vault.FileURI(filepath.Join(dir, "a.key")), Make: true}),
			open(t, vault.KEKOptions{URI: vault.FileURI(filepath.Join(dir, "b.key")), Make: true}),
		},
		"a server": {open(t, vault.KEKOptions{URI: base + "a", TokenFile: token}), open(t, vault.KEKOptions{URI: base + "b", TokenFile: token})},
	} {
		k, err := vault.MakeKeyset(vault.ClassContact)
		if err != nil {
			t.Fatal(err)
		}
		wrapped, err := k.Wrap(t.Context(), test.right)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		back, err := vault.Unwrap(t.Context(), vault.ClassContact, 1, wrapped, test.right)
		if err != nil || back.Primary() != k.Primary() {
			t.Errorf("%s: got %v, want the keyset back", name, err)
		}
		if _, err := vault.Unwrap(t.Context(), vault.ClassContact, 1, wrapped, test.wrong); !errors.Is(err, vault.ErrWrongKEK) {
			t.Errorf("%s: another key: got %v, want it refused", name, err)
		}
		if _, err := vault.Unwrap(t.Context(), vault.ClassCopies, 1, wrapped, test.right); !errors.Is(err, vault.ErrWrongKEK) {
			t.Errorf("%s: another class: got %v, want it refused", name, err)
		}
	}
}

func TestAFileIsMadeOnceAndReadByItsOwnerAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys", "kek.key")
	at := vault.KEKOptions{URI: vault.FileURI(path)}
	if _, err := vault.OpenKEK(at); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "put the file back") {
		t.Errorf("got %v, want to be told that it is not there", err)
	}
	at.Make = true
	open(t, at)
	first, _ := os.ReadFile(path)
	open(t, at)
	if again, _ := os.ReadFile(path); len(first) == 0 || string(again) != string(first) {
		t.Error("a file that was there was made anew")
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.OpenKEK(at); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v for a file others can read", err)
	}
}

func TestAServerThatRefusesIsToldWithoutItsWords(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer func(http.ResponseWriter) bool
		token  string
		want   string
	}{
		"the wrong token": {nil, "s.other", "refuses the token"},
		"a fault": {func(w http.ResponseWriter) bool {
			http.Error(w, "hunter2", http.StatusInternalServerError)
			return true
		}, "s.hunter2", "answered 500"},
		"somewhere else": {func(w http.ResponseWriter) bool {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(http.StatusTemporaryRedirect)
			return true
		}, "s.hunter2", "answered 307"},
		"nothing": {func(w http.ResponseWriter) bool { _, _ = w.Write([]byte(`{"data":{}}`)); return true }, "s.hunter2", "no ciphertext"},
	} {
		e, base, token := serving(t)
		e.answer = test.answer
		if err := os.WriteFile(token, []byte(test.token), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := open(t, vault.KEKOptions{URI: base + "a", TokenFile: token}).EncryptWithContext(t.Context(), []byte("x"), nil)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
		if n := e.asked.Load(); n != 1 {
			t.Errorf("%s: asked %d times, want once", name, n)
		}
	}
	for uri, want := range map[string]string{
		"hcvault://host/transit/keys/":      "KMS_URI must be hcvault://",
		"hcvault:///transit/keys/a":         "KMS_URI must be hcvault://",
		"hcvault://a:b@host/transit/keys/a": "KMS_URI must be hcvault://",
		"hcvault://host/transit/keys/a/b":   "KMS_URI must be hcvault://",
		"https://host/transit/keys/a":       "KMS_URI must begin",
		"hcvault://ho st":                   "KMS_URI is not an address",
	} {
		if _, err := vault.OpenKEK(vault.KEKOptions{URI: uri, TokenFile: "x"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", uri, err, want)
		}
	}
}
