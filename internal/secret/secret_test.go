package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"throughline/internal/secret"
)

func TestASecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	key := secret.NewKey()
	for name, test := range map[string]struct {
		value any
		leaks []string
	}{
		"a text": {struct{ S secret.String }{secret.New("hunter2")}, []string{"hunter2"}},
		"a key":  {struct{ S secret.Key }{key}, []string{string(key.Bytes()), hex.EncodeToString(key.Bytes()), fmt.Sprint(key.Bytes())}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			slog.New(slog.NewTextHandler(&log, nil)).Info("x", "s", test.value)
			slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s", test.value)
			doc, err := json.Marshal(test.value)
			if err != nil {
				t.Fatal(err)
			}
			for way, got := range map[string]string{
				"%v": fmt.Sprintf("%v", test.value), "%+v": fmt.Sprintf("%+v", test.value),
				"%#v": fmt.Sprintf("%#v", test.value), "%s": fmt.Sprintf("%s", test.value),
				"json": string(doc), "slog": log.String(),
			} {
				for _, leak := range test.leaks {
					if strings.Contains(got, leak) {
						t.Errorf("%s: got %s, want no secret in it", way, got)
					}
				}
				if !strings.Contains(got, "[secret]") {
					t.Errorf("%s: got %s, want [secret] in it", way, got)
				}
			}
		})
	}
}

func TestASecretCanBeRevealed(t *testing.T) {
	t.Parallel()
	var s secret.String
	if s.Set() || s.String() != "" {
		t.Errorf("got %v and %q for an unset secret, want it unset and empty", s.Set(), s.String())
	}
	if err := s.UnmarshalText([]byte("hunter2")); err != nil {
		t.Fatal(err)
	}
	if !s.Set() || s.Reveal() != "hunter2" {
		t.Errorf("got %v and %q, want it set and hunter2", s.Set(), s.Reveal())
	}
}

func TestReadKey(t *testing.T) {
	t.Parallel()
	good := secret.NewKey().Bytes()
	write := func(t *testing.T, content []byte, mode fs.FileMode) string {
		t.Helper()
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, content, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, test := range map[string]struct {
		content []byte
		mode    fs.FileMode
		want    string // in the error; empty: it reads
	}{
		"hexadecimal":             {[]byte(hex.EncodeToString(good) + "\n"), 0o600, ""},
		"base64":                  {[]byte(base64.StdEncoding.EncodeToString(good)), 0o600, ""},
		"raw bytes":               {good, 0o400, ""},
		"readable by the group":   {good, 0o640, "read by others"},
		"too short":               {good[:31], 0o600, "32 bytes"},
		"empty":                   {nil, 0o600, "32 bytes"},
		"all zero":                {make([]byte, 32), 0o600, "not random"},
		"a pass phrase":           {[]byte("correct horse battery staple, 32"), 0o600, "not random"},
		"counted up":              {[]byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f"), 0o600, "not random"},
		"a word in hex, repeated": {[]byte(strings.Repeat("deadbeef", 8)), 0o600, "not random"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, err := secret.ReadKey(write(t, test.content, test.mode))
			switch {
			case test.want == "" && (err != nil || !bytes.Equal(key.Bytes(), good)):
				t.Errorf("got %v, want the key", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want %q in the error", err, test.want)
			}
		})
	}

	t.Run("a missing file is told from a bad one", func(t *testing.T) {
		t.Parallel()
		if _, err := secret.ReadKey(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v, want fs.ErrNotExist", err)
		}
	})

	t.Run("a random key is never called weak", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "key")
		for range 2000 {
			if err := os.WriteFile(path, secret.NewKey().Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := secret.ReadKey(path); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestCreateKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys", "answer.key")
	if err := secret.CreateKey(path); err != nil {
		t.Fatal(err)
	}
	first, err := secret.ReadKey(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := secret.CreateKey(path); err != nil {
		t.Fatal(err)
	}
	again, err := secret.ReadKey(path)
	if err != nil || !bytes.Equal(first.Bytes(), again.Bytes()) {
		t.Errorf("got another key, %v, want the first kept", err)
	}
}
