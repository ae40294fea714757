package api

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// Appender is a body that writes itself. It writes what encoding/json would.
type Appender interface {
	AppendJSON(b []byte) []byte
}

// AppendString writes a text. What needs more than quotes is left to
// encoding/json.
func AppendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c > '~' {
			return appendAny(b, s)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

func appendAny(b []byte, v any) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // a text, always written
	return append(b, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}

// AppendMaybeString writes a text, or null.
func AppendMaybeString(b []byte, s *string) []byte {
	if s == nil {
		return append(b, "null"...)
	}
	return AppendString(b, *s)
}

// AppendUUID writes an identifier.
func AppendUUID(b []byte, id uuid.UUID) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i, v := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			b = append(b, '-')
		}
		b = append(b, hex[v>>4], hex[v&15])
	}
	return append(b, '"')
}

// AppendInt writes a number.
func AppendInt(b []byte, n int) []byte { return strconv.AppendInt(b, int64(n), 10) }

// AppendBool writes true or false.
func AppendBool(b []byte, v bool) []byte { return strconv.AppendBool(b, v) }

// AppendTime writes a moment as RFC 3339 says.
func AppendTime(b []byte, t time.Time) []byte {
	b = append(b, '"')
	b = t.AppendFormat(b, time.RFC3339Nano)
	return append(b, '"')
}

// AppendIfTime writes a key and its moment, or nothing where there is none.
func AppendIfTime(b []byte, key string, t *time.Time) []byte {
	if t == nil {
		return b
	}
	return AppendTime(append(b, key...), *t)
}
