// Package filecheck decides what may be kept of a file that somebody sends: by
// its content, never by what it is called (security.md T22). A short list of
// kinds is let through; pictures are drawn again, which leaves behind where
// they were taken and whatever hides behind them.
package filecheck

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// Kind is a kind of file that may be kept, by its media type.
type Kind string

// The kinds. Nothing else is let through.
const (
	PDF  Kind = "application/pdf"
	JPEG Kind = "image/jpeg"
	PNG  Kind = "image/png"
	Text Kind = "text/plain"
	DOCX Kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	ODT  Kind = "application/vnd.oasis.opendocument.text"
)

// extensions are what a name may end in, by kind; the first is the usual one.
func extensions() map[Kind][]string {
	return map[Kind][]string{
		PDF: {".pdf"}, JPEG: {".jpg", ".jpeg"}, PNG: {".png"}, Text: {".txt"}, DOCX: {".docx"}, ODT: {".odt"},
	}
}

// Why a file is not kept. ErrKind is about what it is; the others are about a
// file of a kind that may be kept.
var (
	ErrKind    = errors.New("not a kind of file that may be kept")
	ErrName    = errors.New("the name and the content say different things")
	ErrDamaged = errors.New("the file is damaged, or something is hidden in it")
	ErrActive  = errors.New("the file can do something when it is opened")
	ErrLocked  = errors.New("the file is locked with a password")
	ErrPixels  = errors.New("the picture has too many pixels")
	ErrBomb    = errors.New("the file unpacks to far more than it is")
)

// File is what may be kept: for a picture, what was drawn again.
type File struct {
	Kind    Kind
	Content []byte
}

// Check looks at the whole content of a file and at what its name ends in. The
// error is one of this package's, wrapped.
func Check(name string, content []byte) (File, error) {
	kind, err := kindOf(content)
	if err != nil {
		return File{}, err
	}
	if !endsIn(name, extensions()[kind]) {
		return File{}, fmt.Errorf("%w: content is %s", ErrName, kind)
	}
	switch kind {
	case PDF:
		return File{kind, content}, checkPDF(content)
	case JPEG, PNG:
		drawn, err := redraw(kind, content)
		return File{kind, drawn}, err
	case Text:
		return File{kind, content}, checkText(content)
	case DOCX, ODT:
		return File{kind, content}, checkArchive(kind, content)
	}
	return File{}, ErrKind
}

// kindOf asks what the content is. Something that is also of another kind, by
// what stands at its beginning, is none.
func kindOf(content []byte) (Kind, error) {
	if len(content) == 0 {
		return "", fmt.Errorf("%w: empty", ErrDamaged)
	}
	found := mimetype.Detect(content)
	for kind := range extensions() {
		if found.Is(string(kind)) {
			return kind, nil
		}
	}
	// What people type is sometimes taken for a table of values.
	if found.Is("text/csv") || found.Is("text/tab-separated-values") {
		return Text, nil
	}
	return "", fmt.Errorf("%w: %s", ErrKind, found.String())
}

func endsIn(name string, endings []string) bool {
	lower := strings.ToLower(name)
	for _, e := range endings {
		if strings.HasSuffix(lower, e) && len(lower) > len(e) {
			return true
		}
	}
	return false
}

// checkText takes what a person can have written: whole letters, and no sign
// that a program reads and nobody sees.
func checkText(content []byte) error {
	if !validText(content) {
		return fmt.Errorf("%w: not text", ErrDamaged)
	}
	start := bytes.ToLower(bytes.TrimLeft(content[:min(len(content), 512)], "\ufeff \t\r\n"))
	for _, sign := range []string{"<!doctype", "<html", "<svg", "<script", "<?xml", "<?php", "#!", "%pdf", "gif8", "{\\rtf"} {
		if bytes.HasPrefix(start, []byte(sign)) {
			return fmt.Errorf("%w: another kind calls itself text", ErrKind)
		}
	}
	return nil
}
