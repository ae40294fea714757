package linkage

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/linkage"
	"throughline/web/components"
	"throughline/web/pages/admin"
)

func (p *Pages) show(c *gin.Context) error {
	d, err := p.find(c)
	if err != nil {
		return err
	}
	return p.draw(c, http.StatusOK, &d, linkage.Say{}, nil)
}

// draw shows two records side by side, as far as the reader may know them.
func (p *Pages) draw(c *gin.Context, status int, d *linkage.Pair, typed linkage.Say, faults components.FormErrors) error {
	own, other := sides(d)
	state := tag(d)
	v := admin.PageView{
		Meta: p.frame.Meta(c, "Likely duplicate", "/duplicates"), Caption: "Likely duplicate", Title: own.Reference + " and " + other.Reference, State: &state,
		Text: "Is this one person?",
	}
	v.Meta.Back, v.Meta.Errors, v.Meta.Wide = &components.Link{Text: "Likely duplicates", Href: "/duplicates"}, faults, true
	if own.Held || other.Held {
		v.Warning = "One of these records is restricted until you have decided what hides it. That is a decision of its own."
	}
	v.Parts = []admin.PartView{{ID: "compare", Title: "Side by side", Table: p.compare(d)}}
	if !other.Own {
		v.Parts[0].Text = "Whom the other record is about is not shown: it is another organisation's. You see how far the two agree."
	}
	for _, s := range []*linkage.Side{own, other} {
		if s.Own && s.Held {
			v.Parts = append(v.Parts, admin.PartView{Links: []components.StackItem{{Link: components.Link{Text: "What hides " + s.Reference, Href: "/cases/" + s.Reference + "/protection"}}}})
		}
	}
	v.Parts = append(v.Parts, p.said(d), p.form(d, typed, faults))
	if len(d.Answers) > 0 {
		v.Parts = append(v.Parts, p.history(d))
	}
	return render.Page(c, status, admin.Page(v))
}

// compare is the table of both sides: a value stands where it is the reader's to
// know, and beside it how the two agree.
func (p *Pages) compare(d *linkage.Pair) *components.DataTable {
	own, other := sides(d)
	t := &components.DataTable{
		Caption: "The two records", Cards: true,
		Columns: []components.Column{{Text: "What"}, {Text: own.Reference + ", ours"}, {Text: other.Reference + ", " + orgOf(other)}, {Text: "How they agree"}},
	}
	for _, f := range []struct {
		text string
		keys []string
		of   func(*linkage.Side) string
	}{
		{"Given name", []string{"given_name"}, func(s *linkage.Side) string { return s.GivenName }},
		{"Family name", []string{"family_name"}, func(s *linkage.Side) string { return s.FamilyName }},
		{"Known as", nil, func(s *linkage.Side) string { return s.KnownAs }},
		{"Date of birth", []string{"date_of_birth"}, birth},
		{"Borough", []string{"place"}, func(s *linkage.Side) string { return s.BoroughName }},
		{"Postcode", []string{"postcode"}, nil},
		{"Phone and email", []string{"contact", "email"}, nil},
		{"Crime reference", []string{"crime_reference"}, nil},
	} {
		how := components.DataCell{Text: "Not compared"}
		for _, r := range d.Reasons {
			for _, k := range f.keys {
				if r.Field == k {
					how = components.DataCell{Content: components.Tag(components.TagParams{Text: r.Words, Colour: colour(r)})}
				}
			}
		}
		if f.of != nil && f.keys == nil && f.of(own) == "" && f.of(other) == "" {
			continue
		}
		t.Rows = append(t.Rows, []components.DataCell{{Text: f.text}, {Text: value(own, f.of)}, {Text: value(other, f.of)}, how})
	}
	return t
}

func birth(s *linkage.Side) string {
	if s.DateOfBirth == nil {
		return ""
	}
	return models.Day(*s.DateOfBirth)
}

func value(s *linkage.Side, of func(*linkage.Side) string) string {
	switch {
	case of == nil:
		return "Not shown here"
	case !s.Own:
		return "Theirs to know"
	}
	if got := of(s); got != "" {
		return got
	}
	return "Not known"
}

