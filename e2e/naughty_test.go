package e2e

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"golang.org/x/time/rate"
)

//go:embed testdata/blns.json
var naughtyJSON []byte

// naughtyFields are the text fields of logging a case: where each goes, and
// where it comes back.
var naughtyFields = []struct {
	path string // as an error names it
	keep string // what is sent in its place once it was refused
}{
	{"victim.given_name", "Ada"},
	{"victim.family_name", "Testwell"},
	{"victim.known_as", "Ada"},
	{"victim.address", "1 Test Street"},
	{"victim.language", "English"},
	{"victim.access_needs[0]", "Large print"},
	{"related_people[0].name", "Grace"},
	{"safe_contact.channels[0].note", "Rings twice."},
	{"safe_contact.code_word", "bluebell"},
	{"incidents[0].summary", "It happened."},
	{"incidents[0].crime_reference", "01/123456/26"},
	{"incidents[0].place.operator", "A bus company"},
	{"incidents[0].place.route", "Route 1"},
	{"risk_note", "None."},
	{"help_note", "None."},
}

// naughtyCase is a case with a value in every text field, but for those that
// were refused.
func naughtyCase(value string, refused map[string]bool) map[string]any {
	v := func(path string) string {
		for _, f := range naughtyFields {
			if f.path == path && refused[path] {
				return f.keep
			}
		}
		return value
	}
	c := aCase("")
	victim := c["victim"].(map[string]any)
	for _, name := range []string{"given_name", "family_name", "known_as", "address", "language"} {
		victim[name] = v("victim." + name)
	}
	victim["access_needs"] = []any{v("victim.access_needs[0]")}
	c["related_people"] = []any{map[string]any{"relation": "parent", "name": v("related_people[0].name")}}
	contact := c["safe_contact"].(map[string]any)
	contact["channels"].([]any)[0].(map[string]any)["note"] = v("safe_contact.channels[0].note")
	contact["code_word"] = v("safe_contact.code_word")
	incident := c["incidents"].([]any)[0].(map[string]any)
	incident["summary"], incident["crime_reference"] = v("incidents[0].summary"), v("incidents[0].crime_reference")
	incident["place"] = map[string]any{"kind": "transport", "operator": v("incidents[0].place.operator"), "route": v("incidents[0].place.route")}
	c["risk_note"] = v("risk_note")
	c["help_offered"], c["help_reason"], c["help_note"] = "no", "other", v("help_note")
	return c
}

// at walks into an answer by a path such as incidents[0].summary.
func at(body any, path string) any {
	for part := range strings.SplitSeq(strings.ReplaceAll(path, "[0]", ".0"), ".") {
		switch in := body.(type) {
		case map[string]any:
			body = in[part]
		case []any:
			if len(in) == 0 {
				return nil
			}
			body = in[0]
		default:
			return nil
		}
	}
	return body
}

// naughty is what became of the strings.
type naughty struct {
	caller *caller
	gentle *rate.Limiter // below the limit of one session

	mu     sync.Mutex
	fields map[string]int    // how many strings each field took
	cases  map[string]string // the string in each case, by reference
	told   []string          // strings that a summary took
}

// TestNaughtyStringsAreKeptExactlyOrRefusedByName sends each of 515 strings that
// break programs through every text field of logging a case. Space at both ends
// may be taken off; nothing else may change. Then it looks at the pages that show
// them.
func TestNaughtyStringsAreKeptExactlyOrRefusedByName(t *testing.T) {
	t.Parallel()
	s := site(t)
	var strs []string
	if err := json.Unmarshal(naughtyJSON, &strs); err != nil || len(strs) != 515 {
		t.Fatalf("got %d strings and %v, want 515", len(strs), err)
	}
	n := &naughty{caller: signIn(t, s.url, "caseworker"), gentle: rate.NewLimiter(180, 100), fields: map[string]int{}, cases: map[string]string{}}
	var wait sync.WaitGroup
	next := make(chan int)
	for range 4 {
		wait.Go(func() {
			for i := range next {
				if err := n.send(strs[i]); err != nil {
					t.Errorf("string %d %q: %v", i, strs[i], err)
				}
			}
		})
	}
	for i := range strs {
		next <- i
	}
	close(next)
	wait.Wait()
	for _, f := range naughtyFields {
		if n.fields[f.path] < 300 {
			t.Errorf("%s took %d of the strings", f.path, n.fields[f.path])
		}
	}
	n.parsed(t, s)
	n.seen(t, s)
}

// send logs cases with one string until the product takes one, and reads it back.
func (n *naughty) send(value string) error {
	refused := map[string]bool{}
	for {
		if err := n.gentle.Wait(context.Background()); err != nil {
			return err
		}
		a, err := n.caller.try("POST", "/api/v1/cases", naughtyCase(value, refused), map[string]string{"Idempotency-Key": newKey()})
		switch {
		case err != nil:
			return err
		case a.Status == 201:
			return n.read(a, value, refused)
		case a.Status != 400 && a.Status != 422:
			return fmt.Errorf("got %d %s", a.Status, a.Raw)
		}
		before := len(refused)
		named, _ := a.Body["errors"].([]any)
		for _, e := range named {
			field, _ := e.(map[string]any)["field"].(string)
			refused[field] = true
		}
		if len(refused) == before {
			return fmt.Errorf("refused without a field that was not named before: %s", a.Raw)
		}
		if len(value) > 12 && strings.Contains(a.Raw, value) {
			return fmt.Errorf("the answer repeats what was refused: %s", a.Raw)
		}
	}
}

func (n *naughty) read(logged answer, value string, refused map[string]bool) error {
	if err := n.gentle.Wait(context.Background()); err != nil {
		return err
	}
	id, _ := logged.Body["id"].(string)
	ref, _ := logged.Body["reference"].(string)
	a, err := n.caller.try("GET", "/api/v1/cases/"+id, nil, nil)
	if err != nil {
		return err
	}
	if a.Status != 200 {
		return fmt.Errorf("reading it back: %d %s", a.Status, a.Raw)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, f := range naughtyFields {
		want := value
		if refused[f.path] {
			want = f.keep
		}
		got, _ := at(a.Body, f.path).(string)
		if got != want && got != strings.TrimSpace(want) {
			return fmt.Errorf("%s came back as %q", f.path, got)
		}
		if !refused[f.path] {
			n.fields[f.path]++
		}
	}
	n.cases[ref] = value
	if kept := strings.TrimSpace(value); !refused["incidents[0].summary"] && kept != "" {
		n.told = append(n.told, kept)
	}
	return nil
}
