package status

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/status"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/shared"
	view "throughline/web/pages/status"
)

func flash(c *gin.Context) *layouts.Flash {
	words := map[string]string{
		"frozen": "The page is frozen. Whoever was on it was put out.", "open": "The same code and word open the page again.",
		"withdrawn": "The code leads nowhere any more. Whoever was on the page was put out.", "answered": "What you found out was kept. Nothing else was changed.",
	}[c.Query("done")]
	if words == "" {
		return nil
	}
	return &layouts.Flash{Text: words}
}

// see reads the page of the case in the address.
func (p *Pages) see(c *gin.Context) (status.Seen, string, error) {
	id, err := p.Cases.ID(c.Request.Context(), c.Param("ref"))
	if err != nil {
		return status.Seen{}, "", err
	}
	s, err := p.Status.See(c.Request.Context(), id)
	return s, "/cases/" + s.Reference + "/their-page", err
}

// show is how the page stands, and what was asked on it.
func (p *Pages) show(c *gin.Context) error {
	s, path, err := p.see(c)
	if err != nil {
		return err
	}
	a, err := models.ActorFrom(c.Request.Context())
	if err != nil {
		return err
	}
	meta := p.Frame.Meta(c, "Their page, case "+s.Reference, "/cases")
	meta.Back, meta.Flash, meta.Wide = &components.Link{Text: "Back to the case", Href: "/cases/" + s.Reference}, flash(c), true
	v := view.WorkerView{
		Meta: meta, Caption: "Case " + s.Reference, Parts: frame.CaseParts(a, "/cases/"+s.Reference, "their-page"), Facts: p.facts(&s),
		Lede: "What they see with a code and a word they chose: what has happened, what is next and by when. It names nobody. It asks, and never changes anything.",
	}
	if state := s.State(); state == "open" || state == "frozen" {
		act := map[string][2]string{"open": {"Freeze the page", "freeze"}, "frozen": {"Let the same code open it again", "open"}}[state]
		v.Links = []components.StackItem{
			{Link: components.Link{Text: act[0], Href: path + "/change?act=" + act[1]}},
			{Link: components.Link{Text: "Give a new code", Href: path + "/give"}, Note: "the old one stops"},
			{Link: components.Link{Text: "Take the code back", Href: path + "/change?act=withdraw"}},
		}
	} else {
		v.Button = &components.Link{Text: "Give them a code", Href: path + "/give"}
	}
	v.Links = append(v.Links, components.StackItem{Link: components.Link{Text: "Record a complaint or a compliment", Href: frame.ComplaintsPath + "/new?case=" + s.Reference}, Note: "once they have said it"})
	v.Links = append(v.Links, components.StackItem{Link: components.Link{Text: "Messages to them", Href: "/cases/" + s.Reference + "/messages"}, Note: "tell them that there is something to look at"})
	v.Waiting, v.Answered = p.tables(&s, path)
	return render.OK(c, view.Worker(v))
}

func (p *Pages) facts(s *status.Seen) components.SummaryListParams {
	state := map[string]string{
		"none": "No code has been given", "open": "Open", "frozen": "Frozen: nobody can see it", "ended": "The code was taken back", "expired": "The code has run out",
	}[s.State()]
	rows := []components.SummaryRow{{Key: "The page", Value: state}}
	if d := s.Door; d != nil {
		rows = append(rows,
			components.SummaryRow{Key: "Code given", Value: models.DateTimeIn(d.GivenAt, s.At)},
			components.SummaryRow{Key: "They agreed", Value: models.ChoiceWords(models.StatusAgreements(), d.AgreedHow)},
			components.SummaryRow{Key: "Language", Value: p.Status.Language(d.Language).Name},
			components.SummaryRow{Key: "Good until", Value: models.DayIn(d.ExpiresAt, s.At)})
	}
	return components.SummaryListParams{Rows: rows, Dense: true}
}

