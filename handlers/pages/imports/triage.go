package imports

import (
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/imports"
	"throughline/web/components"
	"throughline/web/layouts"
	view "throughline/web/pages/imports"
)

// triage is the next case that a feed left to see to: its flags in words, and
// one press for each answer.
func (p *Pages) triage(c *gin.Context) error {
	t, err := p.svc.Next(c.Request.Context())
	if err != nil {
		return err
	}
	return p.drawTriage(c, &t)
}

func (p *Pages) drawTriage(c *gin.Context, t *imports.Triage) error {
	v := view.TriageView{Meta: p.frame.Meta(c, "Triage", frame.ImportsPath), Text: "Nothing is left to look at."}
	v.Meta.Back = &components.Link{Text: "Import files", Href: root}
	if c.Query("done") == "other" {
		v.Meta.Flash = &layouts.Flash{Text: "Somebody else has seen to that case already. Nothing you did was saved.", Info: true}
	}
	if t.Next != nil {
		v.Text = left(t)
		v.Next = p.item(t.Next)
		v.Next.Answers = answers("1", "2", "3")
	}
	for i := range t.Yours {
		item := p.item(&t.Yours[i])
		item.Answers = []components.ButtonParams{{Text: "Done", Name: "answer", Value: string(models.TriageFine), Kind: components.Secondary, Once: true}}
		v.Yours = append(v.Yours, *item)
	}
	return render.OK(c, view.Triage(v))
}

func left(t *imports.Triage) string {
	switch {
	case t.More:
		return models.Count(t.Left) + "+ cases to look at."
	case t.Left == 1:
		return "The last case to look at."
	}
	return models.Count(t.Left) + " cases to look at."
}

// answers are the buttons of a case, each with its key.
func answers(keys ...string) []components.ButtonParams {
	var out []components.ButtonParams
	for n, a := range models.TriageAnswers() {
		b := components.ButtonParams{Text: a.Words, Name: "answer", Value: a.Key, Keys: keys[n], Once: true, Kind: components.Secondary}
		if n == 0 {
			b.Kind = components.Primary
		}
		out = append(out, b)
	}
	return out
}

// item is a case in words: no name, and no way to reach anybody.
func (p *Pages) item(i *models.TriageItem) *view.ItemView {
	out := &view.ItemView{
		Reference: i.Reference, Action: "/cases/" + i.Reference + "/triage",
		Rows: []components.SummaryRow{
			{Key: "Crime", Value: words(models.Offences(), i.Offences)},
			{Key: "Police force", Value: models.ChoiceWords(models.Forces(), i.Force)},
			{Key: "Risk", Value: models.ChoiceWords(models.RiskLevels(), string(i.Risk))},
		},
	}
	if i.BoroughName != "" {
		out.Rows = append(out.Rows, components.SummaryRow{Key: "Lives in", Value: i.BoroughName})
	}
	if i.ReportedOn != nil {
		out.Rows = append(out.Rows, components.SummaryRow{Key: "Reported", Value: models.Day(*i.ReportedOn)})
	}
	for _, f := range models.ImportFlags() {
		for _, has := range i.Flags {
			if has == f.Key {
				out.Flags = append(out.Flags, view.FlagView{Words: f.Words, Advice: models.FlagAdvice(f.Key), Safety: f.Key == models.FlagUnsafe || f.Key == models.FlagNoSafeWay})
			}
		}
	}
	return out
}

func words(of []models.Choice, keys []string) string {
	out := ""
	for n, k := range keys {
		w := models.ChoiceWords(of, k)
		if n > 0 {
			w = ", " + models.LowerFirst(w)
		}
		out += w
	}
	return out
}

// answer keeps what is done about a case, and shows the next.
func (p *Pages) answer(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	id, err := p.cases.ID(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return err
	}
	err = p.svc.Triage(c.Request.Context(), id, models.TriageAnswer(t.One("answer")))
	switch models.CodeOf(err) {
	case models.CodeConflict:
		render.See(c, frame.TriagePath+"?done=other")
		return nil
	case models.CodeInvalid:
		render.See(c, frame.TriagePath) // no button sends it
		return nil
	}
	if err != nil {
		return err
	}
	render.See(c, frame.TriagePath)
	return nil
}
