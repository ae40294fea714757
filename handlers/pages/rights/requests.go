package rights

import (
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/rights"
	"throughline/web/components"
	"throughline/web/pages/shared"

	view "throughline/web/pages/rights"
)

// requests is the queue of what was asked, and what others erased.
func (p *Pages) requests(c *gin.Context) error {
	list, err := p.svc.Requests(c.Request.Context())
	if err != nil {
		return err
	}
	tasks, err := p.svc.Tasks(c.Request.Context())
	if err != nil {
		return err
	}
	table := func(caption, empty string) *components.DataTable {
		return &components.DataTable{
			Caption: caption, Cards: true, Empty: empty,
			Columns: []components.Column{{Text: "Request"}, {Text: "What is asked"}, {Text: "Who asks"}, {Text: "Due"}, {Text: "State"}},
		}
	}
	open, done := table("To be answered", "Nothing waits for an answer."), table("Answered", "Nothing has been answered.")
	for i := range list {
		q := &list[i]
		t := open
		if q.Status == models.RequestAnswered {
			t = done
		}
		t.Rows = append(t.Rows, []components.DataCell{
			{Text: q.Reference, Href: "/requests/" + q.Reference},
			{Text: models.ChoiceWords(models.RequestKinds(), q.Kind)},
			{Text: models.ChoiceWords(models.RequestRelations(), q.Relation)},
			{Content: components.Clock(p.dueClock(q))},
			{Content: components.Tag(requestTag(q))},
		})
	}
	v := view.View{
		Meta: p.meta(c, "Requests"), Nav: nav("/requests"), Title: "Requests", Text: "About people's data. Each is due in one calendar month.",
		Buttons: []components.ButtonParams{{Text: "Record a request", Href: "/requests/new"}},
		Parts:   []view.Part{{ID: "open", Title: "To be answered", Table: open}, {ID: "answered", Title: "Answered", Table: done}},
	}
	if len(tasks) > 0 {
		v.Parts = append(v.Parts, view.Part{ID: "tasks", Title: "Erased at their source", Text: "You were sent something of these. Look for your own copies.", Table: taskTable(tasks)})
	}
	doneWords(c, &v)
	return page(c, v, nil)
}

func doneWords(c *gin.Context, v *view.View) {
	done(c, &v.Meta, map[string]string{
		"received": "The request is on record.", "saved": "Saved.", "extended": "The time was extended.", "proposed": "Somebody else has to approve this answer.",
		"answered": "The request is answered.", "finished": "Saved.", "reopened": "The request can be worked on again.",
	})
}

func taskTable(tasks []rights.Task) *components.DataTable {
	t := &components.DataTable{Caption: "Erased at their source", Cards: true, Columns: []components.Column{{Text: "Referral"}, {Text: "Told"}, {Text: "Done"}}}
	for _, k := range tasks {
		what := "To be done"
		if k.DoneAt != nil {
			what = models.ChoiceWords(rights.TaskOutcomes(), k.Outcome)
		}
		t.Rows = append(t.Rows, []components.DataCell{{Text: k.Reference, Href: "/requests/tasks/" + k.ID.String()}, {Text: models.Date(k.ToldAt)}, {Text: what}})
	}
	return t
}

func requestTag(q *models.DataRequest) components.TagParams {
	switch q.Status {
	case models.RequestProposed:
		return components.TagParams{Text: "Second person", Colour: "yellow"}
	case models.RequestAnswered:
		return components.TagParams{Text: "Answered", Colour: "green"}
	}
	return components.TagParams{Text: "Open", Colour: "blue"}
}

// dueClock is how long there is to answer.
func (p *Pages) dueClock(q *models.DataRequest) components.ClockView {
	today := models.Today(p.now())
	switch {
	case q.AnsweredAt != nil && models.Today(*q.AnsweredAt).After(q.DueOn):
		return components.ClockView{Kind: components.ClockBreached, Words: "Answered late, " + models.Date(*q.AnsweredAt)}
	case q.AnsweredAt != nil:
		return components.ClockView{Kind: components.ClockMet, Words: "Answered " + models.Date(*q.AnsweredAt)}
	case today.After(q.DueOn):
		return components.ClockView{Kind: components.ClockBreached, Words: "Late: due " + models.Date(q.DueOn)}
	case q.DueOn.Sub(today) <= 7*24*time.Hour:
		return components.ClockView{Kind: components.ClockDueSoon, Words: "Due " + models.Date(q.DueOn)}
	}
	return components.ClockView{Kind: components.ClockRunning, Words: "Due " + models.Date(q.DueOn)}
}

func (p *Pages) requestForm(c *gin.Context) error { return p.newRequestPage(c, typed{}, nil) }

