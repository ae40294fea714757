package handlers

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/models"
)

func TestWhatIsNotOneCleanDocumentIsMalformed(t *testing.T) {
	t.Parallel()
	deep := func(open, inner, end string, n int) string {
		return `{"name":"x","anything":` + strings.Repeat(open, n) + inner + strings.Repeat(end, n) + `}`
	}
	for name, body := range map[string]string{
		"trailing data":                    `{"name":"` + canary + `"}{"name":"b"}`,
		"trailing text":                    `{"name":"` + canary + `"} x`,
		"half a document":                  `{"name":"` + canary + `"`,
		"a duplicate key":                  `{"name":"` + canary + `","name":"b"}`,
		"a duplicate key, escaped":         `{"name":"` + canary + `","n\u0061me":"b"}`,
		"a duplicate key further in":       `{"name":"x","parts":[{"code":"AA","code":"` + canary + `"}]}`,
		"a duplicate key of a free map":    `{"name":"x","missing":{"a":"1","A":"` + canary + `"}}`,
		"a key beside its case variant":    `{"name":"a","Name":"` + canary + `"}`,
		"a case variant in place of a key": `{"NAME":"` + canary + `"}`,
		"a key with a long s":              `{"name":"x","ſize":3}`,
		"a case variant further in":        `{"name":"x","parts":[{"CODE":"AA"}]}`,
		"an escaped NUL":                   `{"name":"` + canary + `\u0000"}`,
		"an escaped NUL in a key":          `{"name":"x","missing":{"a\u0000":"` + canary + `"}}`,
		"a bare NUL":                       "{\"name\":\"" + canary + "\x00\"}",
		"invalid UTF-8":                    "{\"name\":\"" + canary + "\xff\"}",
		"a lone surrogate":                 `{"name":"` + canary + `\ud800"}`,
		"a lone low surrogate":             `{"name":"` + canary + `\udc00"}`,
		"two high surrogates":              `{"name":"\ud800\ud800` + canary + `"}`,
		"a surrogate and a half":           `{"name":"\ud83d\u0041"}`,
		"a bare null":                      `null`,
		"a list":                           `[{"name":"x"}]`,
		"a text":                           `"` + canary + `"`,
		"a number":                         `7`,
		"only space":                       "  \n ",
		"a byte order mark":                "\ufeff{\"name\":\"x\"}",
		"lists too deep":                   deep("[", "1", "]", 40),
		"objects too deep":                 deep(`{"a":`, "1", "}", 40),
		"lists 100,000 deep":               deep("[", "", "]", 100_000),
		"objects 100,000 deep":             deep(`{"a":`, "1", "}", 100_000),
		"100,000 deep and never closed":    strings.Repeat(`[`, 100_000),
		"nothing":                          "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := things4(t)
			for _, w := range []*httptest.ResponseRecorder{
				b.create(body, header{"Content-Type": "application/json"}),
				b.call("PUT", "/api/v1/things/"+b.mine.String(), body, header{"If-Match": `"3"`, "Content-Type": "application/json"}),
			} {
				if p := problemOf(t, w); w.Code != 400 || p.Code != "malformed" || strings.Contains(w.Body.String(), canary) {
					t.Errorf("got %d %s, want 400 malformed without a value", w.Code, w.Body)
				}
			}
			if b.made != 0 {
				t.Errorf("got %d changes, want none", b.made)
			}
		})
	}
}

func TestFaultsOfABodyAreAllNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body string
		want       []models.FieldError
	}{
		{"a required field is missing", `{}`, []models.FieldError{{Field: "name", Code: "required"}}},
		{"a required field is empty", `{"name":""}`, []models.FieldError{{Field: "name", Code: "required"}}},
		{"a required field is null", `{"name":null}`, []models.FieldError{{Field: "name", Code: "invalid"}}},
		{"a text is too long", `{"name":"` + strings.Repeat("x", 41) + `"}`, []models.FieldError{{Field: "name", Code: "too_long"}}},
		{"every wrong type", `{"name":5,"born":true,"at":7,"owner":{},"size":"3","kind":1,"safe":"yes","tags":"a","parts":{},"missing":[]}`, []models.FieldError{
			{Field: "at", Code: "invalid"},
			{Field: "born", Code: "invalid"},
			{Field: "kind", Code: "invalid"},
			{Field: "missing", Code: "invalid"},
			{Field: "name", Code: "invalid"},
			{Field: "owner", Code: "invalid"},
			{Field: "parts", Code: "invalid"},
			{Field: "safe", Code: "invalid"},
			{Field: "size", Code: "invalid"},
			{Field: "tags", Code: "invalid"},
		}},
		{"impossible dates", `{"name":"x","born":"2026-02-30","at":"2026-13-01T00:00:00Z"}`, []models.FieldError{{Field: "at", Code: "invalid"}, {Field: "born", Code: "invalid"}}},
		{"dates in other clothes", `{"name":"x","born":"21/11/2026","at":"2026-11-21 09:00"}`, []models.FieldError{{Field: "at", Code: "invalid"}, {Field: "born", Code: "invalid"}}},
		{"an id in braces", `{"name":"x","owner":"{0199a1de-7d4a-7c3e-9d3c-00000000000f}"}`, []models.FieldError{{Field: "owner", Code: "invalid"}}},
		{"numbers out of range", `{"name":"x","size":11}`, []models.FieldError{{Field: "size", Code: "invalid"}}},
		{"a number that is not whole", `{"name":"x","size":1.5}`, []models.FieldError{{Field: "size", Code: "invalid"}}},
		{"a number beyond all numbers", `{"name":"x","size":1e999}`, []models.FieldError{{Field: "size", Code: "invalid"}}},
		{"a number too large to hold", `{"name":"x","size":99999999999999999999}`, []models.FieldError{{Field: "size", Code: "invalid"}}},
		{"a word that is not among the words", `{"name":"x","kind":"huge"}`, []models.FieldError{{Field: "kind", Code: "invalid"}}},
		{"a list that is too long", `{"name":"x","tags":["a","b","c","d"]}`, []models.FieldError{{Field: "tags", Code: "too_long"}}},
		{"a list with the same twice", `{"name":"x","tags":["a","a"]}`, []models.FieldError{{Field: "tags[1]", Code: "invalid"}}},
		{"a part of a list", `{"name":"x","parts":[{"code":"AA"},{"code":"aa"},{}]}`, []models.FieldError{{Field: "parts[1].code", Code: "invalid"}, {Field: "parts[2].code", Code: "required"}}},
		{"a value of a free map", `{"name":"x","missing":{"born":5}}`, []models.FieldError{{Field: "missing.born", Code: "invalid"}}},
		{"a field that is not known", `{"name":"x","role":"system_admin","parts":[{"code":"AA","version":9}]}`, []models.FieldError{{Field: "parts[0].version", Code: "unknown"}, {Field: "role", Code: "unknown"}}},
		{"a field whose name could be anything", `{"name":"x","` + canary + ` Smith":1}`, []models.FieldError{{Field: "", Code: "unknown"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := things4(t)
			body := strings.ReplaceAll(c.body, `"x"`, `"`+canary+`"`)
			for _, w := range []*httptest.ResponseRecorder{
				b.create(body, nil),
				b.call("PUT", "/api/v1/things/"+b.mine.String(), body, header{"If-Match": `"3"`}),
			} {
				p := problemOf(t, w)
				var got []models.FieldError
				for _, f := range p.Errors {
					got = append(got, models.FieldError{Field: f.Field, Code: f.Code})
					if f.Message == "" {
						t.Errorf("%s: got no message, want one", f.Field)
					}
				}
				slices.SortFunc(got, func(a, b models.FieldError) int { return strings.Compare(a.Field, b.Field) })
				if diff := cmp.Diff(c.want, got); w.Code != 422 || diff != "" || strings.Contains(w.Body.String(), canary) {
					t.Errorf("got %d %s, want 422 with these faults and no value:\n%s", w.Code, w.Body, diff)
				}
			}
			if b.made != 0 {
				t.Errorf("got %d changes, want none", b.made)
			}
		})
	}
}

