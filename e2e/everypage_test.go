package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// The states a page is looked at in.
const (
	filled = "filled" // with something to show
	empty  = "empty"  // for somebody who has nothing yet
	faulty = "error"  // after a form was sent with faults
)

// tour is a walk through pages, each of which is judged as it is met.
type tour struct {
	t    *testing.T
	base string
	met  *met
}

// met is which pages were looked at, and in which states.
type met struct {
	mu     sync.Mutex
	pages  map[string]map[string]bool
	routes []route
}

type route struct {
	path    string
	pattern *regexp.Regexp
}

// routed turns the table of routes into patterns, the most literal first.
func routed(paths []string) []route {
	var out []route
	for _, p := range paths {
		out = append(out, route{p, regexp.MustCompile("^" + parameter.ReplaceAllString(p, `[^/]+`) + "$")})
	}
	slices.SortStableFunc(out, func(a, b route) int { return strings.Count(a.path, "{") - strings.Count(b.path, "{") })
	return out
}

// of names the route of an address; an address that only takes forms names itself.
func (m *met) of(address string) string {
	path, _, _ := strings.Cut(address, "?")
	for _, r := range m.routes {
		if r.pattern.MatchString(path) {
			return r.path
		}
	}
	return path
}

func (m *met) mark(route, state string) (first bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.pages[route] == nil {
		m.pages[route] = map[string]bool{}
	}
	first = !m.pages[route][state]
	m.pages[route][state] = true
	return first
}

// look judges the page that is shown.
func (w *tour) look(p *person, state string) {
	w.t.Helper()
	route := w.met.of(p.address())
	first := w.met.mark(route, state)
	what := route + " (" + state + ")"
	if first && state == filled {
		p.looks(what, phone, desk)
	} else {
		p.looks(what, desk)
	}
	p.outline(what)
	if first && os.Getenv("SCREENS") != "" {
		w.keep(p, route, state)
	}
}

// keep saves how the page looks under docs/screens.
func (w *tour) keep(p *person, route, state string) {
	w.t.Helper()
	name := strings.Trim(regexp.MustCompile(`[^a-z]+`).ReplaceAllString(route, "-"), "-")
	if name == "" {
		name = "home"
	}
	if state != filled {
		name += "-" + state
	}
	dir := filepath.Join("..", "docs", "screens")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		w.t.Fatal(err)
	}
	for _, width := range []int64{phone, desk} {
		picture, err := p.picture(width)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d.webp", name, width)), picture, 0o644)
		}
		if err != nil {
			w.t.Error(err)
		}
	}
}

// wrong sends the form that is shown by pressing its button, expects faults, and
// judges the page that says so.
func (w *tour) wrong(p *person, button string) {
	w.t.Helper()
	p.press(button).is(422)
	w.look(p, faulty)
}

// as opens a browser for somebody.
func (w *tour) as(who string) *person {
	w.t.Helper()
	return signedIn(w.t, w.base, who)
}

// proves shows once more that somebody is who they are: it counts for five minutes.
func (p *person) proves() *person {
	p.t.Helper()
	return p.visit("/account/confirm?next=/account").write("Your password", password).press("Continue").is(200)
}

