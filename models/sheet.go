package models

import (
	"bufio"
	"io"
	"strings"
)

// Sheet writes a table that people open in a spreadsheet: comma-separated as
// RFC 4180 has it, every cell in quotes. A cell that a spreadsheet would take
// for a formula is told to be text (OWASP ASVS 5.0, 1.2.10). Whatever leaves the
// product as a table goes through here.
type Sheet struct{ w *bufio.Writer }

// NewSheet returns a sheet that writes to w.
func NewSheet(w io.Writer) *Sheet { return &Sheet{bufio.NewWriter(w)} }

// Row writes one line. A failure is told by Close.
func (s *Sheet) Row(cells ...string) {
	for i, cell := range cells {
		if i > 0 {
			_ = s.w.WriteByte(',')
		}
		_, _ = s.w.WriteString(`"` + strings.ReplaceAll(SheetText(cell), `"`, `""`) + `"`)
	}
	_, _ = s.w.WriteString("\r\n")
}

// Close writes what is left, and returns the first failure.
func (s *Sheet) Close() error { return s.w.Flush() }

// formula is what may begin one, in either width, and what programs drop from
// the front of a cell before they look.
const (
	formula = "=+-@|%\uff1d\uff0b\uff0d\uff20\uff5c\uff05\u2212"
	dropped = "\t\r\n\v\f\x00\ufeff\u200b\u200c\u200d\u2060"
)

// SheetText is a cell that no spreadsheet takes for a formula: with an
// apostrophe before it where it begins as one, behind any space.
func SheetText(cell string) string {
	rest := strings.TrimLeft(cell, " \u00a0\u3000\"'"+dropped)
	if rest != "" && strings.ContainsRune(formula, []rune(rest)[0]) || cell != "" && strings.ContainsRune(dropped, []rune(cell)[0]) {
		return "'" + cell
	}
	return cell
}
