package prooflog

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint is what is signed of the log: its name, how many events it holds and
// the hash over all of them, in the format of c2sp.org/tlog-checkpoint. The lines
// after these are ours: which checkpoint it is, when it was signed, and how far
// the database had been read by then.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	Number int64     // 1, 2, 3 ...
	Time   time.Time // when it was signed, to the second
	Read   string    // the database and the snapshot that was read
}

// text is what is signed.
func (c Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\nnumber %d\ntime %s\nread %s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]),
		c.Number, c.Time.UTC().Format(time.RFC3339), c.Read)
}

// Sign returns the checkpoint as a signed note.
func (k *Keys) Sign(c Checkpoint) (string, error) {
	c.Origin = k.Name
	signed, err := note.Sign(&note.Note{Text: c.text()}, k.signer)
	if err != nil {
		return "", fmt.Errorf("signing a checkpoint: %w", err)
	}
	return string(signed), nil
}

// ErrNotSigned says that no key of the log signed a text, as it stands.
var ErrNotSigned = errors.New("no key of this log signed this checkpoint as it stands")

// Open reads a signed checkpoint. It returns ErrNotSigned where no key of the log
// signed exactly this.
func (p Public) Open(signed string) (Checkpoint, error) {
	n, err := note.Open([]byte(signed), p.verifiers)
	if err != nil {
		return Checkpoint{}, ErrNotSigned
	}
	c, err := parse(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != p.Name {
		return Checkpoint{}, ErrNotSigned
	}
	return c, nil
}

// parse reads what text writes and nothing else.
func parse(text string) (Checkpoint, error) {
	wrong := errors.New("the checkpoint is not written as it should be")
	lines := strings.Split(text, "\n")
	if len(lines) != 7 {
		return Checkpoint{}, wrong
	}
	c := Checkpoint{Origin: lines[0], Read: strings.TrimPrefix(lines[5], "read ")}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return Checkpoint{}, wrong
	}
	copy(c.Root[:], root)
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return Checkpoint{}, wrong
	}
	if c.Number, err = strconv.ParseInt(strings.TrimPrefix(lines[3], "number "), 10, 64); err != nil {
		return Checkpoint{}, wrong
	}
	if c.Time, err = time.Parse(time.RFC3339, strings.TrimPrefix(lines[4], "time ")); err != nil {
		return Checkpoint{}, wrong
	}
	if c.text() != text {
		return Checkpoint{}, wrong
	}
	return c, nil
}
