// Package blob keeps the content of files outside the database and outside
// whatever is served: in a folder, or in an object store. What it is given is
// sealed first; a store holds random names and noise.
package blob

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Store keeps sealed content by random name. Get gives fs.ErrNotExist for what
// is not there; Remove of what is not there is no error.
type Store interface {
	Put(ctx context.Context, name string, sealed []byte) error
	Get(ctx context.Context, name string) ([]byte, error)
	Remove(ctx context.Context, name string) error
	// Each calls fn with everything that is kept and when it came, in no order.
	Each(ctx context.Context, fn func(name string, came time.Time) error) error
}

// ErrName is the answer to a name that NewName did not make.
var ErrName = errors.New("not the name of anything kept here")

var names = regexp.MustCompile(`^[0-9a-f]{40}$`)

// NewName makes a name that nobody can guess and that says nothing.
func NewName() string {
	var b [20]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func check(name string) error {
	if !names.MatchString(name) {
		return ErrName
	}
	return nil
}

// Open opens a store: a folder by "file:///path", made where it is missing, or a
// bucket by "s3://key:secret@host/bucket?region=eu-west-2" ("&tls=off" for a
// store on this machine). The address is not part of any error.
func Open(address string) (Store, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address of the store of files cannot be read")
	}
	switch u.Scheme {
	case "file":
		return Dir(u.Path)
	case "s3":
		return bucket(u)
	}
	return nil, errors.New("the store of files is file:///folder or s3://key:secret@host/bucket")
}

// CheckAddress says what is wrong with an address without opening it.
func CheckAddress(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return errors.New("cannot be read as an address")
	case u.Scheme == "file" && strings.HasPrefix(u.Path, "/") && u.Host == "":
		return nil
	case u.Scheme == "s3" && u.Host != "" && u.User != nil && strings.Trim(u.Path, "/") != "":
		return nil
	}
	return errors.New("must be file:///folder or s3://key:secret@host/bucket?region=eu-west-2")
}

// notThere wraps fs.ErrNotExist.
func notThere(name string) error { return fmt.Errorf("%s: %w", name, fs.ErrNotExist) }
