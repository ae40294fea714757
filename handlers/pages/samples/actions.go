package samples

import (
	"context"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/directory"
	"throughline/services/samples"
	"throughline/web/components"
	"throughline/web/pages/admin"
)

// actions lists what the office asked of others, or what was asked of the
// reader's organisation.
func (p *Pages) actions(c *gin.Context) error {
	items, err := p.svc.Actions(c.Request.Context())
	if err != nil {
		return err
	}
	dir, err := p.directory.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	text, empty := "What the Commissioner's office asked your organisation to do, because of what a sample of referrals showed.", "Your organisation was asked for nothing."
	if a, err := models.ActorFrom(c.Request.Context()); err == nil && a.Can(models.QualityAudit) {
		text, empty = "What your office asked organisations to do. You close an action once the evidence shows that it is done.", "Nothing was asked for yet."
	}
	v := admin.PageView{Meta: p.meta(c, "Actions", frame.ActionsPath, "", ""), Title: "Actions", Text: text, Parts: []admin.PartView{{Table: p.actionTable(items, dir, empty)}}}
	v.Meta.Wide = true
	return render.OK(c, admin.Page(v))
}

func (p *Pages) actionTable(items []models.Improvement, dir *directory.Snapshot, empty string) *components.DataTable {
	t := &components.DataTable{
		Caption: "Actions, by when they are due", Cards: true, Empty: empty,
		Columns: []components.Column{{Text: "Recommendation"}, {Text: "Organisation"}, {Text: "Owner"}, {Text: "Due"}, {Text: "State"}},
	}
	for i := range items {
		a := &items[i]
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: short(a.Recommendation), Href: frame.ActionsPath + "/" + a.ID.String()}, {Text: dir.Name(a.ToOrgID)}, {Text: a.Owner}, {Text: models.Day(a.DueOn)}, {Content: components.Tag(p.actionTag(a))},
		})
	}
	return t
}

// short is the beginning of a text, for a list.
func short(s string) string {
	r := []rune(s)
	if len(r) <= 120 {
		return s
	}
	return string(r[:119]) + "…"
}

func (p *Pages) actionTag(a *models.Improvement) components.TagParams {
	switch {
	case a.State == models.ActionClosed:
		return components.TagParams{Text: "Closed", Colour: "green"}
	case a.State == models.ActionAnswered:
		return components.TagParams{Text: "Answered", Colour: "blue"}
	case a.Late(models.Today(p.now())):
		return components.TagParams{Text: "Late", Colour: "red"}
	}
	return components.TagParams{Text: "To do", Colour: "yellow"}
}

// action shows one with what was said about it, and asks for what is next.
func (p *Pages) action(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
	of, err := id(c)
	if err != nil {
		return err
	}
	v, err := p.svc.Action(c.Request.Context(), of)
	if err != nil {
		return err
	}
	dir, err := p.directory.Snapshot(c.Request.Context())
	if err != nil {
		return err
	}
	state := p.actionTag(&v.Improvement)
	page := admin.PageView{
		Meta: p.meta(c, "Action", frame.ActionsPath, frame.ActionsPath, "Actions"), Caption: "Asked by " + dir.Name(v.OrgID), Title: "Action for " + dir.Name(v.ToOrgID), State: &state,
		Parts: []admin.PartView{{Rows: []components.SummaryRow{
			{Key: "Recommendation", Value: v.Recommendation}, {Key: "Owner", Value: v.Owner}, {Key: "Due", Value: models.Day(v.DueOn)}, {Key: "Asked", Value: models.DateTime(v.At)},
		}}},
	}
	page.Meta.Errors = errs
	if v.Office {
		page.Parts[0].Rows = append(page.Parts[0].Rows, components.SummaryRow{Key: "Because of", Value: "A finding of a sample", Actions: []components.Link{{Text: "Open the sample", Href: frame.SamplesPath + "/" + v.SampleID.String() + "#findings"}}})
	}
	for _, e := range v.Entries {
		title := map[string]string{"reply": "Answered", "returned": "Sent back", "closed": "Closed"}[e.Kind] + " " + models.DateTime(e.At)
		rows := []components.SummaryRow{{Key: "By", Value: dir.Name(e.ByOrgID)}, {Key: "What they say", Value: e.Said}}
		if e.Evidence != "" {
			rows = append(rows, components.SummaryRow{Key: "Evidence", Value: e.Evidence})
		}
		page.Parts = append(page.Parts, admin.PartView{Title: title, Rows: rows})
	}
	if next := nextForm(&v, t, errs); next != nil {
		page.Parts = append(page.Parts, *next)
	}
	return render.Form(c, admin.Page(page), errs.Any())
}

// nextForm is what the reader can say now, if anything.
func nextForm(v *samples.ActionView, t frame.Typed, errs components.FormErrors) *admin.PartView {
	at, hidden := frame.ActionsPath+"/"+v.ID.String(), [][2]string{{"version", strconv.Itoa(v.Version)}}
	switch {
	case v.State == models.ActionClosed:
		return nil
	case !v.Office:
		return &admin.PartView{ID: "answer", Title: "Answer", Text: "Say nothing of a person. The office closes the action once the evidence shows that it is done.", Form: &admin.ActView{
			Action: at + "/answer", Hidden: hidden, Button: components.ButtonParams{Text: "Send the answer", Once: true},
			Fields: []templ.Component{area("said", "What was done?", "", t.One("said"), errs), line("evidence", "Where is the evidence found?", "Such as a policy and its version", t.One("evidence"), errs)},
		}}
	case v.State == models.ActionAnswered:
		return &admin.PartView{ID: "decide", Title: "Is it done?", Form: &admin.ActView{
			Action: at + "/decide", Hidden: hidden, Button: components.ButtonParams{Text: "Save", Once: true},
			Fields: []templ.Component{
				components.Radios(components.RadiosParams{
					Name: "decision", Legend: "Does the evidence show that it is done?", LegendSize: components.Small, Value: t.One("decision"), Error: errs.Of("decision"),
					Items: []components.ChoiceItem{{Value: "close", Text: "Yes, close the action"}, {Value: "return", Text: "No, send it back"}},
				}),
				area("said", "Why?", "The organisation reads this", t.One("said"), errs),
			},
		}}
	}
	return nil
}

func (p *Pages) answer(c *gin.Context) error {
	return p.say(c, func(ctx context.Context, of uuid.UUID, t frame.Typed) error {
		_, err := p.svc.Answer(ctx, of, t.One("said"), t.One("evidence"))
		return err
	})
}

func (p *Pages) decide(c *gin.Context) error {
	return p.say(c, func(ctx context.Context, of uuid.UUID, t frame.Typed) (err error) {
		switch t.One("decision") {
		case "close":
			_, err = p.svc.Close(ctx, of, t.One("said"))
		case "return":
			_, err = p.svc.Return(ctx, of, t.One("said"))
		default:
			err = models.Invalid(models.Field("decision", models.FieldRequired, "Select whether the evidence shows that it is done"))
		}
		return err
	})
}

func (p *Pages) say(c *gin.Context, do func(context.Context, uuid.UUID, frame.Typed) error) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	of, err := id(c)
	if err != nil {
		return err
	}
	here := frame.ActionsPath + "/" + of.String()
	return p.done(c, do(frame.Held(c, t.One("version")), of, t), here, here, t, nil, p.action)
}
