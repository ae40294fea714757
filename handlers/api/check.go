package api

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"throughline/models"
)

// mostFaults is how many faults are told at once: enough for any form, too few
// for an answer larger than its question.
const mostFaults = 50

// checker holds documents to the schemas that huma made of our types. huma's
// own check says what is wrong in English only, beside the rejected value, and
// takes NAME for name.
type checker struct {
	registry huma.Registry
	patterns map[string]*regexp.Regexp
}

// prepare compiles the patterns of a schema, so that a bad one stops the start.
func (k *checker) prepare(s *huma.Schema) { k.compile(s, map[*huma.Schema]bool{}) }

func (k *checker) compile(s *huma.Schema, done map[*huma.Schema]bool) {
	if s == nil {
		return
	}
	if s = k.resolve(s); done[s] {
		return
	}
	done[s] = true
	if s.Pattern != "" && k.patterns[s.Pattern] == nil {
		k.patterns[s.Pattern] = regexp.MustCompile(s.Pattern)
	}
	k.compile(s.Items, done)
	for _, p := range s.Properties {
		k.compile(p, done)
	}
	if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
		k.compile(more, done)
	}
	for _, sub := range slices.Concat(s.OneOf, s.AnyOf, s.AllOf) {
		k.compile(sub, done)
	}
}

func (k *checker) resolve(s *huma.Schema) *huma.Schema {
	for s.Ref != "" {
		s = k.registry.SchemaFromRef(s.Ref)
	}
	return s
}

// findings are what a check found: the faults, and whether a field was spelled
// in another case, which makes the whole document malformed.
type findings struct {
	faults  []models.FieldError
	variant bool
}

func (f *findings) add(path, code, message string) {
	if len(f.faults) < mostFaults {
		f.faults = append(f.faults, models.Field(path, code, message))
	}
}

// check holds v, decoded with numbers as json.Number, to s. Faults come in a
// fixed order, whatever the order of the document.
func (k *checker) check(s *huma.Schema, path string, v any, f *findings) {
	s = k.resolve(s)
	if len(s.OneOf) > 0 || len(s.AnyOf) > 0 {
		k.either(append(slices.Clone(s.OneOf), s.AnyOf...), path, v, f)
		return
	}
	for _, sub := range s.AllOf {
		k.check(sub, path, v, f)
	}
	if v == nil && s.Nullable {
		return
	}
	before := len(f.faults)
	switch s.Type {
	case huma.TypeBoolean:
		if _, ok := v.(bool); !ok {
			f.add(path, models.FieldInvalid, "Must be true or false.")
		}
	case huma.TypeInteger, huma.TypeNumber:
		k.number(s, path, v, f)
	case huma.TypeString:
		k.text(s, path, v, f)
	case huma.TypeArray:
		k.list(s, path, v, f)
	case huma.TypeObject:
		k.object(s, path, v, f)
	}
	if len(s.Enum) > 0 && len(f.faults) == before && !among(s.Enum, v) {
		f.add(path, models.FieldInvalid, "Must be one of: "+words(s.Enum)+".")
	}
}

// either tells the faults of the one kind of value that was meant, as far as
// that can be told.
func (k *checker) either(subs []*huma.Schema, path string, v any, f *findings) {
	var meant *findings
	for _, sub := range subs {
		try := &findings{}
		k.check(sub, path, v, try)
		if len(try.faults) == 0 && !try.variant {
			return
		}
		if meant == nil && sameKind(k.resolve(sub).Type, v) {
			meant = try
		}
	}
	if meant == nil {
		f.add(path, models.FieldInvalid, "Is not in the right form.")
		return
	}
	f.variant = f.variant || meant.variant
	f.faults = append(f.faults, meant.faults...)
}

func sameKind(kind string, v any) bool {
	switch v.(type) {
	case map[string]any:
		return kind == huma.TypeObject
	case []any:
		return kind == huma.TypeArray
	case string:
		return kind == huma.TypeString
	case json.Number:
		return kind == huma.TypeNumber || kind == huma.TypeInteger
	case bool:
		return kind == huma.TypeBoolean
	}
	return false
}

func (k *checker) number(s *huma.Schema, path string, v any, f *findings) {
	n, ok := v.(json.Number)
	whole := s.Type == huma.TypeInteger
	if !ok {
		f.add(path, models.FieldInvalid, kindOfNumber(whole))
		return
	}
	bits := 64
	if s.Format == "int32" || s.Format == "float" {
		bits = 32
	}
	x, err := strconv.ParseFloat(string(n), bits)
	if whole && err == nil {
		_, err = strconv.ParseInt(string(n), 10, bits)
	}
	switch {
	case err != nil:
		f.add(path, models.FieldInvalid, kindOfNumber(whole))
	case s.Minimum != nil && x < *s.Minimum:
		f.add(path, models.FieldInvalid, fmt.Sprintf("Must be %v or more.", *s.Minimum))
	case s.Maximum != nil && x > *s.Maximum:
		f.add(path, models.FieldInvalid, fmt.Sprintf("Must be %v or less.", *s.Maximum))
	case s.ExclusiveMinimum != nil && x <= *s.ExclusiveMinimum:
		f.add(path, models.FieldInvalid, fmt.Sprintf("Must be more than %v.", *s.ExclusiveMinimum))
	case s.ExclusiveMaximum != nil && x >= *s.ExclusiveMaximum:
		f.add(path, models.FieldInvalid, fmt.Sprintf("Must be less than %v.", *s.ExclusiveMaximum))
	}
}

