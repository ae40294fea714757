package events

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/handlers/route"
	"throughline/models"
	"throughline/services/matters"
	"throughline/web/components"
	"throughline/web/layouts"
	"throughline/web/pages/admin"
	"throughline/web/pages/shared"
)

func (p *Pages) matterRoutes() []route.Route {
	at := func(method, path string, h func(*gin.Context) error) route.Route {
		return route.Route{Method: method, Path: frame.MattersPath + path, Need: models.MatterManage, Handle: h}
	}
	ask := func(form func(*gin.Context, frame.Typed, components.FormErrors) error) func(*gin.Context) error {
		return func(c *gin.Context) error { return form(c, frame.Typed{}, nil) }
	}
	return []route.Route{
		at(http.MethodGet, "", p.matterList),
		at(http.MethodGet, "/new", ask(p.matterForm)),
		at(http.MethodPost, "/new", p.matterOpen),
		at(http.MethodGet, "/:urn", p.matterShow),
		at(http.MethodGet, "/:urn/cases", ask(p.matterCaseForm)),
		at(http.MethodPost, "/:urn/cases", p.matterCase),
		at(http.MethodGet, "/:urn/people", ask(p.matterPersonForm)),
		at(http.MethodPost, "/:urn/people", p.matterPerson),
		at(http.MethodGet, "/:urn/events", p.matterChoose),
		at(http.MethodPost, "/:urn/events", p.matterRecord),
		at(http.MethodGet, "/:urn/told", ask(p.matterToldForm)),
		at(http.MethodPost, "/:urn/told", p.matterTold),
	}
}

// matterPath is the address of the matter that was asked for.
func matterPath(c *gin.Context) string {
	urn, _ := models.ParseURN(c.Param("urn"))
	return frame.MattersPath + "/" + urn
}

func (p *Pages) matterMeta(c *gin.Context, title, back, words string) layouts.PageMeta {
	meta := p.Frame.Meta(c, title, frame.MattersPath)
	meta.Back = &components.Link{Text: words, Href: back}
	return meta
}

// matterList is every matter of the reader's organisation.
func (p *Pages) matterList(c *gin.Context) error {
	items, next, err := p.Matters.List(c.Request.Context(), c.Query("cursor"), 50)
	if err != nil {
		return err
	}
	t := &components.DataTable{
		Caption: "Court matters, the latest first", Cards: true, Empty: "Your organisation keeps no court matters yet.",
		Columns: []components.Column{{Text: "URN"}, {Text: "Kept since"}},
	}
	for i := range items {
		t.Rows = append(t.Rows, []components.DataCell{{Text: items[i].URN, Href: frame.MattersPath + "/" + items[i].URN}, {Text: models.DayIn(items[i].At, p.Now())}})
	}
	v := admin.PageView{
		Meta: p.Frame.Meta(c, "Court matters", frame.MattersPath), Title: "Court matters",
		Text:    "One matter holds the cases of all its victims, its witnesses and its defendants. What a court does is entered once.",
		Buttons: []components.ButtonParams{{Text: "Keep a matter", Href: frame.MattersPath + "/new"}}, Parts: []admin.PartView{{Table: t}},
	}
	if next != "" {
		v.Pages = components.PaginationParams{NextHref: frame.MattersPath + "?cursor=" + next, Landmark: "Pages of matters"}
	}
	return render.OK(c, admin.Page(v))
}

func (p *Pages) matterPage(c *gin.Context, f shared.FormView, back string, errs components.FormErrors) error {
	f.Meta = p.matterMeta(c, f.Title, back, "Back")
	f.Meta.Errors, f.Cancel = errs, &components.Link{Text: "Cancel", Href: back}
	return render.Form(c, shared.Form(f), errs.Any())
}

func line(name, label, hint, value string, errs components.FormErrors) templ.Component {
	return components.TextInput(components.TextInputParams{
		Name: name, Label: label, LabelSize: components.Small, Hint: hint, Value: value, Error: errs.Of(name), Autocomplete: "off", Classes: "govuk-input--width-20",
	})
}

func (p *Pages) matterForm(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
	return p.matterPage(c, shared.FormView{
		Title: "Keep a court matter", Button: "Keep it", Lede: "Witnesses and defendants are added on its page.",
		Fields: []templ.Component{
			line("urn", "URN", "The number of the court case, like 01YA2231526", t.One("urn"), errs),
			components.TextArea(components.TextAreaParams{
				Name: "case_ids", Label: "References of its victims' cases (optional)", LabelSize: components.Small, Hint: "One on each line.", Value: t.One("case_ids"), Error: errs.Of("case_ids"), Rows: 4,
			}),
		},
	}, frame.MattersPath, errs)
}

