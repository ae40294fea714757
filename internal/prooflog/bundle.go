package prooflog

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// BundleFormat names the form of an evidence file.
const BundleFormat = "throughline audit evidence 1"

// Bundle is the evidence of one event: what was recorded, the way from it to the
// root of the log, and the checkpoint that signs the root. With the public key it
// proves the event without any database (docs/security/audit-log.md).
type Bundle struct {
	Format    string   `json:"format"`
	Event     Event    `json:"event"`
	Detail    *string  `json:"detail"` // exactly as the database wrote it; null: erased
	Salt      []byte   `json:"salt"`   // null: erased
	Seal      []byte   `json:"seal"`
	Leaf      int64    `json:"leaf"`      // its number in the log, from 0
	Inclusion []string `json:"inclusion"` // hashes in base64, from the leaf up (RFC 6962 section 2.1.1)
	// Checkpoint is the signed note.
	Checkpoint string `json:"checkpoint"`
	// Consistency shows that the checkpoint of FromSize events is the beginning of
	// this one (RFC 6962 section 2.1.2). Nothing where nobody asked for it.
	FromSize    int64    `json:"from_size,omitempty"`
	Consistency []string `json:"consistency,omitempty"`
}

// Hashes writes the hashes of a proof in base64.
func Hashes(list []tlog.Hash) []string {
	out := make([]string, len(list))
	for i, h := range list {
		out[i] = base64.StdEncoding.EncodeToString(h[:])
	}
	return out
}

// parseHashes reads what Hashes wrote.
func parseHashes(list []string) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(list))
	for i, s := range list {
		b, err := base64.StdEncoding.Strict().DecodeString(s)
		if err != nil || len(b) != tlog.HashSize {
			return nil, errors.New("a hash of the proof is not written as it should be")
		}
		copy(out[i][:], b)
	}
	return out, nil
}

// ReadBundle reads an evidence file. What it does not know it refuses: a file
// that says more than is proved would mislead.
func ReadBundle(data []byte) (Bundle, error) {
	var b Bundle
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&b); err != nil || d.More() {
		return Bundle{}, errors.New("this is not an evidence file of the audit log")
	}
	if b.Format != BundleFormat {
		return Bundle{}, fmt.Errorf("this evidence file is of another form than %q", BundleFormat)
	}
	return b, nil
}

// CheckSince proves that an earlier checkpoint, which somebody kept, is the
// beginning of the one in the bundle. The bundle has to have been asked for with
// the size of that checkpoint.
func (b Bundle) CheckSince(p Public, earlier string) error {
	old, err := p.Open(earlier)
	if err != nil {
		return err
	}
	c, err := p.Open(b.Checkpoint)
	if err != nil {
		return err
	}
	proof, err := parseHashes(b.Consistency)
	if err != nil {
		return err
	}
	if b.FromSize != old.Size || old.Size > c.Size || tlog.CheckTree(proof, c.Size, c.Root, old.Size, old.Root) != nil {
		return fmt.Errorf("the evidence does not show that the log of the earlier checkpoint, of %d events, is the beginning of this one", old.Size)
	}
	return nil
}

// Check proves the event of the bundle by the log's public keys alone, and
// returns the checkpoint it was proved by. An error says what is wrong: the
// checkpoint is not signed, the event is not in what was signed, or its detail is
// not the one that was sealed.
func (b Bundle) Check(p Public) (Checkpoint, error) {
	c, err := p.Open(b.Checkpoint)
	if err != nil {
		return Checkpoint{}, err
	}
	proof, err := parseHashes(b.Inclusion)
	if err != nil {
		return c, err
	}
	if b.Leaf < 0 || b.Leaf >= c.Size || tlog.CheckRecord(proof, c.Size, c.Root, b.Leaf, b.Event.Hash(b.Seal)) != nil {
		return c, errors.New("the event is not what was signed, or the proof is of another event")
	}
	switch {
	case b.Detail == nil && len(b.Salt) == 0: // erased: the rest stands
	case b.Detail == nil || len(b.Salt) != SaltBytes || !bytes.Equal(Seal(b.Salt, *b.Detail), b.Seal):
		return c, errors.New("the detail is not the one that was sealed")
	}
	return c, nil
}
