package auth

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// How soon a rotation made by another process is noticed. An unknown key id
// reads the file again, but not more often than reloadAfter, so a stream of
// invented ids costs nothing. Whoever signs looks again after signAfter, and a
// retired key is taken for signAfter longer, so no token is lost between.
const (
	reloadAfter = 5 * time.Second
	signAfter   = time.Minute
)

// key is one signing key. Header is the exact first segment of every token it
// signs: a token whose header is not one of ours, byte for byte, has no key.
type key struct {
	id      string
	header  string
	public  ed25519.PublicKey
	private ed25519.PrivateKey
	created time.Time
	retired time.Time // zero while it signs
}

// Keys is the set of signing keys of one file. The newest key that is not
// retired signs; a retired key verifies until the last token it signed has
// ended. It is safe for concurrent use.
type Keys struct {
	path string
	set  atomic.Pointer[keySet]
	mu   sync.Mutex
	read time.Time
}

type keySet struct {
	signing  *key
	byHeader map[string]*key
}

// LoadKeys reads the key file at path. It fails when the file is missing, can
// be read by others than its owner, holds a key that is not a sound Ed25519
// pair, or has no key to sign with.
func LoadKeys(path string) (*Keys, error) {
	k := &Keys{path: path}
	set, err := readKeys(path)
	if err != nil {
		return nil, err
	}
	k.set.Store(set)
	return k, nil
}

// NewKeys makes a set with one fresh key that lives in memory only: for tests,
// and for a demonstration that keeps nothing.
func NewKeys(now time.Time) (*Keys, error) {
	rec, err := newRecord(now)
	if err != nil {
		return nil, err
	}
	set, err := build([]record{rec})
	if err != nil {
		return nil, err
	}
	k := &Keys{}
	k.set.Store(set)
	return k, nil
}

// find returns the key whose tokens begin with header, nil when there is none.
// The header is only ever compared: nothing in it names a file or an address.
func (k *Keys) find(header string, now time.Time) *key {
	if found := k.set.Load().byHeader[header]; found != nil {
		return found
	}
	if !k.reload(now, reloadAfter) {
		return nil
	}
	return k.set.Load().byHeader[header]
}

// reload reads the file again unless that was done less than every ago. A file
// that does not read leaves the keys in use as they are.
func (k *Keys) reload(now time.Time, every time.Duration) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.path == "" || now.Sub(k.read) < every {
		return false
	}
	k.read = now
	set, err := readKeys(k.path)
	if err != nil {
		return false
	}
	k.set.Store(set)
	return true
}

func (k *Keys) signing(now time.Time) *key {
	k.reload(now, signAfter)
	return k.set.Load().signing
}

// build checks the records and makes the set of them.
func build(records []record) (*keySet, error) {
	set := &keySet{byHeader: make(map[string]*key, len(records))}
	for _, r := range records {
		made, err := r.key()
		if err != nil {
			return nil, err
		}
		if set.byHeader[made.header] != nil {
			return nil, fmt.Errorf("the key id %q is there twice", made.id)
		}
		set.byHeader[made.header] = made
		if made.retired.IsZero() && (set.signing == nil || made.created.After(set.signing.created)) {
			set.signing = made
		}
	}
	if set.signing == nil {
		return nil, errors.New("no key is in use: every key is retired")
	}
	return set, nil
}

func newRecord(now time.Time) (record, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return record{}, fmt.Errorf("making a signing key: %w", err)
	}
	id := make([]byte, 9)
	if _, err := rand.Read(id); err != nil {
		return record{}, fmt.Errorf("naming a signing key: %w", err)
	}
	enc := base64.RawURLEncoding
	return record{
		ID: enc.EncodeToString(id), Type: "OKP", Curve: "Ed25519", Use: "sig", Alg: "EdDSA",
		X: enc.EncodeToString(public), D: enc.EncodeToString(private.Seed()), Created: now.UTC(),
	}, nil
}