func (p *Pages) matterOpen(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	in := matters.NewMatter{URN: t.One("urn")}
	var wrong []models.FieldError
	for word := range strings.FieldsSeq(strings.ReplaceAll(t.One("case_ids"), ",", " ")) {
		ref, err := models.ParseReference(word)
		if err != nil {
			wrong = []models.FieldError{models.Field("case_ids", models.FieldInvalid, "One of these is no reference of a case. A reference looks like C-7KQ4-M2XA-A")}
			break
		}
		in.References = append(in.References, ref)
	}
	v, err := p.Matters.Open(frame.Held(c, "", wrong...), in)
	switch {
	case err == nil:
		render.See(c, frame.MattersPath+"/"+v.URN)
		return nil
	case frame.IsInvalid(err):
		return p.matterForm(c, t, frame.Errors(err, nil))
	}
	return p.matterMoved(c, err, frame.MattersPath)
}

// matterMoved says that something is otherwise by now, and leads back.
func (p *Pages) matterMoved(c *gin.Context, err error, href string) error {
	words, ok := frame.Conflict(err)
	if !ok {
		return err
	}
	return render.Page(c, http.StatusConflict, shared.Plain(shared.PlainView{
		Meta: p.matterMeta(c, "Court matter", href, "Back"), Title: "This cannot be done", Paras: []string{words},
		Body: components.Button(components.ButtonParams{Text: "Go back", Href: href}),
	}))
}

// matterDone ends a form of one matter.
func (p *Pages) matterDone(c *gin.Context, err error, t frame.Typed, targets map[string]string, form func(*gin.Context, frame.Typed, components.FormErrors) error) error {
	switch {
	case err == nil:
		render.See(c, matterPath(c))
		return nil
	case frame.IsInvalid(err):
		return form(c, t, frame.Errors(err, targets))
	}
	return p.matterMoved(c, err, matterPath(c))
}

func (p *Pages) matterCaseForm(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
	if _, err := p.Matters.Get(c.Request.Context(), c.Param("urn")); err != nil {
		return err
	}
	return p.matterPage(c, shared.FormView{
		Title: "Add the case of a victim", Button: "Add it", Lede: "What was entered before is entered in it too, and its clocks run.",
		Fields: []templ.Component{line("case_id", "Reference of the case", "", t.One("case_id"), errs)},
	}, matterPath(c), errs)
}

func (p *Pages) matterCase(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	ref := t.One("case_id")
	if written, err := models.ParseReference(ref); err == nil {
		ref = written
	}
	_, err = p.Matters.AddCase(c.Request.Context(), c.Param("urn"), uuid.Nil, ref)
	return p.matterDone(c, err, t, nil, p.matterCaseForm)
}

func (p *Pages) matterPersonForm(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
	if _, err := p.Matters.Get(c.Request.Context(), c.Param("urn")); err != nil {
		return err
	}
	var measures []components.ChoiceItem
	for _, m := range models.SpecialMeasures() {
		for _, state := range models.MeasureStates() {
			measures = append(measures, components.ChoiceItem{Value: m.Key + ":" + state.Key, Text: m.Words + ": " + models.LowerFirst(state.Words)})
		}
	}
	return p.matterPage(c, shared.FormView{
		Title: "Add somebody to the matter", Button: "Add them",
		Fields: []templ.Component{
			components.Radios(components.RadiosParams{Name: "kind", Legend: "Who are they?", LegendSize: components.Medium, Items: frame.Choices(models.MatterPersonKinds()), Value: t.One("kind"), Error: errs.Of("kind")}),
			line("name", "Name", "", t.One("name"), errs),
			components.Checkboxes(components.CheckboxesParams{Name: "needs", Legend: "What does a witness need? (optional)", LegendSize: components.Medium, IsSmall: true, Items: frame.Choices(models.WitnessNeeds()), Values: t["needs"], Error: errs.Of("needs")}),
			components.Checkboxes(components.CheckboxesParams{Name: "special_measures", Legend: "Special measures for a witness (optional)", LegendSize: components.Medium, IsSmall: true, Items: measures, Values: t["special_measures"], Error: errs.Of("special_measures")}),
			components.TextArea(components.TextAreaParams{Name: "note", Label: "Anything else (optional)", Value: t.One("note"), Error: errs.Of("note"), Rows: 3}),
		},
	}, matterPath(c), errs)
}

func (p *Pages) matterPerson(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	in := models.MatterPerson{Kind: models.MatterPersonKind(t.One("kind")), Name: t.One("name"), Note: t.One("note"), Needs: t["needs"], Measures: map[string]string{}}
	var wrong []models.FieldError
	for _, m := range t["special_measures"] {
		key, state, _ := strings.Cut(m, ":")
		if in.Measures[key] != "" {
			wrong = []models.FieldError{models.Field("special_measures", models.FieldInvalid, "Say of each special measure once how far it is")}
		}
		in.Measures[key] = state
	}
	_, err = p.Matters.AddPerson(frame.Held(c, "", wrong...), c.Param("urn"), in)
	return p.matterDone(c, err, t, nil, p.matterPersonForm)
}