func (p *Pages) newRequestPage(c *gin.Context, t typed, errs components.FormErrors) error {
	radios := func(name, legend string, list []models.Choice) templ.Component {
		return components.Radios(components.RadiosParams{Name: name, Legend: legend, LegendSize: components.Small, IsSmall: true, Value: t.one(name), Error: errs.Of(name), Items: choices(list)})
	}
	return p.form(c, shared.FormView{
		Title: "Record a request", Action: "/requests/new", Button: "Record the request",
		Fields: []templ.Component{
			radios("kind", "What is asked for?", models.RequestKinds()),
			radios("relation", "Who asks?", models.RequestRelations()),
			components.TextInput(components.TextInputParams{Name: "requester", Label: "Their name", LabelSize: components.Small, Autocomplete: "off", Value: t.one("requester"), Error: errs.Of("requester")}),
			components.TextArea(components.TextAreaParams{Name: "asks", Label: "What exactly is asked?", LabelSize: components.Small, Rows: 4, Value: t.one("asks"), Error: errs.Of("asks")}),
			components.DateInput(t.dateInput("received_on", "When was it received?", "", errs)),
			radios("basis", "Police or prosecution only: on what ground?", models.InformationBases()),
			components.TextInput(components.TextInputParams{Name: "record", Label: "Reference of the case or referral, if you know it", LabelSize: components.Small, Hint: "Leave this empty for somebody who may be the person responsible", Classes: "govuk-input--width-20", Value: t.one("record"), Error: errs.Of("record")}),
		},
	}, components.Link{Text: "Requests", Href: "/requests"}, errs)
}

func (p *Pages) receive(c *gin.Context) error {
	t, err := readForm(c)
	if err != nil {
		return err
	}
	on, errs := t.date("received_on", "When it was received")
	if errs.Any() {
		return p.newRequestPage(c, t, errs)
	}
	in := rights.RequestInput{Kind: t.one("kind"), Requester: t.one("requester"), Relation: t.one("relation"), Asks: t.one("asks"), Basis: t.one("basis"), Record: t.one("record")}
	if on != nil {
		in.ReceivedOn = *on
	}
	q, err := p.svc.Receive(c.Request.Context(), in)
	if errs, is := faults(err, "received_on"); is {
		return p.newRequestPage(c, t, errs)
	}
	if err != nil {
		return err
	}
	render.See(c, "/requests/"+q.Reference+"?done=received")
	return nil
}

// requestOf finds the request an address names.
func (p *Pages) requestOf(c *gin.Context) (models.DataRequest, error) {
	return p.svc.Request(c.Request.Context(), uuid.Nil, c.Param("ref"))
}

func (p *Pages) request(c *gin.Context) error {
	q, err := p.requestOf(c)
	if err != nil {
		return err
	}
	path := "/requests/" + q.Reference
	v := view.View{
		Meta: p.meta(c, "Request "+q.Reference), Caption: models.ChoiceWords(models.RequestKinds(), q.Kind), Title: q.Reference, Tags: []components.TagParams{requestTag(&q)},
		Parts: []view.Part{{Rows: append([]components.SummaryRow{{Key: "Due", Content: components.Clock(p.dueClock(&q))}}, requestRows(&q)...)}},
	}
	v.Meta.Back = &components.Link{Text: "Requests", Href: "/requests"}
	doneWords(c, &v)
	if q.Kind == models.RequestInformation && len(q.Tests) > 0 {
		v.Parts = append(v.Parts, view.Part{ID: "tests", Title: "The tests", Rows: testRows(&q)})
	}
	if steps := stepsOf(&q); len(steps) > 0 {
		t := &components.DataTable{Caption: "What can be done", Columns: []components.Column{{Text: "Step"}, {Text: "State"}}}
		for _, s := range steps {
			t.Rows = append(t.Rows, []components.DataCell{{Text: s.text, Href: path + s.href}, {Text: s.state}})
		}
		v.Parts = append(v.Parts, view.Part{ID: "steps", Title: "What can be done", Table: t})
	}
	if q.Status == models.RequestProposed {
		v.Parts = append(v.Parts, view.Part{
			ID: "second", Title: "Waits for a second person", Text: "Somebody else who answers for data approves or refuses it. Was it refused, the request can be worked on again.",
			Link: &components.Link{Text: "See what waits for approval", Href: "/approvals"}, Form: &view.Act{Action: path + "/reopen", Button: components.ButtonParams{Text: "Work on it again", Kind: components.Secondary, Once: true}},
		})
	}
	return page(c, v, nil)
}

func requestRows(q *models.DataRequest) []components.SummaryRow {
	first, identity, expires := "", "", ""
	if !q.FirstDueOn.Equal(q.DueOn) {
		first = models.Date(q.FirstDueOn)
	}
	if q.IdentityOn != nil {
		identity = q.IdentityHow + " (" + models.Date(*q.IdentityOn) + ")"
	}
	if q.ExpiresAt != nil {
		expires = models.DateTime(*q.ExpiresAt)
	}
	authority := ""
	if q.Relation == models.RelationOnBehalf {
		authority = models.ChoiceWords(models.RequestAuthorities(), q.Authority)
	}
	var given []string
	for _, key := range q.Fields {
		given = append(given, models.ChoiceWords(models.InformationFields(), key))
	}
	return rowsOf("First due", first, "Why it takes longer", q.ExtendedWhy, "Who asks", q.Requester+", "+models.ChoiceWords(models.RequestRelations(), q.Relation), "What is asked", q.Asks,
		"Received", models.Date(q.ReceivedOn), "Ground it states", models.ChoiceWords(models.InformationBases(), q.Basis), "How it is known who asks", identity, "By what right", authority, "Record", q.RecordReference,
		"Answer", rights.OutcomeWords(q.Outcome), "Ground", models.ChoiceWords(models.RequestGrounds(), q.Ground), "Why", q.OutcomeWhy, "What is disclosed", models.List(given), "Can be seen until", expires)
}

