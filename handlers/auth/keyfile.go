package auth

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// record is one key as the file holds it: a private JSON Web Key (RFC 8037)
// with the times of its use.
type record struct {
	ID      string     `json:"kid"`
	Type    string     `json:"kty"`
	Curve   string     `json:"crv"`
	Use     string     `json:"use"`
	Alg     string     `json:"alg"`
	X       string     `json:"x"`
	D       string     `json:"d"`
	Created time.Time  `json:"created"`
	Retired *time.Time `json:"retired,omitempty"`
}

type keyFile struct {
	Keys []record `json:"keys"`
}

var keyID = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)

// CreateKeys writes a key file with one fresh key, readable by its owner
// alone. A file that exists is never touched: the error is fs.ErrExist.
func CreateKeys(path string, now time.Time) error {
	rec, err := newRecord(now)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making the folder of the key file: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the path is the operator's setting
	if err != nil {
		return fmt.Errorf("making the key file: %w", err)
	}
	return errors.Join(writeRecords(f, []record{rec}), f.Close())
}

// RotateKeys adds a fresh key that signs from this moment, retires the ones
// before it, and drops keys whose last token ended long ago. Running processes
// read the file when they meet the new key. It returns the new key's id.
func RotateKeys(path string, now time.Time) (string, error) {
	records, err := readRecords(path)
	if err != nil {
		return "", err
	}
	at := now.UTC()
	kept := records[:0]
	for _, r := range records {
		if r.Retired == nil {
			r.Retired = &at
		}
		if at.Sub(*r.Retired) < 24*time.Hour {
			kept = append(kept, r)
		}
	}
	fresh, err := newRecord(now)
	if err != nil {
		return "", err
	}
	return fresh.ID, replaceFile(path, append(kept, fresh))
}

// replaceFile writes beside the file and renames, so that a reader sees the
// old set or the new one and never half of either.
func replaceFile(path string, records []record) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".keys-*")
	if err != nil {
		return fmt.Errorf("writing the key file: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	if err := errors.Join(f.Chmod(0o600), writeRecords(f, records), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing the key file: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("replacing the key file: %w", err)
	}
	return nil
}

func writeRecords(f *os.File, records []record) error {
	enc := json.NewEncoder(f)
	enc.SetIndent("", "  ")
	return enc.Encode(keyFile{Keys: records})
}

func readRecords(path string) ([]record, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("the key file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("the key file %s can be read by others: set its mode to 0600: %w", path, fs.ErrPermission)
	}
	data, err := os.ReadFile(path) //nolint:gosec // the path is the operator's setting
	if err != nil {
		return nil, fmt.Errorf("the key file: %w", err)
	}
	var file keyFile
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("the key file %s is not a set of keys", path)
	}
	return file.Keys, nil
}

func readKeys(path string) (*keySet, error) {
	records, err := readRecords(path)
	if err != nil {
		return nil, err
	}
	set, err := build(records)
	if err != nil {
		return nil, fmt.Errorf("the key file %s: %w", path, err)
	}
	return set, nil
}

// key checks that the two halves belong together and works out the header of
// the tokens it signs.
func (r record) key() (*key, error) {
	seed, errD := base64.RawURLEncoding.Strict().DecodeString(r.D)
	public, errX := base64.RawURLEncoding.Strict().DecodeString(r.X)
	if r.Type != "OKP" || r.Curve != "Ed25519" || errD != nil || errX != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("the key %q is not an Ed25519 key", r.ID)
	}
	if !keyID.MatchString(r.ID) || r.Created.IsZero() {
		return nil, errors.New("a key has no sound id or no time of creation")
	}
	private := ed25519.NewKeyFromSeed(seed)
	derived := private.Public().(ed25519.PublicKey)
	if !bytes.Equal(derived, public) {
		return nil, fmt.Errorf("the two halves of the key %q do not belong together", r.ID)
	}
	made := &key{id: r.ID, header: headerOf(r.ID), public: derived, private: private, created: r.Created}
	if r.Retired != nil {
		made.retired = *r.Retired
	}
	return made, nil
}

func headerOf(id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"EdDSA","kid":"` + id + `","typ":"at+jwt"}`))
}
