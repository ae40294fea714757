package handoffs

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/handoffs"
	"throughline/web/components"
	view "throughline/web/pages/handoffs"
	"throughline/web/pages/shared"
)

// bulkPath is the list of bulk hand-overs.
const bulkPath = "/bulk-handoffs"

func (p *Pages) bulkRoutes() []route.Route {
	const need = models.HandoffBulk
	out := []route.Route{
		{Method: http.MethodGet, Path: bulkPath, Need: need, Handle: p.bulkList},
		{Method: http.MethodGet, Path: bulkPath + "/new", Need: need, StepUp: true, Handle: func(c *gin.Context) error { return p.bulkForm(c, frame.Typed{"which": {"all"}}, nil) }},
		{Method: http.MethodPost, Path: bulkPath + "/new", Need: need, StepUp: true, Handle: p.bulkBegin},
		{Method: http.MethodGet, Path: bulkPath + "/:ref", Need: need, Handle: p.bulkShow},
		{Method: http.MethodPost, Path: bulkPath + "/:ref/offer", Need: need, Handle: p.bulkTake(bulkAsk{act: models.BulkOffer})},
	}
	for _, a := range []bulkAsk{
		{models.BulkAccept, bulkAcceptForm},
		{models.BulkRefuse, bulkRefuseForm},
		{models.BulkRecall, func(v *handoffs.BulkView, t frame.Typed, errs components.FormErrors) shared.FormView {
			return shared.FormView{
				Title: "Take back every case that is not answered?", Button: "Take them back", Lede: "You hold them as before. " + v.To.Name + " can no longer read what you sent.",
				Fields: []templ.Component{noteArea("Why (optional). They read this", t.One("note"), errs)},
			}
		}},
	} {
		path := bulkPath + "/:ref/" + string(a.act)
		out = append(out,
			route.Route{Method: http.MethodGet, Path: path, Need: need, Handle: func(c *gin.Context) error { return p.bulkDraw(c, a, frame.Typed{}, nil) }},
			route.Route{Method: http.MethodPost, Path: path, Need: need, Handle: p.bulkTake(a)})
	}
	return out
}

// bulkAsk is a page that does something with every case; without a form it is a
// button.
type bulkAsk struct {
	act  models.BulkAct
	form func(*handoffs.BulkView, frame.Typed, components.FormErrors) shared.FormView
}

func bulkAcceptForm(v *handoffs.BulkView, t frame.Typed, errs components.FormErrors) shared.FormView {
	return shared.FormView{
		Title: "Accept all " + strconv.Itoa(v.Offered) + " cases?", Button: "Accept: we hold them from now", Lede: "Your organisation answers for each of them from then on.",
		Fields: []templ.Component{components.TextInput(components.TextInputParams{
			Name: "receiver_reference", Label: "Your own reference for them", LabelSize: components.Medium, Hint: "Each case gets it with its number, like LVS-26/17.",
			Value: t.One("receiver_reference"), Error: errs.Of("receiver_reference"), Autocomplete: "off", Classes: "govuk-input--width-20",
		})},
	}
}

func bulkRefuseForm(v *handoffs.BulkView, t frame.Typed, errs components.FormErrors) shared.FormView {
	f := refuseForm(&handoffs.View{From: v.From}, t, errs)
	f.Title, f.Button, f.Lede = "Why are they all refused?", "Refuse them all", "They stay with "+v.From.Name+", who is told why."
	return f
}

// bulkList is every bulk hand-over of the reader's organisation.
func (p *Pages) bulkList(c *gin.Context) error {
	items, next, err := p.Handoffs.ListBulk(c.Request.Context(), handoffs.BulkQuery{Cursor: c.Query("cursor")})
	if err != nil {
		return err
	}
	v := view.ListView{
		Meta: p.Frame.Meta(c, "Many at once", frame.HandoffsPath), Title: "Many cases at once", Parts: p.boxes(c, bulkPath),
		Lede: "As when a contract ends. Each case is a hand-off of its own, and stays with the sender until it is accepted.",
		More: &components.Link{Text: "Hand over many cases", Href: bulkPath + "/new"},
		Table: components.DataTable{
			Caption: "Cases handed over as one act", Cards: true, Empty: "Your organisation has handed over no cases this way, and was offered none.",
			Columns: []components.Column{{Text: "Hand-over"}, {Text: "From"}, {Text: "To"}, {Text: "Begun"}, {Text: "How far"}},
		},
	}
	v.Meta.Wide = true
	now := p.Now()
	for i := range items {
		b := &items[i]
		v.Table.Rows = append(v.Table.Rows, []components.DataCell{
			{Text: b.Reference, Href: bulkPath + "/" + b.Reference}, {Text: b.From.Name}, {Text: b.To.Name}, {Text: models.DayIn(b.At, now)}, {Text: bulkSays(b)},
		})
	}
	if next != "" {
		v.Pages = components.PaginationParams{NextHref: bulkPath + "?cursor=" + next, NextText: "Older ones"}
	}
	return render.OK(c, view.List(v))
}

