package forms

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/forms"
	"throughline/web/components"
	"throughline/web/layouts"
	view "throughline/web/pages/forms"
	"throughline/web/pages/shared"
)

// page lists the forms of a record; what is kept of one that ended in full,
// because each look at it takes a reason.
func (p *Pages) page(c *gin.Context, r record, l *forms.Listed) error {
	a, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return err
	}
	reference := l.CaseReference
	if l.OfReferral() {
		reference = l.Reference
	}
	v := view.PageView{
		Meta: p.meta(c, r, "Forms"), Caption: caption(r, reference), Parts: frame.RecordParts(a, r.root, reference, "forms", &l.Subject), Label: "Parts of this " + r.what,
		Lede: "A form is never changed once it was kept. Everybody who works on this case here reads it; a service you refer to is told the score and the judgement, and only where you share what makes the risk.",
	}
	if l.OfReferral() {
		v.Lede = "Your organisation's own forms. The referrer reads none of this. A form is never changed once it was kept."
	}
	if l.Adds {
		for _, d := range p.Forms.Offered() {
			v.Fill = append(v.Fill, components.Link{Text: "Fill in the " + d.Name, Href: r.path(c) + "/fill?form=" + d.Key})
		}
	}
	v.Table = p.table(c, r, l)
	if l.Kept() {
		for i := range l.Entries {
			v.Entries = append(v.Entries, p.words(&l.Entries[i]))
		}
	}
	if l.Next != "" && !l.Kept() {
		v.Older = &components.Link{Text: "Older forms", Href: r.path(c) + "?after=" + l.Next}
	}
	return render.OK(c, view.Page(v))
}

func caption(r record, reference string) string {
	if r.root == "/cases" {
		return "Case " + reference
	}
	return "Referral " + reference
}

