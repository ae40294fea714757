// Package linkage serves the queue of likely duplicates, the two records of one
// side by side, and the other records of a case's person. It decides nothing:
// services/linkage does.
package linkage

import (
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/linkage"
	"throughline/web/components"
	"throughline/web/pages/admin"
)

// Pages serves them.
type Pages struct {
	frame frame.Frame
	svc   *linkage.Service
	now   func() time.Time
}

// New returns the pages.
func New(f frame.Frame, svc *linkage.Service, now func() time.Time) *Pages {
	return &Pages{frame: f, svc: svc, now: now}
}

// Routes lists them.
func (p *Pages) Routes() []route.Route {
	return []route.Route{
		{Method: http.MethodGet, Path: "/duplicates", Need: models.LinkReview, Handle: p.list},
		{Method: http.MethodGet, Path: "/duplicates/:id", Need: models.LinkReview, Handle: p.show},
		{Method: http.MethodPost, Path: "/duplicates/:id", Need: models.LinkReview, Handle: p.answer},
		{Method: http.MethodGet, Path: "/cases/:ref/linked", Need: models.CaseRead, Handle: p.linked},
	}
}

// list is the queue, or what was decided.
func (p *Pages) list(c *gin.Context) error {
	decided := c.Query("box") == "decided"
	items, next, err := p.svc.List(c.Request.Context(), linkage.Query{Decided: decided, Cursor: c.Query("cursor")})
	if err != nil {
		return err
	}
	caption, empty, other := "To look at", "Nothing waits for you.", components.ButtonParams{Text: "Decided", Href: "/duplicates?box=decided", Kind: components.Secondary}
	box := "waiting"
	if decided {
		box, caption, empty, other = "decided", "Decided", "Nothing has been decided.", components.ButtonParams{Text: "To look at", Href: "/duplicates", Kind: components.Secondary}
	}
	t := &components.DataTable{
		Caption: caption, Cards: true, Empty: empty,
		Columns: []components.Column{{Text: "Our record"}, {Text: "The other record"}, {Text: "Why they are likely one person"}, {Text: "Since"}, {Text: "State"}},
	}
	for i := range items {
		t.Rows = append(t.Rows, p.line(&items[i]))
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Likely duplicates", "/duplicates"), Title: "Likely duplicates", Buttons: []components.ButtonParams{other},
		Text:  "Two records that may be about one person. Nobody who searches or logs a case is told about them. Nothing is ever merged.",
		Parts: []admin.PartView{{Table: t}},
	}
	v.Meta.Wide = true
	if next != "" {
		v.Pages = components.PaginationParams{NextHref: "/duplicates?box=" + box + "&cursor=" + next, Landmark: "Pages of likely duplicates"}
	}
	return render.OK(c, admin.Page(v))
}

func (p *Pages) line(d *linkage.Pair) []components.DataCell {
	own, other := sides(d)
	return []components.DataCell{
		{Text: own.Reference, Href: "/duplicates/" + d.ID.String(), Sub: nameOf(own)},
		{Text: other.Reference, Sub: heldBy(other)},
		{Text: strings.Join(speaking(d, false), "; ")},
		{Text: models.DateTimeIn(d.RaisedAt, p.now())},
		{Content: components.Tag(tag(d))},
	}
}

// sides are the reader's own record, and the other: it may be theirs as well.
func sides(d *linkage.Pair) (own, other *linkage.Side) {
	if len(d.Sides) < 2 {
		return &linkage.Side{}, &linkage.Side{}
	}
	return &d.Sides[0], &d.Sides[1]
}

func nameOf(s *linkage.Side) string {
	if name := strings.TrimSpace(s.GivenName + " " + s.FamilyName); name != "" {
		return name
	}
	if s.KnownAs != "" {
		return s.KnownAs
	}
	return "Name not known"
}

func heldBy(s *linkage.Side) string {
	if s.Own {
		return nameOf(s) + ", also ours"
	}
	return "Held by " + s.OrgName
}

// speaking are the reasons that speak for one person, or against.
func speaking(d *linkage.Pair, against bool) (out []string) {
	for _, r := range d.Reasons {
		if r.Against == against {
			out = append(out, r.Words)
		}
	}
	return out
}

func tag(d *linkage.Pair) components.TagParams {
	switch d.State {
	case models.LinkLinked:
		return components.TagParams{Text: d.State.Words(), Colour: "green"}
	case models.LinkDifferent:
		return components.TagParams{Text: d.State.Words(), Colour: "grey"}
	case models.LinkWaiting:
	}
	if said := ours(d); said == models.LinkSame {
		return components.TagParams{Text: "Waits for the other", Colour: "blue"}
	} else if said == models.LinkMore {
		return components.TagParams{Text: "Finding out", Colour: "blue"}
	}
	return components.TagParams{Text: d.State.Words(), Colour: "yellow"}
}

// ours is what the reader's organisation has said, as far as it has.
func ours(d *linkage.Pair) models.LinkAnswer {
	if len(d.Answers) == 0 {
		return ""
	}
	return d.Answers[0].Answer
}

// linked lists the other records of a case's person.
func (p *Pages) linked(c *gin.Context) error {
	of, err := p.svc.OfReference(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	t := &components.DataTable{
		Caption: "Linked records", Cards: true, Empty: "No record that you can open is linked with this one.",
		Columns: []components.Column{{Text: "Case"}, {Text: "Held by"}, {Text: "Linked"}},
	}
	for _, l := range of.Items {
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: l.Reference, Href: "/cases/" + l.Reference}, {Text: l.OrgName}, {Text: models.DateTimeIn(l.LinkedAt, p.now())},
		})
	}
	a, _ := models.ActorFrom(c.Request.Context())
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Other records", "/cases"), Caption: of.Reference, Title: "Other records of this person", Of: frame.CaseParts(a, "/cases/"+of.Reference, "linked"),
		Text: "Each record goes on by itself, under its own reference. If two are linked by mistake, ask your privacy officer.", Parts: []admin.PartView{{Table: t}},
	}
	v.Meta.Back = &components.Link{Text: of.Reference, Href: "/cases/" + of.Reference}
	return render.OK(c, admin.Page(v))
}

// find reads the pair that an address names.
func (p *Pages) find(c *gin.Context) (linkage.Pair, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return linkage.Pair{}, models.NotFound("likely duplicate")
	}
	return p.svc.Get(c.Request.Context(), id)
}
