package blob_test

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"throughline/internal/blob"
)

// stores are the two kinds, each empty.
func stores(t *testing.T) map[string]blob.Store {
	t.Helper()
	folder, err := blob.Open("file://" + filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	backend := s3mem.New()
	if err := backend.CreateBucket("documents"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	bucket, err := blob.Open("s3://key:secret@" + strings.TrimPrefix(server.URL, "http://") + "/documents?tls=off&region=eu-west-2")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]blob.Store{"folder": folder, "bucket": bucket}
}

func TestAStoreKeepsWhatItIsGiven(t *testing.T) {
	t.Parallel()
	for kind, s := range stores(t) {
		ctx := t.Context()
		content := bytes.Repeat([]byte("noise"), 200_000)
		a, b := blob.NewName(), blob.NewName()
		for _, name := range []string{a, b} {
			if err := s.Put(ctx, name, content); err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
		}
		if got, err := s.Get(ctx, a); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: got %d bytes, %v", kind, len(got), err)
		}
		if err := errors.Join(s.Remove(ctx, a), s.Remove(ctx, a)); err != nil {
			t.Errorf("%s: removing twice: %v", kind, err)
		}
		if _, err := s.Get(ctx, a); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: what is gone: got %v", kind, err)
		}
		var kept []string
		err := s.Each(ctx, func(name string, came time.Time) error {
			kept = append(kept, name)
			if came.IsZero() {
				t.Errorf("%s: %s came at no time", kind, name)
			}
			return nil
		})
		if err != nil || !slices.Equal(kept, []string{b}) {
			t.Errorf("%s: keeps %v, %v, want %s", kind, kept, err, b)
		}
		for _, name := range []string{"", "..", "../../etc/passwd", "/etc/passwd", strings.Repeat("a", 39), strings.Repeat("A", 40), a + "/..", a[:39] + "\x00"} {
			_, err := s.Get(ctx, name)
			if !errors.Is(err, blob.ErrName) || !errors.Is(s.Put(ctx, name, nil), blob.ErrName) || !errors.Is(s.Remove(ctx, name), blob.ErrName) {
				t.Errorf("%s: %q is taken for a name", kind, name)
			}
		}
	}
}

func TestNothingLeadsOutOfTheFolder(t *testing.T) {
	t.Parallel()
	outside, folder := t.TempDir(), t.TempDir()
	s, err := blob.Dir(folder)
	if err != nil {
		t.Fatal(err)
	}
	name := blob.NewName()
	if err := os.WriteFile(filepath.Join(outside, name), []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(folder, name[:2])); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(t.Context(), name); err == nil {
		t.Errorf("a link led out: got %q", got)
	}
	if err := s.Put(t.Context(), name, []byte("ours")); err == nil {
		t.Error("a link led out: it was written")
	}
}

func TestAnAddressOfAStoreIsOneOrIsNot(t *testing.T) {
	t.Parallel()
	for address, good := range map[string]bool{
		"file:///var/lib/throughline/files": true, "s3://k:s@host:9000/bucket?region=eu-west-2": true,
		"": false, "files": false, "file://files": false, "s3://host/bucket": false, "s3://k:s@host/": false, "ftp://k:s@host/bucket": false, "s3://k:s%zz@host/b": false,
	} {
		err := blob.CheckAddress(address)
		if (err == nil) != good {
			t.Errorf("%q: got %v", address, err)
		}
		if err != nil && address != "" && strings.Contains(err.Error(), address) {
			t.Errorf("%q: the error repeats it: %v", address, err)
		}
	}
}

func TestContentOpensWholeAndWhereItBelongsOrNotAtAll(t *testing.T) {
	t.Parallel()
	key, content := blob.NewKey(), bytes.Repeat([]byte("what she wrote "), 20_000)
	sealed, err := blob.Seal(key, content, []byte("a"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := blob.Unseal(key, sealed, []byte("a")); err != nil || !bytes.Equal(got, content) {
		t.Fatalf("got %d bytes, %v", len(got), err)
	}
	flipped := bytes.Clone(sealed)
	flipped[len(flipped)/2] ^= 1
	for name, c := range map[string]struct {
		key, sealed []byte
		belongs     string
	}{
		"another key": {blob.NewKey(), sealed, "a"}, "another place": {key, sealed, "b"}, "changed": {key, flipped, "a"},
		"a piece cut off": {key, sealed[:64<<10], "a"}, "the end cut off": {key, sealed[:len(sealed)-1], "a"},
		"lengthened": {key, append(bytes.Clone(sealed), 1), "a"}, "nothing": {key, nil, "a"},
	} {
		if got, err := blob.Unseal(c.key, c.sealed, []byte(c.belongs)); !errors.Is(err, blob.ErrTampered) || len(got) > 0 {
			t.Errorf("%s: got %d bytes, %v", name, len(got), err)
		}
	}
}