func (p *Pages) table(c *gin.Context, r record, l *forms.Listed) components.DataTable {
	t := components.DataTable{
		Caption: "Forms that were filled in, the latest first", Cards: true, Empty: "No form has been filled in yet.",
		Columns: []components.Column{{Text: "Form"}, {Text: "Filled in"}, {Text: "Score"}, {Text: "Judgement"}},
	}
	for i := range l.Entries {
		e := &l.Entries[i]
		first := components.DataCell{Text: e.Definition.Name, Sub: standing(e)}
		if !l.Kept() {
			first.Href = r.path(c) + "?entry=" + e.ID.String()
		}
		row := []components.DataCell{first, {Text: models.DayIn(e.FilledOn, p.Now()), Sub: by(e)}, {Text: "No longer kept"}, {Text: "No longer kept"}}
		if !e.Removed {
			row[2] = components.DataCell{Text: score(e)}
			row[3] = components.DataCell{Text: models.ChoiceWords(models.Judgements(), e.Judgement)}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func standing(e *forms.Filled) string {
	switch {
	case e.Corrected:
		return "Corrected: another stands in its place"
	case len(e.Suggests) > 0:
		return "Meets the criteria for a MARAC"
	}
	return ""
}

func by(e *forms.Filled) string {
	if e.Author != "" {
		return e.Author + ", " + e.Org
	}
	return e.Org
}

func score(e *forms.Filled) string {
	return strconv.Itoa(e.Score) + " of " + strconv.Itoa(e.Definition.Counted())
}

// words are an entry with the questions of its own version.
func (p *Pages) words(e *forms.Filled) view.EntryView {
	v := view.EntryView{Title: e.Definition.Name + ", " + models.Date(e.FilledOn)}
	switch {
	case e.Removed:
		v.Note = "What was answered is no longer kept."
	case e.Corrected:
		v.Note = "This was corrected. Another form stands in its place."
	case e.Corrects != nil:
		v.Note = "This stands in the place of one that was wrong."
	}
	v.Facts = []components.SummaryRow{{Key: "Filled in by", Value: by(e)}, {Key: "Kept", Value: models.DateTimeIn(e.At, p.Now())}}
	if e.Removed {
		return v
	}
	v.Facts = append(v.Facts, components.SummaryRow{Key: "Score", Value: score(e) + " answered yes"},
		components.SummaryRow{Key: "Professional judgement", Value: models.ChoiceWords(models.Judgements(), e.Judgement)})
	if e.Words != "" {
		v.Facts = append(v.Facts, components.SummaryRow{Key: "What it rests on", Value: e.Words})
	}
	v.Facts = append(v.Facts, components.SummaryRow{Key: "Version of the form", Value: strconv.Itoa(e.Version)})
	for _, why := range e.Suggests {
		v.Suggests = append(v.Suggests, criterion(why, e))
	}
	for _, s := range e.Definition.Sections {
		part := view.SectionView{Title: s.Title, Hint: s.Hint}
		for _, a := range models.ShowAnswers(s.Questions, e.Answers) {
			part.Rows = append(part.Rows, components.SummaryRow{Key: a.Label, Value: a.Words})
		}
		v.Sections = append(v.Sections, part)
	}
	return v
}

// criterion says why a MARAC is suggested.
func criterion(key string, e *forms.Filled) string {
	switch key {
	case models.MARACByScore:
		return strconv.Itoa(e.Score) + " answers are yes. " + strconv.Itoa(e.Definition.Score.MARAC) + " or more are enough."
	case models.MARACByJudgement:
		return "The professional judgement is high, whatever the score."
	case models.MARACByRepeat:
		return "A MARAC heard this case within the year before. A repeat goes back, and need not be a crime."
	}
	return "It is getting worse: the score is higher than on a form of the last 12 months, or there were " + strconv.Itoa(models.MARACIncidents) + " incidents or more in them."
}

func (p *Pages) entryPage(c *gin.Context, r record, l *forms.Listed, e *forms.Filled) error {
	reference := l.CaseReference
	if l.OfReferral() {
		reference = l.Reference
	}
	v := view.EntryPageView{Meta: p.meta(c, r, "Form"), Caption: caption(r, reference), Entry: p.words(e)}
	v.Meta.Back = &components.Link{Text: "Back to the forms", Href: r.path(c)}
	if c.Query("done") == "kept" {
		v.Meta.Flash = &layouts.Flash{Text: "The form was kept."}
	}
	if l.Adds && correctable(e) {
		v.Entry.Correct = &components.Link{Text: "Correct a mistake in this form", Href: r.path(c) + "/fill?form=" + e.Form + "&correct=" + e.ID.String()}
	}
	return render.OK(c, view.EntryPage(v))
}

func correctable(e *forms.Filled) bool { return e.Own && !e.Corrected && !e.Removed }

// draw shows a form to fill in.
func (p *Pages) draw(c *gin.Context, r record, d models.FormDefinition, t frame.Typed, errs components.FormErrors) error {
	meta := p.meta(c, r, "Fill in a form")
	meta.Errors = errs
	meta.Back = &components.Link{Text: "Back to the forms", Href: r.path(c)}
	v := shared.FormView{
		Meta: meta, Caption: caption(r, c.Param("ref")), Title: d.Name, Lede: d.Source + " What you do not answer is kept as not asked.",
		Action: r.path(c) + "/fill", Hidden: []shared.Hidden{{Name: "form", Value: d.Key}}, Button: "Keep this form", Cancel: &components.Link{Text: "Cancel", Href: r.path(c)},
		After: "It cannot be changed afterwards. A mistake is put right by another form in its place.",
	}
	if of := t.One("corrects"); of != "" {
		v.Hidden = append(v.Hidden, shared.Hidden{Name: "corrects", Value: of})
		v.Lede = "Put right what was wrong. The form you correct stays on record beside this one."
	}
	v.Fields = append(v.Fields, components.DateInput(components.DateInputParams{
		ID: "on", Legend: "When was it filled in?", LegendSize: components.Medium, Hint: "For example, 20 11 2026", Error: errs.Of("filled_on"),
		Day: t.One("on-day"), Month: t.One("on-month"), Year: t.One("on-year"),
	}))
	for _, s := range d.Sections {
		v.Fields = append(v.Fields, view.Heading(s.Title, s.Hint))
		for i := range s.Questions {
			q := &s.Questions[i]
			v.Fields = append(v.Fields, components.Radios(components.RadiosParams{
				Name: q.Key, Legend: q.Label, LegendSize: components.Small, Hint: q.Hint, IsSmall: true, Inline: true, Items: frame.Choices(q.Options), Value: t.One(q.Key), Error: errs.Of(q.Key),
			}))
		}
	}
	v.Fields = append(v.Fields, judgement(t, errs)...)
	return render.Form(c, shared.Form(v), errs.Any())
}

func judgement(t frame.Typed, errs components.FormErrors) []templ.Component {
	return []templ.Component{
		view.Heading("Your own judgement", "It stands apart from the score, and can be higher or lower."),
		components.Radios(components.RadiosParams{
			Name: "judgement", Legend: "What do you think of the risk?", LegendSize: components.Small, IsSmall: true, Items: frame.Choices(models.Judgements()), Value: t.One("judgement"), Error: errs.Of("judgement"),
		}),
		components.CharacterCount(components.CharacterCountParams{
			TextAreaParams: components.TextAreaParams{Name: "words", Label: "What does it rest on? (optional)", Value: t.One("words"), Error: errs.Of("words"), Rows: 4},
			MaxLength:      models.FormWordsLongest, Threshold: 80, CountType: "characters",
		}),
	}
}

// blank is a form nobody has begun: nothing was asked yet.
func blank(d models.FormDefinition) frame.Typed {
	t := frame.Typed{}
	for _, q := range d.Questions() {
		if slices.ContainsFunc(q.Options, func(o models.Choice) bool { return o.Key == models.FormNotAsked }) {
			t[q.Key] = []string{models.FormNotAsked}
		}
	}
	return t
}

// typed is a form that begins with what another said.
func typed(e *forms.Filled) frame.Typed {
	t := frame.Typed{
		"corrects": {e.ID.String()}, "judgement": {e.Judgement}, "words": {e.Words},
		"on-day": {strconv.Itoa(e.FilledOn.Day())}, "on-month": {strconv.Itoa(int(e.FilledOn.Month()))}, "on-year": {strconv.Itoa(e.FilledOn.Year())},
	}
	for key, answer := range e.Answers {
		if s, ok := answer.(string); ok {
			t[key] = []string{s}
		}
	}
	return t
}
