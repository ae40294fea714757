// Package handoffs serves the pages of handing a case, or one duty of it, to
// another organisation, and of answering what is offered. It decides nothing.
package handoffs

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/cases"
	"throughline/services/directory"
	"throughline/services/drafts"
	"throughline/services/handoffs"
	"throughline/services/owed"
	"throughline/services/sharing"
	"throughline/web/components"
	"throughline/web/layouts"
	view "throughline/web/pages/handoffs"
	"throughline/web/pages/shared"
)

// Deps are what the pages stand on.
type Deps struct {
	Frame     frame.Frame
	Calendar  *models.Calendar
	Now       func() time.Time
	Handoffs  *handoffs.Service
	Cases     *cases.Service
	Sharing   *sharing.Service
	Directory *directory.Service
	Drafts    *drafts.Service
	Owed      *owed.Service
}

// Pages serves them.
type Pages struct{ Deps }

// New returns the pages.
func New(d Deps) *Pages { return &Pages{d} }

// Routes lists the pages of hand-offs.
func (p *Pages) Routes() []route.Route {
	const send, answer = models.HandoffSend, models.HandoffAnswer
	out := []route.Route{
		{Method: http.MethodGet, Path: frame.HandoffsPath, Need: answer, Handle: p.list},
		{Method: http.MethodGet, Path: "/handoffs/:ref", Need: answer, Handle: p.show},
		{Method: http.MethodGet, Path: frame.OwedPath, Need: answer, Handle: p.owed},
		{Method: http.MethodGet, Path: "/cases/:ref/hand-over", Need: send, Handle: p.begin},
	}
	for _, s := range steps() {
		out = append(out,
			route.Route{Method: http.MethodGet, Path: "/cases/:ref/hand-over/" + s.path, Need: send, Handle: p.showStep(s)},
			route.Route{Method: http.MethodPost, Path: "/cases/:ref/hand-over/" + s.path, Need: send, Handle: p.takeStep(s)})
	}
	out = append(out, p.bulkRoutes()...)
	for _, a := range p.forms() {
		out = append(out,
			route.Route{Method: http.MethodGet, Path: "/handoffs/:ref/" + a.path, Need: a.need, Handle: func(c *gin.Context) error { return p.ask(c, a) }},
			route.Route{Method: http.MethodPost, Path: "/handoffs/:ref/" + a.path, Need: a.need, Handle: func(c *gin.Context) error { return p.answer(c, a) }})
	}
	return out
}

// list is one box: what is offered to the organisation, or by it.
func (p *Pages) list(c *gin.Context) error {
	f := handoffs.Filter{Box: "inbox", Cursor: c.Query("cursor")}
	if c.Query("box") == "sent" {
		f.Box = "sent"
	}
	page, err := p.Handoffs.List(c.Request.Context(), f)
	if err != nil {
		return err
	}
	v := view.ListView{
		Meta: p.Frame.Meta(c, "Hand-offs", frame.HandoffsPath), Title: "Hand-offs", Lede: "Until a hand-off is accepted, the sender is responsible.",
		Parts: p.boxes(c, map[string]string{"inbox": frame.HandoffsPath, "sent": frame.HandoffsPath + "?box=sent"}[f.Box]),
		Table: p.table(page, f.Box),
	}
	v.Meta.Wide = true
	if page.Next != "" {
		v.Pages = components.PaginationParams{NextHref: frame.HandoffsPath + "?box=" + f.Box + "&cursor=" + page.Next, NextText: "Older hand-offs"}
	}
	return render.OK(c, view.List(v))
}

func (p *Pages) table(page handoffs.Page, box string) components.DataTable {
	other := "From"
	t := components.DataTable{Caption: "Hand-offs offered to you", Cards: true, Empty: "Nothing has been offered to your organisation."}
	if box == "sent" {
		other, t.Caption, t.Empty = "To", "Hand-offs offered by you", "Your organisation has offered nothing. A hand-off begins on the page of a case."
	}
	t.Columns = []components.Column{{Text: "Hand-off"}, {Text: "What"}, {Text: other}, {Text: "State"}, {Text: "Sent"}, {Text: "Answer"}}
	for i := range page.Items {
		it := &page.Items[i]
		org := it.From.Name
		if box == "sent" {
			org = it.To.Name
		}
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: it.Reference, Href: "/handoffs/" + it.Reference},
			{Text: it.Duty.Words()},
			{Text: org},
			{Content: components.Tag(stateTag(&it.Handoff))},
			{Text: models.DayIn(it.SentAt, page.At)},
			{Text: p.answered(&it.Handoff, page.At), Sub: told(&it.Handoff)},
		})
	}
	return t
}

// answered is when a hand-off was answered, or by when it should be.
func (p *Pages) answered(h *models.Handoff, now time.Time) string {
	switch {
	case h.DecidedAt != nil:
		return models.DayIn(*h.DecidedAt, now) + ", after " + models.Length(h.DecidedAt.Sub(h.SentAt))
	case h.Late(now):
		return "Late: due " + models.DayIn(h.DueAt, now)
	}
	return "Due " + models.DayIn(h.DueAt, now)
}

func told(h *models.Handoff) string {
	if h.Status == models.HandoffAccepted && h.ToldAt == nil {
		return "The victim has not been told."
	}
	return ""
}

func stateTag(h *models.Handoff) components.TagParams {
	colour := map[models.HandoffStatus]string{
		models.HandoffOffered: "open", models.HandoffAccepted: "green", models.HandoffRefused: "yellow", models.HandoffRecalled: "grey",
	}[h.Status]
	return components.TagParams{Text: h.Status.Words(), Colour: colour}
}

func path(v *handoffs.View) string { return "/handoffs/" + v.Reference }

// find reads the hand-off of the address.
func (p *Pages) find(c *gin.Context) (handoffs.View, error) {
	id, err := p.Handoffs.Find(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return handoffs.View{}, err
	}
	return p.Handoffs.Get(c.Request.Context(), id)
}

func (p *Pages) id(c *gin.Context) (uuid.UUID, error) {
	return p.Handoffs.Find(c.Request.Context(), c.Param("ref"))
}

func (p *Pages) meta(c *gin.Context, title string) layouts.PageMeta {
	meta := p.Frame.Meta(c, title, frame.HandoffsPath)
	meta.Back = &components.Link{Text: "Hand-offs", Href: frame.HandoffsPath}
	return meta
}

// moved says that the record changed meanwhile, and leads back to it.
func (p *Pages) moved(c *gin.Context, href string, err error) error {
	words, ok := frame.Conflict(err)
	if !ok {
		return err
	}
	return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
		Meta: p.meta(c, "Hand-off"), Title: "This has changed", Paras: []string{words},
		Body: components.Button(components.ButtonParams{Text: "See it as it is now", Href: href}),
	}))
}