// never are states that a page cannot be in, and why.
var never = map[string]string{
	"GET /admin/access.csv":                     "is a file",
	"GET /certificates/{ref}/download":          "is a file",
	"GET /files/{id}":                           "is a file",
	"GET /evidence/{id}":                        "is a file",
	"GET /imports/{id}/refused":                 "is a file",
	"GET /overview/measures.csv":                "is a file",
	"GET /overview/published.csv":               "is a file",
	"GET /overview/way.csv":                     "is a file",
	"GET /overview/scorecards.csv":              "is a file",
	"GET /overview/scorecards/organisation.csv": "is a file",
	"GET /scorecard.csv":                        "is a file",
	"GET /":                                     "leads to the reader's first page",
	"GET /admin":                                "leads to the list of people",
	"GET /cases/{ref}/refer":                    "leads to the first question",
	"POST /cases/new/{draft}/check":             "shows the page with the fault in place of itself",
	"POST /cases/{ref}/refer/check":             "is a button",
	"GET /cases/{ref}/hand-over":                "leads to the first question",
	"POST /cases/{ref}/hand-over/check":         "is a button",
	"POST /cases/{ref}/reopen":                  "is a button",
	"POST /handoffs/{ref}/recall":               "asks for nothing that has to be given",
	"POST /bulk-handoffs/{ref}/recall":          "asks for nothing that has to be given",
	"POST /keyboard":                            "is a button",
	"POST /cases/{ref}/their-page/change":       "is a button",
	"POST /referrals/{ref}/assign":              "begins with somebody chosen",
	"POST /referrals/{ref}/accept":              "begins with somebody chosen",
	"POST /cases/new/{draft}/equality":          "offers nothing that is wrong",
	"POST /cases/{ref}/equality":                "offers nothing that is wrong",
	"POST /referrals/{ref}/undo-accept":         "asks for nothing that has to be given",
	"POST /admin/people":                        "is a search",
	"POST /account/codes":                       "is a button",
	"GET /sign-in/organisation/back":            "is where another site sends people back to; its faults are looked at",
	"POST /account/passkeys/new":                "is sent by script alone",
	"POST /account/factors/{id}/remove":         "is a button",
	"POST /cases/{ref}/audit":                   "begins with an answer chosen",
}

// TestEveryPageCanBeUsedByEverybody meets every page of the table of routes with
// something to show, and every form with faults; pages that list things also
// with nothing to list. On each, axe-core finds no violation of WCAG 2.0 to 2.2
// A or AA, and nothing has to be scrolled sideways on a desk or a phone. What axe
// says of a phone it says of each page once, of a desk in every state.
//
// With SCREENS set it also saves how each looks (make screens).
func TestEveryPageCanBeUsedByEverybody(t *testing.T) {
	t.Parallel()
	m := &met{pages: map[string]map[string]bool{}, routes: routed(pageRoutes(t))}
	t.Run("tours", func(t *testing.T) {
		for name, walk := range map[string]func(*tour){
			"strangers": (*tour).strangers, "logging": (*tour).logging, "referring": (*tour).referring, "deciding": (*tour).deciding,
			"working": (*tour).working, "following": (*tour).following, "cases": (*tour).cases, "lists": (*tour).lists, "newcomers": (*tour).newcomers, "keeping": (*tour).keeping, "supporting": (*tour).supporting, "filling": (*tour).filling, "conferring": (*tour).conferring, "happening": (*tour).happening,
			"managing": (*tour).managing,
			"rights":   (*tour).rights, "protecting": (*tour).protecting,
			"proving": (*tour).proving, "importing": (*tour).importing,
			"alarms":  (*tour).alarms,
			"handing": (*tour).handing, "looking": (*tour).looking,
			"trying": (*tour).trying,
			"moving": (*tour).moving, "amending": (*tour).amending, "placing": (*tour).placing,
			"auditing": (*tour).auditing, "complaining": (*tour).complaining, "answering": (*tour).answering,
			"signing on": (*tour).signingOn, "agreeing": (*tour).agreeing, "agreements": (*tour).agreements, "systems": (*tour).systems, "webhooks": (*tour).webhooks,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				walk(&tour{t: t, base: site(t).url, met: m})
			})
		}
	})
	for _, r := range m.routes {
		if _, exempt := never["GET "+r.path]; !exempt && !m.pages[r.path][filled] {
			t.Errorf("%s was not looked at", r.path)
		}
	}
	for _, path := range formRoutes(t) {
		if _, exempt := never["POST "+path]; !exempt && !m.pages[path][faulty] {
			t.Errorf("%s was not looked at with faults", path)
		}
	}
}

// formRoutes are the pages that take a form at their own address.
func formRoutes(t testing.TB) []string {
	t.Helper()
	b, err := os.ReadFile("../handlers/testdata/access.txt")
	if err != nil {
		t.Fatal(err)
	}
	pages := pageRoutes(t)
	var out []string
	for line := range strings.Lines(string(b)) {
		if path, is := strings.CutPrefix(strings.TrimSpace(line), "POST "); is && slices.Contains(pages, path) {
			out = append(out, path)
		}
	}
	return out
}
