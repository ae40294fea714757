package samples

import (
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/samples"
	"throughline/web/components"
	view "throughline/web/pages/samples"
	"throughline/web/pages/shared"
)

// read opens the item of an address.
func (p *Pages) read(c *gin.Context) (samples.Page, error) {
	of, err := id(c)
	if err != nil {
		return samples.Page{}, err
	}
	n, err := strconv.Atoi(c.Param("item"))
	if err != nil {
		return samples.Page{}, models.NotFound("item")
	}
	return p.svc.Read(c.Request.Context(), of, n)
}

// item shows the copy of one referral beside the answers.
func (p *Pages) item(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
	i, err := p.read(c)
	if err != nil {
		return err
	}
	v := view.ItemView{
		Meta: p.meta(c, "Item "+strconv.Itoa(i.Item.N), frame.SamplesPath, samplePath(c), "Back to the sample"), Caption: i.Name,
		Title:    "Item " + strconv.Itoa(i.Item.N) + " of " + strconv.Itoa(i.Drawn),
		Progress: strconv.Itoa(i.Results.Finished) + " of " + strconv.Itoa(i.Drawn) + " finished.",
		Facts:    []components.Fact{{Key: "Person", Value: i.Item.Person}, {Key: "Support", Value: support(i.Pathway)}, {Key: "State", Value: components.StateWord(string(i.Copy.Status))}, {Key: "Risk", Value: models.ChoiceWords(models.RiskLevels(), i.Copy.Risk)}},
		Notice:   "You are reading a redacted copy. Names, places, contact details, dates and what anybody wrote are masked. Days are counted since the case was logged, which is day 1.",
		Parts:    copyParts(&i.Copy), Side: "Your answers", Given: given(&i),
	}
	v.Meta.Wide, v.Meta.Errors = true, errs
	switch {
	case i.Item.Waits():
		v.Lede = "Answer from the copy alone. Where two people read an item, the second does not see these before both have answered."
		v.Fields, v.Button = answers(&i.Standard, i.Standard.Keys(), t, errs), "Save my answers"
	case !i.Item.Read():
		v.Lede = "You have read this item. Another person reads it too, and you see both readings then."
	case len(i.Item.Differs) > 0 && !i.Item.Moderated:
		v.Side, v.Lede = "Both readings", "They differ in "+models.Plural(len(i.Item.Differs), "answer", "answers")+"."
		v.Settle = &components.Link{Text: "Settle where they differ", Href: itemPath(i.ID, i.Item.N) + "/settle"}
	default:
		v.Side, v.Lede = "The answers", "All have read this item."
	}
	return render.Form(c, view.Item(v), errs.Any())
}

// answers are the questions of a standard, each with what shows the answer.
func answers(s *models.Standard, of []string, t frame.Typed, errs components.FormErrors) (out []templ.Component) {
	for n, criterion := range s.Criteria {
		for _, key := range of {
			if key != criterion.Key {
				continue
			}
			at, number := "answers."+key, strconv.Itoa(n+1)
			out = append(out,
				components.Radios(components.RadiosParams{
					Name: key, Legend: number + ". " + criterion.Question, LegendSize: components.Small, Hint: criterion.Hint + " " + criterion.Source + ".",
					Items: frame.Choices(models.Grades()), Value: t.One(key), Error: errs.Of(at), IsSmall: true, Inline: true,
				}),
				components.TextArea(components.TextAreaParams{
					Name: key + "-proof", Label: "What shows answer " + number + "?", Hint: "Needed for “Partly” and “No”", Value: t.One(key + "-proof"), Error: errs.Of(at + ".proof"), Rows: 2, Autocomplete: "off",
				}))
		}
	}
	return out
}

// reading is what was typed, and where the faults of it stand on the page.
func reading(s *models.Standard, t frame.Typed) (models.Reading, map[string]string) {
	out, targets := models.Reading{Grades: map[string]models.Grade{}, Words: map[string]string{}}, map[string]string{}
	for _, key := range s.Keys() {
		targets["answers."+key], targets["answers."+key+".proof"] = key, key+"-proof"
		if t.One(key) != "" {
			out.Grades[key] = models.Grade(t.One(key))
		}
		out.Words[key] = t.One(key + "-proof")
	}
	return out, targets
}

// given are the readings that the reader may see.
func given(i *samples.Page) (out []view.GivenView) {
	for _, r := range i.Readings {
		g := view.GivenView{Title: map[string]string{"first": "First reading", "second": "Second reading", "moderation": "Settled as"}[r.Kind]}
		for n, criterion := range i.Standard.Criteria {
			if grade, ok := r.Grades[criterion.Key]; ok {
				row := components.SummaryRow{Key: strconv.Itoa(n+1) + ". " + criterion.Question, Value: models.ChoiceWords(models.Grades(), string(grade))}
				if words := r.Words[criterion.Key]; words != "" {
					row.Value += ": " + words
				}
				g.Rows = append(g.Rows, row)
			}
		}
		out = append(out, g)
	}
	return out
}

// review keeps the answers, and leads to the next item that waits.
func (p *Pages) review(c *gin.Context) error {
	return p.judge(c, p.svc.Review, p.item, func(i *samples.Page) string {
		for k := range i.Items {
			if n := i.Items[k].N; n > i.Item.N && i.Items[k].Waits() {
				return itemPath(i.ID, n)
			}
		}
		return samplePath(c)
	})
}

// settle keeps what was settled.
func (p *Pages) settle(c *gin.Context) error {
	return p.judge(c, p.svc.Moderate, p.settleForm, func(*samples.Page) string { return samplePath(c) })
}

func (p *Pages) judge(c *gin.Context, keep judges, again func(*gin.Context, frame.Typed, components.FormErrors) error, next func(*samples.Page) string) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	of, err := id(c)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(c.Param("item"))
	if err != nil {
		return models.NotFound("item")
	}
	v, err := p.svc.Get(c.Request.Context(), of)
	if err != nil {
		return err
	}
	in, targets := reading(&v.Standard, t)
	i, err := keep(c.Request.Context(), of, n, in)
	to := ""
	if err == nil {
		to = next(&i)
	}
	return p.done(c, err, to, itemPath(of, n), t, targets, again)
}

// settleForm asks for the answers that its readers give differently.
func (p *Pages) settleForm(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
	i, err := p.read(c)
	if err != nil {
		return err
	}
	if !i.Item.Read() || i.Item.Moderated || len(i.Item.Differs) == 0 {
		return models.NotFound("item")
	}
	var before []templ.Component
	for _, g := range given(&i) {
		before = append(before, components.SummaryList(components.SummaryListParams{Rows: g.Rows, Dense: true, Card: &components.SummaryCard{Title: g.Title, HeadingLevel: 2}}))
	}
	return p.form(c, frame.SamplesPath, itemPath(i.ID, i.Item.N), shared.FormView{
		Caption: i.Name + ", item " + strconv.Itoa(i.Item.N), Title: "Settle where two readings differ", Button: "Settle it", Before: before,
		Lede: "Talk it over, then say which answer stands.", Fields: answers(&i.Standard, i.Item.Differs, t, errs),
	}, errs)
}
