// Package vault seals what must not be read in a stolen copy of the database:
// where somebody is and how to reach them, what happened in anybody's words,
// and the copies of both. AES-256-GCM by tink, a keyset for each class of
// content, bound to table, column and row. The keysets lie in the database,
// wrapped by a key that does not: without KMS_URI's key a copy says nothing.
package vault

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
	"golang.org/x/text/unicode/norm"

	"throughline/models"
)

// Why a value does not open. The content is in none of them.
var (
	ErrNoKeys     = errors.New("no data keys are loaded")
	ErrUnknownKey = errors.New("sealed under a key that is not loaded or was disabled")
	ErrInClear    = errors.New("not sealed at all")
	ErrTampered   = errors.New("changed, or moved from another row or column")
)

// ring is what one loading of the keysets gives. It never changes.
type ring struct {
	seals    map[Class]tink.AEAD
	primary  map[Class]uint32
	known    map[Class]map[uint32]bool
	lookUps  map[Class]prf.PRF
	versions map[Class]int
}

// Vault seals and opens. It holds the keys in memory, loaded once; Use takes
// newer ones. The zero value has none, and refuses everything.
type Vault struct {
	ring   atomic.Pointer[ring]
	missed atomic.Bool
}

// Missed reports, once, whether something was sealed under a key that is not
// loaded: another process has rotated, and the keysets need loading again.
func (v *Vault) Missed() bool { return v.missed.Swap(false) }

// Primary is the id of the key a class is sealed under now; false without keys.
func (v *Vault) Primary(c Class) (uint32, bool) {
	r := v.rings()
	if r == nil {
		return 0, false
	}
	id, ok := r.primary[c]
	return id, ok
}

// Versions are the versions of the keysets that are loaded, by class.
func (v *Vault) Versions() map[Class]int {
	if r := v.rings(); r != nil {
		return r.versions
	}
	return nil
}

func (v *Vault) rings() *ring {
	if v == nil {
		return nil
	}
	return v.ring.Load()
}

const (
	tinkPrefix = 5 // 1 and the key's id
	// overhead is what sealing adds: the prefix, a nonce and a tag.
	overhead = tinkPrefix + 12 + 16
)

// KeyID reads under which key a value was sealed; false for what is not sealed.
func KeyID(sealed []byte) (uint32, bool) {
	if len(sealed) < overhead || sealed[0] != 1 {
		return 0, false
	}
	return binary.BigEndian.Uint32(sealed[1:tinkPrefix]), true
}

// Empty reports whether a column holds nothing: null, or what the database
// puts in place of content that was taken away.
func Empty(stored []byte) bool {
	return len(stored) == 0 || len(stored) == 2 && stored[0] == '{' && stored[1] == '}'
}

// Open gives back what was sealed for a column of a row; nothing for nothing.
// It fails with an internal error that names the column and says why, never
// with another's content.
func (v *Vault) Open(c Column, row uuid.UUID, sealed []byte) ([]byte, error) {
	if Empty(sealed) {
		return nil, nil
	}
	plain, err := v.open(c, row, sealed)
	if err != nil {
		return nil, models.Internal("opening "+c.String(), err)
	}
	return plain, nil
}

func (v *Vault) open(c Column, row uuid.UUID, sealed []byte) ([]byte, error) {
	r := v.rings()
	if r == nil {
		return nil, ErrNoKeys
	}
	id, ok := KeyID(sealed)
	if !ok {
		return nil, ErrInClear
	}
	class := specs[c].Class
	if !r.known[class][id] {
		v.missed.Store(true)
		return nil, ErrUnknownKey
	}
	plain, err := r.seals[class].Decrypt(sealed, c.bound(row))
	if err != nil {
		return nil, ErrTampered
	}
	return plain, nil
}

