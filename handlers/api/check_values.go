package api

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"throughline/models"
)

func (k *checker) number(s *huma.Schema, v any, f *findings) {
	n, ok := v.(json.Number)
	whole := s.Type == huma.TypeInteger
	if !ok {
		f.here(models.FieldInvalid, kindOfNumber(whole))
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
		f.here(models.FieldInvalid, kindOfNumber(whole))
	case s.Minimum != nil && x < *s.Minimum:
		f.here(models.FieldInvalid, fmt.Sprintf("Must be %v or more.", *s.Minimum))
	case s.Maximum != nil && x > *s.Maximum:
		f.here(models.FieldInvalid, fmt.Sprintf("Must be %v or less.", *s.Maximum))
	case s.ExclusiveMinimum != nil && x <= *s.ExclusiveMinimum:
		f.here(models.FieldInvalid, fmt.Sprintf("Must be more than %v.", *s.ExclusiveMinimum))
	case s.ExclusiveMaximum != nil && x >= *s.ExclusiveMaximum:
		f.here(models.FieldInvalid, fmt.Sprintf("Must be less than %v.", *s.ExclusiveMaximum))
	}
}

func kindOfNumber(whole bool) string {
	if whole {
		return "Must be a whole number."
	}
	return "Must be a number."
}

func (k *checker) text(s *huma.Schema, v any, f *findings) {
	t, ok := v.(string)
	if !ok {
		f.here(models.FieldInvalid, "Must be text.")
		return
	}
	length := utf8.RuneCountInString(t)
	switch {
	case s.MinLength != nil && length == 0 && *s.MinLength > 0:
		f.here(models.FieldRequired, "This is required.")
	case s.MinLength != nil && length < *s.MinLength:
		f.here(models.FieldTooShort, fmt.Sprintf("Must be %s or more.", count(*s.MinLength, "character")))
	case s.MaxLength != nil && length > *s.MaxLength:
		f.here(models.FieldTooLong, fmt.Sprintf("Must be %s or fewer.", count(*s.MaxLength, "character")))
	case s.Pattern != "" && !k.patterns[s.Pattern].MatchString(t):
		f.here(models.FieldInvalid, "Is not in the right form"+described(s.PatternDescription)+".")
	default:
		if message := formatFault(s.Format, t); message != "" {
			f.here(models.FieldInvalid, message)
		}
	}
}

func described(what string) string {
	if what == "" {
		return ""
	}
	return ": " + what
}

func (k *checker) list(s *huma.Schema, v any, f *findings) {
	items, ok := v.([]any)
	if !ok {
		f.here(models.FieldInvalid, "Must be a list.")
		return
	}
	switch {
	case s.MinItems != nil && len(items) == 0 && *s.MinItems > 0:
		f.here(models.FieldRequired, "Give at least "+strconv.Itoa(*s.MinItems)+".")
	case s.MinItems != nil && len(items) < *s.MinItems:
		f.here(models.FieldTooShort, "Give at least "+strconv.Itoa(*s.MinItems)+".")
	case s.MaxItems != nil && len(items) > *s.MaxItems:
		f.here(models.FieldTooLong, "Give "+strconv.Itoa(*s.MaxItems)+" or fewer.")
		return
	}
	var told map[string]bool
	if s.UniqueItems {
		told = map[string]bool{}
	}
	for i, item := range items {
		f.down(step{item: i})
		if t, ok := item.(string); ok && s.UniqueItems {
			if told[t] {
				f.here(models.FieldInvalid, "Is given twice.")
			}
			told[t] = true
		}
		k.check(s.Items, item, f)
		f.up()
	}
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