func (p *Pages) tables(s *status.Seen, path string) (waiting, answered components.DataTable) {
	waiting = components.DataTable{Caption: "Waiting for you", Cards: true, Empty: "Nothing waits.", Columns: []components.Column{{Text: "What"}, {Text: "Asked"}, {Text: "Speak to them by"}}}
	answered = components.DataTable{Caption: "Seen to", Cards: true, Columns: []components.Column{{Text: "What"}, {Text: "Seen to"}, {Text: "What came of it"}}}
	for i := range s.Requests {
		r := &s.Requests[i]
		what := components.DataCell{Text: models.ChoiceWords(models.StatusRequestKinds(), string(r.Kind)), Sub: r.Said}
		if r.DoneAt != nil {
			answered.Rows = append(answered.Rows, []components.DataCell{what, {Text: models.DateTimeIn(*r.DoneAt, s.At)}, {Text: models.ChoiceWords(models.StatusOutcomes(), r.Outcome), Sub: r.Note}})
			continue
		}
		what.Href = path + "/request?request=" + r.ID.String()
		waiting.Rows = append(waiting.Rows, []components.DataCell{what, {Text: models.DateTimeIn(r.At, s.At)}, {Text: models.DayIn(r.DueAt, s.At)}})
	}
	return waiting, answered
}

func (p *Pages) form(c *gin.Context, s *status.Seen, path, title string, errs components.FormErrors) shared.FormView {
	meta := p.Frame.Meta(c, title+", case "+s.Reference, "/cases")
	meta.Back, meta.Errors = &components.Link{Text: "Back to their page", Href: path}, errs
	return shared.FormView{Meta: meta, Caption: "Case " + s.Reference, Title: title, Cancel: &components.Link{Text: "Cancel", Href: path}}
}

// moved says that the record does not allow it now, and why.
func (p *Pages) moved(c *gin.Context, s *status.Seen, path string, err error) error {
	words, ok := frame.Conflict(err)
	if !ok {
		return err
	}
	return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
		Meta: p.Frame.Meta(c, "Their page, case "+s.Reference, "/cases"), Title: "This cannot be done now", Paras: []string{words},
		Body: components.Button(components.ButtonParams{Text: "Back to their page", Href: path}),
	}))
}

func (p *Pages) giveForm(c *gin.Context) error {
	s, path, err := p.see(c)
	if err != nil {
		return err
	}
	return p.givePage(c, &s, path, frame.Typed{"language": {"en"}}, nil)
}

func (p *Pages) givePage(c *gin.Context, s *status.Seen, path string, t frame.Typed, errs components.FormErrors) error {
	f := p.form(c, s, path, "Give them a code", errs)
	f.Action, f.Button = path+"/give", "Make the code"
	f.Lede = "Do this with them, in person or on a way that is safe. Let them choose the word: one that nobody near them would guess. Do not send the code and the word together."
	if state := s.State(); state == "open" || state == "frozen" {
		f.Lede += " The code they have now stops."
	}
	var languages []models.Choice
	for _, l := range p.Status.Languages() {
		words := l.Name
		if !l.Reviewed() {
			words += " (not yet reviewed)"
		}
		languages = append(languages, models.Choice{Key: l.Key, Words: words})
	}
	f.Fields = []templ.Component{
		components.Radios(components.RadiosParams{Name: "agreed_how", Legend: "How did they say that they want this?", LegendSize: components.Small, IsSmall: true, Items: frame.Choices(models.StatusAgreements()), Value: t.One("agreed_how"), Error: errs.Of("agreed_how")}),
		components.Checkboxes(components.CheckboxesParams{Name: "alone", Legend: "Who else sees their screen?", LegendSize: components.Small, Values: t["alone"], Error: errs.Of("alone"), IsSmall: true, Items: []components.ChoiceItem{{Value: "yes", Text: "I asked, and they can look at it where nobody else sees"}}}),
		components.TextInput(components.TextInputParams{Name: "word", Label: "The word they chose", Hint: "4 characters or more, in any language. Nobody can read it again.", Error: errs.Of("word"), Autocomplete: "off", Spellcheck: "false", Classes: "govuk-input--width-20"}),
		components.Radios(components.RadiosParams{Name: "language", Legend: "Language of the page", LegendSize: components.Small, IsSmall: true, Items: frame.Choices(languages), Value: t.One("language"), Error: errs.Of("language")}),
	}
	return render.Form(c, shared.Form(f), errs.Any())
}

