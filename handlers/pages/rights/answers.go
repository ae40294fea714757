package rights

import (
	"strconv"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"throughline/handlers/pages/frame"
	"throughline/handlers/render"
	"throughline/models"
	"throughline/services/rights"
	"throughline/web/components"
	"throughline/web/pages/shared"

	view "throughline/web/pages/rights"
)

// step shows a form about one request.
func (p *Pages) step(c *gin.Context, q *models.DataRequest, path, title, lede, press string, fields []templ.Component, errs components.FormErrors) error {
	back := components.Link{Text: "Request " + q.Reference, Href: "/requests/" + q.Reference}
	return p.form(c, shared.FormView{Caption: "Request " + q.Reference, Title: title, Lede: lede, Action: back.Href + path, Button: press, Fields: fields}, back, errs)
}

// after ends an act on a request: shown again with its faults, told that
// somebody was faster, or led back.
func (p *Pages) after(c *gin.Context, q *models.DataRequest, err error, done string, again func(components.FormErrors) error, dates ...string) error {
	if errs, is := faults(err, dates...); is {
		return again(errs)
	}
	if err != nil {
		return p.moved(c, "/requests/"+q.Reference, err)
	}
	render.See(c, "/requests/"+q.Reference+"?done="+done)
	return nil
}

func (p *Pages) identityForm(c *gin.Context) error {
	q, err := p.requestOf(c)
	if err != nil {
		return err
	}
	return p.identityPage(c, &q, typed{"record": {q.RecordReference}, "authority": {q.Authority}, "how": {q.IdentityHow}}, nil)
}

func (p *Pages) identityPage(c *gin.Context, q *models.DataRequest, t typed, errs components.FormErrors) error {
	fields := []templ.Component{
		components.TextArea(components.TextAreaParams{Name: "how", Label: "How do you know who asks?", LabelSize: components.Small, Rows: 2, Value: t.one("how"), Error: errs.Of("how")}),
		components.DateInput(t.dateInput("on", "Since when do you know?", "The month runs from this day where it is later than the request.", errs)),
	}
	if q.Relation == models.RelationOnBehalf {
		fields = append(fields, components.Radios(components.RadiosParams{Name: "authority", Legend: "What lets them ask for the victim?", LegendSize: components.Small, IsSmall: true, Value: t.one("authority"), Error: errs.Of("authority"), Items: choices(models.RequestAuthorities())}))
	}
	lede := "Where the victim is, and how they are reached, is given to the victim alone."
	if q.Relation == models.RelationSuspect {
		lede = "Nothing will tie this person to a case. They are looked for by their name among people on record as responsible."
	} else {
		fields = append(fields, components.TextInput(components.TextInputParams{Name: "record", Label: "Reference of the case or referral", LabelSize: components.Small, Classes: "govuk-input--width-20", Value: t.one("record"), Error: errs.Of("record")}))
	}
	return p.step(c, q, "/identity", "Who asks, and for whom", lede, "Save", fields, errs)
}

