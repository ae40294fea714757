package api

import (
	"encoding/json"
	"regexp"
	"slices"

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
	named    map[string]*huma.Schema   // by the reference that names it
	fields   map[*huma.Schema][]string // the names of each object's fields, in order
	patterns map[string]*regexp.Regexp
}

// newChecker takes from all the schemas that those asked for refer to, and
// compiles their patterns; the rest it forgets.
func newChecker(all huma.Registry, asked ...*huma.Schema) *checker {
	k := &checker{named: map[string]*huma.Schema{}, fields: map[*huma.Schema][]string{}, patterns: map[string]*regexp.Regexp{}}
	for _, s := range asked {
		k.take(all, s, map[*huma.Schema]bool{})
	}
	return k
}

func (k *checker) take(all huma.Registry, s *huma.Schema, done map[*huma.Schema]bool) {
	for s != nil && s.Ref != "" {
		k.named[s.Ref] = all.SchemaFromRef(s.Ref)
		s = k.named[s.Ref]
	}
	if s == nil || done[s] {
		return
	}
	done[s] = true
	if s.Pattern != "" && k.patterns[s.Pattern] == nil {
		k.patterns[s.Pattern] = regexp.MustCompile(s.Pattern)
	}
	k.fields[s] = sorted(s.Properties)
	k.take(all, s.Items, done)
	for _, p := range s.Properties {
		k.take(all, p, done)
	}
	if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
		k.take(all, more, done)
	}
	for _, sub := range slices.Concat(s.OneOf, s.AnyOf, s.AllOf) {
		k.take(all, sub, done)
	}
}

func (k *checker) resolve(s *huma.Schema) *huma.Schema {
	for s.Ref != "" {
		s = k.named[s.Ref]
	}
	return s
}

// findings are what a check found: the faults, and whether a field was spelled
// in another case, which makes the whole document malformed. at is where the
// check is: only a fault asks how that is written, and most documents have none.
type findings struct {
	faults  []models.FieldError
	variant bool
	at      []step
}

// step is one step down a document: into a field, or into an item of a list.
type step struct {
	name string // of the field; none for an item
	item int
}

func (f *findings) down(s step) { f.at = append(f.at, s) }
func (f *findings) up()         { f.at = f.at[:len(f.at)-1] }

func (f *findings) path() (path string) {
	for _, s := range f.at {
		if s.name == "" {
			path = index(path, s.item)
		} else {
			path = join(path, s.name)
		}
	}
	return path
}

// here adds a fault of the value that the check is at, in one of a field of it.
func (f *findings) here(code, message string)     { f.add(f.path(), code, message) }
func (f *findings) in(name, code, message string) { f.add(join(f.path(), name), code, message) }

func (f *findings) add(path, code, message string) {
	if len(f.faults) < mostFaults {
		f.faults = append(f.faults, models.Field(path, code, message))
	}
}

// field is check for what stands in a field of that name.
func (k *checker) field(s *huma.Schema, name string, v any, f *findings) {
	f.down(step{name: name})
	k.check(s, v, f)
	f.up()
}

// check holds v, decoded with numbers as json.Number, to s. Faults come in a
// fixed order, whatever the order of the document.
func (k *checker) check(s *huma.Schema, v any, f *findings) {
	s = k.resolve(s)
	if len(s.OneOf) > 0 || len(s.AnyOf) > 0 {
		k.either(append(slices.Clone(s.OneOf), s.AnyOf...), v, f)
		return
	}
	for _, sub := range s.AllOf {
		k.check(sub, v, f)
	}
	if v == nil && s.Nullable {
		return
	}
	before := len(f.faults)
	switch s.Type {
	case huma.TypeBoolean:
		if _, ok := v.(bool); !ok {
			f.here(models.FieldInvalid, "Must be true or false.")
		}
	case huma.TypeInteger, huma.TypeNumber:
		k.number(s, v, f)
	case huma.TypeString:
		k.text(s, v, f)
	case huma.TypeArray:
		k.list(s, v, f)
	case huma.TypeObject:
		k.object(s, v, f)
	}
	if len(s.Enum) > 0 && len(f.faults) == before && !among(s.Enum, v) {
		f.here(models.FieldInvalid, "Must be one of: "+words(s.Enum)+".")
	}
}

// either tells the faults of the one kind of value that was meant, as far as
// that can be told.
func (k *checker) either(subs []*huma.Schema, v any, f *findings) {
	var meant *findings
	for _, sub := range subs {
		try := &findings{at: f.at}
		k.check(sub, v, try)
		if len(try.faults) == 0 && !try.variant {
			return
		}
		if meant == nil && sameKind(k.resolve(sub).Type, v) {
			meant = try
		}
	}
	if meant == nil {
		f.here(models.FieldInvalid, "Is not in the right form.")
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

func (k *checker) object(s *huma.Schema, v any, f *findings) {
	fields, ok := v.(map[string]any)
	if !ok {
		f.here(models.FieldInvalid, "Must be an object.")
		return
	}
	for _, name := range k.fields[s] {
		field, given := fields[name]
		prop := s.Properties[name]
		required := slices.Contains(s.Required, name)
		switch {
		case prop.ReadOnly && given:
			f.in(name, models.FieldUnknown, "This cannot be set.")
		case prop.ReadOnly, !given && !required, given && field == nil && !required:
		case !given:
			f.in(name, models.FieldRequired, "This is required.")
		default:
			k.field(prop, name, field, f)
		}
	}
	more, free := s.AdditionalProperties.(*huma.Schema)
	if all, ok := s.AdditionalProperties.(bool); ok && all {
		return
	}
	var others []string
	for name := range fields {
		if s.Properties[name] == nil {
			others = append(others, name)
		}
	}
	slices.Sort(others)
	for _, name := range others {
		switch {
		case variantOf(s.Properties, name):
			f.variant = true
		case free && plainName.MatchString(name):
			k.field(more, name, fields[name], f)
		case free:
			k.check(more, fields[name], f)
		default:
			f.add(named(f.path(), name), models.FieldUnknown, "This field is not known.")
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