// Bytes seals content for a column of a row; nothing stays nothing. What the
// database would not take as text is invalid here too.
func (v *Vault) Bytes(c Column, row uuid.UUID, plain []byte) ([]byte, error) {
	if len(plain) == 0 {
		return nil, nil
	}
	if c != BlobKey && (!utf8.Valid(plain) || bytes.IndexByte(plain, 0) >= 0 || holdsNUL(plain, c)) { // a key is no text
		return nil, models.Invalid(models.Field("", models.FieldInvalid, "Remove characters that cannot be stored"))
	}
	r := v.rings()
	if r == nil {
		return nil, models.Internal("sealing "+c.String(), ErrNoKeys)
	}
	if row == uuid.Nil {
		return nil, models.Internal("sealing "+c.String(), errors.New("the row has no key yet"))
	}
	out, err := r.seals[specs[c].Class].Encrypt(plain, c.bound(row))
	if err != nil {
		return nil, models.Internal("sealing "+c.String(), err)
	}
	return out, nil
}

// Seal seals a text, as an argument of a statement; empty: null.
func (v *Vault) Seal(c Column, row uuid.UUID, text string) Sealed {
	b, err := v.Bytes(c, row, []byte(text))
	return Sealed{b, err}
}

// holdsNUL finds the character U+0000 written as an escape in a JSON column,
// which the database's own JSON would refuse.
func holdsNUL(plain []byte, c Column) bool {
	if !specs[c].JSON {
		return false
	}
	for i := 0; i+5 < len(plain); i++ {
		if plain[i] != '\\' {
			continue
		}
		if string(plain[i+1:i+6]) == "u0000" {
			return true
		}
		i++ // an escaped backslash escapes nothing more
	}
	return false
}

// SealAny is Seal for a text that may be missing.
func (v *Vault) SealAny(c Column, row uuid.UUID, text *string) Sealed {
	if text == nil {
		return Sealed{}
	}
	return v.Seal(c, row, *text)
}

// SealJSON seals a value as JSON. A null or empty object is "{}", as it is
// stored where there is nothing.
func (v *Vault) SealJSON(c Column, row uuid.UUID, value any) Sealed {
	text, err := json.Marshal(value)
	if err != nil {
		return Sealed{err: models.Internal("writing "+c.String(), err)}
	}
	if s := string(text); s == "null" || s == "{}" {
		return Sealed{b: []byte("{}")}
	}
	b, err := v.Bytes(c, row, text)
	return Sealed{b, err}
}

// keySize is the length of a look-up key, after a byte that tells it from text.
const keySize = 16

// LookUp makes the key by which a value is found; empty: none. The value is
// folded first: compatibility forms, case and spaces make no difference.
func (v *Vault) LookUp(k Key, value string) Sealed {
	folded := strings.ToLower(norm.NFKC.String(strings.Join(strings.Fields(value), " ")))
	if folded == "" {
		return Sealed{}
	}
	r := v.rings()
	if r == nil {
		return Sealed{err: models.Internal("looking up", ErrNoKeys)}
	}
	s := keySpecs[k]
	sum, err := r.lookUps[s.Class].ComputePRF([]byte(s.Table+"."+s.Name+"\x00"+folded), keySize)
	if err != nil {
		return Sealed{err: models.Internal("looking up", err)}
	}
	return Sealed{b: append(append(make([]byte, 0, 1+keySize), 1), sum...)}
}

// IsLookUp reports whether a stored key was made by LookUp, not in clear.
func IsLookUp(stored []byte) bool { return len(stored) == 1+keySize && stored[0] == 1 }

// Anew seals a stored value again: text in clear of the release before, and
// what an older key sealed. What the newest key sealed comes back as it is.
func (v *Vault) Anew(c Column, row uuid.UUID, stored []byte) ([]byte, error) {
	if Empty(stored) {
		return stored, nil
	}
	id, sealed := KeyID(stored)
	if newest, ok := v.Primary(specs[c].Class); sealed && ok && id == newest {
		return stored, nil
	}
	plain := stored
	if sealed {
		var err error
		if plain, err = v.Open(c, row, stored); err != nil {
			return nil, err
		}
	}
	return v.Bytes(c, row, plain)
}

// FoundAnew makes the key of a value that is stored in clear; a key stays.
func (v *Vault) FoundAnew(k Key, stored []byte) ([]byte, error) {
	if len(stored) == 0 || IsLookUp(stored) {
		return stored, nil
	}
	return v.LookUp(k, string(stored)).BytesValue()
}