func orgOf(s *linkage.Side) string {
	if s.Own {
		return "ours"
	}
	return s.OrgName
}

func colour(r linkage.Reason) string {
	switch {
	case r.Against:
		return "red"
	case r.Weight >= 5:
		return "green"
	}
	return "yellow"
}

func (p *Pages) said(d *linkage.Pair) admin.PartView {
	part := admin.PartView{ID: "said", Title: "What was said", Text: "The two are linked when everybody who is asked says that it is one person, and only as long as they do."}
	for _, s := range d.Asked {
		text := "Nothing yet"
		if s.Answer != "" && s.At != nil {
			text = answerWords(s.Answer) + ", " + models.DateTimeIn(*s.At, p.now())
		}
		part.Rows = append(part.Rows, components.SummaryRow{Key: s.OrgName, Value: text})
	}
	return part
}

func (p *Pages) form(d *linkage.Pair, typed linkage.Say, faults components.FormErrors) admin.PartView {
	items, why := []components.ChoiceItem{}, []components.Option{{Text: "Choose one", NoValue: true, Selected: typed.Reason == ""}}
	for _, a := range models.LinkAnswers() {
		items = append(items, components.ChoiceItem{Value: a.Key, Text: a.Words})
	}
	for _, r := range models.Reasons(models.GroupLink) {
		why = append(why, components.Option{Value: r.Code, Text: r.Words, Selected: r.Code == typed.Reason})
	}
	title, text := "Decide", "You can change it later: nothing is merged, and both references go on."
	if d.State == models.LinkLinked {
		title, text = "Change it", "To unlink them, say that they are two people. Each is then as it was."
	}
	return admin.PartView{ID: "decide", Title: title, Text: text, Form: &admin.ActView{
		Action: "/duplicates/" + d.ID.String(), Button: components.ButtonParams{Text: "Save", Once: true},
		Fields: []templ.Component{
			components.Radios(components.RadiosParams{Name: "answer", Legend: "Is this one person?", LegendSize: components.Small, Items: items, Value: string(typed.Answer), Error: faults.Of("answer")}),
			components.Select(components.SelectParams{Name: "reason", Label: "How do you know?", Options: why, Error: faults.Of("reason")}),
			components.TextArea(components.TextAreaParams{
				Name: "note", Label: "Note (optional)", Hint: "The other organisation does not see it. Do not name anybody.", Rows: 3, Value: typed.Note, Error: faults.Of("note"),
			}),
		},
	}}
}

func (p *Pages) history(d *linkage.Pair) admin.PartView {
	t := &components.DataTable{Caption: "What we said", Cards: true, Columns: []components.Column{{Text: "Answer"}, {Text: "Why"}, {Text: "Who"}, {Text: "When"}}}
	for _, a := range d.Answers {
		why := a.Reason
		if r, ok := models.FindReason(models.GroupLink, a.Reason); ok {
			why = r.Words
		}
		t.Rows = append(t.Rows, []components.DataCell{{Text: answerWords(a.Answer)}, {Text: why, Sub: a.Note}, {Text: a.By}, {Text: models.DateTimeIn(a.At, p.now())}})
	}
	return admin.PartView{ID: "ours", Title: "Our answers", Table: t}
}

func answerWords(a models.LinkAnswer) string {
	for _, c := range models.LinkAnswers() {
		if c.Key == string(a) {
			return c.Words
		}
	}
	return string(a)
}

// answer keeps what a reviewer says; where something is missing the page is
// shown again with what was typed.
func (p *Pages) answer(c *gin.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return models.NotFound("likely duplicate")
	}
	in := linkage.Say{Answer: models.LinkAnswer(c.PostForm("answer")), Reason: c.PostForm("reason"), Note: c.PostForm("note")}
	_, err = p.svc.Answer(c.Request.Context(), id, in)
	if frame.IsInvalid(err) {
		d, again := p.find(c)
		if again != nil {
			return again
		}
		return p.draw(c, http.StatusUnprocessableEntity, &d, in, frame.Errors(err, nil))
	}
	if err != nil {
		return err
	}
	render.See(c, "/duplicates/"+id.String())
	return nil
}
