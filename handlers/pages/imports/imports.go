// Package imports serves the pages of files that partners send: choosing one,
// matching its columns, the check, the run and what came of each row. It decides
// nothing: services/imports does.
package imports

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/api/v1"
	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/cases"
	"throughline/services/imports"
	"throughline/web/components"
	"throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

// Pages serves them.
type Pages struct {
	frame frame.Frame
	svc   *imports.Service
	cases *cases.Service
	now   func() time.Time
}

// New returns the pages.
func New(f frame.Frame, svc *imports.Service, c *cases.Service, now func() time.Time) *Pages {
	return &Pages{frame: f, svc: svc, cases: c, now: now}
}

const root = frame.ImportsPath

// Routes lists them.
func (p *Pages) Routes() []route.Route {
	at := func(method, path string, h route.Handler) route.Route {
		return route.Route{Method: method, Path: root + path, Need: models.ImportRun, Handle: h}
	}
	return []route.Route{
		at(http.MethodGet, "", p.list),
		at(http.MethodGet, "/new", p.sendForm),
		at(http.MethodPost, "/new", p.send),
		at(http.MethodGet, "/:id", p.show),
		at(http.MethodGet, "/:id/columns", p.columnsForm),
		at(http.MethodPost, "/:id/columns", p.columns),
		at(http.MethodGet, "/:id/refused", p.refused),
		at(http.MethodPost, "/:id/start", p.act((*imports.Service).Start, "started")),
		at(http.MethodPost, "/:id/stop", p.act((*imports.Service).Stop, "stopped")),
		at(http.MethodPost, "/:id/discard", p.act((*imports.Service).Discard, "discarded")),
		{Method: http.MethodGet, Path: frame.TriagePath, Need: models.ImportRun, Handle: p.triage},
		{Method: http.MethodPost, Path: "/cases/:ref/triage", Need: models.ImportRun, Handle: p.answer},
	}
}

// idOf is the file of an address: what cannot be one is not there.
func idOf(c *gin.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil || len(c.Param("id")) != 36 {
		return uuid.Nil, models.NotFound("import")
	}
	return id, nil
}

func address(id uuid.UUID) string { return root + "/" + id.String() }

// list is the files of the reader's organisation.
func (p *Pages) list(c *gin.Context) error {
	items, next, err := p.svc.List(c.Request.Context(), imports.Query{Cursor: c.Query("cursor")})
	if err != nil {
		return err
	}
	t := &components.DataTable{
		Caption: "Files", Cards: true, Empty: "No file was sent yet.",
		Columns: []components.Column{{Text: "Sent"}, {Text: "What"}, {Text: "State"}, {Text: "Rows", Right: true}, {Text: "Accepted", Right: true}, {Text: "Changed", Right: true}, {Text: "Already here", Right: true}, {Text: "Refused", Right: true}},
	}
	for i := range items {
		f := &items[i]
		row := []components.DataCell{
			{Text: models.DateTimeIn(f.At, p.now()), Href: address(f.ID)}, {Text: kindWords(f.Kind)}, {Content: components.Tag(tag(f.Status))},
		}
		for _, n := range []int{f.Total, f.Accepted, f.Changed, f.Duplicate, f.Refused} {
			row = append(row, components.DataCell{Text: models.Count(n)})
		}
		t.Rows = append(t.Rows, row)
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Import files", root), Title: "Import files", Parts: []admin.PartView{{Table: t}},
		Text: "Files that your organisation sent. Each is checked before it changes anything.",
	}
	v.Meta.Wide = true
	v.Meta.Back = &components.Link{Text: "Cases", Href: "/cases"}
	if a, err := models.ActorFrom(c.Request.Context()); err == nil && len(models.ImportSpecsOf(a)) > 0 {
		v.Buttons = []components.ButtonParams{{Text: "Send a file", Href: root + "/new", Keys: "n"}}
		if models.Triages(a) {
			v.Buttons = append(v.Buttons,
				components.ButtonParams{Text: "Triage", Href: frame.TriagePath, Kind: components.Secondary, Keys: "g r"},
				components.ButtonParams{Text: "What our feed leaves out", Href: root + "/quality", Kind: components.Secondary})
		}
	} else {
		v.Text = "Your organisation has no files of a kind that is taken in here."
	}
	if next != "" {
		v.Pages = components.PaginationParams{NextHref: root + "?cursor=" + next, Landmark: "Pages of files"}
	}
	return render.OK(c, admin.Page(v))
}

// kindWords is the first part of what a kind of file is called.
func kindWords(k models.ImportKind) string {
	spec, ok := models.FindImportKind(k)
	if !ok {
		return string(k)
	}
	return spec.Name()
}

func tag(s models.ImportStatus) components.TagParams {
	colour := map[models.ImportStatus]string{
		models.ImportMapping: "yellow", models.ImportChecking: "blue", models.ImportChecked: "yellow", models.ImportRunning: "blue",
		models.ImportDone: "green", models.ImportStopped: "red", models.ImportDiscarded: "grey",
	}[s]
	return components.TagParams{Text: s.Words(), Colour: colour}
}

// refused hands out the refused rows, to be saved.
func (p *Pages) refused(c *gin.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	f := v1.RefusedRows(c.Request.Context(), p.svc, id)
	return render.AttachmentFrom(c, f.Name, f.Write)
}

// act does one thing with a file, and shows it as it then is.
func (p *Pages) act(do func(*imports.Service, context.Context, uuid.UUID) (models.Import, error), done string) route.Handler {
	return func(c *gin.Context) error {
		id, err := idOf(c)
		if err != nil {
			return err
		}
		if _, err := do(p.svc, c.Request.Context(), id); err != nil {
			return p.moved(c, id, err)
		}
		render.See(c, address(id)+"?done="+done)
		return nil
	}
}

// moved says that a file is no longer where it was, and leads back to it.
func (p *Pages) moved(c *gin.Context, id uuid.UUID, err error) error {
	words, ok := frame.Conflict(err)
	status := http.StatusConflict
	if models.CodeOf(err) == models.CodeTooMany {
		words, ok, status = models.MessageOf(err), true, http.StatusTooManyRequests
	}
	if !ok {
		return err
	}
	return render.Page(c, status, shared.Plain(shared.PlainView{
		Meta: p.frame.Meta(c, "Import file", root), Title: "This was not done", Paras: []string{words},
		Body: components.Button(components.ButtonParams{Text: "See the file as it is now", Href: address(id)}),
	}))
}

func rowsWords(n int) string {
	if n == 1 {
		return "1 row"
	}
	return models.Count(n) + " rows"
}

func rowNumber(n int) string { return strconv.Itoa(n) }