// give makes the code and shows it in the answer itself: it stands nowhere to be
// fetched again.
func (p *Pages) give(c *gin.Context) error {
	s, path, err := p.see(c)
	if err != nil {
		return err
	}
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	g, err := p.Status.Give(c.Request.Context(), s.CaseID, status.Gift{Word: t.One("word"), Language: t.One("language"), AgreedHow: t.One("agreed_how"), Alone: t.One("alone") == "yes"})
	switch {
	case frame.IsInvalid(err):
		return p.givePage(c, &s, path, t, frame.Errors(err, nil))
	case err != nil:
		return p.moved(c, &s, path, err)
	}
	meta := p.Frame.Meta(c, "The code, case "+s.Reference, "/cases")
	return render.OK(c, view.Given(view.GivenView{
		Meta: meta, Caption: "Case " + s.Reference, Code: g.Code, Back: components.Link{Text: "Back to their page", Href: path},
		Lines: []string{
			"Say it to them now, or write it down for them if paper is safe. It cannot be shown again; a new one can be made.",
			"They open this site's address with /s at the end, and type the code and the word.",
			"It is good until " + models.Day(g.ExpiresAt) + ". You can freeze the page at any time.",
			"Say that anybody with the code and the word sees the page, and that a worker always checks with them before anything changes.",
		},
	}))
}

// acts are the changes of a page that ask once.
func acts() map[string]struct{ title, lede, button, done string } {
	return map[string]struct{ title, lede, button, done string }{
		"freeze":   {"Freeze the page?", "Nobody can open it until it is let open again, and whoever is on it is put out at once. They see the same words as for a wrong code.", "Freeze the page", "frozen"},
		"open":     {"Let the code open the page again?", "Only where you know that the code and the word are theirs alone. If not, give a new code.", "Open it again", "open"},
		"withdraw": {"Take the code back?", "It leads nowhere from then on, and whoever is on the page is put out at once. A new code can be given later.", "Take it back", "withdrawn"},
	}
}

func (p *Pages) changeForm(c *gin.Context) error {
	s, path, err := p.see(c)
	if err != nil {
		return err
	}
	act, ok := acts()[c.Query("act")]
	if !ok {
		render.See(c, path)
		return nil
	}
	f := p.form(c, &s, path, act.title, nil)
	f.Lede, f.Action, f.Button = act.lede, path+"/change", act.button
	f.Hidden = []shared.Hidden{{Name: "act", Value: c.Query("act")}}
	return render.OK(c, shared.Form(f))
}

func (p *Pages) change(c *gin.Context) error {
	s, path, err := p.see(c)
	if err != nil {
		return err
	}
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	switch t.One("act") {
	case "freeze":
		_, err = p.Status.Freeze(ctx, s.CaseID)
	case "open":
		_, err = p.Status.Unfreeze(ctx, s.CaseID)
	case "withdraw":
		_, err = p.Status.Withdraw(ctx, s.CaseID)
	default:
		render.See(c, path)
		return nil
	}
	if err != nil {
		return p.moved(c, &s, path, err)
	}
	render.See(c, path+"?done="+acts()[t.One("act")].done)
	return nil
}

// requestOf is the request an address names, nil where this case has none such.
func requestOf(s *status.Seen, name string) *status.Request {
	id, err := uuid.Parse(name)
	if err != nil {
		return nil
	}
	return s.Request(id)
}

func (p *Pages) requestForm(c *gin.Context) error {
	s, path, err := p.see(c)
	if err != nil {
		return err
	}
	r := requestOf(&s, c.Query("request"))
	if r == nil {
		render.See(c, path) // where those that there are stand
		return nil
	}
	return p.requestPage(c, &s, r, path, frame.Typed{}, nil)
}

