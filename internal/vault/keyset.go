package vault

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Keyset is the keys of one class: one that seals, and others that open what
// was sealed before.
type Keyset struct {
	Class   Class
	Version int
	handle  *keyset.Handle
}

// MakeKeyset draws the first key of a class.
func MakeKeyset(c Class) (*Keyset, error) {
	template := aead.AES256GCMKeyTemplate()
	if c.LooksUp() {
		template = prf.HMACSHA256PRFKeyTemplate()
	}
	h, err := keyset.NewHandle(template)
	if err != nil {
		return nil, fmt.Errorf("drawing a data key: %w", err)
	}
	return &Keyset{Class: c, Version: 1, handle: h}, nil
}

// KEK wraps keysets: the key-encryption key, which never lies beside the data.
type KEK interface {
	// EncryptWithContext wraps; what it returns unwraps only with the same
	// associated data.
	EncryptWithContext(ctx context.Context, plaintext, associatedData []byte) ([]byte, error)
	// DecryptWithContext unwraps, or fails with ErrWrongKEK where this key did
	// not wrap it.
	DecryptWithContext(ctx context.Context, ciphertext, associatedData []byte) ([]byte, error)
	// Name says where the key is, without a secret.
	Name() string
}

// ErrWrongKEK is the answer of a key-encryption key to what it did not wrap.
var ErrWrongKEK = errors.New("this key-encryption key did not wrap these data keys")

func purpose(c Class) []byte { return []byte("throughline|data keys|" + string(c)) }

// Wrap returns the keyset as it is stored.
func (k *Keyset) Wrap(ctx context.Context, kek KEK) ([]byte, error) {
	var out bytes.Buffer
	if err := k.handle.WriteWithContext(ctx, keyset.NewBinaryWriter(&out), kek, purpose(k.Class)); err != nil {
		return nil, fmt.Errorf("wrapping the data keys of %s with %s: %w", k.Class, kek.Name(), err)
	}
	return out.Bytes(), nil
}

// Unwrap reads a stored keyset.
func Unwrap(ctx context.Context, c Class, version int, wrapped []byte, kek KEK) (*Keyset, error) {
	asked := &heard{KEK: kek}
	h, err := keyset.ReadWithContext(ctx, keyset.NewBinaryReader(bytes.NewReader(wrapped)), asked, purpose(c))
	if err != nil {
		return nil, fmt.Errorf("unwrapping the data keys of %s with %s: %w", c, kek.Name(), cmp.Or(asked.err, err))
	}
	return &Keyset{Class: c, Version: version, handle: h}, nil
}

// heard keeps what a key-encryption key answered, which tink repeats in words.
type heard struct {
	KEK
	err error
}

func (h *heard) DecryptWithContext(ctx context.Context, ciphertext, associatedData []byte) ([]byte, error) {
	plain, err := h.KEK.DecryptWithContext(ctx, ciphertext, associatedData)
	h.err = err
	return plain, err
}

// KeyInfo is one key of a keyset, without the key.
type KeyInfo struct {
	ID      uint32
	Primary bool
	Enabled bool
}

// Keys lists the keys, the oldest first.
func (k *Keyset) Keys() []KeyInfo {
	out := make([]KeyInfo, k.handle.Len())
	for i := range out {
		e, err := k.handle.Entry(i)
		if err != nil {
			continue // i is within its length
		}
		out[i] = KeyInfo{ID: e.KeyID(), Primary: e.IsPrimary(), Enabled: e.KeyStatus() == keyset.Enabled}
	}
	return out
}

// Primary is the id of the key that seals.
func (k *Keyset) Primary() uint32 {
	keys := k.Keys()
	return keys[slices.IndexFunc(keys, func(i KeyInfo) bool { return i.Primary })].ID
}

// change returns the keyset after a change by tink's manager.
func (k *Keyset) change(do func(*keyset.Manager) error) (*Keyset, error) {
	m := keyset.NewManagerFromHandle(k.handle)
	if err := do(m); err != nil {
		return nil, fmt.Errorf("changing the data keys of %s: %w", k.Class, err)
	}
	h, err := m.Handle()
	if err != nil {
		return nil, fmt.Errorf("changing the data keys of %s: %w", k.Class, err)
	}
	return &Keyset{Class: k.Class, Version: k.Version + 1, handle: h}, nil
}

// Announce adds a new key that opens and does not seal yet, so that every
// process knows it before any of them seals with it.
func (k *Keyset) Announce() (*Keyset, error) {
	if k.Class.LooksUp() {
		return nil, errors.New("keys that values are looked up by are not rotated: the same value must give the same key")
	}
	return k.change(func(m *keyset.Manager) error {
		_, err := m.Add(aead.AES256GCMKeyTemplate())
		return err
	})
}

// Promote lets the newest key seal.
func (k *Keyset) Promote() (*Keyset, error) {
	keys := k.Keys()
	return k.change(func(m *keyset.Manager) error { return m.SetPrimary(keys[len(keys)-1].ID) })
}

// Retire disables every key but the one that seals: when nothing is sealed
// under them any more.
func (k *Keyset) Retire() (*Keyset, error) {
	return k.change(func(m *keyset.Manager) error {
		for _, key := range k.Keys() {
			if key.Enabled && !key.Primary {
				if err := m.Disable(key.ID); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Use takes keysets, one for each class, in place of those before.
func (v *Vault) Use(sets []*Keyset) error {
	r := &ring{
		seals: map[Class]tink.AEAD{}, primary: map[Class]uint32{}, known: map[Class]map[uint32]bool{}, lookUps: map[Class]prf.PRF{},
		versions: map[Class]int{},
	}
	for _, k := range sets {
		if err := r.add(k); err != nil {
			return fmt.Errorf("the data keys of %s: %w", k.Class, err)
		}
	}
	for _, c := range Classes() {
		if r.versions[c] == 0 {
			return fmt.Errorf("there are no data keys of %s", c)
		}
	}
	v.ring.Store(r)
	return nil
}

func (r *ring) add(k *Keyset) error {
	r.versions[k.Class], r.primary[k.Class] = k.Version, k.Primary()
	if k.Class.LooksUp() {
		set, err := prf.NewPRFSet(k.handle)
		if err != nil {
			return err
		}
		r.lookUps[k.Class] = set.PRFs[set.PrimaryID]
		return nil
	}
	a, err := aead.New(k.handle)
	if err != nil {
		return err
	}
	r.seals[k.Class], r.known[k.Class] = a, map[uint32]bool{}
	for _, key := range k.Keys() {
		if key.Enabled {
			r.known[k.Class][key.ID] = true
		}
	}
	return nil
}

// Temporary returns a vault with keys that live as long as the process: for
// tests, and for measuring.
func Temporary() *Vault {
	v, sets := &Vault{}, []*Keyset{}
	for _, c := range Classes() {
		k, err := MakeKeyset(c)
		if err != nil {
			panic("vault: " + err.Error()) // the templates are ours
		}
		sets = append(sets, k)
	}
	if err := v.Use(sets); err != nil {
		panic("vault: " + err.Error())
	}
	return v
}
