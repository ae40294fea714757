package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

// dir is a store in a folder that nothing can lead out of.
type dir struct{ root *os.Root }

// Dir opens the store in a folder, made where it is missing; only its owner can
// read it.
func Dir(folder string) (Store, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of files: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("opening the folder of files: %w", err)
	}
	return &dir{root}, nil
}

// place spreads files over 256 folders by the beginning of their names.
func place(name string) string { return name[:2] + "/" + name }

const unfinished = ".part"

// Put writes the whole content under another name first: what has the right
// name is whole, also after a loss of power.
func (d *dir) Put(_ context.Context, name string, sealed []byte) error {
	if err := check(name); err != nil {
		return err
	}
	if err := d.root.Mkdir(name[:2], 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	part := place(name) + unfinished
	f, err := d.root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(sealed)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = d.root.Rename(part, place(name))
	}
	if err != nil {
		_ = d.root.Remove(part)
	}
	return err
}

// Get reads the whole content.
func (d *dir) Get(_ context.Context, name string) ([]byte, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	return d.root.ReadFile(place(name))
}

// Remove forgets a name, and what a loss of power left half written under it.
func (d *dir) Remove(_ context.Context, name string) error {
	if err := check(name); err != nil {
		return err
	}
	for _, at := range []string{place(name), place(name) + unfinished} {
		if err := d.root.Remove(at); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Each walks the folders. What was left half written is told like the rest.
func (d *dir) Each(ctx context.Context, fn func(string, time.Time) error) error {
	return fs.WalkDir(d.root.FS(), ".", func(at string, e fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		name := strings.TrimSuffix(path.Base(at), unfinished)
		if e.IsDir() || !names.MatchString(name) {
			return nil
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed meanwhile
		}
		if err != nil {
			return err
		}
		return fn(name, info.ModTime())
	})
}
