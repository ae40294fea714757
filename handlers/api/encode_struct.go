package api

import (
	"reflect"
	"slices"
	"strings"
)

// field is one field of a struct, as encoding/json writes it.
type field struct {
	at     []int
	key    string // with its quotes and colon
	absent func(reflect.Value) bool
	encode encoder
}

// fieldsOf lists what encoding/json would write of a struct, in its order. It
// gives up on what would need encoding/json's rules for fields of one name, or
// its rarer options.
func fieldsOf(t reflect.Type, at []int) ([]field, bool) {
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		name, options, _ := strings.Cut(tag, ",")
		here := append(slices.Clone(at), i)
		switch {
		case tag == "-":
			continue
		case f.Anonymous && name == "":
			if f.Type.Kind() != reflect.Struct || writesItself(f.Type) {
				return nil, false
			}
			inner, ok := fieldsOf(f.Type, here)
			if !ok {
				return nil, false
			}
			out = append(out, inner...)
			continue
		case !f.IsExported():
			continue
		}
		absent, ok := leftOut(f.Type, options)
		if !ok {
			return nil, false
		}
		if name == "" {
			name = f.Name
		}
		out = append(out, field{at: here, key: string(appendString(nil, name)) + ":", absent: absent, encode: encoderOf(f.Type)})
	}
	seen := map[string]bool{}
	for _, f := range out {
		if seen[f.key] {
			return nil, false
		}
		seen[f.key] = true
	}
	return out, true
}

// leftOut says when a field with these options is not written; nil is never.
func leftOut(t reflect.Type, options string) (func(reflect.Value) bool, bool) {
	switch options {
	case "":
		return nil, true
	case "omitempty":
		switch t.Kind() {
		case reflect.Struct:
			return nil, true
		case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
			return func(v reflect.Value) bool { return v.Len() == 0 }, true
		default:
			return reflect.Value.IsZero, true
		}
	case "omitzero":
		_, own := t.MethodByName("IsZero")
		return reflect.Value.IsZero, !own
	default:
		return nil, false
	}
}

func encodeStruct(fields []field) encoder {
	return func(b []byte, v reflect.Value) (_ []byte, err error) {
		b = append(b, '{')
		first := len(b)
		for i := range fields {
			f := &fields[i]
			value := v.FieldByIndex(f.at)
			if f.absent != nil && f.absent(value) {
				continue
			}
			if len(b) > first {
				b = append(b, ',')
			}
			if b, err = f.encode(append(b, f.key...), value); err != nil {
				return b, err
			}
		}
		return append(b, '}'), nil
	}
}
