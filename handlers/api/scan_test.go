package api

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// FuzzClean looks for a body that passes as one clean object and is not: one
// that two readers could read differently, or that cannot be stored.
func FuzzClean(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"a":[1,{"b":null}],"c":"\ud83d\ude00"}`, `{"a":1,"A":2}`, `{"\u0000":1}`, `{"a":"\ud800"}`, `[[[[`, `{"a":"\\u0000\""}`, ` {"a":-1e9} `, `{"ſ":1,"s":2}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if clean(body) != nil {
			return
		}
		d := json.NewDecoder(bytes.NewReader(body))
		d.UseNumber()
		var tree map[string]any
		if err := d.Decode(&tree); err != nil || tree == nil || d.More() {
			t.Fatalf("%q passed, and is not one object: %v", body, err)
		}
		if n := keys(t, tree, 1); n != strings.Count(unquoted(body), ":") {
			t.Errorf("%q passed with %d keys read, and holds others", body, n)
		}
	})
}

// keys counts the keys of a document and refuses what clean promises is not in
// it.
func keys(t *testing.T, v any, depth int) int {
	t.Helper()
	if depth > deepest+1 {
		t.Errorf("it is %d deep", depth)
	}
	n := 0
	switch v := v.(type) {
	case string:
		if strings.ContainsRune(v, 0) {
			t.Errorf("%q holds NUL", v)
		}
	case []any:
		for _, item := range v {
			n += keys(t, item, depth+1)
		}
	case map[string]any:
		for name, field := range v {
			for other := range v {
				if name != other && strings.EqualFold(name, other) {
					t.Errorf("%q is there as %q too", name, other)
				}
			}
			n += 1 + keys(t, name, depth) + keys(t, field, depth+1)
		}
	}
	return n
}

// unquoted is the document without its strings: each colon left is a key's.
func unquoted(body []byte) string {
	var out strings.Builder
	for i := 0; i < len(body); i++ {
		if body[i] == '"' {
			i = closing(body, i)
			continue
		}
		out.WriteByte(body[i])
	}
	return out.String()
}