func TestGoodBodiesGoThrough(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"everything":                `{"name":"x","born":"2024-02-29","at":"2026-11-21T09:30:00.5+01:00","owner":"0199a1de-7d4a-7c3e-9d3c-00000000000f","size":10,"kind":"small","safe":true,"tags":["a"],"parts":[{"code":"AA"}],"missing":{"born":"refused"},"anything":[1,{"a":null}]}`,
		"names from many cultures":  `{"name":"Nguyễn Þóra \ud83d\ude00 \\u0000 \"q\""}`,
		"optional fields as null":   `{"name":"x","at":null,"owner":null,"tags":null}`,
		"space around the document": " \r\n\t{\"name\":\"x\"}\n",
		"keys that only look alike": `{"name":"x","missing":{"a":"{\"a\":1}","b":"a"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if w := things4(t).create(body, nil); w.Code != 201 || w.Header().Get("ETag") != `"1"` {
				t.Errorf("got %d %s, want 201", w.Code, w.Body)
			}
		})
	}
}

func TestTheKindAndSizeOfABody(t *testing.T) {
	t.Parallel()
	good := `{"name":"x"}`
	for kind, want := range map[string]int{
		"application/json": 201, "application/json; charset=utf-8": 201, "Application/JSON;charset=UTF-8": 201,
		"": 415, "text/plain": 415, "text/json": 415, "application/json; charset=latin1": 415, "application/json; x=y": 415,
		"application/x-www-form-urlencoded": 415, "application/problem+json": 415, "application/json, text/plain": 415, ";": 415,
	} {
		if w := things4(t).create(good, header{"Content-Type": kind}); w.Code != want {
			t.Errorf("%q: got %d %s, want %d", kind, w.Code, w.Body, want)
		}
	}
	if w := things4(t).create(good, header{"Content-Encoding": "gzip"}); w.Code != 415 {
		t.Errorf("got %d for a body in gzip, want 415", w.Code)
	}
	for size, want := range map[int]int{1 << 20: 422, 1<<20 + 1: 413, 2 << 20: 413} {
		head, tail := `{"name":"`, `"}`
		body := head + strings.Repeat("x", size-len(head)-len(tail)) + tail
		if w := things4(t).create(body, nil); w.Code != want {
			t.Errorf("%d bytes: got %d, want %d", size, w.Code, want)
		}
	}
}

func TestBodiesThatMayBeLeftOut(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]int{"": 200, "{}": 200, `{"note":"x"}`: 200, `{"note":5}`: 422, `{"more":5}`: 422, `null`: 400} {
		b := things4(t)
		w := b.call("POST", "/api/v1/things/"+b.mine.String()+"/act", body, header{"Idempotency-Key": "abcdefgh", "If-Match": `"3"`})
		if w.Code != want {
			t.Errorf("%q: got %d %s, want %d", body, w.Code, w.Body, want)
		}
	}
}

func TestPreconditionsAreReadStrictly(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]int{
		"k": 201, "has a space": 400, "tab\there-1": 400, "ünïcode-key": 400, strings.Repeat("k", 201): 400,
		strings.Repeat("k", 200): 201, "12345678": 201, "": 428,
	} {
		if w := things4(t).create(`{"name":"x"}`, header{"Idempotency-Key": key}); w.Code != want {
			t.Errorf("key %q: got %d %s, want %d", key, w.Code, w.Body, want)
		}
	}
	for tag, want := range map[string]int{
		`"3"`: 200, `"03"`: 412, `"-1"`: 412, `"99999999999999999999"`: 412, `3`: 400, `W/"3"`: 200, `W/"2"`: 412, `w/"3"`: 400, `W/3`: 400, `W/"`: 400, `*`: 400, `"3", "4"`: 400, `"`: 400, "": 428,
	} {
		b := things4(t)
		if w := b.call("PUT", "/api/v1/things/"+b.mine.String(), `{"name":"x"}`, header{"If-Match": tag}); w.Code != want {
			t.Errorf("version %s: got %d %s, want %d", tag, w.Code, w.Body, want)
		}
	}
}

func TestQueriesAreReadStrictly(t *testing.T) {
	t.Parallel()
	b := things4(t)
	for query, want := range map[string]int{
		"": 200, "limit=1": 200, "limit=100&kind=small": 200, "since=2026-11-21T09:30:00Z&late=true&ids=a,b": 200,
		"limit=0": 400, "limit=101": 400, "limit=x": 400, "limit=": 400, "limit=1&limit=2": 400, "limit=1;kind=small": 400,
		"more=1": 400, "Limit=1": 400, "LIMIT=1": 400, canary + "=1": 400, "limit=9999999999999999999999": 400,
		"kind=huge": 422, "kind=": 422, "since=yesterday": 422, "late=1": 422, "kind=%00": 422, "ids=%ff": 422,
	} {
		w := b.call("GET", "/api/v1/things?"+query, "", nil)
		if w.Code != want || strings.Contains(w.Body.String(), canary) {
			t.Errorf("%s: got %d %s, want %d", query, w.Code, w.Body, want)
		}
		if want != 200 {
			problemOf(t, w)
		}
	}
	for _, id := range []string{"x", "0199A1DE7D4A7C3E9D3C00000000000F", "%7B0199a1de-7d4a-7c3e-9d3c-00000000000f%7D", "%00", "%ff", "1'or'1", strings.Repeat("9", 5000)} {
		if w := b.call("GET", "/api/v1/things/"+id, "", nil); w.Code != 404 {
			t.Errorf("id %.20q: got %d, want 404", id, w.Code)
		}
	}
}
