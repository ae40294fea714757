package filecheck

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// What a text document of an office program may be. The largest honest ones,
// full of pictures, hold some hundred parts and unpack to a few times their size.
const (
	mostParts    = 1000
	mostUnpacked = 100 << 20
	mostRatio    = 100
	mostXML      = 20 << 20 // of one part that is read as XML
)

// checkArchive looks at every part of a text document: unpacked for real, and
// counted, because what an archive says of its own size is only a claim.
func checkArchive(kind Kind, content []byte) error {
	end := bytes.LastIndex(content, []byte("PK\x05\x06"))
	if !bytes.HasPrefix(content, []byte("PK\x03\x04")) || end < 0 || len(content) != end+22 || bytes.Count(content, []byte("PK\x05\x06")) != 1 {
		return fmt.Errorf("%w: something stands before or after it", ErrDamaged)
	}
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if len(z.File) > mostParts {
		return fmt.Errorf("%w: %d parts", ErrBomb, len(z.File))
	}
	left := min(int64(mostUnpacked), int64(len(content))*mostRatio)
	seen := map[string]bool{}
	for _, part := range z.File {
		if err := checkPart(kind, part, seen); err != nil {
			return err
		}
		n, err := unpack(kind, part, left)
		if err != nil {
			return err
		}
		left -= n
	}
	if want := map[Kind]string{DOCX: "word/document.xml", ODT: "content.xml"}[kind]; !seen[want] {
		return fmt.Errorf("%w: no text in it", ErrDamaged)
	}
	return nil
}

// checkPart looks at the name of one part: where it would go, and whether it
// is a program.
func checkPart(kind Kind, part *zip.File, seen map[string]bool) error {
	name := strings.ToLower(part.Name)
	switch {
	case part.Flags&1 != 0:
		return ErrLocked
	case seen[name]:
		return fmt.Errorf("%w: a part twice", ErrDamaged)
	case strings.ContainsAny(name, "\\\x00:") || strings.HasPrefix(name, "/") || path.Clean(name) != strings.TrimSuffix(name, "/") || strings.HasPrefix(path.Clean(name), ".."):
		return fmt.Errorf("%w: a part that would be put elsewhere", ErrDamaged)
	case part.Mode()&^0o777 != 0 && !part.FileInfo().IsDir():
		return fmt.Errorf("%w: a part that is no file", ErrDamaged)
	}
	seen[name] = true
	for _, sign := range []string{"vbaproject", "vbadata", "activex", "embeddings/", "oleobject", "macrosheets", ".bin", ".exe", ".dll", ".js", ".vbs", ".jar", ".zip", ".docm", ".html", ".htm", ".svg", ".hta", ".lnk"} {
		if strings.Contains(name, sign) && (sign[0] != '.' || strings.HasSuffix(name, sign)) {
			return fmt.Errorf("%w: a part that is a program or another file", ErrActive)
		}
	}
	if kind == ODT && (strings.HasPrefix(name, "basic/") || strings.HasPrefix(name, "scripts/") || strings.HasPrefix(name, "object")) {
		return fmt.Errorf("%w: a part that is a program or another file", ErrActive)
	}
	return nil
}

// unpack counts what one part unpacks to, and reads it where it is XML.
func unpack(kind Kind, part *zip.File, left int64) (int64, error) {
	r, err := part.Open()
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	defer func() { _ = r.Close() }()
	name := strings.ToLower(part.Name)
	counted := &counter{r: r, left: left}
	if strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels") || name == "[content_types].xml" {
		counted.left = min(left, mostXML)
		if err := checkXML(kind, counted); err != nil {
			return counted.n, err
		}
	}
	if _, err := io.Copy(io.Discard, counted); err != nil {
		if errors.Is(err, ErrBomb) {
			return counted.n, err
		}
		return counted.n, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return counted.n, nil
}

// counter stops a reader that gives more than it may.
type counter struct {
	r       io.Reader
	n, left int64
}

// Read reads, and fails once too much was read.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.n > c.left {
		return n, ErrBomb
	}
	return n, err
}

// checkXML refuses what makes a reader fetch or run something: a document type,
// a link to a template or picture elsewhere, a script.
func checkXML(kind Kind, r io.Reader) error {
	d := xml.NewDecoder(r)
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, ErrDamaged }
	for {
		token, err := d.RawToken()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, ErrBomb):
			return err
		case err != nil:
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return fmt.Errorf("%w: a document type", ErrActive)
		case xml.StartElement:
			if fetches(kind, t) {
				return fmt.Errorf("%w: something is fetched from elsewhere or run", ErrActive)
			}
		}
	}
}

// fetches reports whether an element makes a reader fetch or run something.
// Links that a person follows by hand are what documents are full of.
func fetches(kind Kind, e xml.StartElement) bool {
	attr := map[string]string{}
	for _, a := range e.Attr {
		attr[strings.ToLower(a.Name.Local)] = strings.ToLower(strings.TrimSpace(a.Value))
	}
	if kind == DOCX {
		return attr["targetmode"] == "external" && !strings.HasSuffix(attr["type"], "/hyperlink") || strings.Contains(attr["contenttype"], "macroenabled") ||
			strings.Contains(attr["contenttype"], "vbaproject") || strings.Contains(attr["contenttype"], "activex")
	}
	switch strings.ToLower(e.Name.Local) {
	case "script", "event-listener", "applet", "plugin", "object-ole":
		return true
	case "a":
		return strings.HasPrefix(attr["href"], "vnd.sun.star") || strings.HasPrefix(attr["href"], "macro:") || strings.HasPrefix(attr["href"], "javascript:")
	}
	href := attr["href"]
	return strings.Contains(href, "://") || strings.HasPrefix(href, "//") || strings.HasPrefix(href, "file:") || strings.Contains(href, "..")
}
