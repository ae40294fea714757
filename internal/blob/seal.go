package blob

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"
)

// KeySize is the length of the key that each content is sealed with.
const KeySize = 32

const segment = 64 << 10

// ErrTampered is the answer to content that was changed, cut, lengthened or
// put in the place of another.
var ErrTampered = errors.New("the content is not what was kept")

// NewKey makes a key for one content. It is kept sealed, beside what is known
// of the file: whoever takes the store alone has noise, and a change of the
// keys that seal it leaves the store as it is.
func NewKey() []byte {
	key := make([]byte, KeySize)
	_, _ = rand.Read(key) // never fails
	// As letters: it is kept like every sealed text, which holds no NUL.
	return []byte(hex.EncodeToString(key))
}

// Seal encrypts content, in pieces that are bound to their order, to the end,
// and to what it belongs to (AES-256-GCM-HKDF, of tink).
func Seal(key, content, belongs []byte) ([]byte, error) {
	cipher, err := subtle.NewAESGCMHKDF(key, "SHA256", KeySize, segment, 0)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w, err := cipher.NewEncryptingWriter(&out, belongs)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Unseal is the way back. All of the content is whole, or none of it is given.
func Unseal(key, sealed, belongs []byte) ([]byte, error) {
	cipher, err := subtle.NewAESGCMHKDF(key, "SHA256", KeySize, segment, 0)
	if err != nil {
		return nil, err
	}
	r, err := cipher.NewDecryptingReader(bytes.NewReader(sealed), belongs)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTampered, err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTampered, err)
	}
	return content, nil
}
