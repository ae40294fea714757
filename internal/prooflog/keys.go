// Package prooflog makes of the audit trail a log that can be proved with a
// public key alone: what is hashed of an event, the tree over the hashes
// (RFC 6962), what is signed of the tree (a C2SP checkpoint in a signed note),
// and the evidence of one event. It knows no database and no settings, so that a
// court's expert can read all of it in an hour.
package prooflog

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Keys sign checkpoints with the newest key and verify with any that ever did.
type Keys struct {
	Public
	signer note.Signer
}

// Public are the public keys of one log, the newest first.
type Public struct {
	Name      string // of the log; the same in every key and checkpoint
	lines     []string
	verifiers note.Verifiers
}

// String is what a file of public keys holds: a line for each, newest first.
func (p Public) String() string { return strings.Join(p.lines, "\n") + "\n" }

// LoadKeys reads a key file: the private key, and below it the public keys of
// those before. Others than its owner may not read it.
func LoadKeys(path string) (*Keys, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("the audit key file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("the audit key file %s can be read by others: set its mode to 0600: %w", path, fs.ErrPermission)
	}
	data, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("the audit key file: %w", err)
	}
	private, older, _ := strings.Cut(strings.TrimSpace(string(data)), "\n")
	k := &Keys{}
	if k.signer, err = note.NewSigner(private); err != nil {
		return nil, fmt.Errorf("the audit key file %s holds no signing key in its first line", path)
	}
	public, err := publicOf(private)
	if err != nil {
		return nil, fmt.Errorf("the audit key file %s: %w", path, err)
	}
	if k.Public, err = ParsePublic(public + "\n" + older); err != nil {
		return nil, fmt.Errorf("the audit key file %s: %w", path, err)
	}
	return k, nil
}

// publicOf is the public half of a signing key, as note writes both.
func publicOf(private string) (string, error) {
	parts := strings.SplitN(strings.TrimPrefix(private, "PRIVATE+KEY+"), "+", 3)
	if len(parts) != 3 {
		return "", errors.New("the signing key is not written as it should be")
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return "", errors.New("the signing key is not an Ed25519 key")
	}
	public, _ := ed25519.NewKeyFromSeed(raw[1:]).Public().(ed25519.PublicKey)
	return note.NewEd25519VerifierKey(parts[0], public)
}

// ParsePublic reads public keys, a line for each. All must be of one log.
func ParsePublic(text string) (Public, error) {
	var p Public
	var list []note.Verifier
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		v, err := note.NewVerifier(line)
		if err != nil {
			return Public{}, errors.New("a line of the public keys is not a key")
		}
		if p.Name != "" && v.Name() != p.Name {
			return Public{}, errors.New("the public keys are of different logs")
		}
		p.Name, p.lines, list = v.Name(), append(p.lines, line), append(list, v)
	}
	if len(list) == 0 {
		return Public{}, errors.New("there is no public key")
	}
	p.verifiers = note.VerifierList(list...)
	return p, nil
}

// CreateKeys writes a key file for a log of a name, readable by its owner alone.
// A file that exists is never touched: the error is fs.ErrExist.
func CreateKeys(path, name string) error {
	private, _, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return fmt.Errorf("making the audit key: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making the folder of the audit key file: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return fmt.Errorf("making the audit key file: %w", err)
	}
	_, err = fmt.Fprintln(f, private)
	return errors.Join(err, f.Close())
}

// RotateKeys puts a fresh key in front. Of the key before only the public half is
// kept: it can verify what it signed, and sign nothing more.
func RotateKeys(path string) (Public, error) {
	k, err := LoadKeys(path)
	if err != nil {
		return Public{}, err
	}
	private, _, err := note.GenerateKey(rand.Reader, k.Name)
	if err != nil {
		return Public{}, fmt.Errorf("making the audit key: %w", err)
	}
	fresh := path + ".new"
	if err := os.WriteFile(fresh, []byte(private+"\n"+k.String()), 0o600); err != nil { //nolint:gosec // the operator names the file
		return Public{}, fmt.Errorf("writing the audit key file: %w", err)
	}
	if err := os.Rename(fresh, path); err != nil {
		return Public{}, fmt.Errorf("writing the audit key file: %w", err)
	}
	if k, err = LoadKeys(path); err != nil {
		return Public{}, err
	}
	return k.Public, nil
}

// NewKeys makes a key that lives in memory only: for tests, and for a
// demonstration that keeps nothing.
func NewKeys(name string) (*Keys, error) {
	private, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return nil, err
	}
	k := &Keys{}
	if k.signer, err = note.NewSigner(private); err != nil {
		return nil, err
	}
	k.Public, err = ParsePublic(public)
	return k, err
}