func (p *Pages) requestPage(c *gin.Context, s *status.Seen, r *status.Request, path string, t frame.Typed, errs components.FormErrors) error {
	if r.DoneAt != nil {
		return p.moved(c, s, path, models.Conflict("This was seen to on "+models.DateTimeIn(*r.DoneAt, s.At)+"."))
	}
	ways, err := p.Status.Ways(c.Request.Context(), s.CaseID)
	if err != nil {
		return err
	}
	f := p.form(c, s, path, "See to what was asked", errs)
	f.Lede = "Anybody who holds the code and the word can have asked this. Speak to them first, on a way that was safe before, and alone. Nothing is changed here: what they meant, you do in the record afterwards."
	f.Action, f.Button = path+"/request", "Keep this"
	f.Hidden = []shared.Hidden{{Name: "request", Value: r.ID.String()}}
	rows := []components.SummaryRow{{Key: "Asked", Value: models.ChoiceWords(models.StatusRequestKinds(), string(r.Kind)) + ", " + models.DateTimeIn(r.At, s.At)}}
	if r.Said != "" {
		rows = append(rows, components.SummaryRow{Key: "In their words, or somebody's", Value: r.Said})
	}
	f.Before = []templ.Component{components.SummaryList(components.SummaryListParams{Rows: rows, Dense: true})}
	channels := []components.ChoiceItem{}
	var shut []string
	for _, w := range ways {
		if g := w.GateAt(s.At, models.StaleAfterDays); g.Incident() {
			shut = append(shut, g.Why)
			continue
		}
		item := components.ChoiceItem{Value: w.ID.String(), Text: w.Kind.Words()}
		if w.Person != models.PersonVictim {
			item.Text += " (" + w.Person + ")"
		}
		channels = append(channels, item)
	}
	channels = append(channels, components.ChoiceItem{Value: "", Text: "I did not speak to them"})
	radios := func(name, legend, hint string, items []components.ChoiceItem) templ.Component {
		return components.Radios(components.RadiosParams{Name: name, Legend: legend, LegendSize: components.Small, IsSmall: true, Hint: hint, Items: items, Value: t.One(name), Error: errs.Of(name)})
	}
	f.Fields = []templ.Component{
		radios("channel", "How did you speak to them?", strings.Join(shut, " "), channels),
		radios("pressure", "Is somebody putting them under pressure?", "", frame.Choices(models.StatusPressures())),
		radios("risk", "How does the risk stand now?", "", frame.Choices(models.StatusRisks())),
		radios("outcome", "What came of it?", "", frame.Choices(models.StatusOutcomes())),
		components.TextArea(components.TextAreaParams{Name: "note", Label: "Your note (optional)", Value: t.One("note"), Error: errs.Of("note"), Rows: 3}),
		components.Checkboxes(components.CheckboxesParams{Name: "freeze", Legend: "The page itself", LegendSize: components.Small, IsSmall: true, Values: t["freeze"], Items: []components.ChoiceItem{{Value: "yes", Text: "Freeze the page now", Hint: "Whoever is on it is put out at once."}}}),
	}
	return render.Form(c, shared.Form(f), errs.Any())
}

func (p *Pages) answer(c *gin.Context) error {
	s, path, err := p.see(c)
	if err != nil {
		return err
	}
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	r := requestOf(&s, t.One("request"))
	if r == nil {
		render.See(c, path)
		return nil
	}
	_, err = p.Status.Answer(c.Request.Context(), s.CaseID, r.ID, models.StatusAnswer{
		Outcome: t.One("outcome"), Channel: t.One("channel"), Pressure: t.One("pressure"), Risk: t.One("risk"), Note: t.One("note"), FreezeNow: t.One("freeze") == "yes",
	})
	switch {
	case frame.IsInvalid(err):
		return p.requestPage(c, &s, r, path, t, frame.Errors(err, nil))
	case err != nil:
		return p.moved(c, &s, path, err)
	}
	render.See(c, path+"?done=answered")
	return nil
}
