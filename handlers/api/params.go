package api

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"throughline/models"
)

// param is one thing an operation takes from the path, the query or a header.
type param struct {
	at       []int
	in, name string
	also     []string // other names it is taken by
	schema   *huma.Schema
	required bool
	preset   string
}

// planParams finds the parameters of an input type, each with the schema that
// huma published for it. Parameters are text, whole numbers, true or false,
// times, types that read text, or lists of text separated by commas.
func planParams(in reflect.Type, op *huma.Operation) []param {
	var out []param
	for _, f := range reflect.VisibleFields(in) {
		for _, loc := range []string{"path", "query", "header"} {
			tag, _, _ := strings.Cut(f.Tag.Get(loc), ",")
			if tag == "" {
				continue
			}
			i := slices.IndexFunc(op.Parameters, func(p *huma.Param) bool { return p.In == loc && p.Name == tag })
			if i < 0 {
				panic(fmt.Sprintf("%s: parameter %s is not described", op.OperationID, tag))
			}
			out = append(out, param{
				at: f.Index, in: loc, name: tag, schema: op.Parameters[i].Schema,
				required: op.Parameters[i].Required, preset: f.Tag.Get("default"), also: strings.Fields(f.Tag.Get("also")),
			})
		}
	}
	return out
}

// bindPath fills in what comes from the path. Anything that cannot be a
// record's name is simply not there (decisions.md 19).
func (p *plan) bindPath(c *gin.Context, in reflect.Value) error {
	for _, q := range p.params {
		if q.in != "path" {
			continue
		}
		text := c.Param(q.name)
		f := &findings{}
		if text == "" || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return models.NotFound("path")
		}
		p.schemas.field(q.schema, q.name, q.tree(text), f)
		if len(f.faults) > 0 || q.set(in, text) != nil {
			return models.NotFound("path")
		}
	}
	return nil
}

// bindRest fills in the query and the headers. Unknown and repeated names, and
// a limit out of range, make the request malformed; other values that do not
// fit are faults like those of a body.
func (p *plan) bindRest(c *gin.Context, in reflect.Value) error {
	query := c.Request.URL.Query()
	if strings.Contains(c.Request.URL.RawQuery, ";") {
		return models.Malformed("The query is not valid.")
	}
	if err := p.knownQuery(query); err != nil {
		return err
	}
	f := &findings{}
	for _, q := range p.params {
		var text string
		var given bool
		switch q.in {
		case "path":
			continue
		case "query":
			name := q.named(query)
			given = query.Has(name)
			text = query.Get(name)
		case "header":
			text = c.GetHeader(q.name)
			given = text != ""
		}
		q.bind(p.schemas, in, text, given, f)
	}
	for i, fault := range f.faults {
		if fault.Field == "limit" || fault.Field == "cursor" {
			return refuse(models.Malformed("The "+fault.Field+" is not valid."), f.faults[i])
		}
	}
	if len(f.faults) > 0 {
		return models.Invalid(f.faults...)
	}
	return nil
}

func (p *plan) knownQuery(query map[string][]string) error {
	taken := map[string]bool{}
	for _, name := range sorted(query) {
		i := slices.IndexFunc(p.params, func(q param) bool { return q.in == "query" && (q.name == name || slices.Contains(q.also, name)) })
		switch {
		case i < 0:
			return refuse(models.Malformed("The query has a parameter that is not known."),
				models.Field(named("", name), models.FieldUnknown, "This parameter is not known."))
		case len(query[name]) > 1 || taken[p.params[i].name]:
			return refuse(models.Malformed("The query gives a parameter twice."),
				models.Field(name, models.FieldInvalid, "Give this once."))
		}
		taken[p.params[i].name] = true
	}
	return nil
}

// named is the name that a parameter was given by.
func (q *param) named(query map[string][]string) string {
	for _, name := range q.also {
		if _, ok := query[name]; ok {
			return name
		}
	}
	return q.name
}

func refuse(e *models.Error, fields ...models.FieldError) *models.Error {
	e.Fields = fields
	return e
}

func (q *param) bind(schemas *checker, in reflect.Value, text string, given bool, f *findings) {
	if !given {
		if q.required {
			f.add(q.name, models.FieldRequired, "This is required.")
		}
		if text = q.preset; text == "" {
			return
		}
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		f.add(q.name, models.FieldInvalid, "Is not in the right form.")
		return
	}
	before := len(f.faults)
	schemas.field(q.schema, q.name, q.tree(text), f)
	if len(f.faults) == before && q.set(in, text) != nil {
		f.add(q.name, models.FieldInvalid, "Is not in the right form.")
	}
}

// tree gives the text the shape its schema expects.
func (q *param) tree(text string) any {
	switch q.schema.Type {
	case huma.TypeInteger, huma.TypeNumber:
		if _, err := strconv.ParseFloat(text, 64); err == nil {
			return json.Number(text)
		}
	case huma.TypeBoolean:
		switch text {
		case "true":
			return true
		case "false":
			return false
		}
	case huma.TypeArray:
		var out []any
		for _, item := range strings.Split(text, ",") {
			out = append(out, item)
		}
		return out
	}
	return text
}

func (q *param) set(in reflect.Value, text string) error {
	return setText(in.FieldByIndex(q.at), text)
}

func setText(f reflect.Value, text string) error {
	if u, ok := f.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch f.Kind() {
	case reflect.String:
		f.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		f.SetBool(b)
		return err
	case reflect.Int, reflect.Int64, reflect.Int32:
		n, err := strconv.ParseInt(text, 10, f.Type().Bits())
		f.SetInt(n)
		return err
	case reflect.Slice:
		items := strings.Split(text, ",")
		f.Set(reflect.MakeSlice(f.Type(), len(items), len(items)))
		for i, item := range items {
			if err := setText(f.Index(i), item); err != nil {
				return err
			}
		}
	default:
		if t, ok := f.Addr().Interface().(*time.Time); ok {
			var err error
			*t, err = time.Parse(time.RFC3339, text)
			return err
		}
		return fmt.Errorf("a parameter cannot be a %s", f.Type())
	}
	return nil
}
