package audit

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/web/components"
	"throughline/web/pages/admin"
)

// ask is where a manager or privacy officer names the record whose readers they
// look for: a privacy officer has no list of cases.
func (p *Pages) ask(c *gin.Context) error { return p.drawAsk(c, http.StatusOK, "", nil) }

func (p *Pages) drawAsk(c *gin.Context, status int, typed string, faults components.FormErrors) error {
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Who opened a record", "/audit"), Title: "Who opened a record",
		Text: "Of a case that your organisation holds or logged: who had it before them, and the evidence of each. Asking is on record too.",
		Parts: []admin.PartView{{Form: &admin.ActView{
			Action: "/openings", Button: components.ButtonParams{Text: "Continue"},
			Fields: []templ.Component{components.TextInput(components.TextInputParams{
				Name: "reference", Label: "Case reference", Hint: "Like C-7K3F-9Q2M-P", Value: typed, Error: faults.Of("reference"), Autocomplete: "off", Classes: "govuk-input--width-10",
			})},
		}}},
	}
	v.Meta.Errors, v.Meta.Back = faults, &components.Link{Text: "Who did what", Href: "/audit"}
	return render.Page(c, status, admin.Page(v))
}

func (p *Pages) find(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	written, err := models.ParseReference(t.One("reference"))
	if err != nil || written[0] != byte(models.CaseReference) {
		return p.drawAsk(c, http.StatusUnprocessableEntity, t.One("reference"), components.FormErrors{{Field: "reference", Target: "reference", Message: models.ErrReference.Error()}})
	}
	render.See(c, "/openings/"+written)
	return nil
}

// openings is who had one case before them, the latest first.
func (p *Pages) openings(c *gin.Context) error {
	ctx := c.Request.Context()
	id, reference, err := p.answered(c)
	if err != nil {
		return err
	}
	items, next, err := p.svc.Openings(ctx, id, 50, c.Query("cursor"))
	if err != nil {
		return err
	}
	t := &components.DataTable{
		Caption: "Who opened case " + reference, Cards: true, Empty: "Nobody.",
		Columns: []components.Column{{Text: "When"}, {Text: "Who"}, {Text: "What"}, {Text: "Evidence"}},
	}
	for _, o := range items {
		who := components.DataCell{Text: "Throughline"}
		if o.OrgName != "" {
			who.Text = o.OrgName
		}
		if o.Role != nil {
			who.Sub = o.Role.Words()
		}
		if o.ActorName != nil {
			who.Text, who.Sub = *o.ActorName, who.Sub+", "+o.OrgName
		}
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: models.DateTimeIn(o.At, p.now())}, who, {Text: o.What}, {Text: "Save", Href: "/evidence/" + o.ID.String()},
		})
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Who opened case "+reference, "/audit"), Caption: "Case " + reference, Title: "Who opened it",
		Text:    "People of other organisations are told by their role. Evidence stands on the log's public key alone, and can be given to a court.",
		Buttons: []components.ButtonParams{{Text: "For the person it is about", Href: "/openings/" + reference + "/letter", Kind: components.Secondary}},
		Parts:   []admin.PartView{{Table: t}},
	}
	v.Meta.Wide, v.Meta.Back = true, &components.Link{Text: "Who opened a record", Href: "/openings"}
	if next != "" {
		v.Pages = components.PaginationParams{NextHref: "/openings/" + reference + "?" + url.Values{"cursor": {next}}.Encode(), Landmark: "Pages of openings"}
	}
	return render.OK(c, admin.Page(v))
}

// answered is the case of the address, where the reader answers for it.
func (p *Pages) answered(c *gin.Context) (uuid.UUID, string, error) {
	reference, err := models.ParseReference(c.Param("ref"))
	if err != nil {
		return uuid.Nil, "", models.NotFound("case")
	}
	id, err := p.svc.Answered(c.Request.Context(), reference)
	return id, reference, err
}

// letter is the same for the person the record is about: day by day, and no
// member of staff is named.
func (p *Pages) letter(c *gin.Context) error {
	id, reference, err := p.answered(c)
	if err != nil {
		return err
	}
	lines, err := p.svc.ForVictim(c.Request.Context(), id)
	if err != nil {
		return err
	}
	t := &components.DataTable{
		Caption: "Who had your record before them", Cards: true, Columns: []components.Column{{Text: "Day"}, {Text: "Organisation"}, {Text: "What for"}, {Text: "Times"}},
	}
	for _, l := range lines {
		t.Rows = append(t.Rows, []components.DataCell{{Text: models.Day(l.Day)}, {Text: l.OrgName, Sub: l.Role}, {Text: l.What}, {Text: strconv.Itoa(l.Times)}})
	}
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Who opened your record, case "+reference, "/audit"), Caption: "Case " + reference, Title: "Who opened your record",
		Text: "Print this and give it to the person in a way that is safe. It names organisations and what they did, and no member of staff.", Parts: []admin.PartView{{Table: t}},
	}
	v.Meta.Wide, v.Meta.Back = true, &components.Link{Text: "Who opened it", Href: "/openings/" + reference}
	return render.OK(c, admin.Page(v))
}

// evidence saves the proof that one event is in the log.
func (p *Pages) evidence(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("event of the log")
	}
	proof, err := p.svc.Prove(c.Request.Context(), id, 0)
	if err != nil {
		return err
	}
	file, err := proof.File()
	if err != nil {
		return err
	}
	return render.Attachment(c, "evidence-"+id.String()+".json", file)
}