func kindOfNumber(whole bool) string {
	if whole {
		return "Must be a whole number."
	}
	return "Must be a number."
}

func (k *checker) text(s *huma.Schema, path string, v any, f *findings) {
	t, ok := v.(string)
	if !ok {
		f.add(path, models.FieldInvalid, "Must be text.")
		return
	}
	length := utf8.RuneCountInString(t)
	switch {
	case s.MinLength != nil && length == 0 && *s.MinLength > 0:
		f.add(path, models.FieldRequired, "This is required.")
	case s.MinLength != nil && length < *s.MinLength:
		f.add(path, models.FieldTooShort, fmt.Sprintf("Must be %s or more.", count(*s.MinLength, "character")))
	case s.MaxLength != nil && length > *s.MaxLength:
		f.add(path, models.FieldTooLong, fmt.Sprintf("Must be %s or fewer.", count(*s.MaxLength, "character")))
	case s.Pattern != "" && !k.patterns[s.Pattern].MatchString(t):
		f.add(path, models.FieldInvalid, "Is not in the right form"+described(s.PatternDescription)+".")
	default:
		if message := formatFault(s.Format, t); message != "" {
			f.add(path, models.FieldInvalid, message)
		}
	}
}

func described(what string) string {
	if what == "" {
		return ""
	}
	return ": " + what
}

func (k *checker) list(s *huma.Schema, path string, v any, f *findings) {
	items, ok := v.([]any)
	if !ok {
		f.add(path, models.FieldInvalid, "Must be a list.")
		return
	}
	switch {
	case s.MinItems != nil && len(items) == 0 && *s.MinItems > 0:
		f.add(path, models.FieldRequired, "Give at least "+strconv.Itoa(*s.MinItems)+".")
	case s.MinItems != nil && len(items) < *s.MinItems:
		f.add(path, models.FieldTooShort, "Give at least "+strconv.Itoa(*s.MinItems)+".")
	case s.MaxItems != nil && len(items) > *s.MaxItems:
		f.add(path, models.FieldTooLong, "Give "+strconv.Itoa(*s.MaxItems)+" or fewer.")
		return
	}
	told := map[string]bool{}
	for i, item := range items {
		if t, ok := item.(string); ok && s.UniqueItems {
			if told[t] {
				f.add(index(path, i), models.FieldInvalid, "Is given twice.")
			}
			told[t] = true
		}
		k.check(s.Items, index(path, i), item, f)
	}
}

func (k *checker) object(s *huma.Schema, path string, v any, f *findings) {
	fields, ok := v.(map[string]any)
	if !ok {
		f.add(path, models.FieldInvalid, "Must be an object.")
		return
	}
	for _, name := range sorted(s.Properties) {
		field, given := fields[name]
		prop := s.Properties[name]
		required := slices.Contains(s.Required, name)
		switch {
		case prop.ReadOnly && given:
			f.add(join(path, name), models.FieldUnknown, "This cannot be set.")
		case prop.ReadOnly, !given && !required, given && field == nil && !required:
		case !given:
			f.add(join(path, name), models.FieldRequired, "This is required.")
		default:
			k.check(prop, join(path, name), field, f)
		}
	}
	more, free := s.AdditionalProperties.(*huma.Schema)
	if all, ok := s.AdditionalProperties.(bool); ok && all {
		return
	}
	for _, name := range sorted(fields) {
		if s.Properties[name] != nil {
			continue
		}
		switch {
		case variantOf(s.Properties, name):
			f.variant = true
		case free:
			k.check(more, named(path, name), fields[name], f)
		default:
			f.add(named(path, name), models.FieldUnknown, "This field is not known.")
		}
	}
}

func variantOf(properties map[string]*huma.Schema, name string) bool {
	folded := fold(name)
	for known := range properties {
		if fold(known) == folded {
			return true
		}
	}
	return false
}

func among(allowed []any, v any) bool {
	n, number := v.(json.Number)
	return slices.ContainsFunc(allowed, func(a any) bool {
		return a == v || number && fmt.Sprint(a) == string(n)
	})
}

func words(values []any) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = fmt.Sprint(v)
	}
	return strings.Join(out, ", ")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
