package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"

	"throughline/internal/seal"
)

// KEKOptions say where the key-encryption key is.
type KEKOptions struct {
	URI       string // file:///path/to/kek.key, or hcvault://host:port/transit/keys/name
	TokenFile string // of hcvault: a file with the token, read anew each time
	Make      bool   // make the file of a file:// that is not there
}

// OpenKEK finds the key-encryption key. It reads a file at once; a server is
// asked when something is wrapped or unwrapped.
func OpenKEK(o KEKOptions) (KEK, error) {
	u, err := url.Parse(o.URI)
	if err != nil { // it would quote the address
		return nil, errors.New("KMS_URI is not an address such as file:///path or hcvault://host:8200/transit/keys/name")
	}
	switch u.Scheme {
	case "file":
		return openFile(filepath.Join(u.Host, u.Path), o.Make) // file://./var keeps its dot as the host
	case "hcvault":
		return newTransit(u, o.TokenFile)
	}
	return nil, errors.New("KMS_URI must begin with file:// or hcvault://")
}

// FileURI is the address of a key-encryption key in a file.
func FileURI(path string) string { return "file://" + path }

// fileKEK is a key-encryption key in a file that only its owner can read: the
// newest line wraps, the others unwrap what was wrapped before.
type fileKEK struct {
	path string
	keys *seal.Keys
}

func openFile(path string, create bool) (KEK, error) {
	if create {
		if err := seal.Create(path); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("the key-encryption key: %w", err)
		}
	}
	keys, err := seal.Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the key-encryption key is not at %s: put the file back from where it is kept; without it nothing that was sealed can be read: %w", path, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("the key-encryption key: %w", err)
	}
	return &fileKEK{path, keys}, nil
}

func (k *fileKEK) EncryptWithContext(_ context.Context, plaintext, associatedData []byte) ([]byte, error) {
	return k.keys.Seal(plaintext, associatedData)
}

func (k *fileKEK) DecryptWithContext(_ context.Context, ciphertext, associatedData []byte) ([]byte, error) {
	plain, err := k.keys.Open(ciphertext, associatedData)
	if err != nil {
		return nil, ErrWrongKEK
	}
	return plain, nil
}

func (k *fileKEK) Name() string { return FileURI(k.path) }
