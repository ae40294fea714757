// Package status serves the victim's own door (docs/adr/0040): the pages that a
// code and a word open, and those on which a worker gives a code and sees to
// what was asked. It decides nothing: services/status does.
//
// The pages under /s belong to nobody who signs in. They have a frame, a cookie
// and a failure of their own, and say nowhere, not in a title, an address or a
// header, what they are about.
package status

import (
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/cases"
	"throughline/services/status"
	"throughline/web/layouts"
	view "throughline/web/pages/status"
)

// exitTo is where leaving leads: a page that anybody may have open (ux.md 4.10).
// It is a constant, so that no request can say another.
const exitTo = "https://www.bbc.co.uk/weather"

// The addresses of the door.
const (
	doorPath   = "/s"
	updatePath = "/s/update"
	easyPath   = "/s/easy"
	expectPath = "/s/expect"
	askPath    = "/s/ask"
	askedPath  = "/s/asked"
	sayPath    = "/s/say"
	saidPath   = "/s/said"
	leavePath  = "/s/leave"
)

// Deps are what the pages stand on.
type Deps struct {
	Frame  frame.Frame
	Now    func() time.Time
	Status *status.Service
	Cases  *cases.Service
	Secure bool // the base URL is https
}

// Pages serves them.
type Pages struct{ Deps }

// New returns the pages.
func New(d Deps) *Pages { return &Pages{d} }

// Routes lists the pages of both sides.
func (p *Pages) Routes() []route.Route {
	open := func(method, path string, h route.Handler) route.Route {
		return route.Route{Method: method, Path: path, Need: models.Public, Handle: h}
	}
	own := func(method, path string, h route.Handler) route.Route {
		return route.Route{Method: method, Path: "/cases/:ref/their-page" + path, Need: models.ContactRecord, Handle: h}
	}
	return []route.Route{
		open(http.MethodGet, doorPath, p.door),
		open(http.MethodPost, doorPath, p.enter),
		open(http.MethodGet, updatePath, p.again(p.update)),
		open(http.MethodGet, easyPath, p.again(p.update)),
		open(http.MethodGet, expectPath, p.again(p.expect)),
		open(http.MethodGet, askPath, p.again(p.ask)),
		open(http.MethodPost, askPath, p.again(p.asked)),
		open(http.MethodGet, askedPath, p.again(p.thanks)),
		open(http.MethodGet, sayPath, p.again(p.say)),
		open(http.MethodPost, sayPath, p.again(p.answered)),
		open(http.MethodGet, saidPath, p.again(p.said)),
		open(http.MethodPost, leavePath, p.leave),
		own(http.MethodGet, "", p.show),
		own(http.MethodGet, "/give", p.giveForm),
		own(http.MethodPost, "/give", p.give),
		own(http.MethodGet, "/change", p.changeForm),
		own(http.MethodPost, "/change", p.change),
		own(http.MethodGet, "/request", p.requestForm),
		own(http.MethodPost, "/request", p.answer),
	}
}

// Is reports whether an address belongs to the door, where failures too are
// neutral.
func Is(path string) bool { return path == doorPath || strings.HasPrefix(path, doorPath+"/") }

// Broken is the one page for every fault of ours on the door.
func Broken(c *gin.Context, code int) error {
	en := status.All()[0]
	p := &Pages{}
	return render.Page(c, code, view.Page(view.View{Meta: p.meta(c, en, nil), Title: en.Say("title"), Lede: en.Say("broken")}))
}

// again leads to the door whoever has no session any more, whatever ended it.
func (p *Pages) again(h route.Handler) route.Handler {
	return func(c *gin.Context) error {
		err := h(c)
		if models.CodeOf(err) == models.CodeUnauthenticated {
			p.clear(c)
			render.See(c, p.to(c, doorPath)+mark(c, "again"))
			return nil
		}
		return err
	}
}

// mark adds a word without a value to an address that may hold a language.
func mark(c *gin.Context, word string) string {
	if c.Query("in") != "" {
		return "&" + word + "=1"
	}
	return "?" + word + "=1"
}

// language is the one that was asked for, or the one of the code.
func (p *Pages) language(c *gin.Context, agreed string) *status.Language {
	if key := c.Query("in"); key != "" {
		return p.Status.Language(key)
	}
	if c.Request.URL.Path == easyPath {
		return p.Status.Language("easy")
	}
	return p.Status.Language(agreed)
}

// to is an address in the language that was asked for.
func (p *Pages) to(c *gin.Context, path string) string {
	if key := c.Query("in"); key != "" && p.Status != nil {
		return path + "?in=" + p.Status.Language(key).Key
	}
	return path
}

// meta is the frame of a page in a language.
func (p *Pages) meta(c *gin.Context, l *status.Language, offered []*status.Language) layouts.PlainMeta {
	m := layouts.PlainMeta{
		Lang: l.HTML, Dir: l.Dir, Title: l.Say("title"), Skip: l.Say("skip"), Menu: l.Say("menu"), Exit: l.Say("exit"), ExitHidden: l.Say("exit.hidden"),
		ExitTo: exitTo, Language: l.Say("language"), Problem: l.Say("problem"),
	}
	if !l.Reviewed() {
		m.Warnings = []layouts.PlainWarning{
			{Text: l.Say("unchecked"), Lang: l.HTML, Dir: l.Dir}, {Text: offered[0].Say("unchecked"), Lang: offered[0].HTML, Dir: offered[0].Dir},
		}
	}
	query := ""
	if about := c.Query("about"); models.HasChoice(models.StatusRequestKinds(), about) {
		query = "&about=" + about
	}
	path := c.Request.URL.Path
	if path == easyPath {
		path = updatePath
	}
	for _, o := range offered {
		link := layouts.PlainLink{Text: o.Name, Href: path + "?in=" + o.Key + query, Lang: o.HTML, Dir: o.Dir}
		if o.Key != l.Key && (o.Key == "easy" || o.Key == "en" && l.Key == "easy") {
			m.Links = append(m.Links, link)
		}
		if len(offered) > 2 {
			m.Languages = append(m.Languages, link)
		}
	}
	return m
}
