package filecheck

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
)

// tail is how far from its end a PDF says that it ends.
const tail = 1024

// active are the names by which a PDF does something by itself, opens a program
// or carries another file. What stands in a compressed part is not seen here:
// files are only ever downloaded, and scanned where a scanner is set up.
var active = regexp.MustCompile(`/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToR|GoToE)\b`)

// locked says that the content is encrypted, so that no scanner can look.
var locked = regexp.MustCompile(`/Encrypt\b`)

// escaped is a letter of a name written by its number: /J#61vaScript.
var escaped = regexp.MustCompile(`#[0-9A-Fa-f]{2}`)

func checkPDF(content []byte) error {
	if !bytes.HasPrefix(content, []byte("%PDF-")) {
		return fmt.Errorf("%w: something stands before it", ErrDamaged)
	}
	end := bytes.LastIndex(content, []byte("%%EOF"))
	if end < 0 || len(content)-end > tail {
		return fmt.Errorf("%w: it has no end, or something stands after it", ErrDamaged)
	}
	after := content[end+len("%%EOF"):]
	if len(bytes.Trim(after, "\x00 \t\r\n")) > 0 || hasArchive(content) {
		return fmt.Errorf("%w: something stands after it", ErrDamaged)
	}
	plain := escaped.ReplaceAllFunc(content, func(code []byte) []byte {
		n, _ := strconv.ParseUint(string(code[1:]), 16, 8) // the pattern lets nothing else through
		return []byte{byte(n)}
	})
	switch {
	case locked.Match(plain):
		return ErrLocked
	case active.Match(plain):
		return ErrActive
	}
	return nil
}

// hasArchive reports whether the end of the content is also that of an archive:
// one file that is two.
func hasArchive(content []byte) bool {
	const longestComment = 65535 + 22
	return bytes.Contains(content[max(0, len(content)-longestComment):], []byte("PK\x05\x06"))
}