func (p *Pages) identity(c *gin.Context) error {
	q, err := p.requestOf(c)
	if err != nil {
		return err
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	on, errs := t.date("on", "Since when you know")
	if errs.Any() {
		return p.identityPage(c, &q, t, errs)
	}
	in := rights.IdentityInput{How: t.one("how"), Authority: t.one("authority"), Record: t.one("record")}
	if on != nil {
		in.On = *on
	}
	_, err = p.svc.CheckIdentity(c.Request.Context(), q.ID, in)
	return p.after(c, &q, err, "saved", func(errs components.FormErrors) error { return p.identityPage(c, &q, t, errs) }, "on")
}

func (p *Pages) extendForm(c *gin.Context) error {
	q, err := p.requestOf(c)
	if err != nil {
		return err
	}
	return p.extendPage(c, &q, typed{}, nil)
}

func (p *Pages) extendPage(c *gin.Context, q *models.DataRequest, t typed, errs components.FormErrors) error {
	return p.step(c, q, "/extend", "Take longer", "Two months more, once, where the request is complex. Whoever asks has to be told why.", "Extend the time", []templ.Component{
		components.TextArea(components.TextAreaParams{Name: "why", Label: "Why does it take longer?", LabelSize: components.Small, Rows: 3, Value: t.one("why"), Error: errs.Of("why")}),
	}, errs)
}

func (p *Pages) extend(c *gin.Context) error {
	q, err := p.requestOf(c)
	if err != nil {
		return err
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	_, err = p.svc.Extend(c.Request.Context(), q.ID, t.one("why"))
	return p.after(c, &q, err, "extended", func(errs components.FormErrors) error { return p.extendPage(c, &q, t, errs) })
}

func (p *Pages) assessForm(c *gin.Context) error {
	q, err := p.requestOf(c)
	if err != nil {
		return err
	}
	t := typed{"notice": {q.Notice}, "notice_why": {q.NoticeWhy}, "victim_view": {q.VictimView}, "victim_said": {q.VictimSaid}, "record": {q.RecordReference}}
	for key, a := range q.Tests {
		t["tests."+key], t["tests."+key+"_why"] = []string{a.Answer}, []string{a.Why}
	}
	t.dated("notice_on", q.NoticeOn)
	return p.assessPage(c, &q, t, nil)
}

func (p *Pages) assessPage(c *gin.Context, q *models.DataRequest, t typed, errs components.FormErrors) error {
	var fields []templ.Component
	for _, test := range models.InformationTests() {
		name := "tests." + test.Key
		fields = append(
			fields,
			components.Radios(components.RadiosParams{Name: name, Legend: test.Words, LegendSize: components.Small, IsSmall: true, Inline: true, Value: t.one(name), Error: errs.Of(name), Items: []components.ChoiceItem{{Value: "yes", Text: "Yes"}, {Value: "no", Text: "No"}}}),
			components.TextArea(components.TextAreaParams{Name: name + "_why", Label: whyOf(test.Key), Rows: 2, Value: t.one(name + "_why"), Error: errs.Of(name + "_why")}),
		)
	}
	fields = append(
		fields,
		components.Radios(components.RadiosParams{Name: "notice", Legend: "Was the victim given written notice of what is asked, why, and how it will be handled?", LegendSize: components.Small, IsSmall: true, Value: t.one("notice"), Error: errs.Of("notice"), Items: []components.ChoiceItem{{Value: "given", Text: "Yes"}, {Value: "withheld", Text: "No, it is withheld"}}}),
		components.DateInput(t.dateInput("notice_on", "When?", "", errs)),
		components.TextArea(components.TextAreaParams{Name: "notice_why", Label: "Or why is it withheld?", LabelSize: components.Small, Rows: 2, Value: t.one("notice_why"), Error: errs.Of("notice_why")}),
		components.Radios(components.RadiosParams{Name: "victim_view", Legend: "What does the victim say?", LegendSize: components.Small, IsSmall: true, Value: t.one("victim_view"), Error: errs.Of("victim_view"), Items: choices(models.VictimViews())}),
		components.TextArea(components.TextAreaParams{Name: "victim_said", Label: "In their words (optional)", LabelSize: components.Small, Rows: 2, Value: t.one("victim_said"), Error: errs.Of("victim_said")}),
		components.TextInput(components.TextInputParams{Name: "record", Label: "Reference of the case or referral", LabelSize: components.Small, Classes: "govuk-input--width-20", Value: t.one("record"), Error: errs.Of("record")}),
	)
	return p.step(c, q, "/assess", "The tests", "Refusing is a normal answer. The presumption is against counselling notes.", "Save", fields, errs)
}

// whyOf asks for the reason of one test.
func whyOf(test string) string {
	switch test {
	case "held":
		return "Why do you believe that you hold it, or not?"
	case "relevant":
		return "Why is it relevant, or not?"
	case "necessary":
		return "Why is it necessary, or not?"
	}
	return "What value would counselling notes have, and why?"
}

func (p *Pages) assess(c *gin.Context) error {
	q, err := p.requestOf(c)
	if err != nil {
		return err
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	on, errs := t.date("notice_on", "When the notice was given")
	if errs.Any() {
		return p.assessPage(c, &q, t, errs)
	}
	in := rights.Assessment{Tests: map[string]models.TestAnswer{}, Notice: t.one("notice"), NoticeOn: on, NoticeWhy: t.one("notice_why"), VictimView: t.one("victim_view"), VictimSaid: t.one("victim_said"), Record: t.one("record")}
	for _, test := range models.InformationTests() {
		in.Tests[test.Key] = models.TestAnswer{Answer: t.one("tests." + test.Key), Why: t.one("tests." + test.Key + "_why")}
	}
	_, err = p.svc.Assess(c.Request.Context(), q.ID, in)
	return p.after(c, &q, err, "saved", func(errs components.FormErrors) error { return p.assessPage(c, &q, t, errs) }, "notice_on")
}

func (p *Pages) marksForm(c *gin.Context) error {
	q, err := p.requestOf(c)
	if err != nil {
		return err
	}
	pack, err := p.svc.Prepare(c.Request.Context(), q.ID)
	if err != nil {
		return p.moved(c, "/requests/"+q.Reference, err)
	}
	t := typed{}
	for n := range pack.Items {
		if i := &pack.Items[n]; !i.Changed {
			t["mark"+strconv.Itoa(n)], t["text"+strconv.Itoa(n)] = []string{i.Mark}, []string{i.Redacted}
		}
	}
	return p.marksPage(c, &q, pack, t, nil)
}

// marksPage shows every value of an answer; what can be somebody else's asks
// for a decision.
func (p *Pages) marksPage(c *gin.Context, q *models.DataRequest, pack rights.Pack, t typed, errs components.FormErrors) error {
	given := &components.DataTable{Caption: "Given or held back by rule", Cards: true, Empty: "Nothing.", Columns: []components.Column{{Text: "What"}, {Text: "Value"}, {Text: "Leaves"}}}
	act := &view.Act{Action: "/requests/" + q.Reference + "/review", Button: button("Save these decisions")}
	for n := range pack.Items {
		i := &pack.Items[n]
		if i.Whose == models.WhoseSubject || i.Whose == models.WhosePlace {
			leaves := "Yes"
			if i.Shown == "" {
				leaves = "No: it goes to the victim alone"
			}
			given.Rows = append(given.Rows, []components.DataCell{{Text: i.Label, Sub: i.Section}, {Text: i.Value}, {Text: leaves}})
			continue
		}
		key := strconv.Itoa(n)
		act.Hidden = append(act.Hidden, [2]string{"key" + key, i.Key})
		act.Fields = append(
			act.Fields,
			components.Radios(components.RadiosParams{
				Name: "mark" + key, Legend: strconv.Itoa(len(act.Hidden)) + ". " + i.Label + ": " + i.Value, LegendSize: components.Small, IsSmall: true, Value: t.one("mark" + key), Error: errs.Of("mark" + key),
				Hint:  map[bool]string{true: "Somebody else's", false: "Can hold something of somebody else"}[i.Whose == models.WhoseThird],
				Items: []components.ChoiceItem{{Value: "release", Text: "Give it whole"}, {Value: "redact", Text: "Give what is left below"}, {Value: "withhold", Text: "Hold it back"}},
			}),
			components.TextArea(components.TextAreaParams{Name: "text" + key, Label: "What is left of passage " + strconv.Itoa(len(act.Hidden)) + ", if a part of it is given", Rows: 2, Value: t.one("text" + key), Error: errs.Of("text" + key)}),
		)
	}
	v := view.View{
		Meta: p.meta(c, "Review, "+q.Reference), Caption: "Request " + q.Reference, Title: "What can be somebody else's",
		Text:  "Decide on each passage. What nobody decided on is held back; what changes afterwards is too. A second person sees your decisions.",
		Parts: []view.Part{},
	}
	v.Meta.Back = &components.Link{Text: "Request " + q.Reference, Href: "/requests/" + q.Reference}
	if len(act.Fields) > 0 {
		v.Parts = append(v.Parts, view.Part{ID: "passages", Title: "To decide on", Form: act})
	}
	v.Parts = append(v.Parts, view.Part{ID: "rule", Title: "Given or held back by rule", Table: given})
	return page(c, v, errs)
}

func (p *Pages) marks(c *gin.Context) error {
	q, err := p.requestOf(c)
	if err != nil {
		return err
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	pack, err := p.svc.Prepare(c.Request.Context(), q.ID)
	if err != nil {
		return p.moved(c, "/requests/"+q.Reference, err)
	}
	var marks []rights.Mark
	var errs components.FormErrors
	for n := range pack.Items {
		key := strconv.Itoa(n)
		m := rights.Mark{Key: t.one("key" + key), Decision: t.one("mark" + key), Redacted: t.one("text" + key)}
		switch {
		case m.Key == "" || m.Decision == "":
		case m.Decision == "redact" && m.Redacted == "":
			errs = append(errs, components.FormError{Field: "text" + key, Message: "Enter what is left of it, or hold it back"})
		default:
			marks = append(marks, m)
		}
	}
	if len(marks) == 0 && !errs.Any() {
		errs = append(errs, components.FormError{Field: "mark" + firstPassage(&pack), Message: "Decide on at least one passage"})
	}
	if errs.Any() {
		return p.marksPage(c, &q, pack, t, errs)
	}
	_, err = p.svc.MarkItems(c.Request.Context(), q.ID, marks)
	return p.after(c, &q, err, "saved", func(errs components.FormErrors) error { return p.marksPage(c, &q, pack, t, errs) })
}

func firstPassage(p *rights.Pack) string {
	for n := range p.Items {
		if p.Items[n].Whose == models.WhoseThird || p.Items[n].Whose == models.WhoseMixed {
			return strconv.Itoa(n)
		}
	}
	return "0"
}

func (p *Pages) answerForm(c *gin.Context) error {
	q, err := p.requestOf(c)
	if err != nil {
		return err
	}
	return p.answerPage(c, &q, typed{}, nil)
}

func (p *Pages) answerPage(c *gin.Context, q *models.DataRequest, t typed, errs components.FormErrors) error {
	var outcomes []components.ChoiceItem
	for _, o := range rights.Outcomes(q) {
		outcomes = append(outcomes, components.ChoiceItem{Value: o, Text: rights.OutcomeWords(o)})
	}
	fields := []templ.Component{
		components.Radios(components.RadiosParams{Name: "outcome", Legend: "How is it answered?", LegendSize: components.Small, IsSmall: true, Value: t.one("outcome"), Error: errs.Of("outcome"), Items: outcomes}),
	}
	if q.Kind == models.RequestInformation {
		fields = append(fields, components.Checkboxes(components.CheckboxesParams{Name: "fields", Legend: "What exactly is disclosed?", LegendSize: components.Small, IsSmall: true, Values: t["fields"], Error: errs.Of("fields"), Items: choices(models.InformationFields())}))
	}
	fields = append(
		fields,
		components.Radios(components.RadiosParams{Name: "ground", Legend: "If it is refused, on what ground?", LegendSize: components.Small, IsSmall: true, Value: t.one("ground"), Error: errs.Of("ground"), Items: choices(models.RequestGrounds())}),
		components.TextArea(components.TextAreaParams{Name: "why", Label: "Why this answer?", LabelSize: components.Small, Rows: 3, Value: t.one("why"), Error: errs.Of("why")}),
	)
	lede := "A second person approves it before anything leaves or goes."
	if q.Kind == models.RequestInformation {
		lede = "Counselling notes take a second person. Everything else is answered at once."
	}
	return p.step(c, q, "/answer", "Answer", lede, "Propose this answer", fields, errs)
}

func (p *Pages) answer(c *gin.Context) error {
	q, err := p.requestOf(c)
	if err != nil {
		return err
	}
	t, err := readForm(c)
	if err != nil {
		return err
	}
	out, err := p.svc.Propose(c.Request.Context(), q.ID, rights.Proposal{Outcome: t.one("outcome"), Ground: t.one("ground"), Why: t.one("why"), Fields: t["fields"]})
	done := "proposed"
	if out.Status == models.RequestAnswered {
		done = "answered"
	}
	return p.after(c, &q, err, done, func(errs components.FormErrors) error { return p.answerPage(c, &q, t, errs) })
}

func (p *Pages) reopen(c *gin.Context) error {
	q, err := p.requestOf(c)
	if err != nil {
		return err
	}
	if _, err := p.svc.Reopen(c.Request.Context(), q.ID); err != nil {
		return p.moved(c, "/requests/"+q.Reference, err)
	}
	render.See(c, "/requests/"+q.Reference+"?done=reopened")
	return nil
}

// pack is the answer as it leaves, to be printed.
func (p *Pages) pack(c *gin.Context) error {
	q, err := p.requestOf(c)
	if err != nil {
		return err
	}
	pack, err := p.svc.Answer(c.Request.Context(), q.ID)
	if err != nil {
		return p.moved(c, "/requests/"+q.Reference, err)
	}
	v := view.View{
		Meta: p.meta(c, "Answer to "+q.Reference), Caption: "Answer to request " + q.Reference, Title: "What is held",
		Text: "As it leaves. Can be seen until " + dateTime(q.ExpiresAt) + "; each look is on record.", Buttons: []components.ButtonParams{{Text: "Print this page", Kind: components.Secondary, Type: "button", Attributes: templ.Attributes{"data-print": true, "hidden": true}}},
	}
	v.Meta.Back = &components.Link{Text: "Request " + q.Reference, Href: "/requests/" + q.Reference}
	section := ""
	for n := range pack.Items {
		i := &pack.Items[n]
		if i.Section != section {
			section = i.Section
			v.Parts = append(v.Parts, view.Part{ID: "s" + strconv.Itoa(n), Title: section})
		}
		last := &v.Parts[len(v.Parts)-1]
		last.Rows = append(last.Rows, components.SummaryRow{Key: i.Label, Value: i.Shown})
	}
	return page(c, v, nil)
}

// letter is what whoever asks is written.
func (p *Pages) letter(c *gin.Context) error {
	q, err := p.requestOf(c)
	if err != nil {
		return err
	}
	if q.Status != models.RequestAnswered {
		return p.moved(c, "/requests/"+q.Reference, models.Conflict("There is no letter before the request is answered."))
	}
	v := view.View{Meta: p.frame.Meta(c, "Letter, "+q.Reference, frame.DataPath), Caption: "Letter", Title: "Request " + q.Reference, Parts: []view.Part{{Paras: letterOf(&q)}}}
	v.Meta.Back = &components.Link{Text: "Request " + q.Reference, Href: "/requests/" + q.Reference}
	return page(c, v, nil)
}

// letterOf writes the answer. To somebody who may be a perpetrator it says the
// same whether or not anything is held, unless something was released.
func letterOf(q *models.DataRequest) []string {
	out := []string{"To " + q.Requester + ", about your request of " + models.Date(q.ReceivedOn) + "."}
	switch {
	case q.Outcome == models.OutcomeNeither || q.Relation == models.RelationSuspect && q.Outcome == models.OutcomeRefuse:
		out = append(out, "We have looked at your request. We can say neither that we hold personal data about you nor that we do not. Where the law lets us, we do not say so because saying it could itself disclose something about somebody else, or harm the prevention or detection of crime.")
	case q.Outcome == models.OutcomeErase:
		out = append(out, "What we held about you has been erased, in every place that we keep it, and those we had sent any of it have been told. What the law makes us keep is the proof that it was erased, which does not name you.")
	case q.Outcome == models.OutcomeRefuse && q.Kind == models.RequestInformation:
		out = append(out, "We do not disclose the material you asked for. Ground: "+models.ChoiceWords(models.RequestGrounds(), q.Ground)+". "+q.OutcomeWhy)
	case q.Outcome == models.OutcomeRefuse:
		out = append(out, "We cannot do what you asked. Ground: "+models.ChoiceWords(models.RequestGrounds(), q.Ground)+".")
	case q.Kind == models.RequestInformation:
		out = append(out, "We disclose exactly the following, and nothing else:")
		for _, key := range q.Fields {
			out = append(out, "- "+models.ChoiceWords(models.InformationFields(), key))
		}
		out = append(out, "It is to be used for the enquiry you named and for no other, and kept as the victim's own.")
	default:
		out = append(out, "With this letter you have what we hold about you. Parts that are about other people, or that the law lets us keep back, are not in it.")
	}
	if q.Kind == models.RequestInformation {
		return out
	}
	return append(out, "If you are not content you can complain to us, and to the Information Commissioner (ico.org.uk, 0303 123 1113).")
}
