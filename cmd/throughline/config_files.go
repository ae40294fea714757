package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"throughline/internal/blob"
	"throughline/internal/clamd"
	"throughline/services/documents"
)

// megabytes is the most of one file, which is held in memory while it is
// looked at.
type megabytes int64

// UnmarshalText takes a number within reason.
func (m *megabytes) UnmarshalText(b []byte) error { return within(b, 50, (*int64)(m)) }

// quota is how much may be kept, in the unit of its setting.
type quota int64

// UnmarshalText takes a number within reason.
func (q *quota) UnmarshalText(b []byte) error { return within(b, 1_000_000, (*int64)(q)) }

func within(b []byte, most int64, into *int64) error {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n < 1 || n > most {
		return errors.New("out of range")
	}
	*into = n
	return nil
}

// filesURL is where the content of files is kept: under the data folder where
// nothing else is said.
func (c Config) filesURL() string {
	if c.FilesURL.Set() {
		return c.FilesURL.Reveal()
	}
	return "file://" + absolute(filepath.Join(c.DataDir, "files"))
}

// files finds what is wrong with the settings of files. None of the values is
// repeated.
func files(c Config) (found problems) {
	if c.FilesURL.Set() {
		if err := blob.CheckAddress(c.FilesURL.Reveal()); err != nil {
			found = append(found, "FILES_URL "+err.Error())
		}
	}
	if c.ClamdAddr != "" {
		if _, err := clamd.New(c.ClamdAddr); err != nil {
			found = append(found, "CLAMD_ADDR "+err.Error())
		}
	}
	if c.FilesUnscanned != "" && c.FilesUnscanned != "allow" {
		found = append(found, "FILES_UNSCANNED must be allow, or not be set")
	}
	return found
}

// openFiles opens the store of files, and the scanner where one is set up.
// Without one, production hands nothing out unless FILES_UNSCANNED says so.
func openFiles(c Config) (blob.Store, documents.Options, error) {
	o := documents.Options{
		Unscanned: c.Env != production || c.FilesUnscanned == "allow",
		MostFile:  int64(c.FilesMaxMB) << 20, MostPerDay: int64(c.FilesDayMB) << 20, MostKept: int64(c.FilesOrgGB) << 30,
	}
	if c.ClamdAddr != "" {
		scanner, err := clamd.New(c.ClamdAddr)
		if err != nil {
			return nil, o, fmt.Errorf("CLAMD_ADDR: %w", err)
		}
		o.Scanner = scanner
	}
	store, err := blob.Open(c.filesURL())
	return store, o, err
}