// bulkSays is how far it is, in a few words.
func bulkSays(v *handoffs.BulkView) string {
	answered := v.Accepted + v.Refused + v.Recalled
	words := strconv.Itoa(answered) + " of " + strconv.Itoa(v.Total()) + " answered"
	if v.Doing != "" {
		return v.Doing.Words() + ", " + words
	}
	return words
}

func (p *Pages) bulkForm(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
	to, err := p.receivers(c, t.One("to"), errs)
	if err != nil {
		return err
	}
	which := []components.ChoiceItem{
		{Value: "all", Text: "Every open case your organisation holds", Hint: "Cases that are restricted to named people are not among them"},
		{Value: "some", Text: "Some of them"},
	}
	f := shared.FormView{
		Title: "Hand over many cases", Lede: "You hold each case until they accept it. A case that cannot be offered yet is left out, and the next page says why.",
		Fields: append(append([]templ.Component{to}, words(t, errs)...),
			components.Radios(components.RadiosParams{Name: "which", Legend: "Which cases?", LegendSize: components.Medium, Items: which, Value: t.One("which"), Error: errs.Of("which")}),
			components.TextArea(components.TextAreaParams{
				Name: "references", Label: "References of the cases, for some of them", Hint: "One on each line.", Value: t.One("references"), Error: errs.Of("case_ids"), Rows: 5,
			})),
		Button: "Offer them",
	}
	return p.bulkPage(c, f, bulkPath, errs)
}

func (p *Pages) bulkPage(c *gin.Context, f shared.FormView, back string, errs components.FormErrors) error {
	f.Meta = p.Frame.Meta(c, f.Title, frame.HandoffsPath)
	f.Meta.Back, f.Meta.Errors = &components.Link{Text: "Back", Href: back}, errs
	f.Cancel = &components.Link{Text: "Cancel", Href: back}
	return render.Form(c, shared.Form(f), errs.Any())
}

func (p *Pages) bulkBegin(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	in := handoffs.BulkOffer{Reason: t.One("reason"), Summary: t.One("summary")}
	in.ToOrgID, _ = uuid.Parse(t.One("to"))
	var wrong []models.FieldError
	switch t.One("which") {
	case "all":
	case "some":
		in.References, wrong = references(t.One("references"))
	default:
		wrong = append(wrong, models.Field("which", models.FieldRequired, "Select which cases"))
	}
	v, err := p.Handoffs.BeginBulk(with(c.Request.Context(), wrong), in)
	switch {
	case err == nil:
		render.See(c, bulkPath+"/"+v.Reference)
		return nil
	case frame.IsInvalid(err):
		return p.bulkForm(c, t, frame.Errors(err, map[string]string{"to_organisation_id": "to", "case_ids": "references"}))
	}
	return p.moved(c, bulkPath, err)
}

// references reads a list of cases as it was typed or pasted.
func references(text string) (out []string, wrong []models.FieldError) {
	seen := map[string]bool{}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == ' ' || r == '\t' }) {
		ref, err := models.ParseReference(word)
		if err != nil {
			return nil, []models.FieldError{models.Field("case_ids", models.FieldInvalid, "One of these is no reference of a case. A reference looks like C-7KQ4-M2XA-A")}
		}
		if !seen[ref] {
			out = append(out, ref)
		}
		seen[ref] = true
	}
	if len(out) == 0 {
		wrong = append(wrong, models.Field("case_ids", models.FieldRequired, "Enter the references of the cases"))
	}
	return out, wrong
}

func (p *Pages) bulkFind(c *gin.Context) (handoffs.BulkView, error) {
	id, err := p.Handoffs.FindBulk(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return handoffs.BulkView{}, err
	}
	return p.Handoffs.GetBulk(c.Request.Context(), id)
}

func (p *Pages) bulkDraw(c *gin.Context, a bulkAsk, t frame.Typed, errs components.FormErrors) error {
	v, err := p.bulkFind(c)
	if err != nil {
		return err
	}
	path := bulkPath + "/" + v.Reference
	if !v.Allows(a.act) {
		return p.moved(c, path, models.Conflict("This is not to be done with these cases as they are now."))
	}
	f := a.form(&v, t, errs)
	f.Caption = "Hand-over " + v.Reference
	return p.bulkPage(c, f, path, errs)
}

