package secret

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

// KeySize is how many bytes a key has.
const KeySize = 32

// Key is a secret key that cannot be printed.
type Key struct{ bytes [KeySize]byte }

// Bytes gives the key back, for the cipher.
func (k Key) Bytes() []byte { return append([]byte(nil), k.bytes[:]...) }

// String keeps the key out of fmt's %v and %s.
func (Key) String() string { return hidden }

// GoString keeps the key out of fmt's %#v.
func (Key) GoString() string { return hidden }

// LogValue keeps the key out of logs.
func (Key) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText keeps the key out of JSON.
func (Key) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// NewKey makes a random key.
func NewKey() Key {
	var k Key
	_, _ = rand.Read(k.bytes[:]) // never fails
	return k
}

// CreateKey writes a fresh key to a file that only its owner can read. A file
// that is there already is left as it is, without an error.
func CreateKey(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making the folder of the key: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("making the key: %w", err)
	}
	k := NewKey()
	_, err = f.WriteString(hex.EncodeToString(k.bytes[:]) + "\n")
	return errors.Join(err, f.Close())
}

// ReadKey reads a key of 32 bytes, written in hexadecimal, base64 or as it is.
// It refuses a file that others can read and a key that is no random one. No
// error holds any of the key.
func ReadKey(path string) (Key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Key{}, fmt.Errorf("the key file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Key{}, fmt.Errorf("the key file %s can be read by others: set its mode to 0600: %w", path, fs.ErrPermission)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return Key{}, fmt.Errorf("the key file: %w", err)
	}
	b, ok := decode(raw)
	if !ok {
		return Key{}, fmt.Errorf("the key file %s does not hold 32 bytes, in hexadecimal, base64 or as they are", path)
	}
	if weak(b) {
		return Key{}, fmt.Errorf("the key in %s is not random: make one with openssl rand -hex 32", path)
	}
	return Key{[KeySize]byte(b)}, nil
}

func decode(raw []byte) ([]byte, bool) {
	text := strings.TrimSpace(string(raw))
	for _, from := range []func(string) ([]byte, error){
		hex.DecodeString, base64.StdEncoding.DecodeString, base64.RawURLEncoding.DecodeString,
	} {
		if b, err := from(text); err == nil && len(b) == KeySize {
			return b, true
		}
	}
	return raw, len(raw) == KeySize
}

// weak finds keys somebody typed. Of 32 random bytes fewer than 20 differ once
// in some ten million million keys; a repeated or counted-up word shows at
// once, and so does one made of letters alone.
func weak(b []byte) bool {
	seen := map[byte]bool{}
	printable, rising := 0, 0
	for i, c := range b {
		seen[c] = true
		if c >= ' ' && c <= '~' {
			printable++
		}
		if i > 0 && c == b[i-1]+1 {
			rising++
		}
	}
	return len(seen) < 20 || printable == len(b) || rising > len(b)/2
}
