// Package marac serves the pages of what is done at a MARAC. It decides nothing:
// the service says who sees and does what.
package marac

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/marac"
	"throughline/services/referrals"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/shared"
)

// Deps are what the pages stand on.
type Deps struct {
	Frame     frame.Frame
	Now       func() time.Time
	MARAC     *marac.Service
	Referrals *referrals.Service
	Directory *directory.Service
}

// Pages serves them.
type Pages struct{ Deps }

// New returns the pages.
func New(d Deps) *Pages { return &Pages{d} }

const root = frame.MARACPath

// Routes lists the pages of MARACs.
func (p *Pages) Routes() []route.Route {
	at := func(method, path string, h func(*gin.Context) error) route.Route {
		return route.Route{Method: method, Path: root + path, Need: models.RecordKeep, Handle: h}
	}
	return []route.Route{
		at(http.MethodGet, "", p.board), at(http.MethodPost, "", p.arrange),
		at(http.MethodGet, "/:ref", p.show), at(http.MethodPost, "/:ref", p.act),
	}
}

func (p *Pages) board(c *gin.Context) error { return p.boardWith(c, frame.Typed{}, nil) }

func (p *Pages) boardWith(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
	o, err := p.MARAC.Look(c.Request.Context())
	if err != nil {
		return err
	}
	return p.drawBoard(c, &o, t, errs)
}

// arrange calls a meeting, has somebody take part, or takes a referral on.
func (p *Pages) arrange(c *gin.Context) error {
	ctx := c.Request.Context()
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	var done string
	targets := map[string]string{"meets_on": "meets-day", "organisation_id": "partner"}
	switch t.One("act") {
	case "partner":
		id, _ := uuid.Parse(t.One("partner")) // one that is none is told of as a field
		err, done = p.MARAC.Invite(ctx, id), "partner"
	case "screen":
		var id uuid.UUID
		if id, err = p.Referrals.Find(ctx, t.One("referral")); err != nil {
			return err
		}
		_, err = p.MARAC.Screen(ctx, id, t["criteria"])
		done, targets = "screened", map[string]string{"criteria": "criteria"}
	default:
		on, wrong := t.Date("meets")
		if wrong != nil {
			ctx, on = frame.Held(c, "", models.Field("meets_on", models.FieldInvalid, "Enter a real date, like 27 11 2026")), &time.Time{}
		}
		_, err = p.MARAC.Meet(ctx, on)
		done = "meeting"
	}
	switch {
	case err == nil:
		render.See(c, root+"?done="+done)
		return nil
	case !frame.IsInvalid(err):
		return p.moved(c, root, err)
	}
	return p.boardWith(c, t, frame.Errors(err, targets))
}

func (p *Pages) show(c *gin.Context) error {
	id, err := p.MARAC.ByReference(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	v, err := p.MARAC.Get(c.Request.Context(), id)
	if err != nil {
		return err
	}
	return p.drawCase(c, &v, frame.Typed{}, nil)
}

// act does one thing on a case, or shows the page again with what was typed.
func (p *Pages) act(c *gin.Context) error {
	ctx := c.Request.Context()
	id, err := p.MARAC.ByReference(ctx, c.Param("ref"))
	if err != nil {
		return err
	}
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	err = p.do(ctx, c, id, t)
	path := root + "/" + c.Param("ref")
	switch {
	case err == nil:
		render.See(c, path+"?done=kept")
		return nil
	case !frame.IsInvalid(err):
		return p.moved(c, path, err)
	}
	v, again := p.MARAC.Get(c.Request.Context(), id)
	if again != nil {
		return again
	}
	return p.drawCase(c, &v, t, frame.Errors(err, map[string]string{"meeting_id": "meeting", "owner_organisation_id": "owner", "due_on": "due-day", "action_id": "action"}))
}

func (p *Pages) do(ctx context.Context, c *gin.Context, id uuid.UUID, t frame.Typed) (err error) {
	chosen := func(name string) uuid.UUID {
		id, _ := uuid.Parse(t.One(name)) // one that is none is told of as a field
		return id
	}
	switch t.One("act") {
	case "list":
		_, err = p.MARAC.List(ctx, id, chosen("meeting"))
	case "minutes":
		_, err = p.MARAC.Hear(ctx, id, t.One("minutes"))
	case "done":
		_, err = p.MARAC.Done(ctx, id, chosen("action"))
	case "agree":
		due, wrong := t.Date("due")
		if wrong != nil {
			ctx, due = frame.Held(c, "", models.Field("due_on", models.FieldInvalid, "Enter a real date, like 27 11 2026")), &time.Time{}
		}
		_, err = p.MARAC.Agree(ctx, id, marac.NewAction{OwnerOrgID: chosen("owner"), What: t.One("what"), DueOn: due})
	default:
		_, err = p.MARAC.Research(ctx, id, t.One("words"))
	}
	return err
}

// moved says that something changed meanwhile, and leads back to it.
func (p *Pages) moved(c *gin.Context, path string, err error) error {
	words, ok := frame.Conflict(err)
	if !ok {
		return err
	}
	return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
		Meta: p.meta(c, "MARAC"), Title: "This has changed", Paras: []string{words},
		Body: components.Button(components.ButtonParams{Text: "See it as it is now", Href: path}),
	}))
}

func (p *Pages) meta(c *gin.Context, title string) layouts.PageMeta {
	return p.Frame.Meta(c, title, root)
}

func flash(c *gin.Context, meta *layouts.PageMeta) {
	if words := map[string]string{"partner": "They take part now.", "screened": "The referral was taken on.", "meeting": "The meeting was called.", "kept": "This was kept."}[c.Query("done")]; words != "" {
		meta.Flash = &layouts.Flash{Text: words}
	}
}