func (p *Pages) bulkTake(a bulkAsk) route.Handler {
	return func(c *gin.Context) error {
		id, err := p.Handoffs.FindBulk(c.Request.Context(), c.Param("ref"))
		if err != nil {
			return err
		}
		t, err := frame.ReadForm(c)
		if err != nil {
			return err
		}
		_, err = p.Handoffs.ActBulk(c.Request.Context(), id, a.act, handoffs.BulkAnswer{ReceiverReference: t.One("receiver_reference"), Reason: t.One("reason"), Note: t.One("note")})
		path := bulkPath + "/" + strings.ToUpper(c.Param("ref"))
		switch {
		case err == nil:
			render.See(c, path)
			return nil
		case frame.IsInvalid(err) && a.form != nil:
			return p.bulkDraw(c, a, t, frame.Errors(err, nil))
		}
		return p.moved(c, path, err)
	}
}

// bulkShow is one of them: how far it is, and its cases.
func (p *Pages) bulkShow(c *gin.Context) error {
	v, err := p.bulkFind(c)
	if err != nil {
		return err
	}
	q := handoffs.BulkQuery{Stopped: c.Query("only") == "stopped", Cursor: c.Query("cursor")}
	items, next, err := p.Handoffs.BulkCases(c.Request.Context(), v.ID, q)
	if err != nil {
		return err
	}
	path := bulkPath + "/" + v.Reference
	out := view.BulkPage{
		Meta: p.Frame.Meta(c, "Hand-over "+v.Reference, frame.HandoffsPath), Caption: "Hand-over " + v.Reference, Title: v.From.Name + " to " + v.To.Name,
		Says: bulkSays(&v) + ".", Going: v.Doing != "", Path: path, Counts: bulkCounts(&v), Summary: v.Summary, Why: v.Reason, Table: bulkTable(items),
	}
	out.Meta.Back = &components.Link{Text: "Many cases at once", Href: bulkPath}
	for _, a := range v.Allowed {
		out.Acts = append(out.Acts, bulkAct(a, &v, path))
	}
	if q.Stopped {
		out.More = &components.Link{Text: "See every case of it", Href: path}
	} else if v.Stopped > 0 {
		out.More = &components.Link{Text: "See only those that could not be offered", Href: path + "?only=stopped"}
	}
	if next != "" {
		only := ""
		if q.Stopped {
			only = "only=stopped&"
		}
		out.Pages = components.PaginationParams{NextHref: path + "?" + only + "cursor=" + next, NextText: "The next cases"}
	}
	return render.OK(c, view.Bulk(out))
}

func bulkAct(a models.BulkAct, v *handoffs.BulkView, path string) components.ButtonParams {
	switch a {
	case models.BulkAccept:
		return components.ButtonParams{Text: "Accept all that are offered", Href: path + "/accept"}
	case models.BulkRefuse:
		return components.ButtonParams{Text: "Refuse them all", Href: path + "/refuse", Kind: components.Secondary}
	case models.BulkRecall:
		return components.ButtonParams{Text: "Take back what is not answered", Href: path + "/recall", Kind: components.Secondary}
	case models.BulkOffer:
	}
	return components.ButtonParams{Text: "Offer the other " + strconv.Itoa(v.Waiting+v.Stopped) + " now", Once: true}
}

func bulkCounts(v *handoffs.BulkView) []components.SummaryRow {
	var rows []components.SummaryRow
	for _, r := range []struct {
		key string
		n   int
	}{
		{"Cases", v.Total()},
		{"Not offered yet", v.Waiting},
		{"Could not be offered", v.Stopped},
		{"Offered, not answered", v.Offered},
		{"Accepted", v.Accepted},
		{"Refused", v.Refused},
		{"Taken back", v.Recalled},
	} {
		if r.n > 0 || r.key == "Cases" {
			rows = append(rows, components.SummaryRow{Key: r.key, Value: strconv.Itoa(r.n)})
		}
	}
	return rows
}

func bulkTable(items []handoffs.BulkCase) components.DataTable {
	t := components.DataTable{
		Caption: "Its cases", Cards: true, Empty: "There is no case here.",
		Columns: []components.Column{{Text: "Number"}, {Text: "Case"}, {Text: "Hand-off"}, {Text: "State"}, {Text: "Why not"}},
	}
	for i := range items {
		k := &items[i]
		ref := components.DataCell{Text: "Opens once accepted"}
		if k.CaseReference != "" {
			ref = components.DataCell{Text: k.CaseReference, Href: "/cases/" + k.CaseReference}
		}
		state, handoff := components.DataCell{Content: components.Tag(components.TagParams{Text: "Not offered", Colour: "grey"})}, components.DataCell{Text: "None"}
		if k.Handoff != "" {
			state = components.DataCell{Content: components.Tag(stateTag(&models.Handoff{Status: k.Status}))}
			handoff = components.DataCell{Text: k.Handoff, Href: "/handoffs/" + k.Handoff}
		}
		t.Rows = append(t.Rows, []components.DataCell{{Text: strconv.Itoa(k.N)}, ref, handoff, state, {Text: k.Says}})
	}
	return t
}
