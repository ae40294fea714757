package models

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// NameKey folds a name for searching: lower case, without accents, with one
// space between its parts. Apostrophes and full stops go ("O'Brien" is found as
// "obrien") and a hyphen is a space. Marks are dropped from Latin, Greek and
// Cyrillic letters alone: in Arabic, Hebrew, Devanagari and the others they
// belong to the name, and CJK names are kept as they are.
func NameKey(name string) string {
	var b strings.Builder
	b.Grow(len(name))
	space, marked := false, false
	for _, r := range norm.NFKD.String(name) {
		switch {
		case unicode.Is(unicode.Mn, r):
			if !marked {
				b.WriteRune(r)
			}
			continue
		case apostrophe(r) || r == '.':
			continue
		case unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || r == '_' || r == ',':
			space = b.Len() > 0
			continue
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		marked = unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic)
		b.WriteString(plainLetter(r))
	}
	return norm.NFC.String(b.String())
}

// plainLetter lowers a letter and writes out the Latin ones that Unicode does
// not take apart.
func plainLetter(r rune) string {
	switch r = unicode.ToLower(r); r {
	case 'ß':
		return "ss"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'ø':
		return "o"
	case 'ł':
		return "l"
	case 'đ', 'ð':
		return "d"
	case 'þ':
		return "th"
	case 'ı':
		return "i"
	}
	return string(r)
}

func apostrophe(r rune) bool {
	switch r {
	case '\'', '`', '´', '‘', '’', 'ʼ', 'ʻ', '′':
		return true
	}
	return false
}

// CrimeKey folds a crime reference for searching: letters and digits alone, in
// capitals, because people type the rest as they please.
func CrimeKey(reference string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, norm.NFKC.String(reference))
}

// PrefixRange returns the half-open range of folded keys that begin with a
// prefix, so that a search is two comparisons an index under row security can
// answer, and never LIKE (performance.md, "Traps found").
func PrefixRange(prefix string) (from, to string) { return prefix, prefix + "\U0010FFFF" }
