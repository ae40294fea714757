package handlers

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"throughline/handlers/api"
	"throughline/internal/seal"
)

// Every body the API answers with is written as encoding/json writes it, filled
// at random with what texts, lists and moments can be.
func TestEveryAnswerIsWrittenAsTheLibraryWritesIt(t *testing.T) {
	t.Parallel()
	answers := API(Deps{Version: "1", Sealer: seal.New()}).Answers()
	if len(answers) < 100 {
		t.Fatalf("only %d operations answer with a body", len(answers))
	}
	odd := []reflect.Type{
		reflect.TypeFor[oddities](), reflect.TypeFor[twice](), reflect.TypeFor[nested](), reflect.TypeFor[[]float64](), reflect.TypeFor[map[int]string](),
	}
	r := rand.New(rand.NewPCG(20, 26)) //nolint:gosec // the same values each time
	for _, of := range append(answers, odd...) {
		for range 12 {
			pointer := reflect.New(of)
			fillAtRandom(r, pointer.Elem(), 0)
			writtenAlike(t, pointer.Interface())
		}
	}
}

func writtenAlike(t *testing.T, pointer any) {
	t.Helper()
	var want bytes.Buffer
	e := json.NewEncoder(&want)
	e.SetEscapeHTML(false)
	failed := e.Encode(pointer)
	got, err := api.Encode(nil, pointer)
	if (err == nil) != (failed == nil) {
		t.Fatalf("%T: got the error %v, want %v", pointer, err, failed)
	}
	if err == nil && !bytes.Equal(append(got, '\n'), want.Bytes()) {
		t.Fatalf("%T:\ngot  %s\nwant %s", pointer, got, want.Bytes())
	}
}

// oddities are what no answer of today has, and one of tomorrow may.
type oddities struct {
	inner
	*Outer `json:"outer"`
	Raw    json.RawMessage   `json:"raw"`
	Bytes  []byte            `json:"bytes"`
	Small  int8              `json:",omitempty"`
	Float  float64           `json:"float"`
	Quoted int               `json:"quoted,string"`
	Any    any               `json:"any"`
	Zero   time.Time         `json:"zero,omitzero"`
	Struct inner             `json:"struct,omitempty"`
	Array  [2]bool           `json:"array,omitempty"`
	Pairs  map[string]*inner `json:"pairs,omitempty"`
	Left   string            `json:"-"`
}

type inner struct {
	Name string `json:"name"`
}

// Outer is embedded under a name.
type Outer struct {
	Count uint16 `json:"count"`
}

// twice has one name from two places.
type twice struct {
	inner
	Name string `json:"name"`
}

type nested struct {
	Name     string             `json:"name"`
	Children []nested           `json:"children"`
	ByName   map[string]*nested `json:"by_name"`
}

var manyTexts = []string{"", "Aisha", "Łucja O’Neill", "محمد", "<b>&amp;</b>", "a \"quoted\" \\ word", "two\nlines\t\u2028", "bad \xff byte", "\x00\x7f"}

func fillAtRandom(r *rand.Rand, v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Struct:
		if at, ok := v.Addr().Interface().(*time.Time); ok {
			*at = aMoment(r)
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fillAtRandom(r, v.Field(i), depth+1)
			}
		}
	case reflect.Pointer:
		if depth < 7 && r.IntN(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fillAtRandom(r, v.Elem(), depth+1)
		}
	case reflect.Slice:
		fillList(r, v, depth)
	case reflect.Array:
		for i := range v.Len() {
			fillAtRandom(r, v.Index(i), depth+1)
		}
	case reflect.Map:
		fillMap(r, v, depth)
	default:
		fillPlain(r, v)
	}
}

func fillPlain(r *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(manyTexts[r.IntN(len(manyTexts))])
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(r.IntN(5)) - 2)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(r.IntN(3)))
	case reflect.Float64:
		v.SetFloat(r.Float64() * 1e22)
	}
}

func fillList(r *rand.Rand, v reflect.Value, depth int) {
	if v.Type() == reflect.TypeFor[json.RawMessage]() {
		v.SetBytes([]byte(` {"a" : [1, null]} `))
		return
	}
	n := r.IntN(4) - 1
	if n < 0 || depth > 7 {
		return // nil
	}
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		fillAtRandom(r, v.Index(i), depth+1)
	}
}

func fillMap(r *rand.Rand, v reflect.Value, depth int) {
	n := r.IntN(4) - 1
	if n < 0 || depth > 7 {
		return // nil
	}
	v.Set(reflect.MakeMap(v.Type()))
	for range n {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fillAtRandom(r, key, depth+1)
		fillAtRandom(r, value, depth+1)
		v.SetMapIndex(key, value)
	}
}

// aMoment is as the database keeps it, in UTC, or now and then in London or in a
// year that cannot be written.
func aMoment(r *rand.Rand) time.Time {
	at := time.UnixMicro(r.Int64N(4102444800000000)).UTC()
	switch r.IntN(40) {
	case 0:
		return at.In(time.FixedZone("BST", 3600))
	case 1:
		return at.AddDate(9000, 0, 0)
	case 2:
		return time.Time{}
	}
	return at
}
