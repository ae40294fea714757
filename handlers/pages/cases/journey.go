package cases

import (
	"context"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/web/components"
	"throughline/web/pages/shared"
)

// draftKind names the unfinished form of this journey among a person's drafts.
const draftKind = "case"

// journey is a case being logged: what was typed so far, kept on the server
// after every page for the person who writes it (ux.md principle 9). Once the
// case is logged, nothing of it stays but the reference.
type journey struct {
	id     uuid.UUID
	Values typed    `json:"values"`
	Done   []string `json:"done"` // the pages that were answered
	Logged string   `json:"logged,omitempty"`
}

// step is one page of the journey. It keeps the fields that begin with its
// prefixes, and draws them from what was typed.
type step struct {
	path   string
	title  string
	lede   string
	keeps  []string
	fields func(*Pages, *gin.Context, *journey, components.FormErrors) ([]templ.Component, error)
	skips  func(*journey) bool // a page that is not for everybody
	aside  bool                // asked only of those who turn to it from the check
}

// passed reports whether the way leads by a page without asking it.
func (s step) passed(j *journey) bool { return s.aside || s.skips != nil && s.skips(j) }

// at is the address of a page of the journey. It holds no word of the case.
func (j *journey) at(path string) string { return "/cases/new/" + j.id.String() + "/" + path }

// missing is the earliest page before this one that has no answer yet.
func (j *journey) missing(before string) string {
	for _, s := range steps() {
		switch {
		case s.path == before:
			return ""
		case s.passed(j):
		case !slices.Contains(j.Done, s.path):
			return s.path
		}
	}
	return ""
}

// after is the page that follows.
func (j *journey) after(path string) string {
	passed := false
	for _, s := range steps() {
		switch {
		case s.path == path:
			passed = true
		case passed && !s.passed(j):
			return s.path
		}
	}
	return "check"
}

// before is the page that leads here.
func (j *journey) before(path string) string {
	last := ""
	for _, s := range steps() {
		if s.path == path {
			if s.aside {
				return j.at("check")
			}
			break
		}
		if !s.passed(j) {
			last = s.path
		}
	}
	if last == "" {
		return "/cases/new"
	}
	return j.at(last)
}

// keep puts what a page was sent with in the place of what it held.
func (j *journey) keep(s step, t typed) {
	ours := func(name string) bool {
		return slices.ContainsFunc(s.keeps, func(prefix string) bool {
			rest, ok := strings.CutPrefix(name, prefix)
			return ok && (rest == "" || strings.HasSuffix(prefix, "_") || strings.HasSuffix(prefix, "-") || rest[0] == '-' || rest[0] == '_')
		})
	}
	for name := range j.Values {
		if ours(name) {
			delete(j.Values, name)
		}
	}
	for name, v := range t {
		if ours(name) {
			j.Values[name] = v
		}
	}
}

func (p *Pages) load(c *gin.Context) (*journey, error) {
	id, err := uuid.Parse(c.Param("draft"))
	if err != nil {
		return nil, models.NotFound("draft")
	}
	d, err := p.Drafts.Load(c.Request.Context(), draftKind, id)
	if err != nil {
		return nil, err
	}
	j := &journey{}
	if err := d.Into(j); err != nil {
		return nil, err
	}
	j.id = id
	if j.Values == nil {
		j.Values = typed{}
	}
	return j, nil
}

func (p *Pages) save(ctx context.Context, j *journey) error {
	return p.Drafts.Save(ctx, draftKind, j.id, uuid.Nil, j)
}

// elsewhere sends the browser on where a page cannot be answered yet, or any
// more, and reports whether it did.
func (j *journey) elsewhere(c *gin.Context, path string) bool {
	switch missing := j.missing(path); {
	case j.Logged != "":
		render.See(c, "/cases/"+j.Logged+"/logged")
	case missing != "":
		render.See(c, j.at(missing))
	default:
		return false
	}
	return true
}

func (p *Pages) showStep(s step) route.Handler {
	return func(c *gin.Context) error {
		j, err := p.load(c)
		if err != nil || j.elsewhere(c, s.path) {
			return err
		}
		return p.question(c, s, j, nil)
	}
}

// takeStep keeps what a page was answered with and goes on, or shows it again
// with what is wrong.
func (p *Pages) takeStep(s step) route.Handler {
	return func(c *gin.Context) error {
		j, err := p.load(c)
		if err != nil || j.elsewhere(c, s.path) {
			return err
		}
		t, err := readForm(c)
		if err != nil {
			return err
		}
		j.keep(s, t)
		errs, err := p.faultsOf(c.Request.Context(), j, s.path)
		if err != nil {
			return err
		}
		if errs.Any() {
			return p.question(c, s, j, errs)
		}
		if !slices.Contains(j.Done, s.path) {
			j.Done = append(j.Done, s.path)
		}
		if err := p.save(c.Request.Context(), j); err != nil {
			return err
		}
		next := j.after(s.path)
		if c.Query("to") == "check" && j.missing("check") == "" {
			next = "check"
		}
		render.See(c, j.at(next))
		return nil
	}
}

// question draws a page of the journey with what was typed.
func (p *Pages) question(c *gin.Context, s step, j *journey, errs components.FormErrors) error {
	fields, err := s.fields(p, c, j, errs)
	if err != nil {
		return err
	}
	action := j.at(s.path)
	if c.Query("to") == "check" {
		action += "?to=check"
	}
	meta := p.Frame.Meta(c, s.title+" - Log a case", "/cases")
	meta.Back = &components.Link{Text: "Back", Href: j.before(s.path)}
	meta.Errors = errs
	return render.Form(c, shared.Form(shared.FormView{
		Meta: meta, Caption: "Log a case", Title: s.title, Lede: s.lede, Action: action, Fields: fields, Button: "Continue",
		Cancel: &components.Link{Text: "Stop for now", Href: "/cases"},
	}), errs.Any())
}

// faultsOf returns what is wrong with one page of the journey, each fault beside
// its control.
func (p *Pages) faultsOf(ctx context.Context, j *journey, path string) (components.FormErrors, error) {
	all, err := p.faults(ctx, j)
	var out components.FormErrors
	for _, f := range all {
		if f.step == path {
			out = append(out, components.FormError{Field: f.field, Target: f.target, Message: f.message})
		}
	}
	return out, err
}