func testRows(q *models.DataRequest) []components.SummaryRow {
	var out []components.SummaryRow
	for _, t := range models.InformationTests() {
		if a, ok := q.Tests[t.Key]; ok {
			out = append(out, components.SummaryRow{Key: t.Words, Value: strings.ToUpper(a.Answer[:1]) + a.Answer[1:] + ". " + a.Why})
		}
	}
	notice := map[string]string{"given": "Given", "withheld": "Withheld. " + q.NoticeWhy}[q.Notice]
	if q.NoticeOn != nil {
		notice += " on " + models.Date(*q.NoticeOn)
	}
	return append(out, rowsOf("Written notice to the victim", notice, "What the victim says", models.ChoiceWords(models.VictimViews(), q.VictimView), "In their words", q.VictimSaid)...)
}

type nextStep struct{ text, href, state string }

// stepsOf are what can be done with a request now.
func stepsOf(q *models.DataRequest) []nextStep {
	state := func(done bool) string {
		if done {
			return "Done"
		}
		return "To be done"
	}
	switch q.Status {
	case models.RequestAnswered:
		out := []nextStep{{"Letter", "/letter", "To be sent"}}
		if q.Outcome == models.OutcomeRelease {
			out = append(out, nextStep{"What was disclosed", "/pack", "For two weeks"})
		}
		return out
	case models.RequestOpen:
		var out []nextStep
		if q.Kind == models.RequestInformation {
			out = append(out, nextStep{"Answer the tests", "/assess", state(len(q.Tests) > 0)})
		} else {
			out = append(out, nextStep{"Say who asks, and for whom", "/identity", state(q.IdentityOn != nil)})
		}
		if q.Kind == models.RequestAccess && q.IdentityOn != nil {
			out = append(out, nextStep{"Look at what can be somebody else's", "/review", "Each passage"})
		}
		if q.ExtendedWhy == "" {
			out = append(out, nextStep{"Take longer", "/extend", "Once"})
		}
		return append(out, nextStep{"Answer", "/answer", "To be done"})
	}
	return nil
}

func (p *Pages) task(c *gin.Context) error {
	t, err := p.taskOf(c)
	if err != nil {
		return err
	}
	return p.taskPage(c, t, typed{}, nil)
}

func (p *Pages) taskOf(c *gin.Context) (rights.Task, error) {
	key, err := id(c)
	if err != nil {
		return rights.Task{}, err
	}
	list, err := p.svc.Tasks(c.Request.Context())
	if err != nil {
		return rights.Task{}, err
	}
	for _, t := range list {
		if t.ID == key {
			return t, nil
		}
	}
	return rights.Task{}, models.NotFound("task")
}

func (p *Pages) taskPage(c *gin.Context, k rights.Task, t typed, errs components.FormErrors) error {
	v := view.View{
		Meta: p.meta(c, "Erased at its source, "+k.Reference), Caption: "Erased at its source", Title: k.Reference,
		Text:  "Whoever sent you this referral has erased the record it was about. Look for your own copies: letters, files, other systems.",
		Parts: []view.Part{{Rows: rowsOf("Told", models.DateTime(k.ToldAt), "Certificate", k.Certificate, "Done", dateTime(k.DoneAt), "What was done", models.ChoiceWords(rights.TaskOutcomes(), k.Outcome), "Why", k.Note)}},
	}
	v.Meta.Back = &components.Link{Text: "Requests", Href: "/requests"}
	if k.DoneAt == nil {
		v.Parts = append(v.Parts, view.Part{Form: &view.Act{Action: "/requests/tasks/" + k.ID.String(), Button: button("Save"), Fields: []templ.Component{
			components.Radios(components.RadiosParams{Name: "outcome", Legend: "What was done?", LegendSize: components.Small, IsSmall: true, Value: t.one("outcome"), Error: errs.Of("outcome"), Items: choices(rights.TaskOutcomes())}),
			components.TextArea(components.TextAreaParams{Name: "note", Label: "If you keep yours, why?", LabelSize: components.Small, Rows: 2, Value: t.one("note"), Error: errs.Of("note")}),
		}}})
	}
	return page(c, v, errs)
}

func (p *Pages) finishTask(c *gin.Context) error {
	k, err := p.taskOf(c)
	if err != nil {
		return err
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	_, err = p.svc.FinishTask(c.Request.Context(), k.ID, rights.TaskInput{Outcome: t.one("outcome"), Note: t.one("note")})
	if errs, is := faults(err); is {
		return p.taskPage(c, k, t, errs)
	}
	if err != nil {
		return p.moved(c, "/requests/tasks/"+k.ID.String(), err)
	}
	render.See(c, "/requests?done=finished")
	return nil
}
