package filecheck

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// validText reports whether the content is UTF-8 without control signs.
func validText(content []byte) bool {
	if !utf8.Valid(content) {
		return false
	}
	return !bytes.ContainsFunc(content, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' && r != '\f'
	})
}
