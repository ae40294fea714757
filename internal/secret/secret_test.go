package secret_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"throughline/internal/secret"
)

func TestASecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	value := struct{ S secret.String }{secret.New("hunter2")}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "s", value)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s", value)
	doc, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	for way, got := range map[string]string{
		"%v": fmt.Sprintf("%v", value), "%+v": fmt.Sprintf("%+v", value),
		"%#v": fmt.Sprintf("%#v", value), "%s": fmt.Sprintf("%s", value),
		"json": string(doc), "slog": log.String(),
	} {
		if strings.Contains(got, "hunter2") || !strings.Contains(got, "[secret]") {
			t.Errorf("%s: got %s, want [secret] and not the value", way, got)
		}
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

func TestWeak(t *testing.T) {
	t.Parallel()
	counted := make([]byte, 32)
	for i := range counted {
		counted[i] = byte(i + 3)
	}
	for name, key := range map[string][]byte{
		"all zero":      make([]byte, 32),
		"too short":     {1, 2, 3},
		"a pass phrase": []byte("correct horse battery staple, 32"),
		"counted up":    counted,
		"repeated":      bytes.Repeat([]byte{0xde, 0xad, 0xbe, 0xef}, 8),
	} {
		if !secret.Weak(key) {
			t.Errorf("%s: got a sound key, want a weak one", name)
		}
	}
	key := make([]byte, 32)
	for range 20_000 {
		_, _ = rand.Read(key) // never fails
		if secret.Weak(key) {
			t.Fatalf("got %x called weak, want every random key taken", key)
		}
	}
}
