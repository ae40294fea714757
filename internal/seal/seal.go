// Package seal encrypts small things that are kept for a day: the answers that
// an idempotency key is answered with again. AES-256-GCM, a key file with the
// newest key first, the key's number before each sealed value.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"throughline/internal/secret"
)

const (
	version  = 1 // first byte of everything sealed
	prefix   = 1 + 4
	keyBytes = 32
)

// ErrNotOurs is the answer to anything that these keys did not seal, that was
// changed since, or that was sealed with another context. The three are never
// told apart.
var ErrNotOurs = errors.New("not sealed with these keys and this context")

// Keys seal with the newest key and open with any.
type Keys struct {
	newest uint32
	aeads  map[uint32]cipher.AEAD
}

// New returns keys that live as long as the process: for tests, and for a
// server that keeps nothing.
func New() *Keys {
	k := &Keys{newest: 1, aeads: map[uint32]cipher.AEAD{}}
	secret := make([]byte, keyBytes)
	_, _ = rand.Read(secret) // never fails
	k.aeads[1], _ = aead(secret)
	return k
}

// Load reads a key file: a line for each key, its number and its 32 bytes in
// base64, the newest first. Others than its owner may not read it.
func Load(path string) (*Keys, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("the answer key file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("the answer key file %s can be read by others: set its mode to 0600: %w", path, fs.ErrPermission)
	}
	data, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("the answer key file: %w", err)
	}
	k := &Keys{aeads: map[uint32]cipher.AEAD{}}
	for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		id, a, err := parse(line)
		if err != nil {
			return nil, fmt.Errorf("the answer key file %s, line %d: %w", path, i+1, err)
		}
		if k.aeads[id] != nil {
			return nil, fmt.Errorf("the answer key file %s names key %d twice", path, id)
		}
		if i == 0 {
			k.newest = id
		}
		k.aeads[id] = a
	}
	return k, nil
}

func parse(line string) (uint32, cipher.AEAD, error) {
	number, text, found := strings.Cut(strings.TrimSpace(line), " ")
	id, err := strconv.ParseUint(number, 10, 32)
	if !found || err != nil || id == 0 {
		return 0, nil, errors.New("want a number, a space and a key")
	}
	key, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(key) != keyBytes {
		return 0, nil, errors.New("the key is not 32 bytes in base64")
	}
	if secret.Weak(key) {
		return 0, nil, errors.New("the key is not random: make one with openssl rand -base64 32")
	}
	a, err := aead(key)
	return uint32(id), a, err
}

func aead(secret []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// Create writes a key file with one fresh key, readable by its owner alone. A
// file that exists is never touched: the error is fs.ErrExist.
func Create(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making the folder of the answer key file: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return fmt.Errorf("making the answer key file: %w", err)
	}
	secret := make([]byte, keyBytes)
	_, _ = rand.Read(secret) // never fails
	_, err = fmt.Fprintf(f, "1 %s\n", base64.StdEncoding.EncodeToString(secret))
	return errors.Join(err, f.Close())
}

// Seal encrypts plain. What it returns opens only with the same context.
func (k *Keys) Seal(plain, context []byte) ([]byte, error) {
	a := k.aeads[k.newest]
	out := make([]byte, prefix+a.NonceSize(), prefix+a.NonceSize()+len(plain)+a.Overhead())
	out[0] = version
	binary.BigEndian.PutUint32(out[1:], k.newest)
	nonce := out[prefix:]
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return a.Seal(out, nonce, plain, bind(out[:prefix], context)), nil //nolint:gosec // the nonce was drawn two lines up
}

// Open decrypts what Seal returned, or fails with ErrNotOurs.
func (k *Keys) Open(sealed, context []byte) ([]byte, error) {
	if len(sealed) < prefix || sealed[0] != version {
		return nil, ErrNotOurs
	}
	a := k.aeads[binary.BigEndian.Uint32(sealed[1:])]
	if a == nil || len(sealed) < prefix+a.NonceSize() {
		return nil, ErrNotOurs
	}
	nonce, rest := sealed[prefix:prefix+a.NonceSize()], sealed[prefix+a.NonceSize():]
	plain, err := a.Open(nil, nonce, rest, bind(sealed[:prefix], context))
	if err != nil {
		return nil, ErrNotOurs
	}
	return plain, nil
}

// bind is what a sealed value is tied to: the key it names, and its context.
func bind(head, context []byte) []byte {
	return append(append(make([]byte, 0, len(head)+len(context)), head...), context...)
}