// matterChoose asks what happened; once that is known, for what belongs to it.
func (p *Pages) matterChoose(c *gin.Context) error {
	v, err := p.Matters.Get(c.Request.Context(), c.Param("urn"))
	if err != nil {
		return err
	}
	here := matterPath(c) + "/events"
	if name := c.Query("type"); name != "" {
		spec, ok := models.FindEventType(name)
		if !ok {
			return models.NotFound("event")
		}
		return p.matterEventForm(c, spec, p.blank(), nil)
	}
	own, err := p.ownKind(c)
	if err != nil {
		return err
	}
	page := admin.PageView{
		Meta: p.matterMeta(c, "Enter what happened", matterPath(c), "Back to the matter"), Caption: "Matter " + v.URN, Title: "What happened?",
		Text: "Choose one. It is entered in each of its cases that you see, " + models.Plural(len(v.Cases), "case", "cases") + " now. What is recorded is never changed.",
	}
	page.Parts = groups(own, func(spec *models.EventSpec) string { return here + "?type=" + string(spec.Type) })
	return render.OK(c, admin.Page(page))
}

func (p *Pages) matterEventForm(c *gin.Context, spec *models.EventSpec, t frame.Typed, errs components.FormErrors) error {
	return p.matterPage(c, shared.FormView{
		Caption: "Matter " + strings.TrimPrefix(matterPath(c), frame.MattersPath+"/"), Title: spec.Words, Fields: fieldsOf(spec, t, errs), Button: "Enter it in every case", Action: matterPath(c) + "/events",
		Hidden: []shared.Hidden{{Name: "type", Value: string(spec.Type)}, {Name: "once", Value: t.One("once")}},
	}, matterPath(c)+"/events", errs)
}

func (p *Pages) matterRecord(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	spec, ok := models.FindEventType(t.One("type"))
	if !ok {
		if _, err := p.Matters.Get(c.Request.Context(), c.Param("urn")); err != nil {
			return err
		}
		return models.Invalid(models.Field("type", models.FieldRequired, "Choose what happened"))
	}
	in, wrong := readEvent(t, spec)
	_, err = p.Matters.Record(frame.Held(c, "", wrong...), c.Param("urn"), in)
	return p.matterDone(c, err, t, targets(spec), func(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
		return p.matterEventForm(c, spec, t, errs)
	})
}

func (p *Pages) matterToldForm(c *gin.Context, t frame.Typed, errs components.FormErrors) error {
	v, err := p.Matters.Get(c.Request.Context(), c.Param("urn"))
	if err != nil {
		return err
	}
	event, person := c.Query("event"), c.Query("person")
	if t.One("event") != "" {
		event, person = t.One("event"), t.One("person")
	}
	for i := range v.Events {
		for _, w := range v.Events[i].Witnesses {
			if v.Events[i].ID.String() != event || w.PersonID.String() != person {
				continue
			}
			var ways []models.Choice
			for _, ch := range models.Channels() {
				ways = append(ways, models.Choice{Key: string(ch), Words: ch.Words()})
			}
			if len(t) == 0 {
				t = p.blank()
				for _, part := range []string{"day", "month", "year", "time"} {
					t["told_at-"+part] = t["occurred_at-"+part]
				}
			}
			return p.matterPage(c, shared.FormView{
				Caption: v.Events[i].Title, Title: "How were they told?", Lede: "Who is to be told: " + w.Name + ".", Button: "Record that they were told", Action: matterPath(c) + "/told",
				Hidden: []shared.Hidden{{Name: "event", Value: event}, {Name: "person", Value: person}},
				Fields: []templ.Component{
					components.Radios(components.RadiosParams{Name: "channel", Legend: "How?", LegendSize: components.Small, IsSmall: true, Items: frame.Choices(ways), Value: t.One("channel"), Error: errs.Of("channel")}),
					when("told_at", "When?", "For example, 27 11 2026 at 14:30", t, errs),
					components.Radios(components.RadiosParams{Name: "understood", Legend: "Did they understand?", LegendSize: components.Small, IsSmall: true, Items: frame.Choices(models.Understandings()), Value: t.One("understood"), Error: errs.Of("understood")}),
				},
			}, matterPath(c), errs)
		}
	}
	return models.NotFound("telling")
}

func (p *Pages) matterTold(c *gin.Context) error {
	t, err := frame.ReadForm(c)
	if err != nil {
		return err
	}
	in := matters.Telling{Channel: models.Channel(t.One("channel")), Understood: t.One("understood")}
	in.EventID, _ = uuid.Parse(t.One("event"))
	in.PersonID, _ = uuid.Parse(t.One("person"))
	at, wrong := t.Moment("told_at", "told_at", "told_at")
	if at != nil {
		in.At = *at
	}
	_, err = p.Matters.Told(frame.Held(c, "", wrong...), c.Param("urn"), in)
	return p.matterDone(c, err, t, map[string]string{"told_at": "told_at-day"}, p.matterToldForm)
}
