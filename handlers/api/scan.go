package api

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"throughline/models"
)

// deepest is how far objects and lists may stand inside each other; no body of
// the API comes near it.
const deepest = 32

// clean refuses what is not one clean JSON object: invalid UTF-8, trailing
// data, duplicate keys or keys that differ only in case, NUL, lone surrogates,
// and nesting that would cost more than it can be worth. encoding/json lets
// all of these through or mends them silently (decisions.md 19).
func clean(body []byte) error {
	if !utf8.Valid(body) {
		return models.Malformed("The body is not valid UTF-8.")
	}
	// The scanner behind Valid keeps its own stack and stops at a depth of
	// 10,000, so the body can be walked without fear afterwards.
	if !json.Valid(body) {
		return models.Malformed("The body is not one JSON document.")
	}
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); trimmed[0] != '{' {
		return models.Malformed("The body must be a JSON object.")
	}
	return walk(body)
}

// walk looks at every key and string of a valid document.
func walk(body []byte) error {
	var open []map[string]bool // the keys seen in each open object; nil for a list
	keyNext := false           // the next string is a key
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '{':
			open, keyNext = append(open, map[string]bool{}), true
		case '[':
			open, keyNext = append(open, nil), false
		case '}', ']':
			open, keyNext = open[:len(open)-1], false
		case ',':
			keyNext = open[len(open)-1] != nil
		case ':':
			keyNext = false
		case '"':
			end := closing(body, i)
			if !storable(body[i+1 : end]) {
				return models.Malformed("The body holds a character that cannot be stored.")
			}
			if keyNext && seen(open[len(open)-1], unquote(body[i:end+1])) {
				return models.Malformed("The body names the same field twice.")
			}
			i = end
		}
		if len(open) > deepest {
			return models.Malformed("The body is nested too deeply.")
		}
	}
	return nil
}

// closing returns where the string that starts at i ends.
func closing(body []byte, i int) int {
	for i++; body[i] != '"'; i++ {
		if body[i] == '\\' {
			i++
		}
	}
	return i
}

// unquote reads a quoted string of a valid document.
func unquote(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var text string
	_ = json.Unmarshal(quoted, &text) // the document is valid
	return text
}

// storable refuses NUL and lone surrogates, which only an escape can hold.
func storable(inner []byte) bool {
	at := bytes.IndexByte(inner, '\\')
	if at < 0 {
		return true
	}
	for ; at < len(inner); at++ {
		if inner[at] != '\\' {
			continue
		}
		at++
		if inner[at] != 'u' {
			continue
		}
		first := hex(inner[at+1 : at+5])
		at += 4
		switch {
		case first == 0, first >= 0xdc00 && first <= 0xdfff:
			return false
		case first >= 0xd800 && first <= 0xdbff:
			if at+6 >= len(inner) || inner[at+1] != '\\' || inner[at+2] != 'u' {
				return false
			}
			if low := hex(inner[at+3 : at+7]); low < 0xdc00 || low > 0xdfff {
				return false
			}
			at += 6
		}
	}
	return true
}

func hex(digits []byte) (n int) {
	for _, d := range digits {
		n <<= 4
		switch {
		case d >= '0' && d <= '9':
			n += int(d - '0')
		case d >= 'a' && d <= 'f':
			n += int(d-'a') + 10
		default:
			n += int(d-'A') + 10
		}
	}
	return n
}

// seen remembers a key and says whether it, or another spelling of it, was
// there before.
func seen(keys map[string]bool, k string) bool {
	f := fold(k)
	if keys[f] {
		return true
	}
	keys[f] = true
	return false
}

// fold brings spellings together that encoding/json would take for the same
// key, the long s and the Kelvin sign included.
func fold(k string) string {
	if !strings.ContainsFunc(k, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return strings.ToLower(k) // what the rest comes to, sooner; most keys are that already
	}
	return strings.Map(func(r rune) rune {
		smallest := r
		for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
			smallest = min(smallest, o)
		}
		if smallest < utf8.RuneSelf {
			return unicode.ToLower(smallest)
		}
		return smallest
	}, k)
}
