package components

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// fixture is one example GOV.UK Frontend ships: options, and the markup they give.
type fixture struct {
	Name    string         `json:"name"`
	Options map[string]any `json:"options"`
	HTML    string         `json:"html"`
}

// TestOurComponentsDrawWhatGOVUKFrontendDraws compares the parsed markup of every
// fixture whose options our structs can express. The others are listed by name
// with a reason, and a name on that list that could be drawn fails the test.
func TestOurComponentsDrawWhatGOVUKFrontendDraws(t *testing.T) {
	t.Parallel()
	drawn, left := 0, 0
	for name, component := range mapped() {
		reasons := outOfScope.of(name)
		for _, f := range fixtures(t, name) {
			o := &options{values: f.Options}
			if name == "date-input" {
				f.HTML = prefixed(f)
			}
			c := component(o)
			unused := o.unused("")
			reason := reasons[f.Name]
			switch {
			case len(unused) > 0 && reason == "":
				t.Errorf("%s, %s: got options %v without a place in the struct, want a reason on the list", name, f.Name, unused)
			case reason != "" && len(unused) == 0 && sameMarkup(t, c, f.HTML) == "":
				t.Errorf("%s, %s: got a match, want it off the list (%s)", name, f.Name, reason)
			case reason != "":
				left++
			default:
				drawn++
				if diff := sameMarkup(t, c, f.HTML); diff != "" {
					t.Errorf("%s, %s: markup differs (-want +got):\n%s", name, f.Name, diff)
				}
			}
			delete(reasons, f.Name)
		}
		for gone := range reasons {
			t.Errorf("%s: got %q on the list, want only names of fixtures", name, gone)
		}
	}
	t.Logf("%d fixtures drawn alike, %d out of scope", drawn, left)
	if drawn < 430 {
		t.Errorf("got %d fixtures drawn, want at least 430", drawn)
	}
}

func fixtures(t *testing.T, name string) []fixture {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []fixture
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// prefixed puts the id before the names of a date without a prefix, as ours always
// do, so that two dates on one page cannot be mixed up.
func prefixed(f fixture) string {
	if f.Options["namePrefix"] != nil {
		return f.HTML
	}
	out := f.HTML
	for _, part := range []string{"day", "month", "year"} {
		out = strings.ReplaceAll(out, `name="`+part+`"`, fmt.Sprintf(`name="%v-%s"`, f.Options["id"], part))
	}
	return out
}

// sameMarkup gives the difference between a component and the wanted markup.
func sameMarkup(t *testing.T, c templ.Component, want string) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return cmp.Diff(outline(t, want), outline(t, b.String()))
}

// outline writes markup with one node a line, attributes and classes in order and
// white space as a browser would show it.
func outline(t *testing.T, markup string) []string {
	t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(markup), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		t.Fatal(err)
	}
	root := &html.Node{Type: html.ElementNode, Data: "div"}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	var lines []string
	outlineChildren(root, "", &lines)
	return lines
}

func outlineChildren(parent *html.Node, indent string, lines *[]string) {
	for n := parent.FirstChild; n != nil; n = n.NextSibling {
		switch n.Type {
		case html.TextNode:
			if text := shown(n); text != "" {
				*lines = append(*lines, indent+fmt.Sprintf("%q", text))
			}
		case html.ElementNode:
			*lines = append(*lines, indent+"<"+n.Data+attributes(n)+">")
			outlineChildren(n, indent+"  ", lines)
		}
	}
}

func attributes(n *html.Node) string {
	var list []string
	for _, a := range n.Attr {
		value := a.Val
		if a.Key == "class" {
			classes := strings.Fields(value)
			sort.Strings(classes)
			value = strings.Join(classes, " ")
		}
		list = append(list, " "+a.Key+"="+fmt.Sprintf("%q", value))
	}
	sort.Strings(list)
	return strings.Join(list, "")
}

// shown collapses the white space of a text node, and keeps one space only
// beside another thing of the same line.
func shown(n *html.Node) string {
	if n.Parent != nil && n.Parent.Data == "textarea" {
		return n.Data
	}
	text := strings.Join(strings.Fields(n.Data), " ")
	inline := func(s *html.Node) bool {
		return s != nil && (s.Type == html.TextNode || slices.Contains([]string{"a", "span", "strong", "em", "b", "code"}, s.Data))
	}
	if text == "" {
		if inline(n.PrevSibling) && inline(n.NextSibling) {
			return " "
		}
		return ""
	}
	if strings.TrimLeft(n.Data, " \n\t") != n.Data && inline(n.PrevSibling) {
		text = " " + text
	}
	if strings.TrimRight(n.Data, " \n\t") != n.Data && inline(n.NextSibling) {
		text += " "
	}
	return text
}

// options reads the options of a fixture and remembers which were read, so that
// one our structs have no place for is found.
type options struct {
	values map[string]any
	read   map[string]bool
	inner  map[string]*options
	lists  map[string][]*options
}

func (o *options) take(key string) any {
	if o.read == nil {
		o.read = map[string]bool{}
	}
	o.read[key] = true
	return o.values[key]
}

func (o *options) has(key string) bool { return o.values[key] != nil }

// text reads a word; numbers and yes or no become words.
func (o *options) text(key string) string {
	switch v := o.take(key).(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

func (o *options) yes(key string) bool { v, _ := o.take(key).(bool); return v }

func (o *options) number(key string) int {
	switch v := o.take(key).(type) {
	case float64:
		return int(v)
	case string:
		n := 0
		_, _ = fmt.Sscan(v, &n)
		return n
	}
	return 0
}

// in reads a group of options; one that is not there is empty.
func (o *options) in(key string) *options {
	if o.inner == nil {
		o.inner = map[string]*options{}
	}
	if o.inner[key] == nil {
		values, ok := o.values[key].(map[string]any)
		o.inner[key] = &options{values: values}
		if ok || o.values[key] == nil || o.values[key] == false {
			o.take(key)
		}
	}
	return o.inner[key]
}

// list reads a list of groups. A list with something else in it counts as unread.
func (o *options) list(key string) []*options {
	if out, ok := o.lists[key]; ok {
		return out
	}
	items, ok := o.values[key].([]any)
	var out []*options
	for _, item := range items {
		values, isGroup := item.(map[string]any)
		ok = ok && isGroup
		out = append(out, &options{values: values})
	}
	if ok || o.values[key] == nil {
		o.take(key)
	}
	if o.lists == nil {
		o.lists = map[string][]*options{}
	}
	o.lists[key] = out
	return out
}

func (o *options) attributes() templ.Attributes {
	group, ok := o.values["attributes"].(map[string]any)
	if !ok {
		return nil
	}
	out := templ.Attributes{}
	for key, value := range group {
		if _, nested := value.(map[string]any); nested {
			return nil
		}
		out[key] = fmt.Sprint(value)
	}
	o.take("attributes")
	return out
}

// raw reads markup, which only components with children can take.
func (o *options) raw(key string) templ.Component {
	if v, ok := o.take(key).(string); ok && v != "" {
		return templ.Raw(v)
	}
	return nil
}

func (o *options) unused(path string) []string {
	var out []string
	for key := range o.values {
		if !o.read[key] {
			out = append(out, path+key)
		}
	}
	for key, inner := range o.inner {
		out = append(out, inner.unused(path+key+".")...)
	}
	for key, list := range o.lists {
		for _, item := range list {
			out = append(out, item.unused(path+key+"[].")...)
		}
	}
	sort.Strings(out)
	return out
}
