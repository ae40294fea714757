package handlers

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"throughline/handlers/api"
)

// script is a text that runs wherever it is read as markup. The mark at its
// front says which field it was kept in; most is how long the field may be.
func script(mark string, most int) string {
	for _, markup := range []string{
		`<script>alert(stolen=1)</script><img src=x onerror=alert(stolen=1)>"'><svg onload=alert(stolen=1)></textarea></title><a href="javascript:alert(stolen=1)" autofocus onfocus=alert(stolen=1)>x</a>`,
		`"><img src=x onerror=alert(stolen=1)>`,
		`<svg onload=alert(1)>`,
	} {
		if most == 0 || len(mark+markup) <= most {
			return mark + markup
		}
	}
	return ""
}

// wordy is a field of a body that takes words of anybody's own, as far as the
// description can tell.
type wordy struct {
	field string // as an error names it: incidents[0].summary
	most  int    // characters; 0: any number
}

// freely are the texts of a body, those of its parts included.
func freely(op *openapi3.Operation) []wordy {
	if op == nil || op.RequestBody == nil || op.RequestBody.Value.Content.Get("application/json") == nil {
		return nil
	}
	found := map[wordy]bool{}
	texted(op.RequestBody.Value.Content.Get("application/json").Schema.Value, "", found)
	return slices.SortedFunc(maps.Keys(found), func(a, b wordy) int { return strings.Compare(a.field, b.field) })
}

func texted(s *openapi3.Schema, path string, found map[wordy]bool) {
	for _, one := range slices.Concat(s.OneOf, s.AnyOf) {
		texted(one.Value, path, found)
	}
	switch {
	case s.Type.Is("object"):
		for name, p := range s.Properties {
			if name == "incident" && s.Properties["incidents"] != nil {
				continue // the same, of one
			}
			texted(p.Value, strings.TrimPrefix(path+"."+name, "."), found)
		}
		if more := s.AdditionalProperties.Schema; more != nil {
			texted(more.Value, path+".zz_any", found)
		}
	case s.Type.Is("array"):
		texted(s.Items.Value, path+"[0]", found)
	case s.Type.Is("string") && s.Format == "" && len(s.Enum) == 0 && s.Pattern == "":
		most := 0
		if s.MaxLength != nil {
			most = int(*s.MaxLength)
		}
		found[wordy{path, most}] = true
	}
}

// put writes a value into a document where an error would say it stands.
func put(doc map[string]any, field string, value any) {
	first, rest, nested := strings.Cut(field, ".")
	name, listed := strings.CutSuffix(first, "[0]")
	inside := func(old any) any {
		if !nested {
			return value
		}
		m, _ := old.(map[string]any)
		m = maps.Clone(m)
		if m == nil {
			m = map[string]any{}
		}
		put(m, rest, value)
		return m
	}
	if !listed {
		doc[name] = inside(doc[name])
		return
	}
	list, _ := doc[name].([]any)
	list = slices.Clone(list)
	if len(list) == 0 {
		list = []any{nil}
	}
	list[0] = inside(list[0])
	doc[name] = list
}

// keeper plays operations with a script in every text, and knows under which
// mark each was kept: "POST /api/v1/… field".
type keeper struct {
	*site
	marks map[string]string
}

// keeps plays an operation with the script in every text that takes it.
func (k *keeper) keeps(t *testing.T, name string, sc scene, op *openapi3.Operation) {
	t.Helper()
	method, _, _ := strings.Cut(name, " ")
	left := freely(op)
	body := map[string]any{}
	if fuller[name] != "" {
		sc.body = fuller[name]
	}
	if sc.kind != "" || sc.body != "" && json.Unmarshal([]byte(sc.body), &body) != nil {
		return
	}
	for len(left) > 0 {
		sent, marks := maps.Clone(body), map[string]string{}
		for _, f := range left {
			mark := fmt.Sprintf("%s%03dq", canary, len(k.marks)+len(marks))
			if value := script(mark, f.most); value != "" {
				put(sent, f.field, value)
				marks[name+" "+f.field] = mark
			}
		}
		b, err := json.Marshal(sent)
		if err != nil {
			t.Fatal(err)
		}
		c := sc.request(method, sc.who)
		c.body = string(b)
		w := k.do(t, c)
		if w.Code < 300 {
			maps.Copy(k.marks, marks)
			return
		}
		var p api.Problem
		if w.Code != http.StatusUnprocessableEntity || json.Unmarshal(w.Body.Bytes(), &p) != nil {
			t.Errorf("%s with a script in every text: got %d %.300s, want it taken, or its fields named", name, w.Code, w.Body)
			return
		}
		rest := without(left, p.Errors)
		if len(rest) == len(left) {
			t.Errorf("%s: %.600s names nothing that holds a script", name, w.Body)
			return
		}
		left = rest
	}
}

// without leaves out the texts that were refused, and where the fault is of the
// part around them (a place with a mode and no kind) that whole part.
func without(left []wordy, faults []api.Fault) []wordy {
	leave := func(in []wordy, of func(field, fault string) bool) []wordy {
		return slices.DeleteFunc(slices.Clone(in), func(f wordy) bool {
			return slices.ContainsFunc(faults, func(e api.Fault) bool { return of(f.field, e.Field) })
		})
	}
	rest := leave(left, func(field, fault string) bool { return field == fault })
	if len(rest) < len(left) {
		return rest
	}
	rest = leave(left, func(field, fault string) bool {
		return strings.HasPrefix(field, fault+".") || strings.HasPrefix(field, fault+"[") || strings.HasPrefix(fault, strings.TrimSuffix(field, "zz_any")) && strings.HasSuffix(field, "zz_any")
	})
	if len(rest) < len(left) {
		return rest
	}
	return leave(left, func(field, fault string) bool {
		around := fault[:max(strings.LastIndexAny(fault, ".["), 0)]
		return around != "" && strings.HasPrefix(field, around)
	})
}
