package handlers

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"throughline/models"
	"throughline/services/documents"
)

// marked finds the marks of texts in a page.
var marked = regexp.MustCompile(canary + `[0-9]{3}q`)

// named begins what a name is marked as.
const named = "the name of "

// names writes the script into names that no JSON of the API takes: those of
// people and of services, which an invitation and the operator set, and that of
// a document, which comes with the file.
func (k *keeper) names(t *testing.T) {
	t.Helper()
	for i, table := range []string{"users", "services"} {
		mark := fmt.Sprintf("%s9%02dq", canary, i)
		k.Do(t, "update "+table+" set name = $1", script(mark, 100))
		k.marks[named+table] = mark
	}
	mark := canary + "999q"
	set := setting{k.site, t}
	if _, err := k.deps.Documents.AttachToReferral(k.As("vawg"), set.accepted().ID, documents.Input{Name: script(mark, 60) + ".txt", Kind: models.NoteShared, Content: []byte("A plan.")}); err != nil {
		t.Fatal(err)
	}
	k.marks[named+"documents"] = mark
}

// follows opens what somebody is led to, and in the browser each page that
// shows a text which no page of its route has shown there yet.
func (k *keeper) follows(t *testing.T, b *browser, who string) {
	t.Helper()
	var next []string
	for _, rt := range k.routes {
		if rt.Method == http.MethodGet && !rt.JSON && !strings.ContainsAny(rt.Path, ":*") && k.Actor(who).Can(rt.Need) && !strings.Contains(rt.Path, "sign") {
			next = append(next, rt.Path)
		}
	}
	asked, of := map[string]bool{}, map[string]int{}
	for len(next) > 0 {
		path := next[0]
		next = next[1:]
		kind := k.routeOf(path)
		if asked[path] || kind == "" || of[kind] >= 160 {
			continue
		}
		asked[path] = true
		of[kind]++
		w := k.do(t, call{who: who, method: http.MethodGet, path: path})
		if w.Code >= 500 {
			t.Errorf("%s as %s: got %d", path, who, w.Code)
		}
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		p := reading(w.Body.String())
		if p.foul != "" {
			t.Errorf("%s as %s holds %s", path, who, p.foul)
		}
		if strings.Contains(strings.ReplaceAll(p.title, k.marks[named+"services"], ""), canary) {
			t.Errorf("%s as %s has it in its title", path, who)
		}
		fresh := slices.DeleteFunc(marked.FindAllString(p.text, -1), func(mark string) bool {
			return b.shown[kind+mark] || mark == k.marks[named+"users"] && b.read[mark] // their own, at the top of every page
		})
		if len(fresh) > 0 {
			b.opens(t, who, path, kind)
		}
		next = append(next, p.links...)
	}
}

// nowhere looks where nothing that somebody wrote belongs.
func (k *keeper) nowhere(t *testing.T) {
	t.Helper()
	for _, table := range []string{
		"outbox", "notices", "account_notices", "sessions", "clocks", "quality_facts", "retention_items", "tombstones", "record_openings",
		"sign_in_attempts", "idempotency_keys", "river_job",
	} {
		if k.Count(t, "select count(*) from pg_class where relname = $1", table) == 0 {
			continue
		}
		if n := k.Count(t, fmt.Sprintf("select count(*) from %s x where x::text like '%%%s%%'", table, canary)); n > 0 {
			t.Errorf("%d rows of %s hold what somebody wrote", n, table)
		}
	}
	// Why a record that has ended was opened is told to the trail, and stays
	// there until somebody erases it (decisions.md 2); nothing else is.
	if n := k.Count(t, "select count(*) from audit_events e where (to_jsonb(e) #- '{detail,why}')::text like '%"+canary+"%'"); n > 0 {
		t.Errorf("%d events of the trail hold what somebody wrote", n)
	}
	if strings.Contains(k.log.String(), canary) {
		t.Error("what somebody wrote stands in the log")
	}
}

// accounts holds every text of the description to one of three: read in the
// browser, kept and unread with a reason, or not words with a reason.
func (k *keeper) accounts(t *testing.T, b *browser, described map[string]*openapi3.Operation) {
	t.Helper()
	for name, mark := range k.marks {
		if strings.HasPrefix(name, named) && !b.read[mark] {
			t.Errorf("no page showed %s", name)
		}
	}
	used := map[string]bool{}
	excused := func(table map[string]string, op, field string) bool {
		for _, key := range []string{op + " " + field, field} {
			if table[key] != "" {
				used[key] = true
				return true
			}
		}
		return false
	}
	for name, op := range described {
		for _, f := range freely(op) {
			if strings.HasPrefix(name, "GET") || signsIn(name) {
				continue
			}
			mark := k.marks[name+" "+f.field]
			switch {
			case mark == "" && !excused(notWords, name, f.field):
				t.Errorf("%s: %s took no script: let its scene, or fuller, leave room for it; or say in notWords what it has to be", name, f.field)
			case mark != "" && !b.read[mark] && !excused(unread, name, f.field):
				t.Errorf("%s: %s took a script, and no page showed it: lead somebody there, or say in unread where it goes", name, f.field)
			}
		}
	}
	for _, table := range []map[string]string{notWords, unread} {
		for key := range table {
			if !used[key] {
				t.Errorf("%q is excused, and needs no excuse any more", key)
			}
		}
	}
}
